"""The command line: reads arguments and settings, calls, prints. Exits with 0 (done), 2 (to be mended) or 130."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn, TextIO

from dotenv import dotenv_values
from rich.console import Console
from rich.progress import Progress

from adapters.assemble import assemble, load_engine
from adapters.editing import Reply, add_commands
from adapters.report import render
from adapters.terminal import show
from bot.engine import Engine
from bot.errors import BotError, SettingsError
from bot.evaluation import as_json, evaluate, load_labels, missed_before, report
from bot.knowledge.schema import LANGUAGES, Knowledge
from bot.messages import Question
from bot.plain import answer_object, to_json
from bot.service import Answering
from bot.settings import Settings
from bot.settings_page import env_example, markdown, rows
from bot.store import migrate

DONE = 0
CUT_OFF = 1  # whoever read our output went away
TO_MEND = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells have it
READABLE = 100  # columns that a line of text may take in a terminal
UNWRAPPED = 100_000  # columns where a program reads: it wraps by itself
QUESTIONS = Path("tests/evaluation")
BATCH_LINE = '{"q": "your question", "lang": "en"}'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BotError as error:
        print(error, file=sys.stderr)
        return TO_MEND
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python would complain when it flushes at the end: let it flush into nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CUT_OFF


# --- the commands ---


def _serve(options: argparse.Namespace) -> int:
    settings = _settings(options)
    _set_up_logging(settings.log_level)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # until the event loop takes over
    try:
        _say(f"interpol-bot {version('interpol-bot')}, unofficial. Loading the knowledge …")
        knowledge, engine = load_engine(settings)
        asyncio.run(_run(settings, knowledge, engine))
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass  # it was asked to stop before it ran, or twice
    _say("Stopped.")
    return DONE


async def _run(settings: Settings, knowledge: Knowledge, engine: Engine) -> None:
    application = assemble(settings, knowledge, engine)
    _cancel_on_signals()
    try:
        await application.start(_say)
        _say("Ready. Ctrl-C stops it.")
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        _say("Stopping …")
    finally:
        await application.stop()


def _cancel_on_signals() -> None:
    task = asyncio.current_task()
    if task:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)


def _ask(options: argparse.Namespace) -> int:
    _check_ask(options)
    _, engine = load_engine(_settings(options))
    if options.batch:
        return _answer_lines(engine, options.lang)
    answer = engine.answer(Question(" ".join(map(_as_utf8, options.question)), options.lang, reply_in=options.lang))
    if options.json:
        _write(answer_object(answer))
    else:
        _console().print(show(answer, engine.words(answer.language)))
    return DONE


def _check_ask(options: argparse.Namespace) -> None:
    if options.batch and not options.json:
        options.parser.error("--batch writes JSON: add --json")
    if options.batch and options.question:
        options.parser.error("--batch reads the questions from standard input: leave the question out")
    if not options.batch and not options.question:
        options.parser.error('a question is missing: interpol-bot ask "What is a red notice?"')


def _answer_lines(engine: Answering, language: str | None) -> int:
    code = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = _read_line(line)
        except ValueError as error:
            print(f"Line {number} was left out: {error}. Write {BATCH_LINE}.", file=sys.stderr)
            code = TO_MEND
        else:
            wanted = asked.get("lang") or language
            answer = answer_object(engine.answer(Question(asked["q"], wanted, reply_in=wanted)))
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


def _edit(options: argparse.Namespace) -> int:
    reply: Reply = options.edit(options, _settings(options))
    sys.stdout.buffer.write(reply.out)
    sys.stdout.buffer.flush()
    if reply.aside:
        print(reply.aside, file=sys.stderr)
    return reply.code


def _evaluate(options: argparse.Namespace) -> int:
    asked = load_labels(options.questions)
    settings = _settings(options)
    _, engine = load_engine(settings)
    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Asking", total=len(asked))
        summary = report(evaluate(engine, asked, lambda: progress.advance(task)))
    if options.json:
        print(as_json(summary))
        return DONE
    kept = settings.cache_dir / "evaluation.json"
    before = missed_before(kept.read_text("utf-8")) if kept.is_file() else None
    _console().print(render(summary, before))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(as_json(summary), "utf-8")
    return DONE


def _migrate(options: argparse.Namespace) -> int:
    print(asyncio.run(migrate(_settings(options).database_url)))
    return DONE


def _show_settings(options: argparse.Namespace) -> int:
    if options.markdown or options.env:
        print(markdown() if options.markdown else env_example(), end="")
        return DONE
    for row in rows(_settings(options)):
        print(f"{row.name:<22} {row.value or '-'}")
    return DONE


# --- arguments and settings ---


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and where to read on."""

    def error(self, message: str) -> NoReturn:
        self.exit(TO_MEND, f"{self.prog}: {message}. See {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="interpol-bot", description="Answers questions about INTERPOL, with sources. Unofficial.")
    parser.add_argument("--version", action="version", version=f"interpol-bot {version('interpol-bot')}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="run the bot: the page, Slack, Discord")
    serve.set_defaults(run=_serve)
    _add_ask(commands.add_parser("ask", help="answer a question here"))
    _add_knowledge(serve)
    add_commands(commands, _add_editing)
    tried = commands.add_parser("evaluate", help="ask the labelled questions, report right and wrong")
    tried.add_argument("--questions", type=Path, default=QUESTIONS, metavar="DIR", help=f"folder, default {QUESTIONS}")
    tried.add_argument("--json", action="store_true", help="print the report as JSON; it is not kept")
    tried.set_defaults(run=_evaluate)
    _add_knowledge(tried)
    up = commands.add_parser("migrate", help="bring the database up to date")
    up.set_defaults(run=_migrate)
    shown = commands.add_parser("settings", help="show the settings in force, secrets hidden")
    shown.add_argument("--markdown", action="store_true", help="print docs/settings.md")
    shown.add_argument("--env", action="store_true", help="print .env.example")
    shown.set_defaults(run=_show_settings)
    return parser


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", nargs="*", help="what you want to know")
    ask.add_argument("--lang", choices=LANGUAGES, help="language of the answer; without it, that of the question")
    ask.add_argument("--json", action="store_true", help="print a JSON object")
    ask.add_argument("--batch", action="store_true", help=f"with --json: read lines {BATCH_LINE} from standard input")
    ask.set_defaults(run=_ask, parser=ask)
    _add_knowledge(ask)


def _add_knowledge(command: argparse.ArgumentParser) -> None:
    command.add_argument("--knowledge", type=Path, metavar="DIR", help="folder of the knowledge (else KNOWLEDGE_DIR)")


def _add_editing(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=_edit)
    _add_knowledge(command)


def _settings(options: argparse.Namespace) -> Settings:
    settings = Settings.read(environment(Path(".env"), os.environ))
    folder = getattr(options, "knowledge", None)
    return replace(settings, knowledge_dir=folder) if folder else settings


def environment(file: Path, real: Mapping[str, str]) -> dict[str, str]:
    """Return the `.env` file's values and, over them, the real environment's. Raises SettingsError."""
    try:
        written = dotenv_values(file, interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file {file} can't be read: it must be UTF-8 text that this user may read.") from error
    return {name: value for name, value in written.items() if value is not None} | dict(real)


# --- in and out ---


def _set_up_logging(level: str) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    for ours in ("bot", "adapters"):  # libraries stay at WARNING: below it they log tokens and people's texts
        logging.getLogger(ours).setLevel(level.upper())


def _speak_utf8() -> None:
    """Write UTF-8 whatever the locale; what UTF-8 can't hold becomes an escape."""
    for stream in (sys.stdout, sys.stderr):
        _as_wrapper(stream)


def _as_wrapper(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="backslashreplace")


def _as_utf8(argument: str) -> str:
    """Return an argument as the UTF-8 it was typed in, whatever the locale took it for."""
    return os.fsencode(argument).decode("utf-8", "replace")


def _console() -> Console:
    console = Console()
    console.width = min(console.width, READABLE) if console.is_terminal else UNWRAPPED
    return console


def _write(value: Mapping[str, Any]) -> None:
    sys.stdout.buffer.write(to_json(value) + b"\n")
    sys.stdout.buffer.flush()


def _say(sentence: str) -> None:
    print(sentence, flush=True)
