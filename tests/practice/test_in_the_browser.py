"""Passkeys, the lock and the confirmation, in a real Chromium with a made-up authenticator."""

import time

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache

from medexpro.practice import factors
from tests.conftest import MORNING, make_cast
from tests.practice.test_sign_in import SECRET, code_now

PASSWORD = "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tablet(live_server, chromium):
    """A page in Chromium, at an address where passkeys work, with the cast in place."""
    cache.clear()
    context = chromium.new_context(
        viewport={"width": 1180, "height": 820}, base_url=f"http://localhost:{live_server.thread.port}"
    )
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda fault: page.faults.append(str(fault)))
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    context.close()
    assert page.faults == []


def sign_in(page, email="ana@example.org") -> None:
    page.goto("/accounts/login/?next=/me/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in with password").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def leave_alone(minutes: int) -> None:
    """Let the server believe that the one browser was not touched for so long."""
    session = SessionStore(Session.objects.get().pk)
    session["seen"] = int(time.time()) - minutes * 60
    session.save()


@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_made_and_signs_in_without_a_password(tablet):
    cast = make_cast()
    sign_in(tablet)
    tablet.goto("/me/second-factor/")
    tablet.get_by_label("Name of this passkey").fill("Floor tablet")
    tablet.get_by_role("button", name="Make a passkey").click()
    tablet.wait_for_url("**/me/recovery-codes/")
    assert tablet.locator(".codes li").count() == 10
    assert [one.wrap().name for one in factors.listed(cast.ana.user)[:1]] == ["Floor tablet"]

    tablet.context.clear_cookies()
    tablet.goto("/accounts/login/?next=/me/")
    tablet.get_by_role("button", name="Sign in with passkey").click()
    tablet.get_by_role("heading", name="Ana Torres").wait_for()
    assert tablet.url.endswith("/me/")


@pytest.mark.django_db(transaction=True)
def test_a_locked_page_covers_itself_and_keeps_what_was_typed(tablet):
    make_cast()
    sign_in(tablet)
    tablet.locator("#id_title").fill("Lead, half typed")
    leave_alone(60)
    # A part of a page asks the server, which says locked; the page covers itself.
    tablet.evaluate("htmx.ajax('GET', '/me/', {target: '#toasts'})")
    lock = tablet.locator("#lock-form")
    lock.wait_for()
    lock.get_by_label("Password").fill("wrong horse")
    lock.get_by_role("button", name="Open").click()
    tablet.get_by_text("This is not your password.").first.wait_for()
    lock.get_by_label("Password").fill(PASSWORD)
    lock.get_by_role("button", name="Open").click()
    lock.wait_for(state="hidden")
    assert tablet.locator("#id_title").input_value() == "Lead, half typed"
    tablet.get_by_role("button", name="Save profile").click()
    tablet.get_by_text("Your profile is saved.").wait_for()


@pytest.mark.django_db(transaction=True)
def test_confirming_it_is_you_leaves_the_page_where_it_is(tablet):
    cast = make_cast()
    sign_in(tablet)
    factors.add_app(cast.ana.user, secret=SECRET, code=code_now(), at=MORNING)
    session = SessionStore(Session.objects.get().pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 600}]
    session.save()
    tablet.goto("/me/sign-in/")
    tablet.get_by_role("button", name="Remove").click()
    dialog = tablet.locator("#confirm-you")
    dialog.get_by_label("Password").fill("wrong horse")
    dialog.get_by_role("button", name="Confirm").click()
    dialog.get_by_text("This is not your password.").first.wait_for()
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Confirm").click()
    tablet.get_by_text("Removed.").wait_for()
    assert factors.listed(cast.ana.user) == []


@pytest.mark.django_db(transaction=True)
def test_a_screen_nobody_touches_locks_by_itself(tablet):
    make_cast()
    tablet.clock.install()
    sign_in(tablet)
    tablet.clock.fast_forward(11 * 60_000)
    tablet.locator("#lock-form").wait_for()
    assert Session.objects.get().get_decoded()["locked"] is True
