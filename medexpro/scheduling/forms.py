"""What people type into the calendar: bookings, moves, places, and how the calendar is set up."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

from medexpro.clients.forms import NewId
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.scheduling.models import Booking, Kind, Room, Service
from medexpro.scheduling.rules import words
from medexpro.scheduling.rules.repeating import MOST, Reach, Repeat
from medexpro.web.forms import DateField, Form, NumberField, Picks, PicksMultiple, SearchField, TimeField
from medexpro.web.typed import whole_number

OTHER = "other"
WEEKDAYS = [(str(n), name) for n, name in enumerate(words.WEEKDAYS)]
MEANT = "Outside working hours, and it is meant"


def bookable(by: Member, *also: Member) -> list[Member]:
    """Return the members whose time somebody may book: those who work with clients; an assistant's own.

    also: who stands in a booking already.
    """
    rows = Member.objects.of(by.practice).active().select_related("user", "practice")
    found = [one for one in rows if one.may(Permission.SESSIONS_LOG)]
    if not by.may(Permission.BOOKINGS_MANAGE):
        found = [one for one in found if one.pk == by.pk]
    return sorted({one.pk: one for one in (*also, *found)}.values(), key=str)


class Rows(forms.ChoiceField):
    """A choice among rows; its value is the row. rows: given by `offer`. nobody: the words for none."""

    def __init__(self, *, nobody: str = "", **kwargs: Any):
        super().__init__(**kwargs)
        self.nobody, self.rows = nobody, {}

    def offer(self, rows: Iterable[Any]) -> None:
        """Say which rows may be chosen."""
        self.rows = {str(row.pk): row for row in rows}
        named = [(key, str(row)) for key, row in self.rows.items()]
        self.choices = [*([("", self.nobody)] if self.nobody else []), *named]

    def clean(self, value: Any) -> Any:
        """Return the chosen row; None for none."""
        return self.rows.get(super().clean(value))


class BookForm(Form):
    """A booking, or a series of them."""

    new_id = NewId()
    client = SearchField(
        "clients:find", label="Client", required=False, help_text="A group may be booked without"
    )
    service = Rows(label="What")
    member = Rows(label="With")
    day = DateField(label="Day", help_text="")
    time = TimeField(label="Time", help_text="Such as 9:00 am")
    room = Rows(label="Room", nobody="No room", required=False)
    at_home = forms.BooleanField(label="At the client’s home", required=False)
    weekdays = forms.MultipleChoiceField(
        label="Repeats every week on", choices=WEEKDAYS, required=False, widget=PicksMultiple,
        help_text="None: this one booking only",
    )  # fmt: skip
    times = NumberField(
        label="How often",
        whole=True,
        lowest=1,
        highest=MOST,
        required=False,
        help_text="Or until a day",
    )
    until = DateField(label="Until, last day", required=False, help_text="")
    reason = forms.CharField(
        label="Why it is booked although exercise may not start", max_length=240, required=False,
        help_text="Only where it is asked for; it stays with the booking",
    )  # fmt: skip
    outside_hours = forms.BooleanField(label=MEANT, required=False)

    def __init__(self, *args: Any, by: Member, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = list(Service.objects.of(by.practice).filter(retired_at=None))
        # What is booked most stands first.
        offered.sort(key=lambda one: (one.kind != Kind.EXERCISE, one.is_group))
        self.fields["service"].offer(offered)  # type: ignore[attr-defined]
        self.fields["member"].offer(bookable(by))  # type: ignore[attr-defined]
        rooms = Room.objects.of(by.practice).filter(retired_at=None).select_related("site")
        self.fields["room"].offer(rooms)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `book`; the client still as chosen id."""
        values = super().values()
        weekdays, times, until = (values.pop(name) for name in ("weekdays", "times", "until"))
        repeat = None
        if weekdays or times or until:
            repeat = Repeat(frozenset(int(one) for one in weekdays), until, times)
        return values | {"id": values.pop("new_id"), "clock": values.pop("time"), "repeat": repeat}


class MoveForm(Form):
    """Where a booking goes: a free place that is offered, or another day and time."""

    all_optional = True

    reach = forms.ChoiceField(
        label="Move which?", widget=Picks, required=False,
        choices=[(Reach.ONE.value, "Only this one"), (Reach.LATER.value, "This and later")],
    )  # fmt: skip
    to = forms.ChoiceField(label="To a free place", widget=Picks)
    day = DateField(label="Another day", required=False, help_text="")
    time = TimeField(label="Another time", required=False)
    member = Rows(label="With")
    room = Rows(label="Room", nobody="No room", required=False)
    reason = forms.CharField(label="Why, although exercise may not start", max_length=240, required=False)
    outside_hours = forms.BooleanField(label=MEANT, required=False)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        by: Member,
        booking: Booking,
        offered: Sequence[datetime],
        repeats: bool,
        **kwargs: Any,
    ):
        super().__init__(*args, **{"auto_id": "move_%s"} | kwargs)
        places = [
            (one.strftime("%Y-%m-%dT%H:%M"), f"{words.day(one.date())}, {words.clock(one)}")
            for one in offered
        ]
        self.fields["to"].choices = [*places, (OTHER, "Another day or time")]  # type: ignore[attr-defined]
        self.initial.setdefault("to", places[0][0] if places else OTHER)
        self.fields["member"].offer(bookable(by, booking.member))  # type: ignore[attr-defined]
        self.stands_in = booking.room_id
        rooms = Room.objects.of(by.practice).filter(Q(retired_at=None) | Q(pk=booking.room_id))
        self.fields["room"].offer(rooms.select_related("site"))  # type: ignore[attr-defined]
        if booking.at_home or not self.fields["room"].rows:  # type: ignore[attr-defined]
            del self.fields["room"]
        if not repeats:
            del self.fields["reach"]

    def clean(self) -> dict[str, Any]:
        """Ask for day and time where none of the offered places was taken."""
        cleaned = super().clean() or {}
        if cleaned.get("to") == OTHER:
            for name, what in (("day", "the day"), ("time", "the time")):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, f"Say {what} it moves to.")
        return cleaned

    @property
    def shown_version(self) -> int | None:
        """Return the version the page showed; None when the hidden field was tampered with."""
        return whole_number(self.cleaned_data.get("version", ""))

    def values(self) -> dict[str, Any]:
        """Return the arguments of `move`."""
        values = super().values()
        to, day, clock = values.pop("to"), values.pop("day"), values.pop("time")
        values.pop("version")
        if to != OTHER:
            chosen = datetime.strptime(to, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - as the wall shows it
            day, clock = chosen.date(), chosen.time()
        reach = Reach(values.pop("reach", "") or Reach.ONE)
        # A room that was not touched stays what it is, in each booking of a series.
        room = values.pop("room", None)
        cleared = "room" in self.fields and room is None and self.stands_in is not None
        moved_to = room if room is not None and room.pk != self.stands_in else None
        return values | {
            "day": day, "clock": clock, "reach": reach, "room": moved_to, "without_room": cleared,
        }  # fmt: skip


class PlaceForm(Form):
    """A client for a place of a group."""

    new_id = NewId()
    client = SearchField("clients:find", label="Client")
    reason = forms.CharField(label="Why, although exercise may not start", max_length=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"auto_id": "place_%s"} | kwargs)


