"""Several clients at once: logs side by side lose nothing, and one tap confirms for one client of a group."""

import re
from datetime import time, timedelta
from itertools import product

import pytest

from medexpro.clients.operations import people
from medexpro.scheduling import operations as scheduling
from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog
from medexpro.sessions.rules.standing import standing
from tests import scenario
from tests.journeys.conftest import TABLET
from tests.journeys.floor import Floor
from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture
from tests.sessions.floor import Tablet

pytestmark = pytest.mark.django_db(transaction=True)

A_LOOK_AROUND_MS = 20_000
STANDINGS = """async (logs) => {
  const { standingOf } = await import(new URL("tabsview.js", document.querySelector("script[src*='sessions/js/page']").src));
  return logs.map(standingOf).map(({ kind, words }) => [kind, words]);
}"""


def as_on_the_tablet(state, started, gate, found, left):
    """Return a log as the page's script knows it."""
    findings = [{"code": "resting_hr-not-taken"}, *([{"code": "meti_bp_aerobic"}] if found else [])]
    return {
        "state": state, "started_at": "2026-10-13T13:30:00Z" if started else None,
        "gate": {"state": gate, "findings": findings}, "entries": [{"state": "open"}] * left,
    }  # fmt: skip


def john(cast, morning):
    """Another client in service, with a program."""
    client = people.quick_add(given_name="John", family_name="Reyes", by=cast.ana, at=morning, knowingly=True)
    return scenario.programmed(cast, client=client, at=morning - timedelta(days=4))


def turns_to(page, name):
    """Take the tab of another log."""
    page.get_by_role("navigation", name="Logs in progress").get_by_role("link", name=re.compile(name)).click()
    page.get_by_role("heading", name=name, level=1).wait_for()
    page.locator("#gate-h").wait_for()


def test_two_logs_side_by_side_lose_nothing_typed_and_a_second_device_sees_them(cast, tablet, morning):
    episode = scenario.programmed(cast, at=morning - timedelta(days=4))
    his = operations.open_session(john(cast, morning), by=cast.ana, at=morning)
    floor = Floor.opened(tablet(cast.ana), episode, by=cast.ana, at=morning)
    page = floor.page
    every = list(
        product(
            ("open", "ready", "held"), (True, False), ("go", "hold", "decide", "stop"), (True, False), (0, 2)
        )
    )
    here = page.evaluate(STANDINGS, [as_on_the_tablet(*one) for one in every])
    names = ("state", "started", "gate", "found", "left")
    assert here == [list(standing(**dict(zip(names, one, strict=True)))) for one in every]

    floor.passes_the_gate()
    first = page.locator(".ex.is-open h2").inner_text()
    page.locator('.ex.is-open label:has(input[name=effort][value="5"])').click()
    page.locator("#note").press_sequentially("Half a sent")
    turns_to(page, "John Reyes")
    tabs = page.get_by_role("navigation", name="Logs in progress")
    tabs.get_by_text("Running").wait_for()
    page.locator("#r-bp_systolic").press_sequentially("12")
    picture(page, "session-tabs")
    assert faults_of(page) == []
    page.set_viewport_size(TABLET["viewport"])

    # The clock of her exercise went on meanwhile, and what was half done is as it was left.
    page.clock.fast_forward(60_000)
    turns_to(page, "Janet Ellery")
    assert page.locator(".ex.is-open h2").inner_text() == first
    assert page.locator('input[name=effort][value="5"]').is_checked()
    assert page.locator("#note").input_value() == "Half a sent"
    assert re.search(r"[1-9]\d*:\d\d", page.locator(".svc.is-run .svc-min").inner_text())
    floor.is_saved()
    assert floor.stored().note == "Half a sent"

    # The browser is gone and comes again.
    context, address = page.context, page.url
    page.close()
    page = floor.page = context.new_page()
    page.goto(address)
    page.locator('input[name=effort][value="5"]:checked').wait_for(state="attached")
    turns_to(page, "John Reyes")
    assert page.locator("#r-bp_systolic").input_value() == "12"
    turns_to(page, "Janet Ellery")

    # Her colleague has the same exercise half done on a second device when it is logged here.
    other = Floor(tablet(cast.ana), floor.session)
    other.page.goto(address)
    other.page.locator(".ex.is-open", has_text=first).wait_for()
    other.page.locator('.ex.is-open label:has(input[name=effort][value="3"])').click()
    page.locator("[data-act=log]").click()
    page.locator(".ex.is-done", has_text=first).wait_for()
    floor.is_saved()
    with other.page.expect_response(re.compile("/state/")):
        other.page.clock.fast_forward(A_LOOK_AROUND_MS)
    other.page.locator("[data-act=log]").click()
    alert = other.page.locator("#rejected [role=alert]")
    alert.wait_for()
    assert "RPE 3" in alert.inner_text() and "RPE 5" in alert.inner_text()
    assert [entry.effort for entry in floor.stored().entries.filter(state="done")] == [5]
    alert.get_by_role("button", name="Keep theirs").click()
    alert.wait_for(state="detached")
    other.page.locator(".ex.is-done", has_text=first).wait_for()

    # And a log that is closed elsewhere takes nothing more here.
    turns_to(page, "John Reyes")
    operations.did_not_take_place(SessionLog.objects.get(pk=his.pk), why="no_show", by=cast.ana, at=morning)
    page.clock.fast_forward(A_LOOK_AROUND_MS)
    page.get_by_text("Closed on another device: it did not take place.").wait_for()
    assert page.locator("#gate-place").evaluate("(place) => place.inert")


