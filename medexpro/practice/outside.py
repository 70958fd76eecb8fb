"""Answering people and programs outside, who hold a secret address and nothing else."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse

from medexpro.kernel import clock

# Guessing is hopeless at 256 bits; this keeps a script from trying all the same.
TRIES_A_MINUTE = 60


def too_many(request: HttpRequest, what: str) -> bool:
    """Count this try of an address, and return whether it had too many in this minute. Behind a proxy, the caller's.

    what: a short name of what is asked for; each is counted for itself.
    """
    key = f"{what}:{get_adapter(request).get_client_ip(request)}:{clock.now():%Y%m%d%H%M}"
    tries = cache.get(key, 0) + 1
    cache.set(key, tries, 120)
    return tries > TRIES_A_MINUTE


def closed(response: HttpResponse) -> HttpResponse:
    """Keep the address out of logs, ours and others', and out of search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    # Django writes the path of an answer from 400 on into the log, and this path holds the token.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
