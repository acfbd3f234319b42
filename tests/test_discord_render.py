import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import render as limits
from adapters.discord.render import (
    escape,
    preview,
    render,
    render_choices,
    render_help,
    render_note,
    render_short,
    units,
)
from bot.messages import Answer, Contact, Outcome, Source, Suggestion
from tests.discord_rules import live_markup, markdown_texts, pings, plain_texts, read_aloud, violations
from tests.fakes import CONTACT, HOSTILE, WORDS, make_answer

RLM = "\N{RIGHT-TO-LEFT MARK}"

# texts full of what Discord could take for markup, beside any other text
_PINGS = ("@everyone", "@here", "<@1>", "<@&1>", "<#1>", HOSTILE)
_TAGS = ("<t:1:R>", "<:x:1>", "</a:1>", ":smile:")
_LINKS = ("https://evil.example/a_b_c", "discord.gg/abc", "[a](https://evil.example)", "[a](<https://evil.example>)")
_LINE_STARTS = ("# ", "-# ", ">>> ", "- ", "1. ")
_PAIRS = ("**", "*", "__", "_", "~~", "||", "`", "```", "\\", "]", ")", ">")
_WORDS = ("word ", "x" * 90, "ما هي النشرة ", "🚨", "👮‍♀️", "\ud83d", "\u202e", "{date}", "\n", "\n\n")
_HOSTILE_PIECES = st.sampled_from((*_PINGS, *_TAGS, *_LINKS, *_LINE_STARTS, *_PAIRS, *_WORDS))
_texts = st.one_of(st.text(max_size=60), st.lists(_HOSTILE_PIECES, max_size=12).map("".join))
_long_texts = st.one_of(_texts, st.tuples(_texts, st.integers(1, 40)).map(lambda pair: pair[0] * pair[1]))
_ids = st.text("abc-123", max_size=120)
_addresses = st.one_of(_texts, _texts.map(lambda text: f"https://example.org/{text}"))
_sources = st.builds(Source, _texts, _long_texts, _addresses, _texts, _texts)
_suggestions = st.builds(Suggestion, _ids, _long_texts, st.just(0.5))
_contacts = st.builds(
    Contact, name=_long_texts, role=_texts, organisation=_texts, url=_addresses, email=_texts, phone=_texts,
    fields=st.lists(_texts, max_size=8).map(tuple),
)  # fmt: skip
_single = st.builds(
    Answer,
    question=_texts,
    outcome=st.sampled_from(Outcome),
    entry=st.none() | _ids,
    title=_long_texts,
    confidence=st.just(0.5),
    language=st.sampled_from(["en", "ar"]),
    short=_long_texts.filter(str.strip),
    details=_long_texts,
    next_steps=_long_texts,
    notes=st.lists(_long_texts, max_size=4).map(tuple),
    sources=st.lists(_sources, max_size=5).map(tuple),
    suggestions=st.lists(_suggestions, max_size=6).map(tuple),
    related=st.lists(_suggestions, max_size=6).map(tuple),
    contact=st.none() | _contacts,
    reference=_ids,
)
_answers = st.builds(
    lambda first, others: replace(first, also=others), _single, st.lists(_single, max_size=3).map(tuple)
)
_PATIENT = settings(deadline=None)  # how long an example takes says more about the machine
_OWN = {f"{number}. " for number in range(1, 6)}  # lists of the renderer, whose headings and names are bold


@_PATIENT
@given(_answers)
def test_any_answer_renders_within_every_limit(answer: Answer) -> None:
    assert violations(preview(answer, WORDS)) == []
    assert violations(render_short(answer, WORDS).payload()) == []


@_PATIENT
@given(_answers)
def test_no_answer_pings(answer: Answer) -> None:
    assert pings(preview(answer, WORDS)) == []
    assert pings(render_short(answer, WORDS).payload()) == []


@_PATIENT
@given(_answers)
def test_nothing_that_is_no_markup_of_an_editor_comes_alive(answer: Answer) -> None:
    others = tuple(replace(other, short=escape_markdown(other.short)) for other in answer.also)
    plain = replace(answer, short=escape_markdown(answer.short), details="", next_steps="", also=others)
    live = [mark for text in markdown_texts(preview(plain, WORDS)) for mark in live_markup(text)]
    addresses = [source.url for each in (answer, *answer.also) for source in each.sources] + (
        [answer.contact.url] if answer.contact else []
    )
    own = _OWN | {f"link {limits._quoted(address)}" for address in addresses}
    assert [mark for mark in live if mark not in own and not mark.startswith("*")] == []


def test_a_second_question_is_answered_below_with_its_title_its_source_and_a_button() -> None:
    other = make_answer(entry="mission", title="What is the mission?", short="To **prevent** crime.", notes=("Note.",))
    body = preview(make_answer(also=(other,)), WORDS)
    assert violations(body) == []
    _, second = body["embeds"]
    assert (second["title"], second["description"]) == ("What is the mission?", "To **prevent** crime.")
    assert "https://www.interpol.int/en/FAQs" in second["fields"][0]["value"]
    assert "Note." in body["embeds"][0]["footer"]["text"]
    first_row = body["components"][0]["components"]
    assert [button["custom_id"] for button in first_row] == ["interpol:choose:mission"]
    assert "What is the mission?" in render_short(make_answer(also=(other,)), WORDS).content


