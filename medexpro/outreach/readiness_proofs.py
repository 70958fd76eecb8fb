"""What in the record shows that a practice is ready: counts with their words, each leading to where it can be seen."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from medexpro.episodes.models import Status
from medexpro.kernel.documents import DocumentKind
from medexpro.kernel.workdays import after_working_days
from medexpro.outreach.models import Letter, ReadinessScore
from medexpro.outreach.reading import Loop, loops_by_provider
from medexpro.outreach.rules.loops import Promise
from medexpro.outreach.rules.readiness import PLAN_DAYS, Proof, Shown, of_count, of_share
from medexpro.positioning.models import Service
from medexpro.positioning.voice import profile_of
from medexpro.practice import closing
from medexpro.practice.models import Member, Practice
from medexpro.practice.roles import Role
from medexpro.programs.models import Program
from medexpro.referrals.models import CheckKind, Referral, ReferralCheck
from medexpro.referrals.source_models import Source, TouchKind, Touchpoint

LATELY_DAYS = 90
FIRST_VISIT_WORKING_DAYS = 5
EPISODES_OF_A_CONDITION = 5
FIRST_WORDS = (DocumentKind.ACKNOWLEDGEMENT, DocumentKind.INTRODUCTORY, DocumentKind.SUMMARY)
ANSWERS = ("whom", "problem", "result", "not_do", "proof")


class Record:
    """What the proofs read of one practice, each part once and only when asked for. since: from where a plan counts."""

    def __init__(self, practice: Practice, at: datetime, *, since: date | None = None):
        self.practice, self.at = practice, at
        self.day = practice.day(at)
        self.since = since or self.day - timedelta(days=PLAN_DAYS)

    @cached_property
    def profile(self) -> Any:
        """The clarity sheet."""
        return profile_of(self.practice)

    @cached_property
    def checks(self) -> tuple[Counter[str], int, int]:
        """Each check's referrals of the last 90 days that meet it, those that meet all four, and how many there are."""
        lately = Q(received_on__gt=self.day - timedelta(days=LATELY_DAYS), declined_at=None)
        known = list(Referral.objects.of(self.practice).filter(lately).values_list("pk", flat=True))
        answers = (
            ReferralCheck.objects.of(self.practice).filter(referral__in=known).order_by("checked_at", "pk")
        )
        latest = {(one, kind): met for one, kind, met in answers.values_list("referral_id", "kind", "met")}
        met = Counter(kind for (_, kind), is_met in latest.items() if is_met)
        whole = sum(all(latest.get((one, kind.value)) for kind in CheckKind) for one in known)
        return met, whole, len(known)

    @cached_property
    def loops(self) -> list[Loop]:
        """The clients sent lately, with what was owed for each."""
        return [loop for found in loops_by_provider(self.practice, self.at).values() for loop in found]

    @cached_property
    def sources(self) -> list[Source]:
        """The relationships kept up."""
        return list(Source.objects.of(self.practice).filter(is_active=True))

    @cached_property
    def touches(self) -> Counter[str]:
        """The touches since the plan began, by kind."""
        rows = Touchpoint.objects.of(self.practice).filter(struck_at=None, on__gte=self.since)
        return Counter(dict(rows.order_by().values_list("kind").annotate(n=Count("pk"))))

    @cached_property
    def letters(self) -> Counter[str]:
        """The letters sent since the plan began, by kind."""
        begins = datetime.combine(self.since, datetime.min.time(), self.practice.tz)
        rows = Letter.objects.of(self.practice).filter(state=Letter.State.SENT, signed_at__gte=begins)
        return Counter(dict(rows.order_by().values_list("kind").annotate(n=Count("pk"))))

    @cached_property
    def missing_bios(self) -> tuple[int, int]:
        """Those who see clients and have no bio yet, and how many see clients."""
        members = Member.objects.of(self.practice).filter(is_active=True).select_related("bio")
        theirs = [one for one in members if Role.PROFESSIONAL in one.roles]
        written = [
            one for one in theirs if (bio := getattr(one, "bio", None)) and (bio.text or bio.background)
        ]
        return len(theirs) - len(written), len(theirs)


