"""From a finding to the provider's answer, the way a professional goes: screening, refer back, answer, clearance."""

from datetime import timedelta

import pytest

from medexpro.clearance import operations, state
from medexpro.clearance.models import ReferBack, ToTell
from medexpro.clients.operations import facts
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed
from medexpro.providers.models import Provider, ProviderType
from medexpro.today import obligations
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of

CALF = {"one_leg": {"answer": "yes", "words": "Left calf, since Sunday"}}
BOTH = CALF | {"breathless": {"answer": "yes", "words": "After the stairs"}}


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def stops(episode):
    return [finding.code for finding in state.weigh_start(episode, TODAY) if finding.weight == Weight.STOP]


def give_back(browser, episode, **typed):
    page = browser.get(f"/clearance/{episode.pk}/?back=1")
    given = form_of(page, "refer_back_form")
    answer = browser.post(f"/clearance/{episode.pk}/refer-back/", given | typed)
    assert answer.status_code == 302, text_of(answer)
    return ReferBack.objects.latest("opened_at")


def answered(browser, cast, back, go_on):
    sent = {"provider": str(cast.dr_raman.pk), "answer": "Scan was clear", "go_on": go_on, "valid_to": ""}
    assert browser.post(f"/clearance/refer-back/{back.pk}/answer/", sent).status_code == 302


def test_the_answer_to_what_the_screening_found_opens_the_way_to_clearance(cast, sign_in):
    episode, browser = scenario.screened(cast, yes=BOTH), sign_in(cast.ana)
    assert {"screen-one_leg", "screen-breathless"} <= set(stops(episode))
    back = give_back(browser, episode)
    assert set(back.codes) == {"screen-one_leg", "screen-breathless"}
    assert "“Left calf, since Sunday”" in back.observed and "No exercise" not in back.observed
    with pytest.raises(operations.ClearanceRefused):
        operations.grant(episode, provider=cast.dr_raman, by=cast.ana, at=MORNING)
    answered(browser, cast, back, "yes")
    operations.grant(episode, provider=cast.dr_raman, by=cast.ana, at=MORNING + timedelta(hours=2))
    assert stops(episode) == []
    episode.refresh_from_db()
    assert episode.status == "active"


def test_an_answer_clears_only_what_it_was_about(cast, sign_in):
    episode, browser = scenario.screened(cast, yes=BOTH), sign_in(cast.ana)
    back = give_back(browser, episode, about=["screen-one_leg"], observed="Left calf swollen")
    answered(browser, cast, back, "yes")
    assert "screen-breathless" in stops(episode) and "screen-one_leg" not in stops(episode)


def test_what_is_with_a_provider_is_not_offered_a_second_time(cast, sign_in):
    episode, browser = scenario.screened(cast, yes=CALF), sign_in(cast.ana)
    give_back(browser, episode)
    assert state.waiting_for_provider(episode, TODAY) == []
    assert "It answers" not in text_of(browser.get(f"/clearance/{episode.pk}/?back=1"))


def test_a_no_stays_until_a_newer_clearance(cast, sign_in):
    episode, browser = scenario.cleared(cast), sign_in(cast.ana)
    back = operations.refer_back(
        episode, trigger="observed", observed="Knee hot", provider=cast.dr_raman, by=cast.ana, at=MORNING
    )
    answered(browser, cast, back, "no")
    assert stops(episode) == ["refer-back-denied:observed"]
    assert "The provider answered no on Oct 13, 2026: Knee hot." in text_of(
        browser.get(f"/clearance/{episode.pk}/")
    )
    operations.grant(
        episode,
        provider=cast.dr_raman,
        provider_words="Settled",
        by=cast.ana,
        at=MORNING + timedelta(hours=4),
    )
    assert stops(episode) == []
    episode.refresh_from_db()
    assert episode.status == "active"


# ---- What an answer does to the clearance


def given_back(cast, episode, at=MORNING, observed="Knee hot"):
    return operations.refer_back(
        episode, trigger="observed", observed=observed, provider=cast.dr_raman, by=cast.ana, at=at
    )


