"""Leads on their way: what is next, becoming a client with the time they picked, sources, letting go; and the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.clients.models import Client
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.marketing import addresses, mailing, operations
from medexpro.marketing.models import CameBy, Lead, LeadCount, Newsletter
from medexpro.marketing.operations import newsletters, pipeline, sequences
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking, Service
from medexpro.today import leads
from medexpro.today.obligations import Look
from tests.conftest import TODAY
from tests.marketing.leads import TUESDAY, asked, later, reader, wall
from tests.pages import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def picked(cast):
    """A lead who picked a time with Ana."""
    scheduling.begin(by=cast.olga, at=TUESDAY)
    service = Service.objects.of(cast.northbridge).exclude(kind="exercise").filter(places=1).first()
    return asked(
        cast, wanted_at=wall("2026-10-15 09:00", cast.northbridge), wanted_service=service, wanted_member=cast.ana,
        interest="joint", answers={"times": "morning"}, campaign="flyer", source_kind=CameBy.CAMPAIGN,
    )  # fmt: skip


def test_one_tap_makes_the_client_the_booking_and_the_reminder_or_none_of_them(cast, picked):
    at = later(hours=1)
    wishes = {
        "given_name": "Ann",
        "family_name": "Miller",
        "book": True,
        "ask_referral": True,
        "by": cast.ben,
        "at": at,
    }
    for _ in range(2):
        became = pipeline.convert(Lead.objects.get(pk=picked.pk), **wishes)
    booking = Booking.objects.get()
    lead = Lead.objects.get()
    assert (booking.client, booking.member, booking.starts_at) == (became.client, cast.ana, picked.wanted_at)
    assert (became.client.email, lead.client, lead.booked_at) == (picked.email, became.client, at)
    assert (lead.next_step, lead.next_on) == (pipeline.REFERRAL_STEP, TODAY + timedelta(days=1))
    # Somebody takes the same hour in the meantime: then nothing is made.
    other = asked(
        cast, "Bob Ray", "bob@example.org", wanted_at=picked.wanted_at, wanted_service=booking.service,
        wanted_member=cast.ana,
    )  # fmt: skip
    clients = Client.objects.count()
    with pytest.raises(scheduling.BookingRefused):
        pipeline.convert(other, **wishes | {"given_name": "Bob", "family_name": "Ray"})
    assert Client.objects.count() == clients and Lead.objects.get(pk=other.pk).client is None
    # Taken back within the day; the client's record stays.
    undone = pipeline.undo(lead, by=cast.ben, at=later(hours=2))
    assert undone.client is None and undone.state == Lead.State.BOOKED and Client.objects.count() == clients
    pipeline.convert(undone, **wishes | {"knowingly": True})
    with pytest.raises(pipeline.PipelineRefused, match="longer ago than a day"):
        pipeline.undo(Lead.objects.get(pk=picked.pk), by=cast.ben, at=later(hours=30))


def test_leads_that_came_to_nothing_go_after_a_year_and_are_counted(cast, picked):
    practice = cast.northbridge
    pipeline.make_campaign(practice, name="Flyer", code="flyer", by=cast.ben, at=TUESDAY)
    gone = asked(cast, "Gone", "gone@example.org", at=TUESDAY - timedelta(days=400))
    asked(
        cast,
        "Planned",
        "planned@example.org",
        at=TUESDAY - timedelta(days=400),
        next_step="Call",
        next_on=TODAY,
    )
    asked(cast, "Talked", "talked@example.org", at=TUESDAY - timedelta(days=400), contacted_at=TUESDAY)
    client = asked(cast, "Client", "client@example.org", at=TUESDAY - timedelta(days=400))
    Lead.objects.filter(pk=client.pk).update(state="client", client=cast.janet)
    operations.move_lead(gone, Lead.State.UNSUBSCRIBED, by=cast.ben, at=TUESDAY - timedelta(days=390))
    before = pipeline.conversion(practice)
    assert pipeline.let_go(at=TUESDAY) == 1
    assert not Lead.objects.filter(pk=gone.pk).exists()
    assert LeadCount.objects.get().source == "Public page"
    assert pipeline.conversion(practice) == before and before[0].said == "too few to say"
    assert {one.source: one.leads for one in before} == {"Public page": 4, "Flyer": 1}
    # The address is left alone for good, until its owner answers an e-mail there.
    assert addresses.why_not(practice, "GONE@example.org") and not addresses.why_not(
        cast.southgate, "gone@example.org"
    )
    addresses.agreed_anew(practice, "gone@example.org")
    assert not addresses.why_not(practice, "gone@example.org")
    pipeline.set_rules(practice, leads_keep_months=60, by=cast.olga, at=TUESDAY)
    with pytest.raises(pipeline.PipelineRefused, match="at least one day"):
        pipeline.set_rules(practice, quiet_days=list(range(7)), by=cast.olga, at=TUESDAY)


def test_who_may(cast, picked):
    for person, act in [
        (cast.dana, lambda by: pipeline.talked(picked, by=by, at=TUESDAY)),
        (cast.bill, lambda by: pipeline.plan_next(picked, step="Call", on=TODAY, by=by, at=TUESDAY)),
        (cast.ben, lambda by: sequences.switch_on(cast.northbridge, "asked", by=by, at=TUESDAY)),
        (cast.ben, lambda by: newsletters.write(cast.northbridge, subject="A", text="B", by=by, at=TUESDAY)),
    ]:
        with pytest.raises((NotAllowed, NotFound)):
            act(person)


def test_what_leads_ask_of_today(cast, picked):
    yesterday, today = TODAY - timedelta(days=1), TODAY
    pipeline.plan_next(picked, step="Call back", on=yesterday, by=cast.ben, at=TUESDAY)
    asked(cast, "New Today", "new@example.org")
    asked(cast, "Spoken With", "spoken@example.org", contacted_at=TUESDAY)
    gone = asked(cast, "Gone Mail", "gone@example.org", contacted_at=TUESDAY)
    mail, _ = mailing.post(
        cast.northbridge, what="other", key="k", to=gone.email, lead=gone, due_at=TUESDAY, at=TUESDAY
    )
    mailing.note_bounced(mail, "5.1.1", at=TUESDAY)
    asked(cast, "Not Confirmed", "not@example.org", confirmed=False)
    found = leads.asking(Look(cast.ben, today), 8)
    assert [(one.who, one.late) for one in found.rows] == [
        ("Ann Miller", True), ("New Today", False), ("Gone Mail", True),
    ]  # fmt: skip
    assert found.rows[0].why.startswith("Call back. Was due") and found.total == 3


def test_a_client_ends_the_newsletter_with_one_click_and_nothing_else(cast, smtp_server, settings, client):
    settings.PUBLIC_URL = "https://northbridge.example.org"
    rita = reader(cast)
    letter = newsletters.write(
        cast.northbridge,
        subject="News",
        text="Hello",
        to_clients=True,
        to_leads=False,
        by=cast.olga,
        at=TUESDAY,
    )
    newsletters.send(letter, by=cast.olga, at=TUESDAY)
    mailing.send_due(now=lambda: TUESDAY)
    [sent] = smtp_server.letters
    stop = sent.message["List-Unsubscribe"].strip(" <>").removeprefix(settings.PUBLIC_URL)
    client.post(stop, {"List-Unsubscribe": "One-Click"})
    assert rita.consents.get(kind="newsletter").withdrawn_at is not None
    assert newsletters.readers(cast.northbridge, to_leads=True, to_clients=True) == []
    # Reminders of appointments are another agreement and go on.
    assert not addresses.why_not(cast.northbridge, rita.email)


def test_the_pages_of_the_pipeline(cast, picked, sign_in, clock, django_assert_max_num_queries):
    clock("2026-10-14 10:00")
    same = asked(cast, "Ann M.", "ANN@example.org", phone="555-0199")
    addresses.note_bounce(cast.northbridge, picked.email, "5.1.1", at=TUESDAY)
    ben = sign_in(cast.ben)
    url = reverse("marketing:lead", args=[picked.pk])
    ben.post(
        reverse("marketing:plan_next", args=[picked.pk]), {"step": "Call <b>Ann</b>", "on": "10/13/2026"}
    )
    with django_assert_max_num_queries(15):
        said = text_of(ben.get(reverse("marketing:leads")))
    assert "Campaign flyer" in said and "Call &lt;b&gt;Ann&lt;/b&gt;" in said and "Mail comes back" in said
    assert "Ann Miller" in text_of(ben.get(reverse("marketing:leads"), {"show": "due"}))
    assert "Ann M." not in text_of(ben.get(reverse("marketing:leads"), {"c": "flyer"}))
    with django_assert_max_num_queries(15):
        said = text_of(ben.get(url))
    for words in ("Knee or hip replacement", "Thu, Oct 15", "comes back. Call and ask", "Ann M.", "Came by"):
        assert words in said
    bad = ben.post(reverse("marketing:plan_next", args=[picked.pk]), {"step": "Call", "on": ""})
    assert "Name the day" in text_of(bad) and 'value="Call"' in bad.content.decode()
    ben.post(reverse("marketing:talked", args=[same.pk]), {"note": "Will come"})
    assert "Will come" in Lead.objects.get(pk=same.pk).notes
    become = reverse("marketing:become_client", args=[picked.pk])
    assert "Book the time they picked: Thu, Oct 15" in text_of(ben.get(become))
    ben.post(become, {"given_name": "Ann", "family_name": "Miller", "book": "on", "ask_referral": "on"})
    assert Booking.objects.get().client == Lead.objects.get(pk=picked.pk).client
    ben.post(reverse("marketing:sources"), {"name": "Flyer at the library"})
    with django_assert_max_num_queries(15):
        said = text_of(ben.get(reverse("marketing:sources")))
    assert "Flyer at the library" in said and "too few to say" in said


def test_the_pages_of_sequences_and_newsletters(cast, picked, sign_in, clock, smtp_server, settings):
    settings.PUBLIC_URL = "https://northbridge.example.org"
    clock("2026-10-14 10:00")
    reader(cast)
    olga = sign_in(cast.olga)
    write = reverse("marketing:edit_sequence", args=["asked"])
    typed = {"days_0": "2", "subject_0": "Hello from us", "text_0": "{hello}\n\nwe cure everything."}
    asked_once = olga.post(write, typed)
    assert "cure" in text_of(asked_once) and sequences.draft_of(cast.northbridge, "asked") is None
    typed["text_0"] = "{hello}\n\nwe lead exercise."
    assert olga.post(write, typed).status_code == 302
    page = reverse("marketing:sequence", args=["asked"])
    said = text_of(olga.get(page))
    assert "ann@example.org" in said and "Thu, Oct 15" in said and "once it is on" in said
    olga.post(reverse("marketing:switch_sequence", args=["asked"]), {"on": "1"})
    assert sequences.in_service(cast.northbridge)["asked"].number == 1
    assert "Hello from us" in text_of(olga.get(page)) and "On" in text_of(
        olga.get(reverse("marketing:sequences"))
    )
    olga.post(
        reverse("marketing:mail_rules"),
        {"quiet_from": "18", "quiet_to": "9", "quiet_days": ["5", "6"], "leads_keep_months": "6"},
    )
    assert "Saturdays, Sundays" in text_of(olga.get(reverse("marketing:sequences")))
    olga.post(
        reverse("marketing:new_newsletter"),
        {"subject": "Autumn", "text": "**Stairs**", "to_leads": "on", "to_clients": "on"},
    )
    letter = Newsletter.objects.get()
    url = reverse("marketing:newsletter", args=[letter.pk])
    assert (
        "2 people have agreed" in text_of(olga.get(url))
        and "<strong>Stairs</strong>" in olga.get(url).content.decode()
    )
    olga.post(reverse("marketing:send_newsletter", args=[letter.pk]), {"version": str(letter.version)})
    assert "0 of 2" in text_of(olga.get(url))
    olga.post(reverse("marketing:halt_newsletter", args=[letter.pk]), {"go_on": "0"})
    assert "Stopped" in text_of(olga.get(reverse("marketing:newsletters")))
    assert olga.get(reverse("marketing:sequence", args=["nothing"])).status_code == 404
