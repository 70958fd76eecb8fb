"""An episode from referral to discharge."""

from datetime import date, timedelta

import pytest

from medexpro.audit.models import Event
from medexpro.clients import operations as clients
from medexpro.episodes import operations, populations, steps
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from tests.conftest import MORNING, TODAY


def test_the_way_of_an_episode(cast, opened, clearance):
    operations.move(opened, "screening", by=cast.ana, at=MORNING)
    operations.move(opened, "awaiting_clearance", by=cast.ana, at=MORNING)
    with pytest.raises(operations.StartRefused) as refused:
        operations.start(opened, by=cast.ana, at=MORNING)
    assert refused.value.missing == ["No clearance is in force."]
    clearance.given = True
    operations.start(opened, by=cast.ana, at=MORNING)
    assert (opened.status, opened.category, opened.started_on) == ("active", "post_rehab", TODAY)
    operations.hold(opened, reason="Dizzy on standing", by=cast.ana, at=MORNING)
    operations.refer_back(opened, reason="Dizzy again", by=cast.ana, at=MORNING)
    operations.resume(opened, by=cast.ana, at=MORNING)
    operations.discharge(
        opened, ended_reason="goals_met", goals_reached="Stairs, one foot per step", by=cast.ana, at=MORNING
    )
    way = [change.to_status for change in opened.status_changes.all()]
    assert way == [
        "referred", "screening", "awaiting_clearance", "active", "on_hold", "referred_back", "active", "discharged",
    ]  # fmt: skip
    stored = Episode.objects.get()
    assert (stored.ended_on, stored.ended_reason, stored.is_open) == (TODAY, "goals_met", False)


def test_post_rehab_does_not_start_without_its_four_checks(cast, opened, clearance):
    clearance.given = True
    from medexpro.referrals import operations as referrals

    referrals.answer_check(
        opened.referral, kind="exited", met=False, note="Two visits left", by=cast.ana, at=MORNING
    )
    operations.move(opened, "awaiting_clearance", by=cast.ana, at=MORNING)
    with pytest.raises(operations.StartRefused, match="Two visits left"):
        operations.start(opened, by=cast.ana, at=MORNING)


def test_an_expired_referral_stops_a_post_rehab_start(cast, opened, clearance):
    clearance.given = True
    operations.move(opened, "awaiting_clearance", by=cast.ana, at=MORNING)
    later = MORNING + timedelta(days=120)
    with pytest.raises(operations.StartRefused, match="expired"):
        operations.start(opened, by=cast.ana, at=later)


def test_after_a_year_clearance_is_enough(cast, clearance):
    clearance.given = True
    episode = operations.open_episode(
        cast.janet, title="Knee", onset_on=date(2025, 10, 12), by=cast.ana, at=MORNING
    )
    operations.move(episode, "awaiting_clearance", by=cast.ana, at=MORNING)
    assert operations.start(episode, by=cast.ana, at=MORNING).category == "medical_exercise"


def test_no_start_without_clearance_whatever_the_category(cast, clearance):
    episode = operations.open_episode(
        cast.janet, title="Knee", onset_on=date(2020, 1, 1), by=cast.ana, at=MORNING
    )
    operations.move(episode, "awaiting_clearance", by=cast.ana, at=MORNING)
    for choice in ({}, {"category": "maintenance", "category_reason": "Holds function"}):
        with pytest.raises(operations.StartRefused):
            operations.start(episode, **choice, by=cast.ana, at=MORNING)


def test_without_a_date_the_category_cannot_be_worked_out(cast, clearance):
    clearance.given = True
    episode = operations.open_episode(cast.janet, title="Balance", by=cast.ana, at=MORNING)
    operations.move(episode, "awaiting_clearance", by=cast.ana, at=MORNING)
    with pytest.raises(operations.EpisodeRefused) as refused:
        operations.start(episode, by=cast.ana, at=MORNING)
    assert refused.value.field == "onset_on"
    chosen = {"category": "maintenance", "category_reason": "Little further change expected"}
    operations.start(episode, **chosen, by=cast.ana, at=MORNING)
    assert Episode.objects.get().category_reason == "Little further change expected"


def test_the_category_stays_frozen(cast, active):
    operations.change(active, onset_on=date(2020, 1, 1), by=cast.ana, at=MORNING)
    assert Episode.objects.get().category == "post_rehab"
    with pytest.raises(operations.EpisodeRefused, match="frozen"):
        operations.choose_category(active, category="corrective", reason="Posture", by=cast.ana, at=MORNING)


def test_clicking_start_twice_starts_once(cast, active):
    operations.start(active, by=cast.ana, at=MORNING)
    assert active.status_changes.filter(to_status="active").count() == 1
    assert Event.objects.filter(kind="episodes:episode:start").count() == 1


def test_whoever_works_on_the_floor_may_stop_but_not_go_on(cast, active):
    clients.assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    operations.hold(active, reason="Chest tightness", by=cast.asa, at=MORNING)
    with pytest.raises(NotAllowed):
        operations.resume(active, by=cast.asa, at=MORNING)
    with pytest.raises(NotAllowed):
        operations.hold(active, reason="x", by=cast.ben, at=MORNING)


