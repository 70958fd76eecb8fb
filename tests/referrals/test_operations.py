"""Taking in a referral and answering its four checks."""

from datetime import date

import pytest

from medexpro.audit.models import Event
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.referrals import operations, standing
from medexpro.referrals.models import Referral
from tests.conftest import MORNING, TODAY

FOUR = ["written", "wording", "coded", "exited"]


def test_a_referral_opens_an_episode_and_is_complete_only_with_all_four_checks(cast, take_in):
    referral = take_in(purpose="Right knee replacement", confirmed=["written", "coded", "exited"])
    episode = Episode.objects.get(referral=referral)
    assert (episode.title, episode.status, episode.opened_on) == ("Right knee replacement", "referred", TODAY)
    assert [answer.kind for answer in standing.of(referral, TODAY).answers if not answer.met] == ["wording"]
    assert referral.complete_at is None
    operations.answer_check(referral, kind="wording", met=True, by=cast.ana, at=MORNING)
    assert standing.of(referral, TODAY).is_complete
    assert Referral.objects.get().complete_at == MORNING


def test_each_check_keeps_who_and_when_and_what_was_said_before(cast, take_in):
    referral = take_in()
    operations.answer_check(referral, kind="exited", met=False, note="Still in care", by=cast.ben, at=MORNING)
    operations.answer_check(referral, kind="exited", met=True, by=cast.ana, at=MORNING)
    kept = [(check.met, check.note, check.checked_by) for check in referral.checks.filter(kind="exited")]
    assert kept == [(False, "Still in care", cast.ben), (True, "", cast.ana)]
    assert Event.objects.filter(kind="referrals:check:answer").count() == 2


def test_the_same_answer_twice_is_one_answer(cast, take_in):
    referral = take_in()
    for _ in range(2):
        operations.answer_check(referral, kind="coded", met=True, by=cast.ben, at=MORNING)
    assert referral.checks.count() == 1


@pytest.mark.parametrize(
    ("lacking", "kind"),
    [
        ({"provider": None}, "written"),
        ({"channel": "phone"}, "written"),
        ({"wording": ""}, "wording"),
        ({"icd10": []}, "coded"),
        ({"exit_confirmed_on": None}, "exited"),
    ],
)
def test_a_check_without_ground_cannot_be_confirmed(cast, take_in, lacking, kind):
    referral = take_in(**lacking)
    with pytest.raises(operations.ReferralRefused):
        operations.answer_check(referral, kind=kind, met=True, note="I am sure", by=cast.ana, at=MORNING)
    operations.confirm_shown(referral, by=cast.ben, at=MORNING)
    now = standing.of(referral, TODAY)
    assert [answer.kind for answer in now.answers if not answer.met] == [kind]
    assert len(now.missing) == 1


def test_other_wording_needs_a_reason(cast, take_in):
    referral = take_in(wording="Please strengthen.")
    with pytest.raises(operations.ReferralRefused, match="say why"):
        operations.answer_check(referral, kind="wording", met=True, by=cast.ana, at=MORNING)
    operations.answer_check(
        referral, kind="wording", met=True, note="By phone: he means us", by=cast.ana, at=MORNING
    )


def test_an_expired_referral_names_each_missing_check(cast, take_in):
    referral = take_in(
        provider=None, wording="", icd10=[], exit_confirmed_on=None, valid_to=date(2026, 10, 10)
    )
    missing = standing.of(referral, TODAY).missing
    assert len(missing) == 5
    assert missing[-1] == "The referral has expired. Ask the provider for a new one."


def test_changing_a_referral_opens_what_lost_its_ground(cast, take_in):
    referral = take_in(confirmed=FOUR)
    operations.change(referral, icd10=[], version=referral.version, by=cast.ben, at=MORNING)
    assert [a.kind for a in standing.of(referral, TODAY).answers if not a.met] == ["coded"]
    assert Referral.objects.get().complete_at is None


def test_a_double_click_takes_in_one_referral_and_opens_one_episode(take_in):
    made_by_page = uuid7()
    assert take_in(id=made_by_page) == take_in(id=made_by_page)
    assert (Referral.objects.count(), Episode.objects.count()) == (1, 1)
    assert take_in(external_id="sr-1") == take_in(external_id="sr-1")


def test_a_second_referral_leaves_the_open_episode_as_it_is(take_in):
    take_in(id=uuid7())
    take_in(id=uuid7())
    assert Episode.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"received_on": date(2026, 10, 14)}, "received_on"),
        ({"written_on": date(2026, 10, 13)}, "written_on"),  # After it was received.
        ({"valid_from": date(2027, 2, 1)}, "valid_to"),
        ({"exit_confirmed_on": date(2027, 1, 1)}, "exit_confirmed_on"),
        ({"icd10": ["NOPE"]}, "icd10"),
        ({"channel": "pigeon"}, "channel"),
        ({"wording": "x" * 4001}, "wording"),
    ],
)
def test_what_cannot_be_so_is_said_at_its_field(take_in, fields, field):
    with pytest.raises(Refusal) as refused:
        take_in(**fields)
    assert refused.value.field == field
    assert not Referral.objects.exists()


def test_acknowledging_counts_the_first_time(cast, take_in):
    referral = take_in()
    assert standing.of(referral, TODAY).acknowledge_by == TODAY
    operations.acknowledge(referral, channel="fax", by=cast.ben, at=MORNING)
    operations.acknowledge(referral, channel="phone", by=cast.ana, at=MORNING)
    assert (referral.acknowledged_channel, referral.acknowledged_by) == ("fax", cast.ben)


def test_declining_takes_the_episode_that_has_not_started_along(cast, take_in):
    referral = take_in()
    with pytest.raises(operations.ReferralRefused):
        operations.decline(referral, reason=" ", by=cast.ben, at=MORNING)
    operations.decline(referral, reason="No place for neurological conditions", by=cast.ben, at=MORNING)
    episode = Episode.objects.get()
    assert (episode.status, episode.ended_words) == ("declined", "No place for neurological conditions")


def test_two_people_editing_one_referral(cast, take_in):
    referral = take_in()
    operations.change(
        Referral.objects.get(), purpose="Knee", version=referral.version, by=cast.ana, at=MORNING
    )
    with pytest.raises(Conflict):
        operations.change(referral, purpose="Hip", version=referral.version, by=cast.ben, at=MORNING)


@pytest.mark.parametrize("person", ["olga", "asa", "bill", "rhea", "mia"])
def test_intake_is_for_front_desk_and_professionals(cast, take_in, person):
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on="2026-08-01")
    with pytest.raises((NotAllowed, NotFound)):
        take_in(by=cast.members[person])


def test_another_practices_client_or_provider_is_not_found(cast, take_in):
    with pytest.raises(NotFound):
        take_in(client=cast.stranger)
    with pytest.raises(NotFound):
        take_in(client=cast.stranger, by=cast.dana)
