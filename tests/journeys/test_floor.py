"""The floor: a session from the first reading to the signature, offline, on two devices, and past no closed gate."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import APIResponse, Route

from medexpro.clearance import operations as clearance
from medexpro.clients.operations import people
from medexpro.sessions import operations
from medexpro.sessions.models import SessionCommand
from tests import scenario
from tests.journeys.floor import Floor
from tests.journeys.pictures import picture
from tests.sessions.floor import Tablet

pytestmark = pytest.mark.django_db(transaction=True)

TAP_BUDGET = 20
# Where the page asks for the whole session anew.
ITS_STATE = re.compile("/sessions/[0-9a-f-]+/state/$")


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


def test_a_repeat_session_takes_twenty_taps_at_most_and_not_one_typed_word(cast, tablet, episode, morning):
    first_session(episode, cast, morning)
    floor = Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)
    page = floor.page

    floor.passes_the_gate()
    for place in range(8):
        page.locator(".ex.is-open").wait_for()
        page.wait_for_timeout(200)  # The clock of the open exercise runs.
        if place in (3, 4):  # Two exercises change: the load goes up by one step.
            page.get_by_role("button", name=re.compile("^Load: .* more")).click()
        page.locator("[data-act=log]").click()
        page.locator(".ex.is-done").nth(place).wait_for()
    page.locator("[data-act=phrase]").first.click()
    floor.is_saved()
    page.locator("#sign [data-act=sign]").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign and lock").click()
    page.get_by_text("Signed by Ana Torres").wait_for()
    taps = floor.taps()

    print(f"\nRepeat session: {len(taps)} taps: {', '.join(taps)}")
    assert len(taps) <= TAP_BUDGET
    kept = floor.stored()
    assert (kept.state, kept.entries.filter(state="done").count()) == ("signed", 8)
    assert [entry.sets[0]["load"] for entry in kept.entries.all()][3:5] == ["25", "25"]
    assert kept.note and sum(kept.minutes.values()) > 0
    assert kept.content_hash == operations.content_hash(kept)


def test_same_as_last_logs_a_row_in_one_tap(cast, tablet, episode, morning):
    first_session(episode, cast, morning)
    floor = Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)
    floor.passes_the_gate()
    row = floor.page.locator(".ex.is-todo", has_text="Heel slide")
    row.get_by_role("button", name="Same as last").dblclick()  # A double tap is one wish.
    floor.page.get_by_text("Heel slide logged").wait_for()
    floor.is_saved()
    entries = floor.stored().entries
    assert [e.name for e in entries.filter(state="done")] == ["Heel slide"]
    assert SessionCommand.objects.filter(session=floor.session, kind="log").count() == 1
    floor.page.get_by_role("button", name="Undo").click()
    floor.is_saved()
    floor.page.locator(".ex.is-done").wait_for(state="detached")
    assert not entries.filter(state="done").exists()


# ---- No session starts past a closed gate


def test_a_red_flag_stops_the_session_in_the_browser(floor, cast, morning):
    floor.types_vitals()
    floor.taps_pain()
    floor.page.get_by_label("Chest pain or shortness of breath").check()
    floor.page.get_by_role("button", name="Record 1 answer").click()
    floor.gate_turns("Stop")
    floor.is_saved()
    picture(floor.page, "session-stop")
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
    floor.page.get_by_text("It is back with the provider.").wait_for()
    floor.is_saved()
    floor.session.episode.refresh_from_db()
    assert (floor.stored().state, floor.session.episode.status) == ("held", "referred_back")

    # What is known of it is written and signed as stopped; the exercises need no tap each.
    page = floor.page
    page.locator("#note").fill("Short of breath on the way in, sat down.")
    page.locator("#note").blur()
    floor.is_saved()
    picture(page, "session-stopped")
    page.get_by_role("button", name="Sign as stopped").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign and lock").click()
    page.get_by_role("heading", name="Stopped before exercise began").wait_for()
    picture(page, "session-note-stopped")
    assert floor.stored().state == "signed"

    # The chart says what stands before the next one; the provider's answer lets it start, the same day.
    chart = f"/clients/{floor.session.episode.client_id}/"
    page.goto(chart)
    side = page.locator(".card", has=page.get_by_role("heading", name="Next session"))
    side.get_by_role("link", name="See what clears it").wait_for()
    assert not side.get_by_role("button").count()
    clearance.record_answer(
        floor.session.episode.refer_backs.get(), answer="ECG clean, go on", provider=cast.dr_raman, go_on=True,
        by=cast.ana, at=morning + timedelta(minutes=1),
    )  # fmt: skip
    page.goto(chart)
    side.get_by_role("button", name="Start session 2").click()
    page.locator("#gate-h").wait_for()
    following = Floor(page, floor.session.episode.sessions.get(number=2))
    following.passes_the_gate()
    following.is_saved()
    assert following.stored().started_at


def test_a_sign_that_the_protocol_lists_stops_the_session_in_the_browser(floor):
    floor.types_vitals()
    floor.taps_pain()
    floor.page.get_by_label("New one-sided calf or thigh pain").check()
    floor.page.get_by_role("button", name="Record 1 answer").click()
    floor.gate_turns("Stop")
    floor.is_saved()
    assert floor.stored().started_at is None


def test_a_pressure_over_the_clients_own_limit_holds_until_a_rested_recheck(cast, tablet, episode, morning):
    clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=Decimal(140), closes="session", provider=cast.dr_raman,
        written_on=cast.northbridge.day(morning), words="Keep systolic at 140 or lower", by=cast.ana, at=morning,
    )  # fmt: skip
    floor = Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)
    floor.types_vitals(systolic=152)
    floor.taps_pain()
    floor.none_of_these()
    floor.gate_turns("Hold")
    assert "152 mmHg is above 140 mmHg" in floor.gate_says()
    floor.is_saved()
    picture(floor.page, "session-hold")
    assert floor.stored().started_at is None

    floor.page.get_by_role("button", name="Recheck").click()
    floor.page.wait_for_timeout(1100)  # A recheck is a later reading.
    floor.types_vitals(systolic=136)
    floor.gate_turns("Go")
    floor.page.locator(".ex.is-open").wait_for()
    floor.is_saved()
    read = floor.page.locator(".gate-bps").inner_text()
    assert "152/82" in read and "136/82" in read
    assert floor.stored().started_at


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
        key.value = document.cookie.match(/csrftoken=([^;]+)/)[1]; form.append(key); document.body.append(form);
        form.submit(); }""",
        [f"/sessions/open/{episode.pk}/"],
    )
    page.get_by_role("heading", name="No session yet").wait_for()
    assert "ended" in page.get_by_role("alert").inner_text()
    assert not episode.sessions.exists()


