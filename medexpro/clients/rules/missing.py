"""What is still to ask of a client, before it is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from medexpro.clients.rules.dates import is_minor


@dataclass(frozen=True)
class Known:
    """What is on file of a client, as far as asking goes. unsigned: names of needed agreements not in force.

    to_confirm: an entry of the health record may mean something for the safety rules, and nobody has said so or not.
    """

    birth_date: date | None
    sex_recorded: bool
    reachable: bool
    emergency_contact: bool
    guardian: bool
    unsigned: Sequence[str] = ()
    to_confirm: bool = False


@dataclass(frozen=True)
class ToAsk:
    """One thing to ask. about: details, contacts, health or agreements, the page where it is answered."""

    sentence: str
    about: str


def before_first_session(known: Known, on: date) -> list[ToAsk]:
    """Return what to ask before the first session, in the order it is needed."""
    asks = []
    if known.birth_date is None:
        asks.append(ToAsk("Birth date: limits and typical values depend on it.", "details"))
    if not known.sex_recorded:
        asks.append(ToAsk("Sex: typical values are kept apart by it.", "details"))
    if not known.reachable:
        asks.append(ToAsk("A phone number or an e-mail address.", "details"))
    if is_minor(known.birth_date, on) and not known.guardian:
        asks.append(ToAsk("A guardian: the client is under 18.", "contacts"))
    if not known.emergency_contact:
        asks.append(ToAsk("Someone to call in an emergency.", "contacts"))
    if known.to_confirm:
        asks.append(ToAsk("What the health record means for the safety rules.", "health"))
    asks.extend(ToAsk(f"Signature: {name}.", "agreements") for name in known.unsigned)
    return asks
