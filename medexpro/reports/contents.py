"""From the record to the frozen values of each document: what is printed, in words and numbers.

A member may change some of the words (`Document.words`); where they did not, the record speaks. Nothing here writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from medexpro.assessments.rules import said
from medexpro.pdf.letterhead import Letterhead
from medexpro.practice.models import Member, Practice
from medexpro.reports import rows as measures
from medexpro.reports.models import Document
from medexpro.reports.record import Record, holds
from medexpro.reports.record import read as read_record
from medexpro.reports.rules import lead
from medexpro.reports.rules.one_page import LIMITS
from medexpro.reports.snapshots import (
    Ask,
    Attendance,
    Author,
    IntroductoryLetterSnapshot,
    Paragraph,
    Party,
    ProgressReportSnapshot,
    Signature,
    Snapshot,
    runs,
)
from medexpro.web import words

# A drawn signature is kept in a box of this size (web.forms.Signature).
SIGNATURE_BOX = (600, 180)
DEFAULT_TITLE = "Medical exercise professional"
# What a member may write, by kind of document, in the order of the form.
FIELDS: dict[str, tuple[str, ...]] = {
    Document.Kind.PROGRESS: ("lead", "precautions", "program", "next", "ask"),
    Document.Kind.INTRODUCTORY: ("lead", "found", "plan", "precautions", "closing", "ask"),
}
MEANING = "I made this document from the record and stand for what it says."


@dataclass(frozen=True)
class Contents:
    """One document ready to be set. snapshot: what is printed. texts: the words as they stand, by field.

    own: the words the record proposes. choices: measures the table may print, with those that are printed.
    """

    snapshot: Snapshot
    texts: dict[str, str]
    own: dict[str, str]
    choices: list[measures.Reported] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)
    measured: bool = True


def letterhead_of(practice: Practice) -> Letterhead:
    """Return the head of the practice's paper as it is now."""
    return Letterhead(
        name=practice.name, address=practice.address, phone=practice.phone, fax=practice.fax, email=practice.email,
        website=practice.website, logo=practice.logo, paper=practice.paper,
    )  # fmt: skip


def contents_of(
    document: Document,
    *,
    at: datetime,
    by: Member | None = None,
    sign: bool = False,
    record: Record | None = None,
) -> Contents:
    """Return what the document would say now.

    document: with episode, its client, practice, surgery and referral, provider and its organisation at hand.
    by: who signs; None takes who drafted it. sign: whether to print the signature, given at `at`.
    """
    chosen: Mapping[str, Any] = document.words
    record = record or read_record(document.episode, at, pain=bool(chosen.get("show_pain")))
    author = by or document.drafted_by
    frame = _frame(document, record, author, at if sign else None)
    if document.kind == Document.Kind.PROGRESS:
        return _progress(document, record, chosen, frame)
    return _letter(document, record, chosen, frame)


def _frame(document: Document, record: Record, author: Member, signed_at: datetime | None) -> dict[str, Any]:
    """Return what every document has."""
    episode, client, practice = record.episode, record.episode.client, record.practice
    day = record.day
    kind = Document.Kind(document.kind).label
    full_day = f"{day:%B} {day.day}, {day.year}"
    return {
        "title": f"{kind}, {client.name}, {full_day}",
        "heading": kind,
        "number": f"{'Report' if document.kind == Document.Kind.PROGRESS else 'Letter'} {document.number}",
        "made_at": record.at,
        "date_line": full_day + (f" · day {(day - episode.started_on).days}" if episode.started_on else ""),
        "to": Party(document.provider.formal_name, _provider_lines(document)),
        "re": Party(client.name, _client_lines(record)),
        "about": Party(episode.title, _about_lines(record)),
        "author": Author(author.signing_name, author.title or DEFAULT_TITLE),
        "signature": _signature(author, practice, signed_at) if signed_at else None,
        "small_print": (
            "Medical exercise for clients discharged or cleared by their provider. It does not replace medical care. "
            "Confidential health information: if you received this by mistake, "
            + (f"call {practice.phone}." if practice.phone else "tell us.")
        ),
    }


