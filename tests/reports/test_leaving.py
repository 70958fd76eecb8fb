"""A document leaves the house by those who may take it out, to the address that was meant, while it stands."""

import time

import pytest
from django.core import mail

from medexpro.audit.models import Event
from medexpro.audit.trail import EXPORT
from medexpro.practice import breakglass
from medexpro.reports import operations, tasks
from medexpro.reports.models import Delivery
from tests.conftest import TODAY
from tests.reports.reporting import LATER, drafted, signed
from tests.reports.test_writing import mailed


@pytest.mark.parametrize("person", ["rhea", "mia", "olga"])
def test_who_only_reads_sees_the_page_and_takes_nothing_out(cast, sign_in, clock, person):
    clock("2026-12-09 09:00")
    document = signed(cast)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on=TODAY)
    browser = sign_in(cast.members[person])
    if person == "olga":
        look = breakglass.open_record(cast.janet.pk, reason="A complaint to answer", by=cast.olga, at=LATER)
        session = browser.session
        breakglass.keep_in(session, look)
        session.save()
    page = browser.get(f"/reports/{document.pk}/")
    assert page.status_code == 200 and f"/reports/{document.pk}/pdf/" not in page.content.decode()
    assert browser.get(f"/reports/{document.pk}/picture/").status_code == 200
    assert browser.get(f"/reports/{document.pk}/pdf/").status_code == 403


def test_taking_a_page_out_asks_who_it_is_and_is_in_the_trail_each_time(cast, sign_in, clock):
    clock("2026-12-09 09:00")
    address = f"/reports/{signed(cast).pk}/pdf/"
    ana = sign_in(cast.ana)
    for _ in range(2):
        assert ana.get(address).content.startswith(b"%PDF")
    assert Event.objects.filter(kind=EXPORT, client_id=cast.janet.pk).count() == 2
    session = ana.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - 600}]
    session.save()
    asked = ana.get(address)
    assert asked.status_code == 302 and asked["Location"].startswith("/reauthenticate/")
    assert Event.objects.filter(kind=EXPORT).count() == 2


def test_a_letter_in_the_queue_does_not_go_to_an_address_that_was_taken_back(cast, settings):
    delivery = mailed(cast, settings)
    cast.dr_raman.email = "raman@other.example"
    cast.dr_raman.save()
    tasks.mail_document.func(str(delivery.pk))
    assert mail.outbox == []
    assert "address was changed" in Delivery.objects.get().failed_reason


def test_a_letter_in_the_queue_does_not_carry_what_was_replaced_meanwhile(cast, settings):
    delivery = mailed(cast, settings)
    newer = operations.replace(delivery.document, by=cast.ana, at=LATER)
    operations.sign(newer, recently_signed_in=True, by=cast.ana, at=LATER)
    tasks.mail_document.func(str(delivery.pk))
    assert mail.outbox == []
    assert "replaced" in Delivery.objects.get().failed_reason


def test_a_draft_that_was_put_away_is_still_a_page(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = drafted(cast)
    operations.discard(document, by=cast.ana, at=LATER)
    browser = sign_in(cast.ana)
    for part in ("", "picture/", "pdf/"):
        assert browser.get(f"/reports/{document.pk}/{part}").status_code < 500, part
