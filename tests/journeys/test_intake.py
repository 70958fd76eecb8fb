"""On the way in, in the browser: a referral with a slip in it, a stop of the screening passed on, answered and cleared."""

import pikepdf
import pytest

from medexpro.clearance import state
from medexpro.kernel.findings import Weight
from medexpro.referrals.models import Referral
from tests import scenario
from tests.conftest import TODAY, make_cast

PHONE = {"viewport": {"width": 390, "height": 844}}
LONG = "Wolfeschlegelsteinhausenbergerdorff-Alexandrina"


@pytest.fixture
def cast(transactional_db, morning):
    """Northbridge and its people."""
    return make_cast()


def test_slash_finds_a_client_from_any_page(cast, tablet):
    page = tablet(cast.ana)
    page.goto("/")
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Find a client").wait_for()
    page.keyboard.type("elle")
    page.get_by_role("option", name="Janet Ellery").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/clients/{cast.janet.pk}/")


def test_a_chosen_scan_and_all_that_was_typed_outlive_a_slip_on_a_phone(cast, tablet, tmp_path):
    scan = tmp_path / "scan.pdf"
    paper = pikepdf.new()
    paper.add_blank_page()
    paper.save(scan)
    page = tablet(cast.ben, **PHONE)
    page.goto("/referrals/take-in/")
    page.locator("summary", has_text="Not on file yet").first.click()
    page.fill("[name=given_name]", LONG)
    page.fill("[name=family_name]", "O’Shaughnessy de la Concepción")
    page.fill("[name=wording]", "Please begin medical exercise")
    page.fill("[name=written_on]", "12/24/2027")
    page.set_input_files("[name=scan]", scan)
    page.get_by_role("button", name="Take in referral").click()
    page.get_by_role("alert").get_by_text("can’t lie in the future").wait_for()
    assert page.input_value("[name=wording]") == "Please begin medical exercise"
    page.fill("[name=written_on]", "10/12/2026")
    page.get_by_role("button", name="Take in referral").click()
    page.get_by_role("heading", name=f"Referral of {LONG}").wait_for()
    assert Referral.objects.get().scan is not None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_stop_of_the_screening_is_passed_on_answered_and_cleared(cast, tablet):
    episode = scenario.screened(cast, yes={"one_leg": {"answer": "yes", "words": "Left calf, since Sunday"}})
    page = tablet(cast.ana)
    page.goto("/")
    page.get_by_role("link", name="Pass it on").click()
    page.get_by_role("link", name="Record and hold").click()
    assert "“Left calf, since Sunday”" in page.get_by_label("What you observed").input_value()
    page.get_by_role("button", name="Give back to the provider").click()
    page.get_by_text("Waits for the answer").wait_for()
    page.goto("/")
    page.get_by_role("link", name="Record answer").click()
    page.locator("summary", has_text="Record the provider’s answer").click()
    page.get_by_label("The provider’s answer, quoted").fill("Scan was clear, may exercise")
    page.get_by_text("Yes, cleared again").click()
    page.get_by_role("button", name="Record answer").click()
    page.get_by_text("Answered: go on").wait_for()
    page.get_by_role("button", name="Clear to exercise").click()
    page.get_by_text("Sessions may start").wait_for()
    episode.refresh_from_db()
    assert episode.status == "active"
    assert [found for found in state.weigh_start(episode, TODAY) if found.weight == Weight.STOP] == []
