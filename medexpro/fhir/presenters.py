"""What was read and brought in, in words: for the page and for the terminal."""

from collections.abc import Iterator, Mapping

from medexpro.fhir.many import PersonReport, Run
from medexpro.fhir.operations import Outcome
from medexpro.fhir.reading.record import ImportedRecord

_MANY = {
    "condition": "conditions", "surgery": "surgeries", "medicine": "medicines", "allergy": "allergies",
    "reading": "readings", "referral": "referrals", "contact": "contacts", "person": "people",
}  # fmt: skip


def counted(counts: Mapping[str, int]) -> str:
    """Return counts in words.

    >>> counted({"condition": 3, "allergy": 1})
    '3 conditions, 1 allergy'
    """
    return ", ".join(f"{count} {kind if count == 1 else _MANY[kind]}" for kind, count in counts.items())


def summary(outcome: Outcome) -> str:
    """Return in a sentence what bringing in did."""
    name = outcome.client.name
    if outcome.added_client:
        what = counted(outcome.new)
        return f"{name} is a client now, with {what}." if what else f"{name} is a client now."
    if outcome.nothing_new:
        return f"{name}: nothing new. Everything was on file already."
    parts = [f"{counted(outcome.new)} added" if outcome.new else ""]
    parts.append(f"{len(outcome.updated)} changed" if outcome.updated else "")
    return f"{name}: {', '.join(part for part in parts if part)}."


def skipped(record: ImportedRecord) -> list[dict]:
    """Return what the file holds that was not taken, by kind and reason, the most frequent first."""
    places: dict[tuple[str, str], list[str]] = {}
    for entry in record.report.skipped:
        places.setdefault((entry.type, entry.why), []).append(entry.place)
    return [
        {"type": kind, "why": why, "count": count, "places": ", ".join(places[kind, why][:3])}
        for (kind, why), count in record.report.skipped_by_reason().items()
    ]


def result(record: ImportedRecord, outcome: Outcome) -> dict:
    """Return what was done as plain values, kept with the upload and shown on its page."""
    report = record.report
    return {
        "summary": summary(outcome),
        "source": record.source,
        "total": report.total,
        "taken": len(report.taken),
        "skipped_total": len(report.skipped),
        "new": counted(outcome.new),
        "unchanged": counted({k: n for k, n in outcome.unchanged.items() if k != "person"}),
        "updated": outcome.updated,
        "kept": outcome.kept,
        "refused": outcome.refused,
        "notes": outcome.notes,
        "referrals": [
            {
                "purpose": one.purpose,
                "missing": one.missing,
                "remarks": one.remarks,
                "new": one.new,
                "ready": one.ready,
            }
            for one in outcome.referrals
        ],
        "skipped": skipped(record),
    }


def lines_of(record: ImportedRecord, outcome: Outcome) -> Iterator[str]:
    """Return the report on one record line by line, for a terminal."""
    yield from lines_of_person(record, outcome)
    report = record.report
    yield f"  {report.total:,} resources: {len(report.taken):,} taken, {len(report.skipped):,} skipped."
    for entry in skipped(record):
        yield f"  Skipped {entry['count']:,} {entry['type']} ({entry['places']}): {entry['why']}"


def lines_of_person(record: ImportedRecord, outcome: Outcome) -> Iterator[str]:
    """Return what was done with one person, line by line, for a terminal."""
    told = result(record, outcome)
    yield f"{told['source']}: {told['summary']}"
    if told["unchanged"]:
        yield f"  On file already: {told['unchanged']}."
    for title, key in (
        ("Changed", "updated"), ("Kept as it is here", "kept"), ("Not taken", "refused"), ("Note", "notes"),
    ):  # fmt: skip
        for sentence in told[key]:
            yield f"  {title}: {sentence}"
    for referral in told["referrals"]:
        ready = (
            "it is ready: look at it and confirm what it shows" if referral["ready"] else "it is not complete"
        )
        yield f"  Referral, {referral['purpose']}: {ready if referral['missing'] else 'complete'}."
        for sentence in referral["missing"] + referral["remarks"]:
            yield f"    - {sentence}"


def lines_of_run(run: Run) -> Iterator[str]:
    """Return what became of the files of a run and of everybody in them, line by line, for a terminal."""
    for file in run.files:
        yield (
            f"{file.name}, {file.total:,} resources: "
            f"{file.taken.total():,} taken, {file.skipped.total():,} skipped."
        )
        if file.refusal:
            yield f"  {file.refusal}"
        for (kind, why), count in file.skipped.most_common():
            yield f"  Skipped {count:,} {kind}: {why}"
    yield run_summary(run)


def left(report: PersonReport) -> dict:
    """Return why somebody was left, as plain values."""
    alike = [f"{client.name} ({', '.join(reasons)})" for client, reasons in report.alike]
    return {"name": report.name, "source": report.source, "why": report.why, "alike": ", ".join(alike)}


def run_result(run: Run, people_left: list[dict]) -> dict:
    """Return what a run did as plain values, kept with the upload and shown on its page."""
    return {
        "summary": run_summary(run),
        "left": people_left,
        "files": [
            {
                "name": file.name,
                "total": file.total,
                "taken": file.taken.total(),
                "refusal": file.refusal,
                "skipped": [
                    {"type": kind, "why": why, "count": count}
                    for (kind, why), count in file.skipped.most_common()
                ],
            }
            for file in run.files
        ],
    }


def run_summary(run: Run) -> str:
    """Return in a sentence what a run did."""
    told = {
        "new": "new",
        "changed": "changed",
        "unchanged": "as they were",
        "died": "left, having died",
        "left": "left",
    }
    people = [f"{run.people[key]:,} {words}" for key, words in told.items() if run.people[key]]
    return (
        f"{run.people.total():,} people: {', '.join(people) or 'none'}. "
        f"{run.total:,} resources: {run.taken:,} taken, {run.total - run.taken:,} skipped."
    )


def holds(record: ImportedRecord) -> dict:
    """Return what a file holds, for the page where a person decides."""
    person = record.person
    counts = {
        "condition": len(record.conditions), "surgery": len(record.procedures), "medicine": len(record.medications),
        "allergy": len(record.allergies), "reading": len(record.readings), "contact": len(person.contacts),
        "referral": len(record.referrals),
    }  # fmt: skip
    return {
        "source": record.source,
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "address": person.address,
        "phone": person.phone,
        "email": person.email,
        "deceased": person.deceased,
        "counts": counted({kind: count for kind, count in counts.items() if count}),
        "conditions": [
            {"words": c.words, "from": c.onset_on, "to": c.ended_on, "code": c.icd10}
            for c in record.conditions
        ],
        "procedures": [{"words": p.words, "on": p.performed_on} for p in record.procedures],
        "medications": [
            {"words": m.words, "from": m.started_on, "to": m.ended_on} for m in record.medications
        ],
        "allergies": [{"words": a.words, "reaction": a.reaction} for a in record.allergies],
        "referrals": [
            {"purpose": r.purpose, "wording": r.wording, "to": r.valid_to} for r in record.referrals
        ],
        "notes": record.report.notes,
        "total": record.report.total,
        "skipped_total": len(record.report.skipped),
        "skipped": skipped(record),
    }