def _check(kind: CheckKind) -> Callable[[Record], Proof]:
    def proof(record: Record) -> Proof:
        met, _, total = record.checks
        url = reverse("referrals:list")
        if not total:
            return Proof(Shown.OPEN, f"No referral in the last {LATELY_DAYS} days", url)
        shown = of_share(met[kind.value], total)
        return Proof(shown, f"{met[kind.value]} of {total} referrals in {LATELY_DAYS} days", url)

    return proof


def _four(record: Record) -> Proof:
    _, whole, total = record.checks
    words = f"{whole} of {total} referrals with all four" if total else "No referral lately"
    return Proof(of_share(whole, total), words, reverse("referrals:list"))


def _sheet(*fields: str, words: tuple[str, str]) -> Callable[[Record], Proof]:
    def proof(record: Record) -> Proof:
        there = sum(bool(getattr(record.profile, field)) for field in fields)
        said = words[0] if there == len(fields) else words[1]
        if 1 < len(fields) != there:
            said = f"{there} of {len(fields)} answered"
        return Proof(of_count(there, len(fields)), said, reverse("positioning:clarity"))

    return proof


def _page(record: Record) -> Proof:
    is_open = record.profile.published_at is not None
    words = "Open; its code prints on letters" if is_open else "Closed: nobody can refer on the web yet"
    return Proof(Shown.MET if is_open else Shown.OPEN, words, reverse("positioning:index"))


def _sample(record: Record) -> Proof:
    return Proof(Shown.MET, "Made up, marked so, ready to print", reverse("outreach:paper", args=["sample"]))


def _services(record: Record) -> Proof:
    count = Service.objects.of(record.practice).filter(retired_at=None).count()
    return Proof(
        of_count(count, 1), f"{count} on the menu" if count else "None yet", reverse("positioning:services")
    )


def _bios(record: Record) -> Proof:
    missing, total = record.missing_bios
    words = f"{total - missing} of {total} written" if total else "Nobody sees clients yet"
    return Proof(of_share(total - missing, total), words, reverse("positioning:bios"))


def _promises(kinds: Iterable[DocumentKind], words: str) -> Callable[[Record], Proof]:
    wanted = set(kinds)

    def proof(record: Record) -> Proof:
        decided = [
            one for loop in record.loops for one in loop.promises if one.kind in wanted and _decided(one)
        ]
        kept = sum(not one.late for one in decided)
        said = f"Kept {kept} of {len(decided)} times" if decided else words
        return Proof(of_share(kept, len(decided)), said, reverse("outreach:board"))

    return proof


def _decided(one: Promise) -> bool:
    return one.kept_on is not None or one.late


def _nothing_late(record: Record) -> Proof:
    late = sum(one.late and one.kept_on is None for loop in record.loops for one in loop.promises)
    words = f"{late} late now" if late else "Nothing is late"
    return Proof(Shown.PARTLY if late else Shown.MET, words, reverse("reports:index"))


def _first_visit(record: Record) -> Proof:
    courses = [loop.course for loop in record.loops]
    since = min((one.received_on for one in courses), default=record.day)
    closed = closing.closed_days(record.practice, since)
    kept = decided = 0
    for one in courses:
        by = after_working_days(one.received_on, FIRST_VISIT_WORKING_DAYS, closed)
        came = one.first_visit_at.date() if one.first_visit_at else None
        if came is None and record.day <= by:
            continue
        decided += 1
        kept += came is not None and came <= by
    words = f"Kept {kept} of {decided} times" if decided else "No first visit lately"
    return Proof(of_share(kept, decided), words, reverse("outreach:board"))


def _conditions(record: Record) -> Proof:
    rows = Program.objects.of(record.practice).filter(episode__status=Status.DISCHARGED)
    counts = sorted(
        (
            count
            for _, count in rows.order_by()
            .values_list("protocol__key")
            .annotate(n=Count("episode", distinct=True))
        ),
        reverse=True,
    )
    enough = sum(count >= EPISODES_OF_A_CONDITION for count in counts)
    words = "No finished episode yet"
    if counts:
        plural = "s" if len(counts) != 1 else ""
        words = f"{sum(counts)} finished, {len(counts)} condition{plural}, {enough} with {EPISODES_OF_A_CONDITION} or more"
    return Proof(of_share(enough, len(counts)), words, reverse("marketing:proof"))


