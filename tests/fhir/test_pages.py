"""Bringing in a record in the browser."""

import gzip
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from medexpro.audit.models import Event
from medexpro.clients.models import Client, Condition
from medexpro.fhir import tasks, uploads
from medexpro.fhir.models import Upload
from medexpro.kernel import clock as real_clock
from tests.fhir.samples import DATA, bundle, condition, person, pulse, referral_files
from tests.pages import text_of


def files(*named):
    return {"chosen": [SimpleUploadedFile(name, content) for name, content in named]}


def send(browser, *named):
    return browser.post("/import/", files(*named))


def ruth(**changes):
    name = [{"given": ["Ruth"], "family": "Abernathy"}]
    return person(**{"name": name, "birthDate": "1951-01-09"} | changes)


def test_ana_looks_at_a_record_and_brings_it_in(cast, sign_in):
    browser = sign_in(cast.ana)
    path = DATA / "abdul_koepp.json.gz"
    answer = send(browser, (path.name, path.read_bytes()))
    look = answer["Location"]
    page = browser.get(look).content.decode()
    assert "Abdul Koepp" in page and "3 conditions" in page and "A bill of another practice." in page
    assert not Client.objects.filter(family_name="Koepp").exists()

    assert browser.post(look)["Location"] == look
    done = browser.get(look).content.decode()
    client = Client.objects.get(family_name="Koepp")
    assert "Abdul Koepp is a client now, with 3 conditions" in done and f"/clients/{client.pk}/" in done
    # The files are let go; a second click does nothing.
    assert bytes(Upload.objects.get().contents) == b""
    browser.post(look)
    assert Client.objects.filter(family_name="Koepp").count() == 1
    kinds = set(Event.objects.filter(practice_id=cast.northbridge.pk).values_list("kind", flat=True))
    assert {"fhir:upload:read", "fhir:record:import", "clients:client:add", "record:page:read"} <= kinds


def test_several_files_of_one_person_come_in_together(cast, sign_in):
    browser = sign_in(cast.ana)
    wanted = referral_files("Fit4LifeResponse", "RoleLopez", "PractitionerLopez")
    named = [(name, path.read_bytes()) for name, path in wanted]
    look = send(browser, *named)["Location"]
    assert "Ms. Johansson suffered from" in browser.get(look).content.decode()
    browser.post(look)
    done = browser.get(look).content.decode()
    assert "No ICD-10 code is given." in done and "The referral has expired." in done


def test_someone_who_looks_alike_is_asked_about(cast, sign_in):
    browser = sign_in(cast.ana)
    look = send(browser, ("janet.json", bundle(person(), condition())))["Location"]
    page = browser.get(look).content.decode()
    assert "Who is this?" in page and "Somebody new" in page
    assert "Choose an answer." in browser.post(look).content.decode()
    assert browser.post(look, {"who": str(cast.stranger.pk)}).status_code == 200
    assert not Condition.objects.exists()
    browser.post(look, {"who": str(cast.janet.pk)})
    assert Condition.objects.get().client == cast.janet


def test_somebody_new_who_looks_alike(cast, sign_in):
    browser = sign_in(cast.ana)
    look = send(browser, ("janet.json", bundle(person())))["Location"]
    browser.post(look, {"who": "new"})
    assert Client.objects.of(cast.northbridge).filter(family_name="Ellery").count() == 2


def test_a_record_known_already_says_so(cast, sign_in):
    browser = sign_in(cast.ana)
    for _ in range(2):
        look = send(browser, ("ruth.json", bundle(ruth(), condition())))["Location"]
        page = browser.get(look).content.decode()
        browser.post(look)
    assert "This record was brought in before" in page
    assert "nothing new" in browser.get(look).content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bundle(ruth())[:-20], "record.json is not whole JSON: it ends in the middle"),
        (gzip.compress(bundle(ruth()), mtime=0)[:-20], "record.json is cut off or damaged"),
        (b"%PDF-1.7", "record.json is not whole JSON"),
        (bundle(ruth(birthDate="2058-03-04")), "the birth date 2058-03-04 lies in the future."),
        (bundle(), "record.json names no person"),
        (b"", "This file is empty. Choose another."),
        (b" " * 16_000_000, "Together the files are over 15 MB."),
    ],
)
def test_what_can_not_be_read_is_said_at_the_field(cast, sign_in, content, sentence):
    answer = send(sign_in(cast.ana), ("record.json", content))
    assert answer.status_code == 200
    assert (
        sentence in answer.content.decode() or "Together the files are over 15 MB." in answer.content.decode()
    )
    assert not Upload.objects.exists()


def test_a_file_whose_name_is_too_long_is_said_at_the_field(cast, sign_in):
    answer = send(sign_in(cast.ana), (f"{'x' * 230}.json", bundle(ruth())))
    assert "The file’s name has 235 characters; 200 is the limit. Rename it." in answer.content.decode()
    assert not Upload.objects.exists()


def test_nothing_chosen(cast, sign_in):
    assert "Choose a file." in sign_in(cast.ana).post("/import/", {}).content.decode()