# ---- Nothing entered is lost


def test_entries_made_offline_are_counted_kept_over_a_reload_and_sent_later(floor):
    page = floor.page
    floor.passes_the_gate()
    floor.is_saved()
    page.context.set_offline(True)
    page.locator("[data-act=log]").click()
    page.locator(".ex.is-done").first.wait_for()
    page.locator("[data-act=log]").click()
    page.locator(".ex.is-done").nth(1).wait_for()
    page.locator("#note").fill("Steps felt easy today.")
    page.locator("#note").blur()
    page.get_by_text(re.compile(r"Offline · \d+ entries safe on this tablet")).wait_for()
    assert page.locator("#sign").inner_text().startswith("Ready to sign")
    picture(page, "session-offline")
    assert not floor.stored().entries.filter(state="done").exists()

    # The connection is back for pages, yet no entry gets through: a reload keeps them all.
    page.route("**/sessions/commands/", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    page.locator(".ex.is-done").nth(1).wait_for()
    assert page.locator("#note").input_value() == "Steps felt easy today."
    page.get_by_text(re.compile(r"entries safe")).wait_for()
    page.unroute("**/sessions/commands/")
    page.evaluate("dispatchEvent(new Event('online'))")
    floor.is_saved()
    kept = floor.stored()
    assert kept.entries.filter(state="done").count() == 2
    assert kept.note == "Steps felt easy today."
    commands = SessionCommand.objects.filter(session=kept, kind="log")
    assert [command.outcome for command in commands] == ["applied", "applied"]


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


def test_offline_a_tablet_whose_clock_is_slow_takes_its_newest_reading_for_the_newest(
    cast, tablet, episode, morning
):
    session = operations.open_session(episode, by=cast.ana, at=morning)
    other = Tablet(session, cast.ana, at=morning)
    other.takes_vitals(150)
    other.send("start")
    page = tablet(cast.ana)
    page.clock.set_system_time(morning - timedelta(minutes=15))
    page.goto(f"/sessions/{session.pk}/")
    floor = Floor(page, session)
    floor.gate_turns("Go")
    page.context.set_offline(True)
    page.get_by_role("button", name="Recheck").click()
    page.locator("label:has(input[name=moment][value=pre])").click()
    page.locator("#r-bp_systolic").focus()
    floor.types_vitals(systolic=184)
    floor.gate_turns("Hold")
    assert "184 mmHg is above 180 mmHg" in floor.gate_says()
    page.context.set_offline(False)
    floor.is_saved()
    assert "184 mmHg is above 180 mmHg" in floor.gate_says()


def test_what_one_session_can_not_send_keeps_no_other_session_waiting(cast, tablet, episode, floor, morning):
    """An assistant's entry for a client who was given to someone else, a fault of ours, and the work that goes on."""
    john = people.quick_add(given_name="John", family_name="Reyes", by=cast.ana, at=morning, knowingly=True)
    other = scenario.programmed(cast, client=john, at=morning - timedelta(days=4))
    given = [
        one.client.assignments.create(
            practice=cast.northbridge, member=cast.asa, started_on=cast.northbridge.day(morning)
        )
        for one in (episode, other)
    ]
    hers = Floor(tablet(cast.asa), floor.session)
    page = hers.page
    page.goto(f"/sessions/{hers.session.pk}/")
    page.locator("#gate-h").wait_for()
    page.route("**/sessions/commands/", lambda route: route.fulfill(status=500, body="sorry"))
    page.locator("#note").fill("Walked in without the stick.")
    page.locator("#note").blur()
    page.get_by_text("Not taken yet · 1 entry safe on this tablet").wait_for()

    # Ours fails on the first session only; the second one's entries arrive past it.
    failing = lambda route: str(hers.session.pk) in (route.request.post_data or "")  # noqa: E731
    page.unroute("**/sessions/commands/")
    page.route(
        "**/sessions/commands/",
        lambda route: route.fulfill(status=500, body="sorry") if failing(route) else route.continue_(),
    )
    second = operations.open_session(other, by=cast.asa, at=morning)
    page.goto(f"/sessions/{second.pk}/")
    with page.expect_response(lambda said: said.url.endswith("/sessions/commands/") and said.ok):
        page.locator("#note").fill("First visit after the move.")
        page.locator("#note").blur()
    page.get_by_text("Not taken yet · 1 entry safe on this tablet").wait_for()
    assert type(second).objects.get(pk=second.pk).note == "First visit after the move."

    # Now the client is someone else's: the entry is turned away, in her sight, word for word, and nothing waits.
    given[0].delete()
    page.unroute("**/sessions/commands/")
    page.evaluate("dispatchEvent(new Event('online'))")
    alert = page.locator("#rejected [role=alert]")
    alert.wait_for()
    assert "This entry could not be taken." in alert.inner_text()
    assert "another session" in alert.inner_text() and "Walked in without the stick." in alert.inner_text()
    hers.is_saved()
    alert.get_by_role("button", name="I have read it").click()
    alert.wait_for(state="detached")


def test_on_another_day_no_tablet_starts_a_session_by_itself(cast, tablet, episode, morning):
    # The gate of three days ago was passed, and nobody started: today its page starts nothing.
    old = operations.open_session(episode, by=cast.ana, at=morning - timedelta(days=3))
    Tablet(old, cast.ana, at=morning - timedelta(days=3)).takes_vitals()
    page = tablet(cast.ana)
    page.goto(f"/sessions/{old.pk}/")
    page.get_by_text("This log is of Sat, Oct 10. Open today’s session").wait_for()
    page.locator(".gate-read").get_by_text("128/82").wait_for()
    picture(page, "session-another-day")
    page.get_by_role("button", name="Open today’s session").click()
    page.get_by_text("Session 2 of 24").wait_for()
    floor = Floor(page, episode.sessions.get(number=2))

    # A tablet that lies open, without a connection, until another day starts nothing either. Nor does an answer of the
    # first day that reaches it only then.
    page.locator("#gate-h", has_text="Before we start").wait_for()
    floor.types_vitals()
    floor.is_saved()
    late: list[tuple[Route, APIResponse]] = []
    page.route(ITS_STATE, lambda route: late.append((route, route.fetch())))
    floor.taps_pain()
    floor.is_saved()
    with page.expect_response(ITS_STATE):
        while not late:
            page.evaluate("new Promise(requestAnimationFrame)")
        page.context.set_offline(True)
        page.clock.fast_forward(timedelta(days=3) // timedelta(milliseconds=1))
        page.get_by_text("This log is of Tue, Oct 13. Open today’s session").wait_for()
        for route, answer in late:
            route.fulfill(response=answer)
    page.evaluate("new Promise(requestAnimationFrame)")
    assert not page.get_by_role("button", name="None of these").count()
    assert page.locator("#exercises").evaluate("(box) => box.inert")
    page.context.set_offline(False)
    assert not SessionCommand.objects.filter(kind="start").exists()


def test_a_limit_on_glucose_is_asked_for_and_answered_on_a_phone(cast, tablet, episode, morning):
    clearance.record_limit(
        episode, measure="blood_glucose", op=">", value=Decimal(240), closes="session", provider=cast.dr_raman,
        written_on=cast.northbridge.day(morning), words="No exercise above 240", by=cast.ana, at=morning,
    )  # fmt: skip
    page = tablet(cast.ana, viewport={"width": 390, "height": 844})
    floor = Floor.opened(page, episode, by=cast.ana, at=morning)
    assert page.get_by_label("Blood glucose").get_attribute("inputmode") == "numeric"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, "session-glucose")
    floor.types_vitals()
    floor.taps_pain()
    floor.none_of_these()
    floor.is_saved()
    assert floor.stored().started_at is None  # Not taken keeps it closed.
    page.get_by_label("Blood glucose").fill("268")
    floor.gate_turns("Hold")
    page.get_by_role("button", name="Recheck").click()
    page.wait_for_timeout(1100)  # A recheck is a later reading.
    page.get_by_label("Blood glucose").fill("198")
    floor.gate_turns("Go")
    floor.is_saved()
    assert [int(r.value) for r in floor.stored().readings.filter(measure="blood_glucose")] == [268, 198]


def test_two_devices_on_one_note_see_both_versions(cast, tablet, floor, morning):
    floor.passes_the_gate()
    floor.is_saved()
    other = Floor(tablet(cast.ana), floor.session)
    other.page.goto(floor.page.url)
    other.page.locator(".ex.is-open").wait_for()
    floor.page.locator("#note").fill("From the tablet.")
    floor.page.locator("#note").blur()
    floor.is_saved()
    floor.page.wait_for_timeout(300)
    other.page.locator("#note").fill("From the laptop.")
    other.page.locator("#note").blur()
    alert = other.page.locator("#rejected [role=alert]")
    alert.wait_for()
    assert "From the tablet." in alert.inner_text() and "From the laptop." in alert.inner_text()
    assert floor.stored().note == "From the tablet."
    alert.get_by_role("button", name="Use mine").click()
    other.is_saved()
    alert.wait_for(state="detached")
    assert floor.stored().note == "From the laptop."


def test_an_entry_the_server_refuses_comes_back_with_its_reason(floor):
    floor.passes_the_gate()
    floor.is_saved()
    # Signed elsewhere in the meantime: what is entered here comes back as an alert, word for word.
    type(floor.session).objects.filter(pk=floor.session.pk).update(state="signed")
    floor.page.locator("#note").fill("One more line.")
    floor.page.locator("#note").blur()
    alert = floor.page.locator("#rejected [role=alert]")
    alert.wait_for()
    assert "The note is signed. Add this as an addendum." in alert.inner_text()
    assert "One more line." in alert.inner_text()


def test_an_impossible_reading_is_refused_at_its_field_and_stays(floor):
    floor.types_vitals(systolic=999)
    floor.page.locator("#e-bp_systolic").wait_for()
    assert "can be" in floor.page.locator("#e-bp_systolic").inner_text()
    assert floor.page.locator("#r-bp_systolic").input_value() == "999"
    assert floor.stored().started_at is None


def test_an_unusual_reading_is_asked_about_once_at_its_field(floor):
    page = floor.page
    floor.types_vitals()
    page.keyboard.type("71")
    page.keyboard.press("Tab")
    page.get_by_text("71 % is unusual: most lie between 85 and 100. Is it right?").wait_for()
    assert page.locator("#r-spo2").input_value() == "71"
    assert not floor.stored().readings.filter(measure="spo2").exists()
    page.get_by_role("button", name="Type again").click()
    page.keyboard.type("97")
    page.keyboard.press("Tab")
    page.locator(".gate-read").get_by_text("97").wait_for()
    floor.is_saved()
    assert [r.value for r in floor.stored().readings.filter(measure="spo2")] == [Decimal(97)]


def test_a_slow_connection_opens_the_first_exercise_at_once_and_keeps_the_recheck(floor):
    page = floor.page
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 1500, "downloadThroughput": 20_000, "uploadThroughput": 20_000}
    network.send("Network.emulateNetworkConditions", slow)
    floor.passes_the_gate()
    assert page.locator("[data-sync]").get_attribute("data-state") == "sending"
    assert page.locator(".gate").get_by_role("button").all_inner_texts() == ["Recheck", "New symptom"]
    page.locator("[data-act=log]").click()
    page.locator(".ex.is-done").first.wait_for()
    network.send(
        "Network.emulateNetworkConditions",
        slow | {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
    )
    floor.is_saved()
    kept = floor.stored()
    assert kept.started_at and kept.entries.filter(state="done").count() == 1
    page.locator(".ex.is-open").wait_for()


def test_what_the_next_time_brings_says_why_and_how_the_client_took_it(cast, tablet, episode, morning):
    first_session(episode, cast, morning)
    floor = Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)
    page = floor.page
    floor.passes_the_gate()
    while page.locator(".ex.is-todo").count():
        page.locator("[data-act=same]").first.click()
        page.wait_for_timeout(150)
    page.locator("[data-act=log]").click()
    page.locator("label:has(input[name=response][value=tired])").click()
    page.locator("label:has(input[name=decision][value=regress])").click()
    page.locator("#sign-why", has_text="Say in one line").wait_for()
    assert page.locator("#sign [data-act=sign]").get_attribute("aria-disabled") == "true"
    page.locator("[data-act=why]").first.click()
    page.locator("#sign-why", has_text="After signing").wait_for()
    floor.is_saved()
    kept = floor.stored()
    assert (kept.response, kept.decision) == ("tired", "regress") and kept.decision_reason


