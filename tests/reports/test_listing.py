"""What is owed: derived from the record, seen by who may see states, done by writing."""

from datetime import date, timedelta

from django.urls import reverse

from medexpro.episodes import operations as episodes
from medexpro.episodes import steps
from medexpro.reports import listing, operations
from medexpro.reports.models import Document
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING
from tests.reports.reporting import FIRST, LATER, measured_twice


def kinds(member, at):
    return [(one.kind, one.on.isoformat(), one.late) for one in listing.due(member, at)]


def kinds_of_visit(member, at):
    """What follows from seeing the client, without the acknowledgement of the referral."""
    return [one for one in kinds(member, at) if one[0] != "acknowledgement"]


def test_a_letter_is_owed_from_the_first_visit_and_a_report_from_the_baseline(cast):
    episode = scenario.programmed(cast)
    assert kinds_of_visit(cast.ana, MORNING) == []
    measured(episode, FIRST, by=cast.ana)
    early, late = MORNING + timedelta(hours=2), MORNING + timedelta(hours=25)
    assert kinds_of_visit(cast.ana, early) == [("introductory_letter", "2026-10-14", False)]
    assert kinds_of_visit(cast.ana, late) == [("introductory_letter", "2026-10-14", True)]
    letter = operations.draft(episode, "introductory_letter", by=cast.ana, at=MORNING + timedelta(hours=2))
    operations.sign(letter, recently_signed_in=True, by=cast.ana, at=MORNING + timedelta(hours=3))
    assert kinds_of_visit(cast.ana, MORNING + timedelta(hours=25)) == []
    assert kinds_of_visit(cast.ana, MORNING + timedelta(days=26)) == [
        ("assessment_summary", "2026-10-20", True),
        ("progress_report", "2026-11-12", False),
    ]


def test_the_providers_visit_brings_the_report_forward(cast):
    episode = scenario.programmed(cast)
    measured(episode, FIRST, by=cast.ana)
    visit = cast.northbridge.day(MORNING) + timedelta(days=10)
    episodes.change(episode, next_provider_visit_on=visit, by=cast.ana, at=MORNING)
    assert ("progress_report", "2026-10-21", False) in kinds(cast.ana, MORNING + timedelta(days=7))


def test_the_step_counts_from_the_last_report(cast):
    episode = measured_twice(cast)
    day = cast.northbridge.day(LATER)
    assert steps.state_of(episode, "report", day).state == "late"
    report = operations.draft(episode, "progress_report", by=cast.ana, at=LATER)
    operations.sign(report, recently_signed_in=True, by=cast.ana, at=LATER)
    done = steps.state_of(episode, "report", day)
    assert (done.state, done.caption) == ("done", "next Jan 8")


def test_the_chart_offers_the_report_two_days_before_it_is_due(cast):
    episode = measured_twice(cast)
    due = date(2026, 11, 12)
    assert steps.state_of(episode, "report", due - timedelta(days=3)).missing == ()
    offered = steps.state_of(episode, "report", due - timedelta(days=2))
    assert (offered.state, offered.missing) == ("todo", ("A progress report is due on Nov 12, 2026.",))


def test_nobody_sees_what_a_neighbour_owes(cast):
    measured_twice(cast)
    assert listing.due(cast.dana, LATER) == []
    assert listing.due(cast.ben, LATER)


def test_the_list_drafts_and_the_front_desk_only_reads_states(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    episode = measured_twice(cast)
    assert "Draft" in sign_in(cast.ana).get(reverse("reports:index")).content.decode()
    ben = sign_in(cast.ben)
    page = ben.get(reverse("reports:index")).content.decode()
    assert (
        "Progress report was due Nov 12" in page and reverse("reports:draft", args=[episode.pk]) not in page
    )
    assert (
        ben.post(reverse("reports:draft", args=[episode.pk]), {"kind": "progress_report"}).status_code == 403
    )


def test_the_list_asks_few_queries_however_much_is_due(cast, sign_in, clock, django_assert_max_num_queries):
    clock("2026-12-09 10:00")
    measured_twice(cast)
    ana = sign_in(cast.ana)
    ana.get(reverse("reports:index"))
    with django_assert_max_num_queries(9):
        ana.get(reverse("reports:index"))


def test_a_draft_page_asks_few_queries(cast, sign_in, clock, django_assert_max_num_queries):
    clock("2026-12-09 10:00")
    document = operations.draft(measured_twice(cast), "progress_report", by=cast.ana, at=LATER)
    ana = sign_in(cast.ana)
    ana.get(reverse("reports:show", args=[document.pk]))
    with django_assert_max_num_queries(15):
        ana.get(reverse("reports:show", args=[document.pk]))
    assert Document.objects.count() == 1
