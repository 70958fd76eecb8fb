"""Questionnaires in the practice: handed over on the tablet, by a link to a phone, typed from paper; and taken in."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.assessments import operations, state
from medexpro.assessments.models import Asking, Measurement
from medexpro.assessments.operations import questionnaires as asking_ops
from medexpro.audit.models import Event
from medexpro.kernel.refusals import NotAllowed
from medexpro.knowledge.library import library
from medexpro.programs import evidence
from tests import scenario
from tests.conftest import MORNING

HOURS = timedelta(hours=1)
ACTIVITIES = {"name-1": "Stairs", "1": "4", "name-2": "Gardening", "2": "6", "name-3": "Kneeling", "3": "2"}


@pytest.fixture
def episode(cast, clock):
    clock("2026-10-13 10:00")
    return scenario.cleared(cast)


def handed(episode, cast, *forms, how="phone", **more):
    return asking_ops.ask(episode, forms, how, by=cast.ana, at=MORNING, **more)


def link(given):
    return reverse("portal:questionnaire", args=[given.token])


def body(answer):
    return answer.content.decode()


# ---- The client's own phone


def test_a_client_answers_at_home_goes_on_later_and_it_lands_in_the_open_assessment(cast, episode, client):
    given = handed(episode, cast, "psfs", "pain")
    check = operations.start(episode, "check", measures=["pain_nrs"], by=cast.ana, at=MORNING)
    first = body(client.get(link(given)))
    assert "Activities that matter to you" in first and "1 of 2" in first and "Ellery" not in first
    client.post(link(given), {"form": "psfs", "keep": "1", "name-1": "Stairs", "1": "4"})
    assert 'value="Stairs"' in body(client.get(link(given))), "half a page is there again"
    said = client.post(link(given), {"form": "psfs", "name-1": "Stairs", "1": "4"})
    assert said.status_code == 422 and "1 named; 3 to 5 activities make a score" in body(said)
    assert client.post(link(given), {"form": "psfs", **ACTIVITIES}).status_code == 302
    assert "Right now" in body(client.get(link(given))), "goes on where it was left"
    client.post(link(given), {"form": "pain", "1": "3", "2": "1", "3": "7"})
    assert "Your answers are with the practice" in body(client.get(link(given)))
    kept = {row.measure: row for row in Measurement.objects.filter(assessment=check)}
    assert (kept["psfs"].value, kept["pain_nrs"].value) == (4, 3)
    assert kept["psfs"].device == "Questionnaire, answered by the client, phone"
    row = Asking.objects.get()
    assert row.answers["pain"] == {"1": "3", "2": "1", "3": "7"} and set(row.taken) == {"psfs", "pain"}
    told = set(Event.objects.filter(client_id=cast.janet.pk, member_id=None).values_list("kind", flat=True))
    assert {"assessments:questionnaire:open", "assessments:questionnaire:answer"} <= told


def test_without_an_open_assessment_it_waits_and_a_member_takes_it_in(cast, episode, client, sign_in):
    given = handed(episode, cast, "psfs")
    client.post(link(given), {"form": "psfs", **ACTIVITIES})
    assert not Measurement.objects.exists()
    ana, page = sign_in(cast.ana), reverse("assessments:questionnaires", args=[episode.pk])
    assert "Answered by the client on Oct 13, 2026" in body(ana.get(page))
    take = reverse("assessments:take_in", args=[given.asking.pk])
    refused = ana.post(take)
    assert refused.status_code == 422 and "No assessment is open" in body(refused)
    check = operations.start(episode, "check", by=cast.ana, at=MORNING)
    assert ana.post(take).status_code == 302
    assert Measurement.objects.get(assessment=check).value == 4
    assert "Taken in Oct 13" in body(ana.get(page))
    with pytest.raises(asking_ops.AskingRefused, match="already"):
        asking_ops.take_in(given.asking, by=cast.ana, at=MORNING)


def test_an_answer_never_writes_over_what_a_professional_recorded(cast, episode, client):
    check = operations.start(episode, "check", measures=["pain_nrs"], by=cast.ana, at=MORNING)
    operations.record(check, measure="pain_nrs", trials=[{"value": "5"}], by=cast.ana, at=MORNING)
    given = handed(episode, cast, "pain")
    client.post(link(given), {"form": "pain", "1": "3"})
    assert Measurement.objects.get(assessment=check).value == 5
    row = asking_ops.take_in(given.asking, by=cast.ana, at=MORNING)
    assert row.taken["pain"]["value"] == "3" and Measurement.objects.get(assessment=check).value == 3


def test_a_client_who_leaves_gaps_is_told_which_and_may_go_on_all_the_same(cast, episode, client, sign_in):
    given = handed(episode, cast, "everyday")
    answers = {"form": "everyday", "1": "5", "2": "5", "3": "5", "4": "5"}
    said = client.post(link(given), answers)
    assert said.status_code == 422 and "Reaching a shelf above your head” and “Putting on" in body(said)
    client.post(link(given), answers | {"anyway": "yes"})
    row = Asking.objects.get()
    assert row.answered_at and not row.taken_at and row.answers["everyday"]["4"] == "5"
    with pytest.raises(asking_ops.AskingRefused, match="Nothing here makes a score"):
        asking_ops.take_in(row, by=cast.ana, at=MORNING)
    # The professional asks for the missing ones and types them in.
    sign_in(cast.ana).post(
        reverse("assessments:type_questionnaire", args=[row.pk, "everyday"]), answers | {"5": "10"}
    )
    row.refresh_from_db()
    assert row.taken["everyday"]["value"] == "6.0", (
        "our own set needs no assessment: it keeps its answers itself"
    )


@pytest.mark.parametrize("over", ["ended", "late", "unknown"])
def test_a_link_that_is_over_says_so_with_the_practices_number(cast, episode, client, clock, over):
    given = handed(episode, cast, "pain")
    if over == "ended":
        asking_ops.end(given.asking, by=cast.ana, at=MORNING)
    if over == "late":
        clock("2026-10-21 10:00")
    address = link(given) if over != "unknown" else reverse("portal:questionnaire", args=["made-up"])
    for answer in (client.get(address), client.post(address, {"form": "pain", "1": "3"})):
        assert answer.status_code == (404 if over == "unknown" else 410)
        assert over == "unknown" or "555-0142" in body(answer)
    assert Asking.objects.get().answers == {}


def test_no_log_and_no_row_holds_the_token(cast, episode, client, caplog):
    given = handed(episode, cast, "pain")
    with caplog.at_level(logging.DEBUG):
        client.get(link(given))
        client.post(link(given), {"form": "pain", "1": "many"})
        client.post(link(given), {"form": "psfs"})
    assert given.token not in caplog.text and given.token not in str(Asking.objects.values())


def test_nonsense_is_said_at_its_item_and_comes_back_as_typed(cast, episode, client):
    given = handed(episode, cast, "pain")
    answer = client.post(link(given), {"form": "pain", "1": "12", "2": "3"})
    assert answer.status_code == 422 and "Item 1 runs from 0 to 10" in body(answer)
    assert Asking.objects.get().answers["pain"] == {"2": "3"}
    assert client.post(link(given), {"form": "no-such"}).status_code == 409


# ---- On the practice's tablet


def test_the_tablet_shows_the_client_nothing_but_the_questionnaire_until_staff_come_back(
    cast, episode, sign_in
):
    tablet = sign_in(cast.ana)
    sent = tablet.post(reverse("assessments:ask", args=[episode.pk]), {"forms": ["pain"], "how": "tablet"})
    address = sent.headers["Location"]
    assert "Pain from 0 to 10" in body(tablet.get(address))
    chart = reverse("clients:show", args=[cast.janet.pk])
    assert tablet.get(chart).headers["Location"].startswith(reverse("practice:lock"))
    tablet.post(address, {"form": "pain", "1": "3"})
    thanks = body(tablet.get(address))
    assert "give the tablet back" in thanks and reverse("practice:lock") in thanks
    assert tablet.get(chart).status_code == 302, "the way back leads through the lock"
    tablet.post(reverse("practice:unlock"), {"password": "correct horse battery", "next": chart})
    assert tablet.get(chart).status_code == 200


def test_a_tablet_that_is_left_lying_stops_asking_after_two_hours(cast, episode):
    given = handed(episode, cast, "pain", how="tablet")
    assert asking_ops.find(given.token, at=MORNING + 1.9 * HOURS)
    with pytest.raises(asking_ops.LinkOver, match="expired"):
        asking_ops.find(given.token, at=MORNING + 2 * HOURS)


# ---- From paper


def test_koos_jr_is_typed_by_item_numbers_and_scored_by_its_table(cast, episode, sign_in):
    ana = sign_in(cast.ana)
    check = operations.start(episode, "check", by=cast.ana, at=MORNING)
    sent = ana.post(
        reverse("assessments:ask", args=[episode.pk]), {"forms": ["koos_jr"], "how": "paper", "side": "right"}
    )
    address = sent.headers["Location"]
    shown = body(ana.get(address))
    assert "Item 7" in shown and "not in the product" in shown and "hss.edu" in shown
    six = {str(number): "2" for number in range(1, 7)}
    said = ana.post(address, six)
    assert said.status_code == 422 and "No answer yet: item 7. All are needed" in body(said)
    assert Asking.objects.get().answers["koos_jr"] == six, "what was given is kept"
    ana.post(address, six | {"7": "2"})
    row = Measurement.objects.get(assessment=check)
    # Raw sum 14: 52.465 (Lyman 2016).
    assert (row.measure, row.side, str(row.value)) == ("koos_jr", "right", "52.465000")
    assert row.trials[0]["value"] == "14" and row.device == "Questionnaire, typed from paper"


def test_a_licensed_form_is_added_up_with_its_own_rule_for_gaps(cast, episode, sign_in):
    ana = sign_in(cast.ana)
    check = operations.start(episode, "check", by=cast.ana, at=MORNING)
    address = reverse("assessments:paper_total", args=[check.pk, "quickdash"])
    assert "Totals only" in body(ana.get(address))
    said = ana.post(address, {"sum": "27", "answered": "9"})
    assert said.status_code == 422 and "at most 1 may be missing" in body(said) and 'value="27"' in body(said)
    assert ana.post(address, {"sum": "x", "answered": "10"}).status_code == 422
    ana.post(address, {"sum": "30", "answered": "10"})
    row = Measurement.objects.get(assessment=check)
    assert (str(row.value.normalize()), row.device) == ("5E+1", "Questionnaire, sum 30, 10 of 11 answered")
    assert ana.get(reverse("assessments:paper_total", args=[check.pk, "psfs"])).status_code == 404


# ---- Giving


def test_the_same_activities_are_rated_again_without_their_old_ratings(cast, episode, client):
    first = handed(episode, cast, "psfs")
    client.post(link(first), {"form": "psfs", **ACTIVITIES})
    again = handed(episode, cast, "psfs")
    assert again.asking.answers["psfs"] == {"name-1": "Stairs", "name-2": "Gardening", "name-3": "Kneeling"}


def test_what_can_not_be_given_is_said(cast, episode, sign_in):
    ana, address = sign_in(cast.ana), reverse("assessments:ask", args=[episode.pk])
    for data, said in (
        ({"how": "phone"}, "Choose at least one"),
        ({"forms": ["pain"], "how": "pigeon"}, "Choose how"),
        ({"forms": ["lefs"], "how": "phone"}, "Choose at least one"),
    ):
        answer = ana.post(address, data)
        assert answer.status_code == 422 and said in body(answer)
    shown = body(ana.post(address, {"forms": ["pain"], "how": "phone"}))
    assert "The link, shown once" in shown and "/d/q/" in shown
    with pytest.raises(NotAllowed):
        asking_ops.ask(episode, ["pain"], "phone", by=cast.ben, at=MORNING)


def test_the_list_asks_few_queries(cast, episode, client, sign_in, django_assert_max_num_queries):
    for _ in range(6):
        given = handed(episode, cast, "psfs", "pain", "everyday")
        client.post(link(given), {"form": "psfs", **ACTIVITIES})
    ana, page = sign_in(cast.ana), reverse("assessments:questionnaires", args=[episode.pk])
    ana.get(page)
    with django_assert_max_num_queries(15):
        shown = body(ana.get(page))
    assert "No questionnaire yet" in shown or "Half answered" in shown


def test_what_was_taken_in_is_closed_in_the_database_itself(cast, episode):
    from django.db import DatabaseError, transaction

    given = handed(episode, cast, "everyday")
    asking_ops.answer(given.asking, "everyday", dict.fromkeys("123456", "5"), by=None, at=MORNING)
    asking_ops.done(given.asking, at=MORNING)
    with pytest.raises(DatabaseError), transaction.atomic():
        Asking.objects.update(answers={})


def test_a_form_is_the_same_one_however_it_was_added_up_or_filled_in(cast, episode):
    """Two sums of a paper form are two results of one test: their change is judged, and weighed in the program."""
    for n, (total, how) in enumerate([(30, "total"), (50, "total"), (70, "typed")]):
        at = MORNING + timedelta(days=20 * n)
        check = operations.start(episode, "check", measures=["lefs"], by=cast.ana, at=at)
        if how == "total":
            asking_ops.score_from_paper(
                check, "lefs", total=total, answered=20, side=sides("lefs"), by=cast.ana, at=at
            )
        else:
            operations.record(
                check, measure="lefs", side=sides("lefs"), trials=[{"value": "70"}], confirmed=True,
                by=cast.ana, at=at,
            )  # fmt: skip
        operations.finish(check, by=cast.ana, at=at)
    last = MORNING + timedelta(days=50)
    [found] = state.outcomes(episode, last.date(), measures=["lefs"])
    assert (found.differs, found.change.verdict, found.since_last.verdict) == ("", "better", "better")
    [course] = [one for one in evidence._courses(episode, last.date()) if one.measure.id == "lefs"]
    assert course.change(course.tests[0], course.tests[1]).verdict == "better"


def sides(measure):
    return "right" if library().all_measures[measure].sides else "none"
