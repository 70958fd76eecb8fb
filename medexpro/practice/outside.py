"""Answering people and programs outside, who hold a secret address and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7

# Guessing is hopeless at 256 bits; this keeps a script from trying all the same.
TRIES_A_MINUTE = 60
# A form that anybody may open: sent no faster than a person reads it, and on the day it was opened.
YOUNGEST, OLDEST = timedelta(seconds=2), timedelta(hours=12)
# A field that no person sees. A robot fills in whatever is there.
TRAP = "website"


def too_many(request: HttpRequest, what: str, *, limit: int | None = None) -> bool:
    """Count this try of an address, and return whether it had too many in this minute. Behind a proxy, the caller's.

    what: a short name of what is asked for; each is counted for itself. limit: None takes TRIES_A_MINUTE.
    """
    address = _neighbourhood(str(get_adapter(request).get_client_ip(request)))
    # An address of a visitor is kept nowhere, not even in the table that counts.
    digest = salted_hmac("outside", address, algorithm="sha256").hexdigest()[:32]
    return _counted(f"{what}:{digest}", limit or TRIES_A_MINUTE)


def _neighbourhood(address: str) -> str:
    """Return what is counted as one caller: of IPv6 the network, since one line has 2**64 addresses to change among.

    >>> _neighbourhood("2001:db8:1:2:3::7"), _neighbourhood("203.0.113.9")
    ('2001:db8:1:2::', '203.0.113.9')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))


def too_many_here(practice_id: UUID, what: str, *, limit: int) -> bool:
    """Count this try at a practice, whoever makes it, and return whether it had too many in this minute."""
    return _counted(f"{what}:{practice_id}", limit)


def _counted(name: str, limit: int) -> bool:
    key = f"{name}:{clock.now():%Y%m%d%H%M}"
    tries = cache.get(key, 0) + 1
    cache.set(key, tries, 120)
    return tries > limit


# ---- Forms without a session: a visitor has no cookie, so the form brings its own key


@dataclass(frozen=True)
class Stamp:
    """The key of a form: its own id, by which the same form sent twice is one, and when it was opened."""

    id: UUID
    opened_at: datetime


def new_stamp(purpose: str, *, at: datetime, id: UUID | None = None) -> str:
    """Return the key for a form that is opened now, signed by this server. purpose: what the form is for.

    id: that of the same form when it comes back with a question; else a new one.
    """
    return signing.dumps([str(id or uuid7()), int(at.timestamp())], salt=f"form:{purpose}", compress=False)


def read_stamp(text: str, purpose: str) -> Stamp | None:
    """Return what a form's key says; None where it was not made here for this purpose."""
    try:
        key, opened = signing.loads(text, salt=f"form:{purpose}")
        return Stamp(UUID(key), datetime.fromtimestamp(opened, UTC))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def why_refused(
    data: Mapping[str, str],
    purpose: str,
    *,
    at: datetime,
    youngest: timedelta = YOUNGEST,
    oldest: timedelta = OLDEST,
) -> str:
    """Return the sentence why a form is not taken; empty when it is. data: what was sent, with `stamp` and the trap."""
    stamp = read_stamp(data.get("stamp", "")[:400], purpose)
    if stamp is None:
        return "This form was not opened here. Open the page anew; what you typed is still in the fields."
    if at - stamp.opened_at > oldest:
        return "This form has been open for very long. What you typed is still here: send it once more."
    if data.get(TRAP):
        return "A field was filled in that people do not see. Empty it and send the form again."
    if at - stamp.opened_at < youngest:
        return "That was very quick. Look at what you typed, then send it once more."
    return ""


def closed(response: HttpResponse) -> HttpResponse:
    """Keep the address out of logs, ours and others', and out of search engines."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "private, no-store"
    # Django writes the path of an answer from 400 on into the log, and this path holds the token.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
