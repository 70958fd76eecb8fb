"""The area's own data files, read once: the intake questionnaire and the working rules of clearing.

`questionnaire()` is ours; whoever asks a client of a practice takes `questionnaire_of(practice)`, and whoever reads
answers `questionnaire_in(form, practice)`.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from medexpro.clearance.rules.clearing import ClearingPolicy, policy_from
from medexpro.clearance.rules.own_questions import laid
from medexpro.clearance.rules.screening import Questionnaire, questionnaire_from
from medexpro.knowledge.library import library_of
from medexpro.knowledge.models import KnowledgeVersion
from medexpro.knowledge.own_kinds import KINDS

DATA = Path(__file__).parent / "data"
# How the practice's own questions are called among its own versions.
QUESTION = "question"


@cache
def questionnaire() -> Questionnaire:
    """Return the intake questionnaire. Raises ValueError when the file is not one: a fault of ours, found at start."""
    return questionnaire_from(_read("questionnaire.yaml"))


def own_questions(practice: Any) -> dict[str, int]:
    """Return the practice's own questions in force, ours in its words among them: id to version."""
    return {key: one.version for (kind, key), one in library_of(practice).own.items() if kind == QUESTION}


def questionnaire_of(practice: Any) -> Questionnaire:
    """Return the questionnaire as a practice asks it now. One query a process and change; none where it has nothing own."""
    return _as_asked(practice, own_questions(practice))


def questionnaire_in(form: Any, practice: Any) -> Questionnaire:
    """Return the questionnaire a screening was begun with, or the one in force while there is none."""
    if form is None:
        return questionnaire_of(practice)
    return _as_asked(practice, form.own_questions) if form.own_questions else questionnaire()


def _as_asked(practice: Any, versions: dict[str, int]) -> Questionnaire:
    return _with(practice.pk, tuple(sorted(versions.items()))) if versions else questionnaire()


@lru_cache(maxsize=256)
def _with(practice_id: Any, versions: tuple[tuple[str, int], ...]) -> Questionnaire:
    """Return ours with these versions of a practice's own laid over. A version in service is never changed."""
    rows = KnowledgeVersion.objects.filter(
        practice_id=practice_id, kind=QUESTION, key__in=[key for key, _ in versions]
    )
    wanted = set(versions)
    return laid(
        questionnaire(),
        {
            row.key: KINDS[QUESTION].read(row.key, row.version, row.content)
            for row in rows
            if (row.key, row.version) in wanted
        },
    )


@cache
def clearing_policy() -> ClearingPolicy:
    """Return how long a clearance holds and which providers may clear or refer."""
    return policy_from(_read("clearing.yaml"))


def _read(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data
