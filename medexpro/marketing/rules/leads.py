"""Where a lead stands, and where it may go from there."""

from enum import StrEnum


class LeadState(StrEnum):
    """Where a lead stands."""

    ASKED = "asked"
    NEW = "new"
    CONTACTED = "contacted"
    BOOKED = "booked"
    CLIENT = "client"
    DECLINED = "declined"
    UNSUBSCRIBED = "unsubscribed"


NAMES = {
    LeadState.ASKED: "E-mail not confirmed",
    LeadState.NEW: "New",
    LeadState.CONTACTED: "Contacted",
    LeadState.BOOKED: "Booked",
    LeadState.CLIENT: "Became a client",
    LeadState.DECLINED: "Declined",
    LeadState.UNSUBSCRIBED: "Unsubscribed",
}
# By hand. A client is made by making one, and stays one; who unsubscribed comes back only by agreeing anew.
_NEXT = {
    LeadState.ASKED: (LeadState.DECLINED, LeadState.UNSUBSCRIBED),
    LeadState.NEW: (LeadState.CONTACTED, LeadState.BOOKED, LeadState.DECLINED, LeadState.UNSUBSCRIBED),
    LeadState.CONTACTED: (LeadState.NEW, LeadState.BOOKED, LeadState.DECLINED, LeadState.UNSUBSCRIBED),
    LeadState.BOOKED: (LeadState.CONTACTED, LeadState.DECLINED, LeadState.UNSUBSCRIBED),
    LeadState.DECLINED: (LeadState.CONTACTED, LeadState.UNSUBSCRIBED),
    LeadState.CLIENT: (),
    LeadState.UNSUBSCRIBED: (),
}
# While a lead stands here, what was measured at its screening day is kept; after, it goes with the others.
KEEPS_RESULTS = frozenset({LeadState.NEW, LeadState.CONTACTED, LeadState.BOOKED, LeadState.CLIENT})


def next_states(state: str) -> tuple[LeadState, ...]:
    """Return where a lead may go by hand.

    >>> [str(one) for one in next_states("declined")]
    ['contacted', 'unsubscribed']
    """
    return _NEXT[LeadState(state)]


def may_become_client(state: str) -> bool:
    """Return whether a client may be made of a lead: of anyone who is still in touch or has come back."""
    return LeadState(state) not in (LeadState.CLIENT, LeadState.UNSUBSCRIBED)


def may_be_contacted(state: str) -> bool:
    """Return whether somebody may call or write."""
    return LeadState(state) not in (LeadState.ASKED, LeadState.DECLINED, LeadState.UNSUBSCRIBED)
