"""How the sign-in library fits the product: no sign-up, and a second factor where the practice asks for one."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts come from the wizard and from invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: nobody signs up by themselves."""
        return False


class MFAAdapter(DefaultMFAAdapter):
    """The second factor's words."""

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        """Return the name a passkey is kept under."""
        entity = super().get_public_key_credential_rp_entity()
        return entity | {"name": "MedExPRO"}
