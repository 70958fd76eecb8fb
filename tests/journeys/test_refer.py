"""A provider on a phone refers by the address on our letter; the front desk accepts; the provider's page tells it."""

import pytest
from django.urls import reverse

from medexpro.referrals import sources
from medexpro.referrals.models import Referral
from tests import few_codes
from tests.clients.test_pages import scan
from tests.conftest import MORNING
from tests.journeys.pictures import picture
from tests.journeys.practice import FrontDesk, Person
from tests.portal import visiting

pytestmark = pytest.mark.django_db(transaction=True)

# What the provider types: the rest is filled in, ticked or chosen.
TYPED = {
    "First name": "Joan", "Last name": "Dahl", "Birth date": "5/1/1961", "Phone": "555 0177",
    "Diagnosis or reason": "artificial knee",
}  # fmt: skip


def test_a_provider_refers_from_a_phone_and_follows_it(cast, tablet):
    few_codes.load()
    visiting.opened(cast)
    cast.dr_raman.npi, cast.dr_raman.fax = "1234567893", "555 0142"
    cast.dr_raman.save()
    code = sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING).code

    phone = tablet(None, viewport={"width": 390, "height": 844}, is_mobile=True)
    phone.goto(f"/r/{code}/")
    provider = Person(phone)
    provider.sees("name and clinic are filled in")
    picture(phone, "refer")
    whom = phone.get_by_role("group", name="Whom you refer")
    provider.fills(
        {label: TYPED[label] for label in ("First name", "Last name", "Birth date", "Phone")}, within=whom
    )
    provider.fills({"Diagnosis or reason": TYPED["Diagnosis or reason"]})
    phone.get_by_label("The referral itself").set_input_files(
        {"name": "referral.pdf", "mimeType": "application/pdf", "buffer": scan()}
    )
    provider.presses("Find the code")
    phone.get_by_label("Z96.651").check()
    provider.fills({"I ask for medical exercise": True, "Last day in medical care": "9/30/2026"})
    provider.fills({"Your full name": "Priya Raman"})
    picture(phone, "refer-filled")
    provider.presses("Send the referral")
    provider.sees_heading("Thank you. We have it.")
    picture(phone, "refer-sent")
    number = phone.locator(".rf-head b").inner_text()
    address = phone.locator(".rf-address").inner_text().partition("/p/track/")[2]

    desk = FrontDesk(tablet(cast.ben))
    desk.page.goto("/")
    desk.sees("Referrals from the web")
    desk.goes_to("Referrals")
    desk.follows("From the web")
    picture(desk.page, "incoming-list")
    desk.follows("Joan Dahl")
    desk.sees(number)
    picture(desk.page, "incoming")
    desk.presses("Accept and take in")
    desk.sees_heading("Complete and in force")
    desk.tells_the_provider()
    picture(desk.page, "incoming-accepted")
    desk.page.goto(reverse("referrals:card"))
    picture(desk.page, "incoming-card")

    phone.goto(f"/p/track/{address}")
    provider.sees("We are arranging it.")
    picture(phone, "refer-tracked")
    assert "Dahl" not in phone.locator("main").inner_text()
    # Seven things typed by the provider, none by the front desk, and all of it on file.
    referral = Referral.objects.get()
    assert (referral.client.name, referral.icd10, referral.provider) == (
        "Joan Dahl",
        ["Z96.651"],
        cast.dr_raman,
    )
    assert referral.scan and referral.exit_confirmed_on and referral.complete_at and referral.acknowledged_at
    assert referral.client.phone == "555 0177"
