"""A client's questionnaires, by the link they hold: on their phone, or on the tablet that was handed over."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from medexpro.assessments import questionnaire_book as book
from medexpro.assessments import questionnaire_presenters as presenters
from medexpro.assessments.models import Asking
from medexpro.assessments.operations import questionnaires as operations
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.web.pages import page


def _asking(request: HttpRequest, token: str) -> Asking | HttpResponse:
    if outside.too_many(request, "questionnaire"):
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    try:
        return operations.find(token, at=clock.now())
    except operations.LinkUnknown as refusal:
        return _said(request, str(refusal), 404)
    except operations.LinkOver as refusal:
        return _said(request, str(refusal), 410)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


# No forgery token, as for documents: the link itself is the permission (see portal/views.py).
@csrf_exempt
@public
def questionnaire(request: HttpRequest, token: str) -> HttpResponse:
    """Show the questionnaire that is next, keep what is answered. Open to whoever holds the link: its one purpose."""
    found = _asking(request, token)
    if isinstance(found, HttpResponse):
        return found
    if request.method == "POST" and found.answered_at is None:
        return _answer(request, found, token)
    if found.answered_at is not None:
        return _thanks(request, found, token)
    known = [one["id"] for one in found.forms]
    wanted = request.GET.get("form", "")
    if wanted not in known:
        operations.note_opening(found, at=clock.now())
        scores = operations.scores(found)
        wanted = next((key for key in known if not scores[key].counts), known[0])
    return _form(request, found, token, wanted)


def _answer(request: HttpRequest, asking: Asking, token: str) -> HttpResponse:
    at, form_id, given = clock.now(), request.POST.get("form", ""), request.POST.dict()
    try:
        read, score = operations.answer(asking, form_id, given, by=None, at=at)
    except Refusal as refusal:
        return _said(request, str(refusal), 409)
    if request.POST.get("keep"):
        return outside.closed(HttpResponse(status=204))
    if read.wrong or (not score.counts and not request.POST.get("anyway")):
        return _form(
            request, asking, token, form_id, given=read.answers | {key: given[key] for key in read.wrong},
            wrong=read.wrong, lacking=score.missing, said="" if read.wrong else score.sentence, status=422,
        )  # fmt: skip
    known = [one["id"] for one in asking.forms]
    after = known[known.index(form_id) + 1 :]
    address = reverse("portal:questionnaire", args=[token])
    if after:
        return outside.closed(redirect(f"{address}?{urlencode({'form': after[0]})}"))
    operations.done(asking, at=at)
    return outside.closed(redirect(address))


def _form(
    request: HttpRequest, asking: Asking, token: str, form_id: str, *, given: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None, lacking: tuple[int, ...] = (), said: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    known = [one["id"] for one in asking.forms]
    form = operations.form_of(asking, form_id)
    place = known.index(form_id)
    answers = given if given is not None else asking.answers.get(form_id, {})
    context = {
        "practice": asking.practice,
        "token": token,
        "form": form,
        "items": presenters.items_of(form, answers, wrong=wrong, lacking=lacking),
        "number": place + 1,
        "total": len(known),
        "before": known[place - 1] if place else "",
        "said": said,
        "side": asking.side if book.has_sides(form) else "",
    }
    return outside.closed(page(request, "portal/questionnaire.html", context, status=status))


def _thanks(request: HttpRequest, asking: Asking, token: str) -> HttpResponse:
    on_tablet = asking.how == Asking.How.TABLET
    back = reverse("assessments:questionnaires", args=[asking.episode_id])
    context = {
        "practice": asking.practice,
        "lock": f"{reverse('practice:lock')}?{urlencode({'next': back})}" if on_tablet else "",
    }
    return outside.closed(page(request, "portal/questionnaire_thanks.html", context))
