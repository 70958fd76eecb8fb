"""One whole day of a practice: five people, each at a screen of their own, fourteen sessions, and nothing left over."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from medexpro.clients.operations import people
from medexpro.practice.models import Member, User
from medexpro.practice.roles import Role
from medexpro.referrals import operations as referrals
from medexpro.referrals.models import Referral
from medexpro.scheduling import operations as scheduling
from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog
from medexpro.today import obligations
from tests import scenario
from tests.journeys.floor import Floor
from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture
from tests.journeys.practice import PASSWORD, FrontDesk, Person, Professional
from tests.pdf import reading
from tests.sessions.floor import Tablet

# The second longest story: fourteen clients come, and five people work at once.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

LAPTOP = {"viewport": {"width": 1440, "height": 900}, "has_touch": False}
WITH_ANA = {"08:00": "Adler", "09:00": "Baker", "13:00": "Cole", "14:00": "Dunn", "15:00": "Ellery"}
WITH_PAUL = {
    "08:00": "Frost",
    "09:00": "Grant",
    "10:00": "Hayes",
    "11:00": "Irwin",
    "13:00": "Jonas",
    "14:00": "Keller",
}
IN_THE_GROUP = ("Larkin", "Mercer", "Nash")
STOPPED, BY_ASA = "Frost", "Baker"
LATE = {
    "Received on": "10/9/2026",
    "Written on": "10/7/2026",
    "Left medical care on": "10/6/2026",
    "What for": "Right knee replacement",
    "The provider’s words": "Please begin medical exercise after discharge from physical therapy.",
}
FOUR = ("It is written by", "It names medical exercise", "It gives an ICD-10 code", "It confirms that")


class Day:
    """The practice's day: who is booked when, and the hour on every screen."""

    def __init__(self, cast: Any, clock: Any):
        self.cast, self.clock, self.screens = cast, clock, []
        self.now: datetime = clock("2026-10-13 07:30")
        user = User.objects.create_user("paul@example.org", "correct horse battery", full_name="Paul Novak")
        self.paul = Member.objects.create(
            practice=cast.northbridge, user=user, roles=[str(Role.PROFESSIONAL)], credentials="MES"
        )
        self.episodes = {
            name: self._in_service(name) for name in (*WITH_ANA.values(), *WITH_PAUL.values(), *IN_THE_GROUP)
        }
        self._book()

    def _in_service(self, name: str) -> Any:
        """A client who was cleared last week; their provider knows that the referral arrived."""
        at = self.now - timedelta(days=4)
        client = self.cast.janet
        if name != client.family_name:
            client = people.quick_add(
                given_name="Robin", family_name=name, by=self.cast.ben, at=at, knowingly=True
            )
        episode = scenario.programmed(self.cast, client=client, at=at)
        referrals.acknowledge(episode.referral, channel="fax", by=self.cast.ben, at=at)
        if name == BY_ASA:
            client.assignments.create(practice=client.practice, member=self.cast.asa, started_on=at.date())
        return episode

    def _book(self) -> None:
        desk, day = {"by": self.cast.ben, "at": self.now, "outside_hours": True}, self.now.date()
        one = scheduling.add_service(
            name="Session", minutes=60, kind="exercise", by=self.cast.olga, at=self.now
        )
        group = scheduling.add_service(
            name="Balance group", minutes=45, kind="exercise", places=6, by=self.cast.olga, at=self.now
        )
        for member, plan in ((self.cast.ana, WITH_ANA), (self.paul, WITH_PAUL)):
            for hour, name in plan.items():
                client = self.episodes[name].client
                scheduling.book(
                    one, member=member, client=client, day=day, clock=time.fromisoformat(hour), **desk
                )
        first, *others = (self.episodes[name].client for name in IN_THE_GROUP)
        booked = scheduling.book(
            group, member=self.cast.ana, client=first, day=day, clock=time(10, 30), **desk
        )
        self.group = booked.bookings[0]
        for client in others:
            scheduling.take_place(self.group, client, by=self.cast.ben, at=self.now)

    def at(self, hour: str) -> datetime:
        """Turn every clock, the server's and the screens', to an hour of the day."""
        self.now = self.clock(f"2026-10-13 {hour}")
        for page in self.screens:
            page.clock.set_system_time(self.now)
        return self.now

    def gives(self, name: str, *, by: Member) -> SessionLog:
        """A session as a tablet sends it, from the gate to the last exercise."""
        session = operations.open_session(self.episodes[name], by=by, at=self.now)
        return self.works_through(session, by=by)

    def works_through(self, session: SessionLog, *, by: Member) -> SessionLog:
        """Take the readings, pass the gate, log every exercise, and sign."""
        tablet = Tablet(session, by, at=self.now)
        tablet.takes_vitals()
        tablet.send("start")
        for entry in session.entries.all():
            said = tablet.send(
                "log", entry=str(entry.pk), sets=[{"quantity": "10", "load": None}] * 2, effort=4, pain=1
            )
            assert said["outcome"] == "applied", said
        operations.sign(session, recently_signed_in=True, by=by, at=tablet.later(45).at)
        return session


