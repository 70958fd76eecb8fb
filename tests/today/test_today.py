"""Today: what waits is derived from the record, each line leads to where it is done, and doing it clears it."""

from datetime import timedelta

import pytest

from medexpro.clearance import operations as clearance
from medexpro.knowledge import operations as knowledge
from medexpro.sessions import operations as sessions
from medexpro.today import obligations
from tests import scenario
from tests.pages import text_of
from tests.reports.reporting import LATER, measured_twice, signed

NOON = "2026-12-09 12:00"  # The day of LATER, in the practice's time.


def owed(member, at, kind):
    """Return what a member owes of one kind: (who, why) in order."""
    found = {one.name: one.rows for one in obligations.owed_to(member, member.practice.day(at))}
    return [(row.who, row.why) for row in found.get(kind, [])]


def test_a_report_is_owed_until_it_is_signed_and_then_30_days_later_again(cast):
    measured_twice(cast)
    assert owed(cast.ana, LATER, "Reports owed") == [
        ("Janet Ellery", "Introductory letter was due Oct 14, 56 days over: 24 hours after the first visit"),
        ("Janet Ellery", "Assessment summary was due Oct 20, 50 days over: a week after the first visit"),
        ("Janet Ellery", "Progress report was due Nov 12, 27 days over: 30 days after the baseline"),
    ]
    assert owed(cast.ben, LATER, "Reports owed") == []  # The front desk writes none.
    assert owed(cast.dana, LATER, "Reports owed") == []


def test_signing_clears_it(cast):
    signed(cast)
    assert owed(cast.ana, LATER, "Reports owed") == []
    assert owed(cast.ana, LATER + timedelta(days=27), "Reports owed") == [
        ("Janet Ellery", "Progress report due Jan 8: 30 days after the last report")
    ]


def test_a_reassessment_is_due_on_day_30_and_over_after(cast):
    measured_twice(cast)
    assert owed(cast.ana, LATER + timedelta(days=24), "Reassessment due") == []
    assert owed(cast.ana, LATER + timedelta(days=30), "Reassessment due") == [("Janet Ellery", "Due today")]
    assert owed(cast.ana, LATER + timedelta(days=31), "Reassessment due") == [("Janet Ellery", "1 day over")]


def test_a_clearance_that_ended_waits_for_a_new_one(cast):
    episode = scenario.cleared(cast, valid_to=cast.northbridge.day(LATER) - timedelta(days=1))
    assert owed(cast.ana, LATER, "Clearances ending") == [("Janet Ellery", "Ended Dec 8")]
    clearance.grant(episode, provider=cast.dr_raman, by=cast.ana, at=LATER)
    assert owed(cast.ana, LATER, "Clearances ending") == []


def test_an_open_note_waits_for_its_writer(cast):
    episode = scenario.programmed(cast)
    session = sessions.open_session(episode, by=cast.ana, at=scenario.MORNING)
    assert owed(cast.ana, scenario.MORNING, "Unsigned notes") == [("Janet Ellery", "Oct 13 · open")]
    session.state = "signed"
    session.save()
    assert owed(cast.ana, scenario.MORNING, "Unsigned notes") == []


def test_who_is_back_with_the_provider_stands_first_and_in_red(cast, sign_in, clock):
    episode = scenario.programmed(cast)
    clearance.refer_back(
        episode, trigger="calf_clot", observed="Left calf swollen since Sunday", provider=cast.dr_raman,
        channel="phone", by=cast.ana, at=LATER,
    )  # fmt: skip
    clock(NOON)
    page = text_of(sign_in(cast.ana).get("/"))
    assert "Janet Ellery: do not start exercise" in page and "Left calf swollen since Sunday" in page
    assert "swollen" not in text_of(sign_in(cast.ben).get("/"))  # A finding is not the front desk's to read.


def test_each_line_leads_to_where_it_is_done(cast, sign_in, clock):
    episode = measured_twice(cast)
    clock(NOON)
    browser = sign_in(cast.ana)
    page = browser.get("/")
    assert f"/reports/of/{episode.pk}/" in page.content.decode()
    assert browser.get(f"/reports/of/{episode.pk}/").status_code == 200


@pytest.mark.parametrize("clients", [1, 6])
def test_the_day_costs_the_same_however_many_wait(
    cast, sign_in, clock, django_assert_max_num_queries, clients
):
    from medexpro.clients.operations import people

    for number in range(clients):
        client = people.quick_add(
            given_name=f"Client {number}", family_name="Ito", by=cast.ana, at=LATER, knowingly=True
        )
        episode = scenario.referred(cast, client=client, at=LATER - timedelta(days=40))
        assert episode
    measured_twice(cast)
    clock(NOON)
    browser = sign_in(cast.ana)
    browser.get("/")
    with django_assert_max_num_queries(15):
        browser.get("/")


def test_rules_nobody_approved_stand_there_until_somebody_does(cast):
    at = scenario.MORNING
    count = len(knowledge.needing_approval(cast.northbridge))
    why = "Not approved yet: read and approve"
    assert owed(cast.olga, at, "Working rules") == [(f"{count} clinical rules", why)]
    assert owed(cast.ana, at, "Working rules") == [(f"{count} clinical rules", why)]
    assert owed(cast.asa, at, "Working rules") == []  # Who may approve none is not asked.
    everything = [(entry.kind, entry.key) for entry in knowledge.needing_approval(cast.northbridge)]
    knowledge.approve(everything[2:], by=cast.ana, at=at)
    assert owed(cast.olga, at, "Working rules") == [("2 clinical rules", why)]
    knowledge.approve(everything, by=cast.olga, at=at)
    assert owed(cast.olga, at, "Working rules") == []
    assert owed(cast.dana, at, "Working rules") == [
        (f"{count} clinical rules", why)
    ]  # Each practice its own.


def test_rules_that_a_newer_version_changed_ask_again(cast, monkeypatch):
    at = scenario.MORNING
    everything = [(entry.kind, entry.key) for entry in knowledge.needing_approval(cast.northbridge)]
    knowledge.approve(everything, by=cast.olga, at=at)
    newer = knowledge.stamped() | {
        name: knowledge.stamped()[name]._replace(hash="f" * 64) for name in everything[:3]
    }
    monkeypatch.setattr(knowledge, "stamped", lambda: newer)
    assert owed(cast.olga, at, "Working rules") == [
        ("3 clinical rules", "Changed with this version: read and approve")
    ]
