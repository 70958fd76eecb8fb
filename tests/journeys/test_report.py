"""Writing and signing a report in the browser: words keep themselves, and nobody signs a page they did not see."""

import pytest

from medexpro.reports import operations
from tests.reports.reporting import LATER, drafted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def draft(cast, morning, clock):
    """Eight weeks after Janet's first morning Ana has a draft."""
    clock("2026-12-09 08:30")
    return drafted(cast)


def test_words_are_kept_when_a_field_is_left_and_the_page_shows_them_before_it_is_signed(cast, draft, tablet):
    page = tablet(cast.ana)
    page.goto(f"/reports/{draft.pk}/")
    sign = page.locator("#sign button", has_text=draft.number)
    sign.wait_for()
    seen = page.locator(".rp-page").get_attribute("src")

    page.locator("#id_next").fill("Stairs with a rail.")
    assert sign.get_attribute("aria-disabled") == "true"
    sign.click(force=True)  # Leaves the field, which keeps the words; it does not sign what nobody saw.
    page.locator("#paper", has_text="Stairs with a rail.").wait_for()
    assert page.locator(".rp-page").get_attribute("src") != seen
    draft.refresh_from_db()
    assert (draft.state, draft.words["next"]) == ("draft", "Stairs with a rail.")
    assert sign.get_attribute("aria-disabled") is None

    # A colleague writes in between: both versions are on the page, and nothing typed is lost.
    operations.write(draft, {"program": "Strength twice a week."}, by=cast.ana, at=LATER)
    page.locator("#id_next").fill("Stairs without a rail.")
    page.locator("#id_next").blur()
    page.get_by_text("Theirs:").wait_for()
    assert page.locator("#id_next").input_value() == "Stairs without a rail."
    page.locator("#id_next").fill("Stairs without a rail, twice.")
    page.locator("#id_next").blur()
    page.locator("#paper", has_text="Stairs without a rail, twice.").wait_for()
