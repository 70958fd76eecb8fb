"""What the data must hold together: references, ranges, sources, marks. Each problem names file, entry and field.

Run whenever the data files are read afresh, and by a house test. A problem stops the start: a rule that weighs
a wrong figure is worse than no rule.
"""

from collections.abc import Iterator

from medexpro.kernel.wording import ALLOW, GROUPS, READERS, contexts_of
from medexpro.knowledge.checks.gates import gates
from medexpro.knowledge.checks.measures import measures, norms
from medexpro.knowledge.checks.plans import exercises, protocols
from medexpro.knowledge.checks.shared import sourced, unique, versioned
from medexpro.knowledge.loading import LibraryData

FAMILIES = (measures, norms, gates, exercises, protocols)


def problems(data: LibraryData) -> list[str]:
    """Return every problem of the data as "file: entry: field: what is wrong"; empty means the data may be used."""
    return [problem for family in (*FAMILIES, wording, catalogue) for problem in family(data)]


def wording(data: LibraryData) -> Iterator[str]:
    file = "wording.yaml"
    yield from unique([entry.id for entry in data.wording.entries], file)
    for entry in data.wording.entries:
        where = f"{file}: {entry.id}"
        yield from sourced(entry.source, where)
        yield from versioned(entry.version, where)
        if (
            entry.where not in READERS
            or entry.level not in {ALLOW, "mark", "refuse"}
            or entry.group not in GROUPS
        ):
            yield f"{where}: where, level or group is unknown"
        if not entry.words:
            yield f"{where}: words: there are none"
        for pattern in (*entry.unless, *entry.only_with):
            try:
                contexts_of([pattern], data.wording)
            except ValueError as error:
                yield f"{where}: {pattern}: {error}"


def catalogue(data: LibraryData) -> Iterator[str]:
    file = "catalogue.yaml"
    measures = {measure.id: measure for measure in data.measures}
    protocols = {protocol.id: protocol for protocol in data.protocols}
    in_service = set(data.measures_in_service)
    for key in data.measures_off:
        if key not in measures:
            yield f"{file}: measures_off: {key} is not a measure"
    for key in data.protocols_off:
        if key not in protocols:
            yield f"{file}: protocols_off: {key} is not a protocol"
    for key, reason in (data.measures_off | data.protocols_off).items():
        if not reason.strip():
            yield f"{file}: {key}: the reason is missing"
    for key in data.measures_in_service:
        if not measures[key].verification.in_force:
            yield f"{file}: measures_off: {key} is unverified and must be listed"
    for gate in data.gates:
        for key in gate.measures:
            if key not in in_service:
                yield f"{file}: measures_off: {key} is weighed by {gate.id} and may not be listed"
    for key in data.protocols_in_service:
        protocol = protocols[key]
        named = {
            *protocol.baseline_measures,
            *(c.measure for phase in protocol.phases for c in phase.progress_when),
        }
        for measure in sorted(named - in_service):
            yield f"{file}: measures_off: {measure} is measured by {key} and may not be listed"
