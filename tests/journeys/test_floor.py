"""The floor: a session from the first reading to the signature, offline, on two devices, and past no closed gate."""

from datetime import timedelta

import pytest

from medexpro.sessions import operations
from tests import scenario
from tests.journeys.floor import Floor
from tests.sessions.floor import Tablet

pytestmark = pytest.mark.django_db(transaction=True)

TAP_BUDGET = 20


@pytest.fixture
def episode(cast, morning):
    return scenario.programmed(cast, at=morning - timedelta(days=4))


def first_session(episode, cast, morning):
    """Last time: eight exercises done and signed."""
    at = morning - timedelta(days=4)
    session = operations.open_session(episode, by=cast.ana, at=at)
    held = Tablet(session, cast.ana, at=at)
    held.takes_vitals()
    held.send("start")
    for entry in session.entries.all():
        load = "20" if entry.part == "resistance" else None
        held.send("log", entry=str(entry.pk), sets=[{"quantity": "10", "load": load}] * 2, effort=4, pain=1)
    operations.sign(session, recently_signed_in=True, by=cast.ana, at=held.later(45).at)


@pytest.fixture
def floor(cast, tablet, episode, morning):
    return Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)


def test_a_red_flag_stops_the_session_in_the_browser(floor):
    floor.types_vitals()
    floor.taps_pain()
    floor.page.get_by_label("Chest pain or shortness of breath").check()
    floor.page.get_by_role("button", name="Record 1 answer").click()
    floor.gate_turns("Stop")
    floor.is_saved()
    gate = floor.page.locator(".gate")
    assert gate.get_by_role("button").all_inner_texts() == ["Record and hold"]
    assert gate.get_by_text("Call provider").is_visible()
    assert floor.page.locator("#exercises").evaluate("(box) => box.inert")
    assert floor.page.locator("#sign [data-act=sign]").get_attribute("aria-disabled") == "true"
    assert floor.stored().started_at is None

    gate.get_by_role("button", name="Record and hold").click()
    dialog = floor.page.get_by_role("dialog")
    assert dialog.get_by_label("What you observed").input_value()
    dialog.get_by_role("button", name="Record and hold").click()
    floor.is_saved()
    floor.session.episode.refresh_from_db()
    assert (floor.stored().state, floor.session.episode.status) == ("held", "referred_back")


def test_a_sign_that_the_protocol_lists_stops_the_session_in_the_browser(floor):
    floor.types_vitals()
    floor.taps_pain()
    floor.page.get_by_label("New one-sided calf or thigh pain").check()
    floor.page.get_by_role("button", name="Record 1 answer").click()
    floor.gate_turns("Stop")
    floor.is_saved()
    assert floor.stored().started_at is None


def test_an_expired_clearance_stops_the_session_before_it_opens(cast, tablet, morning):
    long_ago = morning - timedelta(days=40)
    episode = scenario.programmed(
        cast, at=long_ago, valid_to=cast.northbridge.day(long_ago + timedelta(days=30))
    )
    page = tablet(cast.ana)
    page.goto(f"/clients/{episode.client_id}/")
    page.evaluate(
        """async ([address]) => { const form = document.createElement("form"); form.method = "post"; form.action = address;
        const key = document.createElement("input"); key.name = "csrfmiddlewaretoken";
        key.value = document.cookie.match(/csrftoken=([^;]+)/)[1]; form.append(key);
        document.body.append(form); form.submit(); }""",
        [f"/sessions/open/{episode.pk}/"],
    )
    page.get_by_role("heading", name="No session yet").wait_for()
    assert "ended" in page.get_by_role("alert").inner_text()
    assert not episode.sessions.exists()


# ---- Nothing entered is lost


def test_offline_the_tablet_holds_the_gate_by_the_same_figures(floor):
    page = floor.page
    page.context.set_offline(True)
    floor.types_vitals(systolic=184)
    floor.taps_pain()
    floor.none_of_these()
    floor.gate_turns("Hold")
    assert "184 mmHg is above 180 mmHg" in floor.gate_says()
    assert page.locator("#exercises").evaluate("(box) => box.inert")
    here = floor.gate_says()
    page.context.set_offline(False)
    floor.is_saved()
    assert floor.gate_says() == here
    assert floor.stored().started_at is None


def test_an_impossible_reading_is_refused_at_its_field_and_stays(floor):
    floor.types_vitals(systolic=999)
    floor.page.locator("#e-bp_systolic").wait_for()
    assert "can be" in floor.page.locator("#e-bp_systolic").inner_text()
    assert floor.page.locator("#r-bp_systolic").input_value() == "999"
    assert floor.stored().started_at is None
