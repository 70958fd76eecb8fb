"""The rules of screening days: who may exert themselves, ages, stations, figures, leads, and what a page says."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments.rules import norms
from medexpro.clearance.rules.evidence import Reading, Sign
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.knowledge.library import library
from medexpro.marketing import catalogue
from medexpro.marketing.rules import figures, leads, safety, said, stations
from medexpro.marketing.rules.ages import Age, read_age
from medexpro.marketing.rules.safety import Standing

ON = date(2026, 10, 13)
NINE = datetime(2026, 10, 13, 13, 0, tzinfo=UTC)


def weighed(*readings, signs=(), histories=(), asked=True, age=68, limits=()):
    """Weigh pressures and pulses: (systolic, diastolic, pulse) each, the next five minutes later."""
    given_readings = [
        Reading(measure=measure, value=Decimal(value), at=NINE + timedelta(minutes=5 * place))
        for place, triple in enumerate(readings)
        for measure, value in zip(safety.AT_REST, triple, strict=True)
        if value is not None
    ]
    return safety.weigh(
        gates_in_force=library().gates_in_force, limits=limits, readings=given_readings,
        signs=[Sign(symptom=sign, at=NINE) for sign in signs], histories=histories, asked=asked, age=age, on=ON, at=NINE,
    )  # fmt: skip


@pytest.mark.parametrize(("readings", "standing"), [
    ([(128, 82, 70)], Standing.OPEN),  # An ordinary morning.
    ([(160, 100, 120)], Standing.OPEN),  # At the limit is not above it.
    ([(161, 82, 70)], Standing.HOLD),
    ([(128, 101, 70)], Standing.HOLD),
    ([(128, 82, 121)], Standing.HOLD),
    ([(172, 90, 70), (158, 88, 70)], Standing.OPEN),  # Rested and measured again.
    ([(172, 90, 70), (166, 88, 70)], Standing.HOLD),
    ([(201, 90, 70)], Standing.CLOSED),  # No second reading opens this.
    ([(201, 90, 70), (128, 82, 70)], Standing.CLOSED),
    ([(128, 82, 48)], Standing.CLOSED),  # A slow pulse is the provider's to judge.
    ([], Standing.FIRST),
    ([(128, 82, None)], Standing.FIRST),
])  # fmt: skip
def test_pressure_and_pulse_open_the_stations_that_exert(readings, standing):
    assert weighed(*readings).standing is standing


def test_of_two_readings_of_one_entry_the_higher_counts():
    pair = [Reading(measure=m, value=Decimal(v), at=NINE) for m, v in
            (("bp_systolic", 168), ("bp_systolic", 148), ("bp_diastolic", 80), ("resting_hr", 70))]  # fmt: skip
    found = safety.weigh(gates_in_force=library().gates_in_force, readings=pair, asked=True, on=ON, at=NINE)
    assert found.standing is Standing.HOLD


@pytest.mark.parametrize(("signs", "histories", "readings", "standing"), [
    (["chest_pressure"], [], [(128, 82, 70)], Standing.EMERGENCY),
    (["face_arm_speech"], [], [(128, 82, 70)], Standing.EMERGENCY),
    (["confusion_new"], [], [(184, 90, 80)], Standing.EMERGENCY),  # 180 and more with one of the signs.
    (["fever"], [], [(128, 82, 70)], Standing.CLOSED),
    (["dizzy_faint"], [], [(128, 82, 70)], Standing.CLOSED),
    (["heart_irregular_new"], [], [(128, 82, 70)], Standing.CLOSED),
    ([], ["surgery_not_released"], [(128, 82, 70)], Standing.CLOSED),
    ([], ["pregnancy_or_birth_6w"], [(128, 82, 70)], Standing.CLOSED),
    ([], [], [(128, 82, 70)], Standing.OPEN),
])  # fmt: skip
def test_a_sign_closes_whatever_the_pressure_says(signs, histories, readings, standing):
    assert weighed(*readings, signs=signs, histories=histories).standing is standing


def test_a_sign_is_weighed_before_anything_is_measured():
    assert weighed(signs=["chest_pressure"]).standing is Standing.EMERGENCY


def test_nothing_opens_before_the_question_is_answered():
    assert weighed((128, 82, 70), asked=False).standing is Standing.FIRST


def test_each_sign_we_ask_for_is_one_that_a_gate_fires_on():
    """confusion_new counts only with a high pressure; every other stops by itself."""
    alone = {sign for sign in safety.SIGNS if weighed((128, 82, 70), signs=[sign]).standing is Standing.OPEN}
    assert alone == {"confusion_new"}
    assert set(safety.SIGNS) <= library().symptoms.keys()
    assert set(safety.HISTORIES) <= library().histories.keys()


def test_a_practice_of_tighter_limits_holds_earlier():
    own = Limit(
        measure="bp_systolic", op=">", value=Decimal(140), origin=Origin.PRACTICE, who="Olga Brandt", written_on=ON, valid_from=ON
    )  # fmt: skip
    assert weighed((148, 82, 70), limits=[own]).standing is Standing.HOLD


@given(st.integers(50, 299), st.integers(20, 200), st.integers(20, 250))
def test_whoever_is_let_on_lies_inside_every_limit_of_ours(systolic, diastolic, pulse):
    if weighed((systolic, diastolic, pulse)).may_exert:
        assert systolic <= 160 and diastolic <= 100 and 50 <= pulse <= 120


@pytest.mark.parametrize("standing", [Standing.FIRST, Standing.HOLD, Standing.CLOSED, Standing.EMERGENCY])
def test_whoever_is_kept_back_is_told_what_to_do(standing):
    assert safety.SAID[standing]


# ---- Ages


@pytest.mark.parametrize(("typed", "age"), [
    (67, Age(67, False)), (18, Age(18, False)), (110, Age(110, False)), (1959, Age(67, True)), (2008, Age(18, True)),
])  # fmt: skip
def test_an_age_or_a_year_of_birth(typed, age):
    assert read_age(typed, ON) == age


@pytest.mark.parametrize("typed", [17, 2009, 111, 1915, 0, 3000, 999])
def test_an_age_that_can_not_be_is_said_in_a_sentence(typed):
    assert isinstance(read_age(typed, ON), str)


# ---- Stations


def test_every_station_takes_measures_in_service_and_says_what_they_mean():
    for station in catalogue.stations().values():
        assert set(station.measures) <= library().measures.keys()
        assert set(station.means) <= set(station.measures)
        assert station.slots and station.do


def test_only_pressure_and_pulse_are_taken_at_rest():
    assert [key for key, one in catalogue.stations().items() if not one.exerts] == ["rest"]


def test_grip_takes_three_trials_of_each_hand_in_turn():
    names = [slot.name for slot in catalogue.stations()["grip"].slots]
    assert names == [f"grip_strength-{side}-{n}" for n in (1, 2, 3) for side in ("right", "left")]


@pytest.mark.parametrize(("chosen", "fine"), [
    (["rest", "grip"], True), (["rest"], True), (["grip"], False), ([], False), (["rest", "sauna"], False),
])  # fmt: skip
def test_where_people_exert_themselves_pressure_comes_first(chosen, fine):
    assert (stations.check_choice(chosen, catalogue.stations()) == "") is fine


def test_one_hand_is_half_a_station():
    grip = catalogue.stations()["grip"]
    assert not stations.is_done(grip, {("grip_strength", "right")})
    assert stations.is_done(grip, {("grip_strength", "right"), ("grip_strength", "left")})


# ---- Figures


def test_the_counts_of_a_day():
    people = [
        figures.Person(frozenset({"rest", "grip"}), printed=True, any_result=True),
        figures.Person(frozenset({"rest"}), left_out=frozenset({"grip"}), sent=True, any_result=True),
        figures.Person(
            frozenset({"rest"}), closed=frozenset({"grip"}), printed=True, sent=True, any_result=True
        ),
        figures.Person(frozenset({"rest"}), any_result=True),
        figures.Person(),
    ]
    day = figures.count(people, ["rest", "grip"], leads=2, clients=1)
    assert (day.registered, day.measured, day.complete, day.kept_away) == (5, 4, 3, 1)
    assert (day.pages, day.printed, day.sent, day.leads, day.clients) == (3, 2, 2, 2, 1)
    assert day.stations[1] == figures.StationFigures("grip", measured=1, left_out=1, kept_away=1)
    assert figures.DayFigures.from_dict(day.as_dict()) == day


# ---- Leads


def test_who_unsubscribed_goes_nowhere_by_hand():
    assert leads.next_states("unsubscribed") == () and leads.next_states("client") == ()
    assert not leads.may_become_client("unsubscribed") and not leads.may_be_contacted("declined")
    assert leads.may_become_client("declined")  # They came back.


def test_results_are_kept_only_while_somebody_is_in_touch():
    assert {str(one) for one in leads.KEEPS_RESULTS} == {"new", "contacted", "booked", "client"}


# ---- What a page says


def compared(measure_id, value, **subject):
    measure = library().measures[measure_id]
    who = norms.Subject(**{"age": 68, "sex": "female", "kept": measure.trials.kept} | subject)
    found = norms.best_comparison(measure, library().norms_of(measure), Decimal(value), who)
    return said.compared(measure, found, Decimal(value), who)


def test_a_percentile_is_said_as_people_and_names_its_table():
    words = compared("grip_strength", "24.6", side="best")
    assert words.startswith("Between the 40th and 50th percentile for women of 65 to 69 (Tomkinson 2025")
    assert words.endswith("Of 100 people like you, between 40 and 50 have a lower value.")


def test_seconds_say_whether_more_is_slower():
    assert compared("tug", "9.4").endswith("That is slower.")
    assert compared("tug", "7").endswith("That is faster.")


@pytest.mark.parametrize(("subject", "words"), [
    ({"sex": "unknown"}, "neither was chosen"),
    ({"age": None}, "Without an age"),
    ({"age": 12, "sex": "male"}, "No published table"),
])  # fmt: skip
def test_where_no_table_fits_that_is_said_and_nobody_is_called_a_client(subject, words):
    answer = compared("grip_strength", "24.6", side="best", **subject)
    assert words in answer and "client" not in answer


@pytest.mark.parametrize(("value", "words"), [
    ("15.9", "Under the EWGSOP2 cut-off of 16 kg."), ("16", "At or above the EWGSOP2 cut-off of 16 kg."),
])  # fmt: skip
def test_a_line_is_named_with_the_side_a_value_lies_on(value, words):
    measure = library().measures["grip_strength"]
    who = norms.Subject(age=68, sex="female", side="best", kept="best")
    line = next(
        one
        for one in norms.lines(measure, Decimal(value), who, library().norms)
        if one.cutoff.id == "grip_ewgsop2_f"
    )
    assert said.line("EWGSOP2 cut-off", line, Decimal(value), measure) == words
