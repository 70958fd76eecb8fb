"""Another exercise in the place of one: what fits, what is named and not done, and who is told of it afterwards."""

from types import SimpleNamespace

import pytest

from medexpro.clearance import operations as clearance
from medexpro.knowledge.library import library
from medexpro.programs.rules.fit import Block
from medexpro.sessions import operations, presenters
from medexpro.sessions.gate import Weighing
from medexpro.sessions.rules.swapping import choices
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.sessions.floor import Tablet

SETS = [{"quantity": "10", "load": "20"}]


@pytest.fixture
def tablet(cast):
    episode = scenario.programmed(cast)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    session = operations.open_session(episode, by=cast.ana, at=MORNING)
    tablet = Tablet(session, cast.ana)
    tablet.takes_vitals()
    tablet.send("start")
    return tablet


def instead_of(tablet, entry):
    """Return what the page offers in place of an entry: those that fit, by id."""
    offered = presenters.swaps_state(Weighing(tablet.session, at=tablet.at), [])
    return [offered["others"][one] for one in offered["instead"][entry.exercise]]


def standing_precaution(tablet, exercise_id, mode):
    """A precaution that speaks against one exercise of the library, said by Dr. Raman."""
    tag = library().exercises[exercise_id].contraindicated_tags[0]
    clearance.add_precaution(
        tablet.session.episode, text="No deep bend of the hip", tags=[tag], mode=mode, by=tablet.member, at=MORNING
    )  # fmt: skip


def with_a_tag(tablet, *, but=()):
    """Return the id of an exercise some precaution can speak against, and that the session does not have."""
    taken = set(tablet.session.entries.values_list("exercise", flat=True)) | set(but)
    tags = {
        tag
        for one in taken
        if one in library().exercises
        for tag in library().exercises[one].contraindicated_tags
    }
    return next(
        one.id
        for one in library().exercises.values()
        if one.id not in taken and one.contraindicated_tags and one.contraindicated_tags[0] not in tags
    )


def finished(tablet):
    for entry in tablet.session.entries.filter(state="open"):
        tablet.send("log", entry=str(entry.pk), sets=SETS, effort=4, pain=1)
    return operations.sign(tablet.session, recently_signed_in=True, by=tablet.member, at=tablet.at)


def test_the_note_names_what_was_swapped_for_what_and_why(tablet, cast, sign_in):
    entry = tablet.session.entries.first()
    other = instead_of(tablet, entry)[0]
    answer = tablet.send("swap", entry=str(entry.pk), exercise=other["exercise"], reason="Bike taken")
    assert answer["outcome"] == "applied"
    session = tablet.session
    phrases = presenters.phrases_of(session, list(session.entries.all()), [])
    assert f"{entry.name} swapped for {other['name']}: Bike taken." in phrases
    signed = finished(tablet)
    page = text_of(sign_in(cast.ana).get(f"/sessions/{signed.pk}/"))
    assert f"Swapped for {other['name']}: Bike taken" in page
    assert f"Instead of {entry.name}" in page


def test_the_next_session_tells_what_was_left_out_and_what_was_swapped(tablet, cast):
    swapped, skipped, *_ = tablet.session.entries.all()
    other = instead_of(tablet, swapped)[0]
    tablet.send("swap", entry=str(swapped.pk), exercise=other["exercise"], reason="Bike taken")
    tablet.send("skip", entry=str(skipped.pk), reason="Pain")
    finished(tablet)
    following = operations.open_session(tablet.session.episode, by=cast.ana, at=tablet.later(48 * 60).at)
    said = {entry.exercise: entry.last.get("said") for entry in following.entries.all()}
    assert said[swapped.exercise] == f"Last time swapped for {other['name']}: Bike taken"
    assert said[skipped.exercise] == "Left out last time: Pain"
    assert [one for one in said.values() if one] == [said[swapped.exercise], said[skipped.exercise]]


def test_what_was_left_out_last_time_opens_with_the_dose_before_that(tablet, cast):
    entry = tablet.session.entries.first()
    finished(tablet)
    second = operations.open_session(tablet.session.episode, by=cast.ana, at=tablet.later(48 * 60).at)
    later = Tablet(second, cast.ana, at=tablet.at)
    later.takes_vitals()
    later.send("start")
    later.send("skip", entry=str(second.entries.get(exercise=entry.exercise).pk), reason="Tired")
    finished(later)
    third = operations.open_session(tablet.session.episode, by=cast.ana, at=later.later(48 * 60).at)
    last = third.entries.get(exercise=entry.exercise).last
    assert (last["sets"], last["said"]) == (SETS, "Left out last time: Tired")


