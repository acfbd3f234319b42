"""A small, valid knowledge folder, which each test breaks in one way."""

from pathlib import Path

import yaml

from bot.errors import Fault, KnowledgeError
from bot.knowledge.loader import load
from tests.fakes import WORDS

SOURCES = """\
faqs:
  publisher: INTERPOL
  title: FAQs
  url: https://www.interpol.int/en/FAQs
  as_of: 2021
cyber-page:
  publisher: INTERPOL
  title: Cybercrime
  url: https://www.interpol.int/en/Crimes/Cybercrime
  as_of: 2026-07-01
  undated: true
"""

CONTACT = """\
name: Jane Example
role: Partner
fields_of_practice: [Data Protection]
url: https://example.org/jane
email: jane@example.org
"""

NOTICES = """\
entries:
  - id: red-notice
    sources: [faqs]
    reviewed: 2026-07-01
    review_by: 2027-07-01
    related: [mission, cybercrime]
    en:
      question: What is a red notice?
      short: A **request** to find and provisionally arrest a person.
      details: |
        It is *not* a warrant. See [the FAQ](https://www.interpol.int/en/FAQs).
      phrasings:
        - red notice meaning
        - what does red notice mean
    fr:
      question: Qu'est-ce qu'une notice rouge ?
      short: Une demande.
      phrasings:
        - définition notice rouge
"""

MISSION = """\
entries:
  - id: mission
    sources: [faqs]
    reviewed: 2026-07-01
    review_by: 2027-07-01
    en:
      question: What is the mission of INTERPOL?
      short: It connects police.
      phrasings:
        - interpol mission
"""

DANGER = """\
entries:
  - id: danger
    outcome: urgent
    reviewed: 2026-07-01
    review_by: 2027-07-01
    en:
      question: What if I am in danger?
      short: Call your local emergency number.
      phrasings:
        - i am in danger
"""

CYBERCRIME = """\
id: cybercrime
sources: [cyber-page]
reviewed: 2026-07-01
review_by: 2027-07-01
synonyms:
  - computer crime
operations:
  - name: Operation Synergia III
    start: 2025-07-18
    end: 2026-01-31
    countries: 72
    result:
      en: 45,000 addresses were taken down.
    source: faqs
en:
  name: Cybercrime
  question: What does INTERPOL do about cybercrime?
  short: It supports police against crime online.
  what_it_is: Crime against computers.
  what_interpol_does: It runs operations.
  report: Tell your local police.
  phrasings:
    - interpol cybercrime
"""

FILES = {
    "sources.yaml": SOURCES,
    "contact.yaml": CONTACT,
    "synonyms.yaml": "- [hq, headquarters]\n",
    "words/en.yaml": yaml.safe_dump(WORDS.model_dump(mode="json", exclude_none=True), sort_keys=False, width=1000),
    "faq/mission.yaml": MISSION,
    "faq/notices.yaml": NOTICES,
    "guards/danger.yaml": DANGER,
    "crimes/cybercrime.yaml": CYBERCRIME,
}


def write(folder: Path, changes: dict[str, str | bytes | None] | None = None) -> Path:
    """Write the valid folder with files changed, added, or left out (None); return it."""
    for name, content in (FILES | (changes or {})).items():
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def replaced(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """Return one file with a text in it replaced, which must stand there exactly once."""
    assert FILES[name].count(old) == 1, f"{old!r} stands {FILES[name].count(old)} times in {name}"
    return {name: FILES[name].replace(old, new)}


def line_of(content: str, words: str) -> int:
    """Return the number, from 1, of the only line that holds the words."""
    found = [number for number, line in enumerate(content.splitlines(), 1) if words in line]
    assert len(found) == 1, f"{words!r} stands on lines {found}"
    return found[0]


def faults(folder: Path) -> list[Fault]:
    """Return the faults of a folder, none where it loads."""
    try:
        load(folder)
    except KnowledgeError as error:
        return list(error.faults)
    return []


def told(folder: Path) -> list[tuple[str, int, str]]:
    """Return the faults of a folder as file (relative), line and message."""
    return [(fault.path.relative_to(folder).as_posix(), fault.line, fault.message) for fault in faults(folder)]
