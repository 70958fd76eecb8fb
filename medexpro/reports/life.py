"""What became of a document, state by state: who, when, how. Worked out from its row and its deliveries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from medexpro.reports.models import Delivery, Document
from medexpro.reports.replies import left

State = Document.State


@dataclass(frozen=True)
class Step:
    """One state. at: when it was reached; None where it was not yet. how: by which way, who said so."""

    state: str
    at: datetime | None = None
    who: str = ""
    how: str = ""

    @property
    def name(self) -> str:
        """Return the state in words."""
        return str(State(self.state).label)


def steps_of(document: Document, deliveries: Iterable[Delivery]) -> list[Step]:
    """Return the six states in their order. deliveries: all of the document's, with who sent and recorded at hand."""
    sent = sorted(deliveries, key=lambda one: one.sent_at)
    return [
        Step(State.DRAFT, document.drafted_at, str(document.drafted_by)),
        Step(State.CHECKED, document.checked_at, str(document.checked_by or "")),
        Step(State.SIGNED, document.signed_at, document.signed_name),
        _sent(sent),
        _came(State.RECEIVED, "received", sent),
        _came(State.ACKNOWLEDGED, "acknowledged", sent),
    ]


def latest_of(document: Document, deliveries: Iterable[Delivery]) -> Step:
    """Return the step a document stands at."""
    steps = {step.state: step for step in steps_of(document, deliveries)}
    return steps.get(document.state, steps[State.DRAFT])


def _sent(deliveries: list[Delivery]) -> Step:
    first = next((one for one in deliveries if left(one)), None)
    if first is None:
        return Step(State.SENT)
    return Step(State.SENT, first.sent_at, str(first.sent_by), f"{first.get_channel_display()} to {first.to}")


def _came(state: str, name: str, deliveries: list[Delivery]) -> Step:
    known = [one for one in deliveries if getattr(one, f"{name}_at")]
    first = min(known, key=lambda one: getattr(one, f"{name}_at"), default=None)
    if first is None:
        return Step(state)
    how, said_by = getattr(first, f"get_{name}_how_display")(), getattr(first, f"{name}_from")
    by = getattr(first, f"{name}_by")
    who = " · ".join(filter(None, [said_by, f"recorded by {by}" if by else ""]))
    return Step(state, getattr(first, f"{name}_at"), who, how)
