"""Is this still the person who signed in? Asked before signing and before data leave, without leaving the page.

A signing view asks `recently_authenticated(request)`; its page loads `practice/reauth.js`, which opens the dialog and
sends the form again. A view may also take a password or a code with its own form and hand it to `reauthenticate`.
"""

import json
import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from medexpro.kernel.refusals import Refusal

SENTENCE = "Confirm it is you: your sign-in is older than 5 minutes."


class NotConfirmed(Refusal):
    """What was given does not show that it is the person who signed in."""


def recently_authenticated(request: HttpRequest) -> bool:
    """Return whether this person signed in, or confirmed it is them, within the last 5 minutes.

    The time is the machine's own, like the sign-in library's; the clock of tests and demo does not reach it.
    """
    if not request.user.is_authenticated:
        return False
    moments = [record.get("at", 0) for record in get_authentication_records(request, request.user)]
    return bool(moments) and 0 <= time.time() - moments[-1] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def reauthenticate(request: HttpRequest, *, password: str = "", code: str = "", credential: str = "") -> None:
    """Confirm the signed-in person by one of password, code or passkey; counts as a fresh sign-in.

    credential: the passkey's answer as JSON. Raises NotConfirmed, naming the field; throttled like a sign-in.
    """
    from medexpro.practice.signin import ConfirmCodeForm, PasskeyConfirm

    if credential:
        save(PasskeyConfirm(user=request.user, data={"credential": credential}), "credential")
    elif code:
        save(ConfirmCodeForm(user=request.user, data={"code": code}), "code")
    elif password:
        try:
            right = get_adapter(request).reauthenticate(request.user, password)
        except ValidationError as error:
            raise NotConfirmed(" ".join(error.messages), field="password") from error
        if not right:
            raise NotConfirmed("This is not your password. Check it and try again.", field="password")
        reauthenticate_by_password(request)
    else:
        raise NotConfirmed("Type your password, or use your passkey.", field="password")


def save(form: Any, field: str) -> None:
    """Save a form of the sign-in library, or raise NotConfirmed with what it says."""
    if not form.is_valid():
        sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
        said = (
            " ".join(sentences)
            if field == "code"
            else "The passkey was not accepted. Try again, or use your password."
        )
        raise NotConfirmed(said, field=field)
    form.save()


def methods(user: Any) -> dict[str, bool]:
    """Return which ways to confirm a person has: password, code, passkey."""
    kinds = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    return {
        "password": user.has_usable_password(),
        "code": bool(kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}),
        "passkey": Authenticator.Type.WEBAUTHN in kinds,
    }


def passkey_options(request: HttpRequest) -> str:
    """Return, as JSON, what the browser needs to ask the signed-in person's passkey."""
    from allauth.mfa.webauthn.internal import auth

    return json.dumps(auth.begin_authentication(request.user))
