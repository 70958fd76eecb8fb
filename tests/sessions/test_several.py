"""Several logs at once: whose stand as tabs, where each is, and what a second device sees of one."""

import pytest
from django.urls import reverse

from medexpro.clients.operations import people
from medexpro.sessions import operations, several
from medexpro.sessions.gate import Weighing
from medexpro.sessions.presenters import session_state
from medexpro.sessions.rules.standing import standing
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.sessions.floor import Tablet
from tests.sessions.test_cost import asked

GO = {"state": "open", "started": True, "gate": "go", "found": False, "left": 3}
SETS = [{"quantity": "10", "load": "20"}]


@pytest.mark.parametrize(
    ("now", "kind", "words"),
    [
        ({}, "run", "Running"),
        ({"left": 0}, "ready", "Ready to sign"),
        ({"state": "ready"}, "ready", "Ready to sign"),
        ({"started": False, "gate": ""}, "first", "Gate first"),
        ({"started": False, "gate": "hold"}, "first", "Gate first"),  # Not everything is taken yet.
        ({"started": False, "gate": "hold", "found": True}, "hold", "Hold"),
        ({"gate": "hold", "found": True}, "hold", "Hold"),
        ({"gate": "decide", "found": True}, "hold", "Decide"),
        ({"gate": "stop", "found": True, "left": 0}, "stop", "Stop"),  # Whatever is done, the stop is said.
        ({"gate": "stop", "found": True, "state": "ready"}, "stop", "Stop"),
        ({"state": "held", "gate": "go"}, "stop", "Stopped"),
    ],
)
def test_where_a_log_stands_is_one_word(now, kind, words):
    assert standing(**(GO | now)) == (kind, words)


@pytest.fixture
def john(cast):
    return people.quick_add(given_name="John", family_name="Reyes", by=cast.ana, at=MORNING, knowingly=True)


@pytest.fixture
def two(cast, clock, john):
    """Ana keeps Janet's log open, and Olga's colleague Asa opened John's."""
    clock("2026-10-13 09:30")
    hers, his = scenario.programmed(cast), scenario.programmed(cast, client=john)
    for client in (cast.janet, john):
        client.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    return operations.open_session(hers, by=cast.ana, at=MORNING), operations.open_session(
        his, by=cast.asa, at=MORNING
    )


def names(member, at=MORNING):
    return [
        (one["name"], one["by"])
        for one in (several.tab(row, member) for row in several.running(member, at=at))
    ]


def test_ones_own_logs_come_first_and_a_colleagues_says_whose_it_is(cast, two):
    assert names(cast.ana) == [("Janet Ellery", ""), ("John Reyes", "Asa Nakamura")]
    assert names(cast.asa) == [("John Reyes", ""), ("Janet Ellery", "Ana Torres")]


def test_a_log_is_no_tab_of_those_who_may_not_log_with_the_client(cast, two, john):
    john.assignments.filter(member=cast.asa).update(ended_on=TODAY)
    assert names(cast.asa) == [("Janet Ellery", "Ana Torres")]
    assert names(cast.dana) == []


def test_a_signed_log_and_one_of_another_day_are_no_tabs(cast, two):
    operations.did_not_take_place(two[1], why="no_show", by=cast.ana, at=MORNING)
    assert names(cast.ana) == [("Janet Ellery", "")]
    assert names(cast.ana, at=Tablet(two[0], cast.ana).later(24 * 60).at) == []


def test_the_page_of_one_log_asks_no_more_for_the_tabs_of_others(cast, two, sign_in):
    browser, url = sign_in(cast.ana), reverse("sessions:show", args=[two[0].pk])
    page = browser.get(url).content.decode()
    assert "John Reyes" in page
    questions = asked(lambda: browser.get(url))
    assert len(questions) <= 15, "\n".join(questions)


def test_what_is_asked_again_and_again_names_nobody(cast, two, sign_in):
    Tablet(two[0], cast.ana).takes_vitals(184, 88)
    answer = sign_in(cast.ana).get(reverse("sessions:running"))
    assert "Janet" not in answer.content.decode() and "John" not in answer.content.decode()
    stands = {one["id"]: (one["kind"], one["version"]) for one in answer.json()["tabs"]}
    assert stands == {str(two[0].pk): ("hold", 6), str(two[1].pk): ("first", 0)}


def test_a_second_device_sees_the_state_and_both_versions_of_one_exercise(cast, two):
    tablet, phone = Tablet(two[0], cast.ana, name="tablet"), Tablet(two[0], cast.asa, name="phone")
    tablet.takes_vitals()
    tablet.send("start")
    entry = two[0].entries.first()
    tablet.send("log", entry=str(entry.pk), sets=SETS, effort=4, pain=1)

    seen = session_state(Weighing(type(two[0]).objects.get(pk=two[0].pk), at=MORNING))
    assert (seen["gate"]["state"], bool(seen["started_at"])) == ("go", True)
    assert [one["state"] for one in seen["entries"]].count("done") == 1

    # The phone had the exercise open before it heard of that.
    done = {"sets": [{"quantity": "12", "load": "25"}], "effort": 5, "pain": 2}
    for kind, body in (("log", done), ("skip", {"reason": "Tired"})):
        answer = phone.send(kind, entry=str(entry.pk), **body)
        assert answer["outcome"] == "conflict", kind
        assert (answer["theirs"]["sets"], answer["theirs"]["effort"]) == (SETS, 4)
        assert answer["mine"] == {"entry": str(entry.pk)} | body
        phone.version = 0  # It still shows what it showed.
    entry.refresh_from_db()
    assert (entry.state, entry.sets) == ("done", SETS)
    # Knowing of it, the phone's word is a change like any other.
    phone.version = seen["version"]
    assert phone.send("skip", entry=str(entry.pk), reason="Tired")["outcome"] == "applied"
