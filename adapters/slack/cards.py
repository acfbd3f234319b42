"""Hand-offs -> Slack messages: what experts see, what the asker is told. Pure functions.

An asker's words and an expert's are nobody's markup: they are shown as rich text that Slack does not parse.
"""

from collections.abc import Mapping

from adapters.slack.blocks import (
    INPUT,
    MODAL_TEXT,
    MODAL_TITLE,
    TEXT,
    Block,
    Message,
    Part,
    actions,
    arranged,
    button,
    carried,
    fitted,
    header,
    label,
    rich,
    run,
    section,
    small,
    whole,
)
from adapters.slack.parse_experts import ANSWER, FIELD
from adapters.slack.parse_experts import TEXT as TYPED
from adapters.slack.render import contact_card, contact_text
from adapters.slack.texts import clean, cut, inert_lines, one_line, shorten
from adapters.slack.views import View
from bot.handoff.states import OPEN_STATES, HandOff, Notice, State
from bot.knowledge.schema import Words
from bot.messages import Contact

SHOWN = 200  # characters of the question that its asker is shown again
_BUTTONS: Mapping[State, tuple[str, ...]] = {
    State.OPEN: ("claim", "answer", "decline"),
    State.CLAIMED: ("answer", "decline", "release"),
    State.ANSWERED: ("save",),
}


def question(one: HandOff, words: Words) -> Message:
    """Render what experts see: the question, what the bot answered, where it stands, what can be done."""
    stands, rule = status(one, words), words.expert_rule if one.state in OPEN_STATES else ""
    offered = one.offered or words.expert_unknown
    where = f"{words.expert_where}: {one.platform}, {one.surface}, {one.language} · {one.reference}"
    said = [(words.expert_answer, one.answer)] if one.answer else []
    texts = [(words.expert_question, one.question), (words.expert_offered, offered), *said]
    parts = [
        whole(0, header(words.expert_asked)),
        whole(0, small(stands)),
        *(Part(1, lambda limit, name=name, text=text: _labelled(name, text, limit)) for name, text in texts),  # type: ignore[misc]
        whole(0, actions(_button(name, one, words) for name in _BUTTONS.get(one.state, ()))),
        whole(2, small(where)),
        whole(2, small(rule)),
    ]
    lines = inert_lines(words.expert_asked, stands, *(f"{name}: {text}" for name, text in texts), where)
    return fitted(shorten(lines, TEXT), parts, "")


def status(one: HandOff, words: Words) -> str:
    """Return where a hand-off stands, in words; nothing while it is open."""
    said = {
        State.CLAIMED: words.expert_claimed,
        State.ANSWERED: words.expert_answered,
        State.NOT_FOR_US: words.expert_declined,
        State.EXPIRED: words.expert_expired,
    }.get(one.state, "")
    return said.format(expert=_name(one, words))


def told(one: HandOff, notice: Notice, words: Words, contact: Contact | None) -> Message:
    """Render what the asker is told; where nobody will answer, with whom they can ask instead."""
    about = words.person_question.format(question=cut(one_line(one.question), SHOWN))
    said = {
        Notice.TAKEN: words.person_taken,
        Notice.WAITING: words.person_waiting,
        Notice.ANSWER: words.person_answer,
        Notice.DECLINED: words.person_declined,
        Notice.EXPIRED: words.person_expired,
    }[notice].format(expert=_name(one, words))
    if one.expert is None or not one.expert.name:
        said = said[:1].upper() + said[1:]  # it may begin with "somebody"; a name is left as it is
    answer = one.answer if notice is Notice.ANSWER else ""
    other = contact if notice in {Notice.DECLINED, Notice.EXPIRED} else None
    parts = [
        whole(1, small(about)),
        Part(0, lambda limit: _labelled(said, answer, limit)),
        Part(1, lambda limit: contact_card(other, limit, words) if other else []),
    ]
    lines = "\n".join(filter(None, [inert_lines(said, answer, about), contact_text(other) if other else ""]))
    return fitted(shorten(lines, TEXT), parts, one.language)


def asked(words: Words, language: str) -> Message:
    """Render that a question is with people now."""
    return _said(words.person_asked, None, words, language)


def not_asked(words: Words, language: str, contact: Contact | None, *, failed: bool) -> Message:
    """Render whom to ask where nobody can be asked here; `failed`: where that should have worked."""
    if contact is None:
        return _said(words.person_nobody, None, words, language)
    return _said(words.person_failed if failed else "", contact, words, language)


def _said(text: str, contact: Contact | None, words: Words, language: str) -> Message:
    parts = [
        whole(0, small(text)),
        Part(0, lambda limit: contact_card(contact, limit, words) if contact else []),
    ]
    lines = [inert_lines(text), f"{inert_lines(words.ask_person)}\n{contact_text(contact)}" if contact else ""]
    return fitted(shorten("\n".join(filter(None, lines)), TEXT), parts, language)


def form(one: HandOff, channel: str, words: Words) -> View:
    """Render the modal in which an expert answers."""
    field = {"type": "plain_text_input", "action_id": TYPED, "multiline": True, "max_length": INPUT}
    field |= {"placeholder": label(one.question, 150) or label(words.expert_question, 150)}
    blocks = arranged(
        [
            Part(0, lambda limit: _labelled(words.expert_question, one.question, limit)),
            whole(
                0, [{"type": "input", "block_id": FIELD, "label": label(words.expert_answer, 200), "element": field}]
            ),
        ],
        "",
    )
    return {
        "type": "modal",
        "callback_id": ANSWER,
        "private_metadata": carried({"h": one.id, "c": channel}),
        "title": label(words.ask_person, MODAL_TITLE),
        "close": label(words.close, MODAL_TEXT),
        "submit": label(words.expert_send, MODAL_TEXT),
        "blocks": blocks,
    }


def _labelled(name: str, text: str, limit: int) -> list[Block]:
    words = run(f"\n{clean(text).strip()}") if text.strip() else []
    return rich([section([*run(name, bold=True), *words])], limit + len(name) + 1)


def _button(name: str, one: HandOff, words: Words) -> Block:
    return button(f"expert_{name}", getattr(words, f"expert_{name}"), {"h": one.id})


def _name(one: HandOff, words: Words) -> str:
    return (one.expert.name if one.expert else "") or words.somebody
