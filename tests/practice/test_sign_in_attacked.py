"""Sign-in under attack: guesses are counted whatever else happens, and a lost device is out at once."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser

from medexpro.config import tasks
from medexpro.practice import factors
from tests.conftest import MORNING

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def nothing_counted(db):
    cache.clear()


def tries(email: str, password: str) -> str:
    return Browser().post("/accounts/login/", {"login": email, "password": password}).content.decode()


def test_a_flood_of_other_tries_does_not_make_the_count_forget(cast):
    for _ in range(5):
        tries(cast.ana.user.email, "wrong wrong wrong")
    assert "Too many tries" in tries(cast.ana.user.email, PASSWORD)
    # What a script leaves behind that asks for one address after the other.
    for number in range(700):
        cache.set(f"allauth:rl:another:{number:04}", [1.0], 300)
    assert "Too many tries" in tries(cast.ana.user.email, PASSWORD)


def test_counts_that_are_over_are_tidied_away(cast):
    cache.set("over", 1, timeout=-1)
    cache.set("going-on", 1, timeout=300)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO cache VALUES ('long:over', 'x', '2020-01-01 00:00:00')")
    tasks.tidy.func()
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        assert [key for (key,) in cursor.fetchall()] == [cache.make_key("going-on")]


def test_a_lost_device_is_signed_out_when_its_second_factor_is_cleared(cast, sign_in):
    device, other = sign_in(cast.ana), sign_in(cast.ben)
    Authenticator.objects.create(user=cast.ana.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert device.get("/me/").status_code == 200
    factors.reset(cast.ana, by=cast.olga, at=MORNING)
    assert device.get("/me/").headers["Location"].startswith("/accounts/login/")
    assert other.get("/me/").status_code == 200


def test_a_locked_screen_keeps_what_was_typed_and_no_password(cast, sign_in):
    browser = sign_in(cast.ana)
    browser.post("/lock/", {"lock": "1"})
    sent = {"full_name": "Ana Torres", "password": "a new secret of mine", "code": "123456"}
    page = browser.post("/me/", sent).content.decode()
    assert "Ana Torres" in page and "a new secret of mine" not in page and "123456" not in page
