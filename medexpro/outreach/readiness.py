"""Readiness as it stands today: the four checks, the practice's standards, the thirty days; and every change to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.db import transaction

from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotFound, Refusal
from medexpro.outreach import readiness_events as events
from medexpro.outreach.models import ReadinessItem, ReadinessPlan, ReadinessSaid, ReadinessScore
from medexpro.outreach.readiness_proofs import PROOFS, Record
from medexpro.outreach.rules import readiness as rules
from medexpro.outreach.rules.readiness import Proof, Said, Score, Shown
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.checking import check_fields
from medexpro.web import words

DATA = Path(__file__).parent / "data" / "readiness.yaml"
STANDARD, TASK = ReadinessItem.Kind.STANDARD, ReadinessItem.Kind.TASK
# Proofs of the plan that look at what people said of the standards.
BY_STANDARDS = {
    "standards_said": ("liability", "emergency", "certificates"),
    "introduction_said": ("introduction",),
}
MOST_ITEMS = 60


class ReadinessRefused(Refusal):
    """What was typed can't stand so."""


@dataclass(frozen=True)
class Item:
    """One standard or task. proof: a name in the record's proofs, empty where a person says so. own: the practice's."""

    kind: str
    key: str
    title: str
    detail: str = ""
    proof: str = ""
    lasts: int | None = None
    day: int | None = None
    own: bool = False
    reworded: bool = False
    retired: bool = False
    version: int | None = None


@dataclass(frozen=True)
class Line:
    """One item with how far it is shown. by_record: the record shows it, so nobody has to say so."""

    item: Item
    shown: Shown
    words: str
    url: str = ""
    by_record: bool = False
    said: Said | None = None

    @property
    def is_met(self) -> bool:
        """Return whether it counts."""
        return self.shown in (Shown.MET, Shown.ENDING)


@dataclass(frozen=True)
class Standing:
    """The four checks and the standards of a day, with the score over both. away: standards that are put away."""

    checks: Sequence[Line]
    standards: Sequence[Line]
    away: Sequence[Item] = ()

    @property
    def score(self) -> Score:
        """Return how many are met."""
        return rules.score_of([one.shown for one in (*self.checks, *self.standards)])


@dataclass(frozen=True)
class Plan:
    """The thirty days as they stand. day: today's; None before it began. away: tasks that are put away."""

    run: ReadinessPlan | None
    day: int | None
    tasks: Sequence[Line]
    away: Sequence[Item] = ()

    @property
    def done(self) -> int:
        """Return how many tasks are done."""
        return sum(one.is_met for one in self.tasks)

    @property
    def next(self) -> Line | None:
        """Return the first task that is open."""
        return next((one for one in self.tasks if not one.is_met), None)


# ---- Reading


