"""The four checks read from the paper; validity; acknowledgement."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from medexpro.referrals.policy import policy
from medexpro.referrals.rules.checks import KINDS, Paper, phrases_named, read
from medexpro.referrals.rules.validity import Cover, Span, acknowledge_by, check_span, cover

TODAY = date(2026, 10, 13)
WHOLE = Paper(
    provider_type="MD",
    provider_name="Priya Raman, MD",
    written_on=date(2026, 10, 7),
    wording="Medical exercise training twice a week for function after right knee replacement.",
    codes=("Z96.651",),
    exit_confirmed_on=date(2026, 9, 30),
)


def test_a_whole_paper_shows_all_four():
    assert all(reading.shown and reading.possible for reading in read(WHOLE, policy()).values())


@pytest.mark.parametrize(
    ("lacking", "kind", "part"),
    [
        ({"provider_type": ""}, "written", "No provider is named"),
        ({"provider_type": "PT"}, "written", "may give clearance"),
        ({"provider_type": "DC"}, "written", "may give clearance"),
        ({"provider_type": "other"}, "written", "may not refer"),
        ({"written_on": None}, "written", "day it was written is missing"),
        ({"by_phone": True}, "written", "Ask for it in writing"),
        ({"wording": "  "}, "wording", "not quoted"),
        ({"codes": ()}, "coded", "we never choose one"),
        ({"exit_confirmed_on": None}, "exited", "left medical care"),
    ],
)
def test_each_check_says_on_its_own_what_is_missing(lacking, kind, part):
    readings = read(replace(WHOLE, **lacking), policy())
    assert part in readings[kind].sentence
    assert not readings[kind].possible
    assert [other for other in KINDS if not readings[other].shown] == [kind]


def test_other_words_may_be_confirmed_by_a_person_who_says_why():
    reading = read(replace(WHOLE, wording="Strengthening with your staff, please."), policy())["wording"]
    assert (reading.shown, reading.possible) == (False, True)


@pytest.mark.parametrize(
    ("wording", "named"),
    [
        ("MEDICAL EXERCISE TRAINING", ["medical exercise"]),
        ("medical-exercise\n program", ["medical exercise"]),
        ("Functional   conditioning, 2x/week", ["functional conditioning"]),
        ("paramedical exercises", []),
        ("physical therapy", []),
    ],
)
def test_the_phrases_that_count(wording, named):
    assert phrases_named(wording, policy().phrases) == named


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "expected"),
    [
        (None, None, Cover.IN_FORCE),
        (date(2026, 10, 14), None, Cover.NOT_YET),
        (date(2026, 10, 13), None, Cover.IN_FORCE),
        (None, date(2026, 10, 12), Cover.EXPIRED),
        (None, date(2026, 10, 13), Cover.EXPIRING),  # Its last day is covered.
        (None, date(2026, 10, 27), Cover.EXPIRING),
        (None, date(2026, 10, 28), Cover.IN_FORCE),
    ],
)
def test_validity(valid_from, valid_to, expected):
    assert cover(Span(valid_from, valid_to), TODAY, renew_from_days=14) is expected
    assert cover(Span(valid_from, valid_to, declined=True), TODAY, renew_from_days=14) is Cover.DECLINED


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 10, 13), date(2026, 10, 14)),
        (date(2026, 10, 9), date(2026, 10, 12)),  # Friday, due on Monday.
        (date(2026, 10, 10), date(2026, 10, 12)),
        (date(2026, 10, 11), date(2026, 10, 12)),
    ],
)
def test_acknowledged_within_one_working_day(received, due):
    assert acknowledge_by(received, working_days=1) == due


def test_days_that_contradict_each_other():
    day, before = TODAY, TODAY - timedelta(days=1)
    assert check_span(day, None, None, received_on=before)[0] == "written_on"
    assert check_span(None, day, before, received_on=day)[0] == "valid_to"
    assert check_span(day, None, before, received_on=day)[0] == "valid_to"
    assert check_span(before, before, day, received_on=day) == ("", "")
