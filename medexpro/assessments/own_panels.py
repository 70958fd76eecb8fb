"""What this area puts on a client's chart: outcomes, goals, the tab, and the next assessment."""

from datetime import date
from typing import Any

from django.urls import reverse

from medexpro.assessments import catalogue, due, presenters, profile, questionnaire_presenters, state
from medexpro.assessments.models import Assessment, Goal
from medexpro.assessments.outcomes import GRIP, Outcome
from medexpro.assessments.standings import goal_rows
from medexpro.clients import panels
from medexpro.clients.panels import Action, Chart, Panel, Slot, Tab
from medexpro.episodes import ending
from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

MOST_CHARTS = 4
# The chart shows what speaks first about daily life; the rest stands in words or on the page of all measures.
FIRST = ("function", "balance", "strength", "endurance", "flexibility", "stability")
READ = Permission.RECORD_READ


def register() -> None:
    """Put the parts in place, when the app starts."""
    panels.add_tab(Tab("assessments", "Assessments", _url, READ, 30, count=_count))
    panels.add_action("assessments", 20, next_assessment, Permission.ASSESSMENTS_MEASURE)
    panels.add(
        Panel(
            "outcomes",
            "Outcomes",
            "assessments/outcomes_panel.html",
            outcomes,
            READ,
            order=10,
            slot=Slot.MAIN,
        )
    )
    panels.add(Panel("goals", "Goals", "assessments/goals_panel.html", goals, READ, order=20, slot=Slot.TRIO))
    ending.show(at_the_end)
    ending.freeze(final_measures)


def _url(chart: Chart) -> str | None:
    return reverse("assessments:index", args=[chart.episode.pk]) if chart.episode else None


def _all(chart: Chart) -> list[Assessment]:
    """Return the episode's assessments, asked for once however many parts show them."""
    return due.newest(chart.episode) if chart.episode else []


def _count(chart: Chart) -> int | None:
    newest: Any = _all(chart)[:1]
    return newest[0].of if newest else None


def _taken(chart: Chart) -> Any:
    if "taken" not in chart.memo:
        chart.memo["taken"] = state.series(chart.episode) if chart.episode else {}
    return chart.memo["taken"]


def _goals(chart: Chart) -> list[Goal]:
    if "goals" not in chart.memo:
        chart.memo["goals"] = goal_rows(chart.episode) if chart.episode else []
    return chart.memo["goals"]


def next_assessment(chart: Chart) -> Action | None:
    """Return the button that measures: the baseline, the reassessment, or what is half done."""
    episode = chart.episode
    if episode is None or not episode.is_open or not episode.started_on:
        return None
    rows = _all(chart)
    if rows and rows[0].finished_at is None:
        return Action("Go on measuring", reverse("assessments:show", args=[rows[0].pk]), "measure")
    baseline = any(row.kind == Assessment.Kind.BASELINE for row in rows)
    return Action(
        "Reassess" if baseline else "Baseline", reverse("assessments:index", args=[episode.pk]), "loop"
    )


def outcomes(chart: Chart) -> dict[str, Any] | None:
    """Return at most four charts, grip and what worsened in words, and the profile across the six domains."""
    episode = chart.episode
    if episode is None:
        return None
    # Pressure, pulse and body size have no chart here, so their limits need not be looked up.
    drawn = {key: readings for key, readings in _taken(chart).items() if _is_drawn(key[0])}
    found = state.outcomes(episode, chart.day, taken=drawn, goals=_goals(chart))
    charts = chosen(found, episode.side)
    told = [
        one for one in found if one not in charts and (one.measure.id == GRIP or one.verdict_kind == "worse")
    ]
    return {
        "charts": charts,
        "sentences": presenters.tail_sentences(told[:4]),
        "reasons": {one.key: presenters.reasons(one) for one in charts},
        "profile": profile.profile_of(found, episode.side) if found else [],
        "url": _url(chart),
        "asked": _questionnaire(chart, episode),
        "measures_url": reverse("assessments:measures", args=[episode.pk]),
        "may_measure": episode.is_open and chart.member.may(Permission.ASSESSMENTS_MEASURE),
    }


def _questionnaire(chart: Chart, episode: Episode) -> Any:
    """Return whether a questionnaire is due, from what the chart has read already."""
    if not episode.is_open:
        return None
    visits = getattr(episode, "sessions_so_far", None) or 0
    return questionnaire_presenters.due(
        _all(chart), _taken(chart), visits=visits, practice=episode.practice, day=chart.day
    )


def _is_drawn(measure_id: str) -> bool:
    entry = catalogue.entries().get(measure_id)
    return entry is not None and bool(entry.domain)


def chosen(found: list[Outcome], involved: str) -> list[Outcome]:
    """Return the outcomes that get a chart: one of each domain in turn, those with a goal first, then the most telling.

    found: as `state.outcomes` returns them. involved: the side the episode is about; the other side waits.
    """

    def rank(one: Outcome) -> tuple[bool, bool, bool, int]:
        other_side = one.side in ("left", "right") and involved in ("left", "right") and one.side != involved
        return other_side, one.goal is None, len(one.readings) < 2, -len(one.readings)

    drawn = [one for one in found if one.domain and one.measure.id != GRIP]
    picked: list[Outcome] = []
    while len(picked) < MOST_CHARTS and len(picked) < len(drawn):
        for domain in FIRST:
            left = [one for one in drawn if one.domain == domain and one not in picked]
            if left and len(picked) < MOST_CHARTS:
                picked.append(min(left, key=rank))
    # What the client works for is seen first: a shoulder's range before a walking speed nobody is after.
    return sorted(picked, key=lambda one: one.goal is None)


def goals(chart: Chart) -> dict[str, Any] | None:
    """Return the goals with where they stand."""
    if chart.episode is None:
        return None
    whose = {"female": "Her goals", "male": "His goals"}.get(chart.client.sex, "Goals")
    return {
        "title": whose,
        "goals": state.goals_of(chart.episode, _taken(chart), _goals(chart)),
        "url": reverse("assessments:goals", args=[chart.episode.pk]),
        "may_edit": chart.member.may(Permission.PROGRAMS_EDIT),
    }


def at_the_end(episode: Episode, *, member: Member, day: date) -> dict[str, Any]:
    """Return the goals, met or not, and the last measures, to look at before an episode ends."""
    return {
        "template": "assessments/discharge_part.html",
        "goals": state.goals_of(episode),
        "url": reverse("assessments:goals", args=[episode.pk]),
        "measures": final_measures(episode, day),
        "may_edit": member.may(Permission.ASSESSMENTS_MEASURE),
    }


def final_measures(episode: Episode, day: date) -> list[dict[str, str]]:
    """Return every measure with a place in the report, from the first to the last result, in words."""
    return [
        {
            "measure": one.measure.id,
            "side": one.side,
            "name": one.name,
            "baseline": one.baseline_figure,
            "last": one.current_figure,
            "on": one.current.on.isoformat(),
            "change": one.counts,
        }
        for one in state.outcomes(episode, day)
        if one.domain
    ]
