"""The timeline of a client: whatever happened, by whoever may know of it, however long the record is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.assessments.operations import set_goal
from medexpro.clients.panels import Chart
from medexpro.kernel.ids import uuid7
from medexpro.record import operations, timeline
from medexpro.scheduling.models import Booking
from tests.conftest import MORNING, TODAY
from tests.house.objects import World
from tests.pages import text_of
from tests.reports.reporting import LATER

AFTER = datetime(2026, 12, 20, 15, 0, tzinfo=UTC)


@pytest.fixture
def world(cast):
    """Janet's record with something of every area in it."""
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    world = World(cast)
    world.episode = world.report.episode  # One client, one episode.
    for part in (
        "report", "delivery", "document", "consent", "booking", "place", "session", "limit", "precaution", "back",
    ):  # fmt: skip
        getattr(world, part)
    set_goal(
        world.episode,
        horizon_days=30,
        measure="tug",
        target=Decimal(8),
        activity="cross the street",
        by=cast.ana,
        at=LATER,
    )
    operations.write_message(
        cast.janet, text="She asked for a later hour.", to=[cast.ana], by=cast.ben, at=MORNING
    )
    return world


def chart(cast, name, at=AFTER):
    return Chart(cast.janet, member=cast.members[name], at=at)


def all_pages(seen, **chosen):
    """Return every line of the timeline, page by page."""
    events, before = [], ""
    while True:
        page = timeline.page_of(seen, before=before, **chosen)
        events += page.events
        if not page.older:
            return events
        before = page.older


def test_whatever_happened_stands_there_newest_first(world):
    events = all_pages(chart(world.cast, "ana"))
    said = [event["title"] for event in events]
    for title in (
        "Referral received", "In service", "Cleared", "Screening finished",
        "Limit: Resting systolic blood pressure no higher than 150 mmHg",
        "Precaution: No kneeling", "Back to the provider", "Baseline", "Goal: cross the street", "Program made", "Session 1",
        "Session: booked", "Group: booked", "Progress report R-2026-", "Sent: Progress report R-2026-", "On file: Other",
        "Signed: ", "Message to colleagues",
    ):  # fmt: skip
        assert any(one.startswith(title) for one in said), (title, said)
    days = [event["day"] for event in events]
    assert days == sorted(days, reverse=True)
    told = " ".join(event["told"] for event in events)
    assert "New swelling of the calf" in told


def test_each_line_opens_its_record(world, sign_in, clock):
    clock("2026-12-20 10:00")
    browser = sign_in(world.cast.ana)
    for address in {event["url"] for event in all_pages(chart(world.cast, "ana"))}:
        assert browser.get(address, follow=True).status_code == 200, address


@pytest.mark.parametrize("name", ["ben", "bill", "olga"])
def test_who_does_not_read_the_record_sees_states_and_no_narrative(world, sign_in, clock, name):
    clock("2026-12-20 10:00")
    events = all_pages(chart(world.cast, name))
    assert not any(event["told"] for event in events)
    said = " ".join(f"{event['title']} {event['text']}" for event in events)
    assert "Referral received" in said and "Progress report" in said
    for hidden in (
        "swelling",
        "kneeling",
        "Systolic",
        "street",
        "Session 1",
        "Baseline",
        "Cleared",
        "Program made",
    ):
        assert hidden not in said
    assert ("Session: booked" in said) is (name in {"ben", "olga"})
    assert ("In service" in said) is (name == "ben")
    browser = sign_in(world.cast.members[name])
    for address in {event["url"] for event in events} - {""}:
        assert browser.get(address).status_code == 200, address
    page = text_of(browser.get(reverse("record:timeline", args=[world.cast.janet.pk])))
    assert "Referral received" in page and "swelling" not in page


def test_what_lies_ahead_has_not_happened(world):
    titles = [event["title"] for event in all_pages(chart(world.cast, "ana", at=MORNING))]
    assert "Session: booked" not in titles


def test_one_kind_is_chosen(world, sign_in, clock):
    clock("2026-12-20 10:00")
    address = reverse("record:timeline", args=[world.cast.janet.pk])
    browser = sign_in(world.cast.ana)
    only = text_of(browser.get(address, {"show": "papers"}))
    assert "On file: Other" in only and "Referral received" not in only
    part = browser.get(address, {"show": "sessions"}, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="lines"') and "Session 1" in text_of(part)
    for nonsense in (
        {"show": "x"},
        {"before": "x~y~z"},
        {"before": "2026-10-13T13:30:00+00:00~no~" + "0" * 32},
    ):
        assert browser.get(address, nonsense).status_code == 200


def many_bookings(world, count):
    """Book many at the same instants, so that a page ends among equals."""
    booking = world.booking
    Booking.objects.bulk_create(
        Booking(
            practice=booking.practice, service=booking.service, member=booking.member, client=booking.client,
            starts_at=MORNING + timedelta(days=number % 3), ends_at=MORNING + timedelta(days=number % 3, hours=1),
            made_by=booking.member, id=uuid7(),
        )
        for number in range(count)
    )  # fmt: skip


def test_pages_leave_nothing_out_and_say_nothing_twice(world):
    before = len(all_pages(chart(world.cast, "ana")))
    many_bookings(world, 130)
    events = all_pages(chart(world.cast, "ana"))
    assert len(events) == before + 130
    addresses = [event["url"] for event in all_pages(chart(world.cast, "ana"), group="bookings")]
    assert len(addresses) == len(set(addresses)) == 132


def test_a_long_record_costs_no_more_queries(world, sign_in, clock):
    clock("2026-12-20 10:00")
    browser, address = sign_in(world.cast.ana), reverse("record:timeline", args=[world.cast.janet.pk])

    def asked():
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return [query["sql"][:40] + query["sql"][query["sql"].find(" FROM ") :][:150] for query in captured]

    few = asked()
    many_bookings(world, 200)
    assert len(asked()) == len(few) <= 10, "\n".join(few)
