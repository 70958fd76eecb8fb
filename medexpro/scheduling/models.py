"""Services, rooms, hours, and what is booked. Times are instants in UTC; the wall's clock is the practice's."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

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


def still_ahead(at: datetime) -> Q:
    """Return the question for what has not ended at a moment. As in `during`, no search goes back further than need be."""
    return Q(starts_at__gt=at - timedelta(minutes=LONGEST_MINUTES), ends_at__gt=at)


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
    """One client's place in a group, and whether they came; what is said of one says nothing of the others."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="places")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="group_places")
    episode = models.ForeignKey(Episode, null=True, on_delete=models.PROTECT, related_name="group_places")
    reason = models.CharField(
        max_length=240, blank=True, help_text="Why it was booked although exercise may not start"
    )
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.label) for one in (State.BOOKED, State.CAME, State.NO_SHOW)],
        default=State.BOOKED,
    )
    state_at = models.DateTimeField(null=True, help_text="When it was last said whether the client came")
    given_up_at = models.DateTimeField(null=True, help_text="When the client cancelled the place")

    objects = GroupPlaceQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["practice", "client"], name="places_of_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "client"],
                name="a_client_has_one_place_in_a_group",
                condition=Q(given_up_at=None),
            ),
            models.CheckConstraint(
                condition=Q(given_up_at=None) | Q(state=State.BOOKED),
                name="nobody_comes_to_a_place_they_cancelled",
            ),
        ]


class WishQuerySet(PracticeQuerySet):
    client_path = "client"
    needs = Permission.BOOKINGS_READ

    def waiting(self) -> Self:
        """Return those who wait, the longest first."""
        return self.filter(state=Wish.State.WAITING).order_by("made_at", "pk")


class Wish(PracticeModel):
    """A client waits for a service: with whom, on which weekdays, at which time of the day, from when."""

    class State(models.TextChoices):
        """Where it stands. Ended: taken off the list without a booking."""

        WAITING = "waiting", "Waiting"
        BOOKED = "booked", "Booked"
        ENDED = "ended", "Taken off"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="wishes")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="wishes")
    member = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+", help_text="Empty: with anyone"
    )
    weekdays = models.JSONField(default=list, help_text="List of weekdays, 0 is Monday; empty: any")
    since = models.TimeField(null=True, help_text="Not before this time on the wall")
    until = models.TimeField(null=True, help_text="Over by this time on the wall")
    from_on = models.DateField(help_text="Not before this day")
    note = models.CharField(max_length=240, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    state_at = models.DateTimeField(null=True)
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.PROTECT, related_name="+", help_text="What came of it"
    )
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = WishQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "state", "made_at"], name="wishes_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "service"],
                name="a_client_waits_once_for_a_service",
                condition=Q(state="waiting"),
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gt=F("since")),
                name="wished_times_end_after_they_begin",
            ),
        ]


class OfferQuerySet(PracticeQuerySet):
    client_path = "wish__client"
    needs = Permission.BOOKINGS_READ


class Offer(PracticeModel):
    """A time that came free, or a place in a group, offered to one who waits, and what they said."""

    class Answer(models.TextChoices):
        """What the client said. Withdrawn: nobody has to answer any more."""

        OPEN = "open", "Not answered"
        YES = "yes", "Yes"
        NO = "no", "No"
        WITHDRAWN = "withdrawn", "Withdrawn"

    wish = models.ForeignKey(Wish, on_delete=models.PROTECT, related_name="offers")
    booking = models.ForeignKey(
        Booking,
        on_delete=models.PROTECT,
        related_name="offers",
        help_text="Whose time came free, or the group",
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = OfferQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "booking"], name="offers_of_booking")]
        constraints = [
            models.UniqueConstraint(
                fields=["wish"], name="who_waits_has_one_offer_at_a_time", condition=Q(answer="open")
            ),
        ]

    @property
    def client(self) -> Client:
        """Return who it was offered to."""
        return self.wish.client


class Feed(PracticeModel):
    """The secret address under which a member's own calendar program reads their bookings. A new one ends the old."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the token; the address is shown once"
    )
    ended_at = models.DateTimeField(null=True)
    last_read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], name="a_member_has_one_calendar_address", condition=Q(ended_at=None)
            )
        ]


class ReminderQuerySet(PracticeQuerySet):
    client_path = "client"
    needs = Permission.BOOKINGS_READ

    def unsent(self, at: datetime) -> Self:
        """Return those that did not leave, of bookings still to come at that time, with none made after them."""
        newer = Reminder.objects.filter(
            booking=OuterRef("booking"), client=OuterRef("client"), pk__gt=OuterRef("pk")
        ).exclude(state=Reminder.State.DROPPED)
        seat = GroupPlace.objects.filter(
            booking=OuterRef("booking"), client=OuterRef("client"), given_up_at=None
        )
        stands = Q(booking__state=State.BOOKED, booking__starts_at=F("starts_at"), starts_at__gt=at)
        comes = Q(booking__client__isnull=False) | Exists(seat)
        return self.filter(stands, comes, ~Exists(newer), state=Reminder.State.FAILED)


class Reminder(PracticeModel):
    """One e-mail that reminds a client of a booking, of the time it then had."""

    class State(models.TextChoices):
        """What became of it. Dropped: it was not to leave any more, and nobody was told anything."""

        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not sent"
        DROPPED = "dropped", "Dropped"

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="reminders")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="reminders")
    starts_at = models.DateTimeField(help_text="The time it speaks of")
    to = models.EmailField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    sent_at = models.DateTimeField(null=True)
    failed_reason = models.CharField(max_length=240, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["practice", "starts_at"], name="reminders_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "client"],
                name="one_reminder_of_a_booking_waits_for_a_client",
                condition=Q(state="waiting"),
            )
        ]
