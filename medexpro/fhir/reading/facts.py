"""Conditions, operations, medicines and allergies, in the words they were recorded in. Nothing is concluded."""

import re
from collections.abc import Callable
from datetime import date

from medexpro.fhir.reading.record import Allergy, Condition, Medication, Procedure
from medexpro.fhir.reading.values import (
    ICD_10_CM,
    SNOMED,
    Left,
    Node,
    Unreadable,
    child,
    children,
    code_in,
    codes,
    day,
    partial,
    shortened,
    text,
    words,
)

_ICD = re.compile(r"([A-Z][0-9][0-9A-Z])\.?([0-9A-Z]{0,4})")
# Words by which a procedure is an operation. Examinations, tests, vaccinations and the like are not kept as surgeries.
_OPERATION = re.compile(
    r"surg|arthroplast|arthroscop|arthrodes|ectomy|otomy|ostomy|plasty|\bfusion|repair|graft|bypass|reconstruct"
    r"|fixation|transplant|amputat|ablation|ligation|stent\b|stenting|pacemaker|defibrillator"
    r"|(joint|hip|knee|shoulder|ankle|elbow|valve|disc)\b.*\breplacement|replacement of (?!.*contracept)",
    re.IGNORECASE,
)
_SURGICAL_CATEGORY = "387713003"  # SNOMED CT: Surgical procedure (procedure)
_NO_ALLERGY = {
    "716186003",
    "409137002",
    "428607008",
    "429625007",
}  # SNOMED CT: no known (drug, environmental, food) allergy

Resolve = Callable[[str], Node | None]


def read_condition(resource: Node, *, source_id: str, on: date) -> Condition:
    """Return a condition. Raises Left for one entered in error or refuted, Unreadable for wrong types."""
    verification = _status(resource, "verificationStatus")
    if verification in {"entered-in-error", "refuted"}:
        raise Left(f"Recorded as {_said(verification)}.")
    concept = child(resource, "code")
    said = words(concept)
    if not said:
        raise Left("It has no words and no code.")
    status = _status(resource, "clinicalStatus")
    onset, onset_remark = _when(resource, "onset", "onset")
    ended, ended_remark = _when(resource, "abatement", "end")
    _not_ahead(onset, on, "onset")
    if onset and ended and ended < onset:
        raise Unreadable(f"it ends on {ended}, before its onset on {onset}")
    remarks = [onset_remark, ended_remark]
    if verification in {"provisional", "differential", "unconfirmed"}:
        remarks.append(f"recorded as {verification}")
    if status in {"resolved", "inactive", "remission"} and not ended:
        remarks.append(f"recorded as {_said(status)}, day not recorded")
    return Condition(
        source_id=source_id,
        words=said,
        snomed=code_in(concept, SNOMED)[:20],
        icd10=icd10_of(concept),
        status=status,
        verification=verification,
        onset_on=onset,
        ended_on=ended,
        remark="; ".join(filter(None, remarks)),
    )


def icd10_of(concept: Node) -> str:
    """Return the ICD-10-CM code the concept itself carries, with its dot; empty when it has none. Never guessed."""
    found = _ICD.fullmatch(code_in(concept, *ICD_10_CM).strip().upper())
    if not found:
        return ""
    return f"{found[1]}.{found[2]}" if found[2] else found[1]


def read_procedure(resource: Node, *, source_id: str, on: date) -> Procedure:
    """Return an operation. Raises Left for what was not done, or is no operation by its category and words."""
    status = text(resource, "status")
    if status != "completed":
        raise Left(f"Not done: its status is {_said(status) or 'missing'}.")
    concept = child(resource, "code")
    said = words(concept)
    if not said:
        raise Left("It has no words and no code.")
    if _SURGICAL_CATEGORY not in codes(child(resource, "category")) and not _OPERATION.search(said):
        raise Left("An examination, test or service, not an operation.")
    performed, remark = _when(resource, "performed", "performed")
    _not_ahead(performed, on, "performed")
    performers = [child(entry, "actor") for entry in children(resource, "performer")]
    return Procedure(
        source_id=source_id,
        words=said,
        snomed=code_in(concept, SNOMED)[:20],
        performed_on=performed,
        surgeon=shortened(next((name for actor in performers if (name := text(actor, "display"))), ""), 160),
        remark=remark,
    )


