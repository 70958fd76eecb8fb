"""The screening: started, answered, finished, its findings decided."""

from datetime import datetime
from typing import Any

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import KnownState, Screening
from medexpro.clearance.operations.refused import ClearanceRefused
from medexpro.clearance.questionnaire import own_questions, questionnaire, questionnaire_in
from medexpro.clearance.rules import screening
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.findings import Weight
from medexpro.knowledge.library import library
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

# Where a screening keeps the decisions that others have followed; no finding has such a code.
BEFORE = "_before"


@transaction.atomic
def start_screening(episode: Episode, *, by: Member, at: datetime) -> Screening:
    """Start the questionnaire, or go on with the one that is half done."""
    permissions.check(by, Permission.SCREENING_RECORD, episode)
    form = state.latest_screening(episode)
    if form is not None and form.finished_at is None:
        return form
    form = Screening.objects.create(
        practice=episode.practice, episode=episode, questionnaire_version=questionnaire().version,
        own_questions=own_questions(episode.practice), started_at=at, recorded_by=by,
    )  # fmt: skip
    if episode.status == Status.REFERRED:
        episodes.move(episode, Status.SCREENING, by=by, at=at)
    record(events.SCREEN_STARTED, form, by=by, at=at)
    return form


@transaction.atomic
def answer(
    form: Screening,
    question_id: str,
    data: dict[str, Any],
    *,
    expected: int | None = None,
    by: Member,
    at: datetime,
) -> Screening:
    """Keep one answer as {answer, words, options, items, asked}. Raises ClearanceRefused at the question, Conflict."""
    permissions.check(by, Permission.SCREENING_RECORD, form)
    if form.finished_at is not None:
        raise ClearanceRefused("This screening is finished. Start a new one to change an answer.")
    try:
        question = questionnaire_in(form, form.practice).question(question_id)
    except KeyError:
        raise ClearanceRefused("There is no such question.") from None
    given = screening.answer_from(data)
    if wrong := screening.problem(question, given):
        raise ClearanceRefused(wrong, field=question_id)
    kept = {
        "answer": given.value,
        "words": given.words[:500],
        "options": list(given.options),
        "items": dict(given.items),
        "asked": given.asked,
    }
    form.answers = form.answers | {question_id: kept}
    form.save_version(expected=expected, fields=["answers"])
    record(events.SCREEN_ANSWERED, form, by=by, at=at, question=question_id)
    return form


@transaction.atomic
def finish_screening(form: Screening, *, by: Member, at: datetime) -> Screening:
    """Finish a complete screening: its findings are kept as weighed, and the known state of red flags and histories.

    The episode moves on to awaiting clearance. Raises ClearanceRefused naming the first open question.
    """
    permissions.check(by, Permission.SCREENING_RECORD, form)
    if form.finished_at is not None:
        return form
    episode = form.episode
    result = state.weigh_screening(episode, form, episode.practice.day(at))
    if result.missing:
        number = questionnaire_in(form, episode.practice).number(result.missing[0])
        raise ClearanceRefused(
            f"Question {number} has no answer yet ({len(result.missing)} open). “I’m not sure” is an answer.",
            field=result.missing[0],
        )
    form.findings = [finding.as_dict() for finding in result.findings]
    form.finished_at = at
    form.save_version(expected=None)
    _keep_known(episode, result, by=by, at=at)
    if episode.status in (Status.REFERRED, Status.SCREENING):
        episodes.move(episode, Status.AWAITING_CLEARANCE, by=by, at=at)
    record(events.SCREEN_FINISHED, form, by=by, at=at, findings=[finding.code for finding in result.findings])
    return form


def _keep_known(episode: Episode, result: screening.ScreeningResult, *, by: Member, at: datetime) -> None:
    """Write the known state, also of what was denied: “new” needs to know that it was absent."""
    flags = library().red_flag_question.asks
    items = {flag: flag in result.red_flags for flag in flags} | dict.fromkeys(result.histories, True)
    KnownState.objects.bulk_create(
        KnownState(
            practice=episode.practice, episode=episode, item=item, present=present,
            words=str(result.red_flags.get(item, ""))[:240], recorded_by=by, recorded_at=at,
        )
        for item, present in items.items()
    )  # fmt: skip


@transaction.atomic
def decide_finding(
    form: Screening, code: str, *, choice: str, reason: str, by: Member, at: datetime
) -> Screening:
    """Take a named member's decision on a DECIDE finding, with its reason. A STOP is never decided here."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, form)
    findings = {finding.code: finding for finding in state.weigh_screening(
        form.episode, form, form.episode.practice.day(at)).findings}  # fmt: skip
    finding = findings.get(code)
    if finding is None:
        raise ClearanceRefused("This screening has no such finding.")
    if finding.weight == Weight.STOP:
        raise ClearanceRefused(
            f"{finding.sentence} Nobody decides past it here.", findings=[finding], field=code
        )
    if choice not in ("go_on", "ask_provider", "wait"):
        raise ClearanceRefused("Choose what to do about it.", field=code)
    if choice == "go_on" and not reason.strip():
        raise ClearanceRefused("Write the provider’s answer, or why you go on.", field=code)
    decisions = dict(form.decisions)
    if code in decisions:  # Taken anew: who decided before, and why, stays with the screening.
        decisions[BEFORE] = [*decisions.get(BEFORE, []), {"code": code, **decisions[code]}]
    if choice == "go_on":
        decisions[code] = {"choice": choice, "reason": reason.strip(), "by": str(by), "at": at.isoformat()}
    else:
        decisions.pop(code, None)
    form.decisions = decisions
    form.save_version(expected=None)
    record(events.FINDING_DECIDED, form, by=by, at=at, finding=code, choice=choice)
    return form
