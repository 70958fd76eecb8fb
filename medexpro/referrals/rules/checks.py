"""The four checks of a referral: what the paper shows, and what can't be confirmed yet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

WRITTEN, WORDING, CODED, EXITED = "written", "wording", "coded", "exited"
KINDS = (WRITTEN, WORDING, CODED, EXITED)


@dataclass(frozen=True)
class CheckPolicy:
    """The area's figures: phrases that count, provider types, days."""

    phrases: tuple[str, ...]
    may_refer: frozenset[str]
    may_clear: frozenset[str]
    acknowledge_working_days: int
    renew_from_days: int


@dataclass(frozen=True)
class Paper:
    """What is recorded of a referral. provider_type: empty when no provider is named."""

    provider_type: str = ""
    provider_name: str = ""
    written_on: date | None = None
    by_phone: bool = False
    wording: str = ""
    codes: tuple[str, ...] = ()
    exit_confirmed_on: date | None = None


@dataclass(frozen=True)
class Reading:
    """What the paper says to one check.

    shown: the paper shows it, a person may confirm at once. possible: a person may confirm it at all; False when
    something that can't be argued away is missing. sentence: what is there, or what is missing.
    """

    kind: str
    shown: bool
    possible: bool
    sentence: str


def read(paper: Paper, policy: CheckPolicy) -> dict[str, Reading]:
    """Return what the paper says to each of the four checks, in their order."""
    readings = (_written(paper, policy), _wording(paper, policy), _coded(paper), _exited(paper))
    return {reading.kind: reading for reading in readings}


def phrases_named(wording: str, phrases: Iterable[str]) -> list[str]:
    """Return the phrases that the quoted words name, without regard to capitals, line breaks and hyphens.

    >>> phrases_named("Refer for Medical-Exercise\\n training 2x/week", ["medical exercise", "functional conditioning"])
    ['medical exercise']
    """
    plain = " ".join(re.sub(r"[-\u2010-\u2013]", " ", wording).casefold().split())
    return [phrase for phrase in phrases if re.search(rf"\b{re.escape(phrase)}\b", plain)]


def _written(paper: Paper, policy: CheckPolicy) -> Reading:
    if not paper.provider_type:
        return Reading(WRITTEN, False, False, "No provider is named. Say who wrote it.")
    if paper.provider_type not in policy.may_refer:
        sentence = (
            f"{paper.provider_name} may not refer in writing. Ask a physician, podiatrist, NP or PA for it."
        )
        if paper.provider_type in policy.may_clear:
            sentence = (
                f"{paper.provider_name} may give clearance. The written referral comes from a physician, podiatrist, "
                "nurse practitioner or physician assistant."
            )
        return Reading(WRITTEN, False, False, sentence)
    if paper.by_phone:
        return Reading(WRITTEN, False, False, "It came by phone. Ask for it in writing.")
    if paper.written_on is None:
        return Reading(WRITTEN, False, False, "The day it was written is missing.")
    return Reading(WRITTEN, True, True, f"Written by {paper.provider_name}.")


def _wording(paper: Paper, policy: CheckPolicy) -> Reading:
    if not paper.wording.strip():
        return Reading(
            WORDING, False, False, "The provider’s words are not quoted. Copy what the referral asks for."
        )
    if named := phrases_named(paper.wording, policy.phrases):
        return Reading(WORDING, True, True, f"Names {' and '.join(named)}.")
    wanted = " or ".join(policy.phrases)
    return Reading(WORDING, False, True, f"The quoted words do not name {wanted}. Ask for wording that does.")


def _coded(paper: Paper) -> Reading:
    if not paper.codes:
        return Reading(
            CODED, False, False, "No ICD-10 code is given. Ask the provider for it; we never choose one."
        )
    return Reading(CODED, True, True, f"Gives {', '.join(paper.codes)}.")


def _exited(paper: Paper) -> Reading:
    if paper.exit_confirmed_on is None:
        sentence = "Nothing says that the client has left medical care. Ask the provider to confirm it."
        return Reading(EXITED, False, False, sentence)
    return Reading(EXITED, True, True, "The client’s last day in medical care is on file.")
