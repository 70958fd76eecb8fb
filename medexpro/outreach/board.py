"""The board of sources in words: the funnel, who needs a word and why, open loops, the touches of these weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from medexpro.kernel.documents import DOCUMENT_NAMES, DocumentKind
from medexpro.outreach.reading import LATELY_DAYS, MONTHS, SHOWN_LOOPS, Loop, Relation
from medexpro.outreach.rules.loops import LoopState, Promise, is_open
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals.policy import relations_policy
from medexpro.referrals.rules import relations
from medexpro.referrals.rules.relations import Ask, Need, Rung, Stage
from medexpro.web import words

RUNG_NAMES = {
    Rung.TO_MEET: "To meet", Rung.MET: "Met", Rung.FIRST: "First client", Rung.GROWING: "Growing", Rung.STEADY: "Steady",
}  # fmt: skip
STAGE_NAMES = {
    Stage.TARGET: "to meet", Stage.CONTACTED: "contacted", Stage.MET: "met", Stage.REFERRING: "referring",
    Stage.QUIET: "quiet", Stage.LAPSED: "lapsed",
}  # fmt: skip
BAR_CLASSES = {LoopState.ON_TIME: "on", LoopState.LATE: "late", LoopState.WAITS: ""}
# Documents are named on the board when they fall due so soon.
SOON_DAYS = 5
OPEN_LOOPS = 4
WEEKS = 8
SPARK_DAYS = 30


@dataclass(frozen=True)
class Next:
    """What comes next with a source: one line, why, and one action.

    urgency: 0 is the first; of equals the one with the earlier day. kind: of the chip.
    """

    text: str
    detail: str
    kind: str
    urgency: int
    action: str
    url: str
    on: date = date.max


@dataclass(frozen=True)
class Reader:
    """Who looks at the board, on which day. names: of the clients they may know of, by referral."""

    member: Member
    day: date
    names: Mapping[UUID, str]

    def client(self, referral: UUID) -> str:
        """Return a client's name in short, M. Ellison; empty for who may not know."""
        given, _, family = self.names.get(referral, "").partition(" ")
        return f"{given[:1]}. {family}" if family else given


def stage_words(relation: Relation) -> str:
    """Return where a source stands in one word: a referring one by its rung."""
    if relation.standing.stage is Stage.REFERRING:
        return RUNG_NAMES[relation.standing.rung].lower()
    return STAGE_NAMES[relation.standing.stage]


def funnel(found: Sequence[Relation], chosen: str) -> list[dict[str, Any]]:
    """Return the five steps of the funnel, each with how many of those before came at least so far."""
    steps = []
    for rung, (here, _, percent) in relations.reached([one.standing.rung for one in found]).items():
        share = f"{percent}% come this far" if percent is not None else ""
        steps.append(
            {
                "key": rung.value, "name": RUNG_NAMES[rung], "count": here, "chosen": chosen == rung.value,
                "share": share or ("named, not met" if rung is Rung.TO_MEET else "nobody yet"),
            }
        )  # fmt: skip
    return steps


def due_first(found: Sequence[Relation], reader: Reader) -> list[tuple[Relation, Next]]:
    """Return who needs a word, the most pressing first, each with what it is."""
    rows = [(one, next_of(one, reader)) for one in found if not one.source.is_retired]
    return sorted(
        (row for row in rows if row[1].urgency < 7),
        key=lambda row: (row[1].urgency, row[1].on, row[0].source.name),
    )


def next_of(relation: Relation, reader: Reader) -> Next:
    """Return what comes next with a source: what we owe first, then what the relationship asks for, then what is planned."""
    source = relation.source
    if source.is_retired:
        return Next("Retired", "kept with its log, asked for nothing", "", 9, "", "")
    if owed := _owed(relation, reader):
        return owed
    if relation.asks:
        return _asked(relation, relation.asks[0], reader)
    if source.next_on:
        return Next(
            f"{source.next_step}, {words.day(source.next_on, 'short')}", _last_touch(relation, reader.day), "", 6,
            *_touch(relation, reader), on=source.next_on,
        )  # fmt: skip
    if relation.standing.stage is Stage.TARGET:
        return Next("Introduce yourself", "not written to or called yet", "", 7, *_touch(relation, reader))
    return Next("Nothing owed", _last_touch(relation, reader.day), "", 8, *_touch(relation, reader))


