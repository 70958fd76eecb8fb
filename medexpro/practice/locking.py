"""The idle lock: after a while a screen asks who is there. Nothing typed is lost behind it.

The page locks itself (`web/lock.html`) and tells us; where it could not, because the lid was closed, the next request
is refused here. A page request goes to the lock page and back; htmx and the session page's commands get 423 and keep
what they hold; a form sent the plain way is kept in the lock page and sent on after the re-entry.
"""

import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from medexpro.practice.access import asking, practice_of

SEEN, FLOOR, LOCKED = "seen", "on_the_floor", "locked"
# What a form that waits behind the lock leaves out: whoever stands before the screen could read it in the page.
NEVER_KEPT = {"csrfmiddlewaretoken", "password", "code", "credential"}
# How often activity is written down, in seconds: a page view must not cost a write each time.
NOTED_EVERY = 30


def on_the_floor(view: Callable) -> Callable:
    """Mark the view of a session log in progress, and its commands: they lock later, by the practice's setting."""
    view.on_the_floor = True  # type: ignore[attr-defined]
    return view


def open_while_locked(view: Callable) -> Callable:
    """Mark a view that answers behind the lock: the re-entry itself."""
    view.open_while_locked = True  # type: ignore[attr-defined]
    return view


def limit_minutes(request: HttpRequest) -> int:
    """Return after how many minutes without activity this screen locks."""
    practice = practice_of(request)
    return practice.session_idle_minutes if request.session.get(FLOOR) else practice.idle_minutes


def is_locked(request: HttpRequest) -> bool:
    """Return whether the screen is locked: it said so, or nothing was heard of it for too long."""
    if request.session.get(LOCKED):
        return True
    seen = request.session.get(SEEN)
    return seen is not None and time.time() - seen > limit_minutes(request) * 60 + NOTED_EVERY


def lock(request: HttpRequest) -> None:
    """Lock the screen of this session."""
    request.session[LOCKED] = True


def unlock(request: HttpRequest) -> None:
    """Open it again, after the person was confirmed or signed in."""
    request.session.pop(LOCKED, None)
    request.session[SEEN] = int(time.time())


def note_activity(request: HttpRequest) -> None:
    """Write down that someone is there, at most every half minute."""
    now = int(time.time())
    if now - request.session.get(SEEN, 0) >= NOTED_EVERY:
        request.session[SEEN] = now


class IdleLockMiddleware:
    """Note when a member last did something, and refuse what comes while the screen is locked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Answer before the view while the screen is locked."""
        if asking(request) is None or getattr(view, "access", None) == "public":
            return None
        if is_locked(request):
            return None if getattr(view, "open_while_locked", False) else locked_answer(request)
        if getattr(view, "open_while_locked", False) or request.headers.get("X-Background"):
            return None
        floor = getattr(view, "on_the_floor", False)
        if floor != request.session.get(FLOOR, False) and is_page(request):
            request.session[FLOOR] = floor
        note_activity(request)
        return None


def is_page(request: HttpRequest) -> bool:
    """Return whether a whole page is asked for, and not a part, a picture or an answer for a script."""
    part = request.headers.get("HX-Request") == "true"
    return (
        request.method == "GET"
        and not part
        and request.headers.get("Sec-Fetch-Dest", "document") == "document"
    )


def locked_answer(request: HttpRequest) -> HttpResponse:
    """Return what a request gets while the screen is locked."""
    lock(request)
    address = reverse("practice:lock")
    if request.headers.get("HX-Request") == "true":
        sentence = "The screen is locked. What you typed is still here."
        answer = HttpResponse(sentence, status=423, content_type="text/plain; charset=utf-8")
        answer.headers["HX-Trigger"] = "locked"
        return answer
    if "application/json" in (request.content_type, request.headers.get("Accept", "").split(",")[0]):
        return JsonResponse({"locked": True, "unlock": address}, status=423)
    if request.method in ("GET", "HEAD"):
        return redirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
    from medexpro.practice.views.lock import lock_page

    kept = [[name, value] for name in request.POST for value in request.POST.getlist(name)]
    kept = [pair for pair in kept if pair[0] not in NEVER_KEPT]
    return lock_page(
        request, next_url=request.get_full_path(), kept=kept, files=bool(request.FILES), status=423
    )


def shell(request: HttpRequest) -> dict[str, Any] | None:
    """Return what the page's own lock needs: minutes and address. None for a page without a member."""
    if getattr(request, "member", None) is None:
        return None
    return {"minutes": limit_minutes(request), "url": reverse("practice:lock")}
