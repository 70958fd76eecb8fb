"""A practice tightens for everyone, never loosens; a provider's limit says what it can't do and when it is overdue."""

from datetime import date
from decimal import Decimal

import pytest

from medexpro.audit.models import Event
from medexpro.clearance import operations, state
from medexpro.clearance.models import PracticeLimit
from medexpro.clearance.rules.evidence import Reading
from medexpro.kernel.refusals import NotFound
from tests import scenario
from tests.conftest import MORNING
from tests.pages import text_of

PAGE = "/clearance/limits/"
TIGHTER = {
    "measure": "bp_systolic",
    "op": ">",
    "value": "150",
    "closes": "session",
    "reason": "Our medical advisor",
}


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def closes_at(episode, systolic):
    taken = [Reading(measure="bp_systolic", value=Decimal(systolic), at=MORNING)]
    context = state.gate_context(episode, at=MORNING, readings=taken, red_flags=[], signs=[])
    return any(f.closes == "session" and f.measure == "bp_systolic" for f in state.gates.weigh(context))


def test_an_owner_tightens_for_every_client_and_ends_it_again(cast, sign_in):
    episode, browser = scenario.cleared(cast), sign_in(cast.olga)
    assert not closes_at(episode, 155)
    assert browser.post(f"{PAGE}tighten/", TIGHTER).status_code == 302
    said = text_of(browser.get(PAGE))
    assert "no higher than 150 mmHg" in said and "Olga Brandt" in said and "“Our medical advisor”" in said
    assert closes_at(episode, 155)
    limit = PracticeLimit.objects.get()
    end = f"{PAGE}practice/{limit.pk}/end/"
    refused = browser.post(end, {"reason": " "})
    assert refused.status_code == 422 and closes_at(episode, 155)
    browser.post(end, {"reason": "The advisor agreed to the general ones"})
    assert not closes_at(episode, 155)
    limit.refresh_from_db()
    assert (limit.ended_by, limit.end_reason) == (cast.olga, "The advisor agreed to the general ones")
    assert browser.post(end, {"reason": "Again"}).status_code == 302  # A second tap changes nothing.


def test_a_tighter_limit_needs_its_reason(cast, sign_in):
    answer = sign_in(cast.olga).post(f"{PAGE}tighten/", TIGHTER | {"reason": ""})
    assert answer.status_code == 422 and 'value="150"' in answer.content.decode()
    with pytest.raises(operations.ClearanceRefused, match="Write why"):
        operations.tighten(
            cast.northbridge, measure="bp_systolic", op=">", value=Decimal(150), reason=" ", by=cast.olga, at=MORNING
        )  # fmt: skip
    assert not PracticeLimit.objects.exists()


def test_a_new_figure_of_the_practice_ends_the_one_before_in_the_trail(cast):
    given = {"measure": "bp_systolic", "op": ">", "by": cast.olga, "at": MORNING}
    operations.tighten(cast.northbridge, value=Decimal(150), reason="Our medical advisor", **given)
    operations.tighten(cast.northbridge, value=Decimal(155), reason="The advisor, after a year", **given)
    assert list(PracticeLimit.objects.filter(ended_at=None).values_list("value", flat=True)) == [155]
    assert Event.objects.filter(kind="clearance:practice-limit:end").count() == 1


def test_the_pages_say_the_figures_in_force_with_what_the_practice_tightened(cast, sign_in):
    episode, browser = scenario.cleared(cast), sign_in(cast.olga)
    general = "Aerobic exercise closes above 160/100, resistance exercise above 180/105, the whole session above 180/110."
    assert general in text_of(browser.get(PAGE))
    assert general in text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))
    browser.post(f"{PAGE}tighten/", TIGHTER | {"value": "150", "closes": "aerobic"})
    tightened = "Aerobic exercise closes above 150/100, resistance exercise above 180/105, the whole session above 180/110."
    assert tightened in text_of(browser.get(PAGE))
    assert tightened in text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))


