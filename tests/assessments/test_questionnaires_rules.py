"""When a questionnaire counts: published examples, both sides of every rule for gaps, and the order that does not matter.

KOOS JR and HOOS JR: Lyman S et al. 2016, Clin Orthop Relat Res 474:1461-1471 and 474:1472-1482, the tables of the
Hospital for Special Surgery. QuickDASH: (mean - 1) x 25, at least 10 of 11 (Beaton 2005). ODI: percent of what the
answered sections could reach, one may be missing (Fairbank & Pynsent 2000). NDI: one missing scored over 45 (Vernon &
Mior 1991). PSFS: the mean of three to five activities (Stratford 1995).
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.assessments import questionnaire_book as book
from medexpro.assessments.rules import questionnaires as rules
from medexpro.assessments.rules.questionnaires import Shape
from medexpro.knowledge.library import library

FORMS = book.all_questionnaires()
BY_ITEMS = sorted(key for key, form in FORMS.items() if form.shape is Shape.ITEMS)
TOTALS = sorted(key for key, form in FORMS.items() if form.shape is Shape.TOTALS)
JR = ("hoos_jr", "koos_jr")


def scored(key, answers):
    form = FORMS[key]
    return rules.score(form, answers, book.table_of(form))


def items(*values):
    return {str(number): str(value) for number, value in enumerate(values, 1) if value is not None}


# ---- Where each is from, and what may be printed


@pytest.mark.parametrize("key", sorted(FORMS))
def test_every_questionnaire_says_where_it_is_from_and_on_what_terms(key):
    form = FORMS[key]
    assert form.version >= 1 and form.source and form.licence and form.rule
    if form.measure:
        assert form.measure in library().all_measures


@pytest.mark.parametrize("key", sorted(FORMS))
def test_no_item_is_printed_that_is_not_ours_or_free(key):
    form = FORMS[key]
    if form.items:
        assert key in ("everyday", "pain"), "only our own words and the plain pain scale"
    if form.shape is Shape.TOTALS:
        assert (
            "otals only" in form.licence and not library().all_measures[form.measure].licence.items_may_ship
        )
    if key in JR:
        assert form.paper and form.item(1) == "Item 1"


def test_our_own_activities_claim_nothing():
    own = FORMS["everyday"]
    assert own.verification == "house_rule" and own.measure == ""


# ---- Published scores


@pytest.mark.parametrize(
    ("key", "raw", "published"),
    [("koos_jr", 0, "100"), ("koos_jr", 1, "91.975"), ("koos_jr", 9, "63.776"), ("koos_jr", 14, "52.465"), ("koos_jr", 28, "0"),
     ("hoos_jr", 0, "100"), ("hoos_jr", 1, "92.340"), ("hoos_jr", 12, "52.965"), ("hoos_jr", 24, "0")],
)  # fmt: skip
def test_interval_scores_are_those_of_the_published_tables(key, raw, published):
    count = FORMS[key].scoring.count
    spread = [min(4, max(0, raw - 4 * place)) for place in range(count)]
    assert scored(key, items(*spread)).value == Decimal(published)


@pytest.mark.parametrize(
    ("key", "total", "answered", "value"),
    [("quickdash", 11, 11, "0"), ("quickdash", 55, 11, "100"), ("quickdash", 33, 11, "50"), ("quickdash", 30, 10, "50"),
     ("odi", 20, 10, "40"), ("odi", 18, 9, "40"), ("ndi", 15, 10, "30"), ("ndi", 9, 9, "20"), ("lefs", 80, 20, "80"),
     ("abc_scale", 1280, 16, "80"), ("fes_i", 16, 16, "16"), ("fes_i", 64, 16, "64"), ("womac", 96, 24, "96")],
)  # fmt: skip
def test_totals_become_the_score_by_the_forms_own_rule(key, total, answered, value):
    assert rules.score_of_total(FORMS[key], total, answered).value == Decimal(value)


def test_named_activities_are_averaged():
    answers = {"name-1": "Stairs", "1": "4", "name-2": "Gardening", "2": "6", "name-3": "Kneeling", "3": "0"}
    assert scored("psfs", answers).value == Decimal("3.3")


# ---- Both sides of the rule for gaps


@pytest.mark.parametrize("key", BY_ITEMS)
def test_as_many_answers_as_the_rule_asks_for_count_and_one_fewer_does_not(key):
    form = FORMS[key]
    full = items(*[form.scoring.lowest + 1] * form.scoring.count)
    enough = dict(list(full.items())[: form.scoring.fewest])
    assert scored(key, full).counts and scored(key, enough).counts
    short = (
        dict(list(enough.items())[1:]) if form.scoring.method == "first" else dict(list(enough.items())[:-1])
    )
    refused = scored(key, short)
    assert refused.value is None and refused.answered == len(short)
    gaps = set(range(1, form.scoring.count + 1)) - {int(number) for number in short}
    assert set(refused.missing) == ({1} if form.scoring.method == "first" else gaps)
    if form.scoring.method != "first":
        assert all((form.item(gap) if form.items else f"item {gap}") in refused.sentence for gap in gaps)


@pytest.mark.parametrize("key", TOTALS)
def test_a_total_with_as_many_gaps_as_allowed_counts_and_one_more_is_refused(key):
    form = FORMS[key]
    fewest = form.scoring.fewest
    assert rules.score_of_total(form, form.scoring.highest * fewest, fewest).counts
    with pytest.raises(rules.ScoreRefused, match="missing"):
        rules.score_of_total(form, form.scoring.lowest * (fewest - 1), fewest - 1)


@pytest.mark.parametrize("key", TOTALS)
def test_a_sum_the_answers_cant_reach_is_refused(key):
    form = FORMS[key]
    count = form.scoring.count
    for total in (form.scoring.highest * count + 1, form.scoring.lowest * count - 1):
        with pytest.raises(rules.ScoreRefused, match="add up"):
            rules.score_of_total(form, total, count)
    with pytest.raises(rules.ScoreRefused, match=f"{count} items"):
        rules.score_of_total(form, form.scoring.highest, count + 1)


def test_two_activities_are_no_score_and_an_unrated_one_is_named():
    two = {"name-1": "Stairs", "1": "4", "name-2": "Gardening", "2": "6"}
    assert "2 named; 3 to 5 activities" in scored("psfs", two).sentence
    third = scored("psfs", two | {"name-3": "Kneeling"})
    assert third.value is None and third.missing == (3,) and third.answered == 2
    assert scored("psfs", two | {"name-3": "Kneeling", "3": "9"}).counts
    assert not scored("psfs", two | {"3": "9"}).counts, "a rating without a name rates nothing"


def test_pain_right_now_is_the_result_and_the_others_stand_beside_it():
    assert scored("pain", items(4)).value == 4
    assert scored("pain", {"2": "1", "3": "8"}).sentence == "“Right now” has no answer."


# ---- What may be answered


@pytest.mark.parametrize("text", ["11", "-1", "4.5", "many", "٣", "²", "0" * 4, "1e1", " 12 "])
def test_what_is_no_answer_is_named_and_not_kept(text):
    read = rules.read_answers(FORMS["pain"], {"1": text, "2": "3"})
    assert read.answers == {"2": "3"} and "from 0 to 10" in read.wrong["1"]


def test_an_emptied_answer_is_gone_and_signs_are_tidied():
    read = rules.read_answers(FORMS["psfs"], {"name-1": "  Up\x00  the\n stairs ", "1": "03", "2": ""})
    assert read.answers == {"name-1": "Up the stairs", "1": "3"}
    assert "120" in rules.read_answers(FORMS["psfs"], {"name-1": "x" * 121}).wrong["name-1"]


# ---- In general


def answers_of(form):
    return st.lists(
        st.integers(form.scoring.lowest, form.scoring.highest),
        min_size=form.scoring.count, max_size=form.scoring.count,
    )  # fmt: skip


@pytest.mark.parametrize("key", ["everyday", *JR])
@given(data=st.data())
def test_the_order_of_answers_and_of_items_changes_nothing(key, data):
    given_ = data.draw(answers_of(FORMS[key]))
    mixed = data.draw(st.permutations(given_))
    told = list(items(*given_).items())
    value = scored(key, items(*given_)).value
    assert scored(key, dict(reversed(told))).value == value
    assert scored(key, items(*mixed)).value == value, "each item weighs the same"


@pytest.mark.parametrize("key", ["everyday", *JR])
@given(data=st.data())
def test_one_answer_higher_never_turns_the_score_the_other_way(key, data):
    form = FORMS[key]
    given_ = data.draw(answers_of(form))
    place = data.draw(st.integers(0, form.scoring.count - 1))
    if given_[place] == form.scoring.highest:
        return
    more = [*given_[:place], given_[place] + 1, *given_[place + 1 :]]
    before, after = scored(key, items(*given_)).value, scored(key, items(*more)).value
    assert after < before if key in JR else after >= before


@pytest.mark.parametrize("key", JR)
def test_every_raw_sum_has_its_score_and_more_difficulty_always_scores_lower(key):
    table = book.table_of(FORMS[key])
    values = [
        rules.interval_score(table, raw).interval_score for raw in range(4 * FORMS[key].scoring.count + 1)
    ]
    assert values[0] == 100 and values[-1] == 0
    assert all(later < earlier for earlier, later in pairwise(values))


def test_a_file_that_could_not_be_filled_in_is_found_when_the_product_starts():
    good = {
        "id": "x", "version": 1, "name": "X", "lead": "", "shape": "items", "source": "s", "licence": "l",
        "verification": "house_rule", "items": ["a", "b"], "scoring": {"method": "mean", "count": 2, "fewest": 1},
    }  # fmt: skip
    assert rules.questionnaire_from(good).keys == ("1", "2")
    for wrong in (
        {"items": ["a"]}, {"scoring": {"method": "mean", "count": 2, "fewest": 3}}, {"items": []}, {"shape": "songs"},
        {"scoring": {"method": "interval", "count": 2, "fewest": 2}}, {"more": 1},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r".+"):
            rules.questionnaire_from(good | wrong)


# ---- When it is due

DAY = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("answered_days_ago", "visits", "sentence", "late"),
    [
        (None, 0, "No questionnaire yet: before visit 1", False),
        (None, 1, "No questionnaire yet: by visit 3 at the latest", False),
        (None, 2, "No questionnaire yet: by visit 3 at the latest", False),
        (None, 3, "No questionnaire after 3 visits", True),
        (0, 3, None, None),
        (24, 9, None, None),
        (25, 9, "Questionnaire due again", False),
        (30, 9, "Questionnaire due again", False),
        (31, 9, "Questionnaire 1 day over", True),
        (40, 9, "Questionnaire 10 days over", True),
    ],
)
def test_before_visit_one_by_visit_three_and_every_thirty_days(answered_days_ago, visits, sentence, late):
    on = DAY - timedelta(days=answered_days_ago) if answered_days_ago is not None else None
    asked = rules.asked_for(answered_on=on, visits=visits, day=DAY)
    assert (asked and asked.sentence, asked and asked.late) == (sentence, late)


def test_a_practice_may_only_ask_sooner():
    on = DAY - timedelta(days=20)
    assert rules.asked_for(answered_on=on, visits=9, day=DAY, every=14).late
    assert rules.asked_for(answered_on=on, visits=9, day=DAY, every=90) is None
    assert rules.asked_for(answered_on=on - timedelta(days=20), visits=9, day=DAY, every=90).late
