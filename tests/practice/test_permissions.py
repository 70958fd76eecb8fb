"""Who may do what, to whose record."""

import pytest

from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.practice import permissions
from medexpro.practice.roles import ROLE_PERMISSIONS, Permission, Role


@pytest.mark.parametrize("person", ["olga", "ben", "bill", "mia", "rhea", "asa"])
def test_clearing_is_for_professionals_only(cast, person):
    with pytest.raises(NotAllowed):
        permissions.check(cast.members[person], Permission.CLEARANCE_DECIDE, cast.janet)


def test_another_practices_client_does_not_exist_for_us(cast):
    with pytest.raises(NotFound):
        permissions.check(cast.ana, Permission.CLEARANCE_DECIDE, cast.stranger)


def test_an_assistant_knows_only_assigned_clients(cast):
    with pytest.raises(NotFound):
        permissions.check(cast.asa, Permission.SESSIONS_LOG, cast.janet)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on="2026-08-01")
    permissions.check(cast.asa, Permission.SESSIONS_LOG, cast.janet)


def test_a_mentor_sees_the_clients_of_mentees(cast):
    with pytest.raises(NotFound):
        permissions.check(cast.mia, Permission.RECORD_READ, cast.janet)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on="2026-08-01")
    permissions.check(cast.mia, Permission.RECORD_READ, cast.janet)


def test_a_member_who_left_may_nothing(cast):
    cast.ana.is_active = False
    with pytest.raises(NotAllowed):
        permissions.check(cast.ana, Permission.RECORD_READ, cast.janet)


def test_owner_front_desk_and_biller_stay_out_of_the_clinical_record():
    for role in (Role.OWNER, Role.FRONT_DESK, Role.BILLER):
        assert Permission.RECORD_READ not in ROLE_PERMISSIONS[role]
        assert Permission.HEALTH_READ not in ROLE_PERMISSIONS[role]


def test_read_only_never_takes_data_out_or_changes_it():
    words = {permission.value.split(":")[1] for permission in ROLE_PERMISSIONS[Role.READ_ONLY]}
    assert words <= {"list", "read", "status"}


def test_every_role_has_its_row():
    assert set(ROLE_PERMISSIONS) == set(Role)
