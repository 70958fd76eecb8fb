"""Which table a result is compared with: the measure's order, the practice's choice, the client's own; named everywhere."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from medexpro.assessments import operations, state, tables
from medexpro.assessments.models import TableChoice
from medexpro.audit.models import Event
from medexpro.kernel.refusals import NotAllowed, NotFound
from tests import scenario
from tests.assessments.measuring import measured, take
from tests.conftest import MORNING, TODAY
from tests.pages import text_of

GRIP, WALK = "grip_strength", "six_minute_walk"
GERMAN, WORLD = "grip_steiber_2016_germany.csv", "grip_tomkinson_2025.csv"
LATER = MORNING + timedelta(hours=2)


@pytest.fixture
def episode(cast):
    """Janet, 68 or so, who grips 21.6 kg with the better hand."""
    episode = scenario.cleared(cast)
    values = {(GRIP, "right"): ["20.8", "21.6", "21.1"], (GRIP, "left"): ["20"]}
    measured(episode, values, by=cast.ana)
    return episode


def compared(episode):
    (right,) = [one for one in state.outcomes(episode, TODAY) if one.key == (GRIP, "right")]
    return right.compared


def test_the_measures_own_order_comes_first(episode):
    assert compared(episode).key == WORLD


def test_the_practices_choice_goes_before_the_order_and_the_clients_before_both(cast, episode):
    operations.choose_table_for_practice(measure=GRIP, table=GERMAN, by=cast.olga, at=LATER)
    assert compared(episode).title == "Steiber 2016, grip strength in Germany"
    assert "SD below the mean of women" in compared(episode).sentence
    operations.choose_table(episode, measure=GRIP, table=WORLD, by=cast.ana, at=LATER)
    assert compared(episode).key == WORLD
    # Following the practice again uncovers its choice; both rows stay.
    operations.choose_table(episode, measure=GRIP, table="", by=cast.ana, at=LATER + timedelta(hours=1))
    assert compared(episode).key == GERMAN
    assert TableChoice.objects.count() == 3
    assert Event.objects.filter(kind="assessments:table:choose").count() == 3
    assert Event.objects.filter(kind="assessments:table:choose", client_id=cast.janet.pk).count() == 2


def test_a_choice_is_kept_as_it_was_made(cast, episode):
    row = operations.choose_table(episode, measure=GRIP, table=GERMAN, by=cast.ana, at=LATER)
    assert (row.by, row.at) == (cast.ana, LATER)
    assert operations.choose_table(episode, measure=GRIP, table=GERMAN, by=cast.ana, at=LATER) is None
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        TableChoice.objects.filter(pk=row.pk).update(table=WORLD)


@pytest.mark.parametrize("table", ["koos_jr_interval.csv", "six_minute_walk_sft.csv", "nonsense"])
def test_a_table_the_measure_does_not_have_is_refused(cast, episode, table):
    with pytest.raises(operations.TableRefused, match="no such table"):
        operations.choose_table(episode, measure=GRIP, table=table, by=cast.ana, at=LATER)
    with pytest.raises(operations.TableRefused, match="no such table"):
        operations.choose_table_for_practice(measure=GRIP, table=table, by=cast.olga, at=LATER)


def test_choosing_is_for_those_who_measure_and_the_practices_for_who_sets_it_up(cast, episode):
    with pytest.raises(NotAllowed):
        operations.choose_table(episode, measure=GRIP, table=GERMAN, by=cast.ben, at=LATER)
    with pytest.raises(NotFound):
        operations.choose_table(episode, measure=GRIP, table=GERMAN, by=cast.dana, at=LATER)
    with pytest.raises(NotAllowed):
        operations.choose_table_for_practice(measure=GRIP, table=GERMAN, by=cast.ana, at=LATER)
    operations.choose_table_for_practice(measure=GRIP, table=GERMAN, by=cast.olga, at=LATER)
    assert tables.in_force_for(cast.dana.practice) == {}


def test_the_page_shows_every_table_with_its_answer_or_why_there_is_none(cast, episode, sign_in, clock):
    clock("2026-10-13 11:30")
    ana = sign_in(cast.ana)
    url = reverse("assessments:compared", args=[episode.pk, GRIP])
    said = text_of(ana.get(url))
    assert "The first table that fits the person and the test is used." in said
    for title in ("Tomkinson 2025, international grip strength", "Steiber 2016, grip strength in Germany"):
        assert title in said
    assert "percentile for women of" in said and "SD below the mean of women of" in said
    # The British rows are not verified, the Australian columns not settled: both say so and give no figure.
    assert "is not verified for this age" in said or "has no row for the age" in said
    assert "is held back" in said
    # The tables are of the better hand: the other one is not shown a row of refusals.
    assert "is for the better of both sides" not in said
    answer = ana.post(
        reverse("assessments:choose_table", args=[episode.pk, GRIP]), {"table": GERMAN}, follow=True
    )
    assert f"Chosen for this client by {cast.ana}" in text_of(answer)
    refused = ana.post(reverse("assessments:choose_table", args=[episode.pk, GRIP]), {"table": "x"})
    assert refused.status_code == 422 and "Grip strength has no such table." in text_of(refused)
    assert ana.get(reverse("assessments:compared", args=[episode.pk, "tug"])).status_code == 404


def test_the_table_is_named_beside_the_place_and_leads_to_the_choice(cast, episode, sign_in, clock):
    clock("2026-10-13 11:30")
    html = sign_in(cast.ana).get(reverse("assessments:measures", args=[episode.pk])).content.decode()
    assert reverse("assessments:compared", args=[episode.pk, GRIP]) in html
    assert "Tomkinson 2025, international grip strength" in html


def test_the_card_names_the_table_beside_the_percentile(cast, episode, sign_in, clock):
    clock("2026-10-13 11:30")
    assessment = operations.start(episode, "check", measures=[GRIP], by=cast.ana, at=LATER)
    take(assessment, GRIP, "21.6", side="right", by=cast.ana, at=LATER)
    take(assessment, GRIP, "20", side="left", by=cast.ana, at=LATER)
    html = (
        sign_in(cast.ana).get(reverse("assessments:show", args=[assessment.pk]), follow=True).content.decode()
    )
    assert "(Tomkinson 2025, international grip strength)." in html
    assert html.count(reverse("assessments:compared", args=[episode.pk, GRIP])) == 1


def test_the_practice_chooses_on_its_settings(cast, episode, sign_in, clock):
    clock("2026-10-13 11:30")
    olga = sign_in(cast.olga)
    assert "The first that fits the person and the test" in text_of(olga.get(reverse("practice:settings")))
    answer = olga.post(reverse("assessments:prefer", args=[GRIP]), {"table": GERMAN}, follow=True)
    assert f"Chosen by {cast.olga}" in text_of(answer)
    assert "Own choice for Grip strength" in text_of(olga.get(reverse("practice:settings")))
    assert olga.post(reverse("assessments:prefer", args=[GRIP]), {"table": "x"}).status_code == 422
    assert compared(episode).key == GERMAN


def test_an_equation_is_a_choice_like_a_table(cast, episode):
    measured(episode, {"height": ["163"], "weight": ["70"]}, kind="check", by=cast.ana, at=LATER)
    walked = operations.start(episode, "check", measures=[WALK], by=cast.ana, at=LATER + timedelta(hours=1))
    operations.record(
        walked, measure=WALK, trials=[{"value": "400"}], device="corridor_30m", by=cast.ana, at=LATER + timedelta(hours=1)
    )  # fmt: skip

    def place():
        return next(one for one in state.outcomes(episode, TODAY) if one.measure.id == WALK).compared

    assert place().sentence.endswith("(Enright and Sherrill 1998).")
    operations.choose_table(
        episode, measure=WALK, table="six_minute_walk_equations.csv#troosters_1999", by=cast.ana, at=LATER
    )
    assert place().sentence.endswith("(Troosters 1999).")


def test_a_choice_costs_one_question(cast, episode, django_assert_max_num_queries):
    operations.choose_table(episode, measure=GRIP, table=GERMAN, by=cast.ana, at=LATER)
    state.outcomes(episode, TODAY)
    with django_assert_max_num_queries(5):
        state.outcomes(episode, TODAY)
