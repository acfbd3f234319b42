"""The settings of a workspace and of its channels, for its administrators: `/interpol settings`."""

from collections.abc import Iterator

from slack_sdk.errors import SlackApiError

from adapters.slack import render
from adapters.slack.blocks import MODAL_TEXT, MODAL_TITLE, OPTION, Block, Part, arranged, carried, header, label, whole
from adapters.slack.parse_settings import (
    CHANNEL,
    EXPERTS,
    FOLLOW_UP,
    LANGUAGE,
    NO,
    NONE,
    PUBLIC,
    SETTINGS,
    WORKSPACE,
    YES,
    Chosen,
    Wanted,
)
from adapters.slack.sending import Payload, Sending, code
from adapters.slack.views import View, shown
from bot.errors import StoreError
from bot.knowledge.schema import Words
from bot.known_rules import KnownRules
from bot.rules import Rules
from bot.service import Bot
from bot.waiting import within

SAVE_SECONDS = 2.0  # Slack waits 3 s for what becomes of a modal (S1)


class Administration:
    """Opens the modal for administrators, and keeps what they choose."""

    def __init__(self, bot: Bot, sending: Sending, rules: KnownRules) -> None:
        self._bot = bot
        self._sending = sending
        self._rules = rules

    async def open(self, wanted: Wanted) -> None:
        """Show the modal to an administrator, anybody else why not. Raises one of `sending.FAILURES`."""
        language = self._language(wanted.team, wanted.user)
        words = self._bot.words(language)
        if refusal := await self._refusal(wanted.user, words):
            to = self._sending.by_response_url(wanted.response_url)
            await self._sending.send(to, render.line(refusal, language or ""))
            return
        await self._rules.of(wanted.team)  # what holds now, if it can be read
        chosen = {place: self._rules.chosen(wanted.team, place) for place in ("", wanted.channel)}
        view = form(words, language or "en", chosen, self._bot.browse.languages())
        await self._sending.web.views_open(trigger_id=wanted.trigger, view=view)

    async def keep(self, chosen: Chosen) -> Payload:
        """Keep what was chosen; return what the acknowledgement holds. Who got the modal is an administrator."""
        language = self._language(chosen.team, chosen.user)
        words = self._bot.words(language)
        try:
            await within(SAVE_SECONDS, self._rules.choose(chosen.rules, self._bot.clock()))
        except (StoreError, TimeoutError):
            return {"response_action": "errors", "errors": {f"{WORKSPACE}.{LANGUAGE}": words.expert_failed}}
        return {"response_action": "update", "view": shown(render.line(words.settings_saved, language or ""), words)}

    async def _refusal(self, user: str, words: Words) -> str:
        try:
            told = await self._sending.web.users_info(user=user)
        except SlackApiError as error:
            if code(error) == "missing_scope":
                return words.settings_unable
            raise
        who = told.get("user") or {}
        return "" if who.get("is_admin") or who.get("is_owner") else words.settings_denied

    def _language(self, team: str, user: str) -> str | None:
        return self._bot.language_of(f"slack:{team}:{user}")


def form(words: Words, language: str, chosen: dict[str, Rules], names: dict[str, str]) -> View:
    """Render the modal. `chosen` is by channel, "" the workspace's own; `names` are the languages, by code."""
    channel = next((place for place in chosen if place), "")
    parts = [*_group(WORKSPACE, words.settings_all, chosen[""], words, names)]
    if channel:
        parts += _group(CHANNEL, words.settings_here, chosen[channel], words, names)
    return {
        "type": "modal",
        "callback_id": SETTINGS,
        "private_metadata": carried({"c": channel}),
        "title": label(words.settings, MODAL_TITLE),
        "close": label(words.close, MODAL_TEXT),
        "submit": label(words.settings_save, MODAL_TEXT),
        "blocks": arranged(parts, language),
    }


def _group(about: str, heading: str, rules: Rules, words: Words, names: dict[str, str]) -> Iterator[Part]:
    same = {NONE: words.settings_same} if about == CHANNEL else {}
    agree = same | {YES: words.settings_yes, NO: words.settings_no}
    yield whole(0, header(heading))
    spoken = (same or {NONE: words.any_language}) | names
    yield whole(0, [_menu(f"{about}.{LANGUAGE}", words.language, spoken, rules.language)])
    yield whole(0, [_channels(f"{about}.{EXPERTS}", words.settings_experts, rules.experts)])
    yield whole(0, [_menu(f"{about}.{PUBLIC}", words.settings_public, agree, _said(rules.public))])
    yield whole(0, [_menu(f"{about}.{FOLLOW_UP}", words.settings_follow, agree, _said(rules.follow_up))])


def _said(agreed: bool | None) -> str | None:
    return None if agreed is None else YES if agreed else NO


def _menu(name: str, text: str, choices: dict[str, str], chosen: str | None) -> Block:
    options = {value: {"text": label(shown_, OPTION), "value": value} for value, shown_ in choices.items()}
    first = next(iter(options.values()))
    menu = {"type": "static_select", "action_id": name, "options": [*options.values()]}
    return _input(name, text, menu | {"initial_option": options.get(chosen or "", first)})


def _channels(name: str, text: str, chosen: str | None) -> Block:
    menu = {
        "type": "conversations_select",
        "action_id": name,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    return _input(name, text, menu | ({"initial_conversation": chosen} if chosen else {})) | {"optional": True}


def _input(name: str, text: str, element: Block) -> Block:
    return {"type": "input", "block_id": name, "label": label(text, 200), "element": element}