def test_one_tap_confirms_for_one_client_of_a_group_and_a_stop_of_another_closes_nothing_of_theirs(
    cast, tablet, morning
):
    """Ana opens the logs of both who came; readings are taken on each client's own page."""
    scenario.programmed(cast, at=morning - timedelta(days=4))
    his = john(cast, morning)
    service = scheduling.add_service(
        name="Group", minutes=45, kind="exercise", places=6, by=cast.olga, at=morning
    )
    [booking] = scheduling.book(
        service, member=cast.ana, client=cast.janet, day=cast.northbridge.day(morning), clock=time(10),
        outside_hours=True, by=cast.ana, at=morning,
    ).bookings  # fmt: skip
    scheduling.take_place(booking, his.client, by=cast.ana, at=morning)
    page = tablet(cast.ana)
    page.goto(f"/calendar/bookings/{booking.pk}/")
    page.get_by_role("link", name="Logs of the group").click()
    page.get_by_role("button", name="Open the logs of those ticked").click()
    page.get_by_role("link", name="Take the readings of Janet Ellery").wait_for()
    picture(page, "session-group-gate")
    assert not page.locator("[data-act=same]").count()  # Nobody's gate is open yet.

    hers = SessionLog.objects.get(episode__client=cast.janet)
    logs = [Tablet(one, cast.ana, at=morning) for one in (hers, SessionLog.objects.get(episode=his))]
    for one in logs:
        one.takes_vitals()
        one.send("start")
    with page.expect_response(re.compile("/state/")):
        page.clock.fast_forward(A_LOOK_AROUND_MS)
    row = page.locator(".gp-exs > li").first
    row.get_by_role("button", name="Janet Ellery").click()
    row.locator("span.gp-one", has_text="Janet Ellery").wait_for()
    row.get_by_role("button", name="John Reyes").wait_for()
    Floor(page, hers).is_saved()
    assert (
        hers.entries.filter(state="done").count(),
        logs[1].session.entries.filter(state="done").count(),
    ) == (1, 0)

    logs[0].later(1).send("red_flags", items=["rf_chest_or_breath"])
    with page.expect_response(re.compile("/state/")):
        page.clock.fast_forward(A_LOOK_AROUND_MS)
    page.locator('.gp-card[data-kind="stop"]', has_text="Janet Ellery").wait_for()
    picture(page, "session-group")
    assert faults_of(page) == []
    page.set_viewport_size(TABLET["viewport"])
    assert not page.get_by_role("button", name=re.compile("Janet Ellery")).count()
    row.get_by_role("button", name="John Reyes").click()
    row.locator("span.gp-one", has_text="John Reyes").wait_for()
    Floor(page, hers).is_saved()
    assert logs[1].session.entries.filter(state="done").count() == 1
    page.get_by_role("link", name="Open the log of John Reyes").click()
    page.get_by_role("heading", name="John Reyes", level=1).wait_for()
    page.get_by_role("link", name="Group").click()
    page.get_by_role("heading", name="Group", level=1).wait_for()
