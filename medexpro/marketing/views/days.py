"""Screening days: the list, setting one up, the board of its people, its figures."""

from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.marketing import catalogue, forms, operations, presenters, state
from medexpro.marketing.models import ScreeningDay
from medexpro.marketing.views.finding import day_or_404
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

WORKS = (
    Permission.SCREENING_DAYS_RUN,
    Permission.SCREENING_DAYS_REGISTER,
    Permission.SCREENING_DAYS_MEASURE,
)
SHOWN = 60


@require_GET
@requires(*WORKS, Permission.FIGURES_READ)
def days(request: HttpRequest) -> HttpResponse:
    """List the screening days, the newest first."""
    member, at = member_of(request), clock.now()
    rows = (
        ScreeningDay.objects.of(practice_of(request))
        .annotate(people=Count("participants"))
        .order_by("-held_on", "-pk")
    )
    listed = list(rows[:SHOWN])
    record_list(member, "screening days", at=at, count=len(listed))
    context = {
        "nav": "clients",
        "days": [presenters.day_row(day, member, practice_of(request).day(at)) for day in listed],
        "runs": member.may(Permission.SCREENING_DAYS_RUN),
        "leads": member.may(Permission.LEADS_MANAGE),
    }
    return page(request, "marketing/days.html", context)


@requires(Permission.SCREENING_DAYS_RUN)
def add_day(request: HttpRequest) -> HttpResponse:
    """Set up a screening day."""
    initial = {"stations": list(catalogue.stations())[:4], "held_on": practice_of(request).day(clock.now())}
    form = forms.NewDay(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            day = operations.make_day(**form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "marketing:day", day.pk)
    return page(
        request, "marketing/day_form.html", {"nav": "clients", "form": form, "day": None}, part="form"
    )


@requires(Permission.SCREENING_DAYS_RUN)
def change_day(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Change a screening day."""
    day = day_or_404(request, day_id)
    stored = {name: getattr(day, name) for name in ("name", "place", "held_on", "stations")}
    form = forms.ChangeDay(request.POST or None, initial=stored | {"version": day.version})
    if form.is_valid():
        try:
            operations.change_day(
                day, **form.values(), version=form.shown_version, by=member_of(request), at=clock.now()
            )
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "marketing:day", day.pk)
        day.refresh_from_db()
    return page(request, "marketing/day_form.html", {"nav": "clients", "form": form, "day": day}, part="form")


@require_POST
@requires(Permission.SCREENING_DAYS_RUN)
def close_day(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Close a day, or open it again: `open` says which."""
    day = day_or_404(request, day_id)
    do = operations.open_day if request.POST.get("open") else operations.close_day
    if told(request, lambda: do(day, by=member_of(request), at=clock.now())):
        toast(
            request,
            "The day is open again." if day.is_open else "The day is closed. Nothing more is entered.",
        )
    return go_to(request, "marketing:day", day.pk)


@require_GET
@requires(*WORKS)
def day(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Show the board: who is where, and what is missing. Marks only; values stand on each person's page."""
    found, member, at = day_or_404(request, day_id), member_of(request), clock.now()
    people = state.board_of(found, at=at)
    record_list(member, "screening day", at=at, count=len(people))
    wanted = request.GET.get("show", "")
    board = presenters.board(found, people, member, only=wanted)
    context = {
        "nav": "clients",
        "day": found,
        "board": board,
        "show": wanted if wanted in ("missing", "stopped") else "",
        "runs": member.may(Permission.SCREENING_DAYS_RUN),
        "registers": member.may(Permission.SCREENING_DAYS_REGISTER),
        "measures": member.may(Permission.SCREENING_DAYS_MEASURE),
        "new_id": uuid7(),
        "agreed": sum(1 for one in people if not operations.pages.why_not_sent(one) and not one.got("link")),
        "can_mail": operations.pages.can_mail(),
    }
    return page(request, "marketing/day.html", context, part="board")


@require_GET
@requires(Permission.SCREENING_DAYS_RUN, Permission.SCREENING_DAYS_REGISTER, Permission.FIGURES_READ)
def figures(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Show the counts of a day: people, pages, leads, stations. Nobody is named."""
    found, member, at = day_or_404(request, day_id), member_of(request), clock.now()
    counted = state.figures_of(found, at=at)
    record_list(member, "figures of a screening day", at=at, count=counted.registered)
    context = {
        "nav": "clients",
        "day": found,
        "figures": counted,
        "stations": presenters.station_figures(counted),
        "works": any(member.may(one) for one in WORKS),
        "leads": member.may(Permission.LEADS_MANAGE),
        "goes_on": presenters.goes_on(found),
    }
    return page(request, "marketing/figures.html", context)
