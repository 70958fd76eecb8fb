"""The screening: one question at a time, then what the answers say."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from medexpro.audit.trail import record_read
from medexpro.clearance import operations, state
from medexpro.clearance.models import Screening
from medexpro.clearance.questionnaire import questionnaire_in
from medexpro.clearance.rules import screening as rules
from medexpro.episodes import reading
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.findings import Weight
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page
from medexpro.web.typed import whole_number

NO = "no"
STATES = {NO: "No", "known": "Yes, the same", "new_or_worse": "New or worse", "unsure": "Not sure"}


def episode_of(request: HttpRequest, episode_id: Any) -> Episode:
    """Return an episode the member may know of, with what its pages show."""
    rows = Episode.objects.visible_to(request.member).select_related(
        "client", "practice", "surgery", "referral__provider"
    )
    return get_object_or_404(rows, pk=episode_id)


@requires(Permission.RECORD_READ)
def screening(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show the question to answer next, or the review when all are answered."""
    episode, at = episode_of(request, episode_id), clock.now()
    record_read(request.member, episode.client, "screening", at=at)
    form = state.latest_screening(episode)
    asked = request.GET.get("q", "")
    if form is None:
        return page(request, "clearance/screening_start.html", _base(request, episode, None))
    if form.finished_at is None and request.member.may(Permission.SCREENING_RECORD):
        answers = {key: rules.answer_from(value) for key, value in form.answers.items()}
        screen = questionnaire_in(form, episode.practice)
        missing = rules.missing_answers(screen, answers)
        if asked != "review" and (asked or missing):
            known = {question.id for question in screen.questions}
            return _question(
                request, episode, form, asked if asked in known else missing[0] if missing else ""
            )
    return _review(request, episode, form)


def _base(request: HttpRequest, episode: Episode, form: Screening | None) -> dict[str, Any]:
    return {
        "nav": "clients",
        "episode": episode,
        "client": episode.client,
        "screen": questionnaire_in(form, episode.practice),
        "may_record": request.member.may(Permission.SCREENING_RECORD),
        "may_decide": request.member.may(Permission.CLEARANCE_DECIDE),
    }


