"""Everyone comes in by the same door and finds their own pages behind it: the roles, and the practice next door."""

import re

import pytest

from medexpro.clients.operations import people
from medexpro.practice import factors
from medexpro.sessions import operations as sessions
from medexpro.sessions.models import SessionLog
from tests import scenario
from tests.journeys.pictures import picture
from tests.journeys.practice import Person, Professional
from tests.practice.test_sign_in import SECRET, code_now
from tests.reports import reporting

pytestmark = pytest.mark.django_db(transaction=True)

RECORD = "Today, Calendar, Clients, Referrals, Reports, Knowledge"
RAILS = {
    "olga": f"{RECORD}, Practice",
    "ana": RECORD,
    "asa": "Today, Calendar, Clients, Knowledge",
    "mia": RECORD,
    "ben": "Today, Calendar, Clients, Referrals, Reports",
    "bill": "Today, Clients, Referrals, Reports",
    "rhea": RECORD,
    "dana": f"{RECORD}, Practice",
}
READERS = {"ana", "asa", "mia", "rhea"}
EVERYONE = set(RAILS)
# Who of Northbridge opens what of Janet; next door there is no such thing.
OF_JANET = {
    "/clients/{client}/": EVERYONE,
    "/clients/{client}/details/": {"olga", "ana", "ben"},
    "/clients/{client}/health/": READERS,
    "/clients/{client}/trail/": {"olga"},
    "/sessions/{session}/": READERS,
    "/assessments/episodes/{episode}/": READERS,
    "/programs/{episode}/": READERS,
    "/clearance/{episode}/": READERS,
    "/referrals/{referral}/": EVERYONE - {"asa"},
    "/reports/{report}/": READERS - {"asa"},
    "/break-glass/{client}/": {"olga"},
}
# Who opens which page of the own practice.
OF_THE_PRACTICE = {
    "/": EVERYONE,
    "/calendar/": EVERYONE - {"bill"},
    "/calendar/book/": {"ana", "asa", "ben", "dana"},
    "/calendar/set-up/": {"olga", "ben", "dana"},
    "/clients/": EVERYONE,
    "/referrals/": EVERYONE - {"asa"},
    "/referrals/take-in/": {"ana", "ben", "dana"},
    "/reports/": EVERYONE - {"asa"},
    "/knowledge/": EVERYONE - {"ben", "bill"},
    "/import/": {"ana", "dana"},
    "/settings/": {"olga", "dana"},
    "/members/": {"olga", "dana"},
    "/trail/": {"olga", "dana"},
}


@pytest.fixture
def janet(cast, morning):
    """Janet's record: a signed report, an open session, Asa and Ana beside her."""
    report = reporting.signed(cast)
    session = sessions.open_session(report.episode, by=cast.ana, at=morning)
    people.assign(cast.janet, cast.asa, by=cast.ana, at=morning)
    return {
        "client": cast.janet.pk, "episode": report.episode_id, "session": session.pk, "report": report.pk,
        "referral": report.episode.referral_id,
    }  # fmt: skip


@pytest.mark.parametrize("name", RAILS)
def test_everyone_signs_in_and_finds_their_own_pages_and_none_of_the_others(tablet, janet, name):
    wrong = []
    person = Person.signs_in(tablet(None), f"{name}@example.org")
    if person.rail() != RAILS[name].split(", "):
        wrong.append(f"{name}'s rail reads {person.rail()}")
    here = [
        (path.format(**janet), path, who, 404 if name == "dana" else 403) for path, who in OF_JANET.items()
    ]
    here += [(path, path, who, 403) for path, who in OF_THE_PRACTICE.items()]
    for address, path, who, closed in here:
        expected = 200 if name in who and not (name == "dana" and path in OF_JANET) else closed
        status = person.asks(address)
        if status != expected:
            wrong.append(f"{name} asks for {path} and gets {status}, not {expected}")
    assert wrong == []


def test_a_closed_page_says_so_and_leads_back(cast, tablet, janet):
    ben = Person.signs_in(tablet(None), "ben@example.org")
    ben.page.goto(f"/sessions/{janet['session']}/")
    ben.sees_heading("Not part of your role")
    ben.follows("Go to Today")
    ben.page.get_by_role("navigation", name="Main").wait_for()
    dana = Person.signs_in(tablet(None), "dana@example.org")
    dana.page.goto(f"/clients/{janet['client']}/")
    assert "Ellery" not in dana.page.locator("body").inner_text()


