"""An answer in the terminal: an answer in, something for rich to print out; no markup in it comes alive."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bot.knowledge.schema import Words
from bot.markup import Block, Emphasis, Inline, Link, Paragraph, Strong, parse
from bot.messages import Answer, Outcome, Source
from bot.plain import all_notes, best, contact_lines, percent

STYLES = {
    Outcome.ANSWERED: "bold green",
    Outcome.SUGGESTED: "bold yellow",
    Outcome.HANDED_OFF: "bold blue",
    Outcome.URGENT: "bold red",
    Outcome.DECLINED: "bold",
}
READABLE = 100  # columns that a line of text may take in a terminal
UNWRAPPED = 100_000  # columns where a program reads: it wraps by itself
_QUIET = "dim"
_INDENT = 2


def console() -> Console:
    """Return what prints to standard output, as wide as reads well."""
    found = Console()
    found.width = min(found.width, READABLE) if found.is_terminal else UNWRAPPED
    return found


def show(answer: Answer, words: Words) -> RenderableType:
    """Return the answer with all that belongs to it, a blank line between its parts."""
    parts = list(_parts(answer, words))
    return Group(*(item for part in parts[:-1] for item in (part, Text())), *parts[-1:])


def _parts(answer: Answer, words: Words) -> Iterator[RenderableType]:
    if answer.title:
        yield Text(answer.title, style=STYLES[answer.outcome])
    for markdown in (answer.short, answer.details):
        yield from _blocks(markdown)
    if answer.suggestions:
        yield _numbered(tuple(suggestion.question for suggestion in best(answer.suggestions)))
    if answer.next_steps:
        yield _headed(words.next_steps, *_blocks(answer.next_steps))
    if answer.contact:
        yield _headed(words.ask_person, *map(Text, contact_lines(answer.contact)))
    yield from (Text(note, style="italic") for note in all_notes(answer))
    yield from _sources(answer, words)
    for other in answer.also:
        yield Text(other.title, style=STYLES[other.outcome])
        yield from _blocks(other.short)
        yield from _sources(other, words)
    if answer.related:
        yield _headed(words.related, *(Text(f"- {suggestion.question}") for suggestion in answer.related))
    yield Text(f"{words.confidence}: {percent(answer.confidence)}. {words.unofficial}", style=_QUIET)


def _sources(answer: Answer, words: Words) -> Iterator[RenderableType]:
    if answer.sources:
        yield _headed(words.sources, *(line for source in answer.sources for line in _source(source)))


def _headed(heading: str, *lines: RenderableType) -> RenderableType:
    return Group(Text(heading, style="bold"), *(Padding.indent(line, _INDENT) for line in lines))


def _numbered(questions: tuple[str, ...]) -> RenderableType:
    return Group(
        *(Padding.indent(Text(f"{number}. {question}"), _INDENT) for number, question in enumerate(questions, 1))
    )


def _source(source: Source) -> tuple[Text, Text]:
    return Text(f"{source.publisher}: {source.title} ({source.dated})"), Text(source.url, style=_QUIET)


def _blocks(markdown: str) -> Iterator[RenderableType]:
    return (_block(block) for block in parse(markdown))


def _block(block: Block) -> RenderableType:
    if isinstance(block, Paragraph):
        return _inline(block.children)
    marks = (f"{number}. " if block.ordered else "- " for number in range(1, len(block.items) + 1))
    lines = (Text(mark) + _inline(item) for mark, item in zip(marks, block.items, strict=True))
    return Group(*(Padding.indent(line, _INDENT) for line in lines))


def _inline(children: tuple[Inline, ...]) -> Text:
    return Text.assemble(*(_one(child) for child in children))


def _one(child: Inline) -> Text:
    match child:
        case Strong(children):
            return _styled(_inline(children), "bold")
        case Emphasis(children):
            return _styled(_inline(children), "italic")
        case Link(children, url):
            words = _inline(children)
            return words if words.plain == url else words + Text(f" ({url})", style=_QUIET)
        case _:
            return Text(child.text)


def _styled(text: Text, style: str) -> Text:
    text.stylize(style)
    return text
