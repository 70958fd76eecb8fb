"""A tablet that sends commands, as tests hold it."""

from datetime import datetime, timedelta
from typing import Any

from medexpro.kernel.ids import uuid7
from medexpro.sessions import commands, operations
from medexpro.sessions.models import SessionLog
from tests import scenario
from tests.conftest import MORNING, TODAY


class Tablet:
    """One device in one member's hands: numbers its commands and remembers the version it saw."""

    def __init__(self, session: Any, member: Any, name: str = "tablet-1", at: datetime = MORNING):
        self.session, self.member, self.name, self.at = session, member, name, at
        self.seq, self.version = 0, session.version

    def command(self, kind: str, **body: Any) -> dict[str, Any]:
        """Return the next command, unsent."""
        self.seq += 1
        return {
            "id": str(uuid7()), "practice": str(self.session.practice_id), "session": str(self.session.pk),
            "device": self.name, "seq": self.seq, "base_version": self.version, "kind": kind,
            "at": self.at.isoformat(), "body": body,
        }  # fmt: skip

    def send(self, kind: str, **body: Any) -> dict[str, Any]:
        """Send the next command and return the answer."""
        return self.resend(self.command(kind, **body))

    def resend(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command as it is."""
        answer = commands.apply(command, by=self.member, at=self.at)
        self.version = answer.get("version", self.version)
        return answer

    def later(self, minutes: int) -> "Tablet":
        """Let time pass."""
        self.at += timedelta(minutes=minutes)
        return self

    def takes_pressure(self, systolic: int, diastolic: int) -> dict[str, Any]:
        """Record a pair of readings; the answer to the second."""
        self.send("reading", measure="bp_systolic", value=str(systolic), moment="pre")
        return self.send("reading", measure="bp_diastolic", value=str(diastolic), moment="pre")

    def takes_vitals(
        self, systolic: int = 128, diastolic: int = 82, pulse: int = 68, pain: int = 2
    ) -> dict[str, Any]:
        """Record all that is required before the start; the answer to the last."""
        self.takes_pressure(systolic, diastolic)
        self.send("reading", measure="resting_hr", value=str(pulse), moment="pre")
        self.send("reading", measure="pain_nrs", value=str(pain), moment="pre")
        self.send("signs", items=[])
        return self.send("red_flags", items=[])


def logged(cast: Any, by: Any) -> SessionLog:
    """Return a session of Janet's whose exercises are all accounted for, in the hands of `by`."""
    episode = scenario.programmed(cast)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    session = operations.open_session(episode, by=by, at=MORNING)
    tablet = Tablet(session, by)
    tablet.takes_vitals()
    tablet.send("start")
    for entry in session.entries.all():
        tablet.send("skip", entry=str(entry.pk), reason="short of time")
    return SessionLog.objects.get(pk=session.pk)
