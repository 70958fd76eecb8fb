"""Figures over all discharged clients: looked at, the records behind them opened, published frozen, taken back."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import cohorts, proof_forms, stories
from medexpro.marketing.models import CohortFigures
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast

EDIT = Permission.MARKETING_EDIT


@require_GET
@requires(EDIT)
def proof(request: HttpRequest) -> HttpResponse:
    """Show the figures of a period, and what stands in public."""
    return _proof(request)


def _proof(request: HttpRequest, least: proof_forms.Least | None = None) -> HttpResponse:
    practice, member, at = practice_of(request), member_of(request), clock.now()
    form, since, until = proof_forms.period_of(request.GET, practice.day(at))
    found = cohorts.cohort_of(practice, since, until)
    record_list(member, "figures of discharged clients", at=at, count=found.clients)
    period = {"since": since.isoformat(), "until": until.isoformat()}
    reads = member.may(Permission.RECORD_READ)
    context = {
        "nav": "", "tab": "proof", "form": form, "found": found, "period": period, "reads": reads,
        "shown": [(one, _records_url(one, period) if reads else "") for one in found.figures],
        "standing": cohorts.published_of(practice), "stories": stories.published_of(practice),
        "earlier": _earlier(practice), "who": cohorts.WHO, "caveat": cohorts.CAVEAT,
        "least": least or proof_forms.Least(initial={"least": found.least}),
    }  # fmt: skip
    return page(request, "marketing/proof.html", context, status=422 if least else 200)


def _earlier(practice) -> Sequence[CohortFigures]:
    rows = CohortFigures.objects.of(practice).exclude(withdrawn_at=None).select_related("published_by__user")
    return list(rows.order_by("-published_at")[:12])


def _records_url(one: cohorts.Figure, period: dict[str, str]) -> str:
    return f"{reverse('marketing:proof_records')}?{urlencode(period | {'kind': one.kind, 'measure': one.measure})}"


@require_GET
@requires(Permission.RECORD_READ)
def records(request: HttpRequest) -> HttpResponse:
    """List the records behind one figure that this member may read."""
    practice, member, at = practice_of(request), member_of(request), clock.now()
    _, since, until = proof_forms.period_of(request.GET, practice.day(at))
    found = cohorts.cohort_of(practice, since, until)
    wanted = (request.GET.get("kind", "")[:20], request.GET.get("measure", "")[:40])
    figure = next((one for one in found.figures if (one.kind, one.measure) == wanted), None)
    rows = Episode.objects.visible_to(member, Permission.RECORD_READ).filter(
        pk__in=figure.episodes if figure else []
    )
    listed = list(rows.select_related("client").order_by("client__family_name", "pk"))
    record_list(
        member,
        "records behind a figure",
        at=at,
        count=len(listed),
        filters={"kind": wanted[0], "measure": wanted[1]},
    )
    context = {"nav": "", "figure": figure, "rows": listed, "since": since, "until": until}
    return page(request, "marketing/proof_records.html", context)


@require_POST
@requires(EDIT)
def publish(request: HttpRequest) -> HttpResponse:
    """Freeze the figures of a period and show them in public."""
    practice = practice_of(request)
    form, since, until = proof_forms.period_of(request.POST, practice.day(clock.now()))
    address = (
        f"{reverse('marketing:proof')}?{urlencode({'since': since.isoformat(), 'until': until.isoformat()})}"
    )
    if not form.is_valid():
        toast(request, "Choose the period again.")
        return go_to(request, "marketing:proof")
    try:
        cohorts.publish(practice, since, until, by=member_of(request), at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "These figures stand in public now, as they are today.")
    return go_to(request, address)


@require_POST
@requires(EDIT)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the figures off the public page."""
    cohorts.withdraw(practice_of(request), by=member_of(request), at=clock.now())
    toast(request, "The figures are off the public page.")
    return go_to(request, "marketing:proof")


@require_POST
@requires(EDIT)
def least(request: HttpRequest) -> HttpResponse:
    """Set from how many clients on figures are made."""
    form = proof_forms.Least(request.POST)
    if form.is_valid():
        try:
            cohorts.ask_for_more(practice_of(request), **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Kept.")
            return go_to(request, "marketing:proof")
    return _proof(request, form)
