"""Links that are mailed: the queue holds no token, and nobody else's host name gets into a letter."""

import json

import pytest
from django.test import Client as Browser
from django_tasks_db.models import DBTaskResult

from medexpro.practice import links, tasks, tokens
from medexpro.practice.models import Invitation
from tests.conftest import MORNING


@pytest.fixture
def mail(settings):
    """A practice with a mail server and a name of its own; tasks wait in the queue of the database."""
    settings.EMAIL_HOST = "mail.example.org"
    settings.PUBLIC_URL = "https://practice.example.org"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_an_invitation_waits_in_the_queue_without_its_token(cast, sign_in, mail, mailoutbox, clock):
    clock("2026-10-13 10:00")
    sent = {"full_name": "Lena Ortiz", "email": "lena@example.org", "roles": ["assistant"]}
    page = sign_in(cast.olga).post("/members/invite/", sent).content.decode()
    shown = page.partition("/join/")[2].partition("/")[0]
    invitation = Invitation.objects.get()
    assert tokens.hash_of(shown) == invitation.token_hash
    (waiting,) = DBTaskResult.objects.all()
    assert shown not in json.dumps(waiting.args_kwargs)
    tasks.mail_invitation.func(*waiting.args_kwargs["args"])
    (letter,) = mailoutbox
    assert f"https://practice.example.org/join/{shown}/" in letter.body


def test_an_invitation_made_under_another_key_is_not_mailed(cast, settings, mailoutbox):
    invitation, _ = links.invite(
        email="lena@example.org", full_name="L", roles=["mentor"], by=cast.olga, at=MORNING
    )
    settings.SECRET_KEY = "another key"
    tasks.mail_invitation.func(str(invitation.pk), "https://practice.example.org/")
    assert mailoutbox == []


def test_a_forged_host_name_does_not_reach_the_letter(cast, mail, mailoutbox):
    asked = {"email": "ana@example.org"}
    Browser().post("/accounts/forgotten/", asked, headers={"host": "practice.evil.example:8443"})
    (waiting,) = DBTaskResult.objects.all()
    tasks.mail_password_link.func(*waiting.args_kwargs["args"])
    (letter,) = mailoutbox
    assert "https://practice.example.org/password/" in letter.body and "evil" not in letter.body
