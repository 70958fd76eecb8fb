"""The link a provider holds: one document, until a day, and no trace of the address in any log."""

import logging
from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.practice import outside
from medexpro.reports import operations, sending
from medexpro.reports.models import Document
from tests.reports.reporting import LATER, signed


@pytest.fixture
def sent(cast, clock):
    """Ana has made a link on the day of the report."""
    clock("2026-12-09 10:00")
    return sending.send(signed(cast), "link", by=cast.ana, at=LATER)


def address(sent, name: str = "document") -> str:
    return reverse(f"portal:{name}", args=[sent.token])


def test_only_the_hash_of_the_token_is_kept(sent):
    assert sent.token and sent.token not in str(sent.delivery.__dict__)
    assert sent.delivery.expires_at == LATER + timedelta(days=14)


def test_opening_is_in_the_trail_without_the_address(sent, client):
    client.get(address(sent))
    client.get(address(sent, "pdf"))
    events = Event.objects.filter(kind="reports:delivery:open")
    assert [event.detail["what"] for event in events.order_by("at", "id")] == ["page", "pdf"]
    assert all(event.member_id is None and sent.token not in str(event.detail) for event in events)


@pytest.mark.parametrize("method", ["get", "post", "put"])
@pytest.mark.parametrize("name", ["document", "pdf", "acknowledge"])
def test_no_log_ever_holds_the_token(sent, client, caplog, cast, method, name):
    sending.revoke(sent.delivery, by=cast.ana, at=LATER)
    client.handler.enforce_csrf_checks = True
    with caplog.at_level(logging.DEBUG):
        getattr(client, method)(address(sent, name))
    assert sent.token not in caplog.text


def test_reading_is_acknowledged_by_the_button_only(sent, client):
    client.get(address(sent, "acknowledge"))
    assert Document.objects.get().state == "sent"
    for _ in range(2):
        assert client.post(address(sent, "acknowledge")).status_code == 302
    assert Document.objects.get().state == "acknowledged"
    assert Event.objects.filter(kind="reports:delivery:acknowledge").count() == 1
    assert "Read, thank you" in client.get(address(sent)).content.decode()


def test_a_replaced_document_is_no_longer_shown(sent, client, cast):
    document = operations.rows_of(cast.ana).get()
    newer = operations.replace(document, by=cast.ana, at=LATER)
    assert client.get(address(sent)).status_code == 200  # Until the new one is signed, the old one stands.
    operations.sign(newer, recently_signed_in=True, by=cast.ana, at=LATER)
    page = client.get(address(sent))
    assert page.status_code == 410 and "replaced by a newer one" in page.content.decode()


def test_an_expired_link_says_so_with_the_practices_number(sent, client, clock):
    clock("2026-12-24 10:00")
    page = client.get(address(sent))
    assert page.status_code == 410
    assert "has expired" in page.content.decode() and "555-0142" in page.content.decode()
    assert b"%PDF" not in client.get(address(sent, "pdf")).content


def test_a_script_is_slowed_down(sent, client, monkeypatch):
    monkeypatch.setattr(outside, "TRIES_A_MINUTE", 3)
    answers = [client.get(reverse("portal:document", args=["forged"])).status_code for _ in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    assert client.get(address(sent)).status_code == 429


def test_the_page_asks_few_queries_and_shows_no_other_client(sent, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        page = client.get(address(sent))
    assert "Janet Ellery" in page.content.decode() and "Progress report" in page.content.decode()