def test_effort_over_the_ceiling_asks_what_was_done(floor):
    floor.passes_the_gate()
    page = floor.page
    page.locator('.ex.is-open label:has(input[name=effort][value="8"])').click()
    page.locator("[data-act=log]").click()
    page.get_by_text("Say what you did about it").wait_for()
    page.locator("#reason").fill("Load down, rested")
    page.locator("[data-act=log]").click()
    page.locator(".ex.is-done").first.wait_for()
    floor.is_saved()
    assert floor.stored().entries.get(state="done").reason == "Load down, rested"


def test_what_is_touched_is_large_enough_and_the_page_passes_axe(floor):
    from axe_playwright_python.sync_playwright import Axe

    page = floor.page
    small = """() => [...document.querySelectorAll("main button, main a, main label:has(input[type=radio], input[type=checkbox])")]
        .filter((one) => one.getClientRects().length).map((one) => [one.innerText, one.getBoundingClientRect()])
        .filter(([, box]) => box.height < 43.5 || box.width < 30).map(([text, box]) => `${text} ${box.width} x ${box.height}`)"""
    assert page.evaluate(small) == []
    found = list(Axe().run(page).response["violations"])
    floor.passes_the_gate()
    assert page.evaluate(small) == []
    assert (
        page.evaluate(
            "Math.min(...[...document.querySelectorAll('.stepper button')].map((b) => b.offsetHeight))"
        )
        >= 54
    )
    found += Axe().run(page).response["violations"]
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found] == []
