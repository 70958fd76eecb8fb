"""The texts clients agree to: kinds and versions, read from data/consents.yaml."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

DATA = Path(__file__).parent / "data" / "consents.yaml"
RELEASE_TO_PROVIDER = "release_to_provider"
TO_TAKE_PART = "service"
MESSAGES = "electronic"
NEWSLETTER = "newsletter"


@dataclass(frozen=True)
class ConsentText:
    """One version of one text. hash: SHA-256 of title and text, kept with every signature under it."""

    kind: str
    name: str
    version: int
    valid_from: date
    title: str
    text: str
    hash: str

    @property
    def paragraphs(self) -> list[str]:
        """Return the text's paragraphs, without the line breaks of the file."""
        return [" ".join(part.split()) for part in self.text.split("\n\n") if part.strip()]


@dataclass(frozen=True)
class ConsentKind:
    """One thing a client may agree to. needed: asked for before the first session.

    elsewhere: signed beside what it is about, such as the words of a story, and not on the page of agreements.
    """

    kind: str
    name: str
    needed: bool
    versions: tuple[ConsentText, ...]
    elsewhere: bool = False

    def current(self, on: date) -> ConsentText:
        """Return the version in use on a day: the newest that has begun, else the first."""
        begun = [version for version in self.versions if version.valid_from <= on]
        return begun[-1] if begun else self.versions[0]

    def version(self, number: int) -> ConsentText | None:
        """Return a version by its number."""
        return next((version for version in self.versions if version.version == number), None)


@cache
def kinds() -> dict[str, ConsentKind]:
    """Return every kind of agreement, in the order of the file. Raises ValueError for a file that can't be right."""
    found = {}
    for entry in yaml.safe_load(DATA.read_text(encoding="utf-8")):
        versions = tuple(
            ConsentText(
                kind=entry["kind"],
                name=entry["name"],
                version=version["version"],
                valid_from=version["from"],
                title=version["title"],
                text=version["text"],
                hash=hashlib.sha256(f"{version['title']}\n{version['text']}".encode()).hexdigest(),
            )
            for version in entry["versions"]
        )
        if [version.version for version in versions] != list(range(1, len(versions) + 1)):
            raise ValueError(f"{DATA.name}: the versions of {entry['kind']} are not 1, 2, 3 …")
        found[entry["kind"]] = ConsentKind(
            entry["kind"], entry["name"], entry["needed"], versions, bool(entry.get("elsewhere"))
        )
    return found
