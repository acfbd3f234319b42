"""What is wrong with `menu.yaml`, seen beside the entries and the files that there are."""

from collections.abc import Collection, Iterator, Mapping

from bot.errors import Fault
from bot.knowledge.checks import Record, Unread

Placed = Mapping[tuple[str | int, ...], str]


def check_menu(menu: Record, entries: Collection[str], files: Collection[str], unread: Unread) -> Iterator[Fault]:
    """Yield what the menu names that is not there, and what it names twice."""
    yield from _unknown(menu, _notices(menu), entries, unread, "there is no entry of this id")
    yield from _unknown(menu, _files(menu), files, unread, "there is no such file in faq/")
    yield from _twice(menu, _notices(menu))
    yield from _twice(menu, _files(menu))
    yield from _twice(menu, _ids(menu))


def _notices(menu: Record) -> Placed:
    return dict(menu.texts("notices"))


def _topics(menu: Record) -> range:
    found = menu.get("topics")
    return range(len(found) if isinstance(found, list) else 0)


def _files(menu: Record) -> Placed:
    return {place: text for number in _topics(menu) for place, text in menu.texts("topics", number, "files")}


def _ids(menu: Record) -> Placed:
    return {place: text for number in _topics(menu) for place, text in menu.texts("topics", number, "id")}


def _unknown(menu: Record, named: Placed, known: Collection[str], unread: Unread, why: str) -> Iterator[Fault]:
    for place, name in named.items():
        if name not in known and name not in unread.words:
            yield menu.fault(f"{name!r}: {why}", *place)


def _twice(menu: Record, named: Placed) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, name in named.items():
        if name in seen:
            yield menu.fault(f"{name!r} stands twice: name it once", *place)
        seen.add(name)