def go_on(cast, back, at, **given):
    said = {"answer": "Scan was clear", "provider": cast.dr_raman, "go_on": True, "by": cast.ana, "at": at}
    return operations.record_answer(back, **said | given)


def test_an_answer_carries_on_the_clearance_in_force_to_its_own_end(cast):
    episode = scenario.cleared(cast, valid_to=TODAY + timedelta(days=40), vigorous=True)
    first = state.latest_decision(episode)
    go_on(cast, given_back(cast, episode), MORNING + timedelta(hours=1))
    now = state.latest_decision(episode)
    assert (now.valid_to, now.vigorous, now.continues) == (TODAY + timedelta(days=40), True, first)
    assert stops(episode) == []
    go_on(cast, given_back(cast, episode, MORNING + timedelta(hours=2)), MORNING + timedelta(hours=3))
    assert state.latest_decision(episode).valid_to == TODAY + timedelta(days=40)


def test_an_answer_renews_no_clearance_that_has_ended(cast):
    episode = scenario.cleared(cast, valid_to=TODAY + timedelta(days=5))
    later = MORNING + timedelta(days=10)
    back = given_back(cast, episode, later)
    go_on(cast, back, later + timedelta(hours=1))
    back.refresh_from_db()
    assert back.closed_at is not None
    day = TODAY + timedelta(days=10)
    left = [one.code for one in state.weigh_start(episode, day) if one.weight == Weight.STOP]
    assert left == ["clearance-expired"]  # The finding itself is answered.
    episode.refresh_from_db()
    assert episode.status == "referred_back"


@pytest.mark.parametrize("ended", ["withdraw", "refuse"])
def test_an_answer_lifts_no_withdrawal_and_no_refusal(cast, ended):
    episode = scenario.cleared(cast)
    at = MORNING + timedelta(hours=1)
    if ended == "withdraw":
        operations.withdraw(episode, reason="Chest pain at home", by=cast.ana, at=at)
    else:
        operations.refuse(episode, provider=cast.dr_raman, reason="Not yet", by=cast.ana, at=at)
    go_on(cast, given_back(cast, episode, at), at + timedelta(hours=1))
    assert stops(episode) == ["clearance-refused"]


def test_an_answer_that_clears_until_a_day_is_held_to_what_a_clearance_needs(cast, sign_in):
    episode = scenario.cleared(cast)
    at = MORNING - timedelta(minutes=20)
    operations.withdraw(episode, reason="Chest pain at home", by=cast.ana, at=at)
    back, browser = given_back(cast, episode, at), sign_in(cast.ana)
    sent = {"provider": str(cast.dr_raman.pk), "answer": "Cleared for six weeks", "go_on": "yes"}
    url = f"/clearance/refer-back/{back.pk}/answer/"
    past = browser.post(url, sent | {"valid_to": "10/01/2026"})
    assert past.status_code == 422 and "This clearance has already ended." in text_of(past)
    assert "Cleared for six weeks" in text_of(past)
    back.refresh_from_db()
    assert back.closed_at is None
    assert browser.post(url, sent | {"valid_to": "11/24/2026"}).status_code == 302
    now = state.latest_decision(episode)
    assert (str(now.valid_to), now.continues, stops(episode)) == ("2026-11-24", None, [])


def test_a_no_to_one_finding_stands_when_another_is_answered(cast):
    episode = scenario.cleared(cast)
    knee, calf = given_back(cast, episode), given_back(cast, episode, observed="Left calf swollen")
    operations.record_answer(
        knee, answer="No", provider=cast.dr_raman, go_on=False, by=cast.ana, at=MORNING + timedelta(hours=1)
    )
    go_on(cast, calf, MORNING + timedelta(hours=2))
    assert stops(episode) == ["refer-back-denied:observed"]


def test_an_answer_releases_no_surgery_since_the_clearance(cast):
    episode = scenario.cleared(cast)
    facts.record_surgery(
        cast.janet, procedure="Left total hip replacement", procedure_tag="total_hip_replacement", joint="hip",
        side="left", performed_on=TODAY + timedelta(days=10), by=cast.ana, at=MORNING + timedelta(days=20),
    )  # fmt: skip
    day, at = TODAY + timedelta(days=20), MORNING + timedelta(days=20)
    assert "surgery_not_released" in state.histories_of(episode, day)
    go_on(cast, given_back(cast, episode, at), at + timedelta(hours=1))
    assert "surgery_not_released" in state.histories_of(episode, day)
    operations.grant(episode, provider=cast.dr_raman, by=cast.ana, at=at + timedelta(hours=2))
    assert "surgery_not_released" not in state.histories_of(episode, day)


