"""The way out at the end of each mail: a page with one button, or one click of a mail program (RFC 8058)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.marketing import mailing
from medexpro.marketing.operations import stopping
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.web.pages import page


# No forgery token: a mail program presses the button without having opened the page, and the link is the permission.
@csrf_exempt
@public
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Let the reader of a mail hear no more. Open to anyone who holds the link: that is its one purpose.

    Opening the page ends nothing: mail programs look into links before a person does.
    """
    if outside.too_many(request, "portal-stop"):
        return _said(request, "Too many tries from this address. Wait a minute and open the link again.", 429)
    mail = mailing.mail_behind(token)
    if mail is None:
        return _said(request, "This link leads nowhere, or nothing is kept of you here any more.", 404)
    done = request.method == "POST"
    if done:
        stopping.stop(mail, at=clock.now())
    context = {"practice": mail.practice, "done": done}
    return outside.closed(page(request, "portal/stop.html", context))


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/gone.html", {"sentence": sentence}, status=status))
