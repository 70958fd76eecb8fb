"""The code search behind the combobox."""

from datetime import date

from django.http import HttpRequest, JsonResponse

from medexpro.kernel import clock
from medexpro.knowledge.codes.search import CodeHit, coverage, search

PAGE = 20
LONGEST_QUERY = 100  # letters; nobody types more to find a code


def find(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` (and `&on=2026-10-13`, else today in the practice) with the codes that fit, for the combobox."""
    query = request.GET.get("q", "")[:LONGEST_QUERY]
    on = _day(request)
    hits = search(query, on=on, limit=PAGE + 1)
    found = [_item(hit) for hit in hits[:PAGE]]
    if found and (note := coverage(on).sentence):
        # The last line says which release answered, where it is not the one in force on the day.
        found.append({"value": "", "label": note, "disabled": True})
    response = JsonResponse({"found": found, "more": len(hits) > PAGE})
    response["Cache-Control"] = "private, max-age=300"
    return response


# Any member may look into the public code book. The decorators that say so live above knowledge, in practice.access.
find.access = "signed_in"  # type: ignore[attr-defined]


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return request.practice.day(clock.now())  # type: ignore[attr-defined]


def _item(hit: CodeHit) -> dict:
    return {
        "value": hit.code,
        "code": hit.code,
        "label": hit.title,
        "detail": _detail(hit),
        "disabled": not hit.choosable,
    }


def _detail(hit: CodeHit) -> str:
    parts = []
    if not hit.choosable:
        parts.append("Heading: choose a code under it")
    if hit.term:
        parts.append(f"Includes: {hit.term}")
    if hit.meant:
        parts.append(f"Searched for: {hit.meant}")
    return " · ".join(parts)
