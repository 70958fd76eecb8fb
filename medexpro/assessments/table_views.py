"""Pages of comparing: where a client's result stands in each published table, and which table the practice prefers."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.assessments import catalogue, operations, state, tables
from medexpro.assessments.outcomes import Outcome
from medexpro.assessments.rules import norms
from medexpro.assessments.views import chart_of, episode_of
from medexpro.kernel import clock
from medexpro.kernel.reference import Measure
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast


@requires(Permission.RECORD_READ)
def compared(request: HttpRequest, episode_id: Any, measure: str) -> HttpResponse:
    """Show where a client's latest result stands in each table of a measure, and which of them is used."""
    return _compared(request, episode_id, measure)


@require_POST
@requires(Permission.ASSESSMENTS_MEASURE)
def choose_table(request: HttpRequest, episode_id: Any, measure: str) -> HttpResponse:
    """Choose the table this client is compared with, or follow the practice again."""
    episode = episode_of(request, episode_id)
    _measure(measure)
    try:
        row = operations.choose_table(
            episode,
            measure=measure,
            table=request.POST.get("table", ""),
            by=member_of(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _compared(request, episode_id, measure, refused=str(refusal), status=422)
    if row is not None:
        toast(request, "Compared with another table from now on")
    return go_to(request, reverse("assessments:compared", args=[episode.pk, measure]))


def _measure(measure_id: str) -> Measure:
    """Return a measure that several tables answer for. Raises Http404."""
    try:
        return tables.choosable()[measure_id]
    except KeyError:
        raise Http404("There is no such choice.") from None


def _compared(
    request: HttpRequest, episode_id: Any, measure_id: str, *, refused: str = "", status: int = 200
) -> HttpResponse:
    episode, measure = episode_of(request, episode_id), _measure(measure_id)
    chart = chart_of(request, episode, "compared")
    episode = chart.shown(episode)
    outcomes = [one for one in state.outcomes(episode, chart.day) if one.measure.id == measure_id]
    # Of two hands the tables ask for the better one: the other would only say so in every row.
    outcomes = [one for one in outcomes if one.subject.side == "best"] or outcomes
    choice = tables.in_force(episode).get(measure_id, tables.InForce())
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "measure": measure,
        "short": catalogue.entry_of(measure).short,
        "outcomes": outcomes,
        "choice": choice,
        "who": choice.row.by if choice.row else None,
        "own": choice.key if choice.is_clients else "",
        "rows": _rows(measure, outcomes, choice.key),
        "may_choose": member_of(request).may(Permission.ASSESSMENTS_MEASURE) and episode.is_open,
        "refused": refused,
    }
    return page(request, "assessments/compared.html", context, status=status)


def _rows(measure: Measure, outcomes: list[Outcome], key: str) -> list[dict[str, Any]]:
    """Return each option with what it says of each side; of grip only the better hand is placed."""
    rows = []
    for option in tables.options_of(measure):
        answers = [{"name": one.name, "says": _says(one.place_in(option))} for one in outcomes]
        shown = [one.compared for one in outcomes if isinstance(one.compared, norms.Comparison)]
        used = bool(key and option.key == key) or (not key and any(one.key == option.key for one in shown))
        rows.append({"option": option, "answers": answers, "used": used})
    return rows


def _says(found: norms.Comparison | norms.NoComparison) -> dict[str, Any]:
    if isinstance(found, norms.Comparison):
        return {
            "text": found.sentence,
            "placed": True,
            "source": found.source,
            "mark": found.verification.label,
        }
    return {"text": found.reason, "placed": False, "source": "", "mark": ""}


# ---- The practice's preference


@requires(Permission.SETTINGS_MANAGE)
def preferred(request: HttpRequest) -> HttpResponse:
    """Show which table each measure is compared with unless a client's professional chooses another."""
    return _preferred(request)


@require_POST
@requires(Permission.SETTINGS_MANAGE)
def prefer(request: HttpRequest, measure: str) -> HttpResponse:
    """Choose the practice's table for one measure."""
    what = _measure(measure)
    try:
        row = operations.choose_table_for_practice(
            measure=measure, table=request.POST.get("table", ""), by=member_of(request), at=clock.now()
        )
    except Refusal as refusal:
        return _preferred(request, refused=str(refusal), status=422)
    if row is not None:
        toast(request, f"{catalogue.entry_of(what).short} is compared with another table from now on")
    return go_to(request, reverse("assessments:preferred"))


def _preferred(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    chosen = tables.in_force_for(practice_of(request))
    rows = [
        {
            "measure": measure,
            "short": catalogue.entry_of(measure).short,
            "options": tables.options_of(measure),
            "choice": chosen.get(key, tables.InForce()),
        }
        for key, measure in tables.choosable().items()
    ]
    context = {"nav": "settings", "rows": rows, "refused": refused}
    return page(request, "assessments/preferred.html", context, status=status)
