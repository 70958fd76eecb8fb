"""The palette: clients whom the person who asks may know of, the pages and beginnings their roles let them open."""

from collections import Counter

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.audit.models import Event
from medexpro.practice import context
from medexpro.practice.palette import every_way, ways_for
from medexpro.today.rules.matching import fitting, rank, words_of
from tests.conftest import TODAY

FIND = "/find/"


def found(browser, text):
    """Return what the palette answers: {group: [label, ...]}."""
    answer = browser.post(FIND, {"q": text})
    assert answer.status_code == 200
    return {group["name"]: [one["label"] for one in group["found"]] for group in answer.json()["groups"]}


def test_a_client_is_found_by_the_beginning_of_any_name_and_leads_to_the_chart(cast, sign_in):
    ana = sign_in(cast.ana)
    assert found(ana, "ell")["Clients"] == ["Janet Ellery"]
    assert found(ana, "jan ell")["Clients"] == ["Janet Ellery"]
    group = ana.post(FIND, {"q": "ell"}).json()["groups"][0]
    assert group["found"][0]["url"] == reverse("clients:show", args=[cast.janet.pk])
    assert ana.get(group["found"][0]["url"]).status_code == 200


def test_another_practices_client_is_nobody_here(cast, sign_in):
    assert "Clients" not in found(sign_in(cast.ana), "stranger")
    assert "Clients" not in found(sign_in(cast.dana), "ellery")
    assert found(sign_in(cast.dana), "stranger")["Clients"] == ["Sam Stranger"]


def test_an_assistant_finds_the_clients_assigned_to_them_and_no_others(cast, sign_in):
    asa = sign_in(cast.asa)
    assert "Clients" not in found(asa, "janet")
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    assert found(asa, "janet")["Clients"] == ["Janet Ellery"]


def test_nobody_is_named_before_somebody_asks(cast, sign_in):
    answer = found(sign_in(cast.ana), "")
    assert "Clients" not in answer
    assert {"Add a client", "Take in a referral", "Book a time"} <= set(answer["Begin"])
    assert {"Today", "Clients", "Referrals", "End of the day"} <= set(answer["Go to"])


def test_other_words_for_the_same_thing_find_it_too(cast, sign_in):
    ana = sign_in(cast.ana)
    assert found(ana, "new ref")["Begin"] == ["Take in a referral"]
    assert found(ana, "appointment")["Begin"] == ["Book a time"]
    assert found(ana, "doctors")["Go to"] == ["Providers"]


def test_a_name_never_stands_in_an_address(cast, sign_in):
    assert sign_in(cast.ana).get(f"{FIND}?q=ellery").status_code == 405


def test_that_names_were_offered_is_in_the_trail_once_and_the_words_are_not(cast, sign_in):
    ana = sign_in(cast.ana)
    found(ana, "")
    assert not Event.objects.filter(kind="record:list:read").exists()
    for typed in ("e", "el", "ell"):
        found(ana, typed)
    events = list(Event.objects.filter(kind="record:list:read", member_id=cast.ana.pk))
    assert [one.detail["page"] for one in events] == ["client search"]
    assert "ell" not in str(events[0].detail)


def test_every_way_opens_for_whom_it_is_offered_to_and_for_nobody_else(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    wrong = []
    for name, member in cast.members.items():
        browser, offered = sign_in(member), {way.url for way in ways_for(member)}
        for way in every_way():
            with transaction.atomic():
                code = browser.get(way.url).status_code
                transaction.set_rollback(True)
            if (code == 403) == (way.url in offered) or code not in (200, 302, 403):
                wrong.append(f"{way.label} by {name}: {code}")
    assert wrong == []


def test_no_two_places_share_a_letter_and_every_letter_stands_in_the_list_of_keys(cast, sign_in):
    assert [letter for letter, times in Counter(context.LETTERS.values()).items() if times > 1] == []
    page = sign_in(cast.ana).get("/clients/").content.decode()
    for place in context.every_place():
        if (letter := context.LETTERS.get(place.key)) and reverse(place.url_name) in page:
            assert f'data-letter="{letter}"' in page and f'<span class="kbd">{letter}</span>' in page


WORDS = st.text("abcdefgh XYZé,.-", max_size=20)


@given(typed=WORDS, label=WORDS, also=WORDS)
def test_whatever_is_typed_begins_a_word_of_what_fits(typed, label, also):
    fits = rank(words_of(typed), label, also)
    known = words_of(f"{label} {also}")
    assert (fits is not None) == all(any(one.startswith(word) for one in known) for word in words_of(typed))
    assert rank(words_of(label), label, also) == 0


@pytest.mark.parametrize("typed", ["", "   "])
def test_where_nothing_is_typed_all_are_offered_in_their_order(typed):
    assert fitting(typed, [("B", "", 1), ("A", "", 2)]) == [1, 2]


def test_what_begins_with_the_words_comes_first_and_signs_alone_fit_nothing():
    things = [("New client", "", 1), ("Clients", "", 2), ("People", "client", 3)]
    assert fitting("cli", things) == [2, 1, 3]
    assert fitting("?!", things) == []
