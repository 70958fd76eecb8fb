"""An episode on the chart, and the pages of its moves."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.clients import operations as clients
from medexpro.episodes import operations
from medexpro.episodes.models import Episode
from tests.conftest import MORNING
from tests.pages import form_of, text_of


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def url(name, *args):
    return reverse(f"episodes:{name}", args=args)


def test_the_chart_shows_spine_facts_and_what_is_next(cast, opened, sign_in):
    page = sign_in(cast.ana).get(url("show", opened.pk), follow=True)
    said = text_of(page)
    assert "Presence of right artificial knee joint" in said
    assert "Post Rehab to Jun 22, 2027" in said
    assert "The screening has not been started." in said
    assert page.content.decode().count('class="spine"') == 1


def test_the_front_desk_sees_no_episode(cast, opened, sign_in):
    assert sign_in(cast.ben).get(url("show", opened.pk)).status_code == 403
    said = text_of(sign_in(cast.ben).get(reverse("clients:show", args=[cast.janet.pk])))
    assert "artificial knee" not in said
    assert "screening" not in said.lower()


def test_starting_says_what_is_missing_and_then_starts(cast, opened, clearance, sign_in):
    operations.move(opened, "awaiting_clearance", by=cast.ana, at=MORNING)
    browser, chart = sign_in(cast.ana), reverse("clients:show", args=[cast.janet.pk])
    assert "Start service" not in text_of(browser.get(chart))  # What is missing comes first.
    given = form_of(browser.get(url("start", opened.pk)))
    assert "No clearance is in force." in text_of(browser.post(url("start", opened.pk), given))
    unreasoned = browser.post(url("start", opened.pk), given | {"category": "maintenance"})
    assert "Say why this category fits." in text_of(unreasoned)
    clearance.given = True
    assert browser.post(url("start", opened.pk), given).status_code == 302
    assert Episode.objects.get().category == "post_rehab"
    assert browser.post(url("start", opened.pk), given).status_code == 302  # Clicked twice.


def test_hold_resume_and_discharge(cast, active, clearance, sign_in):
    browser = sign_in(cast.ana)
    assert "Why is needed." in text_of(browser.post(url("hold", active.pk), {"reason": "  "}))
    browser.post(url("hold", active.pk), {"reason": "Dizzy on standing"})
    clearance.given = False
    assert "No clearance is in force." in text_of(browser.post(url("resume", active.pk), {"reason": ""}))
    clearance.given = True
    browser.post(url("resume", active.pk), {"reason": ""})
    other = browser.post(url("discharge", active.pk), {"ended_reason": "other"})
    assert "Say why. The reason stays with the episode." in text_of(other)
    browser.post(url("discharge", active.pk), {"ended_reason": "goals_met", "goals_reached": "14 stairs 🙂"})
    assert Episode.objects.get().status == "discharged"
    said = text_of(browser.get(url("show", active.pk), follow=True))
    assert "14 stairs 🙂" in said
    assert "Open one that follows" in said


def test_an_episode_that_follows_is_linked(cast, active, sign_in):
    operations.discharge(active, ended_reason="steady", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    address = f"{url('open', cast.janet.pk)}?after={active.pk}"
    given = form_of(browser.get(address)) | {"title": "Hold function"}
    for _ in range(2):
        browser.post(address, given)
    assert Episode.objects.get(title="Hold function").previous == active


def test_two_tabs_on_one_episode(cast, opened, sign_in):
    surgery = clients.record_surgery(
        cast.janet, procedure="Knee replacement", performed_on=date(2026, 6, 22), by=cast.ana, at=MORNING
    )
    one, other = sign_in(cast.ana), sign_in(cast.ana)
    first, second = form_of(one.get(url("edit", opened.pk))), form_of(other.get(url("edit", opened.pk)))
    one.post(url("edit", opened.pk), first | {"surgery": str(surgery.pk)})
    response = other.post(url("edit", opened.pk), second | {"deficit": "Stairs"})
    assert "Someone else changed this while you were typing" in text_of(response)
    other.post(url("edit", opened.pk), form_of(response))
    stored = Episode.objects.get()
    assert (stored.surgery, stored.deficit) == (surgery, "Stairs")


def test_facts_of_another_client_cannot_be_chosen(cast, opened, sign_in):
    joan = clients.quick_add(family_name="Dahl", by=cast.ana, at=MORNING)
    surgery = clients.record_surgery(joan, procedure="Hip", by=cast.ana, at=MORNING)
    browser = sign_in(cast.ana)
    given = form_of(browser.get(url("edit", opened.pk))) | {"surgery": str(surgery.pk)}
    assert "Choose one of the answers offered." in text_of(browser.post(url("edit", opened.pk), given))


def test_a_closed_episode_takes_no_referral_and_says_so(cast, active, take_in, sign_in):
    operations.discharge(active, ended_reason="steady", by=cast.ana, at=MORNING)
    referral = take_in(open_episode=False)
    page = sign_in(cast.ben).post(url("use_referral", active.pk, referral.pk), follow=True)
    assert "The episode is closed." in text_of(page)


def test_a_renewed_referral_carries_the_open_episode(cast, active, take_in, sign_in):
    referral = take_in()
    browser = sign_in(cast.ben)
    said = text_of(browser.get(reverse("referrals:show", args=[referral.pk])))
    assert "Use it for the open episode of Oct 13, 2026" in said
    browser.post(url("use_referral", active.pk, referral.pk))
    assert Episode.objects.get().referral == referral


def test_the_chart_costs_the_same_however_long_the_history(cast, active, sign_in):
    browser, address = sign_in(cast.ana), reverse("clients:show", args=[cast.janet.pk])

    def cost():
        browser.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    few = cost()
    for number in range(30):
        clients.record_allergy(cast.janet, words=f"Thing {number}", by=cast.ana, at=MORNING)
        clients.add_contact(cast.janet, name=f"Person {number}", phone="1", by=cast.ana, at=MORNING)
        operations.hold(active, reason="Pause", by=cast.ana, at=MORNING)
        operations.resume(active, by=cast.ana, at=MORNING)
    assert cost() == few


def test_the_list_of_clients_shows_where_each_stands(cast, active, sign_in):
    said = text_of(sign_in(cast.ana).get(reverse("clients:list"), {"show": "service"}))
    assert "Active Presence of right artificial knee joint" in said
    assert "Janet" not in text_of(sign_in(cast.ana).get(reverse("clients:list"), {"show": "waiting"}))
    assert "artificial" not in text_of(sign_in(cast.ben).get(reverse("clients:list")))
