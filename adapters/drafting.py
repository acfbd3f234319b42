"""The command `drafts`: experts' answers that may become entries."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from adapters.checking import PREVIEWS, today
from adapters.command import Command, Reply, add_knowledge, printable, replying
from adapters.stored import with_store
from bot.editing.drafting import Wish, plan
from bot.editing.review import review
from bot.errors import EditingError, StoreError
from bot.knowledge.loader import load, open_folder
from bot.settings import Settings
from bot.store import Draft, DraftState, utc_now

_SHOWN = 60  # characters of a question in the list


def drafts(options: argparse.Namespace, settings: Settings) -> Reply:
    """Do what is asked: list, show, accept, reject."""
    doing = {"list": _list, "show": _show, "accept": _accept, "reject": _reject}
    return doing[options.doing](options, settings)


def _list(options: argparse.Namespace, settings: Settings) -> Reply:
    state = None if options.all else DraftState.NEW
    found = with_store(settings, lambda store: store.handoffs.drafts(state))
    if options.json:
        return Reply(json.dumps([*map(_object, found)], ensure_ascii=False, indent=2).encode() + b"\n")
    lines = [_line(one) for one in found] or ["There are no drafts." if options.all else "There are no new drafts."]
    return _reply(*lines)


def _show(options: argparse.Namespace, settings: Settings) -> Reply:
    one = _draft(options.id, settings)
    if options.json:
        return Reply(json.dumps(_object(one), ensure_ascii=False, indent=2).encode() + b"\n")
    return _reply(*_whole(one))


def _accept(options: argparse.Namespace, settings: Settings) -> Reply:
    one = _new(options.id, settings)
    wish = Wish(
        entry=options.entry,
        topic=options.topic,
        question=options.question,
        short=options.short,
        details=options.details,
        phrasings=tuple(options.phrasing),
        source=options.source,
        source_title=options.source_title,
        source_url=options.source_url,
        english_question=options.english_question,
        english_short=options.english_short,
    )
    folder = settings.knowledge_dir
    made = plan(folder, load(folder), one, wish, today())
    made.carry_out()
    try:
        _decide(one, DraftState.ACCEPTED, settings, entry=wish.entry)
    except StoreError as error:
        raise StoreError(
            f"The entry {wish.entry} is written, but draft {one.id} still counts as new. {error}"
        ) from error
    remarks = [
        each for each in review(open_folder(folder), today(), PREVIEWS) if each.message.startswith(f"{wish.entry} ")
    ]
    return _reply(*made.changes, *map(str, remarks))


def _reject(options: argparse.Namespace, settings: Settings) -> Reply:
    one = _new(options.id, settings)
    _decide(one, DraftState.REJECTED, settings, reason=options.reason)
    return _reply(f"Draft {one.id} is rejected: {options.reason}")


def _decide(one: Draft, state: DraftState, settings: Settings, *, entry: str = "", reason: str = "") -> None:
    with_store(settings, lambda store: store.handoffs.decide(one.id, state, utc_now(), entry=entry, reason=reason))


def _draft(number: int, settings: Settings) -> Draft:
    one = with_store(settings, lambda store: store.handoffs.draft(number))
    if one is None:
        raise EditingError(f"There is no draft {number}: interpol-bot drafts list --all shows those there are.")
    return one


def _new(number: int, settings: Settings) -> Draft:
    one = _draft(number, settings)
    if one.state is not DraftState.NEW:
        what = f", as {one.entry}" if one.entry else f": {one.reason}"
        raise EditingError(f"Draft {number} was {one.state.value} already{what}.")
    return one


def _line(one: Draft) -> str:
    question = printable(one.question)
    shown = question if len(question) <= _SHOWN else f"{question[: _SHOWN - 1]}…"
    return f"{one.id:>4}  {one.saved_at:%Y-%m-%d}  {one.language:<2}  {one.state.value:<8}  {shown}"


def _whole(one: Draft) -> Iterator[str]:
    decided = (f", as {one.entry}" if one.entry else "") + (f": {one.reason}" if one.reason else "")
    yield f"Draft {one.id}, {one.state.value}{decided}"
    yield f"Question ({one.language}): {printable(one.question)}"
    yield "Answer:"
    yield from (f"  {printable(line)}" for line in one.answer.splitlines())
    who, when = printable(one.expert.name) or "somebody", f"{one.answered_at:%Y-%m-%d}"
    yield f"Answered by {who} ({one.expert.key}) on {when}, hand-off {one.handoff} in {one.platform}"


def _object(one: Draft) -> dict[str, Any]:
    return {
        "id": one.id,
        "state": one.state.value,
        "question": one.question,
        "answer": one.answer,
        "language": one.language,
        "expert": one.expert.key,
        "expert_name": one.expert.name,
        "answered_at": one.answered_at.isoformat(),
        "handoff": one.handoff,
        "platform": one.platform,
        "saved_by": one.saved_by,
        "saved_at": one.saved_at.isoformat(),
        "entry": one.entry,
        "reason": one.reason,
        "decided_at": one.decided_at.isoformat() if one.decided_at else None,
    }


def _reply(*lines: str) -> Reply:
    return Reply("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    doings = parser.add_subparsers(dest="doing", metavar="DOING", required=True, parser_class=argparse.ArgumentParser)
    listing = doings.add_parser("list", help="the new drafts")
    listing.add_argument("--all", action="store_true", help="those that were accepted or rejected, too")
    listing.add_argument("--json", action="store_true", help="print JSON")
    showing = doings.add_parser("show", help="one draft, whole")
    showing.add_argument("id", type=int, metavar="ID")
    showing.add_argument("--json", action="store_true", help="print a JSON object")
    _name_accept(doings.add_parser("accept", help="make an entry of a draft"))
    rejecting = doings.add_parser("reject", help="say why a draft becomes no entry")
    rejecting.add_argument("id", type=int, metavar="ID")
    rejecting.add_argument("--reason", required=True, help="why, for those who wonder later")


def _name_accept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID")
    parser.add_argument("--entry", required=True, help="the new entry's id, such as red-notice-duration")
    texts = {
        "topic": "file of faq/ to append it to, such as notices; else one of its own",
        "question": "as an editor would put it; else as it was asked",
        "short": "the short answer; else the first sentences of the expert's",
        "details": "the rest; else the rest of the expert's answer",
        "source": "id of a page in sources.yaml that says the same",
        "source-title": "title of a page that says the same, to be listed there",
        "source-url": "its address",
        "english-question": "needed where the draft is in another language",
        "english-short": "the same",
    }
    for name, meaning in texts.items():
        parser.add_argument(f"--{name}", default="", help=meaning)
    parser.add_argument("--phrasing", action="append", default=[], help="another way to ask; may be given many times")
    add_knowledge(parser)


DRAFTS = Command(_add_arguments, replying(drafts))
