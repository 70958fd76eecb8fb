"""The front desk books by the keyboard, moves the booking to a place that is offered, and takes it back from the toast."""

import re

import pytest
from playwright.sync_api import expect

from medexpro.scheduling.models import Booking
from tests import scenario
from tests.journeys.pictures import picture
from tests.scheduling.booking import open_desk

pytestmark = pytest.mark.django_db(transaction=True)


def test_booking_moving_and_taking_back(cast, tablet):
    scenario.programmed(cast)
    desk = open_desk(cast)
    page = tablet(cast.ben)
    page.goto("/calendar/")
    page.keyboard.press("n")
    page.get_by_role("combobox", name="Client").press_sequentially("Janet")
    page.get_by_role("option", name=re.compile("Janet Ellery")).click()
    page.get_by_label("With", exact=True).select_option("Ana Torres")
    page.get_by_label("Day", exact=True).fill("10/15/2026")
    page.get_by_label("Time", exact=True).fill("9:00 am")
    page.get_by_label("Time", exact=True).press("Enter")
    chosen = page.get_by_role("link", name=re.compile(r"J\. Ellery 9:00 1 of 24"))
    expect(chosen).to_have_attribute("aria-current", "true")
    picture(page, "calendar")

    page.get_by_role("radio", name="Wed, Oct 14, 9:00 am").check(force=True)
    page.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(page.get_by_text("Moved to Wed, Oct 14, 9:00 am.")).to_be_visible()
    assert desk.wall(Booking.objects.get()) == "Wed Oct 14 09:00"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("It is back where it was.")).to_be_visible()
    assert desk.wall(Booking.objects.get()) == "Thu Oct 15 09:00"

    # Today brings the day's line after the page.
    page.goto("/")
    expect(page.get_by_text("Nothing is booked today.")).to_be_visible()