def _second_factor(record: Record) -> Proof:
    is_asked = record.practice.second_factor_required
    words = "Asked of everybody" if is_asked else "Not asked of everybody"
    return Proof(Shown.MET if is_asked else Shown.OPEN, words, reverse("practice:settings"))


def _took_in(record: Record) -> Proof:
    count = Referral.objects.of(record.practice).filter(acknowledged_at__isnull=False).count()
    return Proof(of_count(count, 1), f"{count} acknowledged so far", reverse("referrals:list"))


def _sources(wanted: int, name: str, test: Callable[[Source], bool]) -> Callable[[Record], Proof]:
    def proof(record: Record) -> Proof:
        count = sum(map(test, record.sources))
        return Proof(of_count(count, wanted), f"{count} of {wanted} {name}", reverse("outreach:board"))

    return proof


def _next_steps(record: Record) -> Proof:
    ideal = [one for one in record.sources if one.is_ideal]
    planned = sum(one.next_on is not None for one in ideal)
    words = f"{planned} of {len(ideal)} ideal sources" if ideal else "No ideal source is marked"
    return Proof(of_share(planned, len(ideal)), words, reverse("outreach:board"))


def _letters(kind: Letter.Kind, wanted: int) -> Callable[[Record], Proof]:
    def proof(record: Record) -> Proof:
        count = record.letters[kind.value]
        return Proof(of_count(count, wanted), f"{count} of {wanted} sent", reverse("outreach:board"))

    return proof


def _touched(wanted: int, *kinds: TouchKind) -> Callable[[Record], Proof]:
    def proof(record: Record) -> Proof:
        count = sum(record.touches[kind.value] for kind in kinds)
        return Proof(of_count(count, wanted), f"{count} of {wanted} logged", reverse("outreach:board"))

    return proof


def _thanked(record: Record) -> Proof:
    count = record.letters[Letter.Kind.THANK_YOU.value] + record.touches[TouchKind.THANKS.value]
    return Proof(of_count(count, 1), f"{count} since the plan began", reverse("outreach:board"))


def _scored(record: Record) -> Proof:
    count = ReadinessScore.objects.of(record.practice).filter(on__gte=record.since).count()
    return Proof(of_count(count, 1), f"{count} kept since the plan began", reverse("outreach:ready"))


# By the names data/readiness.yaml gives them.
PROOFS: dict[str, Callable[[Record], Proof]] = {
    "check_written": _check(CheckKind.WRITTEN),
    "check_wording": _check(CheckKind.WORDING),
    "check_coded": _check(CheckKind.CODED),
    "check_exited": _check(CheckKind.EXITED),
    "four_checks": _four,
    "whom": _sheet("whom", words=("Written", "Not written yet")),
    "scope": _sheet("not_do", words=("Written, and on every letter", "Ours stands in until you write yours")),
    "sheet": _sheet(*ANSWERS, words=("All five answered", "Nothing answered yet")),
    "page": _page,
    "sample": _sample,
    "services": _services,
    "bios": _bios,
    "answered": _promises(FIRST_WORDS, "No referral lately"),
    "reported": _promises([DocumentKind.PROGRESS], "No report was due lately"),
    "nothing_late": _nothing_late,
    "first_visit": _first_visit,
    "conditions": _conditions,
    "second_factor": _second_factor,
    "took_in": _took_in,
    "ten_sources": _sources(10, "sources", lambda one: True),
    "ideal": _sources(5, "marked as ideal", lambda one: one.is_ideal),
    "channels": _sources(5, "with their way known", lambda one: bool(one.preferred_channel)),
    "next_steps": _next_steps,
    "letters_3": _letters(Letter.Kind.INTRODUCTION, 3),
    "letters_5": _letters(Letter.Kind.INTRODUCTION, 5),
    "result_letter": _letters(Letter.Kind.RESULT, 1),
    "thanked": _thanked,
    "calls_3": _touched(3, TouchKind.CALL),
    "calls_5": _touched(5, TouchKind.CALL),
    "visit": _touched(1, TouchKind.VISIT, TouchKind.LUNCH),
    "talk": _touched(1, TouchKind.TALK),
    "scored": _scored,
}