def _progress(
    document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]
) -> Contents:
    everything = measures.reported(record)
    rows = measures.chosen_rows(everything, chosen.get("rows"))
    span = (
        lead.span_in_words((record.now_on - record.baseline_on).days)
        if record.baseline_on and record.now_on
        else ""
    )
    own = {
        "lead": lead.lead_sentence(
            record.episode.client.formal_name,
            measures.changed(everything, record.episode.side),
            span=span,
        ),
        "precautions": "\n".join(precaution_lines(record)),
        "program": program_words(record),
        "next": next_words(record),
        "ask": "",
    }
    texts = _texts(own, chosen)
    snapshot = ProgressReportSnapshot(
        **frame,
        lead=runs(texts["lead"]),
        baseline_on=words.day(record.baseline_on, "short") if record.baseline_on else "",
        now_on=words.day(record.now_on, "short")
        if record.now_on and record.now_on != record.baseline_on
        else "",
        domains=measures.domain_rows(record, rows),
        also=measures.left_out_words(everything, rows),
        charts=measures.charts_of(record, rows) if chosen.get("charts", True) else [],
        attendance=attendance(record),
        precautions=_lines(texts["precautions"]),
        program=texts["program"],
        next=texts["next"],
        asks=_asks([Ask("Continue as planned"), Ask("Change limits:", line=True)], texts["ask"]),
    )
    return Contents(snapshot, texts, own, everything, [one.key for one in rows], record.is_measured)


def _letter(document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]) -> Contents:
    client, practice = record.episode.client, record.practice
    own = {
        "lead": _opening(record),
        "found": found_words(record),
        "plan": " ".join(
            filter(
                None,
                [
                    program_words(record),
                    "We measure again every 30 days; you receive one page each time.",
                ],
            )
        ),
        "precautions": "\n".join(precaution_lines(record)),
        "closing": "Thank you for your trust."
        + (f" Call {practice.phone} and we answer the same day." if practice.phone else ""),
        "ask": "",
    }
    texts = _texts(own, chosen)
    who = (
        f"{practice.name} leads exercise for people who have been discharged from or cleared by their provider. We measure "
        "function and manage exercise inside your limits. What we do does not replace medical care. If something new "
        "appears, we stop and tell you."
    )
    parts = [
        ("What we found", texts["found"]),
        ("What we plan", texts["plan"]),
        ("Who we are and what we do", who),
    ]
    snapshot = IntroductoryLetterSnapshot(
        **frame,
        greeting=f"Dear {document.provider.short_name},",
        opening=runs(texts["lead"]),
        paragraphs=[Paragraph(heading, text) for heading, text in parts if text],
        precautions=_lines(texts["precautions"]),
        asks=_asks([Ask("No concerns"), Ask("Please note:", line=True)], texts["ask"]),
        closing=texts["closing"],
    )
    return Contents(snapshot, texts, own, measured=record.first_visit_on is not None and bool(client))


# ---- Words the record proposes


def attendance(record: Record) -> Attendance:
    """Return the sessions done, of how many planned, and week by week."""
    weeks = record.weeks()
    count = len(record.came)
    if not count:
        return Attendance(runs("No session signed in this time."))
    text = f"**{count} {'session' if count == 1 else 'sessions'}** in {len(weeks)} {'week' if len(weeks) == 1 else 'weeks'}"
    if record.program and record.episode.started_on and record.came[0].on >= record.episode.started_on:
        text += f", {record.program.sessions_planned} planned"
    each = ", ".join(str(week.attended) for week in weeks)
    return Attendance(runs(f"{text}."), weeks, f"Sessions in each of {len(weeks)} weeks: {each}.")


def precaution_lines(record: Record) -> list[str]:
    """Return the precautions in force and the holds that happened, one short line each.

    A precaution nobody has confirmed says so. A long one is cut at its first clause; the whole stands in the record.
    """
    lines = []
    for precaution in record.precautions:
        text = precaution.text.strip().rstrip(".")
        if len(text) > LIMITS["precautions"].characters and ";" in text:
            text = text.split(";")[0]
        lines.append(text if precaution.state == "confirmed" else f"{text} (please confirm)")
    return lines + holds(record)


