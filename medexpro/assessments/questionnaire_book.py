"""The questionnaires of the product, read once: data/questionnaires, each with version, source and licence."""

from functools import cache

import yaml

from medexpro.assessments import catalogue
from medexpro.assessments.rules.questionnaires import (
    Method,
    Questionnaire,
    Shape,
    questionnaire_from,
)
from medexpro.kernel.reference import NormSet
from medexpro.knowledge.library import library

FOLDER = catalogue.DATA / "questionnaires"
# What comes first, in lists and for the client.
ORDER = ("psfs", "pain", "everyday", "koos_jr", "hoos_jr")


@cache
def all_questionnaires() -> dict[str, Questionnaire]:
    """Return every questionnaire by its id. Raises ValueError for a file that is none: found at start."""
    found = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for one in data if isinstance(data, list) else [data]:
            form = questionnaire_from(one)
            found[form.id] = form
    return {key: found[key] for key in sorted(found, key=lambda key: (_place(key), key))}


def _place(key: str) -> int:
    return ORDER.index(key) if key in ORDER else len(ORDER)


def questionnaire(form_id: str) -> Questionnaire | None:
    """Return one questionnaire, or None where there is none of this id."""
    return all_questionnaires().get(form_id)


def for_clients() -> list[Questionnaire]:
    """Return those a client can fill in here."""
    return [one for one in all_questionnaires().values() if one.shape is not Shape.TOTALS]


def table_of(form: Questionnaire) -> NormSet | None:
    """Return the table of an interval score."""
    return library().norms.get(form.scoring.table) if form.scoring.method is Method.INTERVAL else None


def has_sides(form: Questionnaire) -> bool:
    """Return whether its score is kept for one side."""
    measure = catalogue.any_measure(form.measure) if form.measure else None
    return bool(measure and measure.sides)
