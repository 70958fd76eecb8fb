"""Adding and changing clients, those beside them, and who looks after them."""

from datetime import date

import pytest

from medexpro.audit.models import Event
from medexpro.clients import operations
from medexpro.clients.models import Client
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from tests.conftest import MORNING


def add(cast, **fields):
    return operations.quick_add(
        **({"given_name": "Joan", "family_name": "Dahl", "by": cast.ben, "at": MORNING} | fields)
    )


def test_a_name_is_enough(cast):
    joan = add(cast)
    assert (joan.name, joan.name_search, joan.birth_date) == ("Joan Dahl", "joan dahl", None)
    assert Event.objects.filter(kind="clients:client:add", client_id=joan.pk).count() == 1


def test_one_name_is_a_whole_name(cast):
    assert add(cast, given_name="王小明", family_name="").family_name == "王小明"
    with pytest.raises(operations.ClientRefused, match="Type a name"):
        add(cast, given_name=" ", family_name="")


def test_likely_duplicates_are_shown_before_a_second_record_is_made(cast):
    with pytest.raises(operations.AlreadyHere) as found:
        add(cast, given_name="janet", family_name="ELLERY")
    assert [(client.pk, reasons) for client, reasons in found.value.matches] == [
        (cast.janet.pk, ("same name",))
    ]
    assert Client.objects.of(cast.northbridge).count() == 1
    assert add(cast, given_name="janet", family_name="ELLERY", knowingly=True).pk != cast.janet.pk


def test_another_practices_people_are_no_duplicates(cast):
    assert add(cast, given_name="Sam", family_name="Stranger").practice == cast.northbridge


def test_a_double_click_adds_one_client(cast):
    made_by_page = uuid7()
    assert add(cast, id=made_by_page) == add(cast, id=made_by_page)
    assert Client.objects.filter(family_name="Dahl").count() == 1


def test_an_id_of_another_practices_record_is_not_found(cast):
    with pytest.raises(NotFound):
        add(cast, id=cast.stranger.pk)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"birth_date": date(2026, 10, 14)}, "birth_date"),
        ({"birth_date": date(1850, 1, 1)}, "birth_date"),
        ({"email": "joan(at)example.org"}, "email"),
        ({"sex": "x"}, "sex"),
        ({"height_cm": 1700}, "height_cm"),
        ({"phone": "5" * 41}, "phone"),
    ],
)
def test_what_cannot_be_so_is_said_at_its_field(cast, fields, field):
    with pytest.raises(operations.ClientRefused) as refused:
        add(cast, **fields)
    assert refused.value.field == field
    assert not Client.objects.filter(family_name="Dahl").exists()


def test_two_people_editing_lose_nothing(cast):
    mine, theirs = Client.objects.get(pk=cast.janet.pk), Client.objects.get(pk=cast.janet.pk)
    operations.update(theirs, version=1, phone="555-0101", by=cast.ben, at=MORNING)
    with pytest.raises(Conflict) as conflict:
        operations.update(mine, version=1, phone="555-0202", by=cast.ana, at=MORNING)
    assert conflict.value.theirs["phone"] == "555-0101"
    assert conflict.value.version == 2
    mine.refresh_from_db()
    operations.update(mine, version=2, phone="555-0202", by=cast.ana, at=MORNING)
    assert Client.objects.get(pk=cast.janet.pk).phone == "555-0202"


def test_saving_what_is_there_already_is_no_change(cast):
    operations.update(cast.janet, version=1, phone="", by=cast.ben, at=MORNING)
    assert not Event.objects.filter(kind="clients:client:change").exists()


@pytest.mark.parametrize("person", ["asa", "bill", "rhea", "mia"])
def test_changing_needs_the_permission(cast, person):
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on="2026-08-01")
    with pytest.raises((NotAllowed, NotFound)):
        operations.update(cast.janet, phone="1", by=cast.members[person], at=MORNING)


def test_who_sees_only_their_own_clients_sees_the_one_they_added(cast):
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    cast.ana.practice.professionals_see = "own"
    joan = add(cast, by=cast.ana)
    assert joan.is_visible_to(cast.ana)
    assert not cast.janet.is_visible_to(cast.ana)


def test_assigning_twice_is_assigning_once(cast):
    operations.assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    assignment = operations.assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    assert cast.janet.is_visible_to(cast.asa)
    operations.end_assignment(assignment, by=cast.ana, at=MORNING)
    assert not cast.janet.is_visible_to(cast.asa)
    with pytest.raises(NotFound):
        operations.assign(cast.janet, cast.dana, by=cast.ana, at=MORNING)


def test_contacts_are_added_changed_removed_and_brought_back(cast):
    made_by_page = uuid7()
    contact = operations.add_contact(
        cast.janet,
        name="Paul Ellery",
        phone="555-0144",
        id=made_by_page,
        is_emergency=True,
        by=cast.ben,
        at=MORNING,
    )
    again = operations.add_contact(
        cast.janet, name="Paul", phone="1", id=made_by_page, by=cast.ben, at=MORNING
    )
    assert again == contact
    operations.change_contact(contact, version=1, relation="Husband", by=cast.ben, at=MORNING)
    operations.remove_contact(contact, by=cast.ben, at=MORNING)
    assert contact.removed_at
    operations.restore_contact(contact, by=cast.ben, at=MORNING)
    assert cast.janet.contacts.filter(removed_at=None).get().relation == "Husband"
    with pytest.raises(operations.ClientRefused, match="phone number or an e-mail"):
        operations.add_contact(cast.janet, name="Paul", by=cast.ben, at=MORNING)
