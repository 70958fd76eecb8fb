"""Every change of what is booked, and of what can be booked."""

from medexpro.scheduling.operations.booking import Booked, book
from medexpro.scheduling.operations.changing import came_to_session, cancel, move, move_back, restore, settle
from medexpro.scheduling.operations.checking import BookingRefused, OutsideHours, ReasonNeeded
from medexpro.scheduling.operations.places import give_up_place, take_place
from medexpro.scheduling.operations.set_up import (
    add_closure,
    add_hours,
    add_room,
    add_service,
    begin,
    remove_closure,
    remove_hours,
    retire_room,
    retire_service,
)

__all__ = [
    "Booked",
    "BookingRefused",
    "OutsideHours",
    "ReasonNeeded",
    "add_closure",
    "add_hours",
    "add_room",
    "add_service",
    "begin",
    "book",
    "came_to_session",
    "cancel",
    "give_up_place",
    "move",
    "move_back",
    "remove_closure",
    "remove_hours",
    "restore",
    "retire_room",
    "retire_service",
    "settle",
    "take_place",
]
