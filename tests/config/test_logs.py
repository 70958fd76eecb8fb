"""The log tells what happened and where, never the token of a link nor what stood in a row."""

import io
import logging
import logging.config

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser

from medexpro.practice import links
from medexpro.practice.models import User
from medexpro.scheduling.operations import feeds
from tests.conftest import MORNING


@pytest.fixture
def log():
    """What the product's own handler would have written."""
    line = dict(settings.LOGGING["formatters"]["line"])
    formatter = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(line)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_a_weak_password_typed_at_a_live_link_leaves_no_token(cast, log, clock):
    clock("2026-10-13 10:00")
    token = links.make_password_link(cast.ana, by=cast.olga, at=MORNING)
    assert Browser().post(f"/password/{token}/", {"password": "12345"}).status_code == 422
    assert "/password/" in log.getvalue() and token not in log.getvalue()


def test_nor_does_an_invitation_that_was_refused(cast, log, clock):
    clock("2026-10-13 10:00")
    _, token = links.invite(
        email="lena@example.org", full_name="Lena", roles=["mentor"], by=cast.olga, at=MORNING
    )
    assert Browser().post(f"/join/{token}/", {"full_name": "Lena", "password": "1"}).status_code == 422
    assert Browser().get(f"/join/{token[:-1]}/").status_code == 404
    assert token[:-1] not in log.getvalue()


def test_nor_does_a_calendar_that_is_asked_for_under_a_lost_address(cast, log, clock):
    clock("2026-10-13 10:00")
    token = feeds.make_feed(by=cast.ana, at=MORNING)
    for address in (
        f"/calendar/feed/{token}",
        f"/calendar/feed/{token}.ics/",
        f"/calendar/feed/{token[:-1]}.ics",
    ):
        assert Browser().get(address).status_code == 404
    assert "/calendar/feed/" in log.getvalue() and token[:-1] not in log.getvalue()


def test_a_fault_is_logged_without_the_values_of_the_row(cast, log):
    try:
        with transaction.atomic():
            User.objects.create_user(cast.ana.user.email, "x", full_name="Again")
    except IntegrityError:
        logging.getLogger("medexpro").exception("A row was refused")
    assert "IntegrityError" in log.getvalue()
    assert "ana@example.org" not in log.getvalue(), connection.vendor
