"""The exercise library: found by any mix of filters, and chosen from a program with what the limits say."""

import re

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.kernel.ids import uuid7
from medexpro.knowledge.library import library
from medexpro.programs import state
from medexpro.programs.rules.finding import NOTHING, Wanted, found, is_wanted
from tests import scenario

EXERCISES = list(library().exercises.values())


@pytest.fixture
def program(cast):
    return state.program_of(scenario.programmed(cast))


@pytest.fixture
def address(program):
    return reverse("programs:choose", args=[program.episode_id])


def shown(answer) -> list[str]:
    return [card.exercise.id for card in answer.context["cards"]]


# ---- Finding, without a database


def test_nothing_wanted_finds_all_the_easiest_of_a_region_first():
    every = found(EXERCISES, Wanted())
    assert len(every) == len(EXERCISES)
    knees = [one.level for one in every if one.body_region == "knee"]
    assert knees == sorted(knees)


@pytest.mark.parametrize(
    ("wanted", "holds", "lacks"),
    [
        (Wanted(words="band row"), "row_band", "row_dumbbell"),
        (Wanted(words="QUAD stretch"), "", "bridge"),  # No exercise has both words.
        (Wanted(words="sit-to-stand"), "sit_to_stand_armless", "bridge"),  # Signs between words do not count.
        (Wanted(region="knee", pattern="mobility"), "heel_slide", "knee_extension_seated"),
        (Wanted(equipment=NOTHING), "ankle_pump", "heel_slide"),
        (Wanted(equipment="band", level=1), "hamstring_curl_seated", "row_band"),
    ],
)
def test_filters_narrow_each_other(wanted, holds, lacks):
    ids = [one.id for one in found(EXERCISES, wanted)]
    assert lacks not in ids
    assert not holds or holds in ids


REGIONS, PATTERNS, THINGS = (
    sorted(values)
    for values in (
        {one.body_region for one in EXERCISES},
        {one.movement_pattern for one in EXERCISES},
        {thing for one in EXERCISES for thing in one.equipment},
    )
)


@given(
    st.sampled_from(["", "step", "band", "slow"]), st.sampled_from(["", *REGIONS]), st.sampled_from(["", *PATTERNS]),
    st.sampled_from(["", NOTHING, *THINGS]), st.sampled_from([None, 1, 2, 3, 4, 5]),
)  # fmt: skip
def test_one_more_filter_never_finds_more(words, region, pattern, equipment, level):
    narrow = {one.id for one in found(EXERCISES, Wanted(words, region, pattern, equipment, level))}
    for wider in (
        Wanted("", region, pattern, equipment, level), Wanted(words, "", pattern, equipment, level),
        Wanted(words, region, pattern, "", None),
    ):  # fmt: skip
        assert narrow <= {one.id for one in EXERCISES if is_wanted(one, wider)}


# ---- The page


def test_the_library_shows_figure_cues_dose_tags_and_both_steps(cast, sign_in):
    browser = sign_in(cast.asa)  # An assistant looks things up too.
    page = browser.get(reverse("programs:library"), {"q": "goblet"}).content.decode()
    assert "#f-squat_goblet" in page and "knees track" in page and "2 × 8" not in page.split("<main")[0]
    assert "days a week" in page and "Deep" not in page.split("<main")[0]
    one = browser.get(reverse("programs:exercise", args=["squat_goblet"])).content.decode()
    assert "Knee bend past about 90 degrees under load" in one and "Easier" in one
    assert "hips go back and down" in one  # The figure in words, for who does not see it.
    assert browser.get(reverse("programs:exercise", args=["levitation"])).status_code == 404


def test_a_page_holds_what_a_phone_loads_and_the_rest_follows(cast, sign_in):
    browser = sign_in(cast.ana)
    first = browser.get(reverse("programs:library"))
    assert len(first.context["cards"]) == 24 and first.context["count"] == len(EXERCISES)
    assert "page=2" in first.content.decode()
    # The drawings are one file that stays in the browser: the page itself carries none of them.
    assert first.content.decode().count("<path") < 40 and len(first.content) < 90_000


