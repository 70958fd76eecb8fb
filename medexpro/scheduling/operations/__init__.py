"""Every change of what is booked, and of what can be booked."""

from medexpro.scheduling.operations.booking import Booked, book
from medexpro.scheduling.operations.changing import (
    came_to_group,
    came_to_session,
    cancel,
    move,
    move_back,
    restore,
    settle,
)
from medexpro.scheduling.operations.checking import BookingRefused, OutsideHours, ReasonNeeded
from medexpro.scheduling.operations.places import give_up_place, settle_place, take_place
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
from medexpro.scheduling.operations.waiting import answer, end_wish, offer, wait

__all__ = [
    "Booked",
    "BookingRefused",
    "OutsideHours",
    "ReasonNeeded",
    "add_closure",
    "add_hours",
    "add_room",
    "add_service",
    "answer",
    "begin",
    "book",
    "came_to_group",
    "came_to_session",
    "cancel",
    "end_wish",
    "give_up_place",
    "move",
    "move_back",
    "offer",
    "remove_closure",
    "remove_hours",
    "restore",
    "retire_room",
    "retire_service",
    "settle",
    "settle_place",
    "take_place",
    "wait",
]
