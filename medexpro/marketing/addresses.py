"""Addresses that nothing goes to: whose owner took everything back, complained, or whose mail comes back.

What is kept is a hash, keyed by the practice's id: it answers whether a typed address is one of them and tells nobody
which they are.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from medexpro.marketing.models import AddressTrouble, NotContacted
from medexpro.marketing.rules.mailing import SOFT_IS_DEAD
from medexpro.practice.models import Practice

DEAD = (AddressTrouble.Kind.BOUNCED, AddressTrouble.Kind.COMPLAINED)


def address_hash(practice: Practice, email: str) -> str:
    """Return what is kept of an address (hex). Upper and lower case are one address."""
    key = hashlib.sha256(f"address:{practice.pk}".encode()).digest()
    return hashlib.blake2b(email.strip().lower().encode(), key=key, digest_size=32).hexdigest()


def leave_alone(practice: Practice, email: str, *, at: datetime) -> None:
    """Keep that nobody writes to an address again, until its owner agrees anew."""
    if email.strip():
        NotContacted.objects.get_or_create(
            practice=practice, address_hash=address_hash(practice, email), defaults={"since": at}
        )


def agreed_anew(practice: Practice, email: str) -> None:
    """Forget that an address was left alone or in trouble: its owner has just answered an e-mail there."""
    digest = address_hash(practice, email)
    NotContacted.objects.of(practice).filter(address_hash=digest).delete()
    AddressTrouble.objects.of(practice).filter(address_hash=digest).delete()


def left_alone(practice: Practice, emails: Iterable[str]) -> set[str]:
    """Return which of these addresses nothing goes to because their owner said so. One query."""
    by_hash = {address_hash(practice, one): one for one in emails if one}
    found = NotContacted.objects.of(practice).filter(address_hash__in=list(by_hash))
    return {by_hash[one] for one in found.values_list("address_hash", flat=True)}


def troubles(practice: Practice, emails: Iterable[str]) -> dict[str, AddressTrouble]:
    """Return which of these addresses mail came back from for good, or whose owner complained. One query."""
    by_hash = {address_hash(practice, one): one for one in emails if one}
    found = AddressTrouble.objects.of(practice).filter(address_hash__in=list(by_hash), kind__in=DEAD)
    return {by_hash[one.address_hash]: one for one in found}


def why_not(practice: Practice, email: str) -> str:
    """Return why nothing may go to an address; empty when it may. Two queries."""
    if left_alone(practice, [email]):
        return "Nobody writes to this address any more: its owner asked for that."
    if trouble := troubles(practice, [email]).get(email):
        return (
            "Its owner complained about a mail." if trouble.kind == "complained" else "Mail to it comes back."
        )
    return ""


def note_bounce(practice: Practice, email: str, said: str, *, at: datetime) -> None:
    """Keep that an address takes no mail any more."""
    _note(practice, email, AddressTrouble.Kind.BOUNCED, said, at)


def note_complaint(practice: Practice, email: str, *, at: datetime) -> None:
    """Keep that the owner of an address complained; nothing goes there until they agree anew."""
    _note(practice, email, AddressTrouble.Kind.COMPLAINED, "complained", at)


def note_put_off(practice: Practice, email: str, said: str, *, at: datetime) -> bool:
    """Keep that a letter was given up after many tries. Return whether the address is taken for dead by now."""
    row, made = AddressTrouble.objects.get_or_create(
        practice=practice, address_hash=address_hash(practice, email),
        defaults={"kind": AddressTrouble.Kind.SOFT, "said": _without_addresses(said), "since": at},
    )  # fmt: skip
    if not made and row.kind == AddressTrouble.Kind.SOFT:
        row.times, row.said = row.times + 1, _without_addresses(said)
        if row.times >= SOFT_IS_DEAD:
            row.kind = AddressTrouble.Kind.BOUNCED
        row.save(update_fields=["times", "said", "kind"])
    return row.kind in DEAD


def note_taken(practice: Practice, email: str) -> None:
    """Keep that a letter was taken: what was put off before no longer counts."""
    AddressTrouble.objects.of(practice).filter(
        address_hash=address_hash(practice, email), kind=AddressTrouble.Kind.SOFT
    ).delete()


def _without_addresses(said: str) -> str:
    """Return what a mail server said without the addresses in it: here only a hash of them is kept."""
    return re.sub(r"[^\s<>()\"']*@[^\s<>()\"']*", "…", said)[:240]


def _note(practice: Practice, email: str, kind: str, said: str, at: datetime) -> None:
    AddressTrouble.objects.update_or_create(
        practice=practice, address_hash=address_hash(practice, email),
        defaults={"kind": kind, "said": _without_addresses(said), "since": at},
    )  # fmt: skip
