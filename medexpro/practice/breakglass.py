"""Break-glass: an owner's look into one client's record, with a reason, an end and a notice.

While it is open the owner's session reads that client's record and no other client: every list is narrowed to the
one, so that nothing else can be opened by the wider permissions.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.practice import events, permissions, records
from medexpro.practice.models import BreakGlass, Member
from medexpro.practice.roles import Permission, Role

LASTS = timedelta(minutes=60)
SESSION_KEY = "glass"
REASON_AT_LEAST = 10  # characters: a word is not a reason


@dataclass(frozen=True)
class Opened:
    """What the session holds of an open look: which client, until when."""

    id: UUID
    client_id: UUID
    ends_at: datetime


@transaction.atomic
def open_record(client_id: UUID, *, reason: str, by: Member, at: datetime) -> BreakGlass:
    """Open one client's record to an owner for 60 minutes. Records record:break-glass:open.

    The practice's professionals are told by the caller (`tasks.tell_of_break_glass`) after the commit.
    Raises NotFound for another practice's client, Refusal for a missing reason.
    """
    permissions.check(by, Permission.BREAK_GLASS)
    client = records.clients_of(by.practice).filter(pk=client_id).first()
    if client is None:
        raise NotFound("There is no such client in this practice.")
    if len(reason.strip()) < REASON_AT_LEAST:
        raise Refusal("Say in a sentence why you need to see this record.", field="reason")
    look = BreakGlass.objects.create(
        practice=by.practice,
        member=by,
        client_id=client_id,
        reason=reason.strip(),
        opened_at=at,
        ends_at=at + LASTS,
    )
    trail.record(events.GLASS_OPEN, look, by=by, at=at, client=client, minutes=LASTS.seconds // 60)
    return look


@transaction.atomic
def close_record(look: BreakGlass, *, by: Member, at: datetime) -> None:
    """End a look before its time. Records record:break-glass:close."""
    permissions.check(by, Permission.BREAK_GLASS, look)
    if look.member_id != by.pk:
        raise NotFound("There is no such record in this practice.")
    if look.ends_at > at:
        look.ends_at = at
        look.save(update_fields=["ends_at"])
        trail.record(events.GLASS_CLOSE, look, by=by, at=at)


def keep_in(session: Any, look: BreakGlass) -> None:
    """Put an open look into the browser's session."""
    session[SESSION_KEY] = {
        "id": str(look.pk),
        "client": str(look.client_id),
        "ends_at": look.ends_at.isoformat(),
    }


def drop_from(session: Any) -> None:
    """Take the look out of the session."""
    session.pop(SESSION_KEY, None)


def of_session(session: Any, member: Member, *, at: datetime) -> Opened | None:
    """Return the look this session has open; None when there is none, it ended, or the member may not."""
    kept = session.get(SESSION_KEY)
    if not kept or not permissions.may(member, Permission.BREAK_GLASS):
        return None
    ends_at = datetime.fromisoformat(kept["ends_at"])
    if ends_at <= at:
        drop_from(session)
        return None
    return Opened(UUID(kept["id"]), UUID(kept["client"]), ends_at)


def recent(member: Member, *, at: datetime, days: int = 7):
    """Return the looks a professional should hear of: those of the last days, newest first.

    Professionals of the practice get them; everyone else gets none. For the home page's notice.
    """
    rows = BreakGlass.objects.of(member.practice).filter(opened_at__gt=at - timedelta(days=days))
    if Role.PROFESSIONAL not in member.roles:
        return rows.none()
    return rows.select_related("member__user").order_by("-opened_at")
