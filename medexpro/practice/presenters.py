"""The practice's facts in words: settings and their effect, roles, lines of the trail."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from medexpro.audit import kinds
from medexpro.audit.models import Event
from medexpro.practice.roles import ROLE_NAMES, Role
from medexpro.practice.settings_page import Line, matches, searched
from medexpro.web import words

# Every setting with its effect. A house test asks that none is missing.
SETTINGS = {
    "name": "Stands on the rail and on every document. Signed documents keep the old name.",
    "state": "The state you work in, on documents and for rules that differ by state.",
    "time_zone": "Days begin and end by this clock: due dates, sessions, documents.",
    "units": "What fields offer first and pages show. What was typed keeps its own unit.",
    "paper": "The size of every document from now on.",
    "address": "One line in the head of every document.",
    "phone": "In the head of every document, and on pages for people outside.",
    "fax": "In the head of every document, where providers send their answer.",
    "email": "In the head of every document.",
    "website": "In the head of every document.",
    "logo": "In the head of every document. Without one the name stands alone.",
    "professionals_see": "Whether a professional opens every client of the practice or only assigned ones.",
    "second_factor_required": "Whoever has none adds a passkey or an app at the next sign-in, before any other page.",
    "idle_minutes": "A screen nobody touches asks for password or passkey after this time. Nothing typed is lost.",
    "session_idle_minutes": "The same for a session log that is open on the floor.",
    "reassess_days": "A reassessment is due this many days after the last. 30 is the longest; you may only tighten.",
    "remind_hours": "Clients who agreed to messages are reminded by e-mail that long before: day, time, place. 0 reminds nobody.",
    "feed_names": "What a member’s own calendar elsewhere shows of clients. Initials tell a stranger nothing.",
    "screening_keep_days": "So long after the day, who was measured and is no lead goes from our books; the counts stay.",
    "grip_alert_kg": "Grip that fell further below the own best is offered as an observation. 0 takes the change that counts.",
    "reimbursement_on": "Whether step 8 of an episode reads Settled or Billing. No document promises payment.",
}

# What else people look for a setting by.
LOOKED_FOR = {
    "name": "title practice",
    "time_zone": "clock hours daylight saving",
    "units": "pounds kilograms inches centimeters metric us",
    "paper": "letter a4 size print",
    "reimbursement_on": "billing claims insurance membership package money",
    "logo_file": "brand letterhead picture",
    "remove_logo": "brand letterhead",
    "second_factor_required": "passkey authenticator code two-factor 2fa security",
    "idle_minutes": "lock timeout idle screen",
    "session_idle_minutes": "lock timeout idle screen floor",
    "reassess_days": "cadence measure again due",
    "remind_hours": "reminders appointments e-mail messages booking",
    "screening_keep_days": "retention delete event participants privacy",
    "grip_alert_kg": "grip strength decline alert vital signs hand",
    "feed_names": "ics feed subscribe phone google outlook privacy",
}

SETTING_GROUPS = (
    ("Practice", "", ("name", "state", "time_zone", "units", "paper", "reimbursement_on")),
    ("Letterhead and brand", "", ("address", "phone", "fax", "email", "website", "logo_file", "remove_logo")),
    ("Who sees what", "", ("professionals_see",)),
    ("Safety at the screen", "", ("second_factor_required", "idle_minutes", "session_idle_minutes")),
    ("Cadences", "", ("reassess_days",)),
    ("Measuring", "", ("grip_alert_kg",)),
    ("Calendar", "", ("remind_hours", "feed_names")),
    ("Screening days", "", ("screening_keep_days",)),
)


@dataclass(frozen=True)
class Setting:
    """One setting on the page: a field of the form, or a line that leads elsewhere. by: what it is found by."""

    by: str
    shown: bool
    field: Any = None
    line: Line | None = None


@dataclass(frozen=True)
class SettingGroup:
    """Settings under one title."""

    title: str
    settings: list[Setting]

    @property
    def shown(self) -> bool:
        """Return whether any of them is."""
        return any(one.shown for one in self.settings)


def settings_shown(form: Any, lines: dict[str, list[Line]], typed: str) -> list[SettingGroup]:
    """Return all settings by group, each with whether it is shown for what was typed. form: of all fields."""
    fields = {title: form.group(names) for title, _, names in SETTING_GROUPS}
    groups = []
    for title in dict.fromkeys([*fields, *lines]):
        found = [(searched(title, one.label, one.help_text, LOOKED_FOR.get(one.name, "")), one, None)
                 for one in fields.get(title, ())]  # fmt: skip
        found += [(searched(title, one.label, one.value, one.effect, one.words), None, one)
                  for one in lines.get(title, ())]  # fmt: skip
        settings = [Setting(by, matches(typed, by), field, line) for by, field, line in found]
        groups.append(SettingGroup(title, settings))
    return groups


ROLE_HINTS = {
    Role.OWNER.value: "Members, settings, figures, approving rules. Not the clinical record.",
    Role.PROFESSIONAL.value: "Screens, clears, measures, programs, logs, signs and sends.",
    Role.ASSISTANT.value: "Measures and logs for assigned clients; a professional co-signs.",
    Role.MENTOR.value: "Observes mentees, reads their clients’ records, co-signs.",
    Role.FRONT_DESK.value: "Names, bookings, referral intake, payments, states of documents.",
    Role.BILLER.value: "Codes, minutes, signed status, payers, claims.",
    Role.READ_ONLY.value: "Reads the record and takes nothing out.",
}


def clock_at(at: datetime, zone: ZoneInfo) -> str:
    """Return the time on the wall of a zone: 9:32 am."""
    return words.clock(at.astimezone(zone))


def roles_in_words(roles: list[str]) -> str:
    """Return roles as people say them."""
    return ", ".join(ROLE_NAMES[Role(role)] for role in roles if role in set(Role))


@dataclass(frozen=True)
class TrailLine:
    """One event as the trail page shows it."""

    at: datetime
    who: str
    did: str
    client: str
    detail: str
    sealed: bool


# What an event may tell of a client to somebody who does not read the record: who handled which paper and which
# field, never what was found, measured or decided.
OUTSIDE_THE_RECORD = frozenset(
    {
        "awaits_cosign", "by_whom", "channel", "consent", "count", "document", "drawn", "fact", "fields", "first",
        "guardian", "hash", "imported", "member", "minutes", "new", "number", "page", "replaces", "resources", "sha256",
        "size", "skipped", "updated", "version", "what",
    }
)  # fmt: skip


def trail_lines(
    events: list[Event], client_names: dict, reasons: dict[str, str], *, read: Container[UUID] | None = None
) -> list[TrailLine]:
    """Return events as lines.

    reasons: those of break-glass looks, by the id of the look. read: the clients whose record the person reads, None
    for all; of the others an event tells only what `OUTSIDE_THE_RECORD` names.
    """

    def told(event: Event) -> dict[str, Any]:
        if event.client_id is None or read is None or event.client_id in read:
            return event.detail
        return {name: value for name, value in event.detail.items() if name in OUTSIDE_THE_RECORD}

    return [
        TrailLine(
            at=event.at,
            who=event.member_name or "The system",
            did=kinds.sentence(event.kind),
            client=client_names.get(event.client_id, "") if event.client_id else "",
            detail=reasons.get(event.subject_id) or detail_in_words(told(event)),
            sealed=event.position is not None,
        )
        for event in events
    ]


def detail_in_words(detail: dict[str, Any]) -> str:
    """Return what an event holds besides who and when, short enough for one line."""
    parts = []
    for name, value in detail.items():
        if value in (None, "", {}, []):
            continue
        label = name.replace("_", " ")
        parts.append(value if name == "page" else f"{label}: {in_words(value)}")
    said = "; ".join(str(part) for part in parts)
    return said if len(said) <= 240 else f"{said[:239]}…"


def in_words(value: Any) -> str:
    """Return a value of an event's detail as text."""
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {in_words(one)}" for name, one in value.items())
    if isinstance(value, list):
        if len(value) == 2 and not any(isinstance(one, (list, dict)) for one in value):
            return f"{in_words(value[0]) or 'empty'} → {in_words(value[1]) or 'empty'}"
        return ", ".join(in_words(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