@_PATIENT
@given(_texts)
def test_an_escaped_text_is_inert_and_reads_the_same(text: str) -> None:
    escaped = escape(text)
    assert live_markup(escaped) == []
    assert _letters(re.sub(r"\\([^A-Za-z0-9\s])", r"\1", escaped)) == _letters(text)


@_PATIENT
@given(_texts, st.integers(2, 300))
def test_a_cut_text_is_whole_markdown(text: str, limit: int) -> None:
    written = escape_markdown(text)
    tree = limits._tree(
        f"**bold {written} bold** and [words {written}](https://example.org/x) {written}\n\n- {written}."
    )
    cut = limits._fit(tree, limit)
    assert units(cut) <= limit
    unescaped = re.sub(r"\\[^A-Za-z0-9\s]", "", cut)
    assert unescaped.count("**") % 2 == 0
    assert unescaped.count("[") == unescaped.count("](<") == unescaped.count(">)")


@_PATIENT
@given(st.lists(_suggestions, max_size=40))
def test_any_choices_are_within_the_limits(suggestions: list[Suggestion]) -> None:
    choices = render_choices(suggestions)
    assert len(choices) <= 25
    assert all(0 < units(text) <= 100 for pair in choices for text in pair)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, (even) these: 10.5 - 3", "plain words, (even) these: 10.5 - 3"),
        ("**b** _i_ ~s~ `c` ||x||", r"\*\*b\*\* \_i\_ \~s\~ \`c\` \|\|x\|\|"),
        ("@everyone and @Here", "@\u200beveryone and @\u200bHere"),
        ("name@example.org", "name@example.org"),
        ("<@123> <#4> <t:5:R>", "\\<@\u200b123\\> \\<#4\\> \\<t\\:5\\:R\\>"),
        ("https://evil.example", r"https\://evil.example"),
        ("discord.gg/abc", r"discord.gg\/abc"),
        ("# heading", r"\# heading"),
        ("-# small", r"\-# small"),
        ("2021. A year", r"2021\. A year"),
        ("[words](there)", r"\[words\](there)"),
        ("a\\b", r"a\\b"),
        ("two\nlines\r\n", "two lines "),
        ("nul\x00 \ud83d \u202eabc", "nul \N{REPLACEMENT CHARACTER} abc"),
    ],
)
def test_escaping(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("markdown", "live"),
    [
        ("**b**", "**b**"),
        ("see *i* here", "*i*"),
        ("_i_", "_i_"),
        ("`c`", "`c`"),
        ("||x||", "||x||"),
        ("# h", "# "),
        ("- item", "- "),
        ("<t:1>", "<t:1>"),
        ("https://evil.example", "https://evil.example"),
        ("[a](<https://evil.example>)", "link https://evil.example"),
        (r"\<@123>", "<@123>"),
        (r"\@everyone", "@everyone"),
    ],
)
def test_the_check_for_what_is_alive_sees_it(markdown: str, live: str) -> None:
    assert live in live_markup(markdown)


def test_an_editors_markup_stays_markup() -> None:
    answer = make_answer(short="A **request**, *not* a [warrant](https://example.org/a_(b)).", details="1. one\n2. two")
    body = preview(answer, WORDS)
    assert body["content"] == "A **request**, *not* a [warrant](<https://example.org/a_%28b%29>)."
    assert body["embeds"][0]["description"].startswith("1. one\n2. two\n\n**What to do next**")


def test_the_short_answer_is_the_content_and_stands_nowhere_else() -> None:
    body = preview(make_answer(), WORDS)
    assert body["content"].startswith("A red notice is a **request**")
    assert "provisionally" not in str(body["embeds"])


def test_every_part_of_the_answer_is_shown() -> None:
    shown = read_aloud(preview(make_answer(contact=CONTACT, reference="0123abcd"), WORDS))
    for words in ("What is a red notice?", "asked for by a member country", "Search the public notices", "Sources"):
        assert words in shown
    for words in ("Jane Example", "Data Protection", "as of 2021", "not legal advice", "Unofficial", "0123abcd"):
        assert words in shown


def test_a_source_says_how_current_it_is() -> None:
    source = Source("INTERPOL", "Databases", "https://example.org/d", "2025-11-20", "read on 20 November 2025")
    assert "read on 20 November 2025" in read_aloud(preview(make_answer(sources=(source,)), WORDS))


def test_the_nearest_things_stand_under_their_heading_when_declining() -> None:
    answer = make_answer(outcome=Outcome.DECLINED, suggestions=(Suggestion("mission", "What is the mission?"),))
    assert "**The nearest things I know**" in preview(answer, WORDS)["embeds"][0]["description"]


