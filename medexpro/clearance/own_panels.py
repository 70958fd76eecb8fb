"""What this area puts on a client's chart: the clearance as a fact, the precautions on every page."""

from django.urls import reverse

from medexpro.clearance import state
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clients import panels
from medexpro.clients.panels import Chart, Fact, Tab
from medexpro.practice.permissions import Permission
from medexpro.web import words


def register() -> None:
    """Put the parts in place, when the app starts."""
    panels.add_fact("clearance", 30, clearance_fact)
    panels.name_precautions(phrases)
    panels.add_tab(Tab("clearance", "Clearance", _tab, Permission.RECORD_READ, 42))


def _tab(chart: Chart) -> str | None:
    return reverse("clearance:decide", args=[chart.episode.pk]) if chart.episode else None


def phrases(chart: Chart) -> list[str]:
    """Return the precautions in force as phrases."""
    if chart.episode is None:
        return []
    return [precaution.phrase for precaution in state.precautions_in_force(chart.episode)]


def clearance_fact(chart: Chart) -> Fact | None:
    """Return how the clearance stands today."""
    if chart.episode is None:
        return None
    if holds := state.holds_of(chart.episode):
        since = words.day(holds[0].opened_on, "short")
        return Fact("Clearance", "With the provider", f"No exercise since {since}", icon="stop")
    decision = state.latest_decision(chart.episode)
    if decision is None:
        return Fact("Clearance", "None yet", "No exercise before it", icon="clock")
    facts = clearing.ClearanceFacts(
        granted=decision.outcome == "granted", decided_at=decision.decided_at, valid_from=decision.valid_from,
        valid_to=decision.valid_to,
    )  # fmt: skip
    standing = clearing.state_on(facts, chart.day, clearing_policy())
    by = f"{decision.provider.short_name}, " if decision.provider else ""
    detail = f"{by}{words.day(decision.valid_from, 'short')}"
    if standing.covers:
        until = f" · renew by {words.day(decision.valid_to, 'short')}" if decision.valid_to else ""
        return Fact("Clearance", "Cleared", detail + until, icon="shield")
    names = {"expired": "Ended", "refused": "Not cleared", "not_yet": "Not yet"}
    ended = (
        f"Ended {words.day(decision.valid_to, 'short')}"
        if standing == "expired" and decision.valid_to
        else detail
    )
    return Fact("Clearance", names.get(standing.value, "None"), ended, icon="stop")
