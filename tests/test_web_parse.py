import json
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from adapters.web.parse import VISITOR, api_body, api_query, check_origin, feedback, visit


def test_a_visit_without_a_question_asks_nothing() -> None:
    assert not visit({}).asked


def test_an_empty_question_is_a_question() -> None:
    assert visit({"q": ""}).asked


def test_a_visit_becomes_a_question_of_the_page() -> None:
    question = visit({"q": "red notice", "lang": "fr"}).question()
    assert (question.text, question.language, question.platform, question.surface) == (
        "red notice",
        "fr",
        "web",
        "page",
    )


@pytest.mark.parametrize("hint", ["", "english please", "<script>", "e", "../en", "en\n"])
def test_a_language_that_is_none_is_left_out(hint: str) -> None:
    assert visit({"q": "x", "lang": hint}).language is None


@pytest.mark.parametrize("entry", ["", "Red Notice", "<b>", "a--b", "-a"])
def test_an_entry_that_can_not_be_one_is_left_out(entry: str) -> None:
    assert visit({"q": "x", "entry": entry}).entry is None


def test_the_api_reads_a_question_from_its_address() -> None:
    question = api_query({"q": "red notice", "lang": "pt-BR"})
    assert (question.text, question.language, question.surface) == ("red notice", "pt-BR", "api")


def test_the_api_says_how_to_ask_when_the_question_is_missing() -> None:
    with pytest.raises(HTTPException, match="q=your") as caught:
        api_query({"lang": "en"})
    assert caught.value.status_code == 400


def test_the_api_reads_a_question_from_json() -> None:
    question = api_body(b'{"q": "red \\ud83d notice", "lang": null, "else": 1}')
    assert (question.text, question.language) == ("red \ud83d notice", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"q"',
        b"\xff\xfe",
        b'{"q": 1}',
        b'{"Q": "x"}',
        b'{"q": "x", "lang": 7}',
        b"[" * 100_000,
    ],
)
def test_a_wrong_body_is_refused_with_a_sentence_that_shows_a_right_one(body: bytes) -> None:
    with pytest.raises(HTTPException, match='"q": "your question"') as caught:
        api_body(body)
    assert caught.value.status_code == 400


@given(st.binary(max_size=200))
def test_no_body_breaks_the_parsers(body: bytes) -> None:
    for read in (api_body, feedback):
        with suppress(HTTPException):
            assert read(body)


@given(st.text(max_size=50))
def test_any_text_comes_through_the_api_as_it_is(text: str) -> None:
    assert api_body(json.dumps({"q": text}).encode()).text == text


@pytest.mark.parametrize(("said", "helpful"), [("yes", True), ("no", False)])
def test_feedback_is_read(said: str, *, helpful: bool) -> None:
    given_, language = feedback(urlencode({"reference": "0a1b2c3d", "helpful": said, "lang": "es"}).encode())
    assert (given_.reference, given_.asker, given_.helpful, language) == ("0a1b2c3d", VISITOR, helpful, "es")


@pytest.mark.parametrize("form", [{}, {"reference": "0a1b2c3d"}, {"reference": "x", "helpful": "yes"}])
def test_a_form_that_is_not_ours_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(HTTPException) as caught:
        feedback(urlencode(form).encode())
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "127.0.0.1:8400", "origin": "http://127.0.0.1:8400"},
        {"host": "Bot.example.org", "origin": "https://bot.example.org"},
        {"host": "x", "sec-fetch-site": "same-origin"},
        {"host": "x", "sec-fetch-site": "none"},
    ],
)
def test_our_own_pages_and_programs_may_post(headers: dict[str, str]) -> None:
    check_origin(headers)
    assert headers.get("sec-fetch-site") in {None, "same-origin", "none"}


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8400", "origin": "https://evil.example"},
        {"host": "127.0.0.1:8400", "origin": "http://127.0.0.1:9"},
        {"host": "127.0.0.1:8400", "origin": "null"},
        {"host": "127.0.0.1:8400", "origin": "http://[::1"},
        {"host": "x", "sec-fetch-site": "cross-site", "origin": "http://x"},
        {"host": "x", "sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_may_not_post(headers: dict[str, str]) -> None:
    with pytest.raises(HTTPException) as caught:
        check_origin(headers)
    assert caught.value.status_code == 403
