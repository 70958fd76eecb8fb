"""One client's whole record for somebody: asked for with a reason, made in the background, taken out by who may."""

import json
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.audit.trail import EXPORT
from medexpro.config import tasks
from medexpro.config.takeout import single
from medexpro.kernel import clock as real_clock
from medexpro.record import operations
from medexpro.record.models import Disclosure
from medexpro.record.operations import DisclosureRefused
from tests.conftest import MORNING, TODAY
from tests.house.objects import World
from tests.pages import form_of, text_of
from tests.pdf import reading

WHY = {"recipient": "Janet Ellery herself", "reason": "She asked for a copy in writing"}


@pytest.fixture
def world(cast, clock):
    """Janet's record with a signed report, a paper on file, a medicine and a message; and a second client."""
    clock("2026-12-20 10:00")
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on=TODAY)
    world = World(cast)
    world.episode = world.report.episode  # One client, one episode.
    for part in (
        "home_sheet",
        "report",
        "document",
        "contact",
        "consent",
        "medication",
        "session",
        "booking",
    ):
        getattr(world, part)
    operations.write_message(cast.janet, text="Between us only", to=[cast.ben], by=cast.ana, at=MORNING)
    return world


def made(world, **more):
    """Ask for Janet's record and make it; return the disclosure and what the ZIP holds."""
    asked = operations.ask_for_record(
        world.cast.janet, **(WHY | more), by=world.cast.ana, at=real_clock.now()
    )
    tasks.make_record.func(str(asked.pk))
    asked.refresh_from_db()
    with zipfile.ZipFile(single.path_of(asked, "zip")) as packed:
        return asked, {name: packed.read(name) for name in packed.namelist()}


def test_everything_of_one_client_is_in_it_and_nothing_of_another(world):
    asked, files = made(world)
    assert asked.failed == "" and asked.size > 1000 and len(asked.sha256) == 64
    assert {
        "README.txt",
        "record.pdf",
        "record/record.json",
        "tables/medications.csv",
        "tables/sessions.csv",
    } <= set(files)
    record = json.loads(files["record/record.json"])
    assert record["clients"]["family_name"] == "Ellery" and record["medications"][0]["words"] == "Metoprolol"
    assert sum(name.startswith("record/") and name.endswith(".pdf") for name in files) == 3
    assert any(world.report.number in name for name in files)
    whole = b"".join(files.values())
    assert b"Between us only" not in whole and b"Stranger" not in whole and b"password" not in whole
    assert "for Janet Ellery herself" in files["README.txt"].decode()


def test_messages_go_along_only_where_it_is_asked_for(world):
    _, files = made(world, with_messages=True)
    assert b"Between us only" in files["record/record.json"]
    assert "Between us only" in reading.text_of(files["record.pdf"])


def test_the_pdf_reads_as_a_record(world):
    asked, files = made(world)
    pdf = files["record.pdf"]
    assert single.path_of(asked, "pdf").read_bytes() == pdf
    said = reading.text_of(pdf)
    for words in (
        "Record of Janet Ellery", "Janet Ellery herself: She asked for a copy in writing", "Made by Ana Torres", "Mar 4, 1958",
        "Metoprolol", "Right knee replacement", "Timed Up and Go", "Priya Raman", "Clearance decisions", "page 1 of",
    ):  # fmt: skip
        assert words in said, (words, said[:3000])
    assert "None" not in said and "Between us only" not in said and "[{" not in said and "pbkdf2" not in said
    roles = [tag.role for tag in reading.tags_of(pdf).all()]
    assert "H1" in roles and roles.count("H2") > 8
    claims = reading.claims_of(pdf)
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")
    _, outside = reading.marks_of(pdf)
    assert outside == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"recipient": " "}, "recipient"), ({"reason": ""}, "reason"), ({"reason": "x" * 241}, "reason")],
)
def test_nobody_gets_it_without_a_name_and_a_reason(world, wrong, field):
    with pytest.raises(DisclosureRefused) as refused:
        made(world, **wrong)
    assert refused.value.field == field and not Disclosure.objects.exists()


