"""Files made to do harm: what can't be kept is taken out, what is too much is refused, what waits is let go."""

import gzip

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from medexpro.audit.models import Event
from medexpro.clients.models import Client, Condition
from medexpro.config.schedule import periodic_tasks
from medexpro.fhir import operations, tasks, uploads
from medexpro.fhir.models import Upload
from medexpro.fhir.reading.bundle import FileRefused, Limits, read_files
from medexpro.practice.roles import Role
from tests.conftest import MORNING
from tests.fhir.samples import TODAY, bundle, condition, medicine, person, pulse
from tests.pages import text_of

NUL = {
    "name": [{"given": ["Ru\x00th"], "family": "Aber\x00nathy"}],
    "id": "p\x001",
    "birthDate": "1951-01-09",
}


def of(subject: dict, resource: dict) -> dict:
    return resource | {"subject": {"reference": f"Patient/{subject['id']}"}}


def test_signs_that_no_text_may_hold_are_taken_out(cast):
    who = person(**NUL)
    content = bundle(
        who,
        of(who, condition(id="c\x00", code={"text": "Sore\x00 knee"})),
        of(who, condition(id="c2", onsetDateTime="20\x0019")),
        of(who, pulse(id="o\x00")),
        of(who, medicine(id="m\x00")) | {"subject": {"reference": "Patient/p\x001"}},
    )
    assert b"\\u0000" in content
    kept = uploads.keep([("ruth.json", content)], limit=10**6, by=cast.ana, at=MORNING)
    uploads.bring_in(kept, by=cast.ana, at=MORNING)
    assert Client.objects.get(family_name="Abernathy").given_name == "Ruth"
    assert [one.words for one in Condition.objects.order_by("words")][1] == "Sore knee"


def test_a_file_nested_past_reading_is_refused():
    nest = "[" * 900 + '"\\u0000"' + "]" * 900
    deep = bundle(person(), condition(x="NEST")).decode().replace('"NEST"', nest)
    with pytest.raises(FileRefused, match="its text can’t be read"):
        read_files([("deep.json", deep.encode())], on=TODAY)


def test_several_packed_files_unpack_to_one_files_limit(cast):
    white = b" " * 600_000
    packed = gzip.compress(bundle(person()) + white)
    limits = Limits(unpacked_bytes=1_000_000)
    read_files([("one.json.gz", packed)], on=TODAY, limits=limits)
    with pytest.raises(FileRefused, match=r"two\.json\.gz unpacks to more than"):
        read_files([("one.json.gz", packed), ("two.json.gz", packed)], on=TODAY, limits=limits)


def test_files_nobody_brings_in_are_let_go_by_the_clock(cast, clock):
    uploads.keep([("janet.json", bundle(person()))], limit=10**6, by=cast.ana, at=MORNING)
    clock("2026-10-14 10:00")
    assert tasks.let_go in [task for task, _ in periodic_tasks()]
    tasks.let_go.func()
    assert not Upload.objects.exists()


@pytest.fixture
def own_only(cast):
    """Professionals see their own clients; Janet, once brought in, is Ana's."""
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    cast.asa.roles = [str(Role.PROFESSIONAL)]
    cast.asa.save()
    record = read_files([("janet.json", bundle(person()))], on=TODAY)
    return operations.import_record(record, by=cast.ana, at=MORNING, knowingly=True).client


def test_a_record_of_a_colleagues_client_names_nobody(cast, own_only, sign_in):
    mine = Client.objects.create(
        practice=cast.northbridge, given_name="Janet", family_name="Ellery", name_search="janet ellery"
    )
    mine.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    Client.objects.filter(pk=own_only.pk).update(given_name="Secret", family_name="Colleague")
    browser = sign_in(cast.asa)
    look = browser.post("/import/", {"chosen": [SimpleUploadedFile("j.json", bundle(person()))]})["Location"]
    answer = browser.post(look, {"who": str(mine.pk)})
    assert "Colleague" not in text_of(answer) and "on file already" in text_of(answer)


def test_looking_at_the_files_of_somebody_on_file_is_in_the_trail(cast, own_only, sign_in):
    look = sign_in(cast.ana).post(
        "/import/", {"chosen": [SimpleUploadedFile("janet.json", bundle(person(), condition()))]}
    )["Location"]
    sign_in(cast.ana).get(look)
    seen = Event.objects.filter(kind="record:page:read", client_id=own_only.pk, detail={"page": "import"})
    assert seen.count() == 1
