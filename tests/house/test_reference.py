"""Every figure of the reference data: its source, its mark, its range. Nothing unverified is ever in force."""

import csv
import gzip
import re
from decimal import Decimal
from string import Formatter

import msgspec
import pytest

from medexpro.assessments.catalogue import domains, entries
from medexpro.assessments.rules import norms
from medexpro.assessments.rules.change import threshold_for
from medexpro.assessments.rules.ranges import units_of
from medexpro.kernel import quantities
from medexpro.kernel import reference as ref
from medexpro.knowledge import checks, loading
from medexpro.knowledge.library import build, library, marks

LIBRARY = library()
RELEASE = loading.DATA.parent / "codes" / "data" / "icd10cm_2026_april.tsv.gz"
# What a sentence of ours never says; sources and the names of other professions are quoted.
OUR_WORDS = re.compile(r"\b(treat\w*|therap\w*|patients?|diagnos\w*|rehab\w*|cure\w*)\b|!", re.IGNORECASE)
FOREIGN_TEXT = re.compile(
    r"(/(?:home|root|usr|var|mnt|opt|tmp)/|localhost|index-url|\b(?:\d{1,3}\.){3}\d{1,3}\b)"
)
QUOTED_FIELDS = {
    "source",
    "icd_source",
    "sources",
    "icd10cm",
    "note",
    "population",
    "variant",
    "words",
    "allowed",
}


def records():
    yield from LIBRARY.all_measures.values()
    yield from LIBRARY.norms.values()
    yield from LIBRARY.gates.values()
    yield from LIBRARY.limit_sets.values()
    yield from LIBRARY.all_protocols.values()
    yield from LIBRARY.exercises.values()
    yield from LIBRARY.wording.entries


