"""Is the practice ready to receive a referral? What the record shows, what people say, and the thirty days."""

from datetime import timedelta

import pytest

from medexpro.kernel.refusals import Conflict, NotAllowed
from medexpro.outreach import readiness
from medexpro.outreach.models import ReadinessSaid
from medexpro.outreach.readiness import STANDARD, TASK, ReadinessRefused
from medexpro.outreach.rules.readiness import Shown
from medexpro.referrals import operations as referrals
from medexpro.referrals import sources
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of

WEEK = timedelta(days=7)


def lines(standing):
    return {one.item.key: one for one in (*standing.checks, *standing.standards)}


def test_the_four_checks_are_weighed_over_the_referrals_of_the_last_90_days(cast):
    assert lines(readiness.standing_of(cast.northbridge, MORNING))["written"].shown == Shown.OPEN

    episode = scenario.referred(cast)
    found = lines(readiness.standing_of(cast.northbridge, MORNING))
    assert {found[key].words for key in ("written", "wording", "coded", "exited")} == {
        "1 of 1 referrals in 90 days"
    }
    assert found["coded"].is_met

    # The paper names no exercise after all: the check opens again, and so does the line.
    referrals.answer_check(
        episode.referral, kind="wording", met=False, note="Says PT", by=cast.ben, at=MORNING + WEEK
    )
    found = lines(readiness.standing_of(cast.northbridge, MORNING + WEEK))
    assert (found["wording"].shown, found["wording"].words) == (Shown.PARTLY, "0 of 1 referrals in 90 days")
    assert found["written"].is_met

    # Another practice sees nothing of it, and after 90 days it no longer counts.
    assert lines(readiness.standing_of(cast.southgate, MORNING))["written"].shown == Shown.OPEN
    late = readiness.standing_of(cast.northbridge, MORNING + timedelta(days=91))
    assert lines(late)["written"].words == "No referral in the last 90 days"


def test_a_first_visit_in_time_and_a_late_acknowledgement_are_told_with_their_figures(cast):
    scenario.referred(cast)
    soon = lines(readiness.standing_of(cast.northbridge, MORNING))
    assert soon["first_visit"].words == "No first visit lately"
    late = lines(readiness.standing_of(cast.northbridge, MORNING + 2 * WEEK))
    assert (late["first_visit"].shown, late["first_visit"].words) == (Shown.PARTLY, "Kept 0 of 1 times")
    assert late["answered"].words == "Kept 0 of 1 times"


def test_what_a_person_says_holds_until_its_day_and_can_be_taken_back(cast):
    day = cast.northbridge.day(MORNING)
    said = {"note": "Policy 4411", "good_until": day + timedelta(days=60), "by": cast.ana}
    first = readiness.say(STANDARD, "liability", **said, at=MORNING)
    readiness.say(STANDARD, "liability", id=first.pk, **said, at=MORNING)
    assert ReadinessSaid.objects.count() == 1

    def liability(at):
        return lines(readiness.standing_of(cast.northbridge, at))["liability"]

    assert liability(MORNING).shown == Shown.MET
    assert liability(MORNING + timedelta(days=45)).shown == Shown.ENDING
    assert liability(MORNING + timedelta(days=61)).shown == Shown.OPEN
    assert "Policy 4411: Ana Torres" in liability(MORNING).words

    # The emergency plan is walked through every year, whatever was said.
    readiness.say(STANDARD, "emergency", by=cast.ana, at=MORNING)
    assert (
        lines(readiness.standing_of(cast.northbridge, MORNING + 53 * WEEK))["emergency"].shown == Shown.OPEN
    )

    readiness.take_back(STANDARD, "liability", by=cast.ana, at=MORNING)
    assert liability(MORNING).shown == Shown.OPEN
    assert ReadinessSaid.objects.get(key="liability").struck_by == cast.ana

    for bad, field in (({"good_until": day - WEEK}, "good_until"), ({"link": "javascript:alert(1)"}, "link")):
        with pytest.raises(ReadinessRefused) as refused:
            readiness.say(STANDARD, "liability", **bad, by=cast.ana, at=MORNING)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        readiness.say(STANDARD, "liability", by=cast.ben, at=MORNING)


