"""The lock and the quick re-entry; confirming it is still the same person before signing."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_GET, require_POST

from medexpro.kernel.refusals import Refusal
from medexpro.practice import forms, locking, reauth
from medexpro.practice.access import asking, person_of, public, signed_in
from medexpro.practice.factors import before_second_factor
from medexpro.practice.middleware import before_setup
from medexpro.web.pages import page
from medexpro.web.typed import from_json


def safe_next(request: HttpRequest) -> str:
    """Return the page to go on to: one of ours, else home."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def wants_part(request: HttpRequest) -> bool:
    """Return whether a page that is already open asks for the form alone."""
    return request.headers.get("HX-Request") == "true"


@public
def lock(request: HttpRequest) -> HttpResponse:
    """Lock this screen (POST), or show the quick re-entry. Open to all, as a session may have ended meanwhile."""
    if asking(request) is None:
        if wants_part(request):
            return page(request, "practice/lock_ended.html")
        return redirect("account_login")
    if request.method == "POST":
        locking.lock(request)
        return HttpResponse(status=204) if request.POST.get("lock") else redirect("practice:lock")
    if not locking.is_locked(request) and not wants_part(request):
        return redirect(safe_next(request))
    return lock_page(request, next_url=safe_next(request))


def lock_page(
    request: HttpRequest,
    *,
    next_url: str,
    form: forms.Confirm | None = None,
    kept: list[list[str]] | None = None,
    files: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Return the lock page, or its form alone for a page that covered itself.

    kept: names and values of a form that was sent while the screen was locked; they are sent on afterwards.
    """
    ways = reauth.methods(person_of(request))
    context = {
        "form": form or forms.Confirm(ways=ways),
        "ways": ways,
        "next": next_url,
        "kept": json.dumps(kept) if kept else "",
        "files": files,
    }
    template = "practice/lock_form.html" if wants_part(request) else "practice/lock.html"
    return page(request, template, context, status=status)


def kept_pairs(request: HttpRequest) -> list[list[str]]:
    """Return the fields of a form that waits behind the lock; none when they can't be read."""
    try:
        pairs = from_json(request.POST.get("kept") or "[]")
        return [[str(name), str(value)] for name, value in pairs]
    except (ValueError, TypeError):
        return []


@locking.open_while_locked
@before_second_factor
@before_setup
@signed_in
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the screen again after password, code or passkey."""
    ways = reauth.methods(person_of(request))
    form = forms.Confirm(request.POST, ways=ways)
    kept = kept_pairs(request)
    if form.is_valid():
        try:
            reauth.reauthenticate(request, **form.values())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            locking.unlock(request)
            if wants_part(request):
                return HttpResponse(status=204, headers={"HX-Trigger": "unlocked"})
            if kept:
                return page(request, "practice/send_on.html", {"next": safe_next(request), "kept": kept})
            return redirect(safe_next(request))
    return lock_page(request, next_url=safe_next(request), form=form, kept=kept, status=422)


@signed_in
@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """Hear that someone works on a page that sends nothing else, such as a long note."""
    return HttpResponse(status=204)


@locking.open_while_locked
@before_second_factor
@before_setup
@signed_in
@require_GET
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to ask the signed-in person's passkey."""
    return JsonResponse({"request_options": json.loads(reauth.passkey_options(request))})


# ---- Confirming


@before_second_factor
@before_setup
@signed_in
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Confirm it is still you: as a dialog in the page that signs, or as a page of its own."""
    ways = reauth.methods(person_of(request))
    form = forms.Confirm(request.POST or None, ways=ways)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                reauth.reauthenticate(request, **form.values())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                if wants_part(request):
                    return HttpResponse(status=204, headers={"HX-Trigger": "reauthenticated"})
                return redirect(safe_next(request))
        status = 422
    context = {"form": form, "ways": ways, "next": safe_next(request)}
    template = "practice/confirm_form.html" if wants_part(request) else "practice/confirm.html"
    return page(request, template, context, status=status)


@before_second_factor
@before_setup
@signed_in
@require_GET
def fresh(request: HttpRequest) -> HttpResponse:
    """Return whether the sign-in is recent enough to sign, so that a page asks only when it must."""
    return JsonResponse({"fresh": reauth.recently_authenticated(request)})


def confirm_first(view: Callable) -> Callable:
    """Lead to the confirmation before a page that changes how one signs in, when the sign-in is not recent."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reauth.recently_authenticated(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else reverse("practice:sign_in")
        return redirect(f"{reverse('practice:reauthenticate')}?{urlencode({'next': back})}")

    return checked
