"""The command `serve`: everything in one process, until it is asked to stop."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from importlib.metadata import version

from adapters.assemble import Application, assemble, load_engine
from adapters.command import DONE, Command, add_knowledge, settings_of
from bot.engine import Engine
from bot.knowledge.schema import Knowledge
from bot.settings import Settings


def serve(options: argparse.Namespace) -> int:
    """Run the bot."""
    settings = settings_of(options)
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


SERVE = Command(add_knowledge, serve)


async def _run(settings: Settings, knowledge: Knowledge, engine: Engine) -> None:
    application = assemble(settings, knowledge, engine)
    _heed_signals(application)
    try:
        await application.start(_say)
        _say("Ready. Ctrl-C stops it.")
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        _say("Stopping …")
    finally:
        await application.stop()


def _heed_signals(application: Application) -> None:
    """SIGINT and SIGTERM stop the bot, SIGHUP has it read its knowledge anew; so a terminal that closes stops it."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if not task:
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    if hasattr(signal, "SIGHUP"):
        attended = sys.stdin.isatty()
        loop.add_signal_handler(
            signal.SIGHUP, lambda: task.cancel() if attended and _is_hung_up() else application.reload()
        )


def _is_hung_up() -> bool:
    """Tell whether the terminal that we ran in is gone: that, too, is told by SIGHUP."""
    try:
        os.tcgetpgrp(sys.stdin.fileno())
    except OSError:
        return True
    return False


def _set_up_logging(level: str) -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    for ours in ("bot", "adapters"):  # libraries stay at WARNING: below it they log tokens and people's texts
        logging.getLogger(ours).setLevel(level.upper())


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()
