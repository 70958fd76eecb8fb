"""Services, rooms, hours, and what is booked. Times are instants in UTC; the wall's clock is the practice's."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.practice import permissions
from medexpro.practice.models import Member, PracticeModel, VersionedModel
from medexpro.practice.permissions import Permission
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.scheduling.rules.availability import Closed, Hours
from medexpro.scheduling.rules.repeating import Repeat

NAME = 80
LONGEST_MINUTES = 480


def during(since: datetime, until: datetime) -> Q:
    """Return the question for what is booked in a stretch of time, also where it begins before or goes on after.

    Nothing is longer than eight hours, so that no search goes back further, whatever the history.
    """
    earliest = since - timedelta(minutes=LONGEST_MINUTES)
    return Q(starts_at__gt=earliest, starts_at__lt=until, ends_at__gt=since)


class Kind(models.TextChoices):
    """What is done in a booking. Exercise needs a client who may start."""

    EXERCISE = "exercise", "Exercise"
    MEASURING = "measuring", "Assessment"
    TALK = "talk", "Intake or talk"


class Service(VersionedModel, PracticeModel):
    """Something that can be booked: its name, how long it takes, for one client or for a group."""

    name = models.CharField(max_length=NAME)
    minutes = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.EXERCISE)
    places = models.PositiveSmallIntegerField(default=1, help_text="1 is one-to-one; more is a group")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=LONGEST_MINUTES, places__gte=1, places__lte=40),
                name="a_service_takes_minutes_and_has_places",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_group(self) -> bool:
        """Return whether several clients share it."""
        return self.places > 1


class Site(PracticeModel):
    """A place where the practice works, by its name."""

    name = models.CharField(max_length=NAME)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="a_site_has_its_own_name")]

    def __str__(self) -> str:
        return self.name


class Room(PracticeModel):
    """A room that one booking takes at a time."""

    name = models.CharField(max_length=NAME)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="rooms")
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return f"{self.name}, {self.site}" if self.site_id else self.name


class WorkingHours(PracticeModel):
    """One stretch of somebody's working week, as the wall's clock shows it."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday")
    since = models.TimeField()
    until = models.TimeField()

    class Meta:
        ordering = ["weekday", "since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("since"), weekday__lte=6), name="working_hours_end_after_they_begin"
            )
        ]

    def as_rule(self) -> Hours:
        """Return it as the rules read it."""
        return Hours(self.weekday, self.since, self.until)


class Closure(PracticeModel):
    """A stretch in which nobody is booked, or one member is not."""

    member = models.ForeignKey(
        Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: everyone"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=NAME)

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["practice", "ends_at"], name="closures_by_end")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_closure_ends_after_it_begins"
            )
        ]

    def as_rule(self) -> Closed:
        """Return it as the rules read it."""
        return Closed(self.starts_at, self.ends_at, self.why)


class Series(PracticeModel):
    """What a row of bookings was made from: weekdays, and its end."""

    weekdays = models.JSONField(help_text="List of weekdays; 0 is Monday")
    until = models.DateField(null=True)
    times = models.PositiveSmallIntegerField(null=True)

    def as_rule(self) -> Repeat:
        """Return it as the rules read it."""
        return Repeat(frozenset(self.weekdays), self.until, self.times)


class State(models.TextChoices):
    """Where a booking stands."""

    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"
    NO_SHOW = "no_show", "Did not come"
    CAME = "came", "Came"


class BookingQuerySet(PracticeQuerySet):
    """Bookings; a group belongs to no client, so who sees only their clients sees the groups they lead."""

    client_path = "client"
    needs = Permission.BOOKINGS_READ

    def visible_to(self, member: Any, permission: Permission | None = None) -> Self:
        """Return the bookings a member may know of."""
        known = super().visible_to(member, permission)
        if permissions.scope_of(member, permission or self.needs) != "assigned":
            return known
        led = Q(practice_id=member.practice_id, client=None, member=member)
        return self.filter(led | Q(pk__in=known.values("pk")))

    def standing(self) -> Self:
        """Return those that take a place in the calendar."""
        return self.exclude(state=State.CANCELLED)


class Booking(VersionedModel, PracticeModel):
    """One stretch of a member's time. A group has no client; its clients have places in it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="bookings")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bookings")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="bookings")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="bookings")
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    state_at = models.DateTimeField(
        null=True, help_text="When the state was last changed; those of one change share it"
    )
    at_home = models.BooleanField(default=False, help_text="At the client's home: no room")
    reason = models.CharField(
        max_length=240, blank=True, help_text="Why it was booked although exercise may not start"
    )
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField(null=True, help_text="Those of one move share it")
    before = models.JSONField(null=True, help_text="Where it was before the last move, to undo it")

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["practice", "starts_at"], name="bookings_by_time"),
            models.Index(fields=["practice", "episode", "starts_at"], name="bookings_of_episode"),
            models.Index(fields=["practice", "member", "starts_at"], name="bookings_of_member"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="a_booking_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(episode=None) | ~Q(client=None), name="a_booking_of_an_episode_has_its_client"
            ),
            models.CheckConstraint(
                condition=Q(at_home=False) | Q(room=None), name="a_home_visit_takes_no_room"
            ),
        ]

    @property
    def is_group(self) -> bool:
        """Return whether several clients share it."""
        return self.client_id is None


class GroupPlaceQuerySet(PracticeQuerySet):
    client_path = "client"
    needs = Permission.BOOKINGS_READ


class GroupPlace(PracticeModel):
    """One client's place in a group."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="places")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="group_places")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="group_places")
    reason = models.CharField(
        max_length=240, blank=True, help_text="Why it was booked although exercise may not start"
    )
    given_up_at = models.DateTimeField(null=True)

    objects = GroupPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["practice", "client"], name="places_of_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "client"],
                name="a_client_has_one_place_in_a_group",
                condition=Q(given_up_at=None),
            )
        ]