def _owed(relation: Relation, reader: Reader) -> Next | None:
    """Return the document that is late or due within days, the first of all clients of a source."""
    waiting = [
        (one.next, one)
        for one in relation.loops
        if one.next is not None and (one.next.due_on - reader.day).days <= SOON_DAYS
    ]
    if not waiting:
        return None
    promise, loop = min(waiting, key=lambda one: (not one[0].late, one[0].due_on, str(one[1].episode)))
    named = "" if promise.kind is DocumentKind.ACKNOWLEDGEMENT else _named(promise, loop)
    detail = ", ".join(filter(None, [named, reader.client(loop.referral)]))
    kind = "stop" if promise.late else "hold"
    what = "Acknowledgement" if promise.kind is DocumentKind.ACKNOWLEDGEMENT else "Report"
    text = f"{what} {due_words(promise.due_on, reader.day)}"
    urgency = 0 if promise.late else 2
    if promise.kind is DocumentKind.ACKNOWLEDGEMENT:
        allowed = reader.member.may(Permission.REFERRALS_READ) and loop.referral in reader.names
        action = ("Acknowledge", reverse("referrals:show", args=[loop.referral]))
    else:
        allowed = reader.member.may(Permission.REPORTS_READ) and loop.referral in reader.names
        action = ("Open report", reverse("reports:of_episode", args=[loop.episode]))
    return Next(
        text, detail, kind, urgency, *(action if allowed else _touch(relation, reader)), on=promise.due_on
    )


def _asked(relation: Relation, ask: Ask, reader: Reader) -> Next:
    last = _last_touch(relation, reader.day)
    urgency = 1 if ask.late else 3
    since = words.day(ask.since, "short")
    if ask.need is Need.THANKS:
        text = f"Thank-you {'late' if ask.late else 'owed'}"
        return Next(
            text,
            f"for the client of {since}",
            "hold",
            urgency,
            *_touch(relation, reader, "thanks", "Thank"),
            on=ask.since,
        )
    if ask.need is Need.FOLLOW_UP:
        text = "Follow-up late" if ask.late else "Follow up"
        return Next(text, last, "hold", urgency, *_touch(relation, reader, "call", "Call"), on=ask.since)
    if ask.need is Need.STEP:
        over = (reader.day - ask.since).days
        detail = f"was planned for {since}" if over else "planned for today"
        return Next(
            relation.source.next_step, detail, "hold", urgency, *_touch(relation, reader), on=ask.since
        )
    text = f"{relation.standing.silent_days} days quiet"
    return Next(text, last, "hold", 4, *_touch(relation, reader, "call", "Reconnect"), on=ask.since)


def _touch(relation: Relation, reader: Reader, kind: str = "", label: str = "Log touch") -> tuple[str, str]:
    if not reader.member.may(Permission.SOURCES_EDIT):
        return "", ""
    url = reverse("outreach:touch", args=[relation.source.pk])
    return label, f"{url}?{urlencode({'kind': kind})}" if kind else url


def _last_touch(relation: Relation, day: date) -> str:
    last = relation.last_touch
    if last is None:
        return "no touch logged"
    days = (day - last).days
    return f"last touch {'today' if not days else words.day(last, 'short')}"


def due_words(on: date, day: date) -> str:
    """Return when something is due, in few words.

    >>> monday = date(2026, 10, 12)
    >>> [due_words(monday, monday + timedelta(days=n)) for n in (-3, -1, 0, 1, 3)]
    ['due Mon', 'due tomorrow', 'due today', '1 day late', '3 days late']
    """
    over = (day - on).days
    if over > 0:
        return f"{over} day{'s' if over > 1 else ''} late"
    return {0: "due today", -1: "due tomorrow"}.get(over, f"due {on:%a}" if over > -6 else f"in {-over} days")


def _named(promise: Promise, loop: Loop) -> str:
    """Return what a document is called on the board: a progress report by its month, 60-day."""
    if promise.kind is not DocumentKind.PROGRESS:
        return DOCUMENT_NAMES[promise.kind].lower()
    done = sum(1 for one in loop.promises if one.kind is DocumentKind.PROGRESS and one.kept_on)
    return f"{loop.course.every * (done + 1)}-day report"


def row(relation: Relation, coming: Next, day: date) -> dict[str, Any]:
    """Return one line of the board."""
    source, loops = relation.source, relation.loops[-SHOWN_LOOPS:]
    late = sum(1 for one in loops if one.state is LoopState.LATE)
    kept = sum(1 for one in loops if one.state is LoopState.ON_TIME)
    who = source.provider
    place = ", ".join(filter(None, [who.specialty, source.place] if who else [source.get_kind_display()]))
    return {
        "pk": source.pk,
        "name": source.name,
        "ideal": source.is_ideal,
        "place": " · ".join(filter(None, [place, stage_words(relation)])),
        "reason": relation.standing.reason,
        "spark": spark([one.received_on for one in relation.sent], day),
        "lately": relation.sent_within(LATELY_DAYS, day),
        "bars": [BAR_CLASSES[one.state] for one in loops],
        "loops": f"{kept} of {len(loops)} on time" + (f", {late} late" if late else ""),
        "never": not relation.sent,
        "next": coming,
    }


def spark(days: Sequence[date], day: date) -> dict[str, Any]:
    """Return the points of six months of referrals, thirty days each, the newest last."""
    counts = [0] * MONTHS
    for one in days:
        ago = (day - one).days // SPARK_DAYS
        if 0 <= ago < MONTHS:
            counts[MONTHS - 1 - ago] += 1
    top = max(5, *counts)
    points = [f"{4 + 12.4 * n:.1f},{20 - 16 * count / top:.1f}" for n, count in enumerate(counts)]
    x, y = points[-1].split(",")
    return {"points": " ".join(points), "x": x, "y": y, "words": ", ".join(map(str, counts))}