def test_in_the_browser_from_asking_to_the_trail(world, sign_in):
    cast, page = world.cast, reverse("takeout:client", args=[world.cast.janet.pk])
    browser = sign_in(cast.ana)
    given = form_of(browser.get(page)) | WHY
    assert browser.post(page, given)["Location"] == page
    browser.post(page, given)  # A double click.
    asked = Disclosure.objects.get()
    part = browser.get(page, headers={"HX-Request": "true"})
    assert "Being made" in text_of(part) and "every 2s" in part.content.decode()
    file = {form: reverse("takeout:record_file", args=[asked.pk, form]) for form in ("zip", "pdf", "exe")}
    assert browser.get(file["zip"])["Location"] == page  # Not there yet.
    tasks.make_record.func(str(asked.pk))
    assert "Ready" in text_of(browser.get(page))
    for form, begins in (("zip", b"PK"), ("pdf", b"%PDF")):
        answer = browser.get(file[form])
        assert b"".join(answer.streaming_content).startswith(begins)
        assert "attachment" in answer["Content-Disposition"] and "Ellery" not in answer["Content-Disposition"]
    assert browser.get(file["exe"]).status_code == 404
    out = Event.objects.filter(kind=EXPORT, client_id=cast.janet.pk).order_by("id")
    assert [event.detail["form"] for event in out] == ["zip", "pdf"]
    assert "asked for a copy" not in str([event.detail for event in Event.objects.all()])
    assert "Downloaded Dec 20, 2026" in text_of(browser.get(page))
    timeline = text_of(browser.get(reverse("record:timeline", args=[cast.janet.pk])))
    assert "Whole record given out" in timeline and "Janet Ellery herself" in timeline


def test_the_files_go_after_a_day_and_the_disclosure_stays(world, sign_in):
    asked, _ = made(world)
    assert single.clear_old(at=real_clock.now() + timedelta(hours=23)) == 0
    assert single.clear_old(at=real_clock.now() + timedelta(hours=25)) == 1
    assert not single.path_of(asked, "zip").exists() and not single.path_of(asked, "pdf").exists()
    page = text_of(sign_in(world.cast.ana).get(reverse("takeout:client", args=[world.cast.janet.pk])))
    assert "Janet Ellery herself" in page and "its files are gone" in page


def test_one_that_was_cut_off_or_failed_says_so(world, sign_in, clock, monkeypatch):
    browser, page = sign_in(world.cast.ana), reverse("takeout:client", args=[world.cast.janet.pk])
    asked = operations.ask_for_record(world.cast.janet, **WHY, by=world.cast.ana, at=real_clock.now())
    clock("2026-12-20 10:05")
    assert "It did not come to its end" in text_of(browser.get(page))

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(single, "_pack", full)
    tasks.make_record.func(str(asked.pk))
    assert "No space left on device" in text_of(browser.get(page))
    assert not list(single._folder(asked).glob("*"))
    tasks.make_record.func(str(asked.pk))  # Not tried again by itself.


@pytest.mark.parametrize("name", ["olga", "ben", "asa", "mia", "rhea"])
def test_who_may_not_take_data_out_gives_no_record_out(world, sign_in, name):
    asked, _ = made(world)
    browser = sign_in(world.cast.members[name])
    assert browser.get(reverse("takeout:client", args=[world.cast.janet.pk])).status_code == 403
    assert browser.get(reverse("takeout:record_file", args=[asked.pk, "zip"])).status_code == 403


def test_a_sign_in_that_is_not_recent_is_asked_first(world, sign_in):
    asked, _ = made(world)
    browser = sign_in(world.cast.ana)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    page = reverse("takeout:client", args=[world.cast.janet.pk])
    assert browser.post(page, WHY)["Location"].startswith("/reauthenticate/")
    assert browser.get(reverse("takeout:record_file", args=[asked.pk, "pdf"]))["Location"].startswith(
        "/reauthenticate/"
    )
    assert Disclosure.objects.count() == 1
