"""`python -m bot.knowledge.json_schema [folder]`: the JSON schemas by which editors complete and check while typing.

One a kind of file, made from the same types that the loader checks against; `knowledge/schemas/` holds them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.knowledge.loader import SHAPES

FOLDER = Path("knowledge/schemas")
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Return each schema's file name and text; `guards/` holds the same as `faq/`."""
    names = {kind.removesuffix(".yaml"): shape for kind, shape in SHAPES.items() if kind != "guards"}
    return {f"{name}.json": _written(name, shape) for name, shape in names.items()}


def write(folder: Path) -> None:
    """Write the schemas into a folder, and remove what is left there of others."""
    folder.mkdir(parents=True, exist_ok=True)
    made = schemas()
    for stale in set(folder.glob("*.json")) - {folder / name for name in made}:
        stale.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


def _written(name: str, shape: Any) -> str:
    schema = {"$schema": _DIALECT, "title": f"interpol-bot: {name}"} | _named(TypeAdapter[Any](shape).json_schema())
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    schema.pop("title", None)
    return schema


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
