"""A visitor on a phone: from the public page through four questions and one e-mail to a booked first visit and an episode.

What somebody typed is typed by nobody again. The same page and form without scripts, too.
"""

import re

import pytest

from medexpro.clients.models import Client
from medexpro.episodes.models import Episode
from medexpro.kernel.clock import now
from medexpro.marketing import mailing
from medexpro.marketing.models import Lead
from medexpro.positioning import operations as positioning
from medexpro.scheduling.models import Booking
from tests.conftest import MORNING
from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture
from tests.journeys.practice import Person
from tests.portal.visiting import HOME, opened

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LAPTOP = {"width": 1440, "height": 900}
# Everything a member types, kept over the pages of a window.
TYPED = """
addEventListener("input", (event) => {
  if (event.target.matches("input:not([type=checkbox], [type=radio]), textarea"))
    sessionStorage.typed = JSON.stringify([...JSON.parse(sessionStorage.typed ?? "[]"), event.target.name]);
}, true);
"""


@pytest.fixture
def site(cast, live_server, settings, smtp_server, morning):
    """Northbridge's page is open, with two services; mail leaves by a real server."""
    settings.PUBLIC_URL = live_server.url
    opened(cast)
    for name, condition, price in (
        ("First visit", "After discharge", "$120"),
        ("Twelve weeks", "After a knee or hip replacement", "$248 a month"),
    ):
        positioning.add_service(
            cast.northbridge, name=name, condition=condition, price_words=price, whom="Adults after discharge",
            by=cast.olga, at=MORNING,
        )  # fmt: skip
    return smtp_server


def answers(phone, *, scripts: bool = True) -> None:
    """Fill in the form from its first question to its end, with a slip in the address. A picture needs scripts."""
    phone.get_by_text("Knee or hip replacement").click()
    phone.get_by_role("button", name="Continue").last.click()
    phone.get_by_text("50% complete").wait_for()
    phone.get_by_label("Your name").fill("Margaret Ellison")
    phone.get_by_label("E-mail").fill("margaret@example")
    phone.wait_for_timeout(1_200)  # A robot is quicker.
    phone.get_by_role("button", name="Continue").last.click()
    phone.get_by_text("Something is missing after “example”, like .com").wait_for()
    if scripts:
        picture(phone, "public-form")
    phone.get_by_role("button", name="Use margaret@example.com").click()
    phone.get_by_text("75% complete").wait_for()
    phone.get_by_role("button", name="Back").click()
    assert phone.get_by_label("Your name").input_value() == "Margaret Ellison"
    phone.get_by_role("button", name="Continue").last.click()
    phone.get_by_text("Weekday mornings").click()
    phone.get_by_label("Phone").fill("555-0188")
    phone.get_by_role("button", name="Continue").last.click()
    phone.get_by_text("100% complete").wait_for()
    phone.get_by_role("checkbox").check()
    phone.get_by_role("button", name="Send").click()
    phone.get_by_role("heading", name="One more tap, in your e-mail").wait_for()


def the_link(server) -> str:
    """Return the link of the letter that left, and see that it holds nothing else of hers."""
    mailing.send_due(now=now)
    [letter] = server.letters
    assert letter.to == ("margaret@example.com",)
    whole = letter.raw.decode()
    assert not any(word in whole for word in ("Margaret", "Ellison", "Knee", "555-0188"))
    return re.search(r"https?://\S+/confirm/\S+/", letter.text)[0]


def test_from_the_public_page_to_a_first_visit_and_an_episode(cast, site, tablet):
    phone = tablet(None, **PHONE)
    asked = []
    phone.on("request", lambda request: asked.append(request.url.replace(phone.url, "")))
    phone.goto(f"{HOME}?c=flyer", wait_until="networkidle")
    assert len(asked) <= 6, asked
    picture(phone, "public-practice")
    for name in ("", "providers/", "services/", "scope/", "privacy/", "sample-report/"):
        phone.goto(f"{HOME}{name}")
        assert faults_of(phone) == [], name
        phone.set_viewport_size(LAPTOP)
        picture(phone, f"public-{name.strip('/') or 'laptop'}", themes=("light",))
    phone.set_viewport_size(PHONE["viewport"])
    phone.goto(f"{HOME}?c=flyer")
    answers(phone)
    assert phone.context.cookies() == [] and phone.url.endswith("?c=flyer")
    phone.goto(the_link(site))
    assert Lead.objects.get().state == "asked"
    assert faults_of(phone) == []
    phone.get_by_role("button", name="Yes, that was me").click()
    phone.get_by_role("heading", name="Thank you. When would you like to come?").wait_for()
    assert faults_of(phone) == []
    picture(phone, "public-times")
    phone.get_by_role("group").first.get_by_role("button").first.click()
    phone.get_by_text("We hold this time for you").wait_for()
    lead = Lead.objects.get()

    ben = tablet(cast.ben)
    ben.context.add_init_script(TYPED)
    desk = Person(ben)
    ben.goto("/leads/")
    desk.follows("Margaret Ellison")
    desk.follows("Make a client")
    desk.presses("Make a client")
    ben.wait_for_url("**/clients/**")
    client = Client.objects.get(family_name="Ellison")
    assert (client.given_name, client.phone, client.email) == ("Margaret", "555-0188", "margaret@example.com")
    booking = Booking.objects.get(client=client)
    assert (booking.starts_at, booking.member) == (lead.wanted_at, cast.ana)
    assert ben.evaluate("sessionStorage.typed ?? ''") == ""
    lead.refresh_from_db()
    assert (lead.state, lead.client, lead.campaign) == ("client", client, "flyer")

    ana = tablet(cast.ana)
    ana.goto(f"/episodes/open/{client.pk}/")
    ana.get_by_label("What it is for").fill("Right knee: stairs")
    ana.locator("#form button.btn-primary").click()
    ana.wait_for_url("**/clients/**")
    assert Episode.objects.get(client=client).status == "referred"


def test_the_page_and_the_form_without_scripts(cast, site, tablet):
    phone = tablet(None, **PHONE, java_script_enabled=False)
    phone.goto(HOME)
    phone.get_by_text("Do I need a referral?").click()
    answers(phone, scripts=False)
    assert phone.url.endswith("/start/")
    phone.goto(the_link(site))
    phone.get_by_role("button", name="Yes, that was me").click()
    phone.get_by_role("button", name="Call me").click()
    phone.get_by_role("heading", name="We call you").wait_for()
    assert Lead.objects.get().wants_call
