"""What messages and disclosures say when two records of one person become one: they go along."""

from medexpro.clients import merging
from medexpro.record.models import Disclosure, Message, MessageTo


def register() -> None:
    """Say so, when the app starts. What a message says is for its readers, so it is only counted."""
    merging.moves(Message, "message to colleagues", "messages to colleagues", order=90)
    merging.rides(MessageTo, "reader of a message", "readers of messages", order=91, path="message__client")
    merging.moves(
        Disclosure,
        "record given out",
        "records given out",
        order=92,
        line=lambda row: f"{row.recipient}: {row.reason}",
    )
