"""The first run: one practice, one owner, nothing lost on the way."""

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client as Browser

from medexpro.knowledge import operations as knowledge
from medexpro.knowledge.models import Approval
from medexpro.practice import setup_code
from medexpro.practice.models import Member, Practice
from medexpro.wording.models import LetStand

PRACTICE = {
    "name": "Harbor Medical Exercise",
    "state": "Oregon",
    "time_zone": "America/Los_Angeles",
    "units": "us",
    "paper": "us-letter",
    "reimbursement_on": "no",
}
OWNER = {
    "full_name": "Rosa Okafor",
    "email": "rosa@example.org",
    "password": "seven quiet herons",
    "also_professional": "on",
    "credentials": "MES",
    "title": "",
}


@pytest.fixture(autouse=True)
def _empty_installation(db, settings, tmp_path):
    cache.clear()
    settings.MEDEXPRO_HOME = tmp_path


def started() -> Browser:
    """Return a browser that has shown the code."""
    browser = Browser()
    assert browser.post("/setup/", {"code": setup_code.code().lower().replace("-", " ")}).status_code == 302
    return browser


def test_an_empty_installation_leads_to_the_set_up():
    assert Browser().get("/me/").headers["Location"] == "/setup/"
    assert "Type the set-up code" in Browser().get("/setup/").content.decode()
    assert setup_code.code() in setup_code.announcement("http://localhost:8000")


def test_nobody_sets_up_without_the_code_from_the_console():
    browser = Browser()
    for path in ("/setup/practice/", "/setup/you/"):
        assert browser.get(path).headers["Location"] == "/setup/"
        assert browser.post(path, PRACTICE | OWNER).headers["Location"] == "/setup/"
    wrong = browser.post("/setup/", {"code": "AAAA-BBBB-CCCC"})
    assert wrong.status_code == 422 and "This is not the code" in wrong.content.decode()
    assert not Practice.objects.exists()


def test_guessing_the_code_is_throttled():
    answers = [Browser().post("/setup/", {"code": f"AAAA-{n}"}).status_code for n in range(12)]
    assert answers[:10] == [422] * 10 and answers[-1] == 429


def test_the_whole_way_and_leaving_in_between():
    browser = started()
    bad = browser.post("/setup/practice/", PRACTICE | {"name": "", "state": "Atlantis"})
    assert bad.status_code == 422 and set(bad.context["form"].errors) == {"name", "state"}
    assert browser.post("/setup/practice/", PRACTICE).headers["Location"] == "/setup/you/"

    # Someone comes back on another day, from another browser.
    browser = started()
    assert browser.get("/setup/").headers["Location"] == "/setup/you/"
    assert "Harbor Medical Exercise" in browser.get("/setup/practice/").content.decode()
    weak = browser.post("/setup/you/", OWNER | {"password": "rosa", "email": "rosa@example.org"})
    assert weak.status_code == 422 and "Rosa Okafor" in weak.content.decode()
    assert browser.post("/setup/you/", OWNER).headers["Location"] == "/setup/second-factor/"
    owner = Member.objects.get()
    assert owner.roles == ["owner", "professional"] and owner.practice.setup_done_at is None

    # No other page before it is done; nobody else gets in meanwhile.
    assert browser.get("/me/").headers["Location"] == "/setup/"
    assert Browser().get("/setup/").headers["Location"] == "/accounts/login/"
    assert "QR code" in browser.get("/setup/second-factor/").content.decode()
    secret = browser.session["mfa.totp.secret"]
    wrong = browser.post("/me/second-factor/app/", {"code": "1"})
    assert wrong.status_code == 422 and "step 3 of 5" in wrong.content.decode()
    code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    assert browser.post("/me/second-factor/app/", {"code": code}).headers["Location"] == "/me/recovery-codes/"
    assert browser.get("/me/recovery-codes/").status_code == 200
    assert browser.get("/setup/").headers["Location"] == "/setup/letterhead/"
    assert browser.get("/setup/letterhead/").status_code == 200
    bad = browser.post(
        "/setup/letterhead/", {"address": "1 Pier Road", "email": "x@", "signature_0": "", "signature_1": ""}
    )
    assert bad.status_code == 422 and "1 Pier Road" in bad.content.decode()
    sent = {"address": "1 Pier Road, Astoria", "signature_0": "M1.0 2.0 L3.0 4.0 ", "signature_1": ""}
    assert browser.post("/setup/letterhead/", sent).headers["Location"] == "/setup/rules/"
    owner.refresh_from_db()
    assert owner.signature == "M1.0 2.0 L3.0 4.0"

    page = browser.get("/setup/rules/")
    assert page.context["count"] > 0 and "Rosa Okafor, MES" in page.content.decode()
    waiting = knowledge.needing_approval(owner.practice)
    assert re.search(r"on [A-Z][a-z]{2} \d", page.content.decode())  # The name and the day it is approved on.
    sent = {"rule": [f"{entry.kind}:{entry.key}" for entry in waiting[1:]] + ["gate:made_up"]}
    nobody = browser.post("/setup/rules/", sent)
    assert nobody.status_code == 422 and "1 working rule is not ticked" in nobody.content.decode()
    assert f'value="{waiting[0].kind}:{waiting[0].key}">' in nobody.content.decode()  # Still not ticked.
    owner.practice.refresh_from_db()
    assert owner.practice.setup_done_at is None and not Approval.objects.exists()
    assert browser.post("/setup/rules/", sent | {"reader": "Ana Torres"}).headers["Location"] == "/"
    assert [entry.key for entry in knowledge.needing_approval(owner.practice)] == [waiting[0].key]
    owner.practice.refresh_from_db()
    assert owner.practice.setup_done_at is not None
    today = browser.get("/").content.decode()
    assert "1 clinical rule" in today and "Not approved yet; Ana Torres is to read them" in today
    assert "Begin here" in today
    assert browser.get("/me/").status_code == 200
    assert browser.get("/setup/rules/").headers["Location"] == "/"


def test_the_rules_wait_for_the_second_factor():
    browser = started()
    browser.post("/setup/practice/", PRACTICE)
    browser.post("/setup/you/", OWNER)
    assert browser.post("/setup/rules/", {}).status_code == 422
    assert Practice.objects.get().setup_done_at is None


def test_a_double_click_makes_one_owner():
    first, second = started(), started()
    first.post("/setup/practice/", PRACTICE)
    assert first.post("/setup/you/", OWNER).status_code == 302
    assert (
        second.post("/setup/you/", OWNER | {"email": "mallory@example.org"}).headers["Location"]
        == "/accounts/login/"
    )
    assert Member.objects.count() == 1


def test_a_title_of_another_profession_is_asked_about_and_kept_with_who_let_it_stand():
    browser = started()
    browser.post("/setup/practice/", PRACTICE)
    typed = OWNER | {"title": "Exercise therapist"}
    asked = browser.post("/setup/you/", typed)
    assert asked.status_code == 422 and "Better: specialist" in asked.content.decode()
    assert not Member.objects.exists()
    assert browser.post("/setup/you/", typed | {"keep_title": typed["title"]}).status_code == 302
    [kept] = LetStand.objects.all()
    assert (kept.found, kept.by) == ("therapist", Member.objects.get())


def test_a_practice_in_use_has_no_set_up(cast, sign_in):
    assert Browser().get("/setup/").headers["Location"] == "/accounts/login/"
    assert sign_in(cast.olga).get("/setup/letterhead/").headers["Location"] == "/"
    assert sign_in(cast.ana).get("/setup/letterhead/").status_code == 403
    assert setup_code.announcement("http://localhost:8000") == ""
