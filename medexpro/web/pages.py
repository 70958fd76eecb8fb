"""Answering a request: a whole page, the part of it that htmx asked for, or the way to another page."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django_htmx.http import HttpResponseClientRedirect


def wants_part(request: HttpRequest) -> bool:
    """Return whether htmx will put the answer into a page that is already there.

    Going back in the history and boosted links replace the whole body, so they get the whole page.
    """
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    part: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page, or only its named part when htmx asked.

    part: the name of a `partialdef` in the same template file; without one htmx gets the whole page.
    Toasts that wait are sent along in the HX-Trigger header of a part; a whole page draws them itself.
    """
    if part is None or not wants_part(request):
        response = render(request, template, dict(context or {}), status=status)
    else:
        response = render(request, f"{template}#{part}", dict(context or {}), status=status)
        add_toasts(request, response)
    # The same address answers both; a cache or the history must not mix them up.
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "HX-Request"]))
    return response


def go_to(request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> HttpResponse:
    """Move the whole browser on to a named page, with or without htmx. name: a URL name, a path or a model."""
    address = resolve_url(name, *args, **kwargs)
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(address)
    return redirect(address)


def whole_address(request: HttpRequest, path: str) -> str:
    """Return a page's address as people outside type it: the practice's own name, whatever name the request used.

    A visitor may write any port, and names of this machine, into a request; none of that may stand in a letter.
    """
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def toast(request: HttpRequest, sentence: str, undo_url: str | None = None) -> None:
    """Say on the next page or part what was done. undo_url: takes a POST that undoes it; offered for 8 seconds."""
    messages.info(request, sentence, extra_tags=undo_url or "")


def add_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """Send waiting toasts with a part: the page is already drawn, so the script shows them."""
    waiting = [{"text": str(m.message), "undo": m.extra_tags or ""} for m in messages.get_messages(request)]
    if waiting:
        triggers = json.loads(response.headers.get("HX-Trigger", "{}"))
        response.headers["HX-Trigger"] = json.dumps(triggers | {"toast": {"toasts": waiting}})
