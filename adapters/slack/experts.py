"""Ask a person: the experts' channel, what is pressed and written there, and what askers are told."""

import json
from collections.abc import Awaitable
from datetime import timedelta

from adapters.slack import cards, render
from adapters.slack.blocks import Message
from adapters.slack.memory import Recent
from adapters.slack.parse import Place, Press
from adapters.slack.parse_experts import FIELD, Doing, Line, Written, card_of
from adapters.slack.sending import FAILURES, Payload, Sender, Sending, code
from adapters.slack.texts import plain
from bot.errors import ConnectError, HandOffError, StoreError
from bot.handoff.desk import Desk
from bot.handoff.states import ANSWER_LIMIT, Expert, HandOff, Notice, Request, State, Times, is_aside, last
from bot.knowledge.schema import Words
from bot.known_rules import KnownRules
from bot.messages import Question
from bot.service import Bot
from bot.settings import Settings


class Experts:
    """Hands questions to the experts' channel and brings their answers back: the desk's outbox for Slack."""

    def __init__(self, bot: Bot, sending: Sending, settings: Settings, rules: KnownRules) -> None:
        self._bot = bot
        self._sending = sending
        self._rules = rules
        self._channel = settings.slack_expert_channel  # where the administrators chose none
        self._names: Recent[str, str] = Recent()  # what experts are called: a line in a thread does not tell
        self._desk = self._make_desk(settings)

    def _make_desk(self, settings: Settings) -> Desk | None:
        if self._bot.store is None:
            return None
        times = Times(_minutes(settings.handoff_remind_minutes), _minutes(settings.handoff_tell_minutes))
        return Desk("slack", self._bot.store, self, clock=self._bot.clock, times=times)

    async def channels(self) -> frozenset[str]:
        """Return every channel whose members answer."""
        return (await self._rules.experts()) | (frozenset({self._channel}) if self._channel else frozenset())

    async def _for(self, conversation: str) -> str:
        """Return the channel for what was asked in a conversation; "" where there is none."""
        workspace, channel = conversation.split(":")[1:3]
        return (await self._rules.of(workspace, channel)).experts or self._channel

    def start(self) -> None:
        """Begin to look after open questions."""
        if self._desk:
            self._desk.start()

    async def stop(self) -> None:
        """Leave them to the next start."""
        if self._desk:
            await self._desk.stop()

    async def ask(self, press: Press) -> None:
        """Show the experts a question; where that can't be done, show the asker whom to ask."""
        language = press.question.language or "en"
        words = self._bot.words(language)
        channel = await self._for(press.question.conversation)
        one = await self._desk.open(await self._request(press)) if self._desk and channel else None
        shown = self._shown(one, words, language, failed=bool(channel))
        await self._sending.send(self._confirming(press), shown, press.reference or "-")

    def _shown(self, one: HandOff | None, words: Words, language: str, *, failed: bool) -> Message:
        if one is None:
            return cards.not_asked(words, language, self._bot.contact, failed=failed)
        end = last(one)  # who asks once more about the same answer may have been told already
        return cards.told(one, end, words, self._bot.contact) if end else cards.asked(words, language)

    async def _request(self, press: Press) -> Request:
        question = press.question
        given = await self._bot.reopen(_in_language(question), press.entry, press.reference) if press.entry else None
        return Request(
            platform="slack",
            surface=_surface(press),
            question=question.text,
            offered=f"{given.title}\n{plain(given.short)}".strip() if given else "",
            reference=press.reference,
            language=question.language or "en",
            asker=question.asker,
            conversation=question.conversation,
            place=_place(press),
        )

    def _confirming(self, press: Press) -> Sender:
        if press.view or not press.response_url:  # a view has no place for replies
            return self._sending.to_channel(Place(_user(press.question.asker)))
        thread = {"thread_ts": press.place.thread_ts} if press.place.thread_ts else {}
        return self._sending.by_response_url(press.response_url, **thread)

    # the experts

    async def do(self, doing: Doing) -> None:
        """Do what an expert pressed. Raises one of `sending.FAILURES`."""
        if self._desk is None or doing.place.channel not in await self.channels():
            return
        self._names.put(doing.expert.key, doing.expert.name)
        async with self._bot.once(doing.key) as mine:
            if mine:
                await self._do(self._desk, doing)

    async def _do(self, desk: Desk, doing: Doing) -> None:
        try:
            if doing.doing == "answer":
                await self._open_form(desk, doing)
            elif doing.doing == "save":
                draft = await desk.draft(doing.handoff, doing.expert)
                await self._whisper(doing, self._words.expert_saved.format(draft=draft.id))
            else:
                change = {"claim": desk.claim, "release": desk.release, "decline": desk.decline}[doing.doing]
                await desk.settle(await change(doing.handoff, doing.expert))
        except HandOffError as refusal:
            await self._whisper(doing, self._too_late(refusal))
        except StoreError:
            await self._whisper(doing, self._words.expert_failed)

    async def _open_form(self, desk: Desk, doing: Doing) -> None:
        one = await desk.get(doing.handoff)
        mine = one and (one.state is State.OPEN or (one.state is State.CLAIMED and _has(one, doing.expert)))
        if one is None or not mine:
            raise HandOffError(one.state if one else "gone", one.expert.name if one and one.expert else "")
        view = cards.form(one, doing.place.channel, self._words)
        await self._sending.web.views_open(trigger_id=doing.trigger, view=view)

    async def _whisper(self, doing: Doing, text: str) -> None:
        to = self._sending.by_response_url(doing.response_url, thread_ts=doing.place.thread_ts)
        await self._sending.send(to, render.line(text))

    async def write(self, written: Written) -> tuple[Payload, HandOff | None]:
        """Keep an answer from the modal; return what its acknowledgement holds, and the hand-off to be settled.

        What can't be kept stays in the modal, with the reason.
        """
        if self._desk is None or written.channel not in await self.channels():
            return {}, None
        self._names.put(written.expert.key, written.expert.name)
        try:
            return {}, await self._desk.answer(written.handoff, written.expert, written.text)
        except HandOffError as refusal:
            reason = self._too_late(refusal)
        except StoreError:
            reason = self._words.expert_failed
        except ValueError:
            reason = self._words.expert_long.format(limit=ANSWER_LIMIT)
        return {"response_action": "errors", "errors": {FIELD: reason}}, None

    async def settle(self, one: HandOff) -> None:
        """Bring an answer to its asker."""
        if self._desk:
            await self._desk.settle(one)

    async def hear(self, line: Line) -> bool:
        """Take a line in a thread of the experts' channel; False where the thread is of no question."""
        if self._desk is None:
            return False
        try:
            one = await self._desk.by_card(line.card)
        except StoreError:
            if not is_aside(line.text):
                await self._say(line, self._words.expert_failed)
            return True
        if one and not is_aside(line.text):
            async with self._bot.once(*line.keys) as mine:
                if mine:
                    await self._take(self._desk, one, line)
        return one is not None

    async def _take(self, desk: Desk, one: HandOff, line: Line) -> None:
        expert = Expert(line.expert.key, self._names.get(line.expert.key) or "")
        if one.state is not State.OPEN and not _has(one, expert):
            return  # colleagues talk
        try:
            answered = await desk.answer(one.id, expert, line.text)
        except HandOffError as refusal:
            said = self._too_late(refusal)
        except StoreError:
            said = self._words.expert_failed
        except ValueError:
            said = self._words.expert_long.format(limit=ANSWER_LIMIT)
        else:
            await desk.settle(answered)
            said = self._words.expert_sent
        await self._say(line, said)

    async def _say(self, line: Line, text: str) -> None:
        """Say something to an expert alone, in the thread."""
        call = self._sending.web.chat_postEphemeral(
            channel=line.place.channel,
            user=line.user,
            thread_ts=line.place.thread_ts,
            **render.payload(render.line(text)),
        )
        await self._sending.try_to("Answering an expert", call)

    @property
    def _words(self) -> Words:
        return self._bot.words()

    def _too_late(self, refusal: HandOffError) -> str:
        words, name = self._words, refusal.expert or self._words.somebody
        stands = {
            State.CLAIMED: words.expert_claimed,
            State.ANSWERED: words.expert_answered,
            State.NOT_FOR_US: words.expert_declined,
            State.EXPIRED: words.expert_expired,
        }
        where = {state.value: text for state, text in stands.items()} | {"gone": words.expert_gone}
        return f"{words.expert_late} {where.get(refusal.state, '').format(expert=name)}".strip()

    # the outbox

    async def post(self, one: HandOff) -> str:
        """Show the experts a question."""
        channel = await self._for(one.conversation)
        if not channel:
            raise ConnectError("Slack: there is no channel of experts any more.")
        to = self._sending.to_channel(Place(channel))
        return card_of(channel, await _sent(self._sending.send(to, cards.question(one, self._words))))

    async def remind(self, one: HandOff) -> None:
        """Say in the question's thread, and in the channel, that nobody took it up."""
        to = self._sending.to_channel(_card(one), broadcast=True)
        await _sent(self._sending.send(to, render.line(self._words.expert_remind)))

    async def tell(self, one: HandOff, notice: Notice) -> None:
        """Tell the asker, where they asked; directly, where that is closed to us."""
        message = cards.told(one, notice, self._bot.words(one.language), self._bot.contact)
        try:
            await self._sending.send(self._sending.to_channel(_asked_in(one)), message, one.reference)
        except FAILURES:
            await _sent(self._direct(one, message))

    async def _direct(self, one: HandOff, message: Message) -> str:
        return await self._sending.send(self._sending.to_channel(Place(_user(one.asker))), message, one.reference)

    async def refresh(self, one: HandOff) -> None:
        """Show where it stands."""
        if one.card:
            place = _card(one)
            to = self._sending.in_place_of(place.channel, place.thread_ts)
            await _sent(self._sending.send(to, cards.question(one, self._words)))


async def _sent(sending: Awaitable[str]) -> str:
    try:
        return await sending
    except FAILURES as error:
        raise ConnectError(f"Slack: {code(error)}") from error


def _minutes(number: int) -> timedelta | None:
    return timedelta(minutes=number) if number else None


def _has(one: HandOff, expert: Expert) -> bool:
    return one.expert is not None and one.expert.key == expert.key


def _in_language(question: Question) -> Question:
    return Question(question.text, question.language, reply_in=question.language)


def _surface(press: Press) -> str:
    if press.view:
        return "view"
    if press.private:
        return "private"
    return "direct" if press.place.channel.startswith("D") else "channel"


def _place(press: Press) -> str:
    """Return where the asker is answered: in the thread of a public question, else directly."""
    alone = press.view or press.private or not press.place.channel
    place = Place(_user(press.question.asker)) if alone else press.place
    return json.dumps({"c": place.channel, "t": place.thread_ts})


def _asked_in(one: HandOff) -> Place:
    kept = json.loads(one.place)
    return Place(kept["c"], kept["t"])


def _card(one: HandOff) -> Place:
    channel, _, ts = one.card.partition(":")
    return Place(channel, ts)


def _user(asker: str) -> str:
    return asker.rpartition(":")[2]
