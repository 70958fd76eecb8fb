"""Records an owner opened by break-glass lately: the notice to the professionals."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from medexpro.practice import breakglass, records
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.roles import Role
from medexpro.today import correspondence
from medexpro.today.correspondence import Row
from medexpro.today.owed import Found, Owed
from medexpro.web import words

if TYPE_CHECKING:
    from medexpro.today.obligations import Look

OPENED = "opened"


def lists(member: Member, begins_at: datetime) -> list[Any]:
    """Return the looks of the last week at the member's own clients. begins_at: when the day begins."""
    if Role.PROFESSIONAL not in member.roles:
        return []
    own = records.clients_of(member.practice).visible_to(member, Permission.RECORD_READ)
    client = records.clients_of(member.practice).filter(pk=OuterRef("client_id"))
    looks = breakglass.recent(member, at=begins_at + timedelta(days=1)).filter(client_id__in=own.values("pk"))
    return [
        correspondence.listed(
            looks, OPENED, about=F("client_id"), given=Subquery(client.values("given_name")[:1]),
            family=Subquery(client.values("family_name")[:1]), place=F("member__user__full_name"),
            text=F("reason"), at=F("opened_at"),
        )
    ]  # fmt: skip


def records_opened(look: "Look", upto: int) -> Found:
    """Return the records an owner opened by break-glass within the last week, the newest first.

    A professional who sees only their own clients hears of those; the mail of that day tells everyone that one was opened.
    """
    day_of = look.member.practice.day
    return Found.all_of([_owed(one, day_of(one.at)) for one in look.rows[OPENED][::-1]], upto)


def _owed(row: Row, on: Any) -> Owed:
    why = f"{row.place} read this record on {words.day(on, 'short')}: {row.text}"
    return Owed(row.person, why, "See who read it", reverse("practice:client_trail", args=[row.about]))
