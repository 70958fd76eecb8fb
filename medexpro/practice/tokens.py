"""One-time links: the address holds a token nobody can guess, the database only its hash."""

import base64
import hashlib
import secrets
from typing import Any

from django.utils.crypto import salted_hmac


def new_token() -> str:
    """Return a token no one can guess: 32 random bytes, safe in an address."""
    return secrets.token_urlsafe(32)


def token_for(record: Any, *, to: str = "") -> str:
    """Return the token of a record that is mailed later: made from its random id and the server's secret key.

    The worker makes it again from the id, so that the token itself lies in no queue, database or backup of one.
    to: the address it is mailed to, where that may change: what the old address was sent opens nothing then.
    """
    name = f"{record.pk} {to.lower()}" if to else str(record.pk)
    digest = salted_hmac(f"link:{record._meta.label_lower}", name, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """Return what is stored of a token: SHA-256 (hex). The token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