def test_a_person_who_has_died_can_not_be_brought_in(cast, sign_in):
    browser = sign_in(cast.ana)
    path = DATA / "gilberto_orosco.json.gz"
    look = send(browser, (path.name, path.read_bytes()))["Location"]
    assert "the person has died" in browser.get(look).content.decode()
    assert "It is not brought in." in browser.post(look).content.decode()


@pytest.mark.parametrize("name", ["olga", "asa", "mia", "ben", "bill", "rhea"])
def test_the_page_is_for_professionals(cast, sign_in, name):
    assert sign_in(cast.members[name]).get("/import/").status_code == 403


def test_an_upload_is_its_members_alone(cast, sign_in):
    look = send(sign_in(cast.ana), ("ruth.json", bundle(ruth(), pulse())))["Location"]
    assert sign_in(cast.dana).get(look).status_code == 404
    assert sign_in(cast.ben).get(look).status_code == 403


def test_an_upload_that_nobody_brings_in_is_gone_after_a_day(cast, sign_in):
    browser = sign_in(cast.ana)
    first = send(browser, ("ruth.json", bundle(ruth())))["Location"]
    assert uploads.clear_old(at=real_clock.now() + timedelta(hours=23)) == 0
    assert uploads.clear_old(at=real_clock.now() + timedelta(hours=25)) == 1
    assert browser.get(first).status_code == 404


@pytest.mark.parametrize(("name", "shown"), [("ana", True), ("ben", False)])
def test_the_list_of_clients_leads_there(cast, sign_in, name, shown):
    assert ("Bring in a record" in sign_in(cast.members[name]).get("/clients/").content.decode()) is shown


# ---- Files about many people


def many_of(*people):
    return b"".join(json.dumps(resource).encode() + b"\n" for resource in people)


def test_a_bulk_export_is_brought_in_in_the_background(cast, sign_in, clock):
    at = clock("2026-10-13 09:30")
    browser = sign_in(cast.ana)
    facts = many_of(condition(subject={"reference": "Patient/p2"}), condition(id="c2"))
    look = send(
        browser,
        ("Patient.ndjson", many_of(ruth(id="p2"), person())),
        ("Condition.ndjson.gz", gzip.compress(facts)),
    )["Location"]
    page = text_of(browser.get(look))
    assert "Records of 2 people" in page and "Condition.ndjson.gz" in page
    assert browser.post(look)["Location"] == look
    browser.post(look)  # A second click.
    page = browser.get(look).content.decode()
    assert 'hx-trigger="every 2s"' in page and "0 people settled" in page
    upload = Upload.objects.get()
    assert uploads.work_on_many(upload, now=lambda: at)
    page = text_of(browser.get(look))
    assert "2 people: 1 new, 1 left. 4 resources: 2 taken, 2 skipped." in page
    # Janet looks like somebody on file; she is left, and named.
    assert "Janet Ellery Someone who may be the same person is on file." in page
    assert Condition.objects.get().client.family_name == "Abernathy"
    upload.refresh_from_db()
    assert bytes(upload.contents) == b"" and not uploads.work_on_many(upload, now=lambda: at)


def test_everybody_is_somebody_new_when_ana_says_so(cast, sign_in):
    browser = sign_in(cast.ana)
    look = send(browser, ("two.json", bundle(person(), ruth(id="p2"))))["Location"]
    browser.post(look, {"all_new": "on"})
    tasks.bring_in_many.func(str(Upload.objects.get().pk))
    assert Client.objects.of(cast.northbridge).filter(family_name="Ellery").count() == 2


def test_work_that_was_ended_goes_on(cast, sign_in, clock, monkeypatch):
    clock("2026-10-13 09:30")
    browser = sign_in(cast.ana)
    look = send(browser, ("all.ndjson", many_of(ruth(id="p2"), ruth(id="p3", birthDate="1950-02-02"))))[
        "Location"
    ]
    browser.post(look)
    pk = str(Upload.objects.get().pk)

    def ended(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(uploads, "import_files", ended)
        with pytest.raises(KeyboardInterrupt):
            tasks.bring_in_many.func(pk)
    tasks.bring_in_many.func(pk)  # Somebody may still be at it.
    assert not Client.objects.filter(family_name="Abernathy").exists() and tasks.go_on.func() == 0
    clock("2026-10-13 09:32")
    assert tasks.go_on.func() == 1 and tasks.go_on.func() == 0
    assert Client.objects.filter(family_name="Abernathy").count() == 2


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("all.ndjson.gz", gzip.compress(many_of(*[ruth(id=f"p{n}") for n in range(3000)]))[:-500], "is cut off or damaged"),
        ("all.ndjson", many_of(condition()), "all.ndjson names no person"),
        ("all.ndjson", b"{\n{\n", "all.ndjson names no person"),
    ],
)  # fmt: skip
def test_lines_that_can_not_be_read_are_said_at_the_field(cast, sign_in, name, content, sentence):
    answer = send(sign_in(cast.ana), (name, content))
    assert sentence in answer.content.decode() and not Upload.objects.exists()
