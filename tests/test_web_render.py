from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from adapters.web.render import (
    LIMITS,
    Page,
    Shown,
    ask_address,
    direction,
    html,
    message,
    page,
    pretty,
    printable,
    web_address,
)
from bot.markup import escape as as_markdown
from bot.messages import Answer, Candidate, Explanation, Outcome, Rewrite, Source
from tests.document import Document
from tests.fakes import CONTACT, HOSTILE, WORDS, make_answer

LANGUAGES = (("en", "English"), ("ar", "العربية"))


def rendered(answer: Answer, **previews: dict[str, object]) -> str:
    return page(Page(WORDS, LANGUAGES, None, answer.question, Shown(answer, WORDS, previews)))


def test_an_answer_shows_all_its_parts() -> None:
    text = Document(rendered(make_answer(contact=CONTACT, reference="0a1b2c3d"))).text
    for part in (
        "What is a red notice?",
        "A red notice is a request to find",
        "It is not a warrant.",
        "What to do next Search the public notices",
        "Jane Example , Partner , Example LLP",
        "not legal advice",
        "INTERPOL · as of 2021",
        "What is the mission of INTERPOL?",
        "Confidence 97 %",
        "Answered",
        "Reference 0a1b2c3d",
    ):
        assert part in text


def test_a_second_question_is_answered_below_with_its_title_and_source() -> None:
    other = make_answer(entry="mission", title="What is the mission?", short="To **prevent** crime.", notes=("Old.",))
    whole = rendered(make_answer(also=(other,)))
    text = Document(whole).text
    assert text.index("It is not a warrant.") < text.index("What is the mission? To prevent crime. Sources")
    assert "entry=mission" in whole
    assert text.count("https://www.interpol.int/en/FAQs") >= 2
    assert "Old." in text


def test_an_answer_shows_how_the_question_was_rewritten() -> None:
    because = Explanation("red notice", rewrites=(Rewrite("filler", "<b>red notice</b>"),))
    assert "Filler <b>red notice</b> Entry" in Document(rendered(make_answer(explanation=because))).text


def test_an_answer_shows_why() -> None:
    candidates = (
        Candidate("mission", "?", "what do they do", 0.7, (("dense", 0.91), ("fuzzy", 0.2))),
        Candidate("members", "?", "how many members", 0.1, (("dense", 0.3),)),
    )
    because = Explanation("wat do they do", "en", "sure", 0.65, candidates)
    text = Document(rendered(make_answer(explanation=because))).text
    assert "Rule sure" in text
    assert "65 % is the least confidence" in text
    assert "wat do they do" in text
    assert "mission what do they do 0.700 0.910 0.200" in text
    assert "members how many members 0.100 0.300 –" in text


def test_what_the_platforms_would_be_sent_is_shown() -> None:
    text = Document(rendered(make_answer(), Slack={"text": "<!here>"}, Discord={"content": "ü"})).text
    assert "What Slack would be sent" in text
    assert '{ "text": "<!here>" }' in text
    assert '{ "content": "ü" }' in text


def test_choices_and_related_questions_are_links_that_open_their_entries() -> None:
    found = Document(rendered(make_answer()))
    links = [parse_qs(urlsplit(link).query) for link in found.all("href") if link.startswith("/?")]
    assert {"q": ["What is the mission of INTERPOL?"], "entry": ["mission"]} in links


def test_an_arabic_answer_reads_from_right_to_left() -> None:
    article = next(
        attributes for tag, attributes in Document(rendered(make_answer(language="ar"))).elements if tag == "article"
    )
    assert (article["lang"], article["dir"]) == ("ar", "rtl")
    assert direction("fr") == "ltr"


def test_every_field_to_fill_in_has_a_label() -> None:
    found = Document(rendered(make_answer()))
    labels = {attributes["for"] for tag, attributes in found.elements if tag == "label"}
    fields = [a for tag, a in found.elements if tag in {"input", "select", "meter"} and a.get("type") != "hidden"]
    assert fields
    assert {field["id"] for field in fields} <= labels


def test_a_language_is_offered_where_there_is_a_choice() -> None:
    assert "العربية" in page(Page(WORDS, LANGUAGES))
    assert "<select" not in page(Page(WORDS, LANGUAGES[:1]))


def test_the_form_reads_in_the_direction_of_the_words() -> None:
    def form(language: str) -> dict[str, str]:
        elements = Document(page(Page(WORDS, LANGUAGES, language))).elements
        return next(attributes for tag, attributes in elements if tag == "form")

    assert (form("ar")["dir"], form("he")["dir"]) == ("rtl", "ltr")


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_words(outcome: Outcome) -> None:
    assert f'class="card answer {outcome.value}"' in rendered(make_answer(outcome=outcome))


def test_links_lead_out_without_handing_over_the_page() -> None:
    found = Document(rendered(make_answer()))
    outside = [attributes for tag, attributes in found.elements if attributes.get("href", "").startswith("http")]
    assert len(outside) == 2
    assert all("noopener" in attributes["rel"] for attributes in outside)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://[::1", ""])
def test_an_address_that_is_none_is_text(url: str) -> None:
    assert web_address(url) == ""
    found = Document(rendered(make_answer(details="", sources=(Source("P", "T", url, "2021"),))))
    assert not any(link.startswith(("javascript", "data", "//", "http")) for link in found.all("href"))


def test_a_source_says_how_current_it_is() -> None:
    source = Source("P", "T", "https://example.org", "2026-05", "read in May 2026")
    assert "read in May 2026" in Document(rendered(make_answer(sources=(source,)))).text


def test_markdown_becomes_html() -> None:
    assert html("**a** *b* [c](https://example.org/?a&b)\n\n1. d\n2. e") == (
        '<p><strong>a</strong> <em>b</em> <a href="https://example.org/?a&amp;b" rel="noopener noreferrer">c</a></p>\n'
        "<ol><li>d</li><li>e</li></ol>"
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=80))
def test_escaped_words_stay_words(text: str) -> None:
    words = " ".join(text.split())
    assert html(as_markdown(text)) == (f"<p>{escape(words)}</p>" if words else "")


@given(st.text(st.characters(), max_size=80))
def test_no_question_changes_the_page(text: str) -> None:
    found = Document(
        page(Page(WORDS, LANGUAGES, None, text, Shown(make_answer(text), WORDS, {"Slack": {"text": text}})))
    )
    plain = Document(rendered(make_answer("x"), Slack={"text": "x"}))
    assert found.faults == []
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]


def test_hostile_words_stay_words() -> None:
    found = Document(rendered(make_answer(title=HOSTILE, notes=(HOSTILE,))))
    assert "<@U123>" in found.text
    assert found.faults == []


def test_what_a_page_can_not_hold_is_left_out() -> None:
    assert printable("a\x00b\x1b[31m\ud83dc\td\n") == "ab[31mc\td\n"
    assert len(printable("x" * 9000)) == LIMITS["question"]


def test_an_address_holds_the_question_whole_but_for_its_length() -> None:
    assert parse_qs(urlsplit(ask_address("a&b=#ü", "ar", "mission")).query) == {
        "q": ["a&b=#ü"],
        "lang": ["ar"],
        "entry": ["mission"],
    }
    assert len(ask_address("🚓" * 40_000)) < 5000


def test_a_huge_payload_is_cut() -> None:
    assert pretty({"text": "x" * 100_000}).endswith("(cut here)")


def test_a_message_page_says_what_went_wrong() -> None:
    found = Document(message(HTTPStatus.NOT_FOUND, "There is nothing <here>."))
    assert "404 Not Found There is nothing <here>." in found.text
    assert found.faults == []
