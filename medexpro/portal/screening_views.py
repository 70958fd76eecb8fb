"""The page of a participant of a screening day, for who holds its link and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.marketing import printing, state
from medexpro.marketing.models import PageGiven
from medexpro.marketing.operations import pages
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.web.pages import page


def _given(request: HttpRequest, token: str) -> PageGiven | HttpResponse:
    if outside.too_many(request, "portal"):
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    try:
        return pages.find_link(token, at=clock.now())
    except pages.LinkUnknown as refusal:
        return _said(request, str(refusal), 404)
    except pages.LinkOver as refusal:
        return _said(request, str(refusal), 410)


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


# As in views.py: the link is the permission, and a refused check would write it into the log.
@csrf_exempt
@public
def page_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the page a link leads to. Open to anyone who holds the link: that is its one purpose."""
    found = _given(request, token)
    if isinstance(found, HttpResponse):
        return found
    pages.note_opening(found, what="page", at=clock.now())
    day = found.participant.day
    one = state.standing_of(found.participant, at=clock.now())
    context = {
        "practice": day.practice,
        "day": day,
        "token": token,
        "shown": printing.page_of(one, day),
        "limits": printing.LIMITS,
        "contact": printing.contact(day.practice),
    }
    return outside.closed(page(request, "portal/screening_page.html", context))


@csrf_exempt
@public
def pdf_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the same page as PDF."""
    found = _given(request, token)
    if isinstance(found, HttpResponse):
        return found
    at = clock.now()
    pages.note_opening(found, what="pdf", at=at)
    day = found.participant.day
    one = state.standing_of(found.participant, at=at)
    response = HttpResponse(
        printing.press(day, [printing.page_of(one, day)], at=at), content_type="application/pdf"
    )
    response.headers["Content-Disposition"] = 'inline; filename="your-page.pdf"'
    return outside.closed(response)
