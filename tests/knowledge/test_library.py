"""Reading the data files: strict, named errors, a cache, and life without the tables of unclear rights."""

import shutil

import pytest

from medexpro.knowledge import library as library_module
from medexpro.knowledge import loading
from medexpro.knowledge.library import build, library


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the data files to spoil."""
    return shutil.copytree(loading.DATA, tmp_path / "data")


def spoil(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "names"),
    [
        # A value of the wrong type, a missing field, an unknown one, a key twice, an unquoted comma, broken YAML.
        (
            "measures.yaml",
            "valid_range: {min: 0, max: 100}",
            "valid_range: {min: low, max: 100}",
            ["grip_strength", "valid_range"],
        ),
        ("measures.yaml", "  construct: Walking speed\n", "", ["gait_speed_4m", "construct"]),
        (
            "measures.yaml",
            "  category: performance\n",
            "  categroy: performance\n",
            ["grip_strength", "categroy"],
        ),
        ("measures.yaml", "  unit: kg\n", "  unit: kg\n  unit: kg\n", ["'unit'", "twice"]),
        (
            "measures.yaml",
            "population: mixed clinical,",
            "population: mixed, clinical,",
            ["'clinical'", "comma", "grip_strength"],
        ),
        ("safety_gates.yaml", "actions:", "actions: [", ["safety_gates.yaml"]),
        (
            "safety_gates.yaml",
            "action: hold_recheck, weight",
            "action: hold_on, weight",
            ["bp_session_ceiling", "action"],
        ),
        ("exercises.yaml", "level: 1", "level: one", ["ankle_pump", "level"]),
        (
            "protocols/total_knee_replacement.yaml",
            "id: total_knee_replacement",
            "id: tkr",
            ["total_knee_replacement.yaml", "id"],
        ),
        ("protocols/total_knee_replacement.yaml", "weeks: [6, 9]", "weeks: [6]", ["weeks"]),
        (
            "norms/koos_jr_interval.csv",
            "koos_jr,1,91.975",
            "koos_jr,one,91.975",
            ["koos_jr_interval.csv", "line 3", "raw_sum"],
        ),
        ("norms/koos_jr_interval.csv", "koos_jr,1,91.975", "koos_jr,1,91.975,extra", ["line 3", "columns"]),
        ("catalogue.yaml", "schema_version: 1", "schema_version: 2", ["catalogue.yaml", "schema_version"]),
        # What can be read, but does not hold together.
        (
            "measures.yaml",
            "plausible_range: {min: 4, max: 75}",
            "plausible_range: {min: 4, max: 175}",
            ["grip_strength", "plausible_range"],
        ),
        (
            "measures.yaml",
            "type: MDC, value: 2.5, role: error",
            "type: MDC, value: 2.5, role: matters",
            ["chair_stand_30s", "role"],
        ),
        (
            "measures.yaml",
            "source: 'CDC STEADI', verification",
            "source: '', verification",
            ["tug", "tug_steadi", "source"],
        ),
        (
            "measures.yaml",
            "conditions: [distal_radius_fracture]",
            "conditions: [wrist]",
            ["grip_strength", "wrist is not a condition"],
        ),
        (
            "measures.yaml",
            "norms: [tug_bohannon_2006.csv]",
            "norms: [tug_bohannon.csv]",
            ["tug", "tug_bohannon.csv"],
        ),
        (
            "safety_gates.yaml",
            "action: hold_recheck, weight: stop",
            "action: hold_recheck, weight: note",
            ["bp_session_ceiling", "weight"],
        ),
        (
            "safety_gates.yaml",
            "rules: [{symptoms: [chest_pressure]",
            "rules: [{symptoms: [chest_weight]",
            ["chest_pain", "chest_weight"],
        ),
        (
            "safety_gates.yaml",
            "do not start. Rest",
            "do not start. Drink fluids. Rest",
            ["bp_session_ceiling", "fluids"],
        ),
        (
            "exercises.yaml",
            "progression: calf_raise_supported",
            "progression: calf_raise_super",
            ["ankle_pump", "calf_raise_super"],
        ),
        ("exercises.yaml", "regression: ankle_pump", "regression: heel_slide", ["heel_slide", "leads back"]),
        (
            "protocols/total_knee_replacement.yaml",
            "interval_days_max: 30",
            "interval_days_max: 60",
            ["total_knee_replacement", "30"],
        ),
        (
            "protocols/total_knee_replacement.yaml",
            "lifts: provider_release",
            "lifts: record_tag_removed",
            ["tkr_impact", "release"],
        ),
        (
            "protocols/total_knee_replacement.yaml",
            "  text: No running,",
            "  text: Until week 23 no running,",
            ["tkr_impact", "date"],
        ),
        (
            "protocols/total_knee_replacement.yaml",
            "phrase: Kneeling only when healed and comfortable",
            "phrase: Kneeling only once the wound is healed and it is comfortable for the client",
            ["tkr_kneel", "phrase"],
        ),
        (
            "catalogue.yaml",
            "measures_off: {}",
            "measures_off: {tug: Not used here}",
            ["catalogue.yaml", "tug is measured by"],
        ),
        (
            "catalogue.yaml",
            "measures_off: {}",
            "measures_off: {spo2: Not used here}",
            ["catalogue.yaml", "spo2 is weighed by"],
        ),
        ("catalogue.yaml", "measures_off: {}", "measures_off: {eq5d: ' '}", ["eq5d", "reason"]),
        ("catalogue.yaml", "measures_off: {}", "measures_off: {eq5: Unused}", ["eq5 is not a measure"]),
        ("catalogue.yaml", "protocols_off: {}", "protocols_off: {knee: Unused}", ["knee is not a protocol"]),
        (
            "catalogue.yaml",
            "protocols_off: {}",
            "protocols_off: {copd: 5}",
            ["catalogue.yaml", "protocols_off"],
        ),
        (
            "measures.yaml",
            "  source: 'House rule: the same method and device each time'\n  verification: house_rule",
            "  source: 'House rule: the same method and device each time'\n  verification: unverified",
            ["body_fat", "unverified"],
        ),
        (
            "norms/grip_steiber_2016_germany.csv",
            ",31.5,6.2,",
            ",315,6.2,",
            ["grip_steiber_2016_germany.csv", "valid range"],
        ),
        (
            "norms/six_minute_walk_equations.csv",
            ",7.57,-1.76,",
            ",7.57,1.76,",
            ["six_minute_walk_equations.csv", "usual adult"],
        ),
    ],
)
def test_wrong_data_are_refused_by_file_entry_and_field(folder, file, old, new, names):
    spoil(folder, file, old, new)
    with pytest.raises(loading.DataError) as error:
        build(folder)
    assert all(name in str(error.value) for name in [*names, file.split("/")[-1].removesuffix(".yaml")]), str(
        error.value
    )


def test_a_missing_file_is_named(folder):
    (folder / "wording.yaml").unlink()
    with pytest.raises(loading.DataError, match=r"wording\.yaml: cannot be read"):
        build(folder)


def test_a_table_without_an_entry_is_named(folder):
    (folder / "norms" / "found_somewhere.csv").write_text("measure_id\n", encoding="utf-8")
    with pytest.raises(loading.DataError, match=r"found_somewhere\.csv has no entry"):
        build(folder)


def test_the_product_runs_without_the_tables_of_unclear_rights(folder):
    shutil.rmtree(folder / "norms" / "unclear_rights")
    without = build(folder)
    assert not without.norms["grip_tomkinson_2025.csv"].installed
    assert without.norms["grip_steiber_2016_germany.csv"].installed
    assert set(without.measures) == set(library().measures)


def test_an_open_table_may_not_be_missing(folder):
    (folder / "norms" / "tug_bohannon_2006.csv").unlink()
    with pytest.raises(loading.DataError, match=r"tug_bohannon_2006\.csv: there is no such file"):
        build(folder)


@pytest.fixture
def fresh(settings, tmp_path):
    """Let the library start anew in an empty home, and leave the process as it was."""
    settings.MEDEXPRO_HOME = tmp_path
    yield tmp_path / "cache"
    settings.MEDEXPRO_HOME = tmp_path
    library.cache_clear()


def test_the_second_start_reads_the_kept_file(fresh, monkeypatch):
    library.cache_clear()
    first = library().data
    assert [path.suffix for path in fresh.iterdir()] == [".msgpack"]

    monkeypatch.setattr(library_module, "build", lambda: pytest.fail("read the data files again"))
    library.cache_clear()
    assert library().data == first


def test_a_spoiled_kept_file_is_no_harm(fresh):
    library.cache_clear()
    first = library().data
    next(fresh.iterdir()).write_bytes(b"\x00half")
    library.cache_clear()
    assert library().data == first


def test_a_home_that_cannot_be_written_is_no_harm(fresh):
    fresh.write_text("a file where the folder would be", encoding="utf-8")
    library.cache_clear()
    assert library().measures


def test_a_protocol_is_found_by_its_code():
    assert [p.id for p in library().protocols_for_code("Z96.651")] == ["total_knee_replacement"]
    assert [p.id for p in library().protocols_for_code("z96651")] == ["total_knee_replacement"]
    assert library().protocols_for_code("Z99.9") == ()


def test_the_nine_red_flags_are_asked_in_order():
    assert [flag.id for flag in library().red_flags] == list(library().red_flag_question.asks)
    assert len(library().red_flags) == 9


def test_an_unknown_approach_keeps_the_precautions_of_every_approach():
    hip = library().protocols["total_hip_replacement"]
    assert {p.id for p in hip.precautions_of("posterior")} == {"thr_post", "thr_seat", "thr_impact"}
    assert {p.id for p in hip.precautions_of("anterior")} == {"thr_ant", "thr_seat", "thr_impact"}
    assert {p.id for p in hip.precautions_of()} == {"thr_post", "thr_ant", "thr_seat", "thr_impact"}


def test_the_phase_of_a_week():
    knee = library().protocols["total_knee_replacement"]
    assert knee.phase_in_week(6).id == "p1"
    assert knee.phase_in_week(10).id == "p2"
    assert knee.phase_in_week(2) is None
    assert knee.phase("p2").name == "Strength build"
