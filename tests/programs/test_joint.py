"""The page of an operated joint: weeks, what holds and may be asked, one limb against the other, a page for the surgeon."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments import operations as assessments
from medexpro.assessments.rules.limbs import OfSide, compare_limbs
from medexpro.knowledge.library import library
from medexpro.programs import joint
from medexpro.reports import operations as reports
from medexpro.reports.contents import contents_of
from medexpro.reports.models import Document
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of

DAY = date(2026, 10, 13)
FLEXION = "rom_knee_flexion"


def of(value, on=DAY, *how):
    return OfSide(Decimal(value), on, how)


def limbs(involved, other, side="right"):
    return compare_limbs(library().all_measures[FLEXION], involved, other, side)


def test_the_operated_knee_is_set_against_the_other_of_the_same_day():
    found = limbs([of(90), of(108, DAY + timedelta(30))], [of(120), of(120, DAY + timedelta(30))])
    assert (found.involved, found.other, found.difference, found.percent) == (108, 120, 12, 90)
    assert (found.first_on, found.first_percent) == (DAY, 75)


@pytest.mark.parametrize(
    ("involved", "other"),
    [
        ([of(108)], []),
        ([of(108)], [of(120, DAY - timedelta(30))]),  # Weeks apart,
        ([of(108, DAY, "goniometer")], [of(120, DAY, "inclinometer")]),  # or with another instrument.
    ],
)
def test_what_was_not_taken_on_one_day_and_alike_is_not_compared(involved, other):
    assert limbs(involved, other) is None


def test_without_an_involved_side_there_is_nothing_to_compare():
    assert limbs([of(108)], [of(120)], side="none") is None


def test_an_extension_deficit_is_told_in_degrees_and_never_in_percent():
    measure = library().all_measures["rom_knee_extension"]
    found = compare_limbs(measure, [of(-8)], [of(0)], "left")
    assert (found.difference, found.percent) == (8, None)


def test_sides_that_were_alike_at_first_are_said_to_have_been_alike(monkeypatch):
    later = DAY + timedelta(30)
    key = "rom_knee_extension"
    monkeypatch.setattr(joint, "_of_side", lambda taken: list(taken))
    monkeypatch.setattr(
        joint.catalogue, "any_measure", lambda measure, practice: library().all_measures[measure]
    )
    series = {(key, "left"): [of(0), of(-8, later)], (key, "right"): [of(0), of(0, later)]}
    [row] = joint.limb_rows(series, "left", None)
    assert row.since.startswith("0° apart") and row.difference == "8°"


@given(st.decimals(1, 150, places=1), st.decimals(1, 150, places=1), st.sampled_from(["left", "right"]))
def test_the_index_is_of_the_involved_side_whichever_it_is(involved, other, side):
    found = limbs([of(involved)], [of(other)], side)
    assert (found.percent < 100) == (involved < other)


@pytest.fixture
def knee(cast):
    """Janet's knee, measured on both sides at the baseline."""
    episode = scenario.programmed(cast)
    told = {"by": cast.ana, "at": MORNING}
    baseline = assessments.start(episode, "baseline", measures=[FLEXION, "tug"], **told)
    for side, value in (("right", "96"), ("left", "120")):
        assessments.record(baseline, measure=FLEXION, side=side, trials=[{"value": value}], **told)
    assessments.record(baseline, measure="tug", trials=[{"value": "13.8"}], **told)
    return episode


def test_the_page_says_the_week_what_holds_and_how_the_limbs_compare(cast, sign_in, clock, knee):
    clock("2026-10-13 11:00")
    page = sign_in(cast.ana).get(reverse("programs:joint", args=[knee.pk]))
    said = text_of(page)
    assert "Week 16, day 1 after surgery" in said
    assert "Approach" not in said  # Of a knee it changes nothing.
    assert "Knee flexion" in said and "96°" in said and "120°" in said and "80 %" in said
    assert "Release may be asked for now" in said  # Load, from week 9,
    assert "(week 23)" in said  # and impact, which is still ahead.
    assert "Timed Up and Go" in said and "13.8 s" in said
    assert "call emergency services" in said and "contact the surgeon the same day" in said


def test_the_page_for_the_surgeon_goes_to_the_surgeon_and_asks_what_may_be_asked(cast, sign_in, clock, knee):
    clock("2026-10-13 11:00")
    sent = {"kind": "progress_report", "provider": str(cast.dr_raman.pk)}
    answer = sign_in(cast.ana).post(reverse("reports:draft", args=[knee.pk]), sent)
    document = Document.objects.get(episode=knee)
    assert answer.status_code == 302 and document.provider == cast.dr_raman
    document = reports.rows_of(cast.ana).get(pk=document.pk)
    document.words = {"rows": [f"{FLEXION}:right", "tug:none"]}
    printed = str(contents_of(document, at=MORNING).snapshot)
    assert "Surgery Jun 22, 2026, week 16" in printed
    assert "Released: what is marked “release?”" in printed and "(release?)" in printed
    assert "Degrees, left 120" in printed  # The other knee beside the operated one.


@pytest.mark.parametrize("named", ["nobody", "00000000-0000-7000-8000-000000000000"])
def test_a_page_goes_to_nobody_the_practice_does_not_know(cast, sign_in, knee, named):
    sent = {"kind": "progress_report", "provider": named}
    assert sign_in(cast.ana).post(reverse("reports:draft", args=[knee.pk]), sent).status_code == 404
    assert not Document.objects.filter(episode=knee).exists()


def test_an_episode_without_an_operation_has_no_such_page(cast, sign_in, knee):
    knee.surgery = None
    knee.save(update_fields=["surgery"])
    browser = sign_in(cast.ana)
    assert browser.get(reverse("programs:joint", args=[knee.pk])).status_code == 404
    assert "Joint" not in text_of(browser.get(reverse("clients:show", args=[knee.client_id])))


def test_the_page_asks_few_questions(cast, sign_in, knee, django_assert_max_num_queries):
    browser = sign_in(cast.ana)
    browser.get(reverse("programs:joint", args=[knee.pk]))
    with django_assert_max_num_queries(15):
        browser.get(reverse("programs:joint", args=[knee.pk]))
