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
from medexpro.today import correspondence
from medexpro.today.correspondence import Rows
from medexpro.today.owed import Owed
from medexpro.web import words

ANSWERED, ASKED, FAXED = "answered", "asked", "faxed"
# Of an answer: something in it waits for a decision.
DECIDE = "decide"


def lists(member: Member, begins_at: datetime) -> list[Any]:
    """Return what came back and waits, what was asked before today, what did not leave. begins_at: when the day begins."""
    waits = Proposal.objects.filter(answer=OuterRef("pk"), standing=Proposal.Standing.WAITING)
    answers = Answer.objects.visible_to(member).filter(recorded_by=None)
    asked = Question.objects.visible_to(member).filter(
        answered_at=None, closed_at=None, asked_at__lt=begins_at
    )
    later = Delivery.objects.filter(
        document=OuterRef("document"), sent_at__gt=OuterRef("sent_at"), undone_at=None, failed_reason=""
    )
    failed = Delivery.objects.visible_to(member).exclude(gateway="").exclude(failed_reason="").filter(
        ~Exists(later), delivered_at=None, undone_at=None, sent_at__gt=begins_at - timedelta(days=60),
        document__state__in=(Document.State.SENT, Document.State.RECEIVED, Document.State.ACKNOWLEDGED),
    )  # fmt: skip
    # Two sets instead of one "or": each has an index of its few rows.
    return [
        _listed(answers.filter(~Exists(waits), seen_at=None), ANSWERED, "name", F("answered_at")),
        _listed(answers.filter(Exists(waits)), ANSWERED, "name", F("answered_at"), state=Value(DECIDE, CharField())),
        _listed(asked, ASKED, "text", F("asked_at")),
        _listed(failed, FAXED, "failed_reason", F("sent_at"), pk=F("document_id")),
    ]  # fmt: skip


def _listed(rows: QuerySet[Any], which: str, text: str, at: Any, **columns: Any) -> Any:
    return correspondence.listed(
        rows, which, given=F("episode__client__given_name"), family=F("episode__client__family_name"),
        text=Left(text, 240), at=at, **columns,
    )  # fmt: skip


def answered(rows: Rows, member: Member) -> list[Owed]:
    """Return the answers nobody has read, and those of which something waits for a decision; these first."""
    day_of = member.practice.day
    return [
        Owed(
            one.person,
            f"{one.text} answered {words.day(day_of(one.at), 'short')}"
            + (". Something in it waits for a decision" if one.state == DECIDE else ""),
            "Decide" if one.state == DECIDE else "Read",
            reverse("reports:answer", args=[one.pk]),
            late=one.state == DECIDE,
        )
        for one in sorted(rows[ANSWERED], key=lambda one: one.state != DECIDE)
    ]


def unanswered(rows: Rows, member: Member, day: date, closed: frozenset[date]) -> list[Owed]:
    """Return the questions no provider has answered within the working days we wait."""
    day_of = member.practice.day
    return [
        Owed(
            one.person,
            f"Asked {words.day(day_of(one.at), 'short')}: {one.text}",
            "Ask again",
            reverse("reports:question", args=[one.pk]),
            late=True,
        )
        for one in rows[ASKED]
        if day > after_working_days(day_of(one.at), WAIT_WORKING_DAYS, closed)
    ]


def failed(rows: Rows) -> list[Owed]:
    """Return faxes that did not leave though their document was sent before; others stand among what is signed and not sent."""
    return [
        Owed(
            one.person,
            f"It did not leave: {one.text}",
            "Send",
            reverse("reports:show", args=[one.pk]),
            late=True,
        )
        for one in rows[FAXED]
    ]