def test_a_second_factor_is_asked_for_where_there_is_one(cast, tablet, morning):
    factors.add_app(cast.olga.user, secret=SECRET, code=code_now(), at=morning)
    page = tablet(None)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill("olga@example.org")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in with password").click()
    page.get_by_role("heading", name="One more step").wait_for()
    picture(page, "second-factor")
    # With the password alone nothing opens.
    assert page.context.request.get("/members/", max_redirects=0).status == 302
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("alert").first.wait_for()
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in", exact=True).click()
    olga = Person(page)
    assert olga.rail() == RAILS["olga"].split(", ")


def test_an_assistants_note_waits_until_a_professional_has_read_it(cast, tablet, morning):
    episode = scenario.programmed(cast, at=morning)
    people.assign(cast.janet, cast.asa, by=cast.ana, at=morning)
    asa = Professional.signs_in(tablet(None), "asa@example.org")
    asa.opens("Janet Ellery")
    asa.gives_a_session(1, effort=4, pain=1)
    asa.sees("awaits co-sign")
    note = asa.page.url
    kept = SessionLog.objects.get(episode=episode)
    assert (kept.state, kept.cosigned_by) == ("awaiting_cosign", None)

    # Nobody co-signs their own, whatever else they become.
    assert asa.page.get_by_role("button", name="Co-sign").count() == 0
    olga = Person.signs_in(tablet(None), "olga@example.org")
    olga.goes_to("Practice")
    olga.follows("Members")
    olga.follows("Asa Nakamura")
    olga.fills({"Medical exercise professional": True})
    olga.presses("Save")
    olga.sees("Asa Nakamura is changed.")
    asa.page.reload()
    asa.sees_heading("Signature")
    assert asa.page.get_by_role("button", name="Co-sign").count() == 0
    assert asa.posts(f"{note}cosign/") == 409

    ana = Professional.signs_in(tablet(None), "ana@example.org")
    ana.sees("Unsigned notes")
    ana.page.get_by_role("link", name=re.compile("Co-sign.*Janet Ellery")).click()
    ana.sees("Asa Nakamura logged this session")
    picture(ana.page, "session-cosign")
    ana.presses("Co-sign session 1")
    ana.sees("Session 1 co-signed")
    kept.refresh_from_db()
    assert (kept.state, kept.cosigned_by, kept.signed_by) == ("signed", cast.ana, cast.asa)


def test_an_owner_breaks_the_glass_for_one_record_with_a_reason_that_the_professionals_read(
    cast, tablet, janet
):
    other = people.quick_add(given_name="Tom", family_name="Marsh", by=cast.ana, at=reporting.LATER)
    olga = Person.signs_in(tablet(None), "olga@example.org")
    olga.goes_to("Clients")
    olga.follows("Janet Ellery")
    olga.sees_heading("Janet Ellery", level=1)
    assert olga.asks(f"/clearance/{janet['episode']}/") == 403
    olga.follows("Open the record")
    olga.fills({"Why": "A complaint about the session of October 13"})
    picture(olga.page, "break-glass")
    olga.fills({"Why": "no"})
    olga.presses("Open for 60 minutes")
    olga.sees("Say in a sentence why you need to see this record.")
    olga.fills({"Why": "A complaint about the session of October 13"})
    olga.presses("Open for 60 minutes")
    olga.sees("You are reading one client’s record by break-glass")
    olga.sees_heading("Outcomes")
    assert olga.asks(f"/clearance/{janet['episode']}/") == 200
    assert olga.asks(f"/clients/{other.pk}/") == 404

    ana = Person.signs_in(tablet(None), "ana@example.org")
    ana.sees("Opened by break-glass")
    ana.sees("A complaint about the session of October 13")

    olga.presses("Close the record")
    olga.page.get_by_role("navigation", name="Main").wait_for()
    assert olga.asks(f"/clearance/{janet['episode']}/") == 403
    assert olga.asks(f"/clients/{other.pk}/") == 200