def read_medication(resource: Node, *, source_id: str, on: date, resolve: Resolve) -> Medication:
    """Return a medicine of a request or statement, present or with the day it ended.

    Raises Left for one that was never taken, and for a past one without the day it ended: it would read as present.
    """
    status = text(resource, "status")
    if status in {"entered-in-error", "cancelled", "draft", "not-taken", "unknown"}:
        raise Left(f"Recorded as {_said(status)}.")
    if text(resource, "intent") in {"proposal", "plan", "option"}:
        raise Left("A proposal, not an order.")
    said = _medicine(resource, resolve)
    if not said:
        raise Left("It has no words and no code.")
    period = child(resource, "effectivePeriod")
    started = day(resource.get("authoredOn"), "authoredOn") or day(
        resource.get("effectiveDateTime") or period.get("start"), "start"
    )
    _not_ahead(started, on, "start")
    ended = day(period.get("end"), "end") or _end_of_supply(resource)
    past = status in {"stopped", "completed"}
    if past and not ended:
        raise Left(f"Recorded as {_said(status)} without the day it ended. Present medicines are taken.")
    dose = _dose(resource)
    return Medication(
        source_id=source_id,
        words=shortened(f"{said}; {dose}" if dose else said, 240),
        status=status,
        started_on=started,
        ended_on=ended if past or (ended and ended < on) else None,
    )


def read_allergy(resource: Node, *, source_id: str) -> Allergy:
    """Return an allergy or intolerance. Raises Left for a refuted or resolved one, or a note that none is known."""
    verification, status = _status(resource, "verificationStatus"), _status(resource, "clinicalStatus")
    if verification in {"entered-in-error", "refuted"}:
        raise Left(f"Recorded as {_said(verification)}.")
    if status in {"resolved", "inactive"}:
        raise Left(f"Recorded as {_said(status)}.")
    concept = child(resource, "code")
    if codes(concept) & _NO_ALLERGY:
        raise Left("It says that no allergy is known.")
    reactions, substances = [], []
    for reaction in children(resource, "reaction"):
        substances.append(words(child(reaction, "substance")))
        shown = [words(manifestation) for manifestation in children(reaction, "manifestation")]
        severity = text(reaction, "severity")
        reactions += [f"{sign} ({severity})" if severity else sign for sign in shown if sign]
    said = words(concept) or next(filter(None, substances), "")
    if not said:
        raise Left("It has no words and no code.")
    criticality = text(resource, "criticality")
    if criticality == "high":
        reactions.append("high criticality recorded")
    return Allergy(source_id=source_id, words=said, reaction=shortened(", ".join(reactions), 240))


def _status(resource: Node, key: str) -> str:
    return next(iter(sorted(codes(child(resource, key)))), "")


def _said(status: str) -> str:
    return status.replace("-", " ")


def _when(resource: Node, stem: str, said: str) -> tuple[date | None, str]:
    """Return the day of onset[x], abatement[x] or performed[x], and in words what was recorded instead of a day."""
    period = child(resource, f"{stem}Period")
    recorded = resource.get(f"{stem}DateTime") or period.get("start" if stem != "abatement" else "end")
    found = day(recorded, f"{stem}DateTime")
    if found:
        return found, ""
    age = child(resource, f"{stem}Age")
    if partial(recorded):
        return None, f"{said} recorded as {recorded}"
    if age.get("value") is not None:
        return None, f"{said} recorded at age {str(age['value'])[:6]}"
    words_only = shortened(text(resource, f"{stem}String"), 60)
    return None, f"{said} recorded as “{words_only}”" if words_only else ""


def _not_ahead(found: date | None, on: date, what: str) -> None:
    if found and found > on:
        raise Unreadable(f"its {what} on {found} lies in the future")


def _medicine(resource: Node, resolve: Resolve) -> str:
    said = words(child(resource, "medicationCodeableConcept"), most=160)
    pointer = child(resource, "medicationReference")
    address = text(pointer, "reference")
    if said or not pointer:
        return said
    if address.startswith("#"):
        contained = children(resource, "contained")
        medicine = next((entry for entry in contained if text(entry, "id") == address[1:]), None)
    else:
        medicine = resolve(address)
    return words(child(medicine, "code"), most=160) if medicine else shortened(text(pointer, "display"), 160)


def _dose(resource: Node) -> str:
    for key in ("dosageInstruction", "dosage"):
        for instruction in children(resource, key):
            if said := text(instruction, "text"):
                return said
    return ""


def _end_of_supply(resource: Node) -> date | None:
    period = child(child(resource, "dispenseRequest"), "validityPeriod")
    return day(period.get("end"), "validityPeriod.end")