def test_a_looser_limit_is_refused_at_its_field_and_kept_in_the_form(cast, sign_in):
    answer = sign_in(cast.olga).post(f"{PAGE}tighten/", TIGHTER | {"value": "190"})
    assert answer.status_code == 422
    assert "A practice may set a lower figure" in text_of(answer) and 'value="190"' in answer.content.decode()
    assert not PracticeLimit.objects.exists()


def test_others_read_the_limits_and_another_practice_has_its_own(cast, sign_in):
    sign_in(cast.olga).post(f"{PAGE}tighten/", TIGHTER)
    assert "150 mmHg" in text_of(sign_in(cast.asa).get(PAGE))
    assert "Set it for everyone" not in text_of(sign_in(cast.asa).get(PAGE))
    assert sign_in(cast.asa).post(f"{PAGE}tighten/", TIGHTER).status_code == 403
    assert "150 mmHg" not in text_of(sign_in(cast.dana).get(PAGE))
    end = f"{PAGE}practice/{PracticeLimit.objects.get().pk}/end/"
    assert sign_in(cast.dana).post(end).status_code == 404


def test_the_clearance_page_says_what_a_limit_can_not_do_and_that_its_day_has_passed(cast, sign_in):
    episode = scenario.cleared(cast)
    operations.record_limit(
        episode, measure="bp_systolic", op=">", value=Decimal(190), provider=cast.dr_raman, words="Up to 190",
        written_on=date(2026, 9, 1), valid_to=date(2026, 10, 1), by=cast.ana, at=MORNING,
    )  # fmt: skip
    said = text_of(sign_in(cast.ana).get(f"/clearance/{episode.pk}/"))
    assert "The session still closes above 180 mmHg: no written limit lifts that." in said
    assert "its last day was Oct 1, 2026" in said


def test_what_was_set_ended_and_set_again_stays_on_the_page_and_can_be_taken_back(cast, sign_in, clock):
    episode, browser = scenario.cleared(cast), sign_in(cast.olga)
    browser.post(f"{PAGE}tighten/", TIGHTER)
    clock("2026-10-13 09:40")
    browser.post(f"{PAGE}tighten/", TIGHTER | {"value": "140", "reason": "Stricter still"})
    first, second = PracticeLimit.objects.order_by("-value")
    assert closes_at(episode, 145)

    clock("2026-10-13 09:41")
    browser.post(f"{PAGE}practice/{second.pk}/undo/")
    again = PracticeLimit.objects.get(ended_at=None)
    assert (again.value, again.reason) == (first.value, first.reason) and again.pk != first.pk
    assert not closes_at(episode, 145) and closes_at(episode, 155)

    clock("2026-10-13 09:42")
    browser.post(f"{PAGE}practice/{again.pk}/end/", {"reason": "Enough"})
    assert not closes_at(episode, 155)
    clock("2026-10-13 09:43")
    browser.post(f"{PAGE}practice/{second.pk}/again/")
    assert closes_at(episode, 145)
    clock("2026-10-13 09:44")
    browser.post(f"{PAGE}practice/{PracticeLimit.objects.get(ended_at=None).pk}/undo/")
    assert not PracticeLimit.objects.filter(ended_at=None).exists()
    said = text_of(browser.get(PAGE))
    assert "Limits that were" in said and "“Stricter still”" in said and "Set again" in said


def test_another_practices_limit_is_set_again_by_nobody_else(cast, sign_in):
    sign_in(cast.olga).post(f"{PAGE}tighten/", TIGHTER)
    limit = PracticeLimit.objects.select_related("practice").get()
    operations.end_practice_limit(limit, reason="Enough", by=cast.olga, at=MORNING)
    with pytest.raises(NotFound):
        operations.set_practice_limit_again(limit, by=cast.dana, at=MORNING)
    assert not PracticeLimit.objects.filter(ended_at=None).exists()
