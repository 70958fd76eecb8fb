"""Whose word counts: of two providers the stricter, a limit ends by a release, and who may not clear only tightens."""

from datetime import timedelta
from decimal import Decimal

import pytest

from medexpro.audit.models import Event
from medexpro.clearance import operations, state
from medexpro.clearance.models import Precaution, ProviderLimit, WrittenPlan
from medexpro.clearance.rules.evidence import Reading
from medexpro.clients.operations import agreements, people
from medexpro.kernel.findings import Weight
from medexpro.providers.models import Provider, ProviderType
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of

MONTH_AGO = TODAY - timedelta(days=30)


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


@pytest.fixture
def episode(cast):
    return scenario.cleared(cast)


@pytest.fixture
def cardiologist(cast):
    return provider(cast, "Haddad", ProviderType.MD)


@pytest.fixture
def ot(cast):
    """An occupational therapist: known to the practice, may not clear."""
    return provider(cast, "Okonkwo", ProviderType.OT)


def provider(cast, name, kind):
    return Provider.objects.create(
        practice=cast.northbridge, given_name="Lena", family_name=name, credential=str(kind), type=kind
    )


def wrote(episode, cast, who, value, *, on=TODAY, closes="session", measure="bp_systolic", op=">", **kept):
    return operations.record_limit(
        episode, measure=measure, op=op, value=Decimal(value), closes=closes, provider=who, written_on=on,
        by=cast.ana, at=MORNING, **kept,
    )  # fmt: skip


def weighed(episode, **values):
    taken = {"bp_systolic": 122, "bp_diastolic": 78, "resting_hr": 68, "pain_nrs": 1} | values
    readings = [
        Reading(measure=measure, value=Decimal(value), at=MORNING)
        for measure, value in taken.items()
        if value
    ]
    context = state.gate_context(episode, at=MORNING, readings=readings, red_flags=[], signs=[])
    return state.weigh_floor(context, start=[], answered=[])[1]


def closed(episode, systolic):
    return weighed(episode, bp_systolic=systolic).closed


# ---- Two providers


def test_a_second_providers_looser_limit_leaves_the_stricter_one_in_force(
    cast, sign_in, episode, cardiologist
):
    wrote(episode, cast, cardiologist, 140, on=MONTH_AGO, words="Not above 140")
    wrote(episode, cast, cast.dr_raman, 170, words="Up to 170")
    assert closed(episode, 145) == {"session"}
    said = text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))
    assert "no higher than 140 mmHg" in said and "no higher than 170 mmHg" in said
    assert (
        "The stricter limit of 140 mmHg counts. Past it the whole session is closed. Priya Raman, MD" in said
    )
    assert not Event.objects.filter(kind="clearance:limit:end").exists()


def test_a_newer_letter_of_the_same_provider_takes_the_place_of_the_older(cast, episode):
    old = wrote(episode, cast, cast.dr_raman, 140, on=MONTH_AGO)
    new = wrote(episode, cast, cast.dr_raman, 150)
    old.refresh_from_db()
    assert (old.ended_at, old.ended_by) == (MORNING, cast.ana)
    assert closed(episode, 145) == set() and closed(episode, 155) == {"session"}
    event = Event.objects.get(kind="clearance:limit:end")
    assert event.subject_id == str(old.pk) and event.detail["replaced_by"] == str(new.pk)


def test_an_older_letter_does_not_change_the_newer_one(cast, sign_in, episode):
    wrote(episode, cast, cast.dr_raman, 140)
    sent = {"provider": str(cast.dr_raman.pk), "measure": "bp_systolic", "op": ">", "value": "170",
            "closes": "session", "written_on": "09/13/2026", "words": "Up to 170"}  # fmt: skip
    answer = sign_in(cast.ana).post(f"/clearance/{episode.pk}/limits/", sent)
    assert answer.status_code == 422
    assert "wrote a newer limit on Oct 13, 2026, which is in force." in text_of(answer)
    assert 'value="Up to 170"' in answer.content.decode()
    assert closed(episode, 145) == {"session"}


