"""The pages that say no or sorry. They need no database and no member, so they can always be drawn."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import loader

from medexpro.kernel.refusals import Refusal


def answer(request: HttpRequest, status: int, template: str, sentence: str = "") -> HttpResponse:
    """Return an error page; htmx gets the sentence alone, which the page shows as a toast.

    Who carries no session is a visitor: the way to Today and to clients is not theirs.
    """
    inside = settings.SESSION_COOKIE_NAME in request.COOKIES
    context = {"product": settings.PRODUCT, "sentence": sentence, "inside": inside}
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


class NothingToShow:
    """405 to a person: an address that only takes forms, loaded by itself, says so. Django's own answer is empty."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or request.method != "GET" or response.content:
            return response
        page = answer(request, 405, "405.html", "This address only takes what a form sends.")
        page.headers["Allow"] = response.headers.get("Allow", "POST")
        page._has_been_logged = True  # type: ignore[attr-defined] # Once is enough.
        return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return answer(request, 500, "500.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form whose key is too old or missing."""
    return answer(request, 403, "403_csrf.html")
