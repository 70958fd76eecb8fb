"""Many files at once: which are meant, lines read one by one, and what one file says of another found on the shelf."""

import gzip
import json
from contextlib import closing

import pytest

from medexpro.fhir.reading.bundle import FileRefused
from medexpro.fhir.reading.files import entries_in, files_in
from medexpro.fhir.shelf import Shelf
from tests.fhir.samples import bundle, condition, person


def lines(*resources):
    return b"".join(json.dumps(resource).encode() + b"\n" for resource in resources)


def write(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_folder_is_its_fhir_files_and_not_what_lies_beside_them(tmp_path):
    write(tmp_path, "b.json", b"{}")
    write(tmp_path, "bulk/Patient.000.ndjson.gz", b"")
    write(tmp_path, "bulk/log.ndjson", b"")
    write(tmp_path, "manifest.json", b"[]")
    write(tmp_path, "README.md", b"")
    found = [name for name, _ in files_in([tmp_path, tmp_path / "b.json"])]
    assert found == ["b.json", "bulk/Patient.000.ndjson.gz"]


def test_two_files_of_one_name_are_told_apart(tmp_path):
    first, second = write(tmp_path, "one/p.json", b"{}"), write(tmp_path, "two/p.json", b"{}")
    assert [name for name, _ in files_in([first, second])] == [str(first), str(second)]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileRefused, match=r"There is no file .*gone\.json\."):
        files_in([tmp_path / "gone.json"])


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_are_read_one_by_one_and_a_broken_one_costs_only_itself(tmp_path, pack):
    content = b"\xef\xbb\xbf" + lines(person()) + b"\n{half\n[1]\n" + lines(condition())
    path = write(tmp_path, "all.ndjson", pack(content))
    found = [(entry.type, entry.place, entry.problem) for entry in entries_in(path, "all.ndjson")]
    assert found == [
        ("Patient", "all.ndjson, line 1", ""),
        ("?", "all.ndjson, line 3", "The line is not whole JSON."),
        ("?", "all.ndjson, line 4", "It holds no resource."),
        ("Condition", "all.ndjson, line 5", ""),
    ]


def test_a_packed_file_cut_off_gives_what_came_before_and_says_so(tmp_path):
    whole = lines(*(condition(id=f"c{n}", note=[{"text": f"{n * 7919 % 10007}"}]) for n in range(4000)))
    packed = gzip.compress(whole)
    path = write(tmp_path, "Condition.ndjson.gz", packed[: len(packed) // 2])
    found = []
    with pytest.raises(FileRefused, match=r"is cut off or damaged\. What came before was read"):
        for entry in entries_in(path, "Condition.ndjson.gz"):
            found.append(entry)
    assert 100 < len(found) < 4000


def test_a_packed_file_that_unpacks_without_end_is_refused(tmp_path):
    path = write(tmp_path, "bomb.ndjson.gz", gzip.compress(b" " * 40_000_000))
    with pytest.raises(FileRefused, match="unpacks to more than 1 MB"):
        list(entries_in(path, "bomb.ndjson.gz", most_bytes=1_000_000))


def test_a_truncated_bundle_is_not_read_at_all(tmp_path):
    path = write(tmp_path, "cut.json", bundle(person(), condition())[:-9])
    with pytest.raises(FileRefused, match="it ends in the middle"):
        list(entries_in(path, "cut.json"))


def test_what_a_reference_names_is_found_in_its_own_file_first_and_elsewhere_only_when_clear(tmp_path):
    write(tmp_path, "a.json", bundle(person(id="p1"), person(id="p7")))
    write(tmp_path, "b.json", bundle(person(id="p1", birthDate="1990-01-01")))
    number = {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}
    doctor = {"resourceType": "Practitioner", "id": "d1", "identifier": [number]}
    write(tmp_path, "c.ndjson", lines(doctor))
    with closing(Shelf()) as shelf:
        for file, (name, path) in enumerate(files_in([tmp_path])):
            for entry in entries_in(path, name):
                shelf.put(file, entry)

        def place(address, file):
            n = shelf.number_of(address, file)
            return shelf.by_number(n).entry.place if n else None

        assert place("Patient/p1", 0) == "a.json, entry 1"
        assert place("Patient/p1", 1) == "b.json, entry 1"
        # Two say different things, and neither file is the one that asks.
        assert place("Patient/p1", 2) is None
        assert place("https://ehr.example/fhir/Patient/p7/_history/3", 2) == "a.json, entry 2"
        for npi in (
            "http://hl7.org/fhir/sid/us-npi|1234567893",
            "http%3A%2F%2Fhl7.org%2Ffhir%2Fsid%2Fus-npi%7C1234567893",
        ):
            assert place(f"Practitioner?identifier={npi}", 0) == "c.ndjson, line 1"
        assert place("Practitioner/d9", 0) is None and place("", 0) is None
