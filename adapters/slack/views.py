"""The App Home and the modals. Pure functions."""

from collections.abc import Sequence
from typing import Any

from adapters.slack.blocks import (
    INPUT,
    MODAL_TEXT,
    MODAL_TITLE,
    OPTION,
    Block,
    Message,
    Part,
    actions,
    arranged,
    body,
    carried,
    choice,
    header,
    label,
    small,
    whole,
)
from adapters.slack.lists import menu
from adapters.slack.parse_views import ASK, QUESTION, TEXT
from bot.knowledge.schema import Words
from bot.messages import Suggestion

TITLE = "interpol-bot"
ANY = "any"  # the choice of no language: the question's own
_MESSAGES_ONLY = {"context_actions"}  # blocks that a modal does not take

View = dict[str, Any]


def home(
    words: Words,
    language: str,
    popular: Sequence[Suggestion],
    recent: Sequence[str],
    *,
    names: dict[str, str],
    preferred: str | None,
) -> View:
    """Render the App Home in `language`. `names` are the languages to choose from, by code; it keeps the choice."""
    asked = [choice(n, one, "", one, language) for n, one in enumerate(recent, len(popular))]
    offered = [choice(n, one.question, one.entry, one.question, language) for n, one in enumerate(popular)]
    parts = [
        whole(0, header(TITLE)),
        Part(0, lambda limit: body(words.greeting_help, limit)),
        *_under(1, words.popular, offered),
        *_under(3, words.recent, asked),
        whole(2, menu(words, language)),
        whole(1, small(words.language)),
        whole(1, actions([_languages(words, names, preferred)])),
        whole(2, header(words.commands.privacy[0].capitalize())),
        Part(2, lambda limit: body(words.privacy_help, limit)),
        whole(0, small(words.unofficial)),
    ]
    kept = carried({"l": preferred or ""})
    return {"type": "home", "private_metadata": kept, "blocks": arranged(parts, language)}


def ask(words: Words, language: str) -> View:
    """Render the modal that takes a question."""
    field = {
        "type": "plain_text_input",
        "action_id": TEXT,
        "multiline": True,
        "max_length": INPUT,
        "placeholder": label(words.examples[0], 150),
    }
    question = {"type": "input", "block_id": QUESTION, "label": label(words.ask_placeholder, 200), "element": field}
    blocks = arranged([whole(0, [question]), whole(0, small(words.unofficial))], language)
    return _modal(words, blocks) | {"callback_id": ASK, "submit": label(words.ask, MODAL_TEXT)}


def shown(message: Message, words: Words) -> View:
    """Render a message as a modal, without what only messages take."""
    return _modal(words, [block for block in message.blocks if block["type"] not in _MESSAGES_ONLY])


def _modal(words: Words, blocks: list[Block]) -> View:
    return {
        "type": "modal",
        "title": label(TITLE, MODAL_TITLE),
        "close": label(words.close, MODAL_TEXT),
        "blocks": blocks,
    }


def _under(rank: int, heading: str, buttons: list[Block]) -> list[Part]:
    row = actions(buttons)
    return [whole(rank, header(heading)), whole(rank, row)] if row else []


def _languages(words: Words, names: dict[str, str], preferred: str | None) -> Block:
    options = {ANY: words.any_language} | names
    blocks = {code: {"text": label(name, OPTION), "value": carried({"b": code})} for code, name in options.items()}
    chosen = blocks.get(preferred or ANY, blocks[ANY])
    return {
        "type": "static_select",
        "action_id": "language",
        "options": [*blocks.values()],
        "initial_option": chosen,
    }
