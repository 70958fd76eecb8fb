"""Deciding, limiting, precautions and refer back."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from medexpro.audit.trail import record_read
from medexpro.clearance import asked, forms, operations, presenters, state
from medexpro.clearance.models import Precaution, ProviderLimit, ReferBack, ToTell
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.clearance.screening_views import episode_of
from medexpro.episodes import reading
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.findings import Weight
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.web.forms import Form
from medexpro.web.pages import go_to, page, toast


@requires(Permission.RECORD_READ)
def decide(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show an episode's clearance: the decision, limits, plans, precautions; take a decision."""
    episode, at = episode_of(request, episode_id), clock.now()
    record_read(request.member, episode.client, "clearance", at=at)
    return _clearance_page(request, episode)


def _clearance_page(
    request: HttpRequest,
    episode: Episode,
    *,
    status: int = 200,
    instructed: Precaution | None = None,
    answering: ReferBack | None = None,
    telling: ToTell | None = None,
    ending: ProviderLimit | None = None,
    **bound: Form,
) -> HttpResponse:
    """instructed, answering, telling, ending: what a form came back about with an error; what was typed stands at it."""
    # Whatever was to change has changed or was refused; from here the page only reads.
    reading.together(episode)
    backs = asked.refer_backs_named(episode)
    day = episode.practice.day(clock.now())
    decision = state.latest_decision(episode)
    precautions = list(
        episode.precautions.exclude(state="declined")
        .select_related("confirmed_provider")
        .order_by("created_at")
    )
    suggested = [one for one in precautions if one.state == "suggested"]
    limits = state.limits_in_force(episode)
    needs = [
        *state.weigh_start(episode, day),
        *state.limits_to_ask_about(episode, day),
        *state.agreements_to_ask(episode),
    ]
    context: dict[str, Any] = {
        "nav": "clients",
        "episode": episode,
        "client": episode.client,
        "decision": decision,
        "standing": clearing.state_on(state.clearance_facts(episode), day, clearing_policy()),
        "needs": needs,
        "may_start": not any(finding.weight == Weight.STOP for finding in needs),
        "limits": [
            presenters.limit(row)
            | {
                "reach": state.reach_of(row),
                "standing": presenters.standing(state.stricter_than(row, limits, day), row.measure),
                "form": bound["release"]
                if row == ending
                else forms.ReleaseForm(episode=episode, limit=row, initial={"on": day}),
            }
            for row in asked.provider_limits(episode)
        ],
        "ending": ending,
        "pressures": presenters.pressures(state.pressure_figures(limits, day)),
        "plans": state.plans_in_force(episode, day),
        "precautions": precautions,
        "suggested": suggested,
        "instructed": instructed,
        "backs": [
            (back, bound["answer"] if back == answering else forms.AnswerForm(episode=episode, back=back))
            for back in reversed(backs[-20:])
        ],
        "answering": answering,
        "to_tell": [
            (one, bound["told"] if one == telling else forms.TellForm(episode=episode, owed=one))
            for one in episode.to_tell.filter(told_at=None).order_by("due_at")
        ],
        "day": day,
        "may_decide": request.member.may(Permission.CLEARANCE_DECIDE),
        "reads_papers": request.member.may(Permission.DOCUMENTS_READ),
    }
    made: dict[str, Callable[[], Form]] = {
        "grant": lambda: forms.GrantForm(episode=episode),
        "refuse": lambda: forms.RefuseForm(episode=episode),
        "limit": lambda: forms.LimitForm(episode=episode),
        "plan": lambda: forms.PlanForm(episode=episode),
        "precaution": lambda: forms.PrecautionForm(episode=episode),
        "instruction": lambda: forms.InstructionForm(episode=episode),
        "together": lambda: forms.TogetherForm(episode=episode, suggested=suggested),
        "refer_back": lambda: forms.ReferBackForm(
            episode=episode,
            waiting=state.waiting_for_provider(episode, day),
            found_on=state.screened_on(episode),
            initial={"id": uuid7()},
        ),
    }
    context |= {f"{name}_form": bound.get(name) or make() for name, make in made.items()}
    context["bound"] = [*bound, *(["refer_back"] if request.GET.get("back") else [])]
    return page(request, "clearance/clearance.html", context, status=status)


