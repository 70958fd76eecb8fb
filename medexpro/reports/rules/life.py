"""The life of a document: the states in their order, and which one its deliveries have brought it to."""

from dataclasses import dataclass

# As models.Document.State has them; "void" stands beside: replaced, or a draft put away.
ORDER = ("draft", "checked", "signed", "sent", "received", "acknowledged")


@dataclass(frozen=True)
class Came:
    """What became of one delivery. left: it went out; an e-mail that waits or failed has not."""

    left: bool
    received: bool = False
    acknowledged: bool = False


def state_of(deliveries: list[Came]) -> str:
    """Return the state of a signed document: the furthest that any of its deliveries came.

    Whoever acknowledges has received it, and what was received went out, whatever else was recorded.

    >>> state_of([]), state_of([Came(left=False)]), state_of([Came(left=True)])
    ('signed', 'signed', 'sent')
    >>> state_of([Came(left=True), Came(left=True, received=True)])
    'received'
    >>> state_of([Came(left=True, acknowledged=True), Came(left=True)])
    'acknowledged'
    """
    if any(one.acknowledged for one in deliveries):
        return "acknowledged"
    if any(one.received for one in deliveries):
        return "received"
    return "sent" if any(one.left for one in deliveries) else "signed"