@pytest.mark.parametrize(("value", "closes"), [(170, "session"), (170, "aerobic"), (190, "session")])
def test_what_loosens_ours_needs_the_words_or_the_letter(cast, episode, value, closes):
    with pytest.raises(operations.ClearanceRefused, match="Quote the provider, or choose the letter"):
        wrote(episode, cast, cast.dr_raman, value, closes=closes)
    wrote(episode, cast, cast.dr_raman, value, closes=closes, words=f"Up to {value}")
    wrote(episode, cast, cast.dr_raman, 150, closes=closes)  # What tightens is kept at a word by phone.


# ---- Ending one


def released(browser, limit, **typed):
    return browser.post(f"/clearance/limits/{limit.pk}/end/", {"on": "10/13/2026"} | typed)


def test_a_limit_ends_by_the_providers_release_and_by_nothing_less(cast, sign_in, episode, cardiologist):
    limit, browser = wrote(episode, cast, cardiologist, 140, on=MONTH_AGO), sign_in(cast.ana)
    assert released(browser, limit).status_code == 422  # The bare button of old.
    without_words = released(browser, limit, provider=str(cardiologist.pk))
    assert without_words.status_code == 422
    assert "Quote the provider, or choose the letter that says so." in text_of(without_words)
    early = released(browser, limit, provider=str(cardiologist.pk), words="Fine now", on="10/20/2026")
    assert "Its day can’t lie ahead." in text_of(early) and 'value="Fine now"' in early.content.decode()
    assert closed(episode, 145) == {"session"}

    done = released(browser, limit, provider=str(cardiologist.pk), words="The general limits are fine now")
    assert done.status_code == 302 and closed(episode, 145) == set()
    limit.refresh_from_db()
    assert (limit.released_by, limit.released_on, limit.ended_by) == (cardiologist, TODAY, cast.ana)
    assert limit.released_words == "The general limits are fine now"
    assert Event.objects.get(kind="clearance:limit:end").detail["provider"] == str(cardiologist.pk)
    assert released(browser, limit, provider=str(cardiologist.pk), words="Again").status_code == 302


def test_who_may_not_clear_releases_only_what_they_wrote(cast, sign_in, episode, cardiologist, ot):
    theirs, others = wrote(episode, cast, ot, 150), wrote(episode, cast, cardiologist, 140)
    with pytest.raises(operations.ClearanceRefused, match="The release of a limit comes from"):
        operations.end_limit(others, provider=ot, on=TODAY, words="Fine", by=cast.ana, at=MORNING)
    answer = released(sign_in(cast.ana), others, provider=str(ot.pk), words="Fine")
    assert "The release of a limit comes from one of these providers: MD" in text_of(answer)
    operations.end_limit(theirs, provider=ot, on=TODAY, words="Fine", by=cast.ana, at=MORNING)
    assert list(ProviderLimit.objects.filter(ended_at=None)) == [others]


# ---- Who may not clear


def test_who_may_not_clear_may_tighten_and_never_loosen(cast, episode, ot):
    wrote(episode, cast, ot, 150)
    assert closed(episode, 155) == {"session"}
    with pytest.raises(
        operations.ClearanceRefused, match="may not clear a client, so only a lower figure is kept"
    ):
        wrote(episode, cast, ot, 170, closes="aerobic")
    # For the whole session it is tighter than ours; it still opens nothing for a part.
    wrote(episode, cast, ot, 175)
    assert closed(episode, 170) == {"aerobic"}


def test_a_plan_needs_a_provider_who_may_clear_and_its_words(cast, sign_in, episode, ot):
    sent = {"kind": "cardiology", "names_service": "on", "written_on": "10/11/2026"}
    browser, url = sign_in(cast.ana), f"/clearance/{episode.pk}/plans/"
    empty = browser.post(url, sent | {"provider": str(cast.dr_raman.pk)})
    assert empty.status_code == 422 and "Quote the provider, or choose the letter" in text_of(empty)
    theirs = browser.post(url, sent | {"provider": str(ot.pk), "words": "Twice a week"})
    assert theirs.status_code == 422 and "A written plan comes from one of these providers" in text_of(theirs)
    assert "Twice a week" in text_of(theirs)
    with pytest.raises(operations.ClearanceRefused, match="A written plan comes from"):
        operations.record_plan(
            episode, kind="cardiology", provider=ot, names_service=True, words="Twice a week", written_on=TODAY,
            by=cast.ana, at=MORNING,
        )  # fmt: skip
    assert not WrittenPlan.objects.exists()
    browser.post(url, sent | {"provider": str(cast.dr_raman.pk), "words": "Twice a week"})
    assert WrittenPlan.objects.count() == 1