def open_loops(found: Sequence[Relation], reader: Reader) -> list[dict[str, Any]]:
    """Return the clients whose source still waits for a word, the most pressing first; only those the reader may know."""
    waiting = {
        loop.episode: (relation, loop)
        for relation in sorted(found, key=lambda one: one.source.provider_id is not None)
        for loop in relation.loops
        if loop.referral in reader.names and is_open(loop.course, reader.day)
    }
    order = sorted(waiting.values(), key=lambda one: _pressing(one[1], reader.day))
    return [_loop(relation, loop, reader) for relation, loop in order[:OPEN_LOOPS]]


def _pressing(loop: Loop, day: date) -> tuple[bool, date, str]:
    late = loop.next is not None and loop.next.late
    return (not late, loop.next.due_on if loop.next else day + timedelta(days=365), str(loop.episode))


def _loop(relation: Relation, loop: Loop, reader: Reader) -> dict[str, Any]:
    promise, text, kind = loop.next, "Waits for the first visit", ""
    if promise is not None:
        named = _named(promise, loop)
        days = (promise.due_on - reader.day).days
        text = (
            f"{named[:1].upper()}{named[1:].removesuffix(' report')} {due_words(promise.due_on, reader.day)}"
        )
        kind = "stop" if promise.late else "hold" if days <= SOON_DAYS else ""
    elif loop.course.discharged_on:
        text, kind = "Summary sent, not read yet", "info"
    may_open = reader.member.may(Permission.REPORTS_READ)
    return {
        "client": reader.names[loop.referral],
        "url": reverse("reports:of_episode", args=[loop.episode])
        if may_open
        else reverse("referrals:show", args=[loop.referral]),
        "who": f"{relation.source.short_name} · day {(reader.day - loop.received_on).days}",
        "text": text,
        "kind": kind,
        "steps": steps_of(relation, loop),
    }


def steps_of(relation: Relation, loop: Loop) -> list[dict[str, str]]:
    """Return the six steps from referral to discharge, done ones first, then the one that is next."""
    signed = loop.course.signed
    reports = len(signed.get(DocumentKind.PROGRESS.value, ()))
    every = loop.course.every
    first = max(1, reports)
    thanked = loop.course.acknowledged_on is not None or any(
        one.kind == "thanks" and one.on >= loop.received_on for one in relation.touches
    )
    base = bool(
        reports or signed.get(DocumentKind.SUMMARY.value) or signed.get(DocumentKind.INTRODUCTORY.value)
    )
    known = [
        ("Referral", True),
        ("Thank-you", thanked),
        ("Baseline sent", base),
        (f"{every * first}-day", reports >= first),
        (f"{every * (first + 1)}-day", False),
        ("Discharge", bool(signed.get(DocumentKind.DISCHARGE.value))),
    ]
    if loop.course.discharged_on is not None:
        known = [step for step in known if step[1] or step is known[-1]]
    now = next((n for n, (_, done) in enumerate(known) if not done), None)
    states = ["done" if done else "now" if n == now else "" for n, (_, done) in enumerate(known)]
    return [{"name": name, "state": state} for (name, _), state in zip(known, states, strict=True)]


def touches(found: Sequence[Relation], day: date) -> dict[str, Any]:
    """Return the touches of eight weeks as bars, against the plan."""
    plan = relations_policy().touches_a_week
    monday = day - timedelta(days=day.weekday())
    counts = [0] * WEEKS
    for relation in found:
        for one in relation.touches:
            ago = (monday - one.on + timedelta(days=6)).days // 7
            if 0 <= ago < WEEKS:
                counts[WEEKS - 1 - ago] += 1
    top = max(plan + 2, *counts)
    bars = []
    for n, count in enumerate(counts):
        height = 49 * count / top
        bars.append(
            {
                "x": 4 + 35 * n, "y": f"{56 - height:.1f}", "height": f"{height:.1f}", "count": count,
                "middle": 16 + 35 * n, "now": n == WEEKS - 1, "text_y": 51 if height > 11 else f"{52 - height:.1f}",
                "inside": height > 11,
            }
        )  # fmt: skip
    first = monday - timedelta(weeks=WEEKS - 1)
    done = counts[-1]
    return {
        "bars": bars,
        "plan": plan,
        "plan_y": f"{56 - 49 * plan / top:.1f}",
        "plan_text": f"{50 - 49 * plan / top:.1f}",
        "since": words.day(first, "short"),
        "words": f"Touches per week for eight weeks: {', '.join(map(str, counts[:-1]))}, and {done} so far this week. "
        f"Plan is {plan}.",
        "done": f"{done} of {plan} done." if done < plan else f"{done} done, {plan} planned.",
    }
