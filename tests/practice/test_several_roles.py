"""Several roles add up to what each may, never to whose record: an assistant at the front desk stays an assistant."""

import pytest

from medexpro.clients.models import Client
from medexpro.clients.operations import people
from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import NotFound
from medexpro.practice import permissions
from medexpro.practice.permissions import Permission
from medexpro.practice.roles import Role
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.pages import text_of


def given(member, *roles, sees: str = "all"):
    """Give a member other roles, and the practice a rule on whose clients professionals see."""
    member.practice.professionals_see = sees
    member.practice.save()
    member.roles = [str(role) for role in roles]
    member.save()
    return member


@pytest.mark.parametrize(
    ("roles", "sees", "permission", "scope"),
    [
        ((Role.ASSISTANT,), "all", Permission.RECORD_READ, "assigned"),
        ((Role.ASSISTANT, Role.FRONT_DESK), "all", Permission.RECORD_READ, "assigned"),
        ((Role.ASSISTANT, Role.FRONT_DESK), "all", Permission.CLIENTS_EDIT, "practice"),
        ((Role.ASSISTANT, Role.BILLER), "all", Permission.SESSIONS_LOG, "assigned"),
        ((Role.OWNER, Role.MENTOR), "all", Permission.RECORD_READ, "assigned"),
        ((Role.OWNER, Role.MENTOR), "all", Permission.CLIENTS_ASSIGN, "practice"),
        ((Role.PROFESSIONAL, Role.FRONT_DESK), "own", Permission.HEALTH_EDIT, "assigned"),
        ((Role.PROFESSIONAL, Role.FRONT_DESK), "all", Permission.HEALTH_EDIT, "practice"),
        # Who made the rule and works with clients too is not held to it.
        ((Role.OWNER, Role.PROFESSIONAL), "own", Permission.RECORD_READ, "practice"),
        ((Role.FRONT_DESK,), "own", Permission.CLIENTS_LIST, "practice"),
    ],
)
def test_a_scope_belongs_to_what_is_asked_for(cast, roles, sees, permission, scope):
    assert permissions.scope_of(given(cast.asa, *roles, sees=sees), permission) == scope


def test_an_assistant_at_the_front_desk_books_everyone_and_reads_the_assigned(cast):
    episode = scenario.programmed(cast)
    asa = given(cast.asa, Role.ASSISTANT, Role.FRONT_DESK)
    assert cast.janet in Client.objects.visible_to(asa)
    assert episode not in Episode.objects.visible_to(asa)
    permissions.check(asa, Permission.CLIENTS_EDIT, cast.janet)
    for needed in (Permission.RECORD_READ, Permission.SESSIONS_LOG):
        with pytest.raises(NotFound):
            permissions.check(asa, needed, episode)
    cast.janet.assignments.create(practice=cast.northbridge, member=asa, started_on=TODAY)
    assert episode in Episode.objects.visible_to(asa)


def test_the_chart_shows_them_the_person_and_not_the_record(cast, sign_in, clock):
    episode = scenario.programmed(cast)
    clock("2026-10-13 10:00")
    browser = sign_in(given(cast.asa, Role.ASSISTANT, Role.FRONT_DESK))
    chart = text_of(browser.get(f"/clients/{cast.janet.pk}/"))
    assert "Janet Ellery" in chart and "555-0117" not in chart
    assert "Right knee replacement" not in chart and "Program phase" not in chart
    assert "Right knee replacement" not in text_of(browser.get("/clients/"))
    for address in (
        f"/clients/{cast.janet.pk}/health/",
        f"/sessions/of/{episode.pk}/",
        f"/assessments/episodes/{episode.pk}/",
        f"/trail/clients/{cast.janet.pk}/",
    ):
        assert browser.get(address).status_code == 404, address
    referral = text_of(browser.get(f"/referrals/{episode.referral_id}/"))
    assert "The provider’s words" in referral and "Right knee replacement" not in referral
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    assert "Right knee replacement" in text_of(browser.get(f"/clients/{cast.janet.pk}/"))


def test_an_owner_who_mentors_still_breaks_the_glass(cast, sign_in, clock):
    episode = scenario.programmed(cast)
    clock("2026-10-13 10:00")
    browser = sign_in(given(cast.olga, Role.OWNER, Role.MENTOR))
    chart = browser.get(f"/clients/{cast.janet.pk}/")
    assert "Right knee replacement" not in text_of(chart)
    assert f"/break-glass/{cast.janet.pk}/" in chart.content.decode()
    assert browser.get(f"/programs/{episode.pk}/").status_code == 404


def test_whoever_adds_a_client_at_the_desk_is_not_assigned_to_their_record(cast):
    asa = given(cast.asa, Role.ASSISTANT, Role.FRONT_DESK)
    added = people.quick_add(family_name="Okafor", by=asa, at=MORNING)
    assert not added.assignments.exists()
    ana = given(cast.ana, Role.PROFESSIONAL, Role.FRONT_DESK, sees="own")
    added = people.quick_add(family_name="Lindgren", by=ana, at=MORNING)
    assert added.assignments.filter(member=ana, ended_on=None).exists()
