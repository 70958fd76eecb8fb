"""Which characters our fonts can print. An unknown glyph would stop a document, so we know beforehand.

The bundled fonts cover Latin, Greek and Cyrillic. Anything else (Chinese, Arabic, emoji) is named at the
field where it is typed, and prints as a box; the record keeps what was typed.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

COVERAGE = Path(__file__).parent / "fonts" / "coverage.txt"

# A box with a cross: no letter, and unlike the empty boxes a provider ticks.
BOX = "\u2327"
ZERO_WIDTH_JOINER = "\u200d"
EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
KEYCAP = "\u20e3"

# How many unprintable characters a warning names.
MAX_SHOWN = 8


@cache
def covered() -> frozenset[str]:
    """Return every character a bundled font has a glyph for, read once from `fonts/coverage.txt`."""
    characters: set[str] = set()
    for line in COVERAGE.read_text(encoding="ascii").split():
        first, _, last = line.partition("-")
        characters.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(characters)


def unprintable(text: str) -> list[str]:
    """Return the characters of `text` that print as a box, each once, in the order they appear.

    Invisible signs (joiners, direction marks) print as nothing and are not reported.

    >>> unprintable("王小明, 68 😀"), unprintable("Zoë Gödel, Łódź, Αθήνα, Москва")
    (['王', '小', '明', '😀'], [])
    """
    return list(
        dict.fromkeys(original for original, printed in _pieces(text) if printed == BOX and original != BOX)
    )


def warning(text: str) -> str:
    """Return the sentence for the field `text` was typed in, "" when all of it can be printed.

    >>> warning("王小明")
    'These characters print as a box: 王 小 明. Add a spelling in Latin letters if there is one.'
    """
    if not (unknown := unprintable(text)):
        return ""
    shown = " ".join(unknown[:MAX_SHOWN]) + (" and others" if len(unknown) > MAX_SHOWN else "")
    if len(unknown) == 1:
        return f"This character prints as a box: {shown}. Add a spelling in Latin letters if there is one."
    return f"These characters print as a box: {shown}. Add a spelling in Latin letters if there is one."


def printable(text: str) -> str:
    """Return `text` as it can be printed: composed, invisible signs dropped, the unknown as boxes.

    Characters with an everyday form keep it (full-width letters become letters). Line breaks stay, a
    tab is a space. An emoji joined from several prints as one box.

    >>> printable("Ana 王 😀"), printable("Ｊａｎｅｔ"), printable("Zoe\\u0308")
    ('Ana ⌧ ⌧', 'Janet', 'Zoë')
    """
    return "".join(printed for _, printed in _pieces(text))


def printable_values(value: Any) -> Any:
    """Return plain values (dicts, lists, strings, numbers) with every string printable."""
    if isinstance(value, str):
        return value if value.isascii() and value.isprintable() else printable(value)
    if isinstance(value, dict):
        return {key: printable_values(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable_values(each) for each in value]
    return value


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each character of the composed text with what is printed for it."""
    known = covered()
    joined = False
    boxed = False
    for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        printed = _printed(character, known)
        if printed == BOX and boxed and (joined or ord(character) in EMOJI_MODIFIERS):
            printed = ""
        elif printed:
            boxed = printed == BOX
        joined = character == ZERO_WIDTH_JOINER
        yield character, printed


def _printed(character: str, known: frozenset[str]) -> str:
    if character in known:
        return character
    if character == "\n":
        return "\n"
    kind = unicodedata.category(character)
    if character == "\t" or kind == "Zs":
        return " "
    if kind in ("Zl", "Zp"):
        return "\n"
    # Signs without a shape of their own, and the marks that only choose an emoji's look.
    if kind in ("Cc", "Cf") or (kind == "Mn" and _chooses_a_look(character)) or character == KEYCAP:
        return ""
    everyday = unicodedata.normalize("NFKC", character)
    if everyday != character and all(each in known for each in everyday):
        return everyday
    return BOX


def _chooses_a_look(character: str) -> bool:
    return 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF
