"""What programs tell on the timeline: each program made, each decision on a phase."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.programs.models import PhaseDecision, Program
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line

READ = (Permission.RECORD_READ,)


def register() -> None:
    """Tell of programs, when the app starts."""
    timeline.add(
        Kind("program", "program", "list", READ, programs, "made_at", made,
             plain=("sessions_planned", "weekdays"), who="made_by", ref="episode_id")
    )  # fmt: skip
    timeline.add(
        Kind("phase", "program", "arrow", READ, decisions, "at", decided,
             plain=("choice",), told="reason", who="by", ref="episode_id")
    )  # fmt: skip


def programs():
    """Return the client's programs."""
    return Program.objects.filter(episode__client=CLIENT)


def made(row: Found, reads: bool) -> Line:
    """Return a program as a line."""
    planned, weekdays = row.plain[:2]
    said = f"{planned} sessions{f', {weekdays}' if weekdays else ''}"
    return Line("Program made", reverse("programs:show", args=[row.ref]), said)


def decisions():
    """Return the decisions on phases of the client's programs."""
    return PhaseDecision.objects.filter(episode__client=CLIENT)


def decided(row: Found, reads: bool) -> Line:
    """Return a decision as a line."""
    choice = dict(PhaseDecision._meta.get_field("choice").choices).get(row.plain[0], row.plain[0])
    return Line(f"Program phase: {choice.lower()}", reverse("programs:show", args=[row.ref]))
