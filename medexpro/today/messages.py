"""Messages of colleagues that a member has not read: one line a client, cleared by reading."""

from datetime import date

from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.record.operations import unread_by_client
from medexpro.today.owed import FETCHED, Owed
from medexpro.web import words


def unread(member: Member, day: date) -> list[Owed]:
    """Return the clients about whom new messages wait. Says how many and since when, never what they say."""
    owed = []
    for one in unread_by_client(member)[:FETCHED]:
        name = f"{one['message__client__given_name']} {one['message__client__family_name']}".strip()
        last = words.day(member.practice.day(one["last"]), "short")
        many = one["count"] > 1
        why = f"{one['count']} new messages, the last on {last}" if many else f"A new message, {last}"
        owed.append(Owed(name, why, "Read", reverse("record:messages", args=[one["message__client"]])))
    return owed