@cache
def _file() -> dict[str, list[dict[str, Any]]]:
    data: dict[str, list[dict[str, Any]]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    if unknown := {
        one["proof"] for part in ("checks", "standards", "tasks") for one in data[part] if "proof" in one
    } - {*PROOFS, *BY_STANDARDS}:
        raise ValueError(f"{DATA.name}: no such proofs: {sorted(unknown)}")
    return data


def _ours(kind: str) -> list[Item]:
    part = "standards" if kind == STANDARD else "tasks"
    return [
        Item(
            kind, one["id"], one["title"], one.get("detail", ""), one.get("proof", ""), one.get("lasts"),
            one.get("day"),
        )
        for one in _file()[part]
    ]  # fmt: skip


def items_of(practice: Practice, kind: str) -> list[Item]:
    """Return a practice's standards or tasks: ours as it words them, then its own; those put away too. One query."""
    rows = {one.key: one for one in ReadinessItem.objects.of(practice).filter(kind=kind).order_by("pk")}
    found = [_worded(one, rows.pop(one.key, None)) for one in _ours(kind)]
    found += [_worded(Item(kind, one.key, one.title, own=True), one) for one in rows.values()]
    return sorted(found, key=lambda one: one.day or 0) if kind == TASK else found


def _worded(item: Item, row: ReadinessItem | None) -> Item:
    if row is None:
        return item
    return replace(
        item, title=row.title, detail=row.detail, day=row.day if item.kind == TASK else None,
        reworded=(row.title, row.detail) != (item.title, item.detail), retired=row.retired_at is not None,
        version=row.version,
    )  # fmt: skip


def standing_of(practice: Practice, at: datetime, *, known: Record | None = None) -> Standing:
    """Return the checks and the standards as they stand."""
    known = known or Record(practice, at)
    said = _said(practice)[STANDARD]
    checks = [
        _proved(Item("check", one["id"], one["title"]), PROOFS[one["proof"]](known))
        for one in _file()["checks"]
    ]
    items = items_of(practice, STANDARD)
    standards = [_line(item, known, said) for item in items if not item.retired]
    return Standing(checks, standards, [one for one in items if one.retired])


def plan_of(practice: Practice, at: datetime) -> Plan:
    """Return the thirty days: what the record proves since they began is done without anybody's tick."""
    run = ReadinessPlan.objects.of(practice).filter(ended_at=None).select_related("by__user").first()
    known = Record(practice, at, since=run.begun_on if run else None)
    every = _said(practice)
    said, standards = every[TASK], every[STANDARD]
    if run:
        said = {key: one for key, one in said.items() if one.on >= run.begun_on}
    items = items_of(practice, TASK)
    tasks = [_task(item, known, said, standards) for item in items if not item.retired]
    day = rules.plan_day(run.begun_on, known.day) if run else None
    return Plan(run, day, tasks, [one for one in items if one.retired])


def _task(item: Item, known: Record, said: dict[str, Said], standards: dict[str, Said]) -> Line:
    if item.proof not in BY_STANDARDS:
        return _line(item, known, said)
    lasts = {one.key: one.lasts for one in _ours(STANDARD)}
    wanted = BY_STANDARDS[item.proof]
    met = sum(rules.of_said(standards.get(key), known.day, lasts=lasts[key]) != Shown.OPEN for key in wanted)
    return _proved(
        item, Proof(rules.of_count(met, len(wanted)), f"{met} of {len(wanted)} said to be in force")
    )


def _line(item: Item, known: Record, said: dict[str, Said]) -> Line:
    if item.proof:
        return _proved(item, PROOFS[item.proof](known))
    spoken = said.get(item.key)
    shown = rules.of_said(spoken, known.day, lasts=item.lasts)
    return Line(item, shown, _said_words(spoken, shown, item), said=spoken, url=spoken.link if spoken else "")


def _proved(item: Item, proof: Proof) -> Line:
    return Line(item, proof.shown, proof.words, proof.url, by_record=True)


def _said_words(said: Said | None, shown: Shown, item: Item) -> str:
    if said is None:
        return item.detail or "Nobody has said so yet"
    until = rules.holds_until(said, lasts=item.lasts)
    ends = ""
    if until is not None:
        ends = f", {'ended' if shown == Shown.OPEN else 'holds until'} {words.day(until)}"
    return f"{said.note or 'Said'}: {said.by}, {words.day(said.on, 'short')}{ends}"


def _said(practice: Practice) -> dict[str, dict[str, Said]]:
    """Return the word that stands, by kind and key. One query."""
    found: dict[str, dict[str, Said]] = {STANDARD: {}, TASK: {}}
    rows = ReadinessSaid.objects.of(practice).filter(struck_at=None).order_by("at", "pk")
    for one in rows.select_related("by__user"):
        said = Said(practice.day(one.at), str(one.by), one.note, one.link, one.good_until)
        found.setdefault(one.kind, {})[one.key] = said
    return found


def is_said(practice: Practice, kind: str, key: str) -> bool:
    """Return whether somebody's word stands that a standard is met or a task is done."""
    return ReadinessSaid.objects.of(practice).filter(kind=kind, key=key, struck_at=None).exists()


# ---- Changing


@transaction.atomic
def word_item(
    kind: str, key: str, *, title: str, detail: str = "", day: int | None = None, version: int | None = None,
    id: UUID | None = None, by: Member, at: datetime,
) -> ReadinessItem:  # fmt: skip
    """Word a standard or a task as the practice wants it. key: empty makes one of its own, once for each `id`.

    Raises ReadinessRefused at a field, Conflict when somebody saved in between, NotFound for an unknown key.
    """
    permissions.check(by, Permission.MARKETING_EDIT)
    row = ReadinessItem.objects.of(by.practice).filter(kind=kind, key=key or str(id)).first()
    if row is not None and not key:
        return row
    if row is None:
        if key:
            _item_or_404(by.practice, kind, key)
        elif ReadinessItem.objects.of(by.practice).filter(kind=kind).count() >= MOST_ITEMS:
            raise ReadinessRefused(f"That is more than {MOST_ITEMS}. Put one away first.")
        row = ReadinessItem(practice=by.practice, kind=kind, key=key or str(id or uuid7()))
    row.title, row.detail, row.day = " ".join(title.split()), " ".join(detail.split()), _day(kind, day)
    if not row.title:
        raise ReadinessRefused("Say what it is in a few words.", field="title")
    check_fields(row, ReadinessRefused)
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.save_version(expected=version, fields=["title", "detail", "day"])
    record(events.ITEM_CHANGED, row, by=by, at=at, item=row.key)
    return row


def _day(kind: str, day: int | None) -> int | None:
    if kind != TASK:
        return None
    if day is None or not 1 <= day <= rules.PLAN_DAYS:
        raise ReadinessRefused(f"Choose a day from 1 to {rules.PLAN_DAYS}.", field="day")
    return day


def _item_or_404(practice: Practice, kind: str, key: str) -> Item:
    found = next((one for one in items_of(practice, kind) if one.key == key), None)
    if found is None:
        raise NotFound("There is no such standard or task.")
    return found


@transaction.atomic
def put_away(kind: str, key: str, *, by: Member, at: datetime) -> None:
    """Put a standard or a task away; what was said of it stays."""
    permissions.check(by, Permission.MARKETING_EDIT)
    _shelve(kind, key, at, by=by, at=at)


@transaction.atomic
def take_up(kind: str, key: str, *, by: Member, at: datetime) -> None:
    """Take a standard or a task up again."""
    permissions.check(by, Permission.MARKETING_EDIT)
    _shelve(kind, key, None, by=by, at=at)


def _shelve(kind: str, key: str, retired_at: datetime | None, *, by: Member, at: datetime) -> None:
    item = _item_or_404(by.practice, kind, key)
    if item.retired == (retired_at is not None):
        return
    row, _ = ReadinessItem.objects.get_or_create(
        practice=by.practice, kind=kind, key=key,
        defaults={"title": item.title, "detail": item.detail, "day": item.day},
    )  # fmt: skip
    row.retired_at = retired_at
    row.save_version(expected=None)
    record(events.ITEM_RETIRED if retired_at else events.ITEM_BACK, row, by=by, at=at, item=key)


@transaction.atomic
def say(
    kind: str, key: str, *, note: str = "", link: str = "", good_until: date | None = None, id: UUID | None = None,
    by: Member, at: datetime,
) -> ReadinessSaid:  # fmt: skip
    """Say that a standard is met or a task is done, with what shows it. The same `id` again says it once.

    Raises ReadinessRefused for a day that has passed, and for a link that is no web address.
    """
    permissions.check(by, Permission.MARKETING_EDIT)
    item = _item_or_404(by.practice, kind, key)
    if id and (before := ReadinessSaid.objects.of(by.practice).filter(pk=id).first()):
        return before
    if good_until is not None and good_until < by.practice.day(at):
        raise ReadinessRefused("This day has passed. Give the last day it holds.", field="good_until")
    link = link.strip()
    if link and not link.startswith(("https://", "http://")):
        raise ReadinessRefused("Start the address with https://", field="link")
    said = ReadinessSaid(
        id=id or uuid7(), practice=by.practice, kind=kind, key=item.key, note=" ".join(note.split()), link=link,
        good_until=good_until, by=by, at=at,
    )  # fmt: skip
    check_fields(said, ReadinessRefused)
    said.save(force_insert=True)
    record(events.SAID, said, by=by, at=at, item=key)
    return said


@transaction.atomic
def take_back(kind: str, key: str, *, by: Member, at: datetime) -> None:
    """Take back what was said of a standard or a task; it stays in the history, struck out."""
    permissions.check(by, Permission.MARKETING_EDIT)
    rows = ReadinessSaid.objects.of(by.practice).filter(kind=kind, key=key, struck_at=None)
    for said in rows:
        said.struck_at, said.struck_by = at, by
        said.save(update_fields=["struck_at", "struck_by"])
        record(events.STRUCK, said, by=by, at=at, item=key)


@transaction.atomic
def keep_score(*, by: Member, at: datetime) -> ReadinessScore:
    """Keep today's score with what each line said; a second time on a day, with nothing changed, keeps the first."""
    permissions.check(by, Permission.MARKETING_EDIT)
    now = standing_of(by.practice, at)
    lines = [
        {"key": one.item.key, "title": one.item.title, "shown": one.shown.value, "words": one.words}
        for one in (*now.checks, *now.standards)
    ]
    day = by.practice.day(at)
    last = ReadinessScore.objects.of(by.practice).order_by("-at", "-pk").first()
    if last and last.on == day and last.lines == lines:
        return last
    kept = ReadinessScore.objects.create(
        practice=by.practice, on=day, met=now.score.met, of=now.score.of, lines=lines, by=by, at=at
    )
    record(events.SCORED, kept, by=by, at=at, met=kept.met, of=kept.of)
    return kept


@transaction.atomic
def begin_plan(*, by: Member, at: datetime) -> ReadinessPlan:
    """Begin the thirty days; one that runs goes on."""
    permissions.check(by, Permission.MARKETING_EDIT)
    run, is_new = ReadinessPlan.objects.get_or_create(
        practice=by.practice, ended_at=None, defaults={"begun_on": by.practice.day(at), "by": by}
    )
    if is_new:
        record(events.PLAN_BEGUN, run, by=by, at=at)
    return run


@transaction.atomic
def end_plan(*, by: Member, at: datetime) -> None:
    """End the plan that runs. What was done stays done in the record."""
    permissions.check(by, Permission.MARKETING_EDIT)
    for run in ReadinessPlan.objects.of(by.practice).filter(ended_at=None):
        run.ended_at = at
        run.save(update_fields=["ended_at"])
        record(events.PLAN_ENDED, run, by=by, at=at)


def scores_of(practice: Practice, limit: int = 12) -> Iterable[ReadinessScore]:
    """Return the scores kept, the newest first."""
    return ReadinessScore.objects.of(practice).select_related("by__user").order_by("-at", "-pk")[:limit]
