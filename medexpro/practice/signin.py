"""How the sign-in library fits the product: no sign-up, our words, and a code that works once."""

import base64
import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn import forms as webauthn
from cryptography.fernet import Fernet, InvalidToken
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.practice import events, reauth
from medexpro.practice.models import Member, User

# A code is accepted one step early or late, so it could be used for 90 seconds: remember it for longer.
CODE_REMEMBERED_SECONDS = 120


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from the wizard and from invitations only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. Ask the owner of your practice.",
        "email_password_mismatch": "E-mail address and password don't match. Check both and try again.",
        "incorrect_password": "This is not your password. Check it and try again.",
        "too_many_login_attempts": "Too many tries. Wait 5 minutes, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up by themselves."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where a sign-in leads: home, or the choice of practices for whoever works in several."""
        several = Member.objects.active().filter(user=request.user).count() > 1
        return reverse("practice:switch") if several else settings.LOGIN_REDIRECT_URL

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether a change to how one signs in asks for the password again: after 5 minutes."""
        return not reauth.recently_authenticated(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """Return the one page of ours that offers password, code and passkey."""
        if not user.is_authenticated:
            return []
        return [
            {
                "id": "reauthenticate",
                "description": "Confirm it is you",
                "url": reverse("practice:reauthenticate"),
            }
        ]

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Return whether this is the person's password; throttled like a sign-in."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Put a failed sign-in into the trail of the practices of the person it was tried for."""
        email = str(credentials.get("email", "")).strip().lower()
        at = clock.now()
        for member in Member.objects.active().filter(user__email=email).select_related("practice", "user"):
            trail.record(events.SIGN_IN_FAILED, member, by=None, at=at)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: our own pages say what was done."""


class MFAAdapter(DefaultMFAAdapter):
    """The second factor's words, and how it lies in the database: sealed with the server's key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or it was used. Wait for the next one and try again.",
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a kept secret. One sealed with another key is as good as lost: no code fits, and none can be guessed."""
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """Return the name a passkey is kept under."""
        return super().get_public_key_credential_rp_entity() | {"name": settings.PRODUCT["name"]}

    def get_public_key_credential_user_entity(self, user: User) -> dict:
        """Return how a person's passkey is listed on their device."""
        return super().get_public_key_credential_user_entity(user) | {"display_name": user.full_name}

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Return a first name for a passkey; the person may write a better one."""
        return "Passkey"


def _box() -> Fernet:
    key = salted_hmac("second factors at rest", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))


class OnceOnly:
    """A code that was accepted is refused for as long as a clock could still show it."""

    def clean_code(self) -> str:
        """Return the code. Raises ValidationError for a wrong one and for a second use."""
        typed = "".join(str(self.cleaned_data["code"]).split())  # type: ignore[attr-defined]
        key = f"code-used:{self.user.pk}:{typed}"  # type: ignore[attr-defined]
        if cache.get(key):
            raise MFAAdapter().validation_error("incorrect_code")
        self.cleaned_data["code"] = typed  # type: ignore[attr-defined]
        code = super().clean_code()  # type: ignore[misc]
        cache.set(key, True, CODE_REMEMBERED_SECONDS)
        return code


class CodeForm(OnceOnly, AuthenticateForm):
    """The code asked for at sign-in."""


class ConfirmCodeForm(OnceOnly, ReauthenticateForm):
    """The code asked for again before signing."""


# What reading an answer of the wrong shape may raise in the library.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)


class Answer(forms.JSONField):
    """What a passkey answers, as JSON."""

    def to_python(self, value: Any) -> Any:
        """Return it read. Raises ValidationError, also where Python's own reader gives up."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise MFAAdapter().validation_error("incorrect_code") from error


class Readable:
    """A passkey's answer that can't be read is refused like a wrong one."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["credential"] = Answer(widget=forms.HiddenInput)  # type: ignore[attr-defined]

    def clean_credential(self) -> Any:
        """Return the passkey. Raises ValidationError."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE as error:
            raise MFAAdapter().validation_error("incorrect_code") from error


class PasskeySignIn(Readable, webauthn.LoginWebAuthnForm):
    """A sign-in by passkey alone."""


class PasskeySecond(Readable, webauthn.AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class PasskeyConfirm(Readable, webauthn.ReauthenticateWebAuthnForm):
    """A passkey, asked for again."""
