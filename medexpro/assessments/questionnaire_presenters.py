"""Questionnaires in words: the fields of one form, what was given and what came of it, and when the next is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from medexpro.assessments import catalogue
from medexpro.assessments import questionnaire_book as book
from medexpro.assessments.models import Asking, Assessment
from medexpro.assessments.operations import questionnaires as operations
from medexpro.assessments.rules import questionnaires as rules
from medexpro.assessments.rules.questionnaires import Asked, Questionnaire, Shape
from medexpro.knowledge.library import library
from medexpro.practice.models import Practice
from medexpro.web import words

PROM = "prom"


@dataclass(frozen=True)
class Item:
    """One item as its fields show it. name: of the activity, where the client writes it."""

    number: int
    text: str
    options: list[tuple[int, bool]]
    named: bool
    name: str
    error: str
    name_error: str
    lacking: bool


def items_of(
    form: Questionnaire,
    answers: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    lacking: Iterable[int] = (),
) -> list[Item]:
    """Return the fields of a form. answers: kept ones, or typed ones that came back; lacking: items to point at."""
    wrong, pointed = wrong or {}, set(lacking)
    return [
        Item(
            number=int(key),
            text=form.item(int(key)),
            options=[(value, answers.get(key) == str(value)) for value in form.scale],
            named=form.shape is Shape.ACTIVITIES,
            name=answers.get(f"name-{key}", ""),
            error=wrong.get(key, ""),
            name_error=wrong.get(f"name-{key}", ""),
            lacking=int(key) in pointed,
        )
        for key in form.keys
    ]


def line_of(asking: Asking, at: datetime) -> dict[str, Any]:
    """Return one asking as the list shows it: which forms, what came of each, and what may be done."""
    practice = asking.practice
    scores = operations.scores(asking)
    parts = []
    for key, one in scores.items():
        form = book.all_questionnaires()[key]
        value = asking.taken.get(key, {}).get("value") or (str(one.value) if one.value is not None else "")
        parts.append(
            {"form": form, "value": _plain(value), "sentence": one.sentence, "answered": one.answered}
        )
    is_over = asking.expires_at is not None and at >= asking.expires_at
    return {
        "row": asking,
        "parts": parts,
        "state": _state(
            asking, practice, over=is_over, any_answer=any(one.answered for one in scores.values())
        ),
        "counting": any(one.counts for one in scores.values()),
        "open": asking.taken_at is None,
        "link_open": bool(
            asking.token_hash and not is_over and asking.ended_at is None and asking.answered_at is None
        ),
    }


def _plain(value: str) -> str:
    return value.rstrip("0").rstrip(".") if "." in value else value


def _state(asking: Asking, practice: Practice, *, over: bool, any_answer: bool) -> tuple[str, str]:
    """Return the words and the kind of chip for where an asking stands."""
    if asking.taken_at is not None:
        return f"Taken in {words.day(practice.day(asking.taken_at), 'short')}", "ok"
    if asking.answered_at is not None and asking.how == Asking.How.PAPER:
        return "Typed, waits to be taken in", "hold"
    if asking.answered_at is not None:
        return f"Answered by the client on {words.day(practice.day(asking.answered_at))}", "hold"
    if asking.ended_at is not None or over:
        return "Link ended" if asking.ended_at is not None else "Link expired", "plain"
    return ("Half answered" if any_answer else "Not answered yet"), "plain"


# ---- When the next is due


def wanted(rows: Iterable[Assessment]) -> bool:
    """Return whether an assessment of the episode plans a questionnaire at all: without one, none is owed."""
    measures = library().all_measures
    return any(
        (measure := measures.get(key)) is not None and measure.category == PROM
        for row in rows
        for key in row.planned
    )


def last_answered(taken: Mapping[Any, Any]) -> date | None:
    """Return the day of the last questionnaire with a score. taken: the episode's results by measure and side."""
    days = []
    for (measure_id, _side), readings in taken.items():
        measure = catalogue.any_measure(measure_id)
        if measure is not None and measure.category == PROM and readings:
            days.append(readings[-1].on)
    return max(days, default=None)


def due(
    rows: Iterable[Assessment], taken: Mapping[Any, Any], *, visits: int, practice: Practice, day: date
) -> Asked | None:
    """Return whether a questionnaire is to be filled in, and why. rows: the episode's assessments. No query."""
    answered = last_answered(taken)
    if answered is None and not wanted(rows):
        return None
    return rules.asked_for(answered_on=answered, visits=visits, day=day, every=practice.reassess_days)
