"""What the browser and the API's callers send, read into values. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.exceptions import HTTPException

from bot.messages import Feedback, Question

PLATFORM = "web"
VISITOR = "web:page:visitor"  # the page knows nobody by name
BODY_LIMIT = 1_000_000  # bytes; 40,000 characters as JSON escapes are 480,000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_REFERENCE = re.compile(r"[0-9a-f]{8}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Visit:
    """What the page was asked to show. `asked` is False for a first look, True even for an empty question."""

    text: str = ""
    language: str | None = None
    entry: str | None = None
    asked: bool = False
    thanked: bool = False

    def question(self) -> Question:
        """Return what the bot is asked."""
        return _question(self.text, self.language, "page")


def visit(query: Mapping[str, str]) -> Visit:
    """Read the page's address, `/?q=…&lang=…&entry=…&thanks=1`. Whatever is not understood is left out."""
    entry = query.get("entry", "")
    return Visit(
        text=query.get("q", ""),
        language=_language(query.get("lang", "")),
        entry=entry if _SLUG.fullmatch(entry) else None,
        asked="q" in query,
        thanked="thanks" in query,
    )


def api_query(query: Mapping[str, str]) -> Question:
    """Read `/api/ask?q=…&lang=…`. Raises HTTPException."""
    if "q" not in query:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "Ask with /api/ask?q=your+question, and lang=en if you like.")
    return _question(query["q"], _language(query.get("lang", "")), "api")


def api_body(body: bytes) -> Question:
    """Read a posted `{"q": "…", "lang": "en"}`. Raises HTTPException."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, _api_sentence("That is not JSON.")) from error
    if not isinstance(asked, dict):
        raise HTTPException(HTTPStatus.BAD_REQUEST, _api_sentence("That is not a JSON object."))
    return _question(_text(asked), _language(_hint(asked)), "api")


def feedback(body: bytes) -> tuple[Feedback, str | None]:
    """Read the form under an answer, and the language it was in. Raises HTTPException."""
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    reference, helpful = form.get("reference", ""), form.get("helpful", "")
    if not _REFERENCE.fullmatch(reference) or helpful not in {"yes", "no"}:
        raise HTTPException(
            HTTPStatus.BAD_REQUEST, "That is not the form of this page. Go back, reload it and try again."
        )
    return Feedback(reference, VISITOR, helpful=helpful == "yes"), _language(form.get("lang", ""))


def check_origin(headers: Mapping[str, str]) -> None:
    """Let a browser post from our own pages only; programs, which send neither header, may. Raises HTTPException."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        same = site in {"same-origin", "none"}
    else:
        same = origin is None or _place(origin) == headers.get("host", "").casefold()
    if not same:
        raise HTTPException(HTTPStatus.FORBIDDEN, "Another site sent this. Open the page itself and try again.")


def _place(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.casefold()
    except ValueError:
        return ""


def _question(text: str, language: str | None, surface: str) -> Question:
    return Question(
        text=text,
        language=language,
        reply_in=language,
        platform=PLATFORM,
        surface=surface,
        conversation=f"{PLATFORM}:{surface}:",
        asker=VISITOR,
    )


def _text(asked: dict[str, Any]) -> str:
    text = asked.get("q")
    if not isinstance(text, str):
        raise HTTPException(HTTPStatus.BAD_REQUEST, _api_sentence('"q" must be the question, a text.'))
    return text


def _hint(asked: dict[str, Any]) -> str:
    hint = asked.get("lang") or ""
    if not isinstance(hint, str):
        raise HTTPException(HTTPStatus.BAD_REQUEST, _api_sentence('"lang" must be a language code such as "en".'))
    return hint


def _language(hint: str) -> str | None:
    return hint if _LANGUAGE.fullmatch(hint) else None


def _api_sentence(problem: str) -> str:
    return f'{problem} Send {{"q": "your question", "lang": "en"}}; lang may be left out.'
