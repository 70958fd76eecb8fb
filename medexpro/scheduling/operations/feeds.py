"""The secret address under which somebody's own calendar program reads their bookings."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse

from medexpro.audit.trail import record
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.scheduling import events
from medexpro.scheduling.calendar import short
from medexpro.scheduling.models import Booking, Feed, State, during
from medexpro.scheduling.rules import feed as rule

# Whoever's time is booked has something to read.
HAS_A_CALENDAR = Permission.SESSIONS_LOG
NOTED_EVERY = timedelta(minutes=15)
NAMES = "names"


class FeedUnknown(Refusal):
    """No calendar address is this, or not any more."""


def open_feed(member: Member) -> Feed | None:
    """Return the address a member has now, without its token, which nobody knows any more."""
    return Feed.objects.filter(member=member, ended_at=None).first()


@transaction.atomic
def make_feed(*, by: Member, at: datetime) -> str:
    """Make the address of one's own bookings and return its token, shown once; the one before leads nowhere from now on."""
    permissions.check(by, HAS_A_CALENDAR)
    Member.objects.select_for_update(no_key=True).values_list("pk").get(pk=by.pk)
    renewed = Feed.objects.filter(member=by, ended_at=None).update(ended_at=at)
    token = tokens.new_token()
    feed = Feed.objects.create(practice=by.practice, member=by, token_hash=tokens.hash_of(token))
    record(events.FEED_MADE, feed, by=by, at=at, renewed=bool(renewed))
    return token


@transaction.atomic
def end_feed(member: Member, *, by: Member, at: datetime) -> bool:
    """End a member's address; return whether there was one. Their own doing, or the end of their membership."""
    if by.pk != member.pk:
        permissions.check(by, Permission.MEMBERS_MANAGE, member)
    feed = open_feed(member)
    if feed is None or not Feed.objects.filter(pk=feed.pk, ended_at=None).update(ended_at=at):
        return False
    record(events.FEED_ENDED, feed, by=by, at=at)
    return True


def find_feed(token: str) -> Feed:
    """Return the address a token belongs to. Raises FeedUnknown, also once its member may not read bookings any more."""
    rows = Feed.objects.filter(
        token_hash=tokens.hash_of(token), ended_at=None, member__is_active=True, member__user__is_active=True
    )
    feed = rows.select_related("practice", "member__user", "member__practice").first()
    if feed is None or not feed.member.may(HAS_A_CALENDAR) or not feed.member.may(Permission.BOOKINGS_READ):
        raise FeedUnknown("There is no such calendar.")
    return feed


def read_feed(feed: Feed, *, base: str, at: datetime) -> bytes:
    """Return a member's bookings as a calendar program reads them. base: the beginning of the product's addresses.

    Told are time, kind and place; of the client the initials, or the name where the practice chose so. That it was read
    is kept on the address, and in the trail once a day: programs ask every hour.
    """
    member = feed.member
    rows = (
        Booking.objects.visible_to(member)
        .filter(during(*rule.window(at)), member=member)
        .select_related("service", "client", "room__site")
        .annotate(taken=Count("places", filter=Q(places__given_up_at=None)))
        .order_by("starts_at", "pk")
    )
    entries = [_entry(one, feed, base) for one in rows]
    _note_reading(feed, len(entries), at)
    return rule.as_ics(entries, name=f"{member} at {feed.practice}", product=str(settings.PRODUCT["name"]))


def _entry(booking: Booking, feed: Feed, base: str) -> rule.Entry:
    service, client = booking.service, booking.client
    if client is None:
        said = rule.summary(service.kind, taken=booking.taken, places=service.places)  # type: ignore[attr-defined]
    elif feed.practice.feed_names == NAMES:
        said = rule.summary(service.kind, short(booking))
    else:
        said = rule.summary(service.kind, rule.initials(client.given_name, client.family_name))
    return rule.Entry(
        uid=str(booking.pk), starts_at=booking.starts_at, ends_at=booking.ends_at, summary=said,
        where="At the client’s home" if booking.at_home else str(booking.room or ""),
        url=f"{base}{reverse('scheduling:show', args=[booking.pk])}", cancelled=booking.state == State.CANCELLED,
        changes=booking.version - 1, changed_at=booking.updated_at,
    )  # fmt: skip


def _note_reading(feed: Feed, count: int, at: datetime) -> None:
    last, practice = feed.last_read_at, feed.practice
    if last is not None and last <= at < last + NOTED_EVERY:
        return
    with transaction.atomic():
        Feed.objects.filter(pk=feed.pk).update(last_read_at=at)
        if last is None or practice.day(last) != practice.day(at):
            record(events.FEED_READ, feed, by=None, at=at, practice=practice, count=count)