def test_a_yes_comes_from_a_provider_who_may_clear(cast):
    episode = scenario.cleared(cast)
    ot = Provider.objects.create(
        practice=cast.northbridge, family_name="Okonkwo", credential="OT", type=ProviderType.OT
    )
    back = given_back(cast, episode)
    with pytest.raises(operations.ClearanceRefused, match="An answer that lets exercise go on comes from"):
        go_on(cast, back, MORNING, provider=ot)
    go_on(cast, back, MORNING, provider=ot, go_on=False)


# ---- What the provider is to hear of

GIVING_WAY = Finding(
    code="joint_new_giving_way", sentence="Reduce load and range next session; tell the provider.",
    weight=Weight.NOTE, figure="New giving way", tell_within_hours=72,
)  # fmt: skip


def owed(cast, episode, at=MORNING):
    quiet = Finding(code="hr_meds", sentence="Guide by effort.", weight=Weight.NOTE)
    session = uuid7()
    made = operations.owe_telling(episode, [GIVING_WAY, quiet], session_id=session, by=cast.ana, at=at)
    assert operations.owe_telling(episode, [GIVING_WAY], session_id=session, by=cast.ana, at=at) == []
    return made


def to_tell(member, day):
    """Return what a member is to tell providers, as the home page lists it."""
    return obligations.to_tell(obligations.Look(member, day), 9).rows


def test_a_finding_to_tell_waits_on_today_until_someone_told(cast, sign_in):
    episode, browser = scenario.cleared(cast), sign_in(cast.ana)
    [one] = owed(cast, episode)
    assert one.due_at == MORNING + timedelta(hours=72)
    assert [(row.why, row.late) for row in to_tell(cast.ana, TODAY)] == [
        ("Reduce load and range next session; tell the provider. By Oct 16", False)
    ]
    assert to_tell(cast.ana, TODAY + timedelta(days=4))[0].late
    assert to_tell(cast.dana, TODAY) == []
    assert "To tell the provider" in text_of(browser.get(f"/clearance/{episode.pk}/"))
    sent = {"provider": str(cast.dr_raman.pk), "channel": "phone", "words": "Will look at it Friday"}
    assert browser.post(f"/clearance/to-tell/{one.pk}/", sent).status_code == 302
    told = ToTell.objects.get()
    assert (told.told_by, told.provider, told.channel) == (cast.ana, cast.dr_raman, "phone")
    assert to_tell(cast.ana, TODAY) == []


def test_telling_is_for_those_who_decide(cast):
    [one] = owed(cast, scenario.cleared(cast))
    with pytest.raises(NotAllowed):
        operations.tell(one, provider=cast.dr_raman, channel="phone", by=cast.asa, at=MORNING)
    with pytest.raises(operations.ClearanceRefused):
        operations.tell(one, provider=cast.dr_raman, channel="pigeon", by=cast.ana, at=MORNING)


# ---- What the chart says is next


def next_of(browser, cast):
    return text_of(browser.get(f"/clients/{cast.janet.pk}/")).partition("Next session")[2]


def test_what_is_with_the_provider_leads_to_the_answer_not_back_to_the_screening(cast, sign_in):
    episode, browser = scenario.screened(cast, yes=CALF), sign_in(cast.ana)
    assert "Go to screening" in next_of(browser, cast)
    give_back(browser, episode)
    said = next_of(browser, cast)
    assert "Record the answer" in said and "Go to screening" not in said


def test_what_waits_for_the_letter_leads_to_the_clearance(cast, sign_in):
    scenario.screened(cast, yes={"diabetes": {"answer": "yes", "options": ["no_medicine"]}})
    said = next_of(sign_in(cast.ana), cast)
    assert "Go to clearance" in said and "Go to screening" not in said
