"""Where an episode may go from where it is (DESIGN 4).

referred, screening, awaiting clearance, active; active and on hold change back and forth; active or on hold may be
referred back, and come back active; service ends by discharge. Before it is active it may be declined.
"""

ALLOWED: dict[str, tuple[str, ...]] = {
    "referred": ("screening", "declined"),
    "screening": ("awaiting_clearance", "declined"),
    "awaiting_clearance": ("active", "declined"),
    "active": ("on_hold", "referred_back", "discharged"),
    "on_hold": ("active", "referred_back", "discharged"),
    "referred_back": ("active", "discharged"),
    "discharged": (),
    "declined": (),
}
BEFORE_ACTIVE = ("referred", "screening", "awaiting_clearance")
IN_SERVICE = ("active", "on_hold", "referred_back")
CLOSED = ("discharged", "declined")
# The moves that need words: someone will ask why.
NEEDS_REASON = ("declined", "on_hold", "referred_back", "discharged")

NAMES = {
    "referred": "referred",
    "screening": "in screening",
    "awaiting_clearance": "awaiting clearance",
    "active": "active",
    "on_hold": "on hold",
    "referred_back": "referred back",
    "discharged": "discharged",
    "declined": "declined",
}

_REFUSALS = {
    ("referred", "active"): "Screening and clearance come first.",
    ("screening", "active"): "Clearance comes first.",
    ("discharged", "active"): "This episode is discharged. Open a new one that follows it.",
    ("declined", "active"): "This episode was declined. Open a new one.",
}


def can_move(from_status: str, to_status: str) -> bool:
    """Return whether the move is one of the allowed ones."""
    return to_status in ALLOWED[from_status]


def check_move(from_status: str, to_status: str, reason: str = "") -> str:
    """Return why an episode can't move so, in a sentence; empty when it can.

    reason: words of the member who moves it; needed to decline, hold, refer back and discharge.

    >>> check_move("referred", "active")
    'Screening and clearance come first.'
    >>> check_move("active", "on_hold", "Dizzy on standing")
    ''
    """
    if not can_move(from_status, to_status):
        specific = _REFUSALS.get((from_status, to_status))
        return specific or f"An episode that is {NAMES[from_status]} can’t become {NAMES[to_status]}."
    if to_status in NEEDS_REASON and not reason.strip():
        return "Say why. The reason stays with the episode."
    return ""


def path(from_status: str, to_status: str) -> list[str]:
    """Return the statuses on the straight way to awaiting clearance or before, `to_status` last.

    Work done early (a clearance on file before the screening page was closed) moves through the steps in between.
    Empty when `to_status` does not lie ahead on that way.
    """
    if from_status not in BEFORE_ACTIVE or to_status not in BEFORE_ACTIVE:
        return []
    start, end = BEFORE_ACTIVE.index(from_status), BEFORE_ACTIVE.index(to_status)
    return list(BEFORE_ACTIVE[start + 1 : end + 1])