class WishForm(Form):
    """What a client waits for."""

    new_id = NewId()
    client = SearchField("clients:find", label="Client")
    service = Rows(label="Waits for")
    member = Rows(label="With", nobody="Anyone", required=False)
    from_on = DateField(label="From, first day", help_text="")
    weekdays = forms.MultipleChoiceField(
        label="On", choices=WEEKDAYS, required=False, widget=PicksMultiple, help_text="None: any weekday"
    )
    since = TimeField(label="Not before", required=False, help_text="Empty: any time")
    until = TimeField(label="Over by", required=False, help_text="Empty: any time")
    note = forms.CharField(
        label="Note",
        max_length=240,
        required=False,
        help_text="Such as call after 5 pm; nothing about health",
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any):
        super().__init__(*args, **{"auto_id": "wish_%s"} | kwargs)
        offered = list(Service.objects.of(by.practice).filter(retired_at=None))
        offered.sort(key=lambda one: (one.kind != Kind.EXERCISE, one.is_group))
        self.fields["service"].offer(offered)  # type: ignore[attr-defined]
        self.fields["member"].offer(bookable(by))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `wait`; the client still as chosen id."""
        values = super().values()
        return values | {
            "id": values.pop("new_id"), "weekdays": [int(one) for one in values["weekdays"]]
        }  # fmt: skip


class AnswerForm(Form):
    """What a client said to an offer."""

    all_optional = True
    reason = forms.CharField(label="Why, although exercise may not start", max_length=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **{"auto_id": "answer_%s"} | kwargs)


class ServiceForm(Form):
    """One more service."""

    new_id = NewId()
    name = forms.CharField(label="Service", max_length=80, help_text="Such as Balance group")
    minutes = NumberField(label="Minutes", whole=True, lowest=5, highest=480, initial=60)
    kind = forms.ChoiceField(label="What is done", choices=Kind.choices)
    places = NumberField(
        label="Places",
        whole=True,
        lowest=1,
        highest=40,
        initial=1,
        help_text="1 is one-to-one; more is a group",
    )


class RoomForm(Form):
    """One more room."""

    new_id = NewId()
    name = forms.CharField(label="Room", max_length=80)
    site = forms.CharField(
        label="Where", max_length=80, required=False, help_text="The place, where there are several"
    )


class HoursForm(Form):
    """One stretch of somebody's week."""

    member = Rows(label="Who")
    weekdays = forms.MultipleChoiceField(label="On", choices=WEEKDAYS, widget=PicksMultiple)
    since = TimeField(label="From", initial=time(8))
    until = TimeField(label="To", initial=time(17))

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Member.objects.of(practice).active().select_related("user", "practice")
        self.fields["member"].offer(sorted(rows, key=str))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `add_hours`."""
        values = super().values()
        return values | {"weekdays": [int(one) for one in values["weekdays"]]}


class ClosureForm(Form):
    """Days or hours in which nobody is booked, or one member is not."""

    new_id = NewId()
    why = forms.CharField(label="Why", max_length=80, help_text="Such as Team training; everyone reads it")
    first = DateField(label="First day")
    last = DateField(label="Last day", required=False, help_text="Empty: the same day")
    since = TimeField(label="From", required=False, help_text="Empty: from the beginning of the day")
    until = TimeField(label="To", required=False, help_text="Empty: to the end of the day")
    member = Rows(label="Who", nobody="Everyone", required=False)

    def __init__(self, *args: Any, practice: Practice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        rows = Member.objects.of(practice).active().select_related("user", "practice")
        self.fields["member"].offer(sorted(rows, key=str))  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the arguments of `add_closure`."""
        values = super().values()
        return values | {"last": values["last"] or values["first"]}


def asked_day(text: str, today: date) -> date:
    """Return the day an address asks for; today for nonsense, and within what a calendar can show."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 2000 <= day.year <= 2200 else today


def asked_id(text: str) -> UUID | None:
    """Return the id an address or a form names; None for none or nonsense."""
    try:
        return UUID(text)
    except ValueError:
        return None