def program_words(record: Record) -> str:
    """Return the program's phase, kinds of work and rhythm; empty without a program."""
    program, protocol = record.program, record.protocol
    if program is None or protocol is None:
        return ""
    text = f"{protocol.condition.split(' (')[0]} program"
    if record.phase:
        place, phase = record.phase
        kinds = words.joined([kind.replace("_", " ") for kind in phase.fitt])
        text += f", phase {place} of {len(protocol.phases)} ({phase.name}): {kinds}"
    return f"{text}. {program.weekdays}." if program.weekdays else f"{text}."


def next_words(record: Record) -> str:
    """Return what comes: the next reassessment, and the goal that ends first."""
    sentences = []
    if record.due_on:
        sentences.append(f"Reassessment by {words.day(record.due_on)}.")
    goals = {
        one.goal.goal.pk: one.goal for one in record.outcomes if one.goal and one.goal.goal.state == "open"
    }
    if first := min(goals.values(), key=lambda goal: goal.goal.due_on, default=None):
        activity = first.goal.activity.strip().rstrip(".")
        if not activity[1:2].isupper():
            activity = activity[:1].lower() + activity[1:]
        sentences.append(
            f"Goal by {words.day(first.goal.due_on, 'short')}: {activity} ({first.name} {first.target})."
        )
    return " ".join(sentences)


def found_words(record: Record) -> str:
    """Return up to four first results in one sentence; empty before the baseline."""
    first = measures.chosen_rows(measures.reported(record), None, most=4)
    shown = [
        f"{measures.spoken_name(one.outcome)} "
        + said.figure(one.outcome.measure, one.outcome.baseline.value, one.outcome.unit)
        for one in first
    ]
    return f"{'; '.join(shown)}." if shown else ""


def _opening(record: Record) -> str:
    client, referral = record.episode.client, record.episode.referral
    referred = ""
    if referral is not None:
        on = referral.written_on or referral.received_on
        referred = f", whom you referred on {on:%B} {on.day},"
    first = record.first_visit_on
    if first is None:
        return f"{client.formal_name}{referred} has been accepted for medical exercise and **begins soon**."
    when = "today" if first == record.day else f"on {first:%B} {first.day}"
    held = any(visit.held for visit in record.visits)
    end = "" if held or not record.came else " and **finished the session**"
    return f"{client.formal_name}{referred} had the **first visit {when}**{end}."


# ---- Small parts


def _texts(own: Mapping[str, str], chosen: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(chosen[key]) if key in chosen else value for key, value in own.items()}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _asks(asks: Sequence[Ask], more: str) -> list[Ask]:
    return [*asks, Ask(more.strip())] if more.strip() else list(asks)


def _provider_lines(document: Document) -> list[str]:
    provider = document.provider
    fax = provider.fax or (provider.organisation.fax if provider.organisation else "")
    return [
        line
        for line in (
            provider.organisation.name if provider.organisation else provider.specialty,
            fax and f"fax {fax}",
        )
        if line
    ]


def _client_lines(record: Record) -> list[str]:
    client, referral = record.episode.client, record.episode.referral
    lines = [f"DOB {words.day(client.birth_date)}"] if client.birth_date else []
    if referral:
        lines.append(f"referred {words.day(referral.written_on or referral.received_on)}")
    return lines


def _about_lines(record: Record) -> list[str]:
    episode = record.episode
    lines = []
    if episode.surgery and episode.surgery.performed_on:
        lines.append(f"Surgery {words.day(episode.surgery.performed_on)}")
    elif episode.onset_on:
        lines.append(f"Since {words.day(episode.onset_on)}")
    if record.codes:
        lines.append(f"ICD-10 {', '.join(record.codes[:2])}")
    return lines


def _signature(by: Member, practice: Practice, at: datetime) -> Signature:
    when = practice.local(at)
    line = f"signed {words.day(when.date())}, {words.clock(when)}"
    width, height = SIGNATURE_BOX
    return Signature(by.signing_name, line, path=by.signature, width=width, height=height)