def test_htmx_gets_only_what_was_found_and_nonsense_counts_as_any(cast, sign_in):
    browser = sign_in(cast.ana)
    part = browser.get(reverse("programs:library"), {"q": "bridge"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode() and "Bridge with march" in part.content.decode()
    odd = browser.get(reverse("programs:library"), {"region": "moon", "level": "x", "page": "-3"})
    assert odd.status_code == 200 and odd.context["count"] == len(EXERCISES)
    none = browser.get(reverse("programs:library"), {"q": "trampoline"})
    assert "No exercise has all of this" in none.content.decode()


def test_from_a_program_what_does_not_fit_stands_last_blocked_with_who_set_the_limit(
    program, cast, sign_in, address
):
    browser = sign_in(cast.ana)
    answer = browser.get(address, {"q": "hops"})
    page = answer.content.decode()
    [card] = answer.context["cards"]
    assert card.blocked and "doesn’t fit" in page and card.findings[0].figure in page
    assert 'value="impact_hop_in_place"' not in page  # Nothing to press.
    everything = [card for n in range(1, 7) for card in browser.get(address, {"page": n}).context["cards"]]
    standing = [(card.blocked, card.warns) for card in everything]
    assert standing == sorted(standing)


def test_one_tap_adds_and_the_search_stays(program, cast, sign_in, address):
    browser = sign_in(cast.ana)
    data = {"id": str(uuid7()), "exercise": "pelvic_tilt", "reason": "", "instead": ""}
    for _ in range(2):  # A double tap adds it once.
        answer = browser.post(f"{address}?q=pelvic", data)
        assert answer.status_code == 302 and answer.headers["Location"].endswith("?q=pelvic")
    assert program.exercises.filter(exercise="pelvic_tilt", removed_at=None).count() == 1
    page = browser.get(address, {"q": "pelvic"}).content.decode()
    assert "In the program" in page


def test_a_blocked_one_is_refused_and_a_warned_one_asks_its_reason_on_the_same_page(
    program, cast, sign_in, address
):
    browser = sign_in(cast.ana)
    blocked = {"id": str(uuid7()), "exercise": "impact_hop_in_place"}
    answer = browser.post(address, blocked)
    assert answer.status_code == 422 and not program.exercises.filter(exercise="impact_hop_in_place").exists()
    warned = {"id": str(uuid7()), "exercise": "bird_dog", "reason": ""}
    page = browser.post(address, warned).content.decode()
    assert "Say why it stays" in page and "Add with this reason" in page
    browser.post(address, warned | {"reason": "On the other knee, on a cushion"})
    assert (
        program.exercises.get(exercise="bird_dog").contraindication_reason
        == "On the other knee, on a cushion"
    )
    assert browser.post(address, {"id": "no", "exercise": ""}).status_code == 422


def test_any_line_is_swapped_by_one_tap_for_the_nearest_that_fits(program, cast, sign_in, address):
    browser = sign_in(cast.ana)
    line = program.exercises.filter(removed_at=None).first()
    answer = browser.get(address, {"instead": str(line.pk)})
    near = answer.context["near"]
    assert near and not any(card.findings or card.taken for card in near)
    chosen = near[0].exercise.id
    browser.post(address, {"id": str(uuid7()), "exercise": chosen, "instead": str(line.pk)})
    line.refresh_from_db()
    new = program.exercises.get(exercise=chosen, removed_at=None)
    assert line.removed_at and new.order == line.order
    page = browser.get(reverse("programs:show", args=[program.episode_id])).content.decode()
    assert re.search(rf"instead={new.pk}", page)


def test_who_may_not_change_programs_does_not_choose(program, cast, sign_in, address):
    assert sign_in(cast.asa).get(address).status_code == 403
    assert sign_in(cast.dana).get(address).status_code == 404


def test_choosing_asks_few_queries(program, cast, sign_in, address, django_assert_max_num_queries):
    browser = sign_in(cast.ana)
    browser.get(address)
    with django_assert_max_num_queries(15):
        browser.get(address)
