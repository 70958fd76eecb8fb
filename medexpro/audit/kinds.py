"""The register of event kinds. Each area declares its own, `area:subject:action`, with the words a person reads."""

from dataclasses import dataclass

_SENTENCES: dict[str, str] = {}


@dataclass(frozen=True)
class Kind:
    """One kind of event: its code and the sentence shown in the trail."""

    code: str
    sentence: str


def declare(code: str, sentence: str) -> str:
    """Register a kind of event when its area is imported, and return its code.

    code: `area:subject:action`. Raises ValueError for another shape or a second, different sentence.
    """
    if len(code.split(":")) != 3:
        raise ValueError(f"{code!r} is not area:subject:action")
    if _SENTENCES.setdefault(code, sentence) != sentence:
        raise ValueError(f"{code!r} is declared twice")
    return code


def sentence(code: str) -> str:
    """Return the words for a kind; an unknown one of an older release shows its code."""
    return _SENTENCES.get(code, code)


def is_declared(code: str) -> bool:
    """Return whether an area has declared this kind."""
    return code in _SENTENCES


def all_kinds() -> list[Kind]:
    """Return every declared kind, by code."""
    return [Kind(code, words) for code, words in sorted(_SENTENCES.items())]
