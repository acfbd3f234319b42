"""What Discord takes, and what it brings to life: docs.discord.com, resources/message and components/reference.

Written down here anew and not taken from our renderer's table, so that "within the limits" means something.
"""

import re
from collections.abc import Iterator

from tests.discord_payloads import Json

EPHEMERAL = 64  # message flag: only the asker sees it

# --- what Discord refuses ---


def length(text: str) -> int:
    """Return the length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def violations(body: Json) -> list[str]:
    """Return what Discord would refuse in a message body."""
    embeds, rows = body.get("embeds") or [], body.get("components") or []
    found = list(_text_faults("content", body.get("content") or "", 0, 2000))
    if not (body.get("content") or "").strip() and not embeds:
        found.append("the message is empty")
    found += [fault for embed in embeds for fault in _embed_faults(embed)]
    found += [] if len(embeds) <= 10 else [f"{len(embeds)} embeds"]
    total = sum(length(text) for embed in embeds for text in embed_texts(embed))
    found += [] if total <= 6000 else [f"the embeds have {total} characters together"]
    found += [fault for row in rows for fault in _row_faults(row)]
    found += [] if len(rows) <= 5 else [f"{len(rows)} rows"]
    ids = [button["custom_id"] for row in rows for button in row["components"]]
    found += [] if len(ids) == len(set(ids)) else ["a custom id stands twice"]
    found += [] if length(str(body.get("nonce", ""))) <= 25 else ["the nonce is too long"]
    found += [] if body.get("flags", 0) in {0, EPHEMERAL} else [f"flags {body['flags']}"]
    return found


def embed_texts(embed: Json) -> list[str]:
    """Return the texts of an embed that count towards the 6,000."""
    fields = [field[part] for field in embed.get("fields", []) for part in ("name", "value")]
    footer = embed.get("footer", {}).get("text", "")
    return [embed.get("title", ""), embed.get("description", ""), *fields, footer]


def _embed_faults(embed: Json) -> Iterator[str]:
    unknown = embed.keys() - {"title", "description", "fields", "footer", "color", "type", "flags"}
    if unknown:
        yield f"unknown parts of an embed: {unknown}"
    yield from _text_faults("title", embed.get("title", ""), 0, 256)
    yield from _text_faults("description", embed.get("description", ""), 0, 4096)
    yield from _text_faults("footer", embed.get("footer", {}).get("text", ""), 0, 2048)
    if len(embed.get("fields", [])) > 25:
        yield "more than 25 fields"
    for part in embed.get("fields", []):
        yield from _text_faults("field name", part["name"], 1, 256)
        yield from _text_faults("field value", part["value"], 1, 1024)
    if not any(text.strip() for text in embed_texts(embed)):
        yield "an embed is empty"


def _row_faults(row: Json) -> Iterator[str]:
    if row["type"] != 1 or not 1 <= len(row["components"]) <= 5:
        yield f"a row of type {row['type']} with {len(row['components'])} components"
    for button in row["components"]:
        if button["type"] != 2 or button["style"] not in {1, 2, 3, 4}:
            yield f"a button of type {button['type']}, style {button['style']}"
        yield from _text_faults("label", button["label"], 1, 80)
        yield from _text_faults("custom id", button["custom_id"], 1, 100)


def choice_faults(data: Json) -> list[str]:
    """Return what Discord would refuse in the choices of an autocompletion."""
    choices = data.get("choices", [])
    found = [] if len(choices) <= 25 else [f"{len(choices)} choices"]
    for choice in choices:
        found += [*_text_faults("choice", choice["name"], 1, 100), *_text_faults("value", choice["value"], 1, 100)]
    return found


def _text_faults(what: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= length(text.strip()) or length(text) > most:
        yield f"{what}: {length(text)} characters, where {least} to {most} are allowed"
    if re.search(r"[\ud800-\udfff]", text):
        yield f"{what}: half a surrogate pair"


# --- what Discord would bring to life ---

_LIVE = (
    r"\*\*.+?\*\*",
    r"(?<!\*)\*(?=\S)[^*]+\*(?!\*)",
    r"_[^_]+_",
    r"~~.+?~~",
    r"`[^`]+`",
    r"\|\|.+?\|\|",
    r"(?m)^ *(?:#{1,3} |-# |>>> |> |[-*] |\d+\. )",
    r"<[^<>\s]+>",
    r"https?://\S+",
    r"discord(?:app)?\.\w+/\w+",
    r"(?<!\w):\w+:",
)
_LINK = re.compile(r"\[([^\[\]]*)\]\(<?([^<>()\s]*)>?\)")
_PINGS = re.compile(r"@everyone|@here|<@[!&]?\d+>|<#\d+>", re.IGNORECASE)


def live_markup(markdown: str) -> list[str]:
    """Return what Discord would format, link or unfold in a text, and whatever could ping, escaped or not."""
    unescaped = re.sub(r"\\[^A-Za-z0-9\s]", "\x91", markdown)
    links = [f"link {address}" for _, address in _LINK.findall(unescaped)]
    rest = _LINK.sub(r"\1", unescaped)
    return [*links, *_PINGS.findall(markdown), *(found for pattern in _LIVE for found in re.findall(pattern, rest))]


def markdown_texts(body: Json) -> list[str]:
    """Return the texts of a message in which Discord reads Markdown."""
    embeds = body.get("embeds") or []
    fields = [field[part] for embed in embeds for field in embed.get("fields", []) for part in ("name", "value")]
    heads = [embed.get(part, "") for embed in embeds for part in ("title", "description")]
    return [body.get("content") or "", *heads, *fields]


def plain_texts(body: Json) -> list[str]:
    """Return the texts of a message that are shown as they stand: footers and labels."""
    footers = [embed.get("footer", {}).get("text", "") for embed in body.get("embeds") or []]
    return footers + [button["label"] for row in body.get("components") or [] for button in row["components"]]


def read_aloud(body: Json) -> str:
    """Return everything that a person would read in a message."""
    unescaped = [re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text) for text in markdown_texts(body)]
    return "\n".join(unescaped + plain_texts(body))


def pings(body: Json) -> list[str]:
    """Return what could ping: a body that leaves pings to the defaults, and mentions in any text."""
    allowed = body.get("allowed_mentions")
    loose = [] if allowed in ({"parse": []}, {"parse": [], "replied_user": False}) else [f"may ping: {allowed}"]
    return loose + [ping for text in markdown_texts(body) + plain_texts(body) for ping in _PINGS.findall(text)]
