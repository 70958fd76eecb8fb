"""A referral that comes back: from the provider's phone by four documents that are read, until nothing is owed any more."""

import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from medexpro.clearance import operations as clearance
from medexpro.clearance.questionnaire import questionnaire
from medexpro.clients.operations import agreements, facts
from medexpro.episodes import operations as episodes
from medexpro.referrals import sources
from medexpro.referrals.models import Referral
from medexpro.reports.models import Document
from medexpro.wording.models import LetStand
from tests import few_codes, scenario
from tests.assessments.measuring import measured
from tests.clients.test_pages import scan
from tests.conftest import MORNING
from tests.journeys.pictures import picture
from tests.journeys.practice import FrontDesk, Person, Professional, Provider
from tests.portal import visiting
from tests.reports.reporting import AGAIN, FIRST

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
NAME = "Joan Dahl"
# What the provider types: the rest is filled in, ticked or chosen.
TYPED = {"First name": "Joan", "Last name": "Dahl", "Birth date": "5/1/1961", "Phone": "555 0177"}


class Surgeon(Provider):
    """Dr. Raman with a phone, a page to refer on and a mailbox."""

    def refers(self, code: str) -> str:
        """Refer Joan by the address on our letter. Returns the address of the page that tells what became of it."""
        page = self.page
        page.goto(f"/r/{code}/")
        self.sees("name and clinic are filled in")
        picture(page, "refer")
        self.fills(TYPED, within=page.get_by_role("group", name="Whom you refer"))
        self.fills({"Diagnosis or reason": "artificial knee"})
        page.get_by_label("The referral itself").set_input_files(
            {"name": "referral.pdf", "mimeType": "application/pdf", "buffer": scan()}
        )
        self.presses("Find the code")
        page.get_by_label("Z96.651").check()
        self.fills({"I ask for medical exercise": True, "Last day in medical care": "9/30/2026"})
        self.fills({"Next visit with you": "11/5/2026", "Your full name": "Priya Raman"})
        picture(page, "refer-filled")
        page.wait_for_timeout(2_100)  # A robot is quicker.
        self.presses("Send the referral")
        self.sees_heading("Thank you. We have it.")
        picture(page, "refer-sent")
        return page.locator(".rf-address").inner_text().partition("/p/track/")[2]

    def follows_it(self, address: str, words: str) -> None:
        """Look what became of the client; the page names nobody."""
        self.page.goto(f"/p/track/{address}")
        self.sees(words)
        assert "Dahl" not in self.page.locator("main").inner_text()

    def reads_the_mail(self, server, what: str) -> None:
        """Open what the worker mailed, and say that it was read. The mail itself is about nobody."""
        call_command("db_worker", queue_name="*", batch=True, interval=0, verbosity=0, startup_delay=False)
        letter = server.letters[-1]
        assert what in letter.message["Subject"] and "Dahl" not in letter.text + letter.message["Subject"]
        self.opens_the_link(re.search(r"https?://\S+/d/\S+/", letter.text)[0])
        self.sees(NAME)
        self.has_read_it()


def mails_the_link(person: Person) -> None:
    """Send the open document's link to the provider's mailbox."""
    send = person.part("Send")
    person.fills({"How": "Mail them the secure link"}, within=send)
    person.presses("Send", within=send)
    person.sees("The link is on its way")


