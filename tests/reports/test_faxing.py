"""A fax leaves behind a cover sheet that names no client, by the gateway or by hand, and what went out is kept as it went."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from PIL import Image

from medexpro.pdf import engine, fax
from medexpro.practice.paper import letterhead_of
from medexpro.reports import copies, operations, printing, replies, sending, tasks
from medexpro.reports.layouts import FAX_COVER
from medexpro.reports.models import Delivery, Document, PrintBatch, SentCopy
from medexpro.reports.rules.fax import is_due_again, normalised
from tests.pdf import reading
from tests.reports.reporting import LATER, drafted, printed, signed

NUMBER, MAILBOX = "(216) 555-0117", "12165550117@fax.example"


@pytest.fixture
def document(cast, clock, settings):
    """A signed report to Dr. Raman, whose practice has a gateway."""
    clock("2026-12-09 10:00")
    settings.MEDEXPRO_DEMO = True  # The test's server speaks no TLS; the demo's mail counts as safe.
    settings.FAX_GATEWAY, settings.FAX_SENDER = "fax.example", "fax@northbridge.example"
    cast.dr_raman.fax = NUMBER
    cast.dr_raman.save()
    return operations.rows_of(cast.ana).get(pk=signed(cast).pk)


def sent(document, cast, **more):
    return sending.send(document, "fax", by=cast.ana, at=LATER, **more).delivery


def work(delivery) -> Delivery:
    tasks.fax_document.func(str(delivery.pk))
    return Delivery.objects.get(pk=delivery.pk)


def state(document) -> str:
    return Document.objects.get(pk=document.pk).state


@pytest.mark.parametrize(
    "typed", ["", "12", "555-0117", "216 555 0117 x4", "call Nina", "+1 216 055 0117", "216\n555\n0117@x"]
)
def test_what_is_no_number_is_never_dialled(typed):
    assert normalised(typed) == ""


def test_the_fax_is_cover_and_signed_page_and_is_kept_as_it_went(document, cast, smtp_server):
    delivery = work(sent(document, cast))
    [letter] = smtp_server.letters
    assert letter.to == (MAILBOX,) and letter.sender == "fax@northbridge.example"
    [attached] = list(letter.message.iter_attachments())
    data = attached.get_payload(decode=True)
    copy = SentCopy.objects.get()
    assert data == bytes(copy.pdf) and hashlib.sha256(data).hexdigest() == copy.sha256
    with pikepdf.open(BytesIO(data)) as pages:
        assert len(pages.pages) == copy.pages == 2
        assert "Ellery" not in str(pages.docinfo) + str(letter.message["Subject"]) + attached.get_filename()
    assert "Ellery" not in str(copy.cover) and "Janet" not in str(copy.cover)
    assert (
        hashlib.sha256(copies.signed_bytes(document)).hexdigest() == document.sha256
    )  # The signed page is as it was.
    assert (state(document), delivery.failed_reason) == ("sent", "")
    work(delivery)
    assert len(smtp_server.letters) == 1
    replies.record_reply(delivery, "faxed", by=cast.ana, at=LATER)
    assert state(document) == "received"


def test_the_cover_says_what_a_stranger_must_know_and_is_read_after_the_fax(document, cast):
    copy = copies.faxed(document, NUMBER, sender="Ana Torres, MES", at=LATER)
    said = reading.text_of(copy.pdf)
    for words in ("Priya Raman, MD", NUMBER, "Ana Torres, MES", "2, with this one", "Confidential health information",
                  "reach you by mistake? Please call 555-0142", "we stop and refer back"):  # fmt: skip
        assert words in said, words
    [page] = engine.preview(FAX_COVER, copy.cover, letterhead_of(document.practice), ppi=fax.ACROSS)
    faxed = Image.open(BytesIO(fax.fax_proof(page)))
    assert faxed.mode == "1" and 0.01 < faxed.convert("L").histogram()[0] / (faxed.width * faxed.height) < 0.1


def test_the_signed_page_behind_the_cover_is_drawn_as_it_was_signed(document):
    copy = copies.faxed(document, NUMBER, sender="Ana Torres, MES", at=LATER)
    with (
        pikepdf.open(BytesIO(copy.pdf)) as whole,
        pikepdf.open(BytesIO(copies.signed_bytes(document))) as signed_pdf,
    ):
        behind, page = whole.pages[1], signed_pdf.pages[0]
        drawn = [pikepdf.unparse_content_stream(pikepdf.parse_content_stream(one)) for one in (behind, page)]
        assert drawn[0] == drawn[1] and (behind.rotation, behind.mediabox) == (page.rotation, page.mediabox)


def test_what_may_pass_is_tried_again_and_what_may_not_stands_on_today(
    document, cast, smtp_server, clock, sign_in
):
    smtp_server.defer(MAILBOX)
    delivery = work(sent(document, cast))
    assert (delivery.failed_for_good, delivery.tries, state(document)) == (False, 1, "signed")
    assert not is_due_again(tries=1, sent_at=LATER, at=LATER + timedelta(minutes=4))
    today = sign_in(cast.ana).get(reverse("today:show")).content.decode()
    assert "It did not leave: The fax gateway asked to try this number later" in today
    smtp_server.accept(MAILBOX)
    clock("2026-12-09 14:00")
    assert tasks.fax_again.func() == 1
    delivery = work(delivery)
    assert delivery.delivered_at and state(document) == "sent"
    smtp_server.refuse(MAILBOX)
    second = work(sent(document, cast))
    assert second.failed_for_good and "does not take this number" in second.failed_reason
    assert "Did not leave" in sign_in(cast.ana).get(reverse("today:show")).content.decode()
    clock("2026-12-10 14:00")
    assert tasks.fax_again.func() == 0


@pytest.mark.parametrize("where", ["data", "after_data"])
def test_a_connection_that_broke_off_is_left_to_a_person(document, cast, smtp_server, where):
    smtp_server.hang_up_at = where
    delivery = work(sent(document, cast))
    assert delivery.failed_for_good or delivery.delivered_at
    assert tasks.fax_again.func() == 0


def test_without_tls_no_gateway_gets_a_page(document, cast, settings, smtp_server):
    settings.MEDEXPRO_DEMO = False
    with pytest.raises(sending.SendingRefused, match="TLS"):
        sent(document, cast)
    assert not smtp_server.letters and not Delivery.objects.exists()
    # By hand it goes all the same, at once.
    assert sent(document, cast, by_hand=True).gateway == "" and state(document) == "sent"


def test_a_fax_in_the_queue_does_not_carry_what_was_replaced_meanwhile(document, cast, smtp_server):
    delivery = sent(document, cast)
    newer = operations.replace(document, by=cast.ana, at=LATER)
    operations.sign(newer, recently_signed_in=True, by=cast.ana, at=LATER)
    assert "replaced" in work(delivery).failed_reason and not smtp_server.letters


def test_a_batch_goes_out_behind_covers_and_one_that_stayed_in_the_tray_is_taken_back(
    document, cast, sign_in
):
    batch = printed(cast, document)
    assert state(document) == "signed"  # Printed is not sent.
    ana = sign_in(cast.ana)
    assert ana.get(reverse("reports:print_pdf", args=[batch.pk])).content == bytes(batch.pdf)
    for _ in range(2):
        ana.post(reverse("reports:print_went_out", args=[batch.pk]))
    delivery = Delivery.objects.get()
    assert (delivery.gateway, delivery.to, state(document)) == ("", NUMBER, "sent")
    assert reading.text_of(bytes(SentCopy.objects.get().pdf)) == reading.text_of(bytes(batch.pdf))
    shown = ana.get(reverse("reports:print_batch", args=[batch.pk])).content.decode()
    assert "Undo" in shown and "Janet Ellery" in shown
    ana.post(reverse("reports:undo", args=[delivery.pk]), {"batch": str(batch.pk)})
    assert state(document) == "signed" and [one.document.pk for one in printing.waiting(cast.ana)] == [
        document.pk
    ]
    with pytest.raises(replies.ReplyRefused):
        replies.record_reply(Delivery.objects.get(), "faxed", by=cast.ana, at=LATER)
    assert sign_in(cast.ben).get(reverse("reports:print_waiting")).status_code == 403


def test_what_came_back_is_not_taken_back(document, cast):
    delivery = sent(document, cast, by_hand=True)
    replies.record_reply(delivery, "faxed", by=cast.ana, at=LATER)
    with pytest.raises(sending.SendingRefused, match="came back"):
        sending.undo(delivery, by=cast.ana, at=LATER)


def test_nothing_ticked_prints_nothing_and_old_batches_go_while_copies_stay(document, cast, sign_in):
    page = sign_in(cast.ana).post(reverse("reports:print_waiting"), {"document": ["nonsense", ""]})
    assert page.status_code == 422 and "Tick what to fax or post first" in page.content.decode()
    batch = printed(cast, document)
    printing.went_out(batch, by=cast.ana, at=LATER)
    assert printing.clear_old(at=LATER + timedelta(days=31)) == 1
    assert not PrintBatch.objects.exists() and SentCopy.objects.count() == 1


def test_the_scope_is_frozen_with_the_signature(cast, clock):
    from medexpro.positioning.models import Profile

    clock("2026-12-09 10:00")
    draft = drafted(cast)
    Profile.objects.create(
        practice=cast.northbridge, own_texts={"scope": {"text": "We lead exercise and name no cause."}}
    )
    document = operations.sign(draft, recently_signed_in=True, by=cast.ana, at=LATER)
    Profile.objects.update(own_texts={})
    kept = Document.objects.get(pk=document.pk)
    assert kept.snapshot["scope"] == "We lead exercise and name no cause."
    assert "We lead exercise and name no cause." in reading.text_of(bytes(kept.pdf))


def test_the_first_letter_says_what_the_practice_does_once(cast):
    from medexpro.positioning.voice import voice_of

    letter = operations.sign(
        drafted(cast, "introductory_letter"), recently_signed_in=True, by=cast.ana, at=LATER
    )
    page = " ".join(reading.text_of(bytes(letter.pdf)).split())
    assert "Who we are and what we do" in page
    assert page.count(voice_of(cast.northbridge).scope_statement) == 1
