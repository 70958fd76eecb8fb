"""Error pages in the product's words. The sentence of a refusal is shown; nothing else of the fault is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from medexpro.kernel.refusals import Refusal


def _answer(request: HttpRequest, status: int, exception: BaseException | None = None) -> HttpResponse:
    cause = getattr(exception, "__cause__", None)
    sentence = str(cause) if isinstance(cause, Refusal) else ""
    return render(request, f"{status}.html", {"sentence": sentence}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _answer(request, 400, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, with the refusal's sentence."""
    return _answer(request, 403, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404: no such record, or another practice's."""
    return _answer(request, 404, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500. No context processors run: the database may be what failed."""
    from django.template import loader

    return HttpResponse(loader.get_template("500.html").render({}), status=500)
