"""One session as a tablet sends it: the commands of an ordinary hour, in their order."""

from collections.abc import Iterator, Sequence
from typing import Any

from medexpro.kernel.ids import uuid7

MEASURED = "chair_stand_30s"
VITALS = (("bp_systolic", "128"), ("bp_diastolic", "78"), ("resting_hr", "68"), ("pain_nrs", "1"))
Said = tuple[str, dict[str, Any]]


def ordinary(entries: Sequence[Any]) -> Iterator[Said]:
    """Yield (kind, body) of every command of a session in which all went as planned. entries: of the session log."""
    yield "red_flags", {"items": []}
    yield "signs", {"items": []}
    for measure, value in VITALS:
        yield "reading", {"measure": measure, "value": value, "moment": "pre"}
    yield "start", {}
    for entry in entries:
        amount = {"quantity": str(entry.target.get("quantity") or 1), "load": None}
        sets = [amount] * int(entry.target.get("sets") or 1)
        yield "log", {"entry": str(entry.pk), "sets": sets, "effort": 4, "pain": 1}
    yield "minutes", {"seconds": {}}
    yield "note", {"text": "All exercises done as planned, effort inside the ceiling."}
    yield "close", {"decision": "hold", "response": "well", "reason": "", "next_plan": ""}
    yield "ready", {}


class Tablet:
    """One device with one session: it numbers its commands and remembers the version it saw."""

    def __init__(self, session: Any, device: str):
        self.practice, self.session, self.device = str(session.practice_id), str(session.pk), device
        self.seq, self.version = 0, session.version

    def command(self, said: Said, at: Any) -> dict[str, Any]:
        """Return the next command as it goes over the wire."""
        self.seq += 1
        return {
            "id": str(uuid7()), "practice": self.practice, "session": self.session, "device": self.device,
            "seq": self.seq, "base_version": self.version, "kind": said[0], "at": at.isoformat(), "body": said[1],
        }  # fmt: skip


def chair_stand(number: int) -> dict[str, str]:
    """Return what the card of the chair stand sends: another count each time, whatever was kept before."""
    return {"none-1": str(8 + number % 12), "none-version": "0", "mine": "none", "unit": ""}
