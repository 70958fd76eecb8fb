"""Every way to read a client's record leaves its line in the trail, or nothing of the reading is left at all."""

import pytest
from django.db import transaction

from medexpro.audit import trail
from medexpro.audit.models import Event, ReadMark
from tests.conftest import MORNING
from tests.reports import reporting


def readings(cast) -> list[str]:
    rows = Event.objects.filter(kind=trail.READ, client_id=cast.janet.pk).order_by("at", "id")
    return [event.detail["page"] for event in rows]


def test_the_picture_of_a_report_is_a_reading(cast, sign_in, clock):
    document = reporting.signed(cast)
    clock("2026-12-09 10:00")
    before = readings(cast)
    assert sign_in(cast.ana).get(f"/reports/{document.pk}/picture/").status_code == 200
    assert readings(cast) == [*before, "report"]


def test_names_offered_by_a_search_field_are_a_list_that_was_read(cast, sign_in, clock):
    clock("2026-10-13 10:00")
    browser = sign_in(cast.ana)
    for typed in ("e", "el", "ell"):
        assert browser.get("/clients/find/", {"q": typed}).json()["found"]
    (event,) = Event.objects.filter(kind=trail.LIST)
    assert event.detail["page"] == "client search" and "ell" not in str(event.detail)


def test_a_reading_whose_line_can_not_be_written_leaves_no_mark(cast, monkeypatch):
    """Else the next reading in these minutes would leave no line either."""

    def full(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(trail, "record", full)
    with pytest.raises(OSError), transaction.atomic():
        trail.record_read(cast.ana, cast.janet, "chart", at=MORNING)
    with pytest.raises(OSError):
        trail.record_read(cast.ana, cast.janet, "health", at=MORNING)
    assert not ReadMark.objects.exists()
