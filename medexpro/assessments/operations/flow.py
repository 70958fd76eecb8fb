"""What the steps of an assessment keep beside results: short notes, the region's set, and the steps' own names."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from medexpro.assessments import events, flow
from medexpro.assessments.models import Assessment, StepNames
from medexpro.assessments.operations.measuring import (
    AssessmentRefused,
    refuse_finished,
    refuse_unsafe,
    tiring,
)
from medexpro.assessments.rules.flow import LONGEST_NAME, LONGEST_NOTE
from medexpro.audit.trail import record as record_event
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission


class NameRefused(Refusal):
    """A step can't be called that."""


@transaction.atomic
def note(
    assessment: Assessment, *, key: str, text: str, expected: int | None = None, by: Member, at: datetime
) -> Assessment:
    """Keep one short note of a step; empty clears it. In a finished assessment what stood before stays.

    key: the id of the note. expected: the version of this note the page showed, 0 for none; None takes what is there.
    The same text twice changes nothing. Raises AssessmentRefused, and Conflict when somebody else wrote in between.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    if key not in flow.notes():
        raise AssessmentRefused("There is no such note.", field=key)
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise AssessmentRefused(f"At most {LONGEST_NOTE} signs fit here. You typed {len(text)}.", field=key)
    # Two fields are written side by side; the row is read as it is stored now, so that neither loses the other.
    stored = Assessment.objects.select_for_update(of=("self",)).get(pk=assessment.pk)
    before = stored.noted.get(key) or {}
    assessment.noted, assessment.version = stored.noted, stored.version
    if before.get("text", "") == text:
        return assessment
    version = before.get("version", 0)
    if expected is not None and expected != version:
        raise Conflict(
            f"{before.get('name') or 'Someone'} has written here meanwhile: “{before.get('text', '')}”",
            theirs={"text": before.get("text", ""), "by": before.get("name", "")},
            version=version,
        )
    now = {"text": text, "version": version + 1, "by": str(by.pk), "name": str(by), "at": at.isoformat()}
    was = before.get("was", [])
    if stored.finished_at is not None:
        was = [
            *was,
            {"text": before.get("text", ""), "name": before.get("name", ""), "until": at.isoformat()},
        ]
    stored.noted = stored.noted | {key: now | ({"was": was} if was else {})}
    stored.save_version(expected=None)
    assessment.noted, assessment.version = stored.noted, stored.version
    kind = events.NOTE_CORRECTED if stored.finished_at else events.NOTED
    record_event(kind, assessment, by=by, at=at, client=assessment.client, note=key)
    return assessment


@transaction.atomic
def plan_region(assessment: Assessment, *, region: str, by: Member, at: datetime) -> Assessment:
    """Plan the set of a region: range, strength and functional scale. What is planned already stays where it is.

    Raises AssessmentRefused: unknown region, a finished assessment, or tests of effort while something stands against.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    refuse_finished(assessment)
    wanted = _set(assessment, region)
    added = [measure for measure in wanted if measure not in assessment.planned]
    if not added:
        return assessment
    if tiring(added, by):
        refuse_unsafe(assessment.episode, at)
    assessment.planned = [*assessment.planned, *added]
    assessment.save_version(expected=None)
    record_event(events.PLANNED, assessment, by=by, at=at, planned=assessment.planned, region=region)
    return assessment


@transaction.atomic
def take_off_region(assessment: Assessment, *, region: str, by: Member, at: datetime) -> Assessment:
    """Take a region's set off again: what has no result, and what neither the protocol nor another region's set wants."""
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    refuse_finished(assessment)
    planned = set(assessment.planned)
    kept = set(assessment.measurements.filter(removed_at=None).values_list("measure", flat=True))
    kept |= set(flow.pointers_of(assessment.episode).protocol_measures)
    for other in flow.regions().values():
        theirs = flow.set_of(other, assessment.episode)
        if other.id != region and theirs and planned.issuperset(theirs):
            kept |= set(theirs)
    gone = [one for one in _set(assessment, region) if one in planned and one not in kept]
    if not gone:
        return assessment
    assessment.planned = [one for one in assessment.planned if one not in gone]
    assessment.left_out = {key: why for key, why in assessment.left_out.items() if key not in gone}
    assessment.save_version(expected=None)
    record_event(events.PLANNED, assessment, by=by, at=at, planned=assessment.planned, region=region)
    return assessment


def _set(assessment: Assessment, region: str) -> tuple[str, ...]:
    found = flow.regions().get(region)
    if found is None:
        raise AssessmentRefused("Choose one of the regions.", field="region")
    return flow.set_of(found, assessment.episode)


@transaction.atomic
def name_steps(
    names: Mapping[str, str], *, expected: int | None = None, by: Member, at: datetime
) -> StepNames:
    """Name the steps as the practice calls them; an empty name brings ours back.

    names: by step id. expected: the version the page showed, 0 for none.
    Raises NameRefused at the step, Conflict when somebody else named them in between.
    """
    permissions.check(by, Permission.SETTINGS_MANAGE)
    own: dict[str, str] = {}
    for step in flow.steps():
        text = " ".join(names.get(step.id, "").replace("\x00", "").split())
        if len(text) > LONGEST_NAME:
            raise NameRefused(f"At most {LONGEST_NAME} signs fit on the step.", field=step.id)
        if text and text != step.label:
            own[step.id] = text
    row = StepNames.objects.select_for_update().filter(practice=by.practice).first()
    before = row.names if row else {}
    if own == before and row is not None:
        return row
    if expected is not None and expected != (row.version if row else 0):
        raise Conflict(
            "Someone else named the steps meanwhile. Both are shown; choose and save again.",
            theirs=before,
            version=row.version if row else 0,
        )
    if row is None:
        row = StepNames.objects.create(practice=by.practice, names=own)
    else:
        row.names = own
        row.save_version(expected=None)
    record_event(events.STEPS_NAMED, row, by=by, at=at, steps=sorted(own))
    return row
