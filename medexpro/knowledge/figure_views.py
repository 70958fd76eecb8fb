"""The figures of the exercises, as one file that a browser keeps."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from medexpro.knowledge.access import READ, requires
from medexpro.knowledge.figures import sheet

A_YEAR = 365 * 24 * 3600


@require_safe
@requires(READ)
def figures(request: HttpRequest, fingerprint: str) -> HttpResponse:
    """Answer all figures. The address changes with them, so what it answers may be kept for good."""
    answer = HttpResponse(sheet.sheet(), content_type="image/svg+xml")
    lasts = fingerprint == sheet.fingerprint()
    answer.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable" if lasts else "no-cache"
    return answer
