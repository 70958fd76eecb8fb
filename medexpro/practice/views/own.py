"""One's own pages: profile, how one signs in, second factors."""

import json

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import get_totp_secret
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice import factors, forms, links, operations
from medexpro.practice.access import member_of, person_of, practice_of, signed_in
from medexpro.practice.factors import before_second_factor
from medexpro.practice.middleware import before_setup
from medexpro.practice.views.lock import confirm_first
from medexpro.web.pages import page, toast


@signed_in
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show and change how I sign."""
    member = member_of(request)
    form = forms.Profile(
        request.POST or None, initial=forms.Profile.initial_of(member), practice=member.practice
    )
    theirs: dict = {}
    if form.is_valid():
        values = form.values()
        full_name, expected = values.pop("full_name"), values.pop("version")
        try:
            operations.change_profile(
                member, full_name=full_name, values=values, expected=expected, by=member, at=clock.now()
            )
        except Conflict as conflict:
            theirs = conflict.theirs
            form.add_error(None, str(conflict))
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_title(member, by=member, at=clock.now())
            toast(request, "Your profile is saved.")
            return redirect("practice:me")
    status = 422 if form.is_bound else 200
    return page(request, "practice/me.html", {"form": form, "theirs": theirs, "nav": "me"}, status=status)


@before_setup
@signed_in
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show how I sign in: password, passkeys, app, recovery codes."""
    found = factors.listed(person_of(request))
    context = {
        "passkeys": [one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        "app": next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        "codes_left": len(factors.codes_left(person_of(request))),
        "form": forms.ChangePassword(),
        "passkey_form": forms.PasskeyMade(),
        "nav": "me",
    }
    return page(request, "practice/sign_in.html", context)


@signed_in
@confirm_first
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Set my new password."""
    form = forms.ChangePassword(request.POST or None)
    if form.is_valid():
        try:
            links.change_password(person_of(request), password=form.values()["password"], at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            update_session_auth_hash(request, person_of(request))
            toast(request, "Your new password is set. Other devices are signed out.")
            return redirect("practice:sign_in")
    status = 422 if form.is_bound else 200
    return page(request, "practice/change_password.html", {"form": form, "nav": "me"}, status=status)


# ---- Second factors


def app_context(request: HttpRequest, form: forms.AppCode | None = None) -> dict:
    """Return what a page needs to add an authenticator app: the secret, drawn and in letters."""
    from allauth.mfa.adapter import get_adapter

    secret = get_totp_secret()
    path, side = factors.qr_path(get_adapter().build_totp_url(person_of(request), secret))
    return {
        "app_form": form or forms.AppCode(),
        "qr": path,
        "qr_side": side,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "passkey_form": forms.PasskeyMade(),
    }


@before_second_factor
@before_setup
@signed_in
@confirm_first
@require_GET
def second_factor(request: HttpRequest) -> HttpResponse:
    """Choose a second factor: a passkey or an authenticator app."""
    return page(request, "practice/second_factor.html", app_context(request))


@before_second_factor
@before_setup
@signed_in
@confirm_first
@require_POST
def add_app(request: HttpRequest) -> HttpResponse:
    """Add an authenticator app by its first code."""
    form = forms.AppCode(request.POST)
    if form.is_valid():
        try:
            factors.add_app(
                person_of(request), secret=get_totp_secret(), code=form.values()["code"], at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            request.session.pop("mfa.totp.secret", None)
            return redirect("practice:codes")
    return page(request, template_of(request), app_context(request, form) | wizard_of(request), status=422)


@before_second_factor
@before_setup
@signed_in
@confirm_first
@require_POST
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Add the passkey the browser has made."""
    form = forms.PasskeyMade(request.POST)
    if form.is_valid():
        try:
            factors.add_passkey(person_of(request), **form.values(), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            had_codes = request.session.get(factors.SESSION_KEY)
            if had_codes:
                toast(request, "The passkey is added.")
                return redirect("practice:sign_in")
            return redirect("practice:codes")
    context = app_context(request) | {"passkey_form": form} | wizard_of(request)
    return page(request, template_of(request), context, status=422)


def template_of(request: HttpRequest) -> str:
    """Return the page a second factor is added on: the wizard's, until the practice is set up."""
    done = practice_of(request).setup_done_at
    return "practice/second_factor.html" if done else "practice/setup_second_factor.html"


def wizard_of(request: HttpRequest) -> dict:
    """Return what the wizard's page needs besides."""
    from medexpro.practice.views.setup import wizard

    return {} if practice_of(request).setup_done_at else wizard("second_factor")


@before_second_factor
@before_setup
@signed_in
@require_GET
def passkey_creation(request: HttpRequest) -> HttpResponse:
    """Return what the browser needs to make a passkey."""
    return JsonResponse(
        {"creation_options": json.loads(factors.passkey_creation_options(person_of(request)))}
    )


@before_second_factor
@before_setup
@signed_in
@confirm_first
@never_cache
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Show my recovery codes, or make new ones (POST)."""
    if request.method == "POST":
        try:
            factors.new_codes(person_of(request), at=clock.now())
        except Refusal as refusal:
            toast(request, str(refusal))
            return redirect("practice:sign_in")
        return redirect("practice:codes")
    found = factors.codes_left(person_of(request))
    if not found:
        return redirect("practice:sign_in")
    onward = "practice:setup" if practice_of(request).setup_done_at is None else "practice:sign_in"
    return page(
        request, "practice/codes.html", {"codes": found, "product": settings.PRODUCT, "onward": onward}
    )


@signed_in
@confirm_first
@require_POST
def remove_factor(request: HttpRequest, factor_id: int) -> HttpResponse:
    """Take one of my second factors away."""
    factor = get_object_or_404(
        Authenticator, pk=factor_id, user_id=person_of(request).pk, type__in=factors.REAL
    )
    try:
        factors.remove(factor, at=clock.now())
    except Refusal as refusal:
        toast(request, str(refusal))
    else:
        request.session.pop(factors.SESSION_KEY, None)
        toast(request, "Removed.")
    return redirect("practice:sign_in")