def test_a_swapped_in_exercise_opens_with_what_was_done_of_it_before(tablet, cast):
    entry = tablet.session.entries.first()
    other = instead_of(tablet, entry)[0]
    tablet.send("swap", entry=str(entry.pk), exercise=other["exercise"])
    finished(tablet)
    second = operations.open_session(tablet.session.episode, by=cast.ana, at=tablet.later(48 * 60).at)
    later = Tablet(second, cast.ana, at=tablet.at)
    later.takes_vitals()
    offered = next(one for one in instead_of(later, entry) if one["exercise"] == other["exercise"])
    assert offered["last"]["sets"] == SETS
    later.send("swap", entry=str(second.entries.get(exercise=entry.exercise).pk), exercise=other["exercise"])
    assert second.entries.get(exercise=other["exercise"]).last["sets"] == SETS


def test_a_blocked_exercise_enters_no_session_whatever_is_said(tablet):
    wanted = with_a_tag(tablet)
    standing_precaution(tablet, wanted, "block")
    entry = tablet.session.entries.first()
    answer = tablet.send("swap", entry=str(entry.pk), exercise=wanted, reason="She likes it")
    assert (answer["outcome"], answer["field"]) == ("refused", "exercise")
    assert "no deep bend of the hip" in answer["sentence"]
    assert not tablet.session.entries.filter(exercise=wanted).exists()


def test_what_asks_for_a_reason_enters_with_one_from_a_professional_alone(tablet, cast):
    wanted = with_a_tag(tablet)
    standing_precaution(tablet, wanted, "conditional")
    entry = tablet.session.entries.first()
    assert tablet.send("swap", entry=str(entry.pk), exercise=wanted)["outcome"] == "refused"
    asa = Tablet(tablet.session, cast.asa, name="asas")
    said = asa.send("swap", entry=str(entry.pk), exercise=wanted, reason="She manages it")
    assert said["outcome"] == "refused"
    assert (
        tablet.send("swap", entry=str(entry.pk), exercise=wanted, reason="Seat raised")["outcome"]
        == "applied"
    )
    new = tablet.session.entries.get(exercise=wanted)
    assert (new.target["instead_of"], new.target["why"]) == (entry.name, "Seat raised")


def test_what_is_logged_is_not_swapped_away(tablet):
    entry = tablet.session.entries.first()
    tablet.send("log", entry=str(entry.pk), sets=SETS, effort=4, pain=9, reason="Stopped at once")
    other = instead_of(tablet, entry)[0]
    answer = tablet.send("swap", entry=str(entry.pk), exercise=other["exercise"])
    assert answer["outcome"] == "refused" and "logged" in answer["sentence"]
    entry.refresh_from_db()
    assert (entry.state, entry.pain) == ("done", 9)


def test_swapping_twice_is_said_and_not_done(tablet):
    entry = tablet.session.entries.first()
    first, second, *_ = instead_of(tablet, entry)
    tablet.send("swap", entry=str(entry.pk), exercise=first["exercise"])
    answer = tablet.send("swap", entry=str(entry.pk), exercise=second["exercise"])
    assert (
        answer["outcome"] == "refused"
        and not tablet.session.entries.filter(exercise=second["exercise"]).exists()
    )


def exercise(name, *tags, region="knee", pattern="strength", level=1):
    return SimpleNamespace(
        id=name, name=name.capitalize(), contraindicated_tags=list(tags), body_region=region,
        movement_pattern=pattern, level=level, regression="", progression="",
    )  # fmt: skip


@pytest.mark.parametrize(("mode", "blocked"), [("block", True), ("variant", True), ("conditional", False)])
def test_what_fits_comes_first_and_what_does_not_is_named_with_the_limit(mode, blocked):
    press, step, squat = exercise("press"), exercise("step", level=3), exercise("squat", "kneeling")
    known = {one.id: one for one in (press, step, squat)}
    block = Block(text="No kneeling", tags=frozenset({"kneeling"}), mode=mode)
    found = choices(press, known, [block])
    assert [one.exercise.id for one in found] == ["step", "squat"]
    assert (found[0].warning, found[0].blocked) == ("", False)
    assert (found[1].warning, found[1].blocked) == ("Squat doesn’t fit: no kneeling", blocked)