def test_resuming_needs_clearance_again(cast, active, clearance):
    operations.refer_back(active, reason="New calf swelling", by=cast.ana, at=MORNING)
    clearance.given = False
    with pytest.raises(operations.StartRefused):
        operations.resume(active, by=cast.ana, at=MORNING)
    assert Episode.objects.get().status == "referred_back"


def test_before_the_start_referring_back_holds_nothing(cast, opened):
    operations.refer_back(opened, reason="New calf swelling", by=cast.ana, at=MORNING)
    assert opened.status == "referred"
    assert Event.objects.filter(kind="episodes:status:refer-back").count() == 1


def test_moving_is_no_edit_so_nobody_else_is_refused_for_it(cast, active):
    stale = Episode.objects.get()
    operations.change(active, deficit="Stairs", by=cast.ana, at=MORNING)
    operations.hold(stale, reason="Fever", by=cast.ana, at=MORNING)
    stored = Episode.objects.get()
    assert (stored.deficit, stored.status) == ("Stairs", "on_hold")


def test_two_people_editing_one_episode(cast, opened):
    stale = Episode.objects.get()
    operations.change(opened, deficit="Stairs", by=cast.ana, at=MORNING)
    with pytest.raises(Conflict):
        operations.change(stale, deficit="Reaching", version=stale.version, by=cast.ana, at=MORNING)


def test_maintenance_after_discharge_is_a_new_linked_episode(cast, active):
    with pytest.raises(operations.EpisodeRefused, match="still open"):
        operations.open_episode(cast.janet, title="Hold function", previous=active, by=cast.ana, at=MORNING)
    operations.discharge(active, ended_reason="steady", next_step="maintenance", by=cast.ana, at=MORNING)
    made_by_page = uuid7()
    for _ in range(2):
        following = operations.open_episode(
            cast.janet, title="Hold function", previous=active, id=made_by_page, by=cast.ana, at=MORNING
        )
    assert list(active.next_episodes.all()) == [following]


def test_another_reason_for_discharge_needs_words(cast, active):
    for wrong in (
        {"ended_reason": "other"},
        {"ended_reason": "bored"},
        {"ended_reason": "moved", "next_step": "moon"},
    ):
        with pytest.raises(operations.EpisodeRefused):
            operations.discharge(active, **wrong, by=cast.ana, at=MORNING)
    assert Episode.objects.get().status == "active"


def test_active_and_closed_are_reached_by_their_own_operations(cast, opened):
    for status in ("active", "discharged", "declined"):
        with pytest.raises(operations.EpisodeRefused):
            operations.move(opened, status, by=cast.ana, at=MORNING)


@pytest.mark.parametrize("person", ["olga", "asa", "ben", "bill", "mia", "rhea"])
def test_episodes_are_managed_by_professionals(cast, opened, person):
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on="2026-08-01")
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on="2026-08-01")
    with pytest.raises(NotAllowed):
        operations.move(opened, "screening", by=cast.members[person], at=MORNING)


def test_another_practices_episode_is_not_found(cast, opened):
    with pytest.raises(NotFound):
        operations.move(opened, "screening", by=cast.dana, at=MORNING)
    with pytest.raises(NotFound):
        operations.open_episode(cast.stranger, title="Knee", by=cast.ana, at=MORNING)


def test_the_spine_says_where_we_are_and_what_is_missing(cast, opened, clearance):
    spine = steps.compose(opened, TODAY)
    assert [step.key for step in spine.steps] == list(steps.KEYS)
    assert spine.step("referral").state == "done"
    assert spine.now.key == "screening"
    assert "No clearance is in force." in [missing.sentence for missing in spine.missing]


def test_a_missing_referral_is_named_with_the_place_to_add_it(cast):
    episode = operations.open_episode(
        cast.janet, title="Knee", onset_on=date(2026, 6, 1), by=cast.ana, at=MORNING
    )
    step = steps.state_of(episode, "referral", TODAY)
    assert step.missing == ("There is no written referral yet.",)
    assert str(cast.janet.pk) in step.link


def test_population_and_protocols_follow_from_operation_and_codes(cast, opened):
    assert populations.tags_for("total_knee_replacement", []) == [
        "total_knee_replacement", "lower_limb_musculoskeletal", "musculoskeletal",
    ]  # fmt: skip
    surgery = clients.record_surgery(
        cast.janet, procedure="Right total knee replacement", procedure_tag="total_knee_replacement", side="right",
        performed_on=date(2026, 6, 22), by=cast.ana, at=MORNING,
    )  # fmt: skip
    operations.change(opened, surgery=surgery, by=cast.ana, at=MORNING)
    assert "total_knee_replacement" in opened.population
    assert populations.protocols_for(opened)[0].protocol_id == "total_knee_replacement"


def test_the_approach_chooses_the_variant(cast):
    surgery = clients.record_surgery(
        cast.janet, procedure="Left hip replacement", procedure_tag="total_hip_replacement", approach="Anterior",
        by=cast.ana, at=MORNING,
    )  # fmt: skip
    episode = operations.open_episode(cast.janet, title="Left hip", surgery=surgery, by=cast.ana, at=MORNING)
    assert populations.protocols_for(episode)[0].variant == "anterior"
