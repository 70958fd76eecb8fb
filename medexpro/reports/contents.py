"""From the record to the frozen values of each document: what is printed, in words and numbers.

A member may change some of the words (`Document.words`); where they did not, the record speaks. Nothing here writes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from medexpro.clearance import state as clearance
from medexpro.episodes.models import Status
from medexpro.positioning.voice import profile_of, sheet_of, text_of
from medexpro.practice.models import Member, Practice
from medexpro.practice.paper import letterhead_of as letterhead_of  # named here by the area's own modules
from medexpro.practice.roles import Role
from medexpro.reports import changing, proposed
from medexpro.reports import rows as measures
from medexpro.reports.models import Document
from medexpro.reports.record import Record, bare
from medexpro.reports.record import read as read_record
from medexpro.reports.rules import lead
from medexpro.reports.rules.changes import untold
from medexpro.reports.snapshots import (
    AcknowledgementSnapshot,
    Ask,
    AssessmentSummarySnapshot,
    Author,
    ChangeInStatusSnapshot,
    DischargeSummarySnapshot,
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
    Document.Kind.ACKNOWLEDGEMENT: ("lead", "plan", "needed", "closing"),
    Document.Kind.INTRODUCTORY: ("lead", "found", "plan", "precautions", "closing", "ask"),
    Document.Kind.SUMMARY: ("lead", "goals", "precautions", "program", "next", "ask"),
    Document.Kind.PROGRESS: ("lead", "precautions", "program", "next", "ask"),
    Document.Kind.CHANGE: ("lead", "observed", "done", "closing", "ask"),
    Document.Kind.DISCHARGE: ("lead", "goals", "reached", "next", "ask"),
}
# Those with a table of measures to choose from, and those with charts.
WITH_TABLE = frozenset({Document.Kind.SUMMARY, Document.Kind.PROGRESS, Document.Kind.DISCHARGE})
WITH_CHARTS = frozenset({Document.Kind.PROGRESS, Document.Kind.DISCHARGE})
# How a printed number is introduced.
NUMBERED = {
    Document.Kind.ACKNOWLEDGEMENT: "Letter",
    Document.Kind.INTRODUCTORY: "Letter",
    Document.Kind.SUMMARY: "Summary",
    Document.Kind.PROGRESS: "Report",
    Document.Kind.CHANGE: "Notice",
    Document.Kind.DISCHARGE: "Summary",
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
    if record is None and document.kind == Document.Kind.ACKNOWLEDGEMENT:
        record = bare(document.episode, at)
    record = record or read_record(document.episode, at, pain=bool(chosen.get("show_pain")))
    author = by or document.drafted_by
    frame = _frame(document, record, author, at if sign else None)
    return MAKERS[Document.Kind(document.kind)](document, record, chosen, frame)


def _frame(document: Document, record: Record, author: Member, signed_at: datetime | None) -> dict[str, Any]:
    """Return what every document has."""
    client, practice, day = record.episode.client, record.practice, record.day
    kind = Document.Kind(document.kind).label
    full_day = f"{day:%B} {day.day}, {day.year}"
    return {
        "title": f"{kind}, {client.name}, {full_day}",
        "heading": kind,
        "number": f"{NUMBERED[Document.Kind(document.kind)]} {document.number}",
        "made_at": record.at,
        "date_line": full_day + _day_of_service(document, record),
        "to": Party(document.provider.formal_name, _provider_lines(document)),
        "re": Party(client.name, _client_lines(record)),
        "about": _about(document, record),
        "author": author_of(author),
        "signature": signature_of(author, practice, signed_at) if signed_at else None,
        "scope": _scope(practice),
        "small_print": "Confidential health information: if you received this by mistake, "
        + (f"call {practice.phone}." if practice.phone else "tell us."),
    }


def _scope(practice: Practice) -> str:
    """Return the practice's statement of what it does and doesn't, as it stands now. One query."""
    profile = profile_of(practice)
    return text_of("scope", profile, sheet_of(practice, profile))


def _progress(
    document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]
) -> Contents:
    table = _Table.of(record, chosen)
    own = {
        "lead": changed_since(record, table.everything),
        "precautions": "\n".join(proposed.precaution_lines(record)),
        "program": proposed.program_words(record),
        "next": proposed.next_words(record),
        "ask": proposed.release_question(record),
    }
    texts = _texts(own, chosen)
    snapshot = ProgressReportSnapshot(
        **frame,
        **_compared(record, chosen, table),
        lead=runs(texts["lead"]),
        attendance=proposed.attendance(record),
        precautions=_lines(texts["precautions"]),
        program=texts["program"],
        next=texts["next"],
        asks=_asks([Ask("Continue as planned"), Ask("Change limits:", line=True)], texts["ask"]),
    )
    return Contents(snapshot, texts, own, table.everything, table.printed, record.is_measured)


def _letter(document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]) -> Contents:
    client, practice = record.episode.client, record.practice
    own = {
        "lead": proposed.opening(record, document.provider),
        "found": proposed.found_words(record),
        "plan": " ".join(
            filter(
                None,
                [
                    proposed.program_words(record),
                    "We measure again every 30 days; you receive one page each time.",
                ],
            )
        ),
        "precautions": "\n".join(proposed.precaution_lines(record)),
        "closing": "Thank you for your trust."
        + (f" Call {practice.phone} and we answer the same day." if practice.phone else ""),
        "ask": "",
    }
    texts = _texts(own, chosen)
    parts = [
        ("What we found", texts["found"]),
        ("What we plan", texts["plan"]),
        # The statement other documents have at their foot: the first letter says it in the text, and says it once.
        ("Who we are and what we do", frame["scope"]),
    ]
    snapshot = IntroductoryLetterSnapshot(
        **(frame | {"scope": ""}),
        greeting=f"Dear {document.provider.short_name},",
        opening=runs(texts["lead"]),
        paragraphs=_paragraphs(parts),
        precautions=_lines(texts["precautions"]),
        asks=_asks([Ask("No concerns"), Ask("Please note:", line=True)], texts["ask"]),
        closing=texts["closing"],
    )
    return Contents(snapshot, texts, own, measured=record.first_visit_on is not None and bool(client))


def _acknowledgement(
    document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]
) -> Contents:
    own = {
        "lead": proposed.received_words(record, document.provider),
        "plan": (
            f"We call {record.episode.client.formal_name} to arrange the first visit. Before exercise begins we screen, ask "
            "for clearance where it is missing, and measure function. You hear from us within 24 hours of the first visit, "
            "and every 30 days from then on."
        ),
        "needed": "\n".join(proposed.needed_lines(record)),
        "closing": _closing(record),
    }
    texts = _texts(own, chosen)
    needed = _lines(texts["needed"])
    snapshot = AcknowledgementSnapshot(
        **frame,
        greeting=f"Dear {document.provider.short_name},",
        opening=runs(texts["lead"]),
        paragraphs=_paragraphs([("What happens next", texts["plan"])]),
        needed=needed,
        asks=[Ask("It is attached"), Ask("Please call:", line=True)] if needed else [],
        closing=texts["closing"],
    )
    return Contents(snapshot, texts, own)


def _summary(
    document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]
) -> Contents:
    table = _Table.of(record, chosen)
    own = {
        "lead": proposed.measured_words(record),
        "goals": "\n".join(proposed.goal_lines(record.goals)),
        "precautions": "\n".join(proposed.precaution_lines(record)),
        "program": proposed.program_words(record),
        "next": f"Reassessment by {words.day(record.due_on)}; you receive one page then."
        if record.due_on
        else "",
        "ask": "",
    }
    texts = _texts(own, chosen)
    snapshot = AssessmentSummarySnapshot(
        **frame,
        lead=runs(texts["lead"]),
        measured_on=words.day(record.baseline_on, "short") if record.baseline_on else "",
        domains=measures.first_rows(record, table.rows),
        also=measures.also_measured(table.everything, table.rows),
        goals=_lines(texts["goals"]),
        precautions=_lines(texts["precautions"]),
        program=texts["program"],
        next=texts["next"],
        asks=_asks([Ask("Agreed"), Ask("Please change:", line=True)], texts["ask"]),
    )
    return Contents(snapshot, texts, own, table.everything, table.printed, record.is_measured)


def _change(document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]) -> Contents:
    changes = untold(changing.changes_of(record.episode, record.at), _last_told_at(document), on=record.day)
    going_on = _goes_on(record)
    own = {
        "lead": proposed.changed_words(record, changes, going_on=going_on),
        "observed": proposed.observed_words(record, changes),
        "done": proposed.stopped_words(record, going_on=going_on) if changes else "",
        "closing": _closing(record),
        "ask": "",
    }
    texts = _texts(own, chosen)
    asks = [
        Ask("Exercise may go on"),
        Ask("Not before I have seen the client"),
        Ask("With limits:", line=True),
    ]
    snapshot = ChangeInStatusSnapshot(
        **frame,
        greeting=f"Dear {document.provider.short_name},",
        opening=runs(texts["lead"]),
        paragraphs=_paragraphs([("What was observed", texts["observed"]), ("What we did", texts["done"])]),
        findings=proposed.finding_lines(record, changes),
        asks=_asks(asks, texts["ask"]),
        closing=texts["closing"],
    )
    # Whoever writes the sentence themselves has something to tell.
    return Contents(snapshot, texts, own, measured=bool(texts["lead"].strip()))


def _goes_on(record: Record) -> bool:
    """Return whether the client may exercise: in service, and cleared by the newest decision. One query."""
    decision = clearance.latest_decision(record.episode)
    return record.episode.status == Status.ACTIVE and decision is not None and decision.outcome == "granted"


def _last_told_at(document: Document) -> datetime | None:
    """Return when the provider was last told of a change: by a notice, or by the discharge summary. One query.

    A notice that replaces another tells again what that one told.
    """
    kinds = (Document.Kind.CHANGE, Document.Kind.DISCHARGE)
    signed = Document.objects.filter(episode=document.episode, kind__in=kinds, signed_at__isnull=False)
    others = signed.exclude(pk=document.replaces_id).exclude(state=Document.State.VOID)
    return others.order_by("-signed_at").values_list("signed_at", flat=True).first()


def _discharge(
    document: Document, record: Record, chosen: Mapping[str, Any], frame: dict[str, Any]
) -> Contents:
    table = _Table.of(record, chosen)
    own = {
        "lead": proposed.ended_words(record, changed_since(record, table.everything)),
        "goals": "\n".join(proposed.goals_at_end(record.goals)),
        "reached": proposed.reached_words(record),
        "next": proposed.after_words(record),
        "ask": "",
    }
    texts = _texts(own, chosen)
    snapshot = DischargeSummarySnapshot(
        **frame,
        **_compared(record, chosen, table),
        lead=runs(texts["lead"]),
        attendance=proposed.service_words(record),
        goals=_lines(texts["goals"]),
        reached=texts["reached"],
        next=texts["next"],
        asks=_asks([Ask("Noted"), Ask("Please call:", line=True)], texts["ask"]),
    )
    ended = record.episode.ended_on is not None
    return Contents(snapshot, texts, own, table.everything, table.printed, ended)


MAKERS: dict[Document.Kind, Callable[..., Contents]] = {
    Document.Kind.ACKNOWLEDGEMENT: _acknowledgement,
    Document.Kind.INTRODUCTORY: _letter,
    Document.Kind.SUMMARY: _summary,
    Document.Kind.PROGRESS: _progress,
    Document.Kind.CHANGE: _change,
    Document.Kind.DISCHARGE: _discharge,
}


# ---- Small parts


def author_of(member: Member) -> Author:
    """Return who signs, as printed. Only a professional is called one where no title is given."""
    title = DEFAULT_TITLE if member.has_role(Role.PROFESSIONAL) else member.role_names
    return Author(member.signing_name, member.title or title)


def _closing(record: Record) -> str:
    phone = record.practice.phone
    return f"Call {phone} and we answer the same day." if phone else "Thank you for your trust."


def _paragraphs(parts: Sequence[tuple[str, str]]) -> list[Paragraph]:
    return [Paragraph(heading, text) for heading, text in parts if text]


def changed_since(record: Record, everything: Sequence[measures.Reported]) -> str:
    """Return the sentence on what changed since the baseline."""
    both = record.baseline_on and record.now_on
    span = lead.span_in_words((record.now_on - record.baseline_on).days) if both else ""
    episode = record.episode
    return lead.lead_sentence(
        episode.client.formal_name, measures.changed(everything, episode.side), span=span
    )


@dataclass(frozen=True)
class _Table:
    """The measures a document may print, and the rows of them that it does."""

    everything: list[measures.Reported]
    rows: list[measures.Reported]

    @classmethod
    def of(cls, record: Record, chosen: Mapping[str, Any]) -> "_Table":
        everything = measures.reported(record)
        return cls(everything, measures.chosen_rows(everything, chosen.get("rows")))

    @property
    def printed(self) -> list[str]:
        return [one.key for one in self.rows]


def _compared(record: Record, chosen: Mapping[str, Any], table: _Table) -> dict[str, Any]:
    """Return what every document prints that sets the last measurement beside the first: days, table, charts."""
    first, last = record.baseline_on, record.now_on
    return {
        "baseline_on": words.day(first, "short") if first else "",
        "now_on": words.day(last, "short") if last and last != first else "",
        "domains": measures.domain_rows(record, table.rows),
        "also": measures.left_out_words(table.everything, table.rows),
        "charts": measures.charts_of(record, table.rows) if chosen.get("charts", True) else [],
    }


def _texts(own: Mapping[str, str], chosen: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(chosen[key]) if key in chosen else value for key, value in own.items()}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _asks(asks: Sequence[Ask], more: str) -> list[Ask]:
    return [*asks, Ask(more.strip())] if more.strip() else list(asks)


def _day_of_service(document: Document, record: Record) -> str:
    """Return which day of service it is, from the day after the first one; an acknowledgement tells nothing of it."""
    started_on = record.episode.started_on
    if document.kind == Document.Kind.ACKNOWLEDGEMENT or started_on is None or record.day <= started_on:
        return ""
    return f" · day {(record.day - started_on).days}"


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


def _about(document: Document, record: Record) -> Party:
    """Return what the document is about. An acknowledgement says it as the referral does, and nothing of the record."""
    referral = record.episode.referral
    if document.kind != Document.Kind.ACKNOWLEDGEMENT or referral is None:
        return Party(record.episode.title, _about_lines(record))
    codes = [f"ICD-10 {', '.join(record.codes[:2])}"] if record.codes else []
    return Party(referral.purpose or "Medical exercise", codes)


def _about_lines(record: Record) -> list[str]:
    episode = record.episode
    lines = []
    if episode.surgery and episode.surgery.performed_on:
        weeks = episode.surgery.weeks_on(record.day)
        lines.append(f"Surgery {words.day(episode.surgery.performed_on)}, week {weeks}")
        if episode.surgery.approach:
            lines.append(f"{episode.surgery.approach.capitalize()} approach")
    elif episode.onset_on:
        lines.append(f"Since {words.day(episode.onset_on)}")
    if record.codes:
        lines.append(f"ICD-10 {', '.join(record.codes[:2])}")
    return lines


def signature_of(by: Member, practice: Practice, at: datetime) -> Signature:
    """Return a signature given at a moment, drawn where the member has drawn one."""
    when = practice.local(at)
    line = f"signed {words.day(when.date())}, {words.clock(when)}"
    width, height = SIGNATURE_BOX
    return Signature(by.signing_name, line, path=by.signature, width=width, height=height)
