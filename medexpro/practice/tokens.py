"""One-time links: the address holds a random token, the database only its hash."""

import hashlib
import secrets


def new_token() -> str:
    """Return a token no one can guess: 32 random bytes, safe in an address."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """Return what is stored of a token: SHA-256 (hex). The token is random, so it needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
