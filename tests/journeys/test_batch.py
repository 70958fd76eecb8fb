"""Drafting what is due in one go, then checking and signing one after the other, and what the front desk sees of it."""

import pytest

from medexpro.reports.models import Document, DraftBatch
from tests.journeys.pictures import picture
from tests.reports.reporting import measured_twice
from tests.reports.test_batches import worked

pytestmark = pytest.mark.django_db(transaction=True)


def confirmed_and_signed(page, number: str) -> None:
    """Sign what the page shows, confirming who it is where that is asked; the next page says what was signed."""
    page.get_by_role("button", name=f"Sign {number}").click()
    confirming = page.get_by_role("dialog", name="Confirm it is you")
    signed = page.get_by_text(f"{number} signed")
    confirming.or_(signed).first.wait_for()
    if confirming.is_visible():
        confirming.get_by_label("Password").fill("correct horse battery")
        confirming.get_by_role("button", name="Confirm").click()
    signed.first.wait_for()


def test_two_are_drafted_in_one_go_and_signed_one_after_the_other(cast, morning, tablet, clock):
    clock("2026-12-09 08:30")
    measured_twice(cast)
    page = tablet(cast.ana)
    page.goto("/reports/")
    for kind in ("progress report", "assessment summary"):
        page.get_by_label(f"Janet Ellery: {kind}").check()
    picture(page, "reports-due")
    page.get_by_role("button", name="Draft those ticked").click()
    page.get_by_text("0 of 2 settled").wait_for()
    picture(page, "reports-drafting")
    worked(DraftBatch.objects.get())
    page.get_by_text("2 of 2 settled").wait_for()
    picture(page, "reports-drafted")

    page.get_by_role("link", name="Check and sign next").click()
    numbers = Document.objects.order_by("drafted_at").values_list("number", flat=True)
    for number in list(numbers):
        page.get_by_role("button", name=f"Sign {number}").wait_for()
        picture(page, "report-in-queue")
        confirmed_and_signed(page, number)
    page.get_by_role("heading", name="Signed, not sent").wait_for()
    picture(page, "reports-signed")
    assert set(Document.objects.values_list("state", flat=True)) == {"signed"}

    document = Document.objects.filter(kind="progress_report").get()
    desk = tablet(cast.ben)
    desk.goto(f"/reports/states/{document.pk}/")
    desk.get_by_label("How").select_option("fax")
    desk.get_by_role("button", name="Record as sent").click()
    desk.get_by_label("What came back").select_option("phone")
    desk.get_by_role("button", name="Record", exact=True).click()
    desk.get_by_text("Write who said so.", exact=True).wait_for()
    desk.get_by_label("Who said so").fill("Maria Lopez")
    picture(desk, "report-states-asked")
    desk.get_by_role("button", name="Record", exact=True).click()
    desk.get_by_text("Maria Lopez · recorded by Ben Okoye").first.wait_for()
    picture(desk, "report-states")
    document.refresh_from_db()
    assert document.state == "acknowledged"
