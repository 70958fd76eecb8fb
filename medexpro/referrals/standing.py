"""How a referral stands on a day: its four checks, its validity, what is missing. Reads only."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from medexpro.practice import closing
from medexpro.practice.models import Practice
from medexpro.providers.models import Channel
from medexpro.referrals.models import CheckKind, Referral, ReferralCheck
from medexpro.referrals.policy import policy
from medexpro.referrals.rules import validity
from medexpro.referrals.rules.checks import Paper, Reading, read
from medexpro.referrals.rules.validity import Cover, Span


@dataclass(frozen=True)
class Answer:
    """One of the four checks as it stands: the paper's reading, and the latest answer of a person, if any."""

    kind: str
    name: str
    reading: Reading
    check: ReferralCheck | None

    @property
    def met(self) -> bool:
        """Return whether a person has confirmed it."""
        return self.check is not None and self.check.met

    @property
    def missing(self) -> str:
        """Return what is missing, in a sentence; empty when it is met."""
        if self.met:
            return ""
        if self.reading.shown and self.check is None:
            return f"{self.name}: shown on the paper, not confirmed yet."
        if self.check is not None and not self.check.met and self.reading.shown:
            return f"{self.name}: {self.check.note or 'answered as missing.'}"
        return f"{self.name}: {self.reading.sentence}"


@dataclass(frozen=True)
class Standing:
    """A referral on a day."""

    answers: tuple[Answer, ...]
    cover: Cover
    acknowledge_by: date
    days_left: int | None

    @property
    def is_complete(self) -> bool:
        """Return whether all four checks are met."""
        return all(answer.met for answer in self.answers)

    @property
    def in_force(self) -> bool:
        """Return whether the referral covers the day."""
        return self.cover in {Cover.IN_FORCE, Cover.EXPIRING}

    @property
    def missing(self) -> list[str]:
        """Return a sentence for each thing that keeps the referral from carrying service, in order."""
        sentences = [answer.missing for answer in self.answers if not answer.met]
        if self.cover is Cover.EXPIRED:
            sentences.append("The referral has expired. Ask the provider for a new one.")
        elif self.cover is Cover.NOT_YET:
            sentences.append("The referral does not cover today yet.")
        elif self.cover is Cover.DECLINED:
            sentences.append("The referral was declined.")
        return sentences


def readings(referral: Referral) -> dict[str, Reading]:
    """Return what the paper says to each check."""
    provider = referral.provider
    paper = Paper(
        provider_type=provider.type if provider else "",
        provider_name=provider.formal_name if provider else "",
        written_on=referral.written_on,
        by_phone=referral.channel == Channel.PHONE,
        wording=referral.wording,
        codes=tuple(referral.icd10),
        exit_confirmed_on=referral.exit_confirmed_on,
    )
    return read(paper, policy())


def latest_answers(referral: Referral) -> dict[str, ReferralCheck]:
    """Return the latest answer to each check that was answered. Uses prefetched checks where there are."""
    return {
        check.kind: check
        for check in sorted(referral.checks.all(), key=lambda check: (check.checked_at, check.pk))
    }


def met_kinds(referral: Referral) -> frozenset[str]:
    """Return which of the four checks are met; a complete referral needs no query for it."""
    if referral.complete_at is not None:
        return frozenset(CheckKind.values)
    return frozenset(kind for kind, check in latest_answers(referral).items() if check.met)


def cover_of(referral: Referral, on: date) -> Cover:
    """Return how a referral's validity stands to a day."""
    span = Span(referral.valid_from, referral.valid_to, declined=referral.declined_at is not None)
    return validity.cover(span, on, renew_from_days=policy().renew_from_days)


def closed_for(practice: Practice, referrals: Iterable[Referral]) -> frozenset[date]:
    """Return the days the practice is closed, as far back as acknowledgements are waited for. One query, or none."""
    since = min((one.received_on for one in referrals if one.acknowledged_at is None), default=None)
    return closing.closed_days(practice, since) if since else frozenset()


def of(referral: Referral, on: date, closed: Collection[date] = ()) -> Standing:
    """Return how a referral stands on a day. closed: from `closed_for`. Prefetch `checks` for lists."""
    paper, latest, figures = readings(referral), latest_answers(referral), policy()
    return Standing(
        answers=tuple(
            Answer(kind.value, kind.label, paper[kind.value], latest.get(kind.value)) for kind in CheckKind
        ),
        cover=cover_of(referral, on),
        acknowledge_by=validity.acknowledge_by(
            referral.received_on, working_days=figures.acknowledge_working_days, closed=closed
        ),
        days_left=(referral.valid_to - on).days if referral.valid_to else None,
    )