def test_a_question_too_long_for_its_button_is_shown_whole() -> None:
    question = "Could you please tell me " * 6 + "that?"
    body = preview(make_answer(outcome=Outcome.SUGGESTED, suggestions=(Suggestion("it", question),)), WORDS)
    assert question in body["embeds"][0]["description"]
    assert body["components"][0]["components"][0]["label"].endswith("…")


def test_an_entry_offered_twice_gets_one_button() -> None:
    twice = (Suggestion("mission", "What is the mission?"),)
    body = preview(make_answer(suggestions=twice, related=twice), WORDS)
    assert [len(row["components"]) for row in body["components"]] == [1]


def test_feedback_is_asked_for_only_where_there_is_an_answer_to_judge() -> None:
    judged = preview(make_answer(reference="0123abcd", related=()), WORDS)
    assert [button["custom_id"] for button in judged["components"][0]["components"]] == [
        "interpol:helpful:0123abcd",
        "interpol:not-helpful:0123abcd",
    ]
    assert preview(make_answer(reference="0123abcd", entry=None, related=()), WORDS)["components"] == []


def test_a_private_message_is_flagged() -> None:
    assert render(make_answer(), WORDS, private=True).payload()["flags"] == 64
    assert render_help(WORDS, private=True).payload()["flags"] == 64
    assert "flags" not in preview(make_answer(), WORDS)


def test_a_long_answer_is_cut_at_a_word_and_keeps_the_way_on() -> None:
    answer = make_answer(details="word " * 2000, next_steps="Ask your embassy.")
    description = preview(answer, WORDS)["embeds"][0]["description"]
    assert "word…\n\n**What to do next**\n\nAsk your embassy." in description
    assert 3500 < units(description) <= 4096


def test_a_source_with_an_endless_address_is_named_without_a_link() -> None:
    source = Source("INTERPOL", "Databases", "https://example.org/" + "x" * 2000, "2025", "as of 2025")
    [field] = preview(make_answer(sources=(source,)), WORDS)["embeds"][0]["fields"]
    assert field["value"] == "Databases (INTERPOL, as of 2025)"


def test_an_address_that_is_none_of_the_web_becomes_no_link() -> None:
    source = Source("INTERPOL", "Databases", "javascript:alert(1)", "2025")
    assert "javascript" not in str(preview(make_answer(sources=(source,)), WORDS))


def test_lines_of_arabic_begin_with_a_right_to_left_mark() -> None:
    answer = make_answer(language="ar", title="ما هي؟", short="INTERPOL منظمة دولية للشرطة", details="- أولا\n- ثانيا")
    body = preview(answer, WORDS)
    assert body["content"].startswith(RLM)
    assert body["embeds"][0]["title"].startswith(RLM)
    assert body["embeds"][0]["description"].startswith(f"- {RLM}أولا\n- {RLM}ثانيا")
    assert RLM not in str(preview(make_answer(), WORDS))


def test_emoji_and_joiners_are_not_broken_by_a_cut() -> None:
    answer = make_answer(title="👮‍♀️ " * 200)
    title = preview(answer, WORDS)["embeds"][0]["title"]
    assert title.rstrip("…").split() == ["👮‍♀️"] * len(title.rstrip("…").split())
    assert units(title) <= 256


def test_the_short_form_says_the_answer_its_sources_and_that_it_is_unofficial() -> None:
    plain = render_short(make_answer(), WORDS, private=True)
    assert (plain.embeds, plain.components, plain.flags) == ((), (), 64)
    for words in ("provisionally arrest", "(<https://www.interpol.int/en/FAQs>)", "as of 2021", "Unofficial"):
        assert words in plain.content


def test_the_help_and_a_note_are_inert() -> None:
    hostile = WORDS.model_copy(update={"unofficial": HOSTILE, "examples": (HOSTILE,)})
    for body in (render_help(hostile).payload(), render_note(HOSTILE).payload()):
        assert violations(body) == []
        assert pings(body) == []
    assert live_markup(render_note(HOSTILE).content) == []


def test_footers_and_labels_bear_no_backslashes() -> None:
    answer = make_answer(notes=("a_b [c] *d*",), related=(Suggestion("mission", "What is *this*?"),))
    assert [text for text in plain_texts(preview(answer, WORDS)) if "\\" in text] == []


def test_a_short_choice_comes_back_as_its_question_and_a_long_one_as_its_entry() -> None:
    long = "Q" * 101
    assert render_choices((Suggestion("short-one", "What?"), Suggestion("long-one", long))) == (
        ("What?", "What?"),
        (f"{'Q' * 80}…", "entry:long-one"),
    )


def escape_markdown(text: str) -> str:
    """Return Markdown that an editor would have to write to show this text as it stands."""
    return re.sub(r"([\\`*_{}\[\]<>()#+\-.!|~&=])", r"\\\1", " ".join(text.split()))


def _letters(text: str) -> list[Any]:
    """Return what a reader must find again: letters and digits, in order."""
    return [char for char in text if char.isalnum()]
