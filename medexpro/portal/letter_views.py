"""A letter by its link: to be read on the page or as PDF, with what goes along. Whoever holds the link opens it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.outreach import letter_sending
from medexpro.outreach.letter_models import Letter, LetterDelivery
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.web.pages import page


def _delivery(request: HttpRequest, token: str) -> LetterDelivery | HttpResponse:
    if outside.too_many(request, "portal"):
        sentence, status = "Too many tries from this address. Wait a minute and open the link again.", 429
    else:
        try:
            return letter_sending.find_link(token, at=clock.now())
        except letter_sending.LinkUnknown as refusal:
            sentence, status = str(refusal), 404
        except letter_sending.LinkOver as refusal:
            sentence, status = str(refusal), 410
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))


# No forgery token, as for documents: the link itself is the permission, and a refused check would write it into the log.
@csrf_exempt
@public
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Show the letter a link leads to, with the way to refer."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    letter_sending.note_opening(found, what="letter", at=clock.now())
    context = {
        "letter": found.letter, "snapshot": found.letter.snapshot, "token": token, "practice": found.practice,
        "enclosures": list(found.letter.enclosures.only("kind", "title")), "source": found.letter.source,
    }  # fmt: skip
    return outside.closed(page(request, "portal/letter.html", context))


@csrf_exempt
@public
def letter_pdf(request: HttpRequest, token: str, paper: str) -> HttpResponse:
    """Answer the signed PDF, or a page that goes along, to whoever holds the link. paper: “letter”, or which page."""
    found = _delivery(request, token)
    if isinstance(found, HttpResponse):
        return found
    if paper == "letter":
        data, name = Letter.objects.values_list("pdf", "number").get(pk=found.letter_id)
    else:
        kinds = set(found.letter.enclosures.values_list("kind", flat=True))
        # Whatever stands in an address is looked for in what there is: not every sign may go to the database.
        kept = (
            found.letter.enclosures.filter(kind=paper).values_list("pdf", "title").first()
            if paper in kinds
            else None
        )
        if kept is None:
            raise Http404
        data, name = kept
    letter_sending.note_opening(found, what=paper, at=clock.now())
    response = HttpResponse(bytes(data), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return outside.closed(response)