def _question(
    request: HttpRequest, episode: Episode, form: Screening, question_id: str, *, given: dict | None = None,
    error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    screen = questionnaire_in(form, episode.practice)
    question = screen.question(question_id or screen.questions[0].id)
    number = screen.number(question.id)
    given = given if given is not None else form.answers.get(question.id, {})
    alert = state.weigh_screening(episode, form, episode.practice.day(clock.now())).alerts.get(question.id)
    context = _base(request, episode, form) | {
        "form": form,
        "question": question,
        "number": number,
        "total": len(screen.questions),
        "left": max(1, round(screen.minutes * (len(screen.questions) - number + 1) / len(screen.questions))),
        "given": given,
        "picked": given.get("options", []),
        # Nothing is answered beforehand; once the question is, what is not named among its items was a no.
        "items": [
            (entry, given.get("items", {}).get(entry.id, NO if given.get("answer") else ""))
            for entry in question.items
        ],
        "states": list(STATES.items()),
        "error": error,
        "alert": screen.alerts.get(alert) if alert and given.get("answer") != "no" else None,
        "back": screen.questions[number - 2].id if number > 1 else "",
    }
    return page(request, "clearance/question.html", context, status=status)


@require_POST
@requires(Permission.SCREENING_RECORD)
def start(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Start the questionnaire, or a new one when the last is finished."""
    episode = episode_of(request, episode_id)
    try:
        operations.start_screening(episode, by=request.member, at=clock.now())
    except Refusal as refusal:
        return page(
            request,
            "clearance/screening_start.html",
            _base(request, episode, None) | {"error": str(refusal)},
            status=409,
        )
    return go_to(request, "clearance:screening", episode.pk)


@require_POST
@requires(Permission.SCREENING_RECORD)
def answer(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Keep one answer and go on to the next question without one."""
    episode = episode_of(request, episode_id)
    form = state.latest_screening(episode)
    question_id = request.POST.get("question", "")
    screen = questionnaire_in(form, episode.practice)
    if form is None or question_id not in {question.id for question in screen.questions}:
        return go_to(request, "clearance:screening", episode.pk)
    question = screen.question(question_id)
    items = {entry.id: request.POST.get(f"item-{entry.id}", "") for entry in question.items}
    given = {
        "answer": request.POST.get("answer", ""),
        "words": request.POST.get("words", ""),
        "options": request.POST.getlist("options"),
        "items": {key: value for key, value in items.items() if value not in {"", NO}},
        "asked": request.POST.get("asked", ""),
    }
    if question.items and not request.POST.get("none"):
        if left := sum(not value for value in items.values()):
            left_words = f"{left} of {len(items)} {'has' if left == 1 else 'have'} no answer yet."
            said = f"{left_words} “Not sure” is an answer; “None of these” answers all at once."
            typed = given | {"answer": "", "items": items}
            return _question(request, episode, form, question_id, given=typed, error=said, status=422)
        # The nine are answered one by one; the answer of the question follows from them.
        given["answer"] = "yes" if given["items"] else NO
    elif question.items:
        given |= {"answer": NO, "items": {}}
    expected = whole_number(request.POST.get("version", ""))
    try:
        operations.answer(form, question_id, given, expected=expected, by=request.member, at=clock.now())
    except Conflict as conflict:
        form.refresh_from_db()
        return _question(request, episode, form, question_id, given=given, error=str(conflict), status=409)
    except Refusal as refusal:
        return _question(request, episode, form, question_id, given=given, error=str(refusal), status=422)
    place = screen.number(question_id)
    alerted = state.weigh_screening(episode, form, episode.practice.day(clock.now())).alerts.get(question_id)
    if alerted and not request.POST.get("seen"):
        return go_to(request, f"{reverse('clearance:screening', args=[episode.pk])}?q={question_id}")
    following = screen.questions[place].id if place < len(screen.questions) else "review"
    return go_to(request, f"{reverse('clearance:screening', args=[episode.pk])}?q={following}")


@require_POST
@requires(Permission.SCREENING_RECORD)
def finish(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Finish the screening, or show the first question without an answer."""
    episode = episode_of(request, episode_id)
    form = get_object_or_404(Screening, pk=getattr(state.latest_screening(episode), "pk", None))
    try:
        operations.finish_screening(form, by=request.member, at=clock.now())
    except operations.ClearanceRefused as refusal:
        return _question(request, episode, form, refusal.field or "", error=str(refusal), status=422)
    return go_to(request, "clearance:screening", episode.pk)


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def decide_finding(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Take a decision on one DECIDE finding."""
    episode = episode_of(request, episode_id)
    form = get_object_or_404(Screening, pk=getattr(state.latest_screening(episode), "pk", None))
    code = request.POST.get("code", "")
    try:
        operations.decide_finding(
            form, code, choice=request.POST.get("choice", ""), reason=request.POST.get("reason", ""),
            by=request.member, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        typed = {"code": code, "reason": request.POST.get("reason", ""), "sentence": str(refusal)}
        return _review(request, episode, form, typed=typed, status=422)
    return go_to(request, "clearance:screening", episode.pk)


def _review(
    request: HttpRequest, episode: Episode, form: Screening, *, typed: dict | None = None, status: int = 200
) -> HttpResponse:
    reading.together(episode)  # The review only reads, also when it comes back with an error.
    day = episode.practice.day(clock.now())
    result = state.weigh_screening(episode, form, day)
    stops = [finding for finding in result.findings if finding.weight == Weight.STOP]
    decides = [
        {
            "finding": finding,
            "decision": form.decisions.get(finding.code),
            "typed": typed if typed and typed["code"] == finding.code else None,
        }
        for finding in result.findings
        if finding.weight == Weight.DECIDE
    ]
    provider = episode.referral.provider if episode.referral else None
    questions = questionnaire_in(form, episode.practice).questions
    answers = [
        (number, question, form.answers.get(question.id, {}))
        for number, question in enumerate(questions, start=1)
    ]
    context = _base(request, episode, form) | {
        "form": form,
        "stops": stops,
        "decides": decides,
        "left": sum(entry["decision"] is None for entry in decides),
        "notes": [finding for finding in result.findings if finding.weight == Weight.NOTE],
        "answers": answers,
        "answered": len(form.answers),
        "total": len(questions),
        "needs": [finding for finding in state.weigh_start(episode, day) if finding.weight == Weight.STOP],
        "provider": provider,
    }
    return page(request, "clearance/review.html", context, status=status)
