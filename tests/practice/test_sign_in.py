"""Getting in, staying in, and being asked again."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client as Browser

from medexpro.audit.models import Event
from medexpro.practice import events, factors
from medexpro.practice.models import Member
from tests.conftest import MORNING

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_throttling_from_other_tests(db):
    cache.clear()


def code_now() -> str:
    """Return the code an app with SECRET shows."""
    return format_hotp_value(hotp_value(SECRET, list(yield_hotp_counters_from_time())[1]))


def give_app(member) -> None:
    factors.add_app(member.user, secret=SECRET, code=code_now(), at=MORNING)


def try_password(browser, email="ana@example.org", password=PASSWORD, **more):
    return browser.post("/accounts/login/", {"login": email, "password": password}, **more)


def test_a_password_signs_in_and_the_trail_tells(cast):
    browser = Browser()
    assert browser.get("/accounts/login/").status_code == 200
    assert try_password(browser).status_code == 302
    assert browser.get("/me/").status_code == 200
    assert Event.objects.filter(kind=events.SIGN_IN, member_id=cast.ana.pk).count() == 1


def test_capital_letters_in_the_address_do_not_matter(cast):
    assert try_password(Browser(), " Ana@Example.ORG ").status_code == 302


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_a_wrong_password_reads_the_same_for_everyone(cast, email):
    answer = try_password(Browser(), email, "wrong horse battery")
    assert answer.status_code == 200
    assert "E-mail address and password don&#x27;t match." in answer.content.decode()
    assert f'value="{email}"' in answer.content.decode()


def test_a_failed_sign_in_is_in_the_trail_of_the_practice(cast):
    try_password(Browser(), password="wrong horse battery")
    event = Event.objects.get(kind=events.SIGN_IN_FAILED)
    assert (event.practice_id, event.subject_id, event.member_id) == (
        cast.northbridge.pk,
        str(cast.ana.pk),
        None,
    )


def test_guessing_is_throttled_for_one_address_from_any_machine(cast):
    for attempt in range(5):
        try_password(Browser(), password="wrong horse battery", REMOTE_ADDR=f"10.0.0.{attempt}")
    answer = try_password(Browser(), REMOTE_ADDR="10.0.0.99")
    assert "Too many tries" in answer.content.decode()
    assert answer.wsgi_request.user.is_anonymous


def test_someone_whose_membership_ended_may_open_nothing(cast, sign_in):
    browser = sign_in(cast.ana)
    Member.objects.filter(pk=cast.ana.pk).update(is_active=False)
    answer = browser.get("/me/")
    assert answer.status_code == 403
    assert "Your membership has ended" in answer.content.decode()


# ---- Second factor


def test_a_code_is_asked_for_and_works_once(cast, monkeypatch):
    give_app(cast.ana)
    browser = Browser()
    assert try_password(browser).headers["Location"] == "/accounts/code/"
    assert browser.get("/me/").status_code == 302  # Not in yet.
    page = browser.get("/accounts/code/")
    assert page.status_code == 200
    code = code_now()
    assert browser.post("/accounts/code/", {"code": code}).status_code == 302
    assert browser.get("/me/").status_code == 200

    second = Browser()
    try_password(second)
    cache.delete(
        f"allauth.mfa.totp.used?user={cast.ana.user.pk}&code={code}"
    )  # What the library forgets after 30 s.
    assert second.post("/accounts/code/", {"code": code}).status_code == 200
    assert second.get("/me/").status_code == 302


def test_a_recovery_code_signs_in_once(cast):
    give_app(cast.ana)
    code = factors.codes_left(cast.ana.user)[0]
    for times, status in ((1, 302), (2, 200)):
        browser = Browser()
        try_password(browser)
        assert browser.post("/accounts/code/", {"code": code}).status_code == status, times


def test_where_the_practice_asks_for_it_no_page_opens_before_the_second_factor(cast, sign_in):
    cast.northbridge.second_factor_required = True
    cast.northbridge.save()
    browser = sign_in(cast.ana)
    answer = browser.get("/me/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me/second-factor/")
    page = browser.get("/me/second-factor/").content.decode()
    assert "QR code for your authenticator app" in page
    secret = browser.session["mfa.totp.secret"]
    wrong = browser.post("/me/second-factor/app/", {"code": "000000"})
    assert wrong.status_code == 422 and "This code is not right" in wrong.content.decode()
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    assert browser.post("/me/second-factor/app/", {"code": code}).headers["Location"] == "/me/recovery-codes/"
    assert len(factors.codes_left(cast.ana.user)) == 10
    assert factors.codes_left(cast.ana.user)[0] in browser.get("/me/recovery-codes/").content.decode()
    assert browser.get("/me/").status_code == 200


def test_the_last_second_factor_stays_where_it_is_asked_for(cast, sign_in):
    give_app(cast.ana)
    cast.northbridge.second_factor_required = True
    cast.northbridge.save()
    app = factors.listed(cast.ana.user)[0]
    with pytest.raises(factors.FactorRefused):
        factors.remove(app, at=MORNING)
    cast.northbridge.second_factor_required = False
    cast.northbridge.save()
    factors.remove(app, at=MORNING)
    assert factors.listed(cast.ana.user) == []


def test_nobody_removes_another_persons_second_factor(cast, sign_in):
    give_app(cast.ana)
    app = factors.listed(cast.ana.user)[0]
    assert sign_in(cast.asa).post(f"/me/second-factor/{app.pk}/remove/").status_code == 404


@pytest.mark.parametrize(
    "credential",
    ["", "{", "[]", '{"id": 7}', '{"response": null}', '"text"', "9" * 5000, "[" * 20_000],
    ids=lambda text: text[:20],
)
def test_a_passkey_answer_of_the_wrong_shape_is_refused_with_a_sentence(cast, sign_in, credential):
    browser = sign_in(cast.ana)
    browser.get("/me/second-factor/passkey/options/")
    answer = browser.post("/me/second-factor/passkey/", {"name": "Tablet", "credential": credential})
    assert answer.status_code == 422
    assert Browser().post("/accounts/passkey/", {"credential": credential}).status_code in (200, 302)
    assert browser.post("/reauthenticate/", {"credential": credential}).status_code == 422


# ---- Confirming


def age_sign_in(browser, seconds):
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - seconds}]
    session.save()


def test_a_sign_in_counts_as_recent_for_5_minutes(cast, sign_in):
    browser = sign_in(cast.ana)
    assert browser.get("/reauthenticate/fresh/").json() == {"fresh": True}
    age_sign_in(browser, 301)
    assert browser.get("/reauthenticate/fresh/").json() == {"fresh": False}


def test_confirming_stays_in_the_page_and_asks_for_the_right_password(cast, sign_in):
    browser = sign_in(cast.ana)
    age_sign_in(browser, 400)
    part = browser.get("/reauthenticate/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<form") and "Confirm it is you" in part
    wrong = browser.post("/reauthenticate/", {"password": "wrong horse"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422 and "This is not your password" in wrong.content.decode()
    right = browser.post("/reauthenticate/", {"password": PASSWORD}, headers={"HX-Request": "true"})
    assert (right.status_code, right.headers["HX-Trigger"]) == (204, "reauthenticated")
    assert browser.get("/reauthenticate/fresh/").json() == {"fresh": True}


def test_confirming_goes_on_to_our_own_pages_only(cast, sign_in):
    browser = sign_in(cast.ana)
    answer = browser.post("/reauthenticate/", {"password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


def test_the_second_factor_page_asks_for_a_recent_sign_in(cast, sign_in):
    browser = sign_in(cast.ana)
    age_sign_in(browser, 400)
    assert browser.get("/me/second-factor/").headers["Location"].startswith("/reauthenticate/?next=")


# ---- The lock


def leave_alone(browser, minutes):
    session = browser.session
    session["seen"] = int(time.time() - minutes * 60 - 60)
    session.save()


def test_an_idle_screen_asks_again_and_leads_back(cast, sign_in):
    browser = sign_in(cast.ana)
    assert browser.get("/me/").status_code == 200
    leave_alone(browser, 10)
    assert browser.get("/me/?a=1").headers["Location"] == "/lock/?next=%2Fme%2F%3Fa%3D1"
    page = browser.get("/lock/?next=/me/?a=1").content.decode()
    assert "Ana Torres, are you there?" in page
    assert browser.post("/unlock/", {"password": "no", "next": "/me/"}).status_code == 422
    answer = browser.post("/unlock/", {"password": PASSWORD, "next": "/me/?a=1"})
    assert answer.headers["Location"] == "/me/?a=1"
    assert browser.get("/me/").status_code == 200


def test_a_locked_screen_refuses_parts_and_commands_with_423(cast, sign_in):
    browser = sign_in(cast.ana)
    assert browser.post("/lock/", {"lock": "1"}).status_code == 204
    part = browser.get("/me/", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Trigger"]) == (423, "locked")
    command = browser.post("/me/", "{}", content_type="application/json")
    assert command.status_code == 423 and command.json()["unlock"] == "/lock/"
    form = browser.get("/lock/", headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<form")
    opened = browser.post("/unlock/", {"password": PASSWORD}, headers={"HX-Request": "true"})
    assert (opened.status_code, opened.headers["HX-Trigger"]) == (204, "unlocked")


def test_a_form_sent_to_a_locked_screen_is_kept_and_sent_on(cast, sign_in):
    browser = sign_in(cast.ana)
    browser.post("/lock/", {"lock": "1"})
    typed = {"full_name": "Ana “T” Torres", "credentials": "MES", "title": "x", "phone": "555-0100"}
    page = browser.post("/me/", typed)
    assert page.status_code == 423
    kept = page.context["kept"]
    wrong = browser.post("/unlock/", {"password": "no", "next": "/me/", "kept": kept})
    assert wrong.context["kept"] == kept
    on = browser.post("/unlock/", {"password": PASSWORD, "next": "/me/", "kept": kept}).content.decode()
    assert 'action="/me/"' in on and "Ana “T” Torres" in on
    assert browser.post("/me/", typed).status_code == 302


@pytest.mark.parametrize("kept", ["{", "5", "[1]", '[["a"]]', "null"])
def test_what_is_kept_and_can_not_be_read_is_no_fault(cast, sign_in, kept):
    browser = sign_in(cast.ana)
    browser.post("/lock/", {"lock": "1"})
    assert browser.post("/unlock/", {"password": PASSWORD, "kept": kept}).status_code == 302


def test_a_session_on_the_floor_locks_later(cast, sign_in):
    browser = sign_in(cast.ana)
    session = browser.session
    session["on_the_floor"] = True
    session.save()
    leave_alone(browser, 30)
    assert browser.get("/me/").status_code == 200
    # That page is not the floor; from here the short time counts again.
    leave_alone(browser, 30)
    assert browser.get("/me/").status_code == 302


def test_the_lock_of_a_session_that_ended_says_so(db):
    assert (
        "Your sign-in has ended" in Browser().get("/lock/", headers={"HX-Request": "true"}).content.decode()
    )


def test_parts_asked_for_on_the_floor_leave_it_the_floor(cast, sign_in):
    browser = sign_in(cast.ana)
    session = browser.session
    session["on_the_floor"] = True
    session.save()
    browser.get("/reauthenticate/fresh/", headers={"Sec-Fetch-Dest": "empty"})
    browser.get("/reauthenticate/", headers={"HX-Request": "true"})
    assert browser.session["on_the_floor"] is True
    browser.get("/me/", headers={"Sec-Fetch-Dest": "document"})
    assert browser.session["on_the_floor"] is False
