"""Adding and changing providers."""

import pytest

from medexpro.audit.models import Event
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from medexpro.providers import operations
from medexpro.providers.models import Organisation, Provider
from tests.conftest import MORNING


def add(cast, **fields):
    return operations.add(**({"family_name": "Okafor", "type": "NP", "by": cast.ben, "at": MORNING} | fields))


def test_a_provider_gets_the_credential_of_their_type(cast):
    assert add(cast).formal_name == "Okafor, NP"
    assert add(cast, credential="DNP, FNP-C").credential == "DNP, FNP-C"


def test_a_double_click_adds_one_provider(cast):
    made_by_page = uuid7()
    first, second = add(cast, id=made_by_page), add(cast, id=made_by_page)
    assert first == second
    assert Provider.objects.filter(family_name="Okafor").count() == 1


def test_an_organisation_is_found_by_name_whatever_its_capitals(cast):
    add(cast, organisation_name="Lakeside Orthopedics")
    add(cast, family_name="Hale", organisation_name="lakeside  orthopedics")
    assert Organisation.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"npi": "1234567890"}, "npi"),
        ({"family_name": "  "}, "family_name"),
        ({"email": "raman@"}, "email"),
        ({"email_is_secure": True}, "email"),
        ({"email": "raman@example.org", "preferred_channel": "email"}, "preferred_channel"),
        ({"family_name": "x" * 81}, "family_name"),
        ({"type": "wizard"}, "type"),
    ],
)
def test_what_cannot_be_so_is_said_at_its_field(cast, fields, field):
    with pytest.raises(operations.ProviderRefused) as refused:
        add(cast, **fields)
    assert refused.value.field == field


def test_names_of_any_script_are_kept_as_typed(cast):
    assert add(cast, family_name="王", given_name="小明 🙂").name == "小明 🙂 王"


def test_two_people_editing_one_provider_lose_nothing(cast):
    mine, theirs = Provider.objects.get(pk=cast.dr_raman.pk), Provider.objects.get(pk=cast.dr_raman.pk)
    operations.change(theirs, version=1, fax="555-0199", by=cast.ben, at=MORNING)
    with pytest.raises(Conflict) as conflict:
        operations.change(mine, version=1, fax="555-0100", by=cast.ana, at=MORNING)
    assert conflict.value.theirs["fax"] == "555-0199"
    assert Provider.objects.get(pk=cast.dr_raman.pk).fax == "555-0199"


@pytest.mark.parametrize("person", ["asa", "bill", "rhea", "mia"])
def test_adding_providers_needs_the_permission(cast, person):
    with pytest.raises(NotAllowed):
        add(cast, by=cast.members[person])


def test_another_practices_provider_is_not_found(cast):
    with pytest.raises(NotFound):
        operations.change(cast.dr_raman, fax="1", by=cast.dana, at=MORNING)


def test_the_trail_tells(cast):
    operations.change(cast.dr_raman, fax="555-0199", by=cast.ben, at=MORNING)
    event = Event.objects.get(kind="providers:provider:change")
    assert event.detail == {"fields": ["fax"]}
    assert event.member_id == cast.ben.pk