def inside(value, path=""):
    """Walk a record: every struct in it with the path to it."""
    if isinstance(value, msgspec.Struct):
        yield path, value
        for field in value.__struct_fields__:
            yield from inside(getattr(value, field), f"{path}.{field}")
    elif isinstance(value, tuple | list):
        for number, item in enumerate(value):
            yield from inside(item, f"{path}[{getattr(item, 'id', number)}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from inside(item, f"{path}[{key}]")


def every_part():
    for record in records():
        for path, part in inside(record):
            yield record, path, part


def name_of(record):
    return getattr(record, "id", getattr(record, "file", "?"))


def test_the_data_hold_together():
    assert checks.problems(LIBRARY.data) == []


def test_the_data_on_disk_are_what_the_process_uses():
    assert build().data == LIBRARY.data


def test_every_marked_figure_has_its_source():
    for record, path, part in every_part():
        if "verification" not in part.__struct_fields__ or part.verification is None:
            continue
        if "source" in part.__struct_fields__:
            assert part.source.strip(), f"{name_of(record)}{path} has no source"
        elif isinstance(part, ref.ProtocolSource):
            assert part.text.strip()
        else:
            # A phase's criteria and a LOINC code carry their mark; the text is the figure itself.
            assert isinstance(part, ref.Criterion | ref.Loinc), f"{name_of(record)}{path}"


def test_every_entry_is_versioned_and_marked():
    for record in records():
        assert record.version >= 1
        assert marks(record) or isinstance(record, ref.NormSet), name_of(record)


def test_no_gate_measure_limit_or_word_in_service_is_unverified():
    for entry in LIBRARY.entries():
        mark = getattr(entry.record, "verification", None)
        assert mark is None or mark.in_force, f"{entry.kind} {entry.key}"
    assert len(LIBRARY.gates_in_force) == len(LIBRARY.gates)


def test_no_dose_or_criterion_in_service_is_unverified():
    for protocol in LIBRARY.protocols.values():
        for path, part in inside(protocol):
            if isinstance(part, ref.Fitt | ref.Criterion):
                assert part.verification.in_force, f"{protocol.id}{path}"


def test_unverified_precautions_wait_until_a_practice_turns_them_on():
    off = {
        precaution.id: protocol
        for protocol in LIBRARY.protocols.values()
        for precaution in protocol.precautions
        if not precaution.verification.in_force
    }
    assert sorted(off) == ["htn_cooldown", "pd_oh", "pd_on"]
    for key, protocol in off.items():
        assert key not in {precaution.id for precaution in protocol.precautions_of()}
        turned_on = protocol.precautions_of(turned_on=frozenset({key}))
        assert key in {precaution.id for precaution in turned_on}


def test_unverified_figures_are_never_weighed():
    """Change values, lines and norm rows may be held unverified; the rules pass them over."""
    for measure in LIBRARY.all_measures.values():
        worst = msgspec.structs.replace(
            measure,
            change=tuple(
                msgspec.structs.replace(value, verification=ref.Verification.UNVERIFIED)
                for value in measure.change
            ),
            cutoffs=tuple(
                msgspec.structs.replace(line, verification=ref.Verification.UNVERIFIED)
                for line in measure.cutoffs
            ),
        )
        subject = norms.Subject(age=70, sex="female")
        assert threshold_for(worst, tags=set(LIBRARY.tags), age=70, baseline=Decimal(20)) is None
        assert norms.lines(worst, Decimal(10), subject, LIBRARY.norms) == []


def test_house_rules_are_labelled_as_the_practices():
    assert ref.Verification.HOUSE_RULE.label == "The practice’s working rule"
    assert ref.Verification.UNVERIFIED.label.endswith("not in force")


def test_units_are_ucum_and_people_can_read_them():
    for measure in LIBRARY.all_measures.values():
        assert " " not in measure.unit
        assert quantities.label(measure.unit)
    for norm_set in LIBRARY.norms.values():
        for row in norm_set.rows:
            assert row.unit == LIBRARY.all_measures[row.measure_id].unit


def test_everything_is_in_service_but_what_is_off_with_its_reason():
    data = LIBRARY.data
    assert set(LIBRARY.measures) | set(data.measures_off) == set(LIBRARY.all_measures)
    assert set(LIBRARY.protocols) | set(data.protocols_off) == set(LIBRARY.all_protocols)
    assert (len(LIBRARY.all_measures), len(LIBRARY.all_protocols)) == (
        88 + 14,
        12,
    )  # and the muscle test of each movement
    assert (len(LIBRARY.gates), len(LIBRARY.exercises), len(LIBRARY.norms)) == (71, 140, 22)
    assert not (data.measures_off or data.protocols_off)
    assert {variant.id for variant in LIBRARY.protocols["total_hip_replacement"].variants} == {
        "posterior",
        "anterior",
    }
    grip = LIBRARY.measures["grip_strength"]
    assert (grip.trials.count, grip.sides) == (3, ("left", "right"))


def test_every_measure_in_service_says_what_its_change_is_about():
    """A change is said as number plus function; vital signs, effort and body size are said by their name."""
    for measure in LIBRARY.measures.values():
        if measure.category in {"performance", "rom", "prom"} and measure.id != "mmt":
            assert measure.words is not None, measure.id


def test_reassessment_is_due_after_30_days_at_most():
    assert {protocol.reassess.interval_days_max for protocol in LIBRARY.all_protocols.values()} == {30}


def test_a_reading_at_its_limit_passes_every_gate():
    for gate in LIBRARY.gates.values():
        for rule in gate.rules:
            assert rule.op in {"<", ">", "change>", "present", "absent"}


def test_questionnaires_without_a_free_licence_ship_no_items():
    for measure in LIBRARY.all_measures.values():
        if measure.licence.status in {"licence_required", "permission_required"}:
            assert not measure.licence.items_may_ship


@pytest.mark.parametrize("path", loading.data_files(), ids=lambda path: path.name)
def test_the_files_name_no_machine_and_no_registry(path):
    assert not FOREIGN_TEXT.search(path.read_text(encoding="utf-8"))


def test_our_own_words_stay_in_scope():
    """What the pages print of an entry. Sources, populations and the word list itself quote others."""
    for record, path, part in every_part():
        if isinstance(record, ref.WordingEntry) or any(f".{field}" in path for field in QUOTED_FIELDS):
            continue
        for field in set(part.__struct_fields__) - QUOTED_FIELDS:
            text = getattr(part, field)
            hit = OUR_WORDS.search(text) if isinstance(text, str) else None
            assert not hit, f"{name_of(record)}{path}.{field}: {hit.group(0)!r}"


def test_every_code_a_protocol_serves_is_billable_in_the_shipped_release():
    with gzip.open(RELEASE, "rt", encoding="utf-8", newline="") as file:
        book = {row["dotted"]: row for row in csv.DictReader(file, delimiter="\t")}
    for protocol in LIBRARY.all_protocols.values():
        for code in protocol.icd10cm:
            row = book.get(code.code)
            assert row and row["billable"] == "1", f"{protocol.id}: {code.code}"
            assert row["description"] == code.description, f"{protocol.id}: {code.code}"


# ---- References, one by one: what the checks at the start say together


def test_every_protocol_names_only_what_is_in_service():
    for protocol in LIBRARY.protocols.values():
        phases = protocol.phases
        measures = {
            *protocol.baseline_measures,
            *protocol.reassess.measures,
            *(one.measure for phase in phases for one in phase.progress_when),
        }
        assert measures <= set(LIBRARY.measures), protocol.id
        assert set(protocol.gates) <= set(LIBRARY.gates), protocol.id
        assert {planned.exercise for phase in phases for planned in phase.exercises} <= set(LIBRARY.exercises)
        tags = {tag for precaution in protocol.precautions for tag in precaution.tags}
        assert tags <= set(LIBRARY.exercise_tags), protocol.id


def test_every_gate_and_measure_names_only_what_is_there():
    for gate in LIBRARY.gates.values():
        assert set(gate.measures) <= set(LIBRARY.measures), gate.id
        assert {*gate.requires, *gate.requires_any, *gate.unless} <= set(LIBRARY.histories), gate.id
        for rule in gate.rules:
            assert {*rule.symptoms, *rule.histories} <= set(LIBRARY.symptoms) | set(LIBRARY.histories), (
                gate.id
            )
    for measure in LIBRARY.all_measures.values():
        assert set(measure.norms) <= set(LIBRARY.norms), measure.id
        for change in measure.change:
            named = {*change.applies_to.conditions, *change.applies_to.procedures}
            assert named <= set(LIBRARY.tags), measure.id


def circles(links):
    """Return the ids from which following the links leads back to where one was."""
    found = set()
    for start in links:
        seen, waiting = set(), [start]
        while waiting:
            for key in links.get(waiting.pop(), ()):
                if key == start:
                    found.add(start)
                elif key not in seen:
                    seen.add(key)
                    waiting.append(key)
    return found


@pytest.mark.parametrize("link", ["progression", "regression"])
def test_no_chain_of_exercises_leads_back(link):
    links = {key: [one] for key, e in LIBRARY.exercises.items() if (one := getattr(e, link))}
    assert {one for (one,) in links.values()} <= set(LIBRARY.exercises)
    assert circles(links) == set()
    assert circles({"a": ["b"], "b": ["a"]}) == {"a", "b"}


def test_no_condition_is_a_kind_of_itself():
    assert circles({key: tag.is_a for key, tag in LIBRARY.tags.items()}) == set()


def test_ranges_nest_and_every_published_figure_lies_inside():
    for measure in LIBRARY.all_measures.values():
        valid, usual = measure.valid_range, measure.plausible_range
        assert valid.min <= usual.min < usual.max <= valid.max, measure.id
        for line in measure.cutoffs:
            if line.value is not None and not line.unit:
                assert valid.holds(line.value), line.id
    for table in LIBRARY.norms.values():
        for row in table.rows:
            values = [*row.percentiles.values(), row.mean, row.ref_low, row.ref_high]
            holds = LIBRARY.all_measures[row.measure_id].valid_range.holds
            assert all(holds(value) for value in values if value is not None), table.file


def test_every_kind_of_figure_carries_source_and_mark_by_its_type():
    """A figure without them can't even be read: the fields have no default."""
    figures = (
        ref.ChangeValue, ref.CutOff, ref.NormRow, ref.IntervalRow, ref.EquationRow, ref.Gate, ref.LimitSet,
        ref.Fitt, ref.Precaution, ref.Exercise, ref.Measure, ref.WordingEntry,
    )  # fmt: skip
    for kind in figures:
        required = {field.name for field in msgspec.structs.fields(kind) if field.required}
        assert {"source", "verification"} <= required, kind.__name__


# ---- How each measure is entered


ENTRIES = entries()


def test_every_measure_has_its_entry_and_every_entry_its_measure():
    assert set(ENTRIES) == set(LIBRARY.all_measures)


@pytest.mark.parametrize("key", sorted(ENTRIES))
def test_an_entry_fits_its_measure(key):
    entry, measure = ENTRIES[key], LIBRARY.all_measures[key]
    low, high = entry.scale
    assert 0 < len(entry.short) <= 36
    assert not entry.domain or entry.domain in domains()
    assert low < high
    assert high <= measure.valid_range.max
    assert low >= min(measure.valid_range.min, Decimal(0))
    assert list(entry.ticks) == sorted(entry.ticks)
    assert all(low <= tick <= high for tick in entry.ticks)
    assert entry.needs in {"both", "involved", "any"}
    lines = {line.id: line for line in measure.cutoffs}
    for line in entry.lines:
        assert not lines[line].unit, f"{key}: {line} is about a difference"
    if entry.raw_table:
        assert LIBRARY.norms[entry.raw_table].intervals[-1].raw_sum == entry.raw_highest
    if entry.us:
        assert entry.us in units_of(measure)
    placeholders = {name for _, name, _, _ in Formatter().parse(entry.lead) if name}
    assert placeholders <= {"amount", "number", "word", "times", "percent", "side"}
    assert "side" not in placeholders or measure.per_side
    for way in entry.ways.values():
        assert not way.name[:1].islower()


def test_no_two_measures_share_a_short_name():
    shorts = [entry.short for entry in ENTRIES.values()]
    assert len(shorts) == len(set(shorts))