def test_a_referral_is_answered_until_nothing_is_owed(
    cast, tablet, clock, live_server, settings, smtp_server
):
    settings.PUBLIC_URL = live_server.url
    few_codes.load()
    visiting.opened(cast)
    cast.dr_raman.npi, cast.dr_raman.fax, cast.dr_raman.email = "1234567893", "555 0142", "raman@example.org"
    cast.dr_raman.save()
    source = sources.source_of(cast.dr_raman, by=cast.ben, at=MORNING)

    # On her phone, by the address on our letter.
    clock("2026-10-13 09:30")
    raman = Surgeon(tablet(None, **PHONE))
    address = raman.refers(source.code)

    # The front desk accepts what came, types nothing of it again, and acknowledges in writing.
    ben = FrontDesk(tablet(cast.ben))
    ben.page.goto("/")
    ben.sees("Referrals from the web")
    ben.goes_to("Referrals")
    ben.follows("From the web")
    picture(ben.page, "incoming-list")
    ben.follows(NAME)
    picture(ben.page, "incoming")
    ben.presses("Accept and take in")
    ben.sees_heading("Complete and in force")
    raman.follows_it(address, "We are arranging it.")
    picture(raman.page, "refer-tracked")
    ben.follows("The letter")
    ben.presses("Write it")
    ben.fills({"How": "Mail them the secure link"}, within=ben.part("Sign and send"))
    ben.presses("Sign", within=ben.part("Sign and send"))
    confirming = ben.page.get_by_role("dialog", name="Confirm it is you")
    done = ben.page.get_by_text("The acknowledgement is signed and sent")
    confirming.or_(done).first.wait_for()
    if confirming.is_visible():
        confirming.get_by_label("Password").fill("medexpro")
        confirming.get_by_role("button", name="Confirm").click()
    done.wait_for()
    raman.reads_the_mail(smtp_server, "acknowledgement")
    referral = Referral.objects.get()
    episode = referral.episodes.get()
    assert (referral.client.name, referral.icd10, referral.provider) == (NAME, ["Z96.651"], cast.dr_raman)
    assert referral.scan and referral.complete_at and referral.client.phone == "555 0177"

    # Screened, cleared and measured; what that looks like is told elsewhere.
    came = clock("2026-10-15 10:00")
    surgery = facts.record_surgery(
        referral.client, procedure="Right total knee replacement", procedure_tag="total_knee_replacement", joint="knee",
        side="right", performed_on=scenario.SURGERY_DAY, surgeon=cast.dr_raman, by=cast.ana, at=came,
    )  # fmt: skip
    episodes.change(
        episode, title="Right knee replacement", surgery=surgery, side="right", onset_on=scenario.SURGERY_DAY,
        population=["total_knee_replacement"], by=cast.ana, at=came,
    )  # fmt: skip
    form = clearance.start_screening(episode, by=cast.ana, at=came)
    for question in questionnaire().questions:
        clearance.answer(form, question.id, {"answer": "no"}, by=cast.ana, at=came)
    clearance.finish_screening(form, by=cast.ana, at=came)
    clearance.grant(episode, provider=cast.dr_raman, by=cast.ana, at=came)
    episode.refresh_from_db()
    assert episode.status == "active"
    measured(episode, FIRST, by=cast.ana, at=came)
    agreements.sign_consent(
        referral.client, kind="release_to_provider", version=1, signed_name=NAME, by=cast.ben, at=came
    )
    raman.follows_it(address, "First visit held")

    # The letter within a day; a word that is not ours is marked and taken out by one tap.
    clock("2026-10-15 15:00")
    ana = Professional.signs_in(tablet(None), "ana@example.org")
    ana.goes_to("Reports")
    ana.sees("Introductory letter due tomorrow, Oct 16")
    ana.drafts_what_is_due("Introductory letter", NAME)
    line = ana.page.get_by_label("What we plan")
    line.fill("Two sessions a week of gait therapy.")
    line.press("Tab")
    ana.presses("Use “gait training”")
    ana.page.get_by_role("button", name="Use “gait training”").wait_for(state="detached")
    picture(ana.page, "letter-draft")
    ana.signs(asked=False)
    mails_the_link(ana)
    raman.reads_the_mail(smtp_server, "introductory letter")
    assert not LetStand.objects.exists()
    letter = Document.objects.get(kind=Document.Kind.INTRODUCTORY)
    assert "gait training" in str(letter.words) and letter.state == "acknowledged"

    # The summary within the week, and a report before the surgeon sees her.
    for day, kind in (("2026-10-20 09:00", "Assessment summary"), ("2026-11-03 09:00", "Progress report")):
        at = clock(day)
        if kind == "Progress report":
            measured(episode, AGAIN, kind="reassessment", by=cast.ana, at=at)
        ana = Professional.signs_in(tablet(None), "ana@example.org")
        ana.goes_to("Reports")
        ana.drafts_what_is_due(kind, NAME)
        ana.signs(asked=False)
        mails_the_link(ana)
        raman.reads_the_mail(smtp_server, kind.lower())

    # Her page tells all of it. What is left is a thank-you, and the news of the result.
    for draft in ("Draft thank-you", "Draft result letter"):
        ana.page.goto(reverse("outreach:show", args=[source.pk]))
        ana.part("Documents").get_by_role("row", name="Introductory letter 1 0 0").wait_for()
        picture(ana.page, "source-owed")
        ana.presses(draft)
        ana.signs(asked=False)
        picture(ana.page, "letter-signed")
        ana.fills({"How": "Print"}, within=ana.part("Send"))
        ana.presses("Send", within=ana.part("Send"))
        ana.part("Sent so far").wait_for()
    ana.page.goto(reverse("outreach:show", args=[source.pk]))
    ana.part("To do for Dr. Raman").get_by_text("Nothing is owed.").wait_for()
    said = " ".join(ana.page.locator("main").inner_text().split())
    for words in (
        "Referrals in 1",
        "To the first visit 2 days",
        "Documents on time 4 of 4",
        "Since contact today",
    ):
        assert words in said, words
    picture(ana.page, "source")
    ana.goes_to("Reports")
    ana.sees("Acknowledged")
    assert not ana.page.get_by_role("heading", name="Due").count()
    ana.page.goto("/")
    ana.sees_heading("Needs you")
    owed = ana.page.locator("main").inner_text()
    assert not [
        kind
        for kind in ("Reports owed", "Results to tell", "Sources to hear from us", "Signed, not sent")
        if kind in owed
    ]
