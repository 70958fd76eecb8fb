"""From a finding to the provider's answer, the way a professional goes: screening, refer back, answer, clearance."""

from datetime import timedelta

import pytest

from medexpro.clearance import operations, state
from medexpro.clearance.models import ReferBack, ToTell
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed
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


def test_a_finding_to_tell_waits_on_today_until_someone_told(cast, sign_in):
    episode, browser = scenario.cleared(cast), sign_in(cast.ana)
    [one] = owed(cast, episode)
    assert one.due_at == MORNING + timedelta(hours=72)
    assert [(row.why, row.late) for row in obligations.to_tell(cast.ana, TODAY)] == [
        ("Reduce load and range next session; tell the provider. By Oct 16", False)
    ]
    assert obligations.to_tell(cast.ana, TODAY + timedelta(days=4))[0].late
    assert obligations.to_tell(cast.dana, TODAY) == []
    assert "To tell the provider" in text_of(browser.get(f"/clearance/{episode.pk}/"))
    sent = {"provider": str(cast.dr_raman.pk), "channel": "phone", "words": "Will look at it Friday"}
    assert browser.post(f"/clearance/to-tell/{one.pk}/", sent).status_code == 302
    told = ToTell.objects.get()
    assert (told.told_by, told.provider, told.channel) == (cast.ana, cast.dr_raman, "phone")
    assert obligations.to_tell(cast.ana, TODAY) == []


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
