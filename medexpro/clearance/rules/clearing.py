"""Clearance: how long it holds, who may give it, and what an episode needs before a session may start."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from medexpro.clearance.rules import words
from medexpro.kernel.findings import Closes, Finding, Weight, sort_findings
from medexpro.kernel.reference import Action, Verification

POST_REHAB = "post_rehab"

# The four checks of a written referral, each with what is missing when it is not met.
REFERRAL_CHECKS = {
    "written": "a written order from a licensed provider",
    "wording": "wording that names medical exercise or functional conditioning",
    "coded": "a condition with its ICD-10-CM code",
    "exited": "confirmation that the client has left medical care",
}


@dataclass(frozen=True, kw_only=True)
class ClearingPolicy:
    """The working rules of clearing, as clearance/data/clearing.yaml holds them.

    months, months_after_surgery: how long a clearance holds. warn_days: days before its end in which we say so.
    may_clear, may_refer: provider types, two separate questions. The sources and marks go with them.
    """

    months: int
    months_after_surgery: int
    warn_days: int
    source: str
    verification: Verification
    may_clear: tuple[str, ...]
    may_clear_source: str
    may_refer: tuple[str, ...]
    may_refer_source: str


def policy_from(data: Mapping[str, Any]) -> ClearingPolicy:
    """Return the policy a data file holds. Raises KeyError or ValueError on a file that is not one."""
    validity, clear, refer = data["validity"], data["may_clear"], data["may_refer"]
    return ClearingPolicy(
        months=int(validity["months"]),
        months_after_surgery=int(validity["months_after_surgery"]),
        warn_days=int(validity["warn_days"]),
        source=validity["source"],
        verification=Verification(validity["verification"]),
        may_clear=tuple(clear["types"]),
        may_clear_source=clear["source"],
        may_refer=tuple(refer["types"]),
        may_refer_source=refer["source"],
    )


# ---- Who


def may_clear(provider_type: str, policy: ClearingPolicy) -> bool:
    """Tell whether a provider of this type may clear a client for exercise."""
    return provider_type in policy.may_clear


def may_refer(provider_type: str, policy: ClearingPolicy) -> bool:
    """Tell whether a provider of this type may refer a client. An insurer's narrower list concerns charges only."""
    return provider_type in policy.may_refer


def not_a_clearing_provider(provider_type: str, policy: ClearingPolicy, what: str = "A clearance") -> str:
    """Return why this provider can't clear, as the sentence at the field; empty when the provider can.

    what: begins the sentence. Whatever loosens a safety rule comes from a provider who may clear: a plan, a release.
    """
    return "" if may_clear(provider_type, policy) else from_whom(policy, what)


def from_whom(policy: ClearingPolicy, what: str = "A clearance") -> str:
    """Return whose word it takes to clear or to loosen, in a sentence."""
    return f"{what} comes from one of these providers: {_types(policy.may_clear)}. Ask one of them."


def clearing_types(policy: ClearingPolicy) -> str:
    """Return the provider types that may clear, as a phrase: MD, DO or NP."""
    return _types(policy.may_clear)


def not_a_referring_provider(provider_type: str, policy: ClearingPolicy) -> str:
    """Return why this provider can't refer, as the sentence at the field; empty when the provider can."""
    if may_refer(provider_type, policy):
        return ""
    return f"A referral comes from one of these providers: {_types(policy.may_refer)}. Ask one of them."


def _types(types: Sequence[str]) -> str:
    return ", ".join(types[:-1]) + " or " + types[-1]


# ---- How long


class ClearanceState(StrEnum):
    """Where a clearance stands on a day."""

    NONE = "none"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    ENDING = "ending"
    EXPIRED = "expired"

    @property
    def covers(self) -> bool:
        """Tell whether the day is covered."""
        return self in (ClearanceState.IN_FORCE, ClearanceState.ENDING)


@dataclass(frozen=True, kw_only=True)
class ClearanceFacts:
    """The newest clearance decision of an episode. granted: False when it was refused or withdrawn.

    valid_to: the last day covered; empty covers until a new decision.
    """

    granted: bool
    decided_at: datetime
    valid_from: date
    valid_to: date | None = None


def last_day(granted_on: date, policy: ClearingPolicy, *, after_surgery: bool) -> date:
    """Return the last day a clearance covers when the provider names none.

    The same day of the month so many months on; a month that is too short gives its own last day.
    """
    return months_on(granted_on, policy.months_after_surgery if after_surgery else policy.months)


