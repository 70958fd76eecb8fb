"""The seven steps of an assessment as the practice walks them: notes, regions, slips, sides, and what survives."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from medexpro.assessments import flow, operations, state
from medexpro.assessments.models import Assessment, Measurement, StepNames
from medexpro.assessments.operations import AssessmentRefused, Implausible, NameRefused, Swapped
from medexpro.assessments.rules.ranges import ReadingRefused
from medexpro.audit.models import Event
from medexpro.clients import operations as clients
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from tests import scenario
from tests.assessments.measuring import measured, take
from tests.conftest import MORNING
from tests.pages import text_of
from tests.reports import reporting

PART = {"HTTP_HX_REQUEST": "true"}
LATER = MORNING + timedelta(days=30)


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


@pytest.fixture
def baseline(cast, episode):
    return operations.start(episode, "baseline", by=cast.ana, at=MORNING)


@pytest.fixture
def ana(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    return sign_in(cast.ana)


def at_step(browser, assessment, step=""):
    return browser.get(reverse("assessments:show", args=[assessment.pk]), {"step": step} if step else {})


# ---- Steps


def test_a_new_baseline_opens_with_what_is_on_file(ana, baseline):
    page = at_step(ana, baseline)
    words = text_of(page)
    assert page.context["step"].id == "preparation"
    assert "What it is for" in words and "Operations" in words and "Not to be done" in words
    assert "Right total knee replacement" in words
    # Only the open step's cards are made.
    assert page.context["cards"] == []


def test_every_step_is_reached_and_none_blocks(ana, baseline):
    for step in flow.steps():
        page = at_step(ana, baseline, step.id)
        assert page.status_code == 200 and page.context["step"].id == step.id
        assert page.content.decode().count('aria-current="step"') == 1
        taken_here = {one.id for one in page.context["listed"] if one.step == step.id}
        assert {part["card"].measure.id for part in page.context["cards"]} == taken_here
    assert at_step(ana, baseline, "no-such-step").context["step"].id == "preparation"


def test_it_opens_where_something_is_left_on_whatever_device(cast, ana, baseline):
    take(baseline, "bp_systolic", "128", "130", side="left", by=cast.ana)
    operations.note(baseline, key="struggles", text="Stairs down", by=cast.ana, at=MORNING)
    assert at_step(ana, baseline).context["step"].id == "observation"
    assert "Stairs down" in text_of(at_step(ana, baseline, "interview"))
    for measure in baseline.planned:
        if not baseline.measurements.filter(measure=measure).exists():
            operations.leave_out(baseline, measure=measure, reason="Next visit", by=cast.ana, at=MORNING)
    assert at_step(ana, baseline).context["step"].id == "summary"


def test_a_check_in_between_is_one_page(cast, ana, episode):
    check = operations.start(episode, "check", measures=["tug", "rom_knee_flexion"], by=cast.ana, at=MORNING)
    page = at_step(ana, check)
    assert page.context["step"] is None and len(page.context["cards"]) == 2
    assert "Steps of the assessment" not in page.content.decode()


def test_the_summary_says_what_was_found_what_is_missing_and_who_hears_of_it(cast, ana, baseline):
    take(baseline, "tug", "13.8", by=cast.ana)
    operations.note(baseline, key="hopes", text="Walk to the lake", by=cast.ana, at=MORNING)
    page = at_step(ana, baseline, "summary")
    words = text_of(page)
    assert "Timed Up and Go" in words and "13.8 s" in words
    assert "“Walk to the lake”" in words
    assert "Functional tests" in words and "results are missing" in words
    assert "Assessment summary" in words and "due 7 days after the first visit" in words
    done = ana.post(reverse("assessments:finish", args=[baseline.pk]), {"left_out": "Tired, next visit"})
    assert done.status_code == 302
    baseline.refresh_from_db()
    assert baseline.finished_at is not None
    assert set(baseline.left_out.values()) == {"Tired, next visit"}


def test_who_may_only_read_sees_every_step_and_no_field(cast, sign_in, clock, baseline):
    clock("2026-10-13 09:30")
    operations.note(baseline, key="hopes", text="Walk to the lake", by=cast.ana, at=MORNING)
    rhea = sign_in(cast.rhea)
    for step in flow.steps():
        html = at_step(rhea, baseline, step.id).content.decode()
        assert "data-measure" not in html and "assessments/region" not in html
    assert "Walk to the lake" in at_step(rhea, baseline, "interview").content.decode()


# ---- Notes


def note(browser, assessment, key, text, version=0, **more):
    address = reverse("assessments:note", args=[assessment.pk, key])
    return browser.post(address, {"text": text, "version": version, **more}, **PART)


def test_a_note_is_kept_on_change_in_the_clients_own_words(ana, baseline):
    answer = note(ana, baseline, "struggles", "“Das Bein will nicht” 🙂 stairs")
    html = answer.content.decode()
    assert answer.status_code == 200 and 'name="version" value="1"' in html and "Ana Torres" in html
    assert "<textarea" not in html
    baseline.refresh_from_db()
    assert baseline.noted["struggles"]["text"] == "“Das Bein will nicht” 🙂 stairs"
    # The trail names the note, never its words.
    event = Event.objects.get(kind="assessments:note:write")
    assert event.detail == {"note": "struggles"} and event.client_id == baseline.episode.client_id


def test_two_fields_side_by_side_lose_nothing_and_two_people_in_one_choose(cast, ana, baseline):
    other_tab = Assessment.objects.get(pk=baseline.pk)
    operations.note(baseline, key="stopped", text="Gardening", by=cast.ana, at=MORNING)
    operations.note(other_tab, key="hopes", text="Hiking", by=cast.ana, at=MORNING)
    baseline.refresh_from_db()
    assert {key: one["text"] for key, one in baseline.noted.items()} == {
        "stopped": "Gardening",
        "hopes": "Hiking",
    }
    with pytest.raises(Conflict):
        operations.note(baseline, key="hopes", text="Swimming", expected=0, by=cast.ana, at=MORNING)
    answer = note(ana, baseline, "hopes", "Swimming")
    html = answer.content.decode()
    assert answer.status_code == 422 and "“Hiking”" in html and "Keep mine" in html
    assert note(ana, baseline, "hopes", "Swimming", mine="yes").status_code == 200
    baseline.refresh_from_db()
    assert baseline.noted["hopes"]["text"] == "Swimming"


def test_a_note_that_is_too_long_stays_typed(ana, baseline):
    address = reverse("assessments:note", args=[baseline.pk, "seen"])
    answer = ana.post(address, {"text": "x" * 601, "version": 0})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "At most 600 signs fit here" in html and "x" * 601 in html
    assert (
        ana.post(reverse("assessments:note", args=[baseline.pk, "other"]), {"text": "x"}).status_code == 404
    )


def test_a_correction_after_the_end_keeps_what_stood_before(cast, ana, baseline):
    operations.note(baseline, key="found", text="Pain at the end of range", by=cast.ana, at=MORNING)
    take(baseline, "tug", "13.8", by=cast.ana)
    operations.finish(baseline, left_out="Later", by=cast.ana, at=MORNING)
    operations.note(baseline, key="found", text="No pain", by=cast.ana, at=LATER)
    [before] = baseline.noted["found"]["was"]
    assert before["text"] == "Pain at the end of range" and before["name"] == "Ana Torres"
    assert "What stood here before" in at_step(ana, baseline, "evaluation").content.decode()
    assert Event.objects.filter(kind="assessments:note:correct").count() == 1


def test_notes_are_for_those_who_measure(cast, baseline):
    with pytest.raises(NotAllowed):
        operations.note(baseline, key="seen", text="x", by=cast.rhea, at=MORNING)
    with pytest.raises(NotFound):
        operations.note(baseline, key="seen", text="x", by=cast.dana, at=MORNING)


# ---- Regions


def test_the_record_points_to_the_knee_and_a_tap_plans_its_set(ana, baseline):
    page = at_step(ana, baseline, "evaluation")
    first = page.context["regions"][0]
    assert (first.id, first.why) == ("knee", "the operation")
    assert 0 < first.planned < first.total
    ana.post(reverse("assessments:region", args=[baseline.pk]), {"region": "knee"})
    baseline.refresh_from_db()
    assert {"mmt_knee_extension", "mmt_knee_flexion", "rom_knee_flexion", "koos_jr"} <= set(baseline.planned)
    assert at_step(ana, baseline, "evaluation").context["regions"][0].whole


def test_taking_a_region_off_leaves_what_was_measured_and_what_the_protocol_wants(cast, ana, baseline):
    before = list(baseline.planned)
    operations.plan_region(baseline, region="knee", by=cast.ana, at=MORNING)
    operations.plan_region(baseline, region="ankle", by=cast.ana, at=MORNING)
    take(baseline, "mmt_knee_flexion", "4.5", side="right", by=cast.ana)
    ana.post(reverse("assessments:region", args=[baseline.pk]), {"take_off": "knee"})
    baseline.refresh_from_db()
    assert set(before) <= set(baseline.planned)
    assert "mmt_knee_flexion" in baseline.planned and "mmt_knee_extension" not in baseline.planned
    assert "rom_ankle_dorsiflexion" in baseline.planned


def test_a_region_that_is_none_and_a_finished_assessment_are_refused(cast, ana, baseline):
    answer = ana.post(reverse("assessments:region", args=[baseline.pk]), {"region": "brain"})
    assert answer.status_code == 422 and "Choose one of the regions" in text_of(answer)
    take(baseline, "tug", "13.8", by=cast.ana)
    operations.finish(baseline, left_out="Later", by=cast.ana, at=MORNING)
    with pytest.raises(AssessmentRefused, match="is finished"):
        operations.plan_region(baseline, region="hip", by=cast.ana, at=MORNING)


def test_without_a_protocol_the_region_of_the_condition_is_planned(episode):
    rows = type(episode).objects.filter(pk=episode.pk)
    rows.update(surgery=None, condition=None, referral=None, population=["neck_pain"])
    planned = state.plan_for(rows.get(), "baseline")
    assert {"rom_cervical_rotation", "ndi", "chair_stand_30s"} <= set(planned)
    assert not [one for one in planned if one.startswith("rom_knee")]


def test_strength_is_graded_per_movement_and_side(cast, baseline):
    operations.plan_region(baseline, region="knee", by=cast.ana, at=MORNING)
    take(baseline, "mmt_knee_extension", "4", side="right", by=cast.ana)
    take(baseline, "mmt_knee_flexion", "4.5", side="right", by=cast.ana)
    assert baseline.measurements.filter(measure__startswith="mmt_").count() == 2


# ---- Slips


@pytest.fixture
def again(cast, episode):
    """A second occasion after a baseline: grip 24 and 18 kg, weight 71 kg, TUG 13.8 s."""
    measured(
        episode,
        {
            ("grip_strength", "left"): ["18"],
            ("grip_strength", "right"): ["24"],
            "weight": "71",
            "tug": "13.8",
        },
        by=cast.ana,
    )
    return operations.start(
        episode, "check", measures=["grip_strength", "weight", "tug"], by=cast.ana, at=LATER
    )


def keep(browser, assessment, measure, **fields):
    address = reverse("assessments:record", args=[assessment.pk, measure])
    typed = {name.replace("__", "-"): value for name, value in fields.items()}
    return browser.post(address, typed, **PART)


def test_pounds_typed_as_kilograms_are_asked_about_once(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    answer = keep(ana, again, "grip_strength", right__1="53", unit="kg")
    words = text_of(answer)
    assert answer.status_code == 422
    assert "53.0 kg is far from 24.0 kg before. Was that in pounds?" in words and "Use 24.0 kg" in words
    assert not again.measurements.exists()
    kept = keep(ana, again, "grip_strength", right__1="53", unit="kg", keep="right-1")
    assert kept.status_code == 200 and "Ana Torres kept it as typed" in text_of(kept)
    row = again.measurements.get()
    assert (row.value, row.confirmed_implausible) == (Decimal(53), True)
    assert [(one["kind"], one["name"]) for one in row.asked] == [("unit", "Ana Torres")]
    # The second trial, alike, is not asked about; nor is the first one again.
    assert keep(
        ana, again, "grip_strength", right__1="53", right__2="52", unit="kg", **{"right-version": row.version}
    ).status_code == 200  # fmt: skip


def test_the_proposed_value_is_one_tap(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    assert keep(ana, again, "grip_strength", right__1="53", unit="kg", use="right-1:24.0").status_code == 200
    row = again.measurements.get()
    assert (row.value, row.asked, row.confirmed_implausible) == (Decimal(24), [], False)


@pytest.mark.parametrize(("measure", "typed", "unit", "question", "instead"), [
    ("weight", "156", "kg", "Was that in pounds?", "70.8"),
    ("weight", "71", "[lb_av]", "Was that in kilograms?", "156.5"),
    ("tug", "138", "s", "A slipped decimal point?", "13.8"),
])  # fmt: skip
def test_other_slips_are_asked_about(cast, again, measure, typed, unit, question, instead):
    with pytest.raises(Implausible) as asked:
        take(again, measure, typed, unit=unit, by=cast.ana, at=LATER)
    assert question in str(asked.value) and asked.value.instead == instead


def test_999_seconds_are_refused_with_the_range(cast, again):
    with pytest.raises(ReadingRefused, match=r"lies between 3 and 300 s\. You typed 999\."):
        take(again, "tug", "999", by=cast.ana, at=LATER)


def test_left_and_right_swapped_are_asked_about_and_swapped_in_one_tap(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    fields = {"left__1": "24.5", "right__1": "18.5", "unit": "kg"}
    answer = keep(ana, again, "grip_strength", **fields)
    words = text_of(answer)
    assert answer.status_code == 422
    assert "Left and right look swapped: last time left 18.0 kg, right 24.0 kg." in words
    assert 'name="swap"' in answer.content.decode()
    versions = {f"{row.side}-version": row.version for row in again.measurements.all()}
    swapped = keep(ana, again, "grip_strength", **fields, **versions, swap="yes")
    html = swapped.content.decode()
    assert swapped.status_code == 200
    assert '<template data-fill="grip_strength-left-1">18.5</template>' in html
    assert dict(again.measurements.values_list("side", "value")) == {
        "left": Decimal("18.5"),
        "right": Decimal("24.5"),
    }


def test_sides_that_are_meant_are_kept_with_who_said_so_and_not_asked_again(cast, again, sign_in, clock):
    take(again, "grip_strength", "18.5", side="right", by=cast.ana, at=LATER)
    with pytest.raises(Swapped):
        take(again, "grip_strength", "24.5", side="left", by=cast.ana, at=LATER)
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    answer = keep(
        ana, again, "grip_strength", right__1="18.5", left__1="24.5", unit="kg", sides="keep", **{"right-version": 1}
    )  # fmt: skip
    assert answer.status_code == 200
    left = again.measurements.get(side="left")
    assert [(one["kind"], one["name"]) for one in left.asked] == [("swapped", "Ana Torres")]
    take(again, "grip_strength", "18.8", side="right", by=cast.ana, at=LATER)


# ---- What stands beside the fields


def test_both_sides_their_difference_and_the_last_value_stand_on_the_card(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    answer = keep(ana, again, "grip_strength", left__1="18", right__1="24", unit="kg")
    assert "Between the sides 6.0 kg (25%). Right, involved, is 133% of left." in text_of(answer)
    page = at_step(ana, again)
    assert "last 24.0 kg, Oct 13" in text_of(page)


def test_another_instrument_than_last_time_says_so(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    answer = keep(ana, again, "tug", none__1="12.1", aid="Cane")
    words = text_of(answer)
    assert "Not done as last time. Aid: Cane, last time none. Compare with care." in words
    assert "change of unknown meaning" in words


def test_a_disturbed_trial_is_repeated_and_the_last_one_is_kept(cast, ana, baseline):
    take(baseline, "rom_knee_flexion", "98", side="right", by=cast.ana)
    address = reverse("assessments:show", args=[baseline.pk])
    assert "Another trial" in text_of(at_step(ana, baseline, "evaluation"))
    page = ana.get(address, {"step": "evaluation", "more": "rom_knee_flexion"})
    html = page.content.decode()
    assert 'name="right-2"' in html and "Kept, last" in html
    keep(ana, baseline, "rom_knee_flexion", right__1="98", right__2="104", **{"right-version": 1})
    row = baseline.measurements.get()
    assert (row.value, len(row.trials)) == (Decimal(104), 2)


def test_the_aid_of_last_time_is_named_before_the_test(cast, episode, sign_in, clock):
    first = operations.start(episode, "baseline", measures=["tug"], by=cast.ana, at=MORNING)
    take(first, "tug", "13.8", aid="Walker", by=cast.ana)
    operations.finish(first, by=cast.ana, at=MORNING)
    check = operations.start(episode, "check", measures=["tug"], by=cast.ana, at=LATER)
    clock("2026-11-12 09:30")
    assert "last time Walker" in text_of(at_step(sign_in(cast.ana), check))


def test_what_is_usual_stands_beside_an_empty_field(cast, ana, baseline):
    page = at_step(ana, baseline, "tests")
    cards = {part["card"].measure.id: part["card"] for part in page.context["cards"]}
    assert cards["chair_stand_30s"].rows[0].usual.startswith("Middle half ")
    assert cards["chair_stand_30s"].rows[0].usual in text_of(page)


# ---- The birth date


def test_a_birth_date_changed_after_norms_were_shown_is_said(cast, again, sign_in, clock):
    clock("2026-11-12 09:30")
    ana = sign_in(cast.ana)
    assert "recomputed" not in text_of(at_step(ana, again))
    janet = type(cast.janet).objects.get(pk=cast.janet.pk)
    was = janet.birth_date
    clients.update(janet, birth_date=date(was.year - 6, was.month, was.day), by=cast.ana, at=LATER)
    words = text_of(at_step(ana, again))
    assert (
        "Percentiles recomputed: birth date changed on Nov 12, 2026. Signed documents keep what they said."
        in words
    )
    measures = text_of(ana.get(reverse("assessments:measures", args=[again.episode_id])))
    assert "Percentiles recomputed: birth date changed on Nov 12, 2026" in measures


def test_what_was_signed_keeps_its_ages_and_percentiles(cast, clock):
    document = reporting.signed(cast)
    before = (document.snapshot, document.sha256)
    janet = type(cast.janet).objects.get(pk=cast.janet.pk)
    clients.update(janet, birth_date=date(1940, 1, 2), by=cast.ana, at=reporting.LATER)
    document.refresh_from_db()
    assert (document.snapshot, document.sha256) == before


def test_a_first_birth_date_recomputes_nothing(cast, again, sign_in, clock):
    janet = type(cast.janet).objects.get(pk=cast.janet.pk)
    clients.update(janet, birth_date=None, by=cast.ana, at=MORNING)
    janet.birth_date_changed_on = None
    janet.save()
    clients.update(janet, birth_date=date(1950, 1, 2), by=cast.ana, at=LATER)
    assert janet.birth_date_changed_on is None


# ---- The steps' names


def test_the_practice_names_its_steps(cast, sign_in, clock, baseline):
    clock("2026-10-13 09:30")
    olga = sign_in(cast.olga)
    address = reverse("assessments:name_steps")
    assert "Our own step; nobody published it." in text_of(olga.get(address))
    names = {step.id: "" for step in flow.steps()} | {"tests": "Funktionstests", "version": "0"}
    assert olga.post(address, names).status_code == 302
    assert StepNames.objects.get().names == {"tests": "Funktionstests"}
    page = text_of(at_step(sign_in(cast.ana), baseline, "tests"))
    assert "Funktionstests" in page and "Functional interview" in page
    # A second tab that has not seen it.
    again = sign_in(cast.olga).post(address, names | {"tests": "Tests"})
    assert again.status_code == 409 and "Someone else named the steps" in text_of(again)
    with pytest.raises(NameRefused):
        operations.name_steps({"goals": "x" * 41}, by=cast.olga, at=MORNING)
    with pytest.raises(NotAllowed):
        operations.name_steps({"goals": "Ziele"}, by=cast.ana, at=MORNING)


# ---- What a page costs


def test_a_step_costs_the_same_with_25_measures(cast, ana, baseline, django_assert_max_num_queries):
    for region in ("shoulder", "arm", "hip"):
        operations.plan_region(baseline, region=region, by=cast.ana, at=MORNING)
    take(baseline, "rom_shoulder_flexion", "120", side="right", by=cast.ana)
    for step in flow.steps():
        at_step(ana, baseline, step.id)
        with django_assert_max_num_queries(15):
            at_step(ana, baseline, step.id)
    assert sum(one.step == "evaluation" for one in at_step(ana, baseline).context["listed"]) >= 25
    assert Measurement.objects.count() == 1
