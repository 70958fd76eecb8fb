"""Agreements with version and signature; papers and photos on file."""

import io
import zlib
from datetime import date

import pikepdf
import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image

from medexpro.clients import agreements, operations, pdf_pages, uploads
from medexpro.clients.operations.agreements import ConsentRefused
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed
from tests.conftest import MORNING, TODAY
from tests.pages import text_of


def sign(cast, client=None, **fields):
    given = {"kind": "service", "version": 1, "signed_name": "Janet Ellery", "by": cast.ben, "at": MORNING}
    return operations.sign_consent(client or cast.janet, **(given | fields))


def test_texts_have_versions_and_each_signature_keeps_its_hash(cast):
    for kind in agreements.kinds().values():
        assert kind.current(TODAY).paragraphs
    consent = sign(cast, signature="M10 20 L30 40")
    assert consent.text_hash == agreements.kinds()["service"].version(1).hash


def test_signing_twice_is_signing_once_until_it_is_withdrawn(cast):
    first = sign(cast)
    assert sign(cast) == first
    operations.withdraw_consent(first, reason="By letter", by=cast.ben, at=MORNING)
    assert sign(cast) != first
    with pytest.raises(ConsentRefused):
        operations.withdraw_consent(first, reason=" ", by=cast.ben, at=MORNING)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "cookies"}, "kind"),
        ({"version": 99}, "kind"),
        ({"signed_name": " "}, "signed_name"),
        ({"signature": "<script>"}, "signature"),
        ({"signature": "M1 1 " * 20_000}, "signature"),
        ({"signed_as": "neighbour"}, "signed_as"),
    ],
)
def test_what_cannot_be_signed_so(cast, fields, field):
    with pytest.raises(ConsentRefused) as refused:
        sign(cast, **fields)
    assert refused.value.field == field


def test_a_guardian_on_file_signs_for_a_minor(cast):
    ivy = operations.quick_add(
        given_name="Ivy", family_name="Dahl", birth_date=date(2011, 5, 1), by=cast.ben, at=MORNING
    )
    with pytest.raises(ConsentRefused, match="under 18"):
        sign(cast, ivy)
    with pytest.raises(ConsentRefused, match="Add the guardian"):
        sign(cast, ivy, signed_as="guardian")
    operations.add_contact(ivy, name="Joan Dahl", phone="555-0177", is_guardian=True, by=cast.ben, at=MORNING)
    assert sign(cast, ivy, signed_name="Joan Dahl", signed_as="guardian").signed_as == "guardian"


def photo(width=40, height=30, kind="JPEG", **options):
    made = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(made, kind, **options)
    return made.getvalue()


def pdf():
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made)
    return made.getvalue()


def put(cast, content, **fields):
    given = {"file": io.BytesIO(content), "size": len(content), "by": cast.ben, "at": MORNING}
    return operations.add_document(cast.janet, **(given | fields))


def test_a_pdf_is_kept_as_it_is_under_a_random_name(cast):
    content = pdf()
    document = put(cast, content, kind="referral", title="Referral, Dr. Raman")
    assert document.content_type == "application/pdf"
    assert "Raman" not in document.file.name
    assert document.file.open().read() == content


def test_a_photo_is_made_anew_without_where_it_was_taken(cast):
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    document = put(cast, photo(exif=exif), kind="photo")
    kept = document.file.open().read()
    assert b"SecretCamera" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert document.content_type == "image/jpeg"


def test_a_photo_taken_sideways_is_kept_upright(cast):
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = put(cast, photo(40, 30, exif=exif)).file.open()
    assert Image.open(kept).size == (30, 40)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "Only PDF files and photos"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "Only PDF files and photos"),
        (b"%PDF-1.7 cut off", "cut off or damaged"),
        (photo()[:200], "cut off or damaged"),
    ],
)
def test_what_is_no_paper_and_no_photo_is_refused_in_a_sentence(cast, content, part):
    with pytest.raises(uploads.UploadRefused, match=part) as refused:
        put(cast, content)
    assert refused.value.field == "file"
    assert not cast.janet.documents.exists()


def test_a_photo_of_40_mb_is_refused_before_it_is_read(cast):
    size = 40 * 1024 * 1024
    with pytest.raises(uploads.UploadRefused, match="40 MB; 15 MB is the limit"):
        operations.add_document(cast.janet, file=io.BytesIO(b"x"), size=size, by=cast.ben, at=MORNING)
    assert size > settings.UPLOAD_LIMIT_BYTES


def test_a_locked_pdf_says_what_to_do(cast):
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(uploads.UploadRefused, match="locked by a password"):
        put(cast, made.getvalue())


def unfolding(megabytes):
    """Return a small PDF whose list of objects unfolds to so much while a reader opens it."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()
    objects = (
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj",
    )
    begun = b"\n".join((b"%PDF-1.5", *objects, b""))
    head = b"<</Type/XRef/Size 5/W[1 4 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(data)
    return (
        begun
        + b"4 0 obj%bstream\n%b\nendstream endobj\nstartxref\n%d\n" % (head, data, len(begun))
        + b"%%EOF\n"
    )


def test_a_pdf_that_unfolds_without_end_is_refused_outside_of_this_process(cast, monkeypatch):
    monkeypatch.setattr(uploads, "_count", lambda content: pytest.fail("opened in the web process"))
    monkeypatch.setattr(pdf_pages, "MOST_BYTES", 400 * 1024**2)
    content = unfolding(500)
    assert len(content) < 600_000
    with pytest.raises(uploads.UploadRefused, match="too much memory"):
        put(cast, content)
    made = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/XRef" in made.getvalue()
    assert put(cast, made.getvalue()).content_type == "application/pdf"


def test_a_photo_that_goes_over_its_points_without_end_is_refused(cast):
    content = photo(progressive=True)
    scan = content[content.rfind(b"\xff\xda") : -2]
    assert put(cast, content).content_type == "image/jpeg"
    with pytest.raises(uploads.UploadRefused, match="takes too long"):
        put(cast, content[:-2] + scan * 2000 + b"\xff\xd9")


def test_a_double_click_keeps_one_file(cast):
    made_by_page = uuid7()
    assert put(cast, pdf(), id=made_by_page) == put(cast, pdf(), id=made_by_page)
    assert cast.janet.documents.count() == 1


def test_papers_are_added_by_those_who_may(cast):
    with pytest.raises(NotAllowed):
        put(cast, pdf(), by=cast.bill)
    document = put(cast, pdf())
    operations.remove_document(document, by=cast.ana, at=MORNING)
    assert document.removed_at
    operations.restore_document(document, by=cast.ana, at=MORNING)
    assert document.removed_at is None


def test_papers_are_found_by_their_kind(cast, sign_in):
    put(cast, pdf(), kind="referral", title="Order of Dr. Raman")
    put(cast, pdf(), kind="clearance", title="Clearance of Dr. Haddad")
    put(cast, pdf(), kind="clearance", title="Second clearance")
    browser, page = sign_in(cast.ana), reverse("clients:documents", args=[cast.janet.pk])
    everything = text_of(browser.get(page))
    assert "Referral 1" in everything and "Clearance 2" in everything
    only = text_of(browser.get(page, {"kind": "referral"}))
    assert "Order of Dr. Raman" in only and "Second clearance" not in only
    assert "Second clearance" in text_of(browser.get(page, {"kind": "x"}))
