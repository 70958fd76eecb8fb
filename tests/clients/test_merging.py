"""Two records of one person become one, and two again."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clearance import state as clearance_state
from medexpro.clients import operations, tasks
from medexpro.clients.merging import all_moves
from medexpro.clients.models import (
    Allergy,
    Assignment,
    Client,
    ClientMerge,
    Condition,
    Consent,
    ContactPerson,
    ImportedRow,
    Medication,
    OutsideReading,
    Surgery,
)
from medexpro.clients.operations import duplicates, merging
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode, StatusChange
from medexpro.fhir.operations import import_record
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.programs import operations as programs
from medexpro.referrals import operations as referrals
from medexpro.referrals.models import Referral, ReferralCheck, ReferralCode
from medexpro.reports.models import Document
from medexpro.scheduling.models import Booking, GroupPlace, Service
from medexpro.sessions import operations as sessions
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.fhir.samples import WHO, condition, person, pulse, read
from tests.reports import reporting

HOUR = timedelta(hours=1)
LATER = MORNING + timedelta(days=1)


@pytest.fixture
def jan(cast):
    """A second record of Janet, made by mistake under a short name."""
    return operations.quick_add(
        given_name="Jan", family_name="Ellery", phone="555-0177", notes_to_staff="Hard of hearing", knowingly=True,
        by=cast.ben, at=MORNING,
    )  # fmt: skip


def merge(cast, kept, gone, **how):
    return merging.merge(kept, gone, **({"by": cast.ana, "at": MORNING} | how))


def undo(cast, done, **how):
    return merging.undo(done, **({"by": cast.ana, "at": LATER} | how))


def plan(cast, kept, gone):
    return merging.plan(kept, gone, by=cast.ana, at=MORNING)


def obstacles(cast, kept, gone):
    return " ".join(one.sentence for one in plan(cast, kept, gone).obstacles)


# ---- What moves


def test_what_the_other_record_holds_stands_in_the_one_that_stays(cast, jan):
    operations.record_allergy(jan, words="Latex", by=cast.ana, at=MORNING)
    operations.record_allergy(cast.janet, words="Pollen", by=cast.ana, at=MORNING)
    operations.add_contact(jan, name="Tom Ellery", phone="555-0180", by=cast.ben, at=MORNING)
    done = merge(cast, cast.janet, jan)
    assert {row.words for row in Allergy.objects.filter(client=cast.janet)} == {"Latex", "Pollen"}
    assert cast.janet.contacts.get().name == "Tom Ellery"
    jan.refresh_from_db()
    assert (jan.merged_into, jan.name, jan.survivor) == (cast.janet, "Jan Ellery", cast.janet)
    assert done.moved.keys() == {"clients.Allergy", "clients.ContactPerson"}


def test_details_that_differ_are_chosen_one_by_one(cast, jan):
    cast.janet.notes_to_staff = "Left side"
    cast.janet.save()
    found = {one.field: one for one in plan(cast, cast.janet, jan).differences}
    assert {name: one.proposed for name, one in found.items()} == {
        "given_name": "kept", "phone": "gone", "notes_to_staff": "both",
    }  # fmt: skip
    merge(cast, cast.janet, jan, choices={"given_name": "gone"})
    janet = Client.objects.get(pk=cast.janet.pk)
    assert (janet.name, janet.phone) == ("Jan Ellery", "555-0177")
    assert (janet.notes_to_staff, janet.name_search) == ("Left side; Hard of hearing", "jan ellery")


def test_a_choice_nobody_offered_is_refused(cast, jan):
    with pytest.raises(merging.MergeRefused, match="Choose one of the answers offered"):
        merge(cast, cast.janet, jan, choices={"phone": "neither"})
    assert Client.objects.get(pk=jan.pk).merged_into is None


def test_who_looks_after_either_looks_after_the_one(cast, jan):
    operations.assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    operations.assign(jan, cast.asa, by=cast.ana, at=MORNING)
    operations.assign(jan, cast.mia, by=cast.ana, at=MORNING)
    merge(cast, cast.janet, jan)
    assert {one.member for one in cast.janet.assignments.filter(ended_on=None)} == {cast.asa, cast.mia}
    assert list(Client.objects.visible_to(cast.asa)) == [cast.janet]


def test_facts_that_both_records_read_from_elsewhere_stay_two(cast, jan):
    for client, words in ((cast.janet, "Latex"), (jan, "Latex gloves, severe")):
        operations.record_allergy(client, words=words, external_id="a1", by=cast.ana, at=MORNING)
    done = merge(cast, cast.janet, jan)
    assert sorted(Allergy.objects.filter(client=cast.janet).values_list("words", "external_id")) == [
        ("Latex", "a1"), ("Latex gloves, severe", ""),
    ]  # fmt: skip
    undo(cast, done)
    assert Allergy.objects.get(client=jan).external_id == "a1"


# ---- Safety


def test_a_medicine_of_the_other_record_closes_the_gates_of_this_one(cast, jan):
    episode = scenario.cleared(cast)
    operations.record_medication(
        jan, words="Metoprolol", effects=["hr_affecting_medicine"], by=cast.ana, at=MORNING
    )
    merge(cast, cast.janet, jan)
    fresh = Episode.objects.get(pk=episode.pk)
    assert "hr_affecting_medicine" in clearance_state.histories_of(fresh, TODAY)


def test_limits_and_precautions_of_the_other_record_stay_in_force(cast, jan):
    episode = scenario.cleared(cast, client=jan)
    clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=150, provider=cast.dr_raman, written_on=TODAY, by=cast.ana,
        at=MORNING,
    )  # fmt: skip
    clearance.add_precaution(episode, text="No kneeling", by=cast.ana, at=MORNING)
    merge(cast, cast.janet, jan)
    moved = Episode.objects.get(client=cast.janet)
    assert 150 in [limit.value for limit in clearance_state.limits_in_force(moved)]
    assert [one.text for one in clearance_state.precautions_in_force(moved)] == ["No kneeling"]


def test_a_red_flag_of_the_other_record_still_holds_its_episode(cast, jan):
    episode = scenario.cleared(cast, client=jan)
    clearance.refer_back(episode, trigger="other", observed="New calf swelling", by=cast.ana, at=MORNING)
    merge(cast, cast.janet, jan)
    moved = Episode.objects.get(client=cast.janet)
    assert any("New calf swelling" in one.sentence for one in clearance_state.weigh_start(moved, TODAY))


def test_a_stop_beside_an_active_episode_is_settled_first(cast, jan):
    scenario.cleared(cast)
    other = scenario.cleared(cast, client=jan)
    episodes.change(other, title="Left hip", side="left", population=["hip"], by=cast.ana, at=MORNING)
    clearance.refer_back(other, trigger="other", observed="New calf swelling", by=cast.ana, at=MORNING)
    for pair in ((cast.janet, jan), (jan, cast.janet)):
        assert "Left hip is stopped on one record (New calf swelling)" in obstacles(cast, *pair)
    with pytest.raises(merging.MergeRefused, match="put Right knee replacement on hold"):
        merge(cast, cast.janet, jan)


def test_a_limit_for_one_episode_is_read_before_the_records_are_one(cast, jan):
    episode = scenario.cleared(cast)
    clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=150, provider=cast.dr_raman, written_on=TODAY, by=cast.ana,
        at=MORNING,
    )  # fmt: skip
    other = scenario.cleared(cast, client=jan)
    episodes.change(other, title="Left hip", side="left", population=["hip"], by=cast.ana, at=MORNING)
    [said] = plan(cast, cast.janet, jan).cautions
    assert "no higher than 150 mmHg" in said and "Left hip" in said
    with pytest.raises(merging.MergeRefused, match="say that you have"):
        merge(cast, cast.janet, jan)
    assert merge(cast, cast.janet, jan, read=True).pk


# ---- What has to be settled first


def test_two_open_episodes_for_the_same_condition(cast, jan):
    scenario.referred(cast)
    other = scenario.referred(cast, client=jan)
    assert "Both records have an open episode for the same: Right knee" in obstacles(cast, cast.janet, jan)
    episodes.decline(other, reason="Opened twice", by=cast.ana, at=MORNING)
    assert obstacles(cast, cast.janet, jan) == ""


def test_different_guardians(cast, jan):
    for client, name in ((cast.janet, "Ruth Ellery"), (jan, "Hal Brandt")):
        operations.add_contact(client, name=name, phone="555-0180", is_guardian=True, by=cast.ben, at=MORNING)
    assert "Different guardians are on file: Ruth Ellery, and Hal Brandt" in obstacles(cast, cast.janet, jan)


def test_a_running_session(cast, jan):
    session = sessions.open_session(scenario.programmed(cast), by=cast.ana, at=MORNING)
    assert "is not finished" in obstacles(cast, jan, cast.janet)
    sessions.did_not_take_place(session, why="mistake", by=cast.ana, at=MORNING)
    assert obstacles(cast, jan, cast.janet) == ""


def test_an_agreement_the_client_took_back_on_the_other_record(cast, jan):
    def sign(client, at):
        return operations.sign_consent(
            client, kind="release_to_provider", version=1, signed_name="Janet Ellery", by=cast.ben, at=at
        )

    sign(cast.janet, MORNING)
    operations.withdraw_consent(sign(jan, MORNING), reason="By phone", by=cast.ben, at=MORNING + HOUR)
    assert "was withdrawn on one record" in obstacles(cast, cast.janet, jan)
    sign(jan, MORNING + 2 * HOUR)
    assert obstacles(cast, cast.janet, jan) == ""


def test_two_places_in_a_coming_group(cast, jan):
    group = Service.objects.create(practice=cast.northbridge, name="Group", minutes=45, places=6)
    for days, refused in ((2, True), (-2, False)):
        starts = MORNING + timedelta(days=days)
        booking = Booking.objects.create(
            practice=cast.northbridge, service=group, member=cast.ana, starts_at=starts, ends_at=starts + HOUR,
            made_by=cast.ana,
        )  # fmt: skip
        for client in (cast.janet, jan):
            GroupPlace.objects.create(practice=cast.northbridge, booking=booking, client=client)
        assert ("have a place in Group" in obstacles(cast, cast.janet, jan)) is refused
        GroupPlace.objects.filter(booking=booking, client=jan).exclude(
            booking__starts_at__lt=MORNING
        ).delete()
    merge(cast, cast.janet, jan)
    assert GroupPlace.objects.filter(client=cast.janet).count() == 2


def test_the_record_that_stays_is_on_the_lists(cast, jan):
    operations.archive(cast.janet, by=cast.ben, at=MORNING)
    janet = Client.objects.get(pk=cast.janet.pk)
    assert "is archived" in obstacles(cast, janet, jan)
    assert obstacles(cast, jan, janet) == ""


def test_birth_dates_that_differ_are_read_first(cast, jan):
    operations.update(jan, birth_date=date(1959, 3, 4), by=cast.ben, at=MORNING)
    with pytest.raises(merging.MergeRefused, match="say that you have"):
        merge(cast, cast.janet, Client.objects.get(pk=jan.pk))


def test_a_record_that_was_changed_meanwhile_is_looked_at_again(cast, jan):
    shown = plan(cast, cast.janet, jan).version
    operations.update(jan, phone="555-0199", by=cast.ben, at=MORNING)
    with pytest.raises(merging.MergeRefused, match="meanwhile"):
        merge(cast, cast.janet, jan, version=shown)


# ---- Who may


def test_merging_is_for_professionals(cast, jan):
    for member in (cast.ben, cast.olga, cast.asa, cast.mia, cast.bill, cast.rhea):
        with pytest.raises(NotAllowed):
            merge(cast, cast.janet, jan, by=member)
    with pytest.raises(NotFound):
        merge(cast, cast.janet, jan, by=cast.dana)
    with pytest.raises(NotFound):
        merge(cast, cast.janet, cast.stranger)
    done = merge(cast, cast.janet, jan)
    with pytest.raises(NotAllowed):
        undo(cast, done, by=cast.ben)
    with pytest.raises(NotFound):
        merging.merge_or_404(done.pk, cast.dana)


def test_who_sees_only_their_own_clients_merges_only_those(cast, jan):
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    cast.ana.practice = cast.northbridge
    operations.assign(cast.janet, cast.ana, by=cast.olga, at=MORNING)
    with pytest.raises(NotFound):
        merge(cast, cast.janet, jan)


def test_a_record_is_not_made_part_of_itself_nor_twice(cast, jan):
    with pytest.raises(merging.MergeRefused, match="one record already"):
        merge(cast, cast.janet, cast.janet)
    done = merge(cast, cast.janet, jan)
    assert merge(cast, cast.janet, jan) == done
    with pytest.raises(NotFound):
        merge(cast, Client.objects.get(pk=jan.pk), cast.janet)


# ---- Nothing is deleted


def test_the_trail_tells_it_in_both_records(cast, jan):
    done = merge(cast, cast.janet, jan)
    undo(cast, done)
    told = Event.objects.filter(kind__startswith="clients:client:", subject_type="clients.clientmerge")
    assert sorted(told.values_list("kind", "client_id")) == sorted(
        [
            ("clients:client:merge", cast.janet.pk), ("clients:client:merge-away", jan.pk),
            ("clients:client:unmerge", cast.janet.pk), ("clients:client:unmerge", jan.pk),
        ]
    )  # fmt: skip


def test_what_is_signed_stays_as_it_was_signed(cast, jan):
    consent = operations.sign_consent(
        jan, kind="service", version=1, signed_name="Jan Ellery", by=cast.ben, at=MORNING
    )
    merge(cast, cast.janet, jan)
    consent.refresh_from_db()
    assert (consent.client, consent.signed_name) == (cast.janet, "Jan Ellery")


def test_a_signed_report_keeps_the_name_it_was_signed_under(cast, jan):
    """The page and its snapshot are the ones that were sent, whatever the person is called in the record now."""
    report = reporting.signed(cast)
    before = Document.objects.filter(pk=report.pk).values().get()
    merge(cast, jan, Client.objects.get(pk=cast.janet.pk), choices={"given_name": "kept"}, read=True)
    after = Document.objects.select_related("episode__client").get(pk=report.pk)
    assert Document.objects.filter(pk=report.pk).values().get() == before
    assert after.episode.client == jan and jan.given_name == "Jan"
    assert "Janet" in str(after.snapshot)


def test_a_signature_can_not_be_moved_to_somebody_else(cast, jan):
    consent = operations.sign_consent(
        jan, kind="service", version=1, signed_name="Jan Ellery", by=cast.ben, at=MORNING
    )
    with pytest.raises(DatabaseError, match="does not change"), transaction.atomic():
        Consent.objects.filter(pk=consent.pk).update(client=cast.janet)


def test_a_pointer_is_nobodys_client_and_old_links_lead_on(cast, jan, sign_in):
    merge(cast, cast.janet, jan)
    browser = sign_in(cast.ana)
    answer = browser.get(f"/clients/{jan.pk}/health/?episode=x")
    assert (answer.status_code, answer.headers["Location"]) == (
        307,
        f"/clients/{cast.janet.pk}/health/?episode=x",
    )
    assert "part of Janet Ellery" in browser.get(answer.headers["Location"]).content.decode()
    assert b"Jan Ellery" not in browser.get("/clients/?q=jan").content.replace(b"Janet Ellery", b"")
    assert browser.get("/clients/find/?q=jan").json()["found"][0]["value"] == str(cast.janet.pk)
    assert sign_in(cast.dana).get(f"/clients/{jan.pk}/").status_code == 404
    with pytest.raises(NotFound):
        operations.update(Client.objects.get(pk=jan.pk), phone="555-0100", by=cast.ana, at=MORNING)


def test_what_was_typed_into_an_old_page_goes_to_the_survivor(cast, jan, sign_in):
    merge(cast, cast.janet, jan)
    typed = {"name": "Tom Ellery", "phone": "555-0180"}
    answer = sign_in(cast.ana).post(f"/clients/{jan.pk}/contacts/add/", typed, follow=True)
    assert answer.status_code == 200
    assert cast.janet.contacts.get().name == "Tom Ellery"


def test_a_button_of_an_old_page_does_nothing_to_the_survivor(cast, jan, sign_in):
    """Whoever meant to archive the record that was there twice has not archived the one that stayed."""
    merge(cast, cast.janet, jan)
    browser = sign_in(cast.ben)
    answer = browser.post(f"/clients/{jan.pk}/archive/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/clients/{cast.janet.pk}/")
    assert "Nothing was changed" in browser.get(answer.headers["Location"]).content.decode()
    assert Client.objects.get(pk=cast.janet.pk).archived_at is None


def test_the_same_row_of_a_list_or_id_of_a_page_finds_the_survivor(cast, jan):
    merge(cast, cast.janet, jan)
    again = operations.quick_add(given_name="Jan", family_name="Ellery", id=jan.pk, by=cast.ben, at=LATER)
    assert again == cast.janet


def test_the_record_of_the_others_number_is_read_into_the_survivor_once(cast):
    """The number leads to the survivor; what the file says again is known, and details chosen by hand stay."""
    allergy = {
        "resourceType": "AllergyIntolerance", "id": "a1", "patient": WHO, "code": {"text": "Latex"},
    }  # fmt: skip
    of_jan = (person(id="p1", name=[{"given": ["Jan"], "family": "Ellery"}]), condition(), pulse(), allergy)
    jan = import_record(read(*of_jan), by=cast.ana, at=MORNING, knowingly=True).client
    merge(cast, cast.janet, jan, choices={"given_name": "kept"})
    again = import_record(read(*of_jan), by=cast.ana, at=LATER)
    assert (again.client, again.nothing_new) == (cast.janet, True)
    janet = Client.objects.get(pk=cast.janet.pk)
    assert (janet.name, janet.allergies.count(), janet.outside_readings.count()) == ("Janet Ellery", 1, 1)
    corrected = import_record(
        read(of_jan[0], allergy | {"code": {"text": "Latex gloves"}}), by=cast.ana, at=LATER
    )
    assert corrected.updated and janet.allergies.get().words == "Latex gloves"
    jan.refresh_from_db()
    assert not jan.allergies.exists() and jan.merged_into == cast.janet


# ---- Back again


def test_undone_everything_stands_where_it_stood(cast, jan):
    episode = scenario.cleared(cast, client=jan)
    allergy = operations.record_allergy(jan, words="Latex", by=cast.ana, at=MORNING)
    done = undo(cast, merge(cast, cast.janet, jan))
    episode.refresh_from_db()
    allergy.refresh_from_db()
    jan.refresh_from_db()
    assert (episode.client, allergy.client, jan.merged_into) == (jan, jan, None)
    assert Client.objects.get(pk=cast.janet.pk).phone == ""
    assert (done.undone_by, done.undone_at) == (cast.ana, LATER)
    assert undo(cast, done) == done
    assert merge(cast, cast.janet, Client.objects.get(pk=jan.pk)).pk != done.pk


def test_what_was_written_since_stays_and_the_preview_says_so(cast, jan):
    done = merge(cast, cast.janet, jan)
    operations.record_allergy(cast.janet, words="Latex", by=cast.ana, at=LATER)
    operations.update(Client.objects.get(pk=cast.janet.pk), phone="555-0111", by=cast.ben, at=LATER)
    found = merging.undo_plan(ClientMerge.objects.get(), by=cast.ana, at=LATER)
    assert found.staying.keys() == {"clients.Allergy"}
    assert ([one["field"] for one in found.overwritten], found.obstacles) == (["phone"], [])
    undo(cast, done)
    janet = Client.objects.get(pk=cast.janet.pk)
    assert (janet.allergies.get().words, janet.phone, janet.notes_to_staff) == ("Latex", "555-0111", "")


def test_what_was_written_since_in_what_goes_back_goes_along(cast, jan):
    episode = scenario.referred(cast, client=jan)
    done = merge(cast, cast.janet, jan)
    moved = Episode.objects.get(pk=episode.pk)
    talk = Service.objects.create(practice=cast.northbridge, name="Talk", minutes=30, kind="talk")
    booking = Booking.objects.create(
        practice=cast.northbridge, service=talk, member=cast.ana, client=cast.janet, episode=moved, starts_at=LATER,
        ends_at=LATER + HOUR, made_by=cast.ana,
    )  # fmt: skip
    renewed = referrals.take_in(
        Client.objects.get(pk=cast.janet.pk), provider=cast.dr_raman, received_on=TODAY, channel="fax", by=cast.ben,
        at=LATER,
    )  # fmt: skip
    episodes.use_referral(moved, renewed, by=cast.ben, at=LATER)
    found = merging.undo_plan(ClientMerge.objects.get(), by=cast.ana, at=LATER)
    assert found.along.keys() >= {"scheduling.Booking", "referrals.Referral"} and not found.obstacles
    undo(cast, done)
    booking.refresh_from_db()
    renewed.refresh_from_db()
    assert (booking.client, renewed.client) == (jan, jan)


def test_sessions_since_go_with_their_episode_and_a_running_one_holds_it_back(cast, jan):
    episode = scenario.cleared(cast, client=jan)
    programs.make(episode, protocol_id="total_knee_replacement", by=cast.ana, at=MORNING)
    done = merge(cast, cast.janet, jan)
    session = sessions.open_session(Episode.objects.get(pk=episode.pk), by=cast.ana, at=LATER)
    with pytest.raises(merging.MergeRefused, match="is not finished"):
        undo(cast, done)
    sessions.did_not_take_place(session, why="mistake", by=cast.ana, at=LATER)
    found = merging.undo_plan(ClientMerge.objects.get(), by=cast.ana, at=LATER)
    assert (found.along["session_logs.SessionLog"], found.obstacles) == (1, [])
    undo(cast, done)
    session.refresh_from_db()
    assert Episode.objects.get(pk=session.episode_id).client == jan


def test_what_hangs_together_since_is_parted_first(cast, jan):
    mine = scenario.referred(cast)
    episodes.decline(mine, reason="Moved", by=cast.ana, at=MORNING)
    talk = episodes.open_episode(cast.janet, title="Balance", by=cast.ana, at=MORNING)
    theirs = referrals.take_in(
        jan, provider=cast.dr_raman, received_on=TODAY, channel="fax", by=cast.ben, at=MORNING
    )
    for opened in Episode.objects.filter(client=jan):
        episodes.decline(opened, reason="Opened twice", by=cast.ana, at=MORNING)
    done = merge(cast, cast.janet, jan)
    theirs.refresh_from_db()
    talk = Episode.objects.get(pk=talk.pk)
    episodes.use_referral(talk, theirs, by=cast.ben, at=LATER)
    with pytest.raises(merging.MergeRefused, match="hang together"):
        undo(cast, done)


def test_a_later_merge_is_undone_first(cast, jan):
    third = operations.quick_add(
        given_name="Jeanette", family_name="Ellery", knowingly=True, by=cast.ben, at=MORNING
    )
    first = merge(cast, jan, third)
    second = merge(cast, cast.janet, Client.objects.get(pk=jan.pk))
    assert Client.objects.get(pk=third.pk).survivor == cast.janet
    with pytest.raises(merging.MergeRefused, match="Undo that first"):
        undo(cast, first)
    undo(cast, second)
    undo(cast, first)
    assert Client.objects.filter(practice=cast.northbridge, merged_into=None).count() == 3


def test_a_merge_that_fails_halfway_changes_nothing(cast, jan, monkeypatch):
    operations.record_allergy(jan, words="Latex", by=cast.ana, at=MORNING)

    def broken(*args, **kwargs):
        raise RuntimeError("the power went")

    monkeypatch.setattr(merging, "_take_fields", broken)
    with pytest.raises(RuntimeError):
        merge(cast, cast.janet, jan)
    assert jan.allergies.count() == 1
    assert Client.objects.get(pk=jan.pk).merged_into is None


def test_what_somebody_wrote_into_the_other_record_at_that_moment_follows(cast, jan, clock):
    at = clock("2026-10-13 09:30")
    done = merge(cast, cast.janet, jan, at=at)
    Allergy.objects.create(practice=cast.northbridge, client=jan, words="Latex")
    assert tasks.follow_merges.call() == 1
    assert cast.janet.allergies.get().words == "Latex"
    assert tasks.follow_merges.call() == 0
    undo(cast, done)
    assert jan.allergies.get().words == "Latex"


# ---- Merged and undone, nothing changed

IDS = st.lists(st.sampled_from(["", "", "a", "b"]), max_size=3).filter(
    lambda ids: len([one for one in ids if one]) == len({one for one in ids if one})
)
RECORD = st.fixed_dictionaries(
    {
        "phone": st.sampled_from(["", "555-0100", "555-0177"]),
        "birth_date": st.sampled_from([None, date(1958, 3, 4)]),
        "height_cm": st.sampled_from([None, 160, 171]),
        "notes_to_staff": st.sampled_from(["", "Left side", "Hard of hearing"]),
        "facts": IDS,
        "readings": IDS,
        "assigned": st.sets(st.sampled_from(["asa", "mia"])),
        "past_group": st.booleans(),
        "referrals": st.integers(0, 2),
        "closed_episodes": st.integers(0, 2),
        "signed": st.booleans(),
        "rows": st.integers(0, 2),
    }
)
LEFT_OUT = {"clients.ClientMerge", "audit.Event", "audit.ReadMark"}
MOVES_ON = {"version", "updated_at"}


def everything():
    """Return every row of every table of ours, but the trail, what tells of the merge, and versions of clients."""
    found = {}
    for model in apps.get_models():
        if model.__module__.startswith("medexpro.") and model._meta.label not in LEFT_OUT:
            dropped = MOVES_ON if model is Client else set()
            found[model._meta.label] = [
                {key: value for key, value in row.items() if key not in dropped}
                for row in model._base_manager.order_by("pk").values()
            ]
    return found


def fill(cast, client, said, booking):
    practice = {"practice": cast.northbridge}
    of_client = practice | {"client": client}
    details = {name: said[name] for name in ("phone", "birth_date", "height_cm", "notes_to_staff")}
    client.refresh_from_db()
    operations.update(client, **details, by=cast.ben, at=MORNING)
    for one in said["facts"]:
        Allergy.objects.create(**of_client, words="Latex", external_id=one)
        Medication.objects.create(**of_client, words="Metoprolol", external_id=one)
        Condition.objects.create(**of_client, words="Knee", external_id=one)
        Surgery.objects.create(**of_client, procedure="Knee", external_id=one)
        ContactPerson.objects.create(**of_client, name="Tom", phone="555-0180")
    for one in said["readings"]:
        OutsideReading.objects.create(
            **of_client, measure="grip", words="Grip", value=1, unit="kg", at=MORNING, external_id=one
        )
    for name in said["assigned"]:
        Assignment.objects.create(**of_client, member=getattr(cast, name), started_on=TODAY)
    if said["past_group"]:
        GroupPlace.objects.create(**of_client, booking=booking)
    for _ in range(said["referrals"]):
        referral = Referral.objects.create(**of_client, received_on=TODAY)
        ReferralCode.objects.create(**of_client, referral=referral, icd10="Z96.651")
        ReferralCheck.objects.create(
            **of_client, referral=referral, kind="written", met=True, checked_at=MORNING
        )
    for _ in range(said["closed_episodes"]):
        episode = Episode.objects.create(**of_client, title="Knee", opened_on=TODAY, status="declined")
        StatusChange.objects.create(**practice, episode=episode, to_status="declined", at=MORNING)
        Booking.objects.create(
            **of_client, episode=episode, service=booking.service, member=cast.ana, starts_at=MORNING,
            ends_at=MORNING + HOUR, made_by=cast.ana,
        )  # fmt: skip
    if said["signed"]:
        Consent.objects.create(
            **of_client, kind="service", text_version=1, text_hash="x", signed_name=client.name, signed_at=MORNING,
            recorded_by=cast.ben,
        )  # fmt: skip
    for number in range(said["rows"]):
        ImportedRow.objects.create(**of_client, fingerprint=f"{client.pk}{number}", sha256="x")


# Each example writes and reads a practice: a failing one is told as it is, rather than made small for minutes.
@settings(
    max_examples=15, phases=(Phase.generate,), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.tuples(RECORD, RECORD), st.data())
def test_merged_and_undone_nothing_has_changed(cast, records, data):
    with transaction.atomic():
        jan = Client.objects.create(
            practice=cast.northbridge, given_name="Jan", family_name="Ellery", name_search="jan ellery"
        )
        group = Service.objects.create(practice=cast.northbridge, name="Group", minutes=45, places=6)
        booking = Booking.objects.create(
            practice=cast.northbridge, service=group, member=cast.ana, starts_at=MORNING - HOUR, ends_at=MORNING,
            made_by=cast.ana,
        )  # fmt: skip
        for client, said in zip((cast.janet, jan), records, strict=True):
            fill(cast, client, said, booking)
        kept, gone = (cast.janet, jan) if data.draw(st.booleans(), label="Janet stays") else (jan, cast.janet)
        choices = {
            one.field: data.draw(st.sampled_from(one.choices), label=one.field)
            for one in plan(cast, kept, gone).differences
        }
        before = everything()
        done = merge(cast, kept, gone, choices=choices, read=True)
        merged = everything()
        left = [
            moving.label
            for moving in all_moves()
            if moving.label not in ("clients.Assignment", "scheduling.GroupPlace")
            and moving.of(gone).exists()
        ]
        assert not left
        assert {label: len(rows) for label, rows in merged.items()} == {
            label: len(rows) for label, rows in before.items()
        }, "Nothing is deleted, nothing is added"
        undo(cast, done)
        assert everything() == before
        transaction.set_rollback(True)
    cast.janet.refresh_from_db()


# ---- Pages


def test_both_records_stand_side_by_side_and_become_one(cast, jan, sign_in):
    operations.record_allergy(jan, words="Latex", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    address = f"/clients/{cast.janet.pk}/same/{jan.pk}/"
    shown = browser.get(address)
    page = shown.content.decode()
    assert "Allergy: Latex" in page and "Hard of hearing" in page and "Make one record" in page
    typed = {"version": shown.context["version"], "choice_given_name": "kept", "choice_phone": "gone"}
    answer = browser.post(address, typed, follow=True)
    assert answer.redirect_chain[-1][0] == f"/clients/{cast.janet.pk}/"
    assert "Made of several records" in answer.content.decode()
    [done] = ClientMerge.objects.all()
    shown = browser.get(f"/clients/merges/{done.pk}/").content.decode()
    assert "1 allergy" in shown and "Make two records again" in shown
    assert browser.post(address, typed).headers["Location"] == f"/clients/merges/{done.pk}/"
    browser.post(f"/clients/merges/{done.pk}/undo/")
    assert "Undone on" in browser.get(f"/clients/merges/{done.pk}/").content.decode()
    assert browser.get(f"/clients/{jan.pk}/").status_code == 200


def test_a_refusal_keeps_what_was_chosen(cast, jan, sign_in):
    operations.update(jan, birth_date=date(1959, 3, 4), by=cast.ben, at=MORNING)
    browser = sign_in(cast.ana)
    address = f"/clients/{cast.janet.pk}/same/{jan.pk}/"
    version = browser.get(address).context["version"]
    page = browser.post(address, {"version": version, "choice_given_name": "gone"}).content.decode()
    assert "say that you have" in page
    [chosen] = re.findall(r'<input[^>]*id="gone-given_name"[^>]*>', page)
    assert "checked" in chosen


def test_the_trail_of_the_survivor_tells_of_both(cast, jan, sign_in):
    operations.record_allergy(jan, words="Latex", by=cast.ana, at=MORNING)
    merge(cast, cast.janet, jan)
    cast.ana.roles = ["owner", "professional"]
    cast.ana.save()
    page = sign_in(cast.ana).get(f"/clients/{cast.janet.pk}/trail/").content.decode()
    assert "In the record of Jan Ellery" in page and "Made one record of two" in page


def test_pairs_of_a_pointer_are_not_asked_about(cast, jan):
    duplicates.propose(cast.janet, jan, by=cast.ben, at=MORNING)
    done = merge(cast, cast.janet, jan)
    assert not duplicates.listed(cast.ana)
    undo(cast, done)
    assert len(duplicates.listed(cast.ana)) == 1


def test_two_long_records_are_compared_in_few_questions(cast, jan, sign_in, django_assert_max_num_queries):
    """What is on file is counted in one query, however many kinds of things there are and however many of each."""
    for client in (cast.janet, jan):
        for n in range(30):
            operations.record_allergy(client, words=f"Pollen {n}", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    address = f"/clients/{cast.janet.pk}/same/{jan.pk}/"
    browser.get(address)
    with django_assert_max_num_queries(30):
        assert b"Pollen 29" in browser.get(address).content
    with django_assert_max_num_queries(12):
        browser.get("/clients/same/")
