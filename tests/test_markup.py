"""The small Markdown: what it allows, what it refuses, and that no text breaks it."""

import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup import (
    _PLAIN,
    Block,
    Emphasis,
    Items,
    Link,
    MarkupError,
    Paragraph,
    Span,
    Strong,
    escape,
    parse,
    plain,
)

# text without the characters that Markdown itself replaces (NUL) or that count as white space
MARKS = st.text(alphabet=st.sampled_from("*_[]()<>`\\!#-+.1 \n&;:/ahtps="), max_size=60)


def test_paragraphs_lists_strong_emphasis_and_links_become_a_tree() -> None:
    tree = parse(
        "One **bold *both*** word\nand [a link](https://example.org/a).\n\n- first\n- *second*\n\n1. a\n2. b\n"
    )

    assert tree == (
        Paragraph(
            (
                Span("One "),
                Strong((Span("bold "), Emphasis((Span("both"),)))),
                Span(" word"),
                Span(" "),
                Span("and "),
                Link((Span("a link"),), "https://example.org/a"),
                Span("."),
            )
        ),
        Items(((Span("first"),), (Emphasis((Span("second"),)),))),
        Items(((Span("a"),), (Span("b"),)), ordered=True),
    )


def test_an_empty_text_has_no_blocks() -> None:
    assert parse("") == ()
    assert parse(" \n ") == ()


def test_an_address_in_angle_brackets_is_a_link_to_itself() -> None:
    assert plain("See <https://example.org/a>.") == "See https://example.org/a."


def test_entities_and_escapes_stand_for_their_characters() -> None:
    assert plain(r"AT&amp;T \*stars\* 2021\. \[x\](y)") == "AT&T *stars* 2021. [x](y)"


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# Title", "a heading"),
        ("Title\n=====", "a heading"),
        ("---", "a line across"),
        ("```\ncode\n```", "a block of code"),
        ("a\n\n    code", "an indented block"),
        ("`code`", "`code`"),
        ("> said", "a quotation"),
        ("<b>bold</b>", "HTML"),
        ("<div>\nx\n</div>", "HTML"),
        ("![picture](https://example.org/a.png)", "an image"),
        ("- a\n  - b", "a list can't stand inside a list item"),
        ("- a\n\n  b", "more than one paragraph"),
        ("- a\n- ", "a list item is empty"),
        ("2021. A year", "must start with 1"),
        ("[site](http://example.org)", "must start with https://"),
        ("[site](example.org)", "must start with https://"),
        ("[site](https://)", "must start with https://"),
        ("[site](https://[::1)", "must start with https://"),
        ("[mail](mailto:a@example.org)", "must start with https://"),
        ("[](https://example.org)", "a link needs words"),
        ("[run](javascript:alert(1))", "a link can't be read"),
        ("[site](https://example.org/a b)", "a link can't be read"),
        ("*" * 400 + "a" + "*" * 400, "levels deep"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(markdown: str, words: str) -> None:
    with pytest.raises(MarkupError) as caught:
        parse(markdown)

    assert words in str(caught.value)


def test_plain_shows_list_marks_numbers_and_addresses() -> None:
    markdown = "**See** [the FAQ](https://example.org/faq):\n\n- one\n- two\n\n1. first\n2. *second*"

    assert plain(markdown) == "See the FAQ (https://example.org/faq):\n\n- one\n- two\n\n1. first\n2. second"


def test_a_reference_definition_stays_visible_rather_than_vanishing() -> None:
    assert "example.org" in plain("Before.\n\n[a]: https://example.org")


@given(st.one_of(st.text(), MARKS))
def test_any_text_is_parsed_or_refused_and_never_crashes(text: str) -> None:
    tree: tuple[Block, ...] = ()
    with suppress(MarkupError):
        tree = parse(text)
        assert isinstance(plain(text), str)

    assert all(isinstance(block, Paragraph | Items) for block in tree)


@given(st.one_of(st.text(), MARKS).filter(lambda text: "\0" not in text))
def test_escaped_text_comes_out_as_it_went_in(text: str) -> None:
    assert plain(escape(text)) == " ".join(text.split())


@given(st.one_of(st.text(), MARKS))
def test_the_fast_way_for_plain_lines_gives_what_the_parser_gives(text: str) -> None:
    line = text.strip()
    if not _PLAIN.fullmatch(line):
        line = "a"

    # a second paragraph takes the fast way away
    assert parse(line) == parse(line + "\n\n*end*")[:1]


@pytest.mark.parametrize(
    "unit", ["[", "*", "_", "`", "![", "<", "&", "[a](", "**a", "> ", "- ", "\\", "*a **b ", "a*b_c", "](", "1. "]
)
def test_hostile_text_takes_linear_time(unit: str) -> None:
    def seconds(length: int) -> float:
        started = time.thread_time()
        with suppress(MarkupError):
            parse((unit * length)[:length])
        return time.thread_time() - started

    small, large = (min(seconds(length) for _ in range(3)) for length in (2_000, 20_000))
    # ten times the length takes about ten times as long, not a hundred; the floor is for what takes no time at all
    assert large < max(40 * small, 0.05)
