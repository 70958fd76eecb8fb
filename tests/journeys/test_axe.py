"""Every page of the product under axe, at tablet and phone width: found by walking the addresses, so none is left out."""

from itertools import groupby

import pytest
from django.test import Client as Browser

from tests.conftest import TODAY
from tests.house.addresses import every_address
from tests.house.objects import PERSONAL, World, values_of
from tests.journeys.looking import faults_of

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESSES = every_address()
AREAS = {name: list(them) for name, them in groupby(ADDRESSES, key=lambda one: one.name.partition(":")[0])}


@pytest.fixture
def world(cast, morning) -> World:
    """Janet's record, as a member of every role sees it."""
    for member in (cast.asa, cast.ana):
        cast.janet.assignments.create(practice=cast.northbridge, member=member, started_on=TODAY)
    return World(cast)


def is_page(answer) -> bool:
    """Return whether an answer is a page to look at: no part of one, no file, no way on."""
    if answer.status_code not in (200, 403, 404) or not answer.headers.get("Content-Type", "").startswith(
        "text/html"
    ):
        return False
    return b"<html" in answer.content[:2000]


def who_opens(world, address):
    """Return the first of professional, owner and front desk who may open an address; None for those outside."""
    if address.access == "public":
        return None
    for name in ("ana", "olga", "ben"):
        if address.is_open_to(getattr(world.cast, name)):
            return getattr(world.cast, name)
    raise AssertionError(f"Nobody opens {address.name}")


@pytest.mark.parametrize("area", AREAS)
def test_every_page_of_an_area(world, tablet, sign_in, area):
    """Open each address that is a page as somebody who may, and let axe and the layout checks look at it."""
    pages, found, looked = {}, [], 0
    for address in AREAS[area]:
        path = address.path(values_of(world, address.name, address.kwargs))
        member = world.cast.olga if address.name in PERSONAL else who_opens(world, address)
        browser = Browser() if member is None else sign_in(member)
        if not is_page(browser.get(path)):
            continue
        page = pages.setdefault(member, None) or tablet(member)
        pages[member] = page
        page.goto(path)
        found += [f"{path} ({address.name}) {fault}" for fault in faults_of(page)]
        looked += 1
    print(f"{area}: {looked} pages")
    assert found == []
