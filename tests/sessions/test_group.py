"""A group: one log for each client who came, each behind its own gate; what stops one touches no other."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from medexpro.clients.operations import people
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import GroupPlace
from medexpro.sessions import operations
from medexpro.sessions.models import SessionLog
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of
from tests.sessions.floor import Tablet
from tests.sessions.test_cost import asked

SETS = [{"quantity": "10", "load": None}]


def seated(cast, booking, name, *, in_service=True):
    """Give one more client a place in the group."""
    client = people.quick_add(given_name=name, family_name="Marsh", by=cast.ben, at=MORNING, knowingly=True)
    episode = scenario.programmed(cast, client=client) if in_service else None
    reason = "" if in_service else "Comes to look"
    scheduling.take_place(booking, client, reason=reason, by=cast.ana, at=MORNING)
    return episode


@pytest.fixture
def group(cast, clock):
    """This morning's group of Ana's; Janet has a place."""
    clock("2026-10-13 09:30")
    scenario.programmed(cast)
    service = scheduling.add_service(
        name="Balance group", minutes=45, kind="exercise", places=6, by=cast.olga, at=MORNING
    )
    booked = scheduling.book(
        service, member=cast.ana, client=cast.janet, day=TODAY, clock=time(10), outside_hours=True, by=cast.ana, at=MORNING
    )  # fmt: skip
    return booked.bookings[0]


def open_for(browser, booking, *places):
    url = reverse("sessions:group", args=[booking.pk])
    return browser.post(url, {"came": [str(one.pk) for one in places]}, follow=True)


def test_each_client_who_came_gets_a_log_of_their_own(cast, group, sign_in):
    seated(cast, group, "John")
    seated(cast, group, "Mary")
    janet, john, mary = group.places.all()
    page = open_for(sign_in(cast.ana), group, janet, john)
    assert "2 logs open." in page.content.decode()
    logs = SessionLog.objects.all()
    assert {str(one.client) for one in logs} == {"Janet Ellery", "John Marsh"}
    assert {one.group for one in logs} == {str(group.pk)} and not any(one.started_at for one in logs)
    group.refresh_from_db()
    assert group.state == "came"
    # Mary comes late; who has a log keeps it.
    open_for(sign_in(cast.ana), group, janet, mary)
    assert SessionLog.objects.count() == 3


def test_who_may_not_start_gets_no_log_and_keeps_no_other_from_theirs(cast, group, sign_in):
    seated(cast, group, "Nora", in_service=False)
    janet, nora = group.places.all()
    browser = sign_in(cast.ana)
    page = browser.get(reverse("sessions:group", args=[group.pk])).content.decode()
    assert f'value="{janet.pk}"' in page and f'value="{nora.pk}"' not in page
    assert "No episode of service is open." in page
    open_for(browser, group, janet, nora)
    assert [str(one.client) for one in SessionLog.objects.all()] == ["Janet Ellery"]


def test_a_place_booked_before_the_service_began_leads_to_the_open_episode(cast, group, sign_in):
    seated(cast, group, "Nora", in_service=False)
    nora = group.places.exclude(client=cast.janet).get()
    episode = scenario.programmed(cast, client=nora.client)
    open_for(sign_in(cast.ana), group, nora)
    assert [one.episode for one in SessionLog.objects.all()] == [episode]


def test_a_client_whose_clearance_ended_since_is_refused_alone(cast, group):
    episode = seated(cast, group, "John")
    first, second = (place.episode for place in group.places.all())
    assert second == episode
    type(episode).objects.filter(pk=episode.pk).update(status="on_hold")
    opened, refused = operations.open_group(group, [first, second], by=cast.ana, at=MORNING)
    assert [str(one.client) for one in opened] == ["Janet Ellery"]
    assert len(refused) == 1 and refused[0].startswith("John Marsh: ")


def test_a_stop_of_one_leaves_the_gate_of_the_other_as_it_is(cast, group):
    seated(cast, group, "John")
    opened, _ = operations.open_group(
        group, [one.episode for one in group.places.all()], by=cast.ana, at=MORNING
    )
    hers, his = (Tablet(one, cast.ana) for one in opened)
    for tablet in (hers, his):
        tablet.takes_vitals()
        assert tablet.send("start")["outcome"] == "applied"
    stop = hers.send("red_flags", items=["rf_chest_or_breath"])
    assert stop["gate"]["state"] == "stop"
    refused = hers.send("log", entry=str(hers.session.entries.first().pk), sets=SETS)
    assert refused["outcome"] == "refused"
    answer = his.send("log", entry=str(his.session.entries.first().pk), sets=SETS, effort=4, pain=1)
    assert (answer["outcome"], answer["gate"]["state"]) == ("applied", "go")
    hers.send("hold", observed="Short of breath")
    assert SessionLog.objects.get(pk=his.session.pk).state == "open"
    his.session.episode.refresh_from_db()
    assert his.session.episode.status == "active"


def test_the_page_starts_nothing_a_log_of_the_group_stands_before_its_gate(cast, group):
    [log], _ = operations.open_group(group, [group.places.get().episode], by=cast.ana, at=MORNING)
    tablet = Tablet(log, cast.ana)
    assert tablet.send("start")["outcome"] == "refused"
    assert tablet.send("log", entry=str(log.entries.first().pk), sets=SETS)["outcome"] == "refused"


def test_on_another_day_no_log_opens(cast, group, sign_in):
    tomorrow = MORNING + timedelta(days=1)
    with pytest.raises(operations.SessionRefused, match="The group meets on Tue, Oct 13"):
        operations.open_group(group, [group.places.get().episode], by=cast.ana, at=tomorrow)
    scheduling.cancel(group, by=cast.ana, at=MORNING)
    page = open_for(sign_in(cast.ana), group, group.places.get())
    assert "cancelled" in text_of(page) and not SessionLog.objects.exists()


def test_an_assistant_finds_only_the_clients_of_hers(cast, group, sign_in):
    seated(cast, group, "John")
    browser, url = sign_in(cast.asa), reverse("sessions:group", args=[group.pk])
    assert browser.get(url).status_code == 404
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    page = browser.get(url).content.decode()
    assert "Janet Ellery" in page and "John Marsh" not in page
    johns = GroupPlace.objects.exclude(client=cast.janet).get()
    open_for(browser, group, johns)
    assert not SessionLog.objects.exists()


def test_the_note_says_that_it_was_a_group_and_the_booking_leads_to_its_logs(cast, group, sign_in):
    browser = sign_in(cast.ana)
    door = browser.get(reverse("scheduling:show", args=[group.pk])).content.decode()
    assert reverse("sessions:group", args=[group.pk]) in door
    [log], _ = operations.open_group(group, [group.places.get().episode], by=cast.ana, at=MORNING)
    tablet = Tablet(log, cast.ana)
    tablet.takes_vitals()
    tablet.send("start")
    for entry in log.entries.all():
        tablet.send("skip", entry=str(entry.pk), reason="Short of time")
    operations.sign(log, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert "At the practice, in a group" in text_of(browser.get(reverse("sessions:show", args=[log.pk])))


def test_the_page_asks_the_same_for_a_group_of_two_and_of_five(cast, group, sign_in):
    browser, url = sign_in(cast.ana), reverse("sessions:group", args=[group.pk])
    seated(cast, group, "John")
    browser.get(url)
    few = asked(lambda: browser.get(url))
    for name in ("Mary", "Paul", "Rose"):
        seated(cast, group, name)
    many = asked(lambda: browser.get(url))
    assert len(many) <= len(few) + 1 and len(many) <= 15, "\n".join(many)
    operations.open_group(group, [one.episode for one in group.places.all()], by=cast.ana, at=MORNING)
    assert len(asked(lambda: browser.get(url))) <= 15
