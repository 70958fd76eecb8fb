"""The page of the functional vital signs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from medexpro.assessments import state, vitals
from medexpro.assessments.views import chart_of, episode_of
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import page


@require_safe
@requires(Permission.RECORD_READ)
def show(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show grip, walking speed, chair stand, balance, pressure and pulse: value, people, lines, own best."""
    episode = episode_of(request, episode_id)
    chart = chart_of(request, episode, "vital signs")
    episode = chart.shown(episode)
    # The body's size stands beside them, for what is expected of a person by height and weight.
    measures = [measure for _, keys in vitals.SIGNS for measure in keys]
    outcomes = state.outcomes(episode, chart.day, measures=[*measures, "height", "weight"])
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "assessments",
        "episode": episode,
        "signs": vitals.signs(outcomes, episode),
        "may_stop": chart.may(Permission.SESSIONS_LOG) and episode.is_open,
    }
    return page(request, "assessments/vital_signs.html", context)
