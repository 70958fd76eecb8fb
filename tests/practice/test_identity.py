"""Who is behind a request is read in two questions, and read anew every time."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from medexpro.practice.models import Member
from medexpro.practice.roles import Role

FIND = "/clients/find/?q=ell"


@pytest.fixture
def ana(cast, sign_in):
    return sign_in(cast.ana)


def test_session_person_and_practice_take_two_questions(ana):
    ana.get(FIND)
    with CaptureQueriesContext(connection) as captured:
        assert ana.get(FIND).status_code == 200
    asked = [query["sql"] for query in captured]
    assert len(asked) == 3, asked  # The third finds the clients.


def test_whoever_is_no_longer_a_member_is_out_at_the_next_request(cast, ana):
    assert ana.get(FIND).status_code == 200
    Member.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert ana.get(FIND).status_code == 403


def test_whoever_may_no_longer_sign_in_is_asked_to(cast, ana):
    cast.ana.user.is_active = False
    cast.ana.user.save()
    assert ana.get(FIND).url.startswith("/accounts/login/")


def test_a_new_password_ends_the_other_sessions(cast, ana):
    cast.ana.user.set_password("another horse battery")
    cast.ana.user.save()
    assert ana.get(FIND).url.startswith("/accounts/login/")


def test_an_ended_session_is_nobody(ana):
    ana.session.delete()
    assert ana.get(FIND).url.startswith("/accounts/login/")


def test_a_person_of_two_practices_works_in_the_chosen_one_else_in_the_first(cast, ana):
    second = Member.objects.create(
        practice=cast.southgate, user=cast.ana.user, roles=[Role.PROFESSIONAL.value], credentials="MES"
    )

    def where():
        return ana.get(reverse("today:show")).context["practice"]

    assert where() == cast.northbridge
    for member, practice in ((str(second.pk), cast.southgate), ("nonsense", cast.northbridge)):
        store = ana.session
        store["member"] = member
        store.save()
        assert where() == practice
    assert ana.session["member"] == str(cast.ana.pk)
    Member.objects.filter(pk=cast.ana.pk).update(is_active=False)
    assert where() == cast.southgate
