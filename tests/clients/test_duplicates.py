"""Records that may be of one person: all of them are found, cheaply, and what people said of them is remembered."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medexpro.audit.models import Event
from medexpro.clients import operations, tasks
from medexpro.clients.models import Client, LikelyPair
from medexpro.clients.operations import duplicates
from medexpro.clients.rules.duplicates import likely_pairs
from medexpro.clients.rules.names import Person, likely_same
from medexpro.kernel.refusals import NotAllowed, NotFound
from tests.conftest import MORNING

NAMES = st.sampled_from(
    ["Ann Lee", "Lee Ann", "Anne Lee", "An Lee", "Naomi Ann Lee", "Lee", "José Ruiz", "Jose Ruis", ""]
)
PEOPLE = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from([None, date(1950, 1, 1), date(1950, 1, 2)]),
        st.sampled_from(["", "555-0100", "(555) 010-0142", "5550100142"]),
        st.sampled_from(["", "a@example.org", "A@example.org "]),
    ),
    max_size=9,
)


@settings(max_examples=200)
@given(PEOPLE)
def test_every_pair_is_found_that_comparing_everybody_would_find(rows):
    people = [Person(n, *row) for n, row in enumerate(rows)]
    everybody = {
        (one.key, match.key, match.reasons, match.score)
        for n, one in enumerate(people)
        for match in likely_same(one, people[n + 1 :])
    }
    found = likely_pairs(people)
    assert {(p.first, p.second, p.reasons, p.score) for p in found} == everybody
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)


def test_a_default_of_a_long_list_makes_nobody_the_same_person():
    # Ten thousand rows came in with the practice's own phone; two of them are one person all the same.
    people = [Person(n, f"Name{n:05} Family{n:05}", None, "555-010-0142") for n in range(10_000)]
    twice = Person("again", "Family00007 Name00007", None, "555-010-0142")
    assert [(pair.first, pair.second) for pair in likely_pairs([*people, twice])] == [(7, "again")]


def add(cast, given="Janet", family="Ellery", **fields):
    return operations.quick_add(
        given_name=given, family_name=family, knowingly=True, by=cast.ben, at=MORNING, **fields
    )


def test_the_same_person_is_found_among_hundreds_of_the_same_beginning(cast):
    Client.objects.bulk_create(
        Client(
            practice=cast.northbridge,
            given_name="Jan",
            family_name=f"Ell{n:03}",
            name_search=f"jan ell{n:03}",
        )
        for n in range(300)
    )
    with pytest.raises(operations.AlreadyHere) as found:
        operations.quick_add(given_name="ellery", family_name="JANET", by=cast.ben, at=MORNING)
    assert [client for client, _ in found.value.matches] == [cast.janet]


def listed(member, **which):
    return [{row.first.name, row.second.name} for row in duplicates.listed(member, **which)]


def test_the_list_names_pairs_of_all_clients(cast):
    add(cast)
    add(cast, "Joan", "Dahl", phone="555-010-0142")
    add(cast, "J.", "Dahl-Ruiz", phone="(555) 010 0142")
    add(cast, "Somebody", "Else")
    assert duplicates.look_through(cast.northbridge, at=MORNING) == 2
    assert sorted(map(sorted, listed(cast.ana))) == [["J. Dahl-Ruiz", "Joan Dahl"], ["Janet Ellery"]]
    assert listed(cast.dana) == []


def test_it_is_looked_through_again_once_somebody_changed(cast):
    assert tasks.look_through_changed.call() == 2  # Both practices, never looked through.
    assert tasks.look_through_changed.call() == 0
    other = add(cast)
    assert tasks.look_through_changed.call() == 1
    assert len(listed(cast.ana)) == 1
    operations.update(other, given_name="Ruth", family_name="Abernathy", by=cast.ben, at=MORNING)
    assert tasks.look_through_changed.call() == 1
    assert listed(cast.ana) == []


def test_not_the_same_person_is_remembered(cast):
    other = add(cast)
    duplicates.look_through(cast.northbridge, at=MORNING)
    duplicates.part(cast.janet, other, by=cast.ben, at=MORNING)
    operations.update(other, phone="555-0177", by=cast.ben, at=MORNING)
    duplicates.look_through(cast.northbridge, at=MORNING)
    assert listed(cast.ana) == []
    assert listed(cast.ana, parted=True) == [{"Janet Ellery"}]
    assert Event.objects.filter(kind="clients:pair:part").count() == 2
    duplicates.ask_again(other, cast.janet, by=cast.ana, at=MORNING)
    assert len(listed(cast.ana)) == 1


def test_the_front_desk_proposes_a_pair_nobody_would_guess(cast):
    other = add(cast, "Jan", "Brandt")
    duplicates.propose(cast.janet, other, by=cast.ben, at=MORNING)
    duplicates.propose(other, cast.janet, by=cast.ben, at=MORNING)
    duplicates.look_through(cast.northbridge, at=MORNING)
    [pair] = duplicates.listed(cast.ana)
    assert (pair.proposed_by, pair.reasons) == (cast.ben, ["named by a colleague"])
    assert Event.objects.filter(kind="clients:pair:propose").count() == 2


def test_who_may_not_change_clients_says_nothing_of_pairs(cast):
    other = add(cast)
    for member in (cast.asa, cast.rhea, cast.bill):
        with pytest.raises(NotAllowed):
            duplicates.part(cast.janet, other, by=member, at=MORNING)
    with pytest.raises(NotFound):
        duplicates.part(cast.janet, cast.stranger, by=cast.ana, at=MORNING)
    assert not LikelyPair.objects.exists()


def test_a_professional_of_their_own_clients_sees_pairs_of_those(cast):
    add(cast)
    duplicates.look_through(cast.northbridge, at=MORNING)
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    cast.ana.practice = cast.northbridge
    operations.assign(cast.janet, cast.ana, by=cast.olga, at=MORNING)
    assert listed(cast.ana) == []


# ---- Pages


def test_a_pair_is_told_apart_on_the_page_and_asked_again(cast, sign_in):
    other = add(cast)
    duplicates.look_through(cast.northbridge, at=MORNING)
    desk = sign_in(cast.ben)
    assert b"same name" in desk.get("/clients/same/").content
    desk.post(f"/clients/{cast.janet.pk}/same/{other.pk}/apart/")
    assert b"Nobody seems to be here twice" in desk.get("/clients/same/").content
    assert b"told apart by Ben Okoye" in desk.get("/clients/same/?show=parted").content
    desk.post(f"/clients/{cast.janet.pk}/same/{other.pk}/ask/")
    assert b"same name" in desk.get("/clients/same/").content


def test_the_front_desk_proposes_on_the_page_and_sees_no_health(cast, sign_in):
    other = add(cast, "Jan", "Brandt")
    operations.record_allergy(cast.janet, words="Latex", by=cast.ana, at=MORNING)
    desk = sign_in(cast.ben)
    shown = desk.get(f"/clients/{cast.janet.pk}/same/{other.pk}/").content
    assert b"Propose" in shown and b"Latex" not in shown and b"Make one record" not in shown
    assert desk.post(f"/clients/{cast.janet.pk}/same/{other.pk}/").status_code == 403
    desk.post(f"/clients/{cast.janet.pk}/same/{other.pk}/propose/")
    assert b"proposed by Ben Okoye" in sign_in(cast.ana).get("/clients/same/").content


def test_another_record_is_found_by_name_from_the_client(cast, sign_in):
    other = add(cast, "Jan", "Brandt")
    there = sign_in(cast.ana)
    assert b"Nobody looks alike" in there.get(f"/clients/{cast.janet.pk}/same/").content
    found = there.get(f"/clients/{cast.janet.pk}/same/?q=brandt").content.decode()
    assert f"/clients/{cast.janet.pk}/same/{other.pk}/" in found


def test_comparing_now_is_asked_for_on_the_page(cast, sign_in):
    assert sign_in(cast.ben).post("/clients/same/look/").status_code == 302
    from django_tasks_db.models import DBTaskResult

    assert DBTaskResult.objects.filter(task_path__endswith="clients.tasks.look_through").exists()
