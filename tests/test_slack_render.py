"""Answers become Slack messages that are within every limit and inert."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack import lists, render, texts
from adapters.slack.blocks import Message
from bot.messages import Answer, Contact, Explanation, Outcome, Question, Source, Suggestion
from tests.fakes import CONTACT, HOSTILE, SOURCE, WORDS, FakeEngine, make_answer
from tests.slack_rig import read
from tests.slack_rules import alive, button, faults, nodes

PIECES = st.sampled_from(
    [HOSTILE, "<!channel>", "&amp;", "https://evil.example/x", "👮‍♀️", "النشرة", "\n\n- item", "**b**", ":smile:"]
)
TEXTS = st.lists(st.text(max_size=30) | PIECES | st.just("word " * 90), max_size=25).map(" ".join)
LINES = TEXTS.map(lambda text: " ".join(text.split()))
SUGGESTIONS = st.lists(st.builds(Suggestion, st.sampled_from(["mission", "x" * 60]), LINES), max_size=12).map(tuple)
URLS = st.sampled_from(
    ["https://example.org/a|b?c=<d>&e=*f*_g_", "https://example.org/" + "u" * 3_500, "no address", "https://[bad"]
)
CONTACTS = st.builds(Contact, LINES, LINES, LINES, st.lists(LINES, max_size=9).map(tuple), st.just(""), LINES, LINES)
SINGLE = st.builds(
    Answer,
    question=TEXTS,
    outcome=st.sampled_from(Outcome),
    entry=st.none() | st.just("mission"),
    title=LINES,
    confidence=st.just(0.5),
    language=st.sampled_from(["en", "ar"]),
    short=TEXTS,
    details=TEXTS,
    next_steps=TEXTS,
    notes=st.lists(LINES, max_size=12).map(tuple),
    sources=st.lists(st.builds(Source, LINES, LINES, URLS, st.just("2025"), LINES), max_size=12).map(tuple),
    suggestions=SUGGESTIONS,
    related=SUGGESTIONS,
    contact=st.none() | CONTACTS,
    reference=st.sampled_from(["", "abcd1234"]),
)
ANSWERS = st.builds(lambda first, others: replace(first, also=others), SINGLE, st.lists(SINGLE, max_size=3).map(tuple))


def faulty(message: Message) -> list[str]:
    payload = render.payload(message)
    return faults(payload) + alive(payload) + alive(render.payload(message, plain=True))


def ask(text: str) -> Answer:
    return replace(FakeEngine().answer(Question(text)), reference="abcd1234")


@settings(max_examples=150, deadline=None)
@given(ANSWERS, st.booleans(), st.booleans())
def test_any_answer_is_within_the_limits_and_inert(answer: Answer, private: bool, shared: bool) -> None:
    assert faulty(render.answer(answer, WORDS, private=private, shared=shared)) == []
    assert faulty(render.shared(answer, WORDS, answer.title)) == []


def test_a_second_question_is_answered_below_with_its_title_its_source_and_a_button() -> None:
    other = make_answer(entry="mission", title="What is the mission?", short="To prevent crime.", notes=("Note.",))
    message = render.answer(make_answer(also=(other,)), WORDS)
    assert faulty(message) == []
    shown = json.dumps(message.blocks)
    assert shown.index("provisionally arrest") < shown.index("What is the mission?") < shown.index("To prevent crime.")
    assert shown.count(SOURCE.url) >= 2
    assert '"e\\": \\"mission\\"' in shown or '"e\\":\\"mission\\"' in shown
    assert "Note." in shown
    assert "To prevent crime." in message.text


@given(TEXTS)
def test_any_line_is_within_the_limits_and_inert(text: str) -> None:
    assert faulty(render.line(f"Shared. {text}")) == []


@pytest.mark.parametrize(
    "message", [lists.help(WORDS), render.line(WORDS.thanks_for_feedback), render.line(WORDS.share_failed)]
)
def test_the_bots_own_words_are_within_the_limits_and_inert(message: Message) -> None:
    assert faulty(message) == []


def test_the_checks_of_these_tests_notice_what_is_alive() -> None:
    live = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "*b* <!channel>"}},
        {"type": "rich_text", "elements": [{"type": "link", "url": "https://evil.example"}, {"type": "broadcast"}]},
        {"type": "header", "text": {"type": "plain_text", "text": "x"}},
    ]
    assert len(alive({"text": "_i_ @here https://evil.example", "blocks": live})) >= 8


def test_the_order_is_title_answer_details_next_steps_sources_and_who_speaks() -> None:
    text = json.dumps(render.preview(ask("red notice"), WORDS)["blocks"])
    wanted = [
        "What is a red notice?",
        "find and provisionally",
        "a warrant",
        "What to do next",
        "Sources",
        "as of 2021",
    ]
    places = [text.index(part) for part in [*wanted, "Unofficial: this bot", "Reference abcd1234"]]
    assert places == sorted(places)


def test_markdown_becomes_rich_text() -> None:
    elements = [*nodes(render.preview(ask("red notice"), WORDS))]
    assert {"type": "text", "text": "request", "style": {"bold": True}} in elements
    assert {"type": "text", "text": "not", "style": {"italic": True}} in elements
    assert {"type": "link", "url": "https://www.interpol.int/en/FAQs", "text": "the FAQ"} in elements
    assert any(one.get("type") == "rich_text_list" and one["style"] == "bullet" for one in elements)


def test_ordered_lists_are_numbered_and_paragraphs_stand_apart() -> None:
    message = render.answer(make_answer(details="One.\n\nTwo.\n\n1. a\n2. b\n\nThree."), WORDS)
    body = next(one for one in nodes(list(message.blocks)) if "One." in json.dumps(one) and one["type"] == "rich_text")
    kinds = [one["type"] for one in body["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_section"]
    assert "".join(one["text"] for one in body["elements"][0]["elements"]) == "One.\n\nTwo."
    assert body["elements"][1]["style"] == "ordered"


def test_what_is_not_our_markdown_is_shown_as_it_stands() -> None:
    assert "<b>hi</b>" in read(render.preview(make_answer(short="<b>hi</b>"), WORDS)).text


def test_the_plain_form_tells_the_answer_its_source_and_what_else_may_be_meant() -> None:
    plain = render.payload(render.answer(ask("red notice"), WORDS), plain=True)
    assert "blocks" not in plain
    assert "find and provisionally arrest" in plain["text"]
    assert "https://www.interpol.int/en/FAQs (as of 2021)" in plain["text"]
    assert "1. What is a red notice?" in render.answer(ask("unsure"), WORDS).text
    assert "Jane Example" in render.answer(ask("my case"), WORDS).text


def test_the_longest_answer_keeps_its_short_text_sources_and_buttons() -> None:
    message = render.answer(ask("long"), WORDS, private=True)
    text = read(render.payload(message)).text
    assert "S" * 300 in text
    assert "Sources" in text
    assert "Reference abcd1234" in text
    assert "Unofficial" in message.text
    assert {"share", "feedback"} <= {str(one.get("action_id")) for one in nodes(list(message.blocks))}


def test_an_answer_beyond_every_limit_is_still_one_message() -> None:
    words = "**word** & <more> 👮 " * 1_000
    huge = make_answer(
        title=words,
        short=words,
        details=words,
        next_steps="- " + words,
        notes=(words,) * 20,
        sources=(Source(words, words, "https://example.org/" + "u" * 2_900, "2025"),) * 20,
        contact=Contact(words, words, words, (words,) * 20),
        suggestions=(Suggestion("a", words),) * 20,
        related=(Suggestion("b", words),) * 20,
        question=words,
        reference="abcd1234",
    )
    message = render.answer(huge, WORDS, private=True)
    assert faulty(message) == []
    assert texts.units(json.dumps(message.blocks, ensure_ascii=False)) <= 13_000
    assert "Reference abcd1234" in read(render.payload(message)).text


def test_arabic_lines_begin_right_to_left() -> None:
    message = render.answer(make_answer(language="ar", title="INTERPOL", short="INTERPOL ما", details=""), WORDS)
    header, body = message.blocks[:2]
    assert header["text"]["text"] == "\u200fINTERPOL"
    assert body["elements"][0]["elements"][0]["text"] == "\u200fINTERPOL ما"
    assert all(line.startswith("\u200f") for line in message.text.splitlines())


def test_marks_that_turn_the_direction_do_not_get_out() -> None:
    assert "\u202e" not in json.dumps(render.preview(ask("hostile"), WORDS), ensure_ascii=False)


def test_only_a_private_answer_from_an_entry_can_be_shared() -> None:
    def shareable(message: Message) -> bool:
        return any(one.get("action_id") == "share" for one in nodes(list(message.blocks)))

    assert shareable(render.answer(ask("red notice"), WORDS, private=True))
    assert not shareable(render.answer(ask("red notice"), WORDS))
    assert not shareable(render.answer(ask("unsure"), WORDS, private=True))
    assert not shareable(render.answer(ask("red notice"), WORDS, private=True, shared=True))
    assert not shareable(render.shared(ask("red notice"), WORDS, "jane"))


def test_a_button_carries_what_answers_again() -> None:
    message = render.answer(replace(ask("red notice"), question='"\\' * 2_000), WORDS, private=True)
    value = json.loads(button(list(message.blocks), "share")["value"])
    assert (value["e"], value["l"]) == ("red-notice-definition", "en")
    assert value["q"].startswith('"\\"\\')


def test_suggestions_and_related_questions_have_each_their_own_button() -> None:
    answer = make_answer(suggestions=(Suggestion("a", "A?"),), related=(Suggestion("b", "B?"), Suggestion("c", "C?")))
    blocks = list(render.answer(answer, WORDS).blocks)
    assert [json.loads(button(blocks, f"choose:{n}")["value"])["e"] for n in range(3)] == ["a", "b", "c"]


def test_the_sharer_is_named_but_not_pinged() -> None:
    message = render.shared(ask("red notice"), WORDS, "<@U0ASKER>")
    assert faulty(message) == []
    assert "<@U0ASKER> shared this answer" in message.blocks[0]["elements"][0]["text"]


def test_a_contact_shows_all_its_fields_and_safe_links() -> None:
    contact = replace(CONTACT, url="https://example.org/jane", email="jane@example.org", phone="+41 00")
    blocks = list(render.answer(make_answer(contact=contact), WORDS).blocks)
    links = {one["url"] for one in nodes(blocks) if one.get("type") == "link"}
    assert {"https://example.org/jane", "mailto:jane@example.org"} <= links
    assert "+41 00" in json.dumps(blocks)


def test_the_plain_form_says_how_to_reach_the_contact() -> None:
    contact = replace(CONTACT, url="https://example.org/jane?a=1&b=2", email="jane@example.org", phone="+41 00")
    lines = render.answer(make_answer(contact=contact), WORDS).text.splitlines()
    assert {"https://example.org/jane?a=1&amp;b=2", "jane@example.org", "+41 00"} <= set(lines)
    assert "Jane Example, Partner, Example LLP" in lines


def test_a_source_says_how_current_it_is() -> None:
    message = render.answer(make_answer(sources=(replace(SOURCE, dated="read on 20 November 2025"),)), WORDS)
    assert "read on 20 November 2025" in read(render.payload(message)).text


@given(st.text(max_size=200), st.integers(1, 60))
def test_a_cut_is_short_enough_and_never_splits_a_character(text: str, limit: int) -> None:
    short = texts.cut(text, limit)
    assert texts.units(short) <= limit
    assert short == text or text.startswith(short[:-1].rstrip())


def test_a_cut_falls_between_words() -> None:
    assert texts.cut("one two three four", 12) == "one two…"
    assert texts.cut("👮👮👮", 4) == "👮…"


# what stands behind buttons


@pytest.mark.parametrize("outcome", [Outcome.URGENT, Outcome.HANDED_OFF, Outcome.DECLINED])
def test_only_answers_are_folded_never_guidance_in_an_emergency(outcome: Outcome) -> None:
    long = make_answer(details="word " * 100)
    assert render.folds(long)
    assert not render.folds(replace(long, outcome=outcome))
    assert not render.folds(make_answer())


def test_long_details_stand_behind_a_button_and_stay_in_the_plain_form() -> None:
    message = render.answer(make_answer(details="Detail. " * 100, reference="abcd1234"), WORDS)
    assert "Detail." not in json.dumps(message.blocks)
    assert "Detail." in message.text
    assert json.loads(button(list(message.blocks), "more")["value"])["r"] == "abcd1234"
    whole = render.answer(make_answer(details="Detail. " * 100), WORDS, unfolded=True)
    assert "Detail." in json.dumps(whole.blocks)


def test_a_facet_is_shown_again_as_that_facet() -> None:
    why = Explanation(rule="sure; facet: report")
    message = render.answer(make_answer(entry="crime-cybercrime", explanation=why), WORDS, private=True)
    assert json.loads(button(list(message.blocks), "share")["value"])["e"] == "crime-cybercrime/report"


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_any_answer_that_stands_nearby_is_pointed_at_within_the_limits(answer: Answer) -> None:
    assert faulty(render.again(answer, WORDS, "https://example.org/archives/C1/p1?thread_ts=1.2&cid=C1")) == []


def test_feedback_is_asked_for_with_slack_s_own_buttons() -> None:
    buttons = button(list(render.answer(ask("red notice"), WORDS).blocks), "feedback")
    assert buttons["type"] == "feedback_buttons"
    shown = {name: buttons[name]["text"]["text"] for name in ("positive_button", "negative_button")}
    assert shown == {"positive_button": "Helpful", "negative_button": "Not helpful"}
    assert [json.loads(buttons[name]["value"])["f"] for name in shown] == ["1", "0"]
