"""Who is in the practice: invitations, roles, links for new passwords."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.practice import events, links, operations, tokens
from medexpro.practice.models import Invitation, Member, PasswordLink, User
from medexpro.practice.roles import Role
from tests.conftest import MORNING

GOOD = "seven quiet herons"


def invite(cast, email="lena@example.org", roles=(Role.ASSISTANT,), at=MORNING):
    return links.invite(email=email, full_name="Lena Voss", roles=roles, by=cast.olga, at=at)


# ---- Invitations


def test_an_invitation_makes_a_member_once(cast):
    _, token = invite(cast)
    member = links.accept(token, full_name="Lena Voss", password=GOOD, user=None, at=MORNING)
    assert (member.practice, member.roles, member.user.email) == (
        cast.northbridge,
        ["assistant"],
        "lena@example.org",
    )
    with pytest.raises(links.LinkInvalid):
        links.accept(token, full_name="Lena Voss", password=GOOD, user=None, at=MORNING)
    assert Event.objects.filter(kind=events.MEMBER_JOIN, subject_id=str(member.pk)).count() == 1


def test_the_database_holds_no_token(cast):
    invitation, token = invite(cast)
    assert token not in str(Invitation.objects.filter(pk=invitation.pk).values())
    assert invitation.token_hash == tokens.hash_of(token)


@pytest.mark.parametrize("when", ["too old", "taken back", "replaced"])
def test_a_dead_invitation_leads_nowhere(cast, when):
    invitation, token = invite(cast)
    at = MORNING
    if when == "too old":
        at = MORNING + links.INVITATION_LASTS
    elif when == "taken back":
        links.revoke(invitation, by=cast.olga, at=MORNING)
    else:
        invite(cast)
    with pytest.raises(links.LinkInvalid):
        links.accept(token, full_name="L", password=GOOD, user=None, at=at)


def test_a_weak_password_is_refused_at_the_field_and_the_link_stays_good(cast):
    _, token = invite(cast)
    with pytest.raises(Refusal) as refused:
        links.accept(token, full_name="Lena Voss", password="lena", user=None, at=MORNING)
    assert refused.value.field == "password"
    assert links.accept(token, full_name="Lena Voss", password=GOOD, user=None, at=MORNING)


def test_someone_of_another_practice_joins_with_the_account_they_have(cast, sign_in):
    _, token = links.invite(
        email="dana@example.org", full_name="Dana Weiss", roles=["mentor"], by=cast.olga, at=MORNING
    )
    with pytest.raises(Refusal):
        links.accept(token, full_name="Dana Weiss", password=GOOD, user=None, at=MORNING)
    with pytest.raises(NotAllowed):
        links.accept(token, user=cast.ben.user, at=MORNING)
    member = links.accept(token, user=cast.dana.user, at=MORNING)
    browser = sign_in(cast.dana)
    page = browser.get("/switch/").content.decode()
    assert "Northbridge" in page and "Southgate" in page
    assert browser.post("/switch/", {"member": str(member.pk)}).status_code == 302
    assert browser.session["member"] == str(member.pk)
    # Another person's membership is not theirs to take.
    browser.post("/switch/", {"member": str(cast.olga.pk)})
    assert browser.session["member"] == str(member.pk)


def test_the_link_is_shown_once_and_its_page_works(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    owner = sign_in(cast.olga)
    page = owner.post(
        "/members/invite/", {"full_name": "Lena Voss", "email": "lena@example.org", "roles": ["assistant"]}
    )
    address = page.context["address"]
    newcomer = Browser()
    path = address.removeprefix("http://testserver")
    assert "Olga Brandt invites you" in newcomer.get(path).content.decode()
    weak = newcomer.post(path, {"full_name": "Lena V.", "password": "short"})
    assert weak.status_code == 422 and 'value="Lena V."' in weak.content.decode()
    assert newcomer.post(path, {"full_name": "Lena Voss", "password": GOOD}).status_code == 302
    assert newcomer.get("/me/").status_code == 200
    assert newcomer.get(path).status_code == 404


def test_bad_input_of_an_invitation_stands_at_its_field(cast, sign_in):
    page = sign_in(cast.olga).post(
        "/members/invite/", {"full_name": "Lena", "email": "lena@", "roles": ["captain"]}
    )
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"email", "roles"}


# ---- Roles


def change(member, by, roles, **more):
    values = {"mentor": None, "credentials": "", "title": "", "expected": None} | more
    operations.change_member(member, roles=roles, **values, by=by, at=MORNING)


@pytest.mark.parametrize("person", ["ana", "asa", "mia", "ben", "bill", "rhea"])
def test_only_an_owner_changes_members(cast, person):
    with pytest.raises(NotAllowed):
        change(cast.asa, cast.members[person], ["professional"])
    with pytest.raises(NotAllowed):
        invite_by = cast.members[person]
        links.invite(email="x@example.org", full_name="X", roles=["owner"], by=invite_by, at=MORNING)


def test_an_owner_of_another_practice_finds_no_such_member(cast):
    with pytest.raises(NotFound):
        change(cast.asa, cast.dana, ["professional"])
    with pytest.raises(NotFound):
        links.make_password_link(cast.asa, by=cast.dana, at=MORNING)


def test_a_practice_keeps_an_owner(cast):
    with pytest.raises(operations.LastOwner):
        change(cast.olga, cast.olga, ["professional"])
    change(cast.ana, cast.olga, ["owner", "professional"])
    change(cast.olga, cast.olga, ["professional"])
    assert Member.objects.get(pk=cast.olga.pk).roles == ["professional"]


def test_a_second_owner_sees_both_versions(cast):
    stale = Member.objects.get(pk=cast.asa.pk)
    change(cast.asa, cast.olga, ["assistant", "front_desk"], expected=1)
    with pytest.raises(Conflict) as conflict:
        change(stale, cast.olga, ["biller"], expected=1)
    assert conflict.value.theirs["roles"] == ["assistant", "front_desk"]


def test_an_ended_membership_closes_pages_and_can_be_taken_back(cast, sign_in):
    browser = sign_in(cast.asa)
    operations.deactivate(cast.asa, by=cast.olga, at=MORNING)
    assert browser.get("/me/").status_code == 403
    operations.reactivate(Member.objects.get(pk=cast.asa.pk), by=cast.olga, at=MORNING)
    assert browser.get("/me/").status_code == 200


def test_nobody_ends_their_own_membership(cast):
    with pytest.raises(Refusal):
        operations.deactivate(cast.olga, by=cast.olga, at=MORNING)


# ---- New passwords


def test_a_password_link_works_once_and_ends_every_session(cast, sign_in):
    old = sign_in(cast.asa)
    assert old.get("/me/").status_code == 200
    token = links.make_password_link(cast.asa, by=cast.olga, at=MORNING)
    links.set_password(token, password=GOOD, at=MORNING + timedelta(hours=23))
    assert User.objects.get(pk=cast.asa.user.pk).check_password(GOOD)
    assert old.get("/me/").status_code == 302
    with pytest.raises(links.LinkInvalid):
        links.set_password(token, password="another quiet heron", at=MORNING)


def test_a_password_link_gets_old_and_a_newer_one_replaces_it(cast):
    first = links.make_password_link(cast.asa, by=cast.olga, at=MORNING)
    second = links.make_password_link(cast.asa, by=cast.olga, at=MORNING)
    with pytest.raises(links.LinkInvalid):
        links.set_password(first, password=GOOD, at=MORNING)
    with pytest.raises(links.LinkInvalid):
        links.set_password(second, password=GOOD, at=MORNING + timedelta(hours=24))
    assert second not in str(PasswordLink.objects.values())


def test_one_practice_does_not_reset_a_password_that_opens_another(cast):
    _, token = links.invite(
        email="asa@example.org", full_name="Asa", roles=["assistant"], by=cast.dana, at=MORNING
    )
    links.accept(token, user=cast.asa.user, at=MORNING)
    with pytest.raises(links.SharedSignIn):
        links.make_password_link(cast.asa, by=cast.olga, at=MORNING)


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
def test_asking_for_a_link_never_tells_who_is_here(cast, settings, email):
    settings.EMAIL_HOST = "mail.example.org"
    page = Browser().post("/accounts/forgotten/", {"email": email})
    assert page.status_code == 200 and "If the address is known here" in page.content.decode()


def test_the_mailed_link_goes_to_the_owner_of_the_address_only(cast, mailoutbox):
    from medexpro.practice import tasks

    tasks.mail_password_link.func("nobody@example.org", "http://localhost:8000/")
    assert mailoutbox == []
    tasks.mail_password_link.func("ana@example.org", "http://localhost:8000/")
    (mail,) = mailoutbox
    assert mail.to == ["ana@example.org"]
    path = next(line for line in mail.body.splitlines() if "/password/" in line).removeprefix(
        "http://localhost:8000"
    )
    browser = Browser()
    assert "ana@example.org" in browser.get(path).content.decode()
    assert browser.post(path, {"password": "12345"}).status_code == 422
    assert browser.post(path, {"password": GOOD}).headers["Location"] == "/accounts/login/"


@pytest.mark.parametrize("address", ["/password/x/", "/join/%00/", "/join/" + "a" * 500 + "/"])
def test_a_made_up_token_is_404(db, address):
    assert Browser().get(address).status_code == 404


def test_whoever_works_in_two_practices_chooses_after_signing_in(cast):
    _, token = links.invite(
        email="dana@example.org", full_name="D", roles=["mentor"], by=cast.olga, at=MORNING
    )
    browser = Browser()
    sent = {"login": "dana@example.org", "password": "correct horse battery"}
    assert browser.post("/accounts/login/", sent).headers["Location"] == "/"
    links.accept(token, user=cast.dana.user, at=MORNING)
    assert "Switch practice" not in browser.get("/me/").content.decode()
    browser = Browser()
    assert browser.post("/accounts/login/", sent).headers["Location"] == "/switch/"
    assert "Switch practice" in browser.get("/me/").content.decode()


def test_the_demo_names_its_people_and_a_real_practice_does_not(cast, settings):
    cast.northbridge.is_demo = True
    cast.northbridge.save()
    assert "ana@example.org" not in Browser().get("/accounts/login/").content.decode()
    settings.MEDEXPRO_DEMO = True
    page = Browser().get("/accounts/login/").content.decode()
    assert "ana@example.org" in page and "dana@example.org" not in page
