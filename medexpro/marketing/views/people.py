"""Participants: registering them, one's page for who works the day, what they agree to."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.marketing import events, forms, operations, presenters, state
from medexpro.marketing.models import Agreement, ParticipantResult
from medexpro.marketing.views.days import WORKS
from medexpro.marketing.views.finding import day_or_404, person_or_404
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast


@requires(Permission.SCREENING_DAYS_REGISTER)
def register(request: HttpRequest, day_id: UUID) -> HttpResponse:
    """Register one after another: the next free number stands there already."""
    day = day_or_404(request, day_id)
    at = clock.now()
    form = forms.Register(
        request.POST or None, initial={"number": state.next_number(day)}, on=day.practice.day(at)
    )
    if form.is_valid():
        try:
            person = operations.register(day, **form.values(), by=member_of(request), at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, f"{person} is registered.")
            return go_to(request, "marketing:register", day.pk)
    return page(request, "marketing/register.html", {"nav": "clients", "day": day, "form": form}, part="form")


@requires(*WORKS)
def person(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Show a participant, and change the registration. Values are shown to who measures."""
    found, member, at = person_or_404(request, participant_id), member_of(request), clock.now()
    stored = {
        "number": found.number, "born": found.age, "sex": found.sex, "first_name": found.first_name, "version": found.version,
    }  # fmt: skip
    registers = member.may(Permission.SCREENING_DAYS_REGISTER)
    form = forms.ChangeParticipant(request.POST or None, initial=stored) if registers else None
    if form is not None and form.is_valid():
        try:
            operations.change_participant(
                found, **form.values(), version=form.shown_version, by=member, at=at
            )
        except Conflict as conflict:
            conflict.theirs = {**conflict.theirs, "born": conflict.theirs.get("age")}
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The registration is changed.")
            return go_to(request, "marketing:person", found.pk)
        found.refresh_from_db()
        found.day.practice = practice_of(request)
    standing = state.standing_of(found, at=at)
    measures = member.may(Permission.SCREENING_DAYS_MEASURE)
    if measures:
        trail.record(events.SEEN, found, by=member, at=at)
    context = {
        "nav": "clients",
        "person": presenters.person(standing, member),
        "day": found.day,
        "form": form,
        "agree": forms.Agree(on=found.day.practice.day(at), initial={"email": found.email})
        if registers
        else None,
        "measures": measures,
        "registers": registers,
        "runs": member.may(Permission.SCREENING_DAYS_RUN),
        "can_mail": operations.pages.can_mail(),
        "why_not_sent": operations.pages.why_not_sent(standing),
    }
    return page(request, "marketing/person.html", context, part="form")


@require_POST
@requires(Permission.SCREENING_DAYS_REGISTER)
def agree(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Record what a participant agrees to, later in the day."""
    found, at = person_or_404(request, participant_id), clock.now()
    form = forms.Agree(request.POST, on=found.day.practice.day(at))
    if form.is_valid():
        try:
            operations.agree(found, **form.values(), by=member_of(request), at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "What they agreed to is on file.")
            return go_to(request, "marketing:person", found.pk)
    context = {"nav": "clients", "agree": form, "person": {"participant": found}, "day": found.day}
    return page(request, "marketing/agree.html", context, part="form")


@require_POST
@requires(Permission.SCREENING_DAYS_REGISTER)
def withdraw(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    """Record that a participant takes an agreement back. `kind` says which."""
    found = person_or_404(request, participant_id)
    rows = Agreement.objects.filter(participant=found, withdrawn_at=None).select_related("participant__day")
    agreed = rows.filter(kind=request.POST.get("kind", "")[:8].replace("\x00", "")).first()
    if agreed is not None and told(
        request, lambda: operations.withdraw(agreed, by=member_of(request), at=clock.now())
    ):
        toast(request, "It is taken back.")
    return go_to(request, "marketing:person", found.pk)


@require_POST
@requires(Permission.SCREENING_DAYS_RUN, Permission.SCREENING_DAYS_MEASURE)
def strike(request: HttpRequest, result_id: UUID) -> HttpResponse:
    """Strike out an entry."""
    rows = ParticipantResult.objects.of(practice_of(request)).select_related("day", "participant")
    result = get_object_or_404(rows, pk=result_id)
    if told(request, lambda: operations.strike(result, by=member_of(request), at=clock.now())):
        toast(request, "The entry is struck out. It stays in the history.")
    return go_to(request, "marketing:person", result.participant_id)
