"""A provider answers: on the page of a report's link, or of a question's. See portal/views.py on links and keys."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.portal import provider_pages
from medexpro.portal.provider_forms import AnswerForm
from medexpro.portal.views import document_page, find
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.reports import answering, asking, sending
from medexpro.reports.answer_models import Question
from medexpro.reports.models import Delivery
from medexpro.web.pages import page


@csrf_exempt
@public
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Take the answer to a document. Opening the address without sending anything changes nothing."""
    if request.method != "POST":
        return outside.closed(redirect("portal:document", token=token))
    found = find(request, token, sending.find_link, typed=provider_pages.read_back(request.POST))
    if isinstance(found, HttpResponse):
        return found
    form = _take(request, found)
    if form is None:
        return outside.closed(redirect("portal:document", token=token))
    return document_page(request, found, token, form=form, status=422)


@csrf_exempt
@public
def question(request: HttpRequest, token: str) -> HttpResponse:
    """Show a question, and take its answer. Open to anyone who holds the link: that is its one purpose."""
    typed = provider_pages.read_back(request.POST) if request.method == "POST" else []
    found = find(request, token, asking.find_link, typed=typed)
    if isinstance(found, HttpResponse):
        return found
    form, status = None, 200
    if request.method == "POST":
        if (form := _take(request, found)) is None:
            return outside.closed(redirect("portal:question", token=token))
        status = 422
    else:
        asking.note_opening(found, at=clock.now())
    context: dict[str, Any] = {"question": found, **provider_pages.context_of(found, token, form)}
    return outside.closed(page(request, "portal/question.html", context, status=status))


def _take(request: HttpRequest, source: Delivery | Question) -> AnswerForm | None:
    """Keep what was sent; return the form with what is wrong, None where all was kept."""
    form = provider_pages.form_of(source, request.POST)
    if not form.is_valid():
        return form
    try:
        answering.answer(
            source, form.said(), form.speaker(), id=form.values()["new_id"] or uuid7(), at=clock.now()
        )
    except Refusal as refusal:
        form.refuse_at(refusal)
        return form
    return None
