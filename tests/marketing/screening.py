"""Screening days of the tests: reached by the operations a person would use."""

from datetime import date, datetime
from typing import Any

from medexpro.marketing import operations
from medexpro.marketing.models import PageGiven, Participant, ScreeningDay
from medexpro.marketing.operations.measuring import Entered, Typed
from tests.conftest import MORNING, TODAY

ALL = ["rest", "grip", "gait", "chair", "one_leg", "tug"]
# What a person of 68 brings to each station on an ordinary morning.
USUAL = {
    "rest": {"bp_systolic-none-1": "128", "bp_diastolic-none-1": "82", "resting_hr-none-1": "70"},
    "grip": {
        "grip_strength-right-1": "23.1", "grip_strength-left-1": "21", "grip_strength-right-2": "24.6",
        "grip_strength-left-2": "22.4", "grip_strength-right-3": "24", "grip_strength-left-3": "22",
    },
    "gait": {"gait_speed_4m-none-1": "3.64", "gait_speed_4m-none-2": "3.5"},
    "chair": {"chair_stand_30s-none-1": "12"},
    "one_leg": {"single_leg_stance-right-1": "20", "single_leg_stance-left-1": "12.5"},
    "tug": {"tug-none-1": "9.4"},
}  # fmt: skip


def day(
    cast: Any,
    *,
    stations: list[str] | None = None,
    held_on: date = TODAY,
    at: datetime = MORNING,
    name: str = "Autumn market",
) -> ScreeningDay:
    """Ana sets up a day at the town hall."""
    return operations.make_day(
        name=name, place="Town hall", held_on=held_on, stations=stations or ALL, by=cast.ana, at=at
    )


def person(
    day: ScreeningDay, cast: Any, number: int = 7, *, at: datetime = MORNING, **more: Any
) -> Participant:
    """Ben registers somebody: Maria, a woman of 68, unless it is said otherwise."""
    values = {"born": 68, "sex": "female", "first_name": "Maria"} | more
    return operations.register(day, number=number, by=cast.ben, at=at, **values)


def enter(
    day: ScreeningDay,
    cast: Any,
    station: str,
    number: int = 7,
    *,
    at: datetime = MORNING,
    by: Any = None,
    **more: Any,
) -> Entered:
    """Asa enters what is usual at a station; `values` are others."""
    values = more.pop("values", None)
    values = USUAL[station] if values is None else values
    keys = {key: more.pop(key) for key in ("id", "waited") if key in more}
    typed = Typed(values, asked=more.pop("asked", station == "rest"), **more)
    return operations.enter(day, station, number, typed, by=by or cast.asa, at=at, **keys)


def measured(
    day: ScreeningDay, cast: Any, number: int = 7, *, at: datetime = MORNING, **more: Any
) -> Participant:
    """Somebody registered and measured at every station of the day."""
    if more.get("page"):
        more.setdefault("email", "maria@example.org")
    if more.get("contact"):
        more.setdefault("phone", "555-0175")
    found = person(day, cast, number, at=at, **more)
    for station in day.stations:
        enter(day, cast, station, number, at=at)
    return found


def sent(found: Participant, cast: Any, *, at: datetime = MORNING) -> PageGiven:
    """Ana sends the link; mail can leave here, as in the demo."""
    from django.test import override_settings

    with override_settings(MEDEXPRO_DEMO=True):
        return operations.send_page(found, base_url="https://northbridge.example", by=cast.ana, at=at)
