"""URL × role × practice: every address of the product, asked by everyone, answers what the permission table says."""

from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser

from tests.conftest import TODAY
from tests.house.addresses import Address, every_address
from tests.house.objects import NOBODYS, PERSONAL, World, values_of

ADDRESSES = every_address()
BEHIND_THE_DOOR = [one for one in ADDRESSES if one.access not in (None, "public")]
PUBLIC = [one for one in ADDRESSES if one.access == "public"]
AREAS = sorted({one.area for one in BEHIND_THE_DOOR})
OWN = {200, 204, 302, 400, 404, 405, 409, 415, 422, 429}
SIGN_IN = "/accounts/login/"
# Values that lead to one client's record.
OF_A_CLIENT = {
    "client_id", "episode_id", "session_id", "assessment_id", "asking_id", "measurement_id", "goal_id", "line_id", "fact_id",
    "document_id", "consent_id", "contact_id", "assignment_id", "limit_id", "precaution_id", "back_id", "referral_id",
    "delivery_id", "home_id", "home_sheet_id", "booking_id", "place_id", "wish_id", "offer_id", "reminder_id", "disclosure_id",
    "improvement_id",
    "story_id",
}  # fmt: skip


def ids(address: Address) -> str:
    return address.name or address.route


def ask(browser: Browser, method: str, path: str):
    """Ask once, and undo what the asking did."""
    with transaction.atomic():
        answer = browser.get(path) if method == "GET" else browser.post(path, {})
        transaction.set_rollback(True)
    return answer


def ask_both(browser: Browser, path: str) -> dict:
    """Ask with both methods; return the answers by method."""
    return {method: ask(browser, method, path) for method in ("GET", "POST")}


@pytest.fixture
def world(cast, clock) -> World:
    """Janet's record, with Asa and Ana assigned to her, so that scope hides her from nobody of the practice."""
    clock("2026-10-13 10:00")
    cache.clear()
    for member in (cast.asa, cast.ana):
        cast.janet.assignments.create(practice=cast.northbridge, member=member, started_on=TODAY)
    return World(cast)


def test_there_are_addresses_of_every_kind():
    assert len(BEHIND_THE_DOOR) > 30 and len(PUBLIC) > 5


@pytest.mark.parametrize("address", ADDRESSES, ids=ids)
def test_every_address_has_a_name_and_says_who_may_open_it(address):
    assert address.name, f"{address.route} has no name"
    assert address.access, f"{address.name}: put @requires(…), @signed_in or @public on the view"


@pytest.mark.parametrize("area", AREAS)
def test_an_area_answers_each_person_as_the_table_says(world, sign_in, area):
    """Everyone of Northbridge, Dana next door, nobody signed in, and Asa once Janet is no longer hers."""
    addresses = [one for one in BEHIND_THE_DOOR if one.area == area]
    browsers = {name: sign_in(member) for name, member in world.cast.members.items()}
    paths = {one: one.path(values_of(world, one.name, one.kwargs)) for one in addresses}
    wrong = []
    for address, path in paths.items():
        for name, browser in browsers.items():
            wrong += wrong_answers(address, path, name, world.cast.members[name], browser)
        for method, answer in ask_both(Browser(), path).items():
            if answer.status_code != 302 or not answer.headers["Location"].startswith(SIGN_IN):
                wrong.append(f"{method} {path} by nobody: {answer.status_code}")
    world.cast.janet.assignments.update(ended_on=TODAY)
    for address, path in paths.items():
        if not set(address.kwargs) & OF_A_CLIENT:
            continue
        for method, answer in ask_both(browsers["asa"], path).items():
            if answer.status_code not in (403, 404, 405):
                wrong.append(f"{method} {path} by asa, no longer assigned: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def wrong_answers(address: Address, path: str, name: str, member: Any, browser: Browser) -> list[str]:
    """Return the answers to one person that the permission table does not allow."""
    is_ours = bool(set(address.kwargs) - NOBODYS)
    answers = ask_both(browser, path)
    found = []
    for method, answer in answers.items():
        code, where = answer.status_code, answer.headers.get("Location", "")
        if not address.is_open_to(member):
            # A view that knows no such method may say so before it looks at who asks.
            right = code == 403 or (code == 405 and any(one.status_code == 403 for one in answers.values()))
        elif (name == "dana" and is_ours) or PERSONAL.get(address.name, name) != name:
            right = code in (404, 405)
        else:
            right = code in OWN or (code == 403 and method == "POST")
            right = right and not (code == 404 and is_ours and method == "GET")
        if not right or where.startswith(SIGN_IN):
            found.append(f"{method} {path} ({address.name}) by {name}: {code} {where}")
    return found


@pytest.mark.parametrize("address", PUBLIC, ids=ids)
def test_a_public_address_never_fails(world, address):
    path = address.path(values_of(world, address.name, address.kwargs))
    for method in ("GET", "POST"):
        assert ask(Browser(), method, path).status_code < 500, f"{method} {path}"


def test_the_matrix_itself_finds_an_open_door(cast, sign_in, settings):
    """A view that forgets to start from the member's practice would be found: its answer to Dana is not 404."""
    address = next(one for one in BEHIND_THE_DOOR if one.name == "practice:member")
    path = address.path({"member_id": cast.asa.pk})
    assert ask(sign_in(cast.dana), "GET", path).status_code == 404
    assert ask(sign_in(cast.olga), "GET", path).status_code == 200
