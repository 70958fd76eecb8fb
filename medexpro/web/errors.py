"""The pages that say no or sorry. They need no database and no member, so they can always be drawn."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader

from medexpro.kernel.refusals import Refusal


def answer(request: HttpRequest, status: int, template: str, sentence: str = "") -> HttpResponse:
    """Return an error page; htmx gets the sentence alone, which the page shows as a toast."""
    context = {"product": settings.PRODUCT, "sentence": sentence}
    if request.headers.get("HX-Request") == "true":
        text = sentence or loader.render_to_string("web/error_words.html", {"status": status}).strip()
        return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(loader.render_to_string(template, context), status=status)


def words_of(exception: Exception | None) -> str:
    """Return the sentence of a refusal behind an exception; other exceptions speak to us, not to people."""
    for candidate in (exception, getattr(exception, "__cause__", None)):
        if isinstance(candidate, Refusal):
            return str(candidate)
    return ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request can't be understood."""
    return answer(request, 400, "400.html")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the role does not include this."""
    return answer(request, 403, "403.html", words_of(exception))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page for this person. Another practice's record looks the same, by intention."""
    return answer(request, 404, "404.html", words_of(exception))


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return answer(request, 500, "500.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose key is too old or missing."""
    return answer(request, 403, "403_csrf.html")