def months_on(day: date, months: int) -> date:
    """Return the day so many months later.

    >>> months_on(date(2026, 11, 30), 3), months_on(date(2026, 10, 12), 12)
    (datetime.date(2027, 2, 28), datetime.date(2027, 10, 12))
    """
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def state_on(clearance: ClearanceFacts | None, on: date, policy: ClearingPolicy) -> ClearanceState:
    """Return where a clearance stands on a day of the practice; its first and last day are covered."""
    if clearance is None:
        return ClearanceState.NONE
    if not clearance.granted:
        return ClearanceState.REFUSED
    if on < clearance.valid_from:
        return ClearanceState.NOT_YET
    if clearance.valid_to is None:
        return ClearanceState.IN_FORCE
    if on > clearance.valid_to:
        return ClearanceState.EXPIRED
    ending = clearance.valid_to - on < timedelta(days=policy.warn_days)
    return ClearanceState.ENDING if ending else ClearanceState.IN_FORCE


# ---- What a session needs


@dataclass(frozen=True, kw_only=True)
class ReferralFacts:
    """The referral of an episode: the ids of the checks that are met, and the days it covers."""

    met: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    declined: bool = False


@dataclass(frozen=True, kw_only=True)
class OpenFlag:
    """A red flag: its gate or finding code, its words, when it was seen.

    let_go_on: a provider who may clear was asked about this very flag and answered that exercise may go on.
    """

    code: str
    words: str
    opened_at: datetime
    let_go_on: bool = False


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A hold or a refer-back that is open. why: what was seen, in words.

    denied_on: the day on which the provider answered that exercise can't go on.
    """

    code: str
    why: str
    opened_on: date
    referred_back: bool = False
    denied_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class StartFacts:
    """What is known before a session. category: as the episode derived it. screened: the screen is complete.

    red_flags: as they were given back; the provider's answer to it, or a clearance decided after it was seen, answers one.
    guardian, guardian_signed: whether one is on file, and signed that the client takes part; asked of a minor only.
    screening: what the screen still has against a start.
    """

    category: str
    on: date
    referral: ReferralFacts | None = None
    clearance: ClearanceFacts | None = None
    screened: bool = True
    red_flags: Sequence[OpenFlag] = field(default_factory=tuple)
    holds: Sequence[Hold] = field(default_factory=tuple)
    screening: Sequence[Finding] = field(default_factory=tuple)
    minor: bool = False
    guardian: bool = False
    guardian_signed: bool = False


def may_start(facts: StartFacts, policy: ClearingPolicy) -> list[Finding]:
    """Return what stands before the next session, the strictest first; no STOP among them means it may start.

    Every category needs a clearance in force. Post Rehab also needs a referral with its four checks in force; for
    the others a referral is recommended. An open red flag always needs a clearance decided after it. A hold or an
    open refer-back closes the session whatever else is on file. A minor needs a guardian on file who has signed. What was
    seen of the client comes before papers.
    """
    findings = [_hold(hold) for hold in facts.holds]
    findings += [_flag(flag) for flag in facts.red_flags if not _answers(facts.clearance, flag)]
    findings += facts.screening
    if not facts.screened:
        findings.append(
            _stop(
                "screening-missing",
                "The screening is not complete yet.",
                "Answer every question of the screen.",
            )
        )
    findings += _clearance(facts, policy)
    findings += _referral(facts)
    if facts.minor and not facts.guardian:
        findings.append(
            _stop(
                "guardian-missing",
                "The client is under 18, and no guardian is on file.",
                "A guardian among the client’s contacts.",
            )
        )
    elif facts.minor and not facts.guardian_signed:
        findings.append(
            _stop(
                "guardian-signature-missing",
                "The client is under 18, and no guardian has signed the agreement on medical exercise.",
                "The guardian’s signature, under Agreements.",
            )
        )
    return sort_findings(findings)


def unsigned(names: Sequence[str]) -> list[Finding]:
    """Return a note that names the agreements nobody has signed yet; they are asked for before the first session."""
    if not names:
        return []
    return [_note("agreements-unsigned", f"Not signed yet: {words.listing(list(names))}.", "")]


def _answers(clearance: ClearanceFacts | None, flag: OpenFlag) -> bool:
    """Tell whether the flag itself was answered, or a clearance decided after it was seen.

    A clearance from before knows nothing of the flag, and the answer to one flag says nothing of another.
    """
    if flag.let_go_on:
        return True
    return clearance is not None and clearance.granted and clearance.decided_at > flag.opened_at


def hold_sentence(hold: Hold) -> str:
    """Return what a hold or an open refer-back says."""
    since = words.day(hold.opened_on)
    if hold.denied_on:
        return f"The provider answered no on {words.day(hold.denied_on)}: {hold.why}. No exercise until a new clearance."
    if hold.referred_back:
        return f"Back with the provider since {since}: {hold.why}. No exercise until the answer is recorded."
    return f"On hold since {since}: {hold.why}. No exercise until the hold is lifted."


def _hold(hold: Hold) -> Finding:
    if hold.denied_on:
        return _stop(f"refer-back-denied:{hold.code}", hold_sentence(hold), "A new clearance decision.")
    if hold.referred_back:
        clears = "The provider’s written answer, recorded on the refer-back."
        return _stop(f"refer-back-open:{hold.code}", hold_sentence(hold), clears)
    return _stop(f"hold-open:{hold.code}", hold_sentence(hold), "A new clearance decision.")


def _flag(flag: OpenFlag) -> Finding:
    return _stop(
        f"red-flag-open:{flag.code}",
        f"Open red flag: {flag.words}. It needs a clearance decided after it was seen.",
        "The provider’s written answer and a new clearance decision.",
    )


def _clearance(facts: StartFacts, policy: ClearingPolicy) -> list[Finding]:
    clearance, state = facts.clearance, state_on(facts.clearance, facts.on, policy)
    renew = "A clearance from the provider, recorded with its limits and dates."
    if clearance is None:
        return [_stop("clearance-missing", "No clearance is on file.", renew, source=policy.source)]
    if state is ClearanceState.REFUSED:
        return [
            _stop("clearance-refused", "The last decision does not clear the client for exercise.", renew)
        ]
    if state is ClearanceState.NOT_YET:
        begins = f"The clearance begins on {words.day(clearance.valid_from)}."
        return [_stop("clearance-not-yet", begins, "Its first day, or a new decision.", source=policy.source)]
    if clearance.valid_to is None or state is ClearanceState.IN_FORCE:
        return []
    end = words.day(clearance.valid_to)
    if state is ClearanceState.EXPIRED:
        return [_stop("clearance-expired", f"The clearance ended on {end}.", renew, source=policy.source)]
    return [
        _note(
            "clearance-ending", f"The clearance ends on {end}. Ask the provider for a new one.", policy.source
        )
    ]


def _referral(facts: StartFacts) -> list[Finding]:
    needed = facts.category == POST_REHAB
    referral = facts.referral
    if referral is None or referral.declined:
        if needed:
            return [
                _stop(
                    "referral-missing",
                    "Post Rehab needs a written referral; none is on file.",
                    "A written referral.",
                )
            ]
        return [_note("referral-recommended", "No referral is on file. One is recommended.", "")]
    findings = [
        _of_weight(
            needed, f"referral-{check}-missing", f"The referral lacks {said}.", f"A referral with {said}."
        )
        for check, said in REFERRAL_CHECKS.items()
        if check not in referral.met
    ]
    if referral.valid_from is not None and facts.on < referral.valid_from:
        sentence = f"The referral begins on {words.day(referral.valid_from)}."
        findings.append(_of_weight(needed, "referral-not-yet", sentence, "Its first day, or a new referral."))
    if referral.valid_to is not None and facts.on > referral.valid_to:
        sentence = f"The referral ended on {words.day(referral.valid_to)}."
        findings.append(_of_weight(needed, "referral-expired", sentence, "A new referral."))
    return findings


def _of_weight(needed: bool, code: str, sentence: str, clears: str) -> Finding:
    return _stop(code, sentence, clears) if needed else _note(code, sentence, "")


def _stop(code: str, sentence: str, clears: str, *, source: str = "") -> Finding:
    return Finding(
        code=code,
        sentence=sentence,
        weight=Weight.STOP,
        source=source or "Working rule of this project for starting a session",
        clears=clears,
        closes=Closes.SESSION.value,
        action=str(Action.REFER),
        verification=str(Verification.HOUSE_RULE),
    )


def _note(code: str, sentence: str, source: str) -> Finding:
    return Finding(
        code=code,
        sentence=sentence,
        weight=Weight.NOTE,
        source=source or "Working rule of this project for starting a session",
        action=str(Action.RECORD),
        verification=str(Verification.HOUSE_RULE),
    )
