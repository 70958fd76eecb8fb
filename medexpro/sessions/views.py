"""Pages and answers of session logs."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_read
from medexpro.clearance import asked
from medexpro.clearance import state as clearance
from medexpro.clearance.histories import SINCE_LAST_VISIT
from medexpro.clearance.rules.evidence import GateContext
from medexpro.clients.panels import open_chart
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.quantities import label
from medexpro.kernel.reference import Measure, Verification
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.kernel.wording import without_context
from medexpro.knowledge import why
from medexpro.knowledge.library import Library, library_of
from medexpro.knowledge.turning import turned_on
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.locking import on_the_floor
from medexpro.practice.permissions import Permission
from medexpro.programs import state as programs
from medexpro.sessions import commands, forms, operations, presenters, several
from medexpro.sessions.gate import Weighing
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.sessions.rules.times import another_day_words
from medexpro.web.pages import go_to, page, toast
from medexpro.web.typed import from_json, whole_number

COMMAND_LIMIT_BYTES = 64 * 1024
PAGE = 25


def _session(request: HttpRequest, session_id: Any) -> SessionLog:
    rows = SessionLog.objects.visible_to(request.member).select_related(
        "episode__client", "episode__surgery", "episode__referral__provider", "program", "by__user"
    )
    session = get_object_or_404(rows.annotate(**asked.beside("episode")), pk=session_id)
    session.practice = session.episode.practice = request.member.practice
    return session


@require_POST
@requires(Permission.SESSIONS_LOG)
def open_session(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Open today's session of an episode, or say what stands in the way."""
    episode = get_object_or_404(
        Episode.objects.visible_to(request.member).select_related("client", "practice"), pk=episode_id
    )
    try:
        session = operations.open_session(episode, by=request.member, at=clock.now())
    except operations.SessionRefused as refusal:
        context = {"episode": episode, "client": episode.client, "refusal": refusal}
        return page(request, "sessions/refused.html", context | {"nav": "clients"}, status=409)
    return go_to(request, "sessions:show", session.pk)


