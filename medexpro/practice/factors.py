"""Second factors: passkeys, an authenticator app, recovery codes; asked of everyone where the practice says so."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import SESSION_KEY as WHO
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from medexpro.audit import trail
from medexpro.kernel.refusals import Refusal
from medexpro.practice import events, links, permissions
from medexpro.practice.models import Member, User
from medexpro.practice.roles import Permission

REAL = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
SESSION_KEY = "second_factor"


class FactorRefused(Refusal):
    """A second factor could not be added or taken away."""


def has_second_factor(user: User) -> bool:
    """Return whether the person has a passkey or an authenticator app. Recovery codes alone don't count."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=REAL).exists()


def is_required(user: User) -> bool:
    """Return whether any practice of the person asks for a second factor."""
    return Member.objects.active().filter(user=user, practice__second_factor_required=True).exists()


def listed(user: User) -> list[Authenticator]:
    """Return the person's second factors, oldest first."""
    return list(Authenticator.objects.filter(user_id=user.pk).order_by("created_at"))


# ---- Changes


def record_for(user: User, kind: str, at: datetime, **detail: Any) -> None:
    """Record a change to how a person signs in, in each of their practices."""
    for member in Member.objects.active().filter(user=user).select_related("practice", "user"):
        trail.record(kind, member, by=member, at=at, **detail)


@transaction.atomic
def add_app(user: User, *, secret: str, code: str, at: datetime) -> None:
    """Add an authenticator app whose first code is right. Raises FactorRefused at the field "code"."""
    from allauth.mfa.totp.internal import auth

    if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
        raise FactorRefused("You have an authenticator app already. Remove it first.", field="code")
    if not auth.validate_totp_code(secret, "".join(code.split())):
        raise FactorRefused(
            "This code is not right. Wait for the next one and type all 6 digits.", field="code"
        )
    auth.TOTP.activate(user, secret)
    make_codes_if_none(user)
    record_for(user, events.FACTOR_ADD, at, type="totp")


@transaction.atomic
def add_passkey(user: User, *, name: str, credential: str, at: datetime) -> None:
    """Add the passkey the browser has just made. Raises FactorRefused when its answer can't be read."""
    from allauth.mfa.webauthn.forms import AddWebAuthnForm
    from allauth.mfa.webauthn.internal import auth

    from medexpro.practice.signin import UNREADABLE

    form = AddWebAuthnForm(
        user=user, data={"name": name[:60], "credential": credential, "passwordless": "on"}
    )
    try:
        usable = form.is_valid()
    except UNREADABLE:
        usable = False  # An answer of the wrong shape; nothing of it is kept.
    if not usable:
        raise FactorRefused("The passkey was not accepted. Try again.", field="credential")
    auth.WebAuthn.add(user, form.cleaned_data["name"], form.cleaned_data["credential"])
    make_codes_if_none(user)
    record_for(user, events.FACTOR_ADD, at, type="webauthn")


def passkey_creation_options(user: User) -> str:
    """Return, as JSON, what the browser needs to make a passkey that signs in without a password."""
    from allauth.mfa.webauthn.internal import auth

    return json.dumps(auth.begin_registration(user, True))


@transaction.atomic
def remove(factor: Authenticator, *, at: datetime) -> None:
    """Take one's own passkey or app away; recovery codes go with the last one.

    Raises FactorRefused for the last one where a practice of the person asks for a second factor.
    """
    user = factor.user
    others = Authenticator.objects.filter(user_id=user.pk, type__in=REAL).exclude(pk=factor.pk)
    if not others.exists():
        if is_required(user):
            raise FactorRefused(
                "Your practice asks for a second factor. Add another one before you remove this."
            )
        Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
    kind = factor.type
    factor.delete()
    record_for(user, events.FACTOR_REMOVE, at, type=kind)


def make_codes_if_none(user: User) -> None:
    """Give the person recovery codes with their first second factor."""
    if not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).exists():
        RecoveryCodes.activate(user)


@transaction.atomic
def new_codes(user: User, *, at: datetime) -> list[str]:
    """Replace the recovery codes and return the new ones; the old stop working."""
    if not has_second_factor(user):
        raise FactorRefused("Add a passkey or an authenticator app first.")
    Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user).get_unused_codes()
    record_for(user, events.CODES_NEW, at)
    return codes


def codes_left(user: User) -> list[str]:
    """Return the unused recovery codes; empty when there are none."""
    kept = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(kept).get_unused_codes() if kept else []


@transaction.atomic
def reset(member: Member, *, by: Member, at: datetime) -> None:
    """Clear a member's second factors after a lost device; they add a new one at the next sign-in.

    Every session of theirs ends, the lost device's too. Records practice:second-factor:reset. Raises SharedSignIn for
    a person of another practice too.
    """
    permissions.check(by, Permission.MEMBERS_MANAGE, member)
    links.check_not_shared(member)
    Authenticator.objects.filter(user_id=member.user_id).delete()
    sign_out_everywhere(member.user)
    trail.record(events.FACTOR_RESET, member, by=by, at=at)


def sign_out_everywhere(user: User) -> None:
    """End every session of a person. Sessions name nobody from outside, so each is looked into."""
    running = Session.objects.filter(expire_date__gt=timezone.now())
    theirs = [one.pk for one in running.iterator() if one.get_decoded().get(WHO) == str(user.pk)]
    Session.objects.filter(pk__in=theirs).delete()


# ---- Asking for one


class SecondFactorMiddleware:
    """Lead a member without a second factor to the page that adds one, where the practice asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: tuple, kwargs: dict) -> HttpResponse | None:
        """Answer before the view while the second factor is missing. Asked of the database once a session."""
        member = request.member  # type: ignore[attr-defined]
        if member is None or not member.practice.second_factor_required or request.session.get(SESSION_KEY):
            return None
        if getattr(view, "access", None) == "public" or getattr(view, "before_second_factor", False):
            return None
        if has_second_factor(member.user):
            request.session[SESSION_KEY] = True
            return None
        return redirect("practice:second_factor")


def before_second_factor(view: Callable) -> Callable:
    """Mark a view that a person may open before adding the second factor: the pages that add it."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


def qr_path(text: str, *, on_paper: bool = False) -> tuple[str, int]:
    """Return a QR code as the data of one SVG path and the side of its square, in modules with a quiet edge.

    on_paper: a quarter of it may be creased, smudged or lost by a fax; on a screen less is enough.
    """
    import qrcode

    correction = qrcode.ERROR_CORRECT_Q if on_paper else qrcode.ERROR_CORRECT_M
    code = qrcode.QRCode(border=4, error_correction=correction)
    code.add_data(text)
    rows = code.get_matrix()
    runs = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            start = x
            while x < len(row) and row[x]:
                x += 1
            runs.append(f"M{start} {y}h{x - start}v1h-{x - start}z")
    return "".join(runs), len(rows)
