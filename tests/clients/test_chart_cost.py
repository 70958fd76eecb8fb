"""What the chart of a client in service costs with every area's parts on it, early on and after a long history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import scenario


@pytest.fixture(autouse=True)
def today(clock):
    """Every page here is looked at on one morning."""
    clock("2026-10-13 09:30")


def test_the_chart_in_service_stays_inside_its_budget(cast, sign_in):
    scenario.programmed(cast)
    browser, url = sign_in(cast.ana), reverse("clients:show", args=[cast.janet.pk])
    browser.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(url).status_code == 200
    asked = [query["sql"][:60] + query["sql"][query["sql"].find(" FROM ") :][:60] for query in captured]
    assert len(asked) <= 15, "\n".join(asked)
