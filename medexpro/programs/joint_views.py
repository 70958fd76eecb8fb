"""The page of an operated joint: weeks, precautions, one limb against the other, walking, what to stop for."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from medexpro.assessments import state as assessments
from medexpro.clearance import state as clearance
from medexpro.clients.panels import open_chart
from medexpro.episodes.models import Episode
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.programs import joint, presenters, state
from medexpro.web.pages import page


@require_safe
@requires(Permission.RECORD_READ)
def show(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show how an operated joint comes along. 404 for an episode without an operation."""
    rows = Episode.objects.visible_to(request.member).select_related(  # type: ignore[attr-defined]
        "client", "practice", "surgery__surgeon", "referral__provider"
    )
    episode = get_object_or_404(rows, pk=episode_id)
    if episode.surgery is None:
        raise Http404
    chart = open_chart(request, episode.client, page="joint")
    chart.wanted = str(episode.pk)
    surgery, day = episode.surgery, chart.day
    program = state.program_of(episode)
    protocol = state.protocol_of(program) if program else None
    phases = []
    if program and protocol:
        place = [phase.id for phase in protocol.phases].index(program.phase)
        began_on = episode.practice.day(program.made_at)
        phases = presenters.phases(protocol, place, state.entered_on(program), began_on=began_on)
    outcomes = assessments.outcomes(episode, day)
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "joint",
        "episode": episode,
        "surgery": surgery,
        "weeks": joint.weeks_words(surgery, day),
        "phases": phases,
        "held": joint.held(clearance.precautions_in_force(episode), surgery, day),
        "limbs": joint.limb_rows(assessments.series(episode), episode.side, episode.practice),
        "walking": joint.walking(outcomes),
        "complications": joint.complications(),
        "may_write": chart.may(Permission.REPORTS_WRITE) and episode.is_open,
        "may_stop": chart.may(Permission.SESSIONS_LOG) and episode.is_open,
    }
    return page(request, "programs/joint.html", context)