def _take(
    request: HttpRequest,
    episode: Episode,
    name: str,
    form: Form,
    work: Callable[..., Any],
    said: str,
    **about: Any,
) -> HttpResponse:
    """Run one operation with a form's values; a refusal stands at its field and everything typed stays."""
    if form.is_valid():
        try:
            work(**form.values(), by=request.member, at=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            toast(request, said)
            return go_to(request, "clearance:decide", episode.pk)
    return _clearance_page(request, episode, status=422, **about, **{name: form})


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def grant(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Record a provider's clearance."""
    episode = episode_of(request, episode_id)
    form = forms.GrantForm(request.POST, episode=episode)
    return _take(
        request, episode, "grant", form, lambda **v: operations.grant(episode, **v), "Cleared to exercise"
    )


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def refuse(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Record that the client is not cleared."""
    episode = episode_of(request, episode_id)
    form = forms.RefuseForm(request.POST, episode=episode)
    return _take(
        request, episode, "refuse", form, lambda **v: operations.refuse(episode, **v), "Recorded: not cleared"
    )


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def add_limit(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Record a limit a provider wrote."""
    episode = episode_of(request, episode_id)
    form = forms.LimitForm(request.POST, episode=episode)
    return _take(
        request, episode, "limit", form, lambda **v: operations.record_limit(episode, **v), "Limit recorded"
    )


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def end_limit(request: HttpRequest, limit_id: Any) -> HttpResponse:
    """End a provider's limit by a provider's release."""
    rows = ProviderLimit.objects.visible_to(request.member).select_related("episode__client", "practice")
    limit = get_object_or_404(rows, pk=limit_id)
    if limit.ended_at is not None:
        toast(request, "This limit was ended already")
        return go_to(request, "clearance:decide", limit.episode_id)
    episode = episode_of(request, limit.episode_id)
    form = forms.ReleaseForm(request.POST, episode=episode, limit=limit)

    def work(**values: Any) -> None:
        operations.end_limit(limit, **values)

    return _take(request, episode, "release", form, work, "Limit released; the others hold", ending=limit)


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def add_plan(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Record a written plan."""
    episode = episode_of(request, episode_id)
    form = forms.PlanForm(request.POST, episode=episode)
    return _take(
        request, episode, "plan", form, lambda **v: operations.record_plan(episode, **v), "Plan recorded"
    )


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def add_precaution(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Add a precaution."""
    episode = episode_of(request, episode_id)
    form = forms.PrecautionForm(request.POST, episode=episode)
    return _take(
        request,
        episode,
        "precaution",
        form,
        lambda **v: operations.add_precaution(episode, **v),
        "Precaution added",
    )


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def answer_precaution(request: HttpRequest, precaution_id: Any) -> HttpResponse:
    """Confirm, leave out or release a precaution by the provider's instruction."""
    rows = Precaution.objects.visible_to(request.member).select_related(
        "episode__client", "episode__practice", "practice"
    )
    precaution = get_object_or_404(rows, pk=precaution_id)
    episode = episode_of(request, precaution.episode_id)
    form = forms.InstructionForm(request.POST, episode=episode, auto_id=f"p-{precaution.pk}-%s")
    choice, day = request.POST.get("choice", ""), episode.practice.day(clock.now())

    def work(*, text: str, ask_again_on: date | None, **values: Any) -> None:
        if choice == "keep":
            operations.keep_precaution(precaution, ask_again_on=ask_again_on, **values)
        elif choice == "confirm":
            operations.confirm_precaution(precaution, on=day, text=text, **values)
        elif choice == "decline":
            operations.decline_precaution(precaution, **values)
        else:
            operations.release_precaution(precaution, on=day, **values)

    said = "The provider’s instruction is recorded"
    return _take(request, episode, "instruction", form, work, said, instructed=precaution)


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def confirm_together(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Confirm the suggested precautions that one instruction names."""
    episode = episode_of(request, episode_id)
    rows = episode.precautions.filter(state="suggested").select_related("episode__client", "practice")
    suggested = list(rows.order_by("created_at"))
    form = forms.TogetherForm(request.POST, episode=episode, suggested=suggested)

    def work(*, which: list[str], **values: Any) -> None:
        named = [one for one in suggested if str(one.pk) in which]
        operations.confirm_together(named, on=episode.practice.day(values["at"]), **values)

    return _take(request, episode, "together", form, work, "The provider’s instruction is recorded")


@require_POST
@requires(Permission.SESSIONS_LOG)
def refer_back(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Give a finding back to the provider."""
    episode = episode_of(request, episode_id)
    waiting = state.waiting_for_provider(episode, episode.practice.day(clock.now()))
    form = forms.ReferBackForm(request.POST, episode=episode, waiting=waiting)

    def work(*, about: Sequence[str] = (), **values: Any) -> None:
        findings = [one for one in waiting if one.code in about]
        trigger = findings[0].code if findings else "observed"
        back = operations.refer_back(episode, trigger=trigger, findings=findings, **values)
        form.keep_let_stand(back, by=values["by"], at=values["at"])

    return _take(request, episode, "refer_back", form, work, "Back with the provider; exercise is on hold")


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def record_answer(request: HttpRequest, back_id: Any) -> HttpResponse:
    """Record the provider's answer to a refer back."""
    rows = ReferBack.objects.visible_to(request.member).select_related(
        "episode__client", "episode__practice", "practice"
    )
    back = get_object_or_404(rows, pk=back_id)
    episode = episode_of(request, back.episode_id)
    form = forms.AnswerForm(request.POST, episode=episode, back=back)

    def work(*, go_on: str, **values: Any) -> None:
        operations.record_answer(back, go_on=go_on == "yes", **values)

    said = "The provider’s answer is recorded"
    return _take(request, episode, "answer", form, work, said, answering=back)


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def tell_provider(request: HttpRequest, owed_id: Any) -> HttpResponse:
    """Record that a provider was told of a finding that let the session go on."""
    rows = ToTell.objects.visible_to(request.member).select_related("episode__client", "practice")
    owed = get_object_or_404(rows, pk=owed_id)
    episode = episode_of(request, owed.episode_id)
    form = forms.TellForm(request.POST, episode=episode, owed=owed)

    def work(**values: Any) -> None:
        operations.tell(owed, **values)

    return _take(request, episode, "told", form, work, "It is recorded who was told", telling=owed)