@require_GET
@requires(Permission.RECORD_READ)
def list_sessions(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """List an episode's sessions, the newest first, a page at a time: cost does not grow with history."""
    episode = get_object_or_404(
        Episode.objects.visible_to(request.member).select_related("client", "practice"), pk=episode_id
    )
    chart = open_chart(request, episode.client, page="sessions")
    before = whole_number(request.GET.get("before", ""))
    rows = SessionLog.objects.filter(episode=episode).select_related("by__user").order_by("-number")
    found = list((rows.filter(number__lt=before) if before is not None else rows)[: PAGE + 1])
    shown = found[:PAGE]
    context = {
        "nav": "clients",
        "chart": chart,
        "tab": "sessions",
        "episode": episode,
        "rows": shown,
        "older": shown[-1].number if len(found) > PAGE else None,
        "newer": before + PAGE if before is not None else None,
    }
    return page(request, "sessions/list.html", context)


@require_GET
@on_the_floor
@requires(Permission.SESSIONS_LOG, Permission.RECORD_READ)
def show(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Show a session: the floor page while it is open, the note once it is signed or held by someone who only reads."""
    session = _session(request, session_id)
    client, at = session.episode.client, clock.now()
    record_read(request.member, client, "session", at=at)
    if session.state in operations.CLOSED or not request.member.may(Permission.SESSIONS_LOG):
        return _note(request, session, forms.AddendumForm())
    weighing = Weighing(session, at=at)
    context, start = weighing.context, [finding.as_dict() for finding in weighing.start_stops]
    tabs = several.running(request.member, at=at)
    return page(
        request,
        "sessions/session.html",
        {
            "session": session,
            "client": client,
            "subtitle": _subtitle(session, at),
            "precautions": clearance.precautions_in_force(weighing.episode),
            "state": presenters.session_state(weighing),
            "another_day": another_day_words(session.practice.day(session.opened_at)),
            "data": _data(request, session, context)
            | {
                "figures": clearance.floor_rules_for(context) | {"start": start},
                "tabs": [several.tab(one, request.member) for one in tabs],
                "group": reverse("sessions:group", args=[session.group]) if session.group else "",
            }
            | presenters.swaps_state(weighing, programs.blocks_of(weighing.episode)),
            "recent": reauth.recently_authenticated(request),
            "closing": why.of_gates(clearance.closing_gates(context), turned_on(session.practice)),
        },
    )


def _subtitle(session: SessionLog, at: Any) -> str:
    counts = session.program and session.state != SessionState.VOID
    planned = f" of {session.program.sessions_planned}" if counts else ""
    surgery = session.episode.surgery
    weeks = surgery.weeks_on(session.practice.day(at)) if surgery else None
    return f"Session {session.number}{planned} · {session.episode.title}" + (
        f", week {weeks}" if weeks else ""
    )


def _data(request: HttpRequest, session: SessionLog, context: GateContext) -> dict[str, Any]:
    """Return what the page's script needs and no command changes."""
    lib, episode = library_of(session.practice), session.episode
    us = session.practice.units == "us"
    question = lib.red_flag_question
    provider = episode.referral.provider if episode.referral else None
    allowed, watched = without_context(lib.wording, "staff")
    return {
        "urls": {
            "commands": reverse("sessions:commands"),
            "state": reverse("sessions:state", args=[session.pk]),
            "sign": reverse("sessions:sign", args=[session.pk]),
            "running": reverse("sessions:running"),
            "not_held": reverse("sessions:not_held", args=[session.pk]),
        },
        "member": str(request.member.pk),
        "ask_signs": bool(context.listed),
        "rule_mark": Verification.HOUSE_RULE.label,
        "sprite": static("web/icons/sprite.svg"),
        "provider_phone": provider.phone if provider else "",
        "red_flag_question": question.professional.split(",")[0]
        + " and falls: any new or worse since the last visit?",
        "red_flags": [{"id": key, "words": lib.symptoms[key].professional} for key in question.asks]
        + [
            {"id": key, "words": history.professional}
            for key, history in lib.histories.items()
            if history.kind == SINCE_LAST_VISIT
        ],
        "signs": [
            {"id": key, "words": lib.symptoms[key].professional} for key in clearance.signs_to_ask(context)
        ],
        "measures": _measures(context, lib),
        "limited": list(dict.fromkeys(limit.measure for limit in context.limits)),
        "load_step": 5 if us else 2.5,
        "load_unit": label("[lb_av]" if us else "kg"),
        "cosign": not request.member.may(Permission.SESSIONS_SIGN),
        # A precaution that asks for a reason: a program takes one from whoever may change it, and so does the floor.
        "may_reason": request.member.may(Permission.PROGRAMS_EDIT),
        "wording": {
            "allowed": allowed,
            "entries": [
                {"words": list(entry.words), "suggestion": entry.suggestion, "why": entry.why}
                for entry in watched
            ],
        },
    }


def _measures(context: GateContext, lib: Library) -> dict[str, dict[str, Any]]:
    """Return every measure a gate of this client may ask for, as the page asks for it: name, unit, ranges, step."""
    weighed = {rule.measure for gate in context.gates for rule in (*gate.rules, *gate.clears_at)}
    named = {"bp_systolic", "bp_diastolic", "resting_hr", "spo2"} | weighed | set(context.required)
    named |= {limit.measure for limit in context.limits}
    return {key: _measure(lib.measures[key]) for key in sorted(named & set(lib.measures))}


def _measure(measure: Measure) -> dict[str, Any]:
    """Return one measure: what a reading can be and what it usually is, for the page to refuse and to ask by."""
    ends = {"possible": measure.valid_range, "usual": measure.plausible_range}
    return {
        "name": measure.name,
        "label": measure.name.partition(" (")[0],
        "unit": label(measure.unit),
        "step": float(measure.precision),
    } | {key: [float(span.min or 0), float(span.max or 0)] for key, span in ends.items()}


@require_GET
@on_the_floor
@requires(Permission.SESSIONS_LOG)
def state(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Answer a session's state as JSON, for a page that has been away; with ?figures, also what weighs its gate there."""
    session, at = _session(request, session_id), clock.now()
    record_read(request.member, session.episode.client, "session", at=at)
    weighing = Weighing(session, at=at)
    answer = presenters.session_state(weighing)
    if "figures" in request.GET:
        start = [finding.as_dict() for finding in weighing.start_stops]
        answer["figures"] = clearance.floor_rules_for(weighing.context) | {"start": start}
        answer["precautions"] = [one.text for one in clearance.precautions_in_force(weighing.episode)]
    return JsonResponse(answer)


@require_GET
@on_the_floor
@requires(Permission.SESSIONS_LOG)
def running(request: HttpRequest) -> HttpResponse:
    """Answer where each log of today stands, and in which version, without a name: a page asks while it is open."""
    tabs = several.running(request.member, at=clock.now())
    answer = JsonResponse({"tabs": [several.brief(one) for one in tabs]})
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


TURNED_AWAY = {NotFound: 404, NotAllowed: 403}


def _turned_away(refusal: Refusal) -> dict[str, Any]:
    """Return the answer to an entry that its sender may not make, or not any more; it is kept on the tablet, in sight."""
    return {"outcome": "turned_away", "sentence": f"This entry could not be taken. {refusal}"}


def answering_in_json(view: Callable) -> Callable:
    """Let a view say no as its other answers: a tablet reads no page, and would send the same entry for ever."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if _is_of_another(request):
            # On this tablet somebody else signed in meanwhile: the entry waits there for who made it.
            sentence = "Somebody else is signed in on this tablet. The entry waits for who made it."
            return JsonResponse({"reason": "signed-out", "sentence": sentence}, status=401)
        try:
            return view(request, *args, **kwargs)
        except (NotFound, NotAllowed) as refusal:
            return JsonResponse(_turned_away(refusal), status=TURNED_AWAY[type(refusal)])

    return answered


def _is_of_another(request: HttpRequest) -> bool:
    """Return whether an entry names a member who is not the one signed in. What can't be read names nobody."""
    try:
        data = from_json(request.body) if len(request.body) <= COMMAND_LIMIT_BYTES else None
    except ValueError:
        return False
    entries = data if isinstance(data, list) else [data]
    named = {str(one["member"]) for one in entries if isinstance(one, dict) and one.get("member")}
    return bool(named - {str(getattr(request.member, "pk", ""))})


def _each(data: Any, request: HttpRequest) -> dict[str, Any]:
    try:
        return commands.apply(data, by=request.member, at=clock.now())
    except (NotFound, NotAllowed) as refusal:
        return _turned_away(refusal)


@require_POST
@on_the_floor
@answering_in_json
@requires(Permission.SESSIONS_LOG)
def take_command(request: HttpRequest) -> HttpResponse:
    """Take one command, or a list of them in order; answer each."""
    if len(request.body) > COMMAND_LIMIT_BYTES:
        return JsonResponse({"outcome": "malformed", "sentence": "This entry is too large."}, status=413)
    try:
        data = from_json(request.body)
    except ValueError:
        return JsonResponse({"outcome": "malformed", "sentence": "This entry can’t be read."}, status=400)
    if isinstance(data, list):
        return JsonResponse({"answers": [_each(one, request) for one in data]})
    answer = commands.apply(data, by=request.member, at=clock.now())
    return JsonResponse(answer, status={"malformed": 400, "mismatch": 409}.get(answer["outcome"], 200))


@on_the_floor
@require_POST
@requires(Permission.SESSIONS_LOG)
def sign(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Sign and lock; a password in the form confirms who it is."""
    session = _session(request, session_id)
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        recent = reauth.recently_authenticated(request)
        operations.sign(session, recently_signed_in=recent, by=request.member, at=clock.now())
    except Refusal as refusal:
        again = isinstance(refusal, operations.SignInNeeded | reauth.NotConfirmed)
        return JsonResponse({"sentence": str(refusal), "reauthenticate": again}, status=409)
    toast(request, f"Session {session.number} signed")
    return JsonResponse({"next": reverse("sessions:show", args=[session.pk])})


@requires(Permission.SESSIONS_LOG)
def not_held(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Ask why a session did not take place, and close its log."""
    session = _session(request, session_id)
    form = forms.NotHeldForm(request.POST or None)
    if form.is_valid():
        try:
            operations.did_not_take_place(session, **form.values(), by=request.member, at=clock.now())
        except operations.SessionRefused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            toast(request, f"Session {session.number} did not take place")
            return go_to(request, "clients:show", session.episode.client_id)
    context = {"nav": "clients", "session": session, "client": session.episode.client, "form": form}
    return page(request, "sessions/not_held.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.SESSIONS_COSIGN)
def cosign(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Co-sign an assistant's note."""
    session = _session(request, session_id)
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        recent = reauth.recently_authenticated(request)
        operations.cosign(session, recently_signed_in=recent, by=request.member, at=clock.now())
    except Refusal as refusal:
        return _note(request, session, forms.AddendumForm(), cosign_error=str(refusal), status=409)
    toast(request, f"Session {session.number} co-signed")
    return go_to(request, "sessions:show", session.pk)


@require_POST
@requires(Permission.SESSIONS_LOG)
def add_addendum(request: HttpRequest, session_id: Any) -> HttpResponse:
    """Add a dated addition to a signed note."""
    session = _session(request, session_id)
    form = forms.AddendumForm(request.POST)
    if form.is_valid():
        try:
            operations.add_addendum(session, **form.values(), by=request.member, at=clock.now())
        except operations.SessionRefused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            return go_to(request, "sessions:show", session.pk)
    return _note(request, session, form, status=422)


def _note(request: HttpRequest, session: SessionLog, form: Any, *, cosign_error: str = "", status: int = 200):
    # What was swapped out stands before what took its place.
    rows = sorted(session.entries.all(), key=lambda entry: (entry.order, entry.state != "swapped"))
    entries = [(entry, presenters.set_words(entry)) for entry in rows]
    minutes = [
        (words, session.minutes.get(key, 0) // 60) for key, words in presenters.ServiceCategory.choices
    ]
    member = request.member
    return page(
        request,
        "sessions/note.html",
        {
            "nav": "clients",
            "session": session,
            "client": session.episode.client,
            "subtitle": _subtitle(session, session.opened_at),
            "stopped": presenters.stop_of(session),
            "entries": entries,
            "place": session.get_place_display(),
            "group": session.group is not None,
            "readings": presenters.readings_by_name(session),
            "red_flags": presenters.symptom_words(session.red_flags or []),
            "signs": presenters.symptom_words([one["symptom"] for one in session.signs or []]),
            "found": presenters.found_in(session),
            "answers": list(session.answers.values()),
            "minutes": minutes,
            "minutes_total": sum(count for _, count in minutes),
            "addenda": session.addenda.all(),
            "form": form,
            "may_add": member.may(Permission.SESSIONS_SIGN)
            or (member.may(Permission.SESSIONS_LOG) and session.state != "signed"),
            "may_cosign": session.state == "awaiting_cosign"
            and member.may(Permission.SESSIONS_COSIGN)
            and session.signed_by_id != member.pk,
            "cosign_error": cosign_error,
            "recent": reauth.recently_authenticated(request),
        },
        status=status,
    )
