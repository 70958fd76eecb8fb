"""Station mode: the station is chosen once; then number, value, next. With a script and without one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.marketing import catalogue, forms, operations, presenters, state
from medexpro.marketing.models import ScreeningDay
from medexpro.marketing.operations.measuring import Entered, StandsAgainst, Typed, Unusual
from medexpro.marketing.rules.stations import Station
from medexpro.marketing.views.finding import day_or_404
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import whole_number


def _station(day: ScreeningDay, key: str) -> Station:
    found = {one.key: one for one in catalogue.stations_of(day.stations)}.get(key)
    if found is None:
        raise NotFound("This day has no such station.")
    return found


@requires(Permission.SCREENING_DAYS_MEASURE)
def station(request: HttpRequest, day_id: UUID, station: str) -> HttpResponse:
    """Show a station, and keep what is typed there. Without a script the page comes back for the next person."""
    day, member, at = day_or_404(request, day_id), member_of(request), clock.now()
    chosen = _station(day, station)
    typed = forms.read_station(request.POST, request.POST.getlist, chosen)
    number = request.POST.get("number", request.GET.get("number", ""))[:24]
    trouble: Refusal | None = None
    if request.method == "POST":
        try:
            entered = _enter(request, day, chosen, typed)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            trouble = refusal
        else:
            now = entered.standing
            toast(request, f"{now.participant} is entered. {now.weighed.said}".strip())
            return go_to(request, "marketing:station", day.pk, chosen.key)
    people = state.board_of(day, at=at)
    record_list(
        member, "station of a screening day", at=at, count=len(people), filters={"station": chosen.key}
    )
    context = {
        "day": day,
        "station": presenters.station(chosen, typed, number, trouble, units=day.practice.units),
        "stations": catalogue.stations_of(day.stations),
        "roster": _roster(day, people, member),
        "reasons": forms.reasons(),
    }
    return page(request, "marketing/station.html", context)


@require_GET
@requires(Permission.SCREENING_DAYS_MEASURE)
def roster(request: HttpRequest, day_id: UUID) -> JsonResponse:
    """Answer who wears which number, and who may exert themselves, for a tablet at a station."""
    day, member, at = day_or_404(request, day_id), member_of(request), clock.now()
    people = state.board_of(day, at=at)
    record_list(member, "roster of a screening day", at=at, count=len(people))
    response = JsonResponse(_roster(day, people, member))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires(Permission.SCREENING_DAYS_MEASURE)
def enter(request: HttpRequest, day_id: UUID, station: str) -> JsonResponse:
    """Keep one entry of a tablet, and answer what became of it: kept, again, asks or refused."""
    day = day_or_404(request, day_id)
    chosen = _station(day, station)
    typed = forms.read_station(request.POST, request.POST.getlist, chosen)
    answer: dict[str, Any]
    try:
        entered = _enter(request, day, chosen, typed)
    except (NotAllowed, NotFound):
        raise
    except Unusual as asked:
        answer = {
            "outcome": "asks", "sentence": str(asked), "field": asked.field, "typed": asked.typed, "instead": asked.instead,
        }  # fmt: skip
    except Refusal as refusal:
        stands = isinstance(refusal, StandsAgainst)
        answer = {
            "outcome": "refused",
            "sentence": str(refusal),
            "field": refusal.field or "",
            "stands": stands,
        }
    else:
        answer = {
            "outcome": "again" if entered.again else "kept",
            "person": presenters.roster_row(entered.standing, catalogue.stations_of(day.stations)),
        }
    response = JsonResponse(answer)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _enter(request: HttpRequest, day: ScreeningDay, chosen: Station, typed: Typed) -> Entered:
    """Keep what was sent. Raises as the operation does."""
    number = whole_number(request.POST.get("number", ""), digits=6)
    if number is None:
        raise operations.EntryRefused("Type the number on the wristband.", field="number")
    waited = whole_number(request.POST.get("waited_ms", ""), digits=9) or 0
    try:
        entry_id = UUID(request.POST.get("id", ""))
    except ValueError:
        entry_id = None
    return operations.enter(
        day, chosen.key, number, typed, id=entry_id, waited=timedelta(milliseconds=waited), by=member_of(request),
        at=clock.now(),
    )  # fmt: skip


def _roster(day: ScreeningDay, people: list[state.Standing], member: Any) -> dict[str, Any]:
    stations = catalogue.stations_of(day.stations)
    return {
        "day": str(day.pk),
        "member": str(member.pk),
        "open": day.is_open,
        "people": [presenters.roster_row(one, stations) for one in people],
    }
