"""What a record may mean for the safety rules: suggestions for a person to confirm, never a conclusion."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class EffectSigns:
    """What points to one history of the safety gates.

    codes: ICD-10-CM codes, all under a heading included. words: beginnings of words in a condition.
    names: names of medicines. not_after: words right before a match that turn it round.
    """

    history: str
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()

    @cached_property
    def _said(self) -> re.Pattern[str] | None:
        return _pattern(self.words, whole=False)

    @cached_property
    def _named(self) -> re.Pattern[str] | None:
        return _pattern(self.names, whole=True)

    @cached_property
    def _turned(self) -> re.Pattern[str] | None:
        if not self.not_after:
            return None
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, self.not_after))})\s*$", re.IGNORECASE)

    def in_code(self, code: str) -> bool:
        """Tell whether a code is one of these or lies under one."""
        plain = code.replace(".", "").upper()
        return bool(plain) and any(plain.startswith(head.replace(".", "")) for head in self.codes)

    def in_condition(self, words: str) -> bool:
        """Tell whether a condition's words name it."""
        return self._found(self._said, words)

    def in_medicine(self, words: str) -> bool:
        """Tell whether a medicine's words name one of these."""
        return self._found(self._named, words)

    def _found(self, pattern: re.Pattern[str] | None, words: str) -> bool:
        if pattern is None:
            return False
        turned = self._turned
        return any(
            not (turned and turned.search(words[: match.start()])) for match in pattern.finditer(words)
        )


def _pattern(words: Sequence[str], *, whole: bool) -> re.Pattern[str] | None:
    if not words:
        return None
    end = r"\b" if whole else ""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))}){end}", re.IGNORECASE)


def of_codes(codes: Iterable[str], signs: Sequence[EffectSigns]) -> list[str]:
    """Return the histories that codes point to, in the order of the signs."""
    listed = list(codes)
    return [sign.history for sign in signs if any(sign.in_code(code) for code in listed)]


def of_condition(words: str, code: str, signs: Sequence[EffectSigns]) -> list[str]:
    """Return the histories that a condition points to by its code or its words.

    >>> signs = [EffectSigns(history="heart_failure", codes=("I50",), words=("heart failure",), not_after=("no",))]
    >>> of_condition("Weak pump", "I50.22", signs), of_condition("No heart failure", "", signs)
    (['heart_failure'], [])
    """
    return [sign.history for sign in signs if sign.in_code(code) or sign.in_condition(words)]


def of_medicine(words: str, signs: Sequence[EffectSigns]) -> list[str]:
    """Return the histories that a medicine's name points to.

    >>> of_medicine("Eliquis 5 mg twice a day", [EffectSigns(history="blood_thinner", names=("Eliquis",))])
    ['blood_thinner']
    """
    return [sign.history for sign in signs if sign.in_medicine(words)]


def still_open(
    before: Iterable[str], was_suggested: Iterable[str], suggested: Iterable[str], told: Iterable[str]
) -> list[str]:
    """Return which suggestions of a changed record nobody has answered yet.

    before: those open so far. was_suggested, suggested: what its old and its new words and code point to. told: the
    histories a person has ticked. A suggestion that was answered with no stays answered; a new one is open.
    """
    new = set(suggested) - set(was_suggested)
    return [one for one in suggested if (one in new or one in set(before)) and one not in set(told)]
