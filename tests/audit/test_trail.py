"""The trail keeps who did what, folds repeated reads, and shows any tampering."""

import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from medexpro.audit import chain, kinds, sealing, trail
from medexpro.audit.models import Event
from tests.conftest import MORNING

TRIED = kinds.declare("tests:thing:tried", "Tried a thing")


def test_a_read_is_one_event_in_15_minutes(cast):
    for minutes in (0, 5, 14, 15, 40):
        trail.record_read(cast.ana, cast.janet, "chart", at=MORNING + timedelta(minutes=minutes))
    assert Event.objects.filter(kind=trail.READ).count() == 3


def test_reads_by_two_people_are_two_events(cast):
    trail.record_read(cast.ana, cast.janet, "chart", at=MORNING)
    trail.record_read(cast.mia, cast.janet, "chart", at=MORNING)
    assert set(Event.objects.values_list("member_name", flat=True)) == {"Ana Torres", "Mia Lindqvist"}


def test_an_undeclared_event_is_a_fault(cast):
    with pytest.raises(ValueError):
        trail.record("nobody:declared:this", cast.janet, by=cast.ana, at=MORNING)


def sealed_trail(cast, count=5):
    for number in range(count):
        trail.record(TRIED, cast.janet, by=cast.ana, at=MORNING, number=number)
    chain.seal(cast.northbridge.pk)
    return chain.verify(cast.northbridge.pk)


def test_a_whole_trail_verifies_with_its_unsealed_tail(cast):
    assert sealed_trail(cast).whole
    trail.record(TRIED, cast.janet, by=cast.ana, at=MORNING)
    verdict = chain.verify(cast.northbridge.pk)
    assert (verdict.whole, verdict.sealed, verdict.unsealed) == (True, 5, 1)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda: Event.objects.filter(position=3).update(member_name="Someone Else"),
        lambda: Event.objects.filter(position=3).delete(),
        lambda: Event.objects.filter(position=3).update(detail={"number": 99}),
    ],
)
def test_the_first_break_is_named(cast, tamper):
    sealed_trail(cast)
    with sealing.lifted():
        tamper()
    verdict = chain.verify(cast.northbridge.pk)
    assert not verdict.whole and verdict.break_at == 3


def test_sealing_twice_adds_nothing(cast):
    head = sealed_trail(cast).head
    assert chain.seal(cast.northbridge.pk) == 0
    assert chain.verify(cast.northbridge.pk).head == head


@pytest.mark.django_db(transaction=True)
def test_two_who_seal_at_once_take_turns(cast):
    """The worker seals by the clock, a backup before it reads: the second finds what the first has left."""
    for number in range(5):
        trail.record(TRIED, cast.janet, by=cast.ana, at=MORNING, number=number)
    sealing, failures = threading.Event(), []

    def first() -> None:
        with transaction.atomic():
            chain.seal(cast.northbridge.pk)
            sealing.set()
            time.sleep(0.5)

    def second() -> None:
        assert sealing.wait(20)
        # Written by a slower request whose number is older: it would stand before those just being sealed.
        Event.objects.create(id=UUID(int=1), practice_id=cast.northbridge.pk, kind=TRIED, at=MORNING)
        chain.seal(cast.northbridge.pk)

    def at_work(sealer) -> None:
        try:
            sealer()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=at_work, args=(one,)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    verdict = chain.verify(cast.northbridge.pk)
    assert (verdict.whole, verdict.sealed, verdict.unsealed) == (True, 6, 0)