def test_the_score_of_a_day_is_kept_as_it_was(cast):
    first = readiness.keep_score(by=cast.ana, at=MORNING)
    assert readiness.keep_score(by=cast.ana, at=MORNING + timedelta(hours=1)) == first
    readiness.say(STANDARD, "certificates", by=cast.ana, at=MORNING)
    second = readiness.keep_score(by=cast.ana, at=MORNING + timedelta(hours=2))
    assert (second.met, second.of) == (first.met + 1, first.of)
    first.refresh_from_db()
    assert {one["key"]: one["shown"] for one in first.lines}["certificates"] == "open"


def test_the_plan_ticks_itself_where_the_record_proves_it(cast):
    readiness.begin_plan(by=cast.ana, at=MORNING)
    source = sources.source_of(cast.dr_raman, by=cast.ana, at=MORNING)

    def plan(at=MORNING):
        return {one.item.key: one for one in readiness.plan_of(cast.northbridge, at).tasks}

    assert (plan()["d21"].words, plan()["d21"].shown) == ("0 of 3 logged", Shown.OPEN)
    for number in range(3):
        sources.touch(source, kind="call", on=cast.northbridge.day(MORNING), by=cast.ana, at=MORNING)
        assert plan()["d21"].is_met == (number == 2)
    # A call of before the plan began does not count for it.
    readiness.end_plan(by=cast.ana, at=MORNING + WEEK)
    readiness.begin_plan(by=cast.ana, at=MORNING + WEEK)
    later = MORNING + WEEK
    assert plan(later)["d21"].shown == Shown.OPEN
    assert readiness.plan_of(cast.northbridge, later + WEEK).day == 8

    # What no record shows is ticked by hand; the introduction is done once the standard is.
    readiness.say(TASK, "d12", by=cast.ana, at=later)
    readiness.say(STANDARD, "introduction", by=cast.ana, at=later)
    assert plan(later)["d12"].is_met and plan(later)["d13"].is_met


def test_what_was_said_of_a_task_before_the_plan_began_does_not_count_for_it(cast):
    later = MORNING + WEEK
    readiness.say(TASK, "d12", by=cast.ana, at=MORNING)
    readiness.begin_plan(by=cast.ana, at=later)

    def is_done():
        return {one.item.key: one.is_met for one in readiness.plan_of(cast.northbridge, later).tasks}["d12"]

    assert not is_done()
    readiness.say(TASK, "d12", by=cast.ana, at=later)
    assert is_done()


def test_standards_are_the_practices_own_to_word(cast, sign_in):
    worded = readiness.word_item(STANDARD, "sample", title="Our own sample", by=cast.ana, at=MORNING)
    with pytest.raises(Conflict):
        readiness.word_item(STANDARD, "sample", title="Two at once", version=0, by=cast.olga, at=MORNING)
    own = readiness.word_item(
        STANDARD, "", title="Towels <b>counted</b>", id=worded.pk, by=cast.ana, at=MORNING
    )
    readiness.put_away(STANDARD, "certificates", by=cast.ana, at=MORNING)
    with pytest.raises(ReadinessRefused) as refused:
        readiness.word_item(TASK, "d01", title="Day 31", day=31, by=cast.ana, at=MORNING)
    assert refused.value.field == "day"

    page = text_of(sign_in(cast.ana).get("/sources/ready/"))
    assert "Our own sample" in page and "Towels &lt;b&gt;counted" in page
    assert "Take up again" in page
    readiness.put_away(STANDARD, own.key, by=cast.ana, at=MORNING)
    assert own.key not in lines(readiness.standing_of(cast.northbridge, MORNING))
    readiness.take_up(STANDARD, "certificates", by=cast.ana, at=MORNING)
    assert "certificates" in lines(readiness.standing_of(cast.northbridge, MORNING))


def test_the_pages_ask_few_questions_and_keep_what_was_typed(cast, sign_in, django_assert_max_num_queries):
    scenario.referred(cast)
    ana = sign_in(cast.ana)
    for address, most in (("/sources/ready/", 15), ("/sources/plan/", 20)):
        with django_assert_max_num_queries(most):
            assert ana.get(address).status_code == 200
    answer = ana.post(
        "/sources/ready/standard/liability/say/", {"note": "Blue folder", "good_until": "2020-01-01"}
    )
    assert "This day has passed" in text_of(answer)
    assert "Blue folder" in answer.content.decode()
    assert sign_in(cast.ben).post("/sources/ready/score/").status_code == 403
    assert ana.get("/sources/ready/nonsense/new/").status_code == 404
