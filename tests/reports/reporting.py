"""Reaching a report in tests: a baseline, eight weeks, measured again."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.reports import answering, operations, printing
from medexpro.reports.models import Document
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING

LATER = MORNING + timedelta(days=57)
KNEE = ("rom_knee_flexion", "right")
FIRST = {"tug": "13.8", "chair_stand_30s": "9", KNEE: ["98", "98", "98"], "lefs": "34", "pain_nrs": "4"}
AGAIN = {"tug": "9.6", "chair_stand_30s": "12", KNEE: ["99", "99", "99"], "lefs": "54", "pain_nrs": "2"}


def measured_twice(cast: Any, first: dict | None = None, again: dict | None = None) -> Episode:
    """Ana measured Janet on the first day and 57 days later."""
    episode = scenario.programmed(cast)
    measured(episode, first or FIRST, by=cast.ana)
    measured(episode, again or AGAIN, kind="reassessment", by=cast.ana, at=LATER)
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider").get(
        pk=episode.pk
    )


def drafted(cast: Any, kind: str = "progress_report", **results: Any) -> Document:
    """Ana has drafted the report."""
    return operations.draft(measured_twice(cast, **results), kind, by=cast.ana, at=LATER)


def signed(cast: Any, **more: Any) -> Document:
    """Ana has signed the report."""
    return operations.sign(drafted(cast), recently_signed_in=True, by=cast.ana, at=LATER, **more)


def proposed(cast: Any, question: Any) -> Any:
    """Dr. Raman's office has answered a question, and would allow more than holds now: it waits for a member."""
    said = answering.Said(words="Up to 170 is fine", limits=[limit_said("170")])
    kept = answering.answer(question, said, speaker(question), id=uuid7(), at=LATER)
    return kept.proposals.get()


def limit_said(value: str, measure: str = "bp_systolic", closes: str = "session") -> Any:
    """A limit a provider typed, no higher than."""
    return answering.LimitSaid(measure, ">", Decimal(value), closes)


def speaker(source: Any) -> Any:
    """Who answers in Dr. Raman's office."""
    return answering.Speaker("Nina Sol", "PA-C", answering.meaning_of(source))


def printed(cast: Any, document: Document) -> Any:
    """Ana has put a signed document together with the others that go by fax."""
    cast.dr_raman.preferred_channel = "fax"
    cast.dr_raman.save()
    return printing.start([document.pk], by=cast.ana, at=LATER)
