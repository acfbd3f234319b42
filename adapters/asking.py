"""The command `ask`: a question here, or many from standard input."""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

from adapters.assemble import load_engine
from adapters.command import DONE, TO_MEND, Command, add_knowledge, settings_of
from adapters.explain import explained
from adapters.terminal import console, show
from bot.knowledge.fields import LANGUAGES
from bot.messages import Answer, Question
from bot.plain import answer_object, explanation_object, to_json
from bot.service import Answering

BATCH_LINE = '{"q": "your question", "lang": "en"}'


def ask(options: argparse.Namespace) -> int:
    """Answer the question, or, one a line, those on standard input."""
    _check(options)
    _, engine = load_engine(settings_of(options))
    if options.batch:
        return _answer_lines(engine, options.lang, explain=options.explain)
    answer = engine.answer(Question(" ".join(map(_as_utf8, options.question)), options.lang, reply_in=options.lang))
    if options.json:
        _write(_object(answer, explain=options.explain))
    else:
        console().print(show(answer, engine.words(answer.language)))
        if options.explain:
            console().print(explained(answer))
    return DONE


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="*", help="what you want to know")
    parser.add_argument("--lang", choices=LANGUAGES, help="language of the answer; without it, that of the question")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    parser.add_argument("--explain", action="store_true", help="also say why: what was read, considered and decided")
    parser.add_argument(
        "--batch", action="store_true", help=f"with --json: read lines {BATCH_LINE} from standard input"
    )
    parser.set_defaults(parser=parser)
    add_knowledge(parser)


ASK = Command(_add_arguments, ask)


def _check(options: argparse.Namespace) -> None:
    if options.batch and not options.json:
        options.parser.error("--batch writes JSON: add --json")
    if options.batch and options.question:
        options.parser.error("--batch reads the questions from standard input: leave the question out")
    if not options.batch and not options.question:
        options.parser.error('a question is missing: interpol-bot ask "What is a red notice?"')


def _object(answer: Answer, *, explain: bool) -> dict[str, Any]:
    return answer_object(answer) | ({"explanation": explanation_object(answer)} if explain else {})


def _answer_lines(engine: Answering, language: str | None, *, explain: bool) -> int:
    code = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = _read_line(line)
        except ValueError as error:
            sys.stderr.write(f"Line {number} was left out: {error}. Write {BATCH_LINE}.\n")
            code = TO_MEND
        else:
            wanted = asked.get("lang") or language
            answer = _object(engine.answer(Question(asked["q"], wanted, reply_in=wanted)), explain=explain)
            _write(answer | {key: value for key, value in asked.items() if key not in {"q", "lang", *answer}})
    return code


def _read_line(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8-sig", "replace"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error
    if fault := _fault(asked):
        raise ValueError(fault)
    return dict(asked)


def _fault(asked: Any) -> str | None:
    if not isinstance(asked, dict):
        return "it is not a JSON object"
    if not isinstance(asked.get("q"), str):
        return 'its "q" is not a text'
    return None if isinstance(asked.get("lang") or "", str) else 'its "lang" is not a text'


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _as_utf8(argument: str) -> str:
    """Return an argument as the UTF-8 it was typed in, whatever the locale took it for."""
    return os.fsencode(argument).decode("utf-8", "replace")


def _write(value: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(to_json(value) + b"\n")
    sys.stdout.buffer.flush()
