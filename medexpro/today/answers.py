"""What came back from providers and waits for somebody, what they were asked and did not answer, faxes that did not leave."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Left
from django.urls import reverse

from medexpro.kernel.workdays import after_working_days
from medexpro.practice.models import Member
from medexpro.reports.answer_models import Answer, Proposal, Question
from medexpro.reports.asking import WAIT_WORKING_DAYS
from medexpro.reports.models import Delivery, Document
from medexpro.today import from_web
from medexpro.today.owed import FETCHED, Owed
from medexpro.web import words

ANSWERED, ASKED, FAXED = "answered", "asked", "faxed"
COLUMNS = (
    "which",
    "place",
    "episode__client__given_name",
    "episode__client__family_name",
    "said",
    "at",
    "wants",
)


class Line:
    """One of them. state: "decide" for an answer of which something waits."""

    def __init__(self, row: tuple[Any, ...]):
        self.which, self.place, given, family, self.text, self.at, self.state = row
        self.client = f"{given} {family}".strip()


def read(member: Member, begins_at: datetime) -> list[Line]:
    """Return all kinds for a member, the oldest first, referrals from the web too. One query. begins_at: when the day begins."""
    waits = Proposal.objects.filter(answer=OuterRef("pk"), standing=Proposal.Standing.WAITING)
    answers = Answer.objects.visible_to(member).filter(recorded_by=None)
    # Two sets instead of one "or": each has an index of its few rows.
    news = _named(answers.filter(~Exists(waits), seen_at=None), ANSWERED, F("name"), F("answered_at"), "read")
    open_ones = _named(answers.filter(Exists(waits)), ANSWERED, F("name"), F("answered_at"), "decide")
    asked = Question.objects.visible_to(member).filter(
        answered_at=None, closed_at=None, asked_at__lt=begins_at
    )
    unanswered = _named(asked, ASKED, F("text"), F("asked_at"), "")
    later = Delivery.objects.filter(
        document=OuterRef("document"), sent_at__gt=OuterRef("sent_at"), undone_at=None, failed_reason=""
    )
    failed = Delivery.objects.visible_to(member).exclude(gateway="").exclude(failed_reason="").filter(
        ~Exists(later), delivered_at=None, undone_at=None, sent_at__gt=begins_at - timedelta(days=60),
        document__state__in=(Document.State.SENT, Document.State.RECEIVED, Document.State.ACKNOWLEDGED),
    )  # fmt: skip
    faxes = _named(failed, FAXED, F("failed_reason"), F("sent_at"), "", place=F("document_id"))
    rows = news.union(open_ones, unanswered, faxes, from_web.rows(member), all=True).order_by("at")[:FETCHED]
    return [Line(row) for row in rows]


def _named(rows: QuerySet[Any], which: str, text: Any, at: Any, state: str, place: Any = None) -> Any:
    return (
        rows.order_by()
        .annotate(
            which=Value(which, CharField()), place=place or F("pk"), said=Left(text, 240), at=at,
            wants=Value(state, CharField()),
        )
        .values_list(*COLUMNS)
    )  # fmt: skip


def answered(lines: list[Line], member: Member) -> list[Owed]:
    """Return the answers nobody has read, and those of which something waits for a decision; these first."""
    day_of = member.practice.day
    found = [one for one in lines if one.which == ANSWERED]
    return [
        Owed(
            one.client,
            f"{one.text} answered {words.day(day_of(one.at), 'short')}"
            + (". Something in it waits for a decision" if one.state == "decide" else ""),
            "Decide" if one.state == "decide" else "Read",
            reverse("reports:answer", args=[one.place]),
            late=one.state == "decide",
        )
        for one in sorted(found, key=lambda one: one.state != "decide")
    ]


def unanswered(lines: list[Line], member: Member, day: date, closed: frozenset[date]) -> list[Owed]:
    """Return the questions no provider has answered within the working days we wait."""
    day_of = member.practice.day
    return [
        Owed(
            one.client,
            f"Asked {words.day(day_of(one.at), 'short')}: {one.text}",
            "Ask again",
            reverse("reports:question", args=[one.place]),
            late=True,
        )
        for one in lines
        if one.which == ASKED and day > after_working_days(day_of(one.at), WAIT_WORKING_DAYS, closed)
    ]


def failed(lines: list[Line]) -> list[Owed]:
    """Return faxes that did not leave though their document was sent before; others stand among what is signed and not sent."""
    return [
        Owed(
            one.client,
            f"It did not leave: {one.text}",
            "Send",
            reverse("reports:show", args=[one.place]),
            late=True,
        )
        for one in lines
        if one.which == FAXED
    ]
