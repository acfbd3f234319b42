"""The command `slack`: the app's manifest, and what is to be mended."""

import argparse
import asyncio

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from adapters.command import DONE, TO_MEND, Command, Reply, replying
from adapters.slack.doctor import Finding, examine
from adapters.slack.manifest import OPTIONS, manifest
from adapters.slack.sending import library_log, retries
from bot.errors import SettingsError
from bot.settings import Settings

_SECONDS = 30.0


def slack(options: argparse.Namespace, settings: Settings) -> Reply:
    """Do what is asked."""
    doing = {"manifest": _manifest, "doctor": _doctor}
    return doing[options.doing](options, settings)


def _manifest(options: argparse.Namespace, _: Settings) -> Reply:
    unknown = [name for name in options.option if name not in OPTIONS]
    if unknown:
        raise SettingsError(f"Not known: {', '.join(unknown)}. There are: {', '.join(OPTIONS)}.")
    return Reply(manifest(options.option).encode())


def _doctor(_: argparse.Namespace, settings: Settings) -> Reply:
    found = asyncio.run(_examined(settings))
    lines = [f"{'mend' if each.mend else 'ok':<5} {each}" for each in found]
    return Reply("".join(f"{line}\n" for line in lines).encode(), TO_MEND if any(e.mend for e in found) else DONE)


async def _examined(settings: Settings) -> tuple[Finding, ...]:
    async with ClientSession(timeout=ClientTimeout(total=_SECONDS)) as session:
        web = AsyncWebClient(
            settings.slack_bot_token,
            settings.slack_api_base_url,
            session=session,
            retry_handlers=retries(),
            logger=library_log,
        )
        return await examine(web, settings)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    doings = parser.add_subparsers(dest="doing", metavar="DOING", required=True, parser_class=argparse.ArgumentParser)
    printing = doings.add_parser("manifest", help="print the app's manifest, to be pasted at Slack")
    printing.add_argument("option", nargs="*", metavar="OPTION", help=f"any of {', '.join(OPTIONS)}")
    doings.add_parser("doctor", help="look at tokens, scopes, connection and channel, and say what to mend")


SLACK = Command(_add_arguments, replying(slack))
