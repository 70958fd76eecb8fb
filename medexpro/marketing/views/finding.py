"""Finding what a page is about, in the member's practice."""

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from medexpro.marketing.models import Lead, Participant, ScreeningDay
from medexpro.practice.access import practice_of


def day_or_404(request: HttpRequest, day_id: UUID) -> ScreeningDay:
    """Return a day of the practice."""
    day = get_object_or_404(ScreeningDay.objects.of(practice_of(request)), pk=day_id)
    day.practice = practice_of(request)
    return day


def person_or_404(request: HttpRequest, participant_id: UUID) -> Participant:
    """Return a participant of the practice, with the day."""
    rows = Participant.objects.of(practice_of(request)).select_related("day")
    person = get_object_or_404(rows, pk=participant_id)
    person.practice = person.day.practice = practice_of(request)
    return person


def lead_or_404(request: HttpRequest, lead_id: UUID) -> Lead:
    """Return a lead of the practice, with where it came from and whom it became."""
    rows = Lead.objects.of(practice_of(request)).select_related(
        "source_day", "client", "participant", "asked_by__user", "source__provider", "source__organisation"
    )
    lead = get_object_or_404(rows, pk=lead_id)
    lead.practice = practice_of(request)
    return lead