def test_a_precaution_is_confirmed_left_out_and_released_by_who_may_clear(cast, ot):
    episode = scenario.programmed(cast)
    one = Precaution.objects.filter(episode=episode).first()
    said = {"provider": ot, "words": "Kneeling is fine", "by": cast.ana, "at": MORNING}
    for do in (
        lambda: operations.confirm_precaution(one, on=TODAY, text="No running", **said),
        lambda: operations.decline_precaution(one, **said),
        lambda: operations.release_precaution(one, on=TODAY, **said),
    ):
        with pytest.raises(operations.ClearanceRefused, match="The instruction on a precaution comes from"):
            do()
    one.refresh_from_db()
    assert one.state == "suggested"
    operations.add_precaution(episode, text="No kneeling", **said)  # One more tightens.


def test_only_who_may_clear_is_offered_where_it_loosens(cast, sign_in, episode, ot):
    page = sign_in(cast.ana).get(f"/clearance/{episode.pk}/")
    offers = {
        name: str(ot.pk) in page.context[f"{name}_form"].fields["provider"].rows
        for name in ("grant", "plan", "instruction", "together", "limit", "precaution", "refuse")
    }
    assert offers == {
        "grant": False, "plan": False, "instruction": False, "together": False,
        "limit": True, "precaution": True, "refuse": True,
    }  # fmt: skip
    said = text_of(page)
    assert "Only who may clear is offered: MD, DO" in said
    assert "Looser than ours only from who may clear: MD, DO" in said


# ---- What is not measured


def test_a_limit_at_rest_opens_on_a_reading_never_on_its_absence(cast, episode):
    wrote(episode, cast, cast.dr_raman, 92, measure="spo2", op="<")
    now = weighed(episode)
    assert (now.state, now.missing) == ("hold", ("spo2",))
    assert now.sentence == "Still to take: oxygen saturation."
    assert weighed(episode, spo2=95).may_start
    assert weighed(episode, spo2=91).closed == {"session"}


def test_a_limit_on_effort_is_no_condition_of_the_start(cast, episode):
    wrote(episode, cast, cast.dr_raman, 5, measure="rpe_cr10")
    assert weighed(episode).may_start


def test_a_diabetes_plan_lists_glucose_for_a_client_on_insulin(cast):
    episode = scenario.screened(cast, yes={"diabetes": {"answer": "yes", "options": ["insulin"]}})
    assert "blood_glucose" not in weighed(episode).missing
    operations.record_plan(
        episode, kind="diabetes", provider=cast.dr_raman, names_service=True, words="Check glucose, 90 to 240",
        written_on=TODAY, by=cast.ana, at=MORNING,
    )  # fmt: skip
    assert weighed(episode).missing == ("blood_glucose",)
    assert weighed(episode, blood_glucose=120).missing == ()


# ---- A minor


def test_a_minor_starts_only_with_a_guardian_on_file(cast):
    episode = scenario.cleared(cast)
    assert stops(episode) == []
    cast.janet.birth_date = TODAY.replace(year=TODAY.year - 15)
    cast.janet.save()
    episode.client.refresh_from_db()
    assert stops(episode) == ["guardian-missing"]
    people.add_contact(
        cast.janet, name="Tom Ellery", phone="+15555550123", is_guardian=True, by=cast.ana, at=MORNING
    )
    assert stops(episode) == ["guardian-signature-missing"]
    signed = agreements.sign_consent(
        cast.janet, kind="service", version=1, signed_name="Tom Ellery", signed_as="guardian", by=cast.ben, at=MORNING
    )  # fmt: skip
    assert stops(episode) == []
    agreements.withdraw_consent(signed, reason="By phone", by=cast.ben, at=MORNING)
    assert stops(episode) == ["guardian-signature-missing"]


def test_a_grown_up_starts_while_the_page_notes_what_is_not_signed(cast, sign_in, episode):
    said = text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))
    assert "Sessions may start" in said and "Not signed yet: Agreement on medical exercise" in said


def stops(episode):
    return [found.code for found in state.weigh_start(episode, TODAY) if found.weight == Weight.STOP]
