"""Marks while somebody writes."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.kernel.wording import AUDIENCES, spots
from medexpro.practice.access import practice_of, signed_in
from medexpro.web.pages import page
from medexpro.wording.checking import LONGEST, marks_for


@require_POST
@signed_in
def check(request: HttpRequest) -> HttpResponse:
    """Answer the marks in one text while it is typed. Keeps nothing.

    Takes `text`, `to` (who reads it) and `field` (the element whose words the buttons change). What nobody could have
    typed on a page of ours is answered with no marks.
    """
    text, to, field = (request.POST.get(name, "") for name in ("text", "to", "field"))
    if to not in AUDIENCES or len(text) > LONGEST:
        return HttpResponse(status=204)
    found = spots(marks_for(practice_of(request), {"text": text}, to=to))
    return page(request, "wording/marks.html", {"spots": found, "target": field[:80]})
