"""Getting around without a mouse, and on a tablet without a keyboard: the palette and the keys."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

HOME = re.compile(r":\d+/$")
LAPTOP = {"viewport": {"width": 1440, "height": 900}, "has_touch": False}


def test_the_palette_finds_goes_and_begins_and_letters_can_be_switched_off(cast, tablet):
    page = tablet(cast.ana, **LAPTOP)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(reverse("practice:me"))
    field = page.get_by_role("combobox", name="Find a client, go to a page, or begin something")
    chosen = page.locator("#palette [role=option][aria-selected=true]")

    # Keys alone: nobody is named before somebody asks; the first that fits is chosen, arrows move, Enter opens.
    page.keyboard.press("Control+k")
    chosen.get_by_text("Add a client").wait_for()
    picture(page, "palette", sizes=("laptop", "phone"))
    page.keyboard.type("?zz/gt")  # Letters are typed here, and no keys.
    page.locator("#palette [data-none]").wait_for()
    field.fill("ell")
    chosen.get_by_text("Janet Ellery").wait_for()
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert faults_of(page) == []
    page.set_viewport_size(LAPTOP["viewport"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('clients:show', args=[cast.janet.pk])}")
    assert not [url for url in asked if "ell" in url.rpartition("/")[2]]  # No name in any address.

    # A word for a place, and down to the second.
    page.keyboard.press("Control+k")
    chosen.wait_for()
    field.fill("cal")
    chosen.get_by_text("Calendar").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('scheduling:week')}")

    # Escape gives the focus back and leaves no names behind.
    opener = page.get_by_role("navigation", name="Main").get_by_role("button", name="Find")
    opener.click()
    field.fill("ell")
    chosen.get_by_text("Janet Ellery").wait_for()
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.hasAttribute('data-palette')")
    expect(page.locator("#palette")).not_to_contain_text("Ellery")

    # Letters go where they say, until somebody switches them off; the palette stays.
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url(HOME)
    page.keyboard.press("?")
    page.get_by_label("Letters work as keys on this device").uncheck()
    page.keyboard.press("Escape")
    page.locator("#keys").wait_for(state="hidden")
    for letter in ("?", "/", "g", "c"):
        page.keyboard.press(letter)
    page.keyboard.press("Control+k")
    chosen.wait_for()
    assert HOME.search(page.url)
    assert page.locator("#keys").is_hidden()

    # By finger: the button on the rail, and a tap on what was found.
    page = tablet(cast.ana)
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("button", name="Find").tap()
    page.get_by_role("combobox", name="Find a client, go to a page, or begin something").fill("referral")
    page.get_by_role("option", name="Take in a referral").tap()
    page.wait_for_url(f"**{reverse('referrals:take_in')}")
