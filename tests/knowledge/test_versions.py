"""Keeping, pinning and approving versions of the reference data."""

import msgspec
import pytest

from medexpro.audit import sealing
from medexpro.audit.models import Event
from medexpro.kernel.reference import Verification
from medexpro.kernel.refusals import NotAllowed
from medexpro.knowledge import operations
from medexpro.knowledge.library import library, marks
from medexpro.knowledge.models import Approval, KnowledgeVersion
from tests.conftest import MORNING

pytestmark = pytest.mark.django_db


def test_after_a_migration_every_entry_in_service_is_kept():
    assert KnowledgeVersion.objects.count() == len(operations.stamped())
    assert operations.sync() == 0


def test_a_pin_is_the_version_in_service_and_reads_back_as_the_record():
    pinned = operations.pin("measure", "tug")

    assert operations.pin("measure", "tug") == pinned
    assert pinned.record == library().measures["tug"]
    assert operations.is_current(pinned)


@pytest.mark.parametrize("kind", ["measure", "norm", "gate", "limit_set", "protocol", "exercise", "wording"])
def test_every_kept_version_reads_back_as_it_was(kind):
    current = operations.stamped()
    for version in KnowledgeVersion.objects.filter(kind=kind):
        assert version.record == current[kind, version.key].entry.record


def test_a_pin_keeps_what_was_not_kept_yet():
    with sealing.lifted():
        KnowledgeVersion.objects.all().delete()

    assert operations.pin("gate", "bp_session_ceiling").version == 1


def test_there_is_no_pin_on_what_is_not_in_service():
    with pytest.raises(operations.UnknownEntry, match="no measure “none_such” in service"):
        operations.pin("measure", "none_such")


def test_a_changed_entry_is_a_version_beside_the_old_one(monkeypatch):
    before = operations.pin("measure", "tug")
    tug = library().measures["tug"]
    newer = msgspec.structs.replace(tug, version=2, name="Timed Up and Go, newer")
    entry = library().entry("measure", "tug")._replace(version=2, record=newer)
    current = operations.stamped()
    changed = current | {("measure", "tug"): operations.Stamped(entry, operations.fingerprint(newer))}
    monkeypatch.setattr(operations, "stamped", lambda: changed)

    after = operations.pin("measure", "tug")

    assert (before.version, after.version) == (1, 2)
    assert before.record == tug
    assert not operations.is_current(before)


def test_every_entry_with_a_working_rule_asks_for_approval(cast):
    waiting = operations.needing_approval(cast.northbridge)

    assert len(waiting) == len(operations.with_house_rules())
    assert all(Verification.HOUSE_RULE in marks(entry.record) for entry in waiting)
    assert {"measure", "gate", "protocol", "exercise"} <= {entry.kind for entry in waiting}


def test_an_approval_names_person_and_time_and_is_in_the_trail(cast):
    operations.approve([("gate", "hr_rest_high"), ("measure", "tug")], by=cast.ana, at=MORNING)

    kept = Approval.objects.of(cast.northbridge).get(version__key="tug")
    assert (kept.approved_by_name, kept.approved_at) == ("Ana Torres", MORNING)
    waiting = {(entry.kind, entry.key) for entry in operations.needing_approval(cast.northbridge)}
    assert not waiting & {("gate", "hr_rest_high"), ("measure", "tug")}
    event = Event.objects.get(kind="knowledge:rules:approve")
    assert event.detail["count"] == 2
    assert set(event.detail["entries"]) == {"gate:hr_rest_high:v1", "measure:tug:v1"}


def test_an_approval_is_the_practices_own(cast):
    operations.approve([("measure", "tug")], by=cast.ana, at=MORNING)

    assert not operations.approved(cast.southgate)


def test_approving_twice_changes_nothing(cast):
    operations.approve([("measure", "tug")], by=cast.ana, at=MORNING)

    assert operations.approve([("measure", "tug")], by=cast.olga, at=MORNING) == []
    assert Approval.objects.get().approved_by_name == "Ana Torres"


def test_a_new_version_asks_for_approval_again(cast, monkeypatch):
    operations.approve([("measure", "tug")], by=cast.ana, at=MORNING)
    newer = msgspec.structs.replace(library().measures["tug"], version=2)
    entry = library().entry("measure", "tug")._replace(version=2, record=newer)
    changed = operations.stamped() | {
        ("measure", "tug"): operations.Stamped(entry, operations.fingerprint(newer))
    }
    monkeypatch.setattr(operations, "stamped", lambda: changed)

    assert ("measure", "tug") in {(e.kind, e.key) for e in operations.needing_approval(cast.northbridge)}


@pytest.mark.parametrize("person", ["asa", "mia", "ben", "bill", "rhea"])
def test_approving_is_for_owners_and_professionals(cast, person):
    with pytest.raises(NotAllowed):
        operations.approve([("measure", "tug")], by=getattr(cast, person), at=MORNING)
    assert not Approval.objects.exists()


def test_an_approval_of_something_unknown_approves_nothing(cast):
    with pytest.raises(operations.UnknownEntry):
        operations.approve([("measure", "tug"), ("measure", "none_such")], by=cast.ana, at=MORNING)
    assert not Approval.objects.exists()


def test_unverified_is_never_in_force_and_a_house_rule_is():
    assert not operations.in_force(Verification.UNVERIFIED)
    assert operations.in_force(Verification.HOUSE_RULE)
