"""Questions put into SQL once: they answer what is stored now, in any thread, like the queryset they stand for."""

import asyncio
import threading
from datetime import date

import pytest
from django.db import connection
from django.db.models import DateField, Q
from django.test.utils import CaptureQueriesContext

from medexpro.clients import operations
from medexpro.clients.models import Client, Medication
from medexpro.practice.prepared import Given, Prepared
from tests.conftest import MORNING

TODAY, SPRING = date(2026, 10, 13), date(2026, 3, 1)
TAKEN = Prepared[Medication](
    lambda: (
        Medication.objects.filter(
            Q(ended_on=None) | Q(ended_on__gte=Given("day", DateField())), client=Given("client")
        )
        .select_related("client__practice")
        .order_by("words")
    )
)


@pytest.fixture
def medicines(cast):
    """Janet takes two medicines; a third one ended in spring."""
    for words in ("Lisinopril 10 mg", "Metoprolol 50 mg", "Aspirin"):
        operations.record_medication(cast.janet, words=words, source="Client", by=cast.ana, at=MORNING)
    Medication.objects.filter(words="Aspirin").update(ended_on=date(2026, 4, 1))


def taken(client, day=TODAY):
    return [row.words for row in TAKEN(client=client.pk, day=day)]


def test_it_answers_what_is_stored_now(cast, medicines):
    assert taken(cast.janet) == ["Lisinopril 10 mg", "Metoprolol 50 mg"]
    assert taken(cast.janet, SPRING) == ["Aspirin", "Lisinopril 10 mg", "Metoprolol 50 mg"]
    assert taken(cast.stranger) == []
    Medication.objects.filter(words__startswith="Meto").delete()
    assert taken(cast.janet) == ["Lisinopril 10 mg"]


def test_its_rows_are_those_of_the_queryset(cast, medicines):
    row = TAKEN.first(client=cast.janet.pk, day=TODAY)
    same = Medication.objects.get(words="Lisinopril 10 mg")
    assert row == same and (row.updated_at, row.effects) == (same.updated_at, same.effects)
    with CaptureQueriesContext(connection) as captured:
        assert row.client == cast.janet and row.client.practice == cast.northbridge
    assert len(captured) == 0
    assert TAKEN.first(client=cast.stranger.pk, day=TODAY) is None


def test_it_is_one_query_and_put_into_sql_once(cast):
    made = []
    question = Prepared[tuple[str]](
        lambda: made.append(1) or Client.objects.filter(pk=Given("client")).values_list("family_name")
    )
    with CaptureQueriesContext(connection) as captured:
        for _ in range(3):
            assert question(client=cast.janet.pk) == [("Ellery",)]
    assert (len(captured), len(made)) == (3, 1)


def test_a_value_that_is_missing_is_a_fault(cast):
    with pytest.raises(KeyError):
        TAKEN(client=cast.janet.pk)


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_over_its_own_connection(cast, medicines):
    found = {}

    def ask(name, client):
        try:
            for _ in range(20):
                found[name] = taken(client)
        finally:
            connection.close()

    people = {"janet": cast.janet, "stranger": cast.stranger, "again": cast.janet}
    threads = [threading.Thread(target=ask, args=pair) for pair in people.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    both = ["Lisinopril 10 mg", "Metoprolol 50 mg"]
    assert found == {"janet": both, "stranger": [], "again": both}


def test_it_sees_what_its_connection_sees_and_no_more(cast, medicines):
    """In an event loop the same thread has another connection: what this transaction wrote is not there yet."""
    assert len(taken(cast.janet)) == 2

    async def elsewhere():
        try:
            return taken(cast.janet), Medication.objects.count()
        finally:
            connection.close()

    assert asyncio.run(elsewhere()) == ([], 0)
    assert len(taken(cast.janet)) == 2
