"""What clearance tells on the timeline: screenings, decisions, limits, plans, precautions, what went back and what was answered."""

from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import reverse

from medexpro.clearance.models import (
    Decision,
    Outcome,
    Precaution,
    ProviderLimit,
    ReferBack,
    Screening,
    ToTell,
    WrittenPlan,
)
from medexpro.kernel import quantities
from medexpro.knowledge.library import library
from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line, joined
from medexpro.web import words

READ = (Permission.RECORD_READ,)


def register() -> None:
    """Tell of all of it, when the app starts."""
    kinds = (
        Kind("screening", "clearance", "screening", READ, _of(Screening), "finished_at", screening,
             who="recorded_by", ref="episode_id"),
        Kind("clearance", "clearance", "shield", READ, _of(Decision), "decided_at", decision,
             plain=("outcome", "provider__given_name", "provider__family_name", "reason"), told="provider_words",
             who="decided_by", ref="episode_id"),
        Kind("limit", "clearance", "measure", READ, _of(ProviderLimit), "written_on", limit,
             plain=("measure", "op", "value", "provider__family_name"), told="words", who="recorded_by",
             ref="episode_id", is_day=True),
        Kind("limit_ended", "clearance", "measure", READ, _of(ProviderLimit), "ended_at", limit_ended,
             plain=("measure",), told="released_words", who="ended_by", ref="episode_id"),
        Kind("plan", "clearance", "shield", READ, _of(WrittenPlan), "written_on", plan,
             plain=("kind", "provider__family_name"), told="words", who="recorded_by", ref="episode_id", is_day=True),
        Kind("precaution", "clearance", "warn", READ, _of(Precaution), "confirmed_on", precaution,
             plain=("text", "state"), told="confirmed_words", who="recorded_by", ref="episode_id", is_day=True),
        Kind("precaution_released", "clearance", "check", READ, _of(Precaution), "released_on", released,
             plain=("text",), told="released_words", ref="episode_id", is_day=True),
        Kind("refer_back", "clearance", "stop", READ, _of(ReferBack), "opened_at", back,
             plain=("provider__family_name",), told="observed", who="opened_by", ref="episode_id"),
        Kind("refer_back_answer", "clearance", "provider", READ, _of(ReferBack), "answered_at", answer,
             plain=("answered_by__family_name",), told="answer", ref="episode_id"),
        Kind("told", "clearance", "phone", READ, _of(ToTell), "told_at", told,
             plain=("provider__family_name", "sentence"), told="words", who="told_by", ref="episode_id"),
    )  # fmt: skip
    for kind in kinds:
        timeline.add(kind)


def _of(model: type[Model]) -> Any:
    return lambda: model._base_manager.filter(episode__client=CLIENT)


def screening(row: Found, reads: bool) -> Line:
    """Return a finished screening as a line."""
    return Line("Screening finished", reverse("clearance:screening", args=[row.ref]))


def decision(row: Found, reads: bool) -> Line:
    """Return a decision as a line."""
    outcome, given, family, reason = row.plain
    return Line(Outcome(outcome).label, _page(row), joined(f"{given} {family}".strip(), reason))


def limit(row: Found, reads: bool) -> Line:
    """Return a provider's limit as a line."""
    measure, op, value, provider = row.plain
    how = {">": "no higher than", "<": "no lower than"}.get(op, op)
    known = library().measures.get(measure)
    unit = quantities.label(known.unit) if known else ""
    said = f"{_name(measure)} {how} {words.number(Decimal(value))} {unit}".strip()
    return Line(f"Limit: {said}", _page(row), provider)


def limit_ended(row: Found, reads: bool) -> Line:
    """Return the end of a limit as a line."""
    return Line(f"Limit ended: {_name(row.plain[0])}", _page(row))


def plan(row: Found, reads: bool) -> Line:
    """Return a provider's plan as a line."""
    kind = dict(WrittenPlan._meta.get_field("kind").choices).get(row.plain[0], row.plain[0])
    return Line(f"{kind} of the provider", _page(row), row.plain[1])


def precaution(row: Found, reads: bool) -> Line:
    """Return a confirmed precaution as a line; one that nobody confirmed has not happened yet."""
    state = dict(Precaution._meta.get_field("state").choices).get(row.plain[1], row.plain[1])
    return Line(f"Precaution: {row.plain[0]}", _page(row), state)


def released(row: Found, reads: bool) -> Line:
    """Return the release of a precaution as a line."""
    return Line(f"Precaution released: {row.plain[0]}", _page(row))


def back(row: Found, reads: bool) -> Line:
    """Return what went back to a provider as a line."""
    return Line("Back to the provider", _page(row), row.plain[0])


def answer(row: Found, reads: bool) -> Line:
    """Return a provider's answer as a line."""
    return Line("The provider answered", _page(row), row.plain[0])


def told(row: Found, reads: bool) -> Line:
    """Return what a provider was told as a line."""
    return Line("The provider was told", _page(row), joined(*row.plain[:2]))


def _page(row: Found) -> str:
    return reverse("clearance:decide", args=[row.ref])


def _name(measure: str) -> str:
    known = library().measures.get(measure)
    return known.name if known else measure
