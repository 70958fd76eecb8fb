"""The owner finds a setting by a word, changes it, and nothing typed elsewhere is lost on the way."""

import pytest
from playwright.sync_api import expect

from medexpro.practice.models import Practice
from medexpro.scheduling import operations as scheduling
from tests.conftest import MORNING
from tests.journeys.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_word_narrows_the_settings_and_keeps_what_is_typed(cast, tablet):
    scheduling.begin(by=cast.olga, at=MORNING)
    page = tablet(cast.olga)
    page.goto("/settings/")
    expect(page.get_by_text("Session, 60 min")).to_be_visible()
    picture(page, "settings")
    page.get_by_label("Fax", exact=False).first.fill("555-0999")
    page.keyboard.press("Escape")
    find = page.get_by_role("searchbox", name="Find a setting by any word")
    find.press_sequentially("screen lock")
    lock = page.get_by_label("Minutes until the screen locks")
    expect(lock).to_be_visible()
    expect(page.get_by_text("Session, 60 min")).to_be_hidden()
    expect(page.get_by_label("Fax", exact=False).first).to_be_hidden()
    find.press("Enter")
    picture(page, "settings-found", sizes=["phone"])
    lock.fill("5")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Settings are saved.")).to_be_visible()
    practice = Practice.objects.get(pk=cast.northbridge.pk)
    assert (practice.idle_minutes, practice.fax) == (5, "555-0999")