def comes_back(person: Person, address: str = "/") -> None:
    """Open a page on a screen that nobody touched for a while: it asks who is there first."""
    person.page.goto(address)
    person.page.get_by_role("heading", level=1).first.wait_for()
    if person.page.get_by_role("heading", name="are you there").count():
        person.fills({"Password": PASSWORD})
        person.presses("Open")
        person.page.get_by_role("navigation", name="Main").wait_for()


def test_five_people_fourteen_sessions_and_nothing_owed_is_unaccounted_for(cast, tablet, clock):
    day = Day(cast, clock)
    olga, ben = Person(tablet(cast.olga, **LAPTOP)), FrontDesk(tablet(cast.ben, **LAPTOP))
    ana, paul, asa = (Professional(tablet(one)) for one in (cast.ana, day.paul, cast.asa))
    day.screens = [one.page for one in (olga, ben, ana, paul, asa)]
    late = people.quick_add(given_name="Robin", family_name="Olsen", by=cast.ben, at=day.now, knowingly=True)

    # Before the first client: the owner prints the day, and everyone sees what theirs brings.
    olga.page.goto("/")
    sheet = olga.page.context.request.get("/day/sheet/?who=all")
    assert (sheet.status, sheet.headers["content-type"]) == (200, "application/pdf")
    printed = reading.text_of(sheet.body())
    assert all(name in printed for name in day.episodes)
    for person, names in ((ana, WITH_ANA), (paul, WITH_PAUL)):
        person.page.goto("/")
        for name in names.values():
            person.page.locator(".slot-name", has_text=name).wait_for()
    picture(ana.page, "day-begins")

    # A referral lay in the fax since Friday. It is late the moment it is taken in, and told at once.
    ben.page.goto("/")
    ben.takes_in_a_referral(client="Olsen", provider="Raman", code="Z96.651", paper=LATE, seen=FOUR)
    ben.goes_to("Today")
    ben.page.locator(".need", has_text="Referrals").get_by_text("Robin Olsen", exact=True).wait_for()
    ben.page.get_by_role("link", name=re.compile("Robin Olsen")).first.click()
    ben.tells_the_provider()
    ben.goes_to("Today")
    ben.sees_heading("Needs you")
    assert not ben.page.locator(".need", has_text="Robin Olsen").count()

    # Eight o'clock, two tablets. Ana gives a session; across the floor Paul's client has a red flag and does not start.
    day.at("08:00")
    comes_back(ana)
    ana.page.get_by_role("button", name=re.compile("Robin Adler")).click()
    ana.page.locator("[data-reading]:focus").wait_for()
    floor = Floor(ana.page, None)
    floor.passes_the_gate()
    comes_back(paul)
    paul.page.get_by_role("button", name=re.compile("Robin Frost")).click()
    paul.page.locator("[data-reading]:focus").wait_for()
    stop = Floor(paul.page, SessionLog.objects.get(episode=day.episodes[STOPPED]))
    stop.types_vitals()
    stop.taps_pain()
    paul.page.get_by_role("checkbox", name="Chest pain or shortness of breath").click()
    paul.page.get_by_role("button", name=re.compile("^Record")).first.click()
    stop.gate_turns("Stop")
    paul.presses("Record and hold", within=paul.page.locator(".gate"))
    paul.presses("Record and hold", within=paul.page.get_by_role("dialog"))
    paul.sees("It is back with the provider.")
    paul.presses("Sign as stopped")
    paul.presses("Sign and lock", within=paul.page.get_by_role("dialog"))
    paul.sees_heading("Stopped before exercise began")
    for place in range(ana.page.locator(".ex").count()):
        ana.page.locator("[data-act=log]").click()
        ana.page.locator(".ex.is-done").nth(place).wait_for()
    floor.is_saved()
    ana.page.locator("#sign [data-act=sign]").click()
    ana.presses("Sign and lock", within=ana.page.get_by_role("dialog"))
    ana.sees_heading("Signature")

    # Dr. Raman is told the same hour, on paper.
    paul.goes_to("Reports")
    paul.drafts_what_is_due("Change in status", "Robin Frost")
    paul.signs(asked=False)
    paul.sends("Fax")

    # Nine: the assistant works with Ana's client and signs what Ana co-signs; Paul goes on with the next.
    day.at("09:00")
    day.gives(BY_ASA, by=cast.asa)
    day.gives("Grant", by=day.paul)
    comes_back(asa)
    asa.sees_heading("Needs you")
    comes_back(ana)
    ana.page.locator(".needs").get_by_role("link", name="Co-sign , Robin Baker").click()
    ana.presses("Co-sign")
    ana.fills({"Your password": PASSWORD})  # It was an hour since she last said who she is.
    ana.presses("Co-sign")
    ana.page.get_by_text("Session 1 co-signed").wait_for()

    # The group: one log for each who came, and Paul's clients beside it.
    day.at("10:30")
    day.gives("Hayes", by=day.paul)
    comes_back(ana, f"/calendar/bookings/{day.group.pk}/")
    ana.follows("Logs of the group")
    ana.presses("Open the logs of those ticked")
    ana.page.get_by_role("link", name="Take the readings of Robin Larkin").wait_for()
    for name in IN_THE_GROUP:
        day.works_through(SessionLog.objects.get(episode=day.episodes[name]), by=cast.ana)
    day.at("11:30")
    day.gives("Irwin", by=day.paul)
    for hour, hers, his in (("13:00", "Cole", "Jonas"), ("14:00", "Dunn", "Keller"), ("15:00", "Ellery", "")):
        day.at(hour)
        day.gives(hers, by=cast.ana)
        if his:
            day.gives(his, by=day.paul)
    assert SessionLog.objects.count() == 14

    # The end of the day: every booking has its end, every note its signature.
    day.at("17:30")
    comes_back(olga, "/day/end/?who=all")
    olga.sees("All 14 bookings are accounted for.")
    assert not olga.page.get_by_role("heading", name="Not accounted for").count()
    for person in (ana, paul):
        comes_back(person, "/day/end/")
        person.sees("accounted for.")
        person.sees("Every note is signed.")
    picture(ana.page, "day-ends")
    assert faults_of(ana.page, sizes=("tablet",)) == []

    # What is still owed is owed from tomorrow on, and stands where it belongs; the stop waits for the provider's answer.
    look = obligations.Look(cast.ana, cast.northbridge.day(day.now))
    owed = {rule.slug: rule.of(look, 50).rows for rule in obligations.RULES}
    waits = {"on-the-way-in", "reports-owed", "working-rules", "releases-to-ask-for"}
    assert {slug for slug, rows in owed.items() if rows} == waits
    assert {row.who for row in owed["reports-owed"]} == {
        str(episode.client) for name, episode in day.episodes.items() if name != STOPPED
    }
    assert all("Introductory letter due tomorrow" in row.why for row in owed["reports-owed"])
    assert [row.who for row in look.alerts] == ["Robin Frost"]
    assert Referral.objects.get(client=late).acknowledged_at is not None
