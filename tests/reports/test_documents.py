"""Documents: drafted from the record, signed once, sent by rule, opened by a link."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.clients.operations import agreements
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed
from medexpro.reports import operations, sending, tasks
from medexpro.reports.models import Document
from medexpro.wording.models import LetStand
from tests.pdf.reading import text_of
from tests.reports.reporting import LATER, drafted, signed

CHINESE = "李 Ellery 🎉"


def test_a_progress_report_says_what_changed_and_fits_on_one_page(cast):
    document = signed(cast)
    text = " ".join(text_of(bytes(document.pdf)).split())
    assert "Ellery" in text and "Priya Raman, MD" in text and document.number in text
    assert (
        "no change claimed" in text.lower()
        or "no measurable change" in text.lower()
        or "beyond" in text.lower()
    )
    assert "not measured" in text  # A domain nobody measured says so.
    assert document.sha256 and document.signed_name == "Ana Torres, MES"


def test_a_signed_document_never_changes(cast):
    document = signed(cast)
    before = bytes(document.pdf)
    with pytest.raises(operations.DocumentRefused):
        operations.write(document, {"next": "Something else"}, by=cast.ana, at=LATER)
    with pytest.raises(operations.DocumentRefused):
        operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    cast.janet.family_name = "Changed"
    cast.janet.save()
    document.refresh_from_db()
    assert bytes(document.pdf) == before


def test_signing_needs_a_recent_sign_in(cast):
    with pytest.raises(operations.SignInNeeded):
        operations.sign(drafted(cast), recently_signed_in=False, by=cast.ana, at=LATER)


def test_an_assistant_and_the_front_desk_sign_nothing(cast):
    document = drafted(cast)
    for person in (cast.asa, cast.ben, cast.rhea):
        with pytest.raises(NotAllowed):
            operations.sign(document, recently_signed_in=True, by=person, at=LATER)


def test_words_out_of_scope_are_asked_about_once_and_never_changed(cast, sign_in):
    document = drafted(cast)
    document = operations.write(document, {"next": "More gait therapy next month."}, by=cast.ana, at=LATER)
    with pytest.raises(operations.WordingLeft, match="therapy"):
        operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    kept = operations.sign(
        document,
        recently_signed_in=True,
        accept_wording=True,
        wording_reason="Her own words",
        by=cast.ana,
        at=LATER,
    )
    stood = LetStand.objects.about(kept).get()
    assert (stood.found, stood.reason, stood.by) == ("gait therapy", "Her own words", cast.ana)
    shown = sign_in(cast.ana).get(reverse("reports:show", args=[kept.pk])).content.decode()
    assert "Words let stand" in shown and "Her own words" in shown
    assert "gait therapy" in " ".join(text_of(bytes(kept.pdf)).split())


def test_another_professions_name_may_stand(cast):
    document = operations.write(
        drafted(cast), {"next": "After physical therapy ended."}, by=cast.ana, at=LATER
    )
    assert operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER).state == "signed"


def test_a_name_no_font_has_prints_as_a_marked_box(cast, sign_in):
    cast.janet.family_name = CHINESE
    cast.janet.save()
    document = drafted(cast)
    page = sign_in(cast.ana).get(reverse("reports:show", args=[document.pk]))
    assert "李" in page.content.decode() and page.status_code == 200
    assert operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER).pdf


def test_e_mail_leaves_only_by_the_rule(cast):
    document = signed(cast)
    with pytest.raises(sending.SendingRefused, match="no e-mail address"):
        sending.send(document, "email", by=cast.ana, at=LATER)
    cast.dr_raman.email, cast.dr_raman.email_is_secure = "raman@example.org", True
    cast.dr_raman.save()
    document = operations.rows_of(cast.ana).get(pk=document.pk)
    with pytest.raises(sending.SendingRefused, match="TLS"):
        sending.send(document, "email", by=cast.ana, at=LATER)


def test_e_mail_needs_the_clients_release(cast, settings):
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "localhost", True
    cast.dr_raman.email, cast.dr_raman.email_is_secure = "raman@example.org", True
    cast.dr_raman.save()
    document = operations.rows_of(cast.ana).get(pk=signed(cast).pk)
    assert "release" in sending.why_not_by_mail(document)
    agreements.sign_consent(
        cast.janet, kind="release_to_provider", version=1, signed_name="Janet Ellery", by=cast.ben, at=LATER
    )
    assert sending.why_not_by_mail(document) == ""


def test_a_link_is_mailed_to_any_address_and_its_mail_says_nothing_of_the_client(
    cast, client, clock, smtp_server
):
    clock("2026-12-09 10:00")
    document = signed(cast)
    with pytest.raises(sending.SendingRefused, match="no e-mail address"):
        sending.send(document, "link", base_url="https://practice.example/", by=cast.ana, at=LATER)
    cast.dr_raman.email = "raman@example.org"
    cast.dr_raman.save()
    document = operations.rows_of(cast.ana).get(pk=document.pk)
    sent = sending.send(document, "link", base_url="https://practice.example/", by=cast.ana, at=LATER)
    assert (sent.token, Document.objects.get().state) == ("", "signed")

    for _ in range(2):
        tasks.mail_link.func(str(sent.delivery.pk), "https://practice.example/")
    [letter] = smtp_server.letters
    assert letter.to == ("raman@example.org",) and Document.objects.get().state == "sent"
    assert not list(letter.message.iter_attachments())
    assert "Ellery" not in letter.text + letter.message["Subject"] and "Janet" not in letter.text
    [path] = re.findall(r"https://practice\.example(/d/\S+)", letter.text)
    assert "Janet Ellery" in client.get(path).content.decode()
    client.post(f"{path}read/")
    assert Document.objects.get().state == "acknowledged"
    sending.revoke(sent.delivery, by=cast.ana, at=LATER)
    assert client.get(path).status_code == 410


def test_a_link_opens_is_kept_in_the_trail_and_can_be_ended(cast, client, clock):
    clock("2026-12-09 10:00")
    sent = sending.send(signed(cast), "link", by=cast.ana, at=LATER)
    address = reverse("portal:document", args=[sent.token])
    page = client.get(address)
    assert page.status_code == 200 and "Progress report" in page.content.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer" and "noindex" in page.headers["X-Robots-Tag"]
    assert client.get(reverse("portal:pdf", args=[sent.token])).content.startswith(b"%PDF")
    client.post(reverse("portal:acknowledge", args=[sent.token]))
    assert Document.objects.get().state == "acknowledged"
    sending.revoke(sent.delivery, by=cast.ana, at=LATER)
    assert client.get(address).status_code == 410
    assert client.get(reverse("portal:document", args=["made-up"])).status_code == 404


def test_a_form_sent_twice_sends_once(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    report = signed(cast)
    browser, address = sign_in(cast.ana), reverse("reports:send", args=[report.pk])
    typed = {"channel": "link", "days": "14", "new_id": str(uuid7())}
    assert "shown once" in browser.post(address, typed).content.decode()
    assert browser.post(address, typed)["Location"] == reverse("reports:show", args=[report.pk])
    assert report.deliveries.count() == 1
    browser.post(address, typed | {"new_id": str(uuid7())})
    assert report.deliveries.count() == 2


def test_a_link_ends_by_itself(cast):
    sent = sending.send(signed(cast), "link", days=2, by=cast.ana, at=LATER)
    assert sending.find_link(sent.token, at=LATER + timedelta(days=1))
    with pytest.raises(sending.LinkOver, match="expired"):
        sending.find_link(sent.token, at=LATER + timedelta(days=2))


def test_the_front_desk_sees_states_and_opens_nothing(cast, sign_in):
    document = signed(cast)
    ben = sign_in(cast.ben)
    listed = ben.get(reverse("reports:index")).content.decode()
    assert document.number in listed and reverse("reports:show", args=[document.pk]) not in listed
    assert ben.get(reverse("reports:show", args=[document.pk])).status_code == 403
    assert ben.get(reverse("reports:pdf", args=[document.pk])).status_code == 403


def test_two_people_writing_one_report_see_both(cast, sign_in):
    document = drafted(cast)
    ana = sign_in(cast.ana)
    address = reverse("reports:write", args=[document.pk])
    first = {
        "version": document.version,
        "lead": "From the tablet.",
        "program": "p",
        "next": "n",
        "precautions": "",
        "ask": "",
    }
    assert ana.post(address, first).status_code == 302
    page = ana.post(address, first | {"lead": "From the laptop."})
    assert page.status_code == 422
    assert "From the laptop." in page.content.decode() and "From the tablet." in page.content.decode()


def test_pages_of_a_document_ask_few_queries(cast, sign_in, django_assert_max_num_queries):
    document = signed(cast)
    ana = sign_in(cast.ana)
    ana.get(reverse("reports:show", args=[document.pk]))
    with django_assert_max_num_queries(15):
        assert ana.get(reverse("reports:show", args=[document.pk])).status_code == 200
