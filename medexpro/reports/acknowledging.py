"""The acknowledgement of a referral: written, signed and sent by whoever takes referrals in, in one go."""

from datetime import datetime
from typing import Any

from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Conflict
from medexpro.practice.models import Member
from medexpro.referrals.models import Referral
from medexpro.reports import operations, sending
from medexpro.reports.models import Document
from medexpro.reports.operations import DocumentRefused

KIND = Document.Kind.ACKNOWLEDGEMENT


def letter_of(referral: Referral, member: Member) -> Document | None:
    """Return the acknowledgement of a referral: the draft, else the newest signed one; None before it was written.

    An episode that a newer referral carries keeps the letters of the one before: those are older than its arrival.
    """
    rows = operations.rows_of(member).filter(kind=KIND, episode__referral=referral)
    standing = rows.exclude(state=Document.State.VOID).order_by("-drafted_at")
    return next((one for one in standing if one.practice.day(one.drafted_at) >= referral.received_on), None)


def write(referral: Referral, *, by: Member, at: datetime) -> Document:
    """Return the acknowledgement's open draft; make it if there is none. Raises DocumentRefused where it can't be."""
    episode = Episode.objects.filter(referral=referral).first()
    if episode is None:
        raise DocumentRefused(
            "Let the referral carry an episode first; until then tell the provider by phone."
        )
    if referral.provider_id is None:
        raise DocumentRefused("The referral names no provider to write to. Say who wrote it.")
    return operations.draft(episode, KIND, by=by, at=at)


def sign_and_send(
    letter: Document,
    channel: str,
    *,
    shown: str,
    recently_signed_in: bool,
    by: Member,
    at: datetime,
    **sent: Any,
) -> sending.Sent:
    """Sign the letter, unless it is signed already, and send it. sent: to, days and id, as `sending.send` takes them.

    A letter that was signed and could not be sent stays signed: what is sent next is that one.
    """
    if not letter.is_signed:
        if not shown:
            raise Conflict("Look at the letter first, then sign it.")
        letter = operations.sign(
            letter, recently_signed_in=recently_signed_in, shown=shown, accept_wording=False, by=by, at=at
        )
    return sending.send(letter, channel, by=by, at=at, **sent)
