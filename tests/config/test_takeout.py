"""Taking a whole practice out and bringing it into a fresh installation: the same record, readable without us."""

import csv
import hashlib
import io
import json
import shutil
import stat
import zipfile
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from medexpro.audit import chain
from medexpro.audit.models import Event
from medexpro.audit.trail import EXPORT
from medexpro.clients.models import Client, ClientDocument
from medexpro.clients.operations import merging, people
from medexpro.config import tasks
from medexpro.config.takeout import making, reading
from medexpro.config.takeout import tables as takeout
from medexpro.config.takeout.reading import ImportRefused, read_practice
from medexpro.config.takeout.writing import ExportRefused, write_practice
from medexpro.kernel import clock as real_clock
from medexpro.knowledge.library import library_of
from medexpro.practice.models import Practice, User
from medexpro.programs import home_operations, state
from medexpro.programs.models import HomeSheet
from medexpro.referrals.incoming_models import IncomingFile
from medexpro.reports.models import Document
from tests.conftest import MORNING, TODAY
from tests.house.objects import World
from tests.knowledge.test_own import put
from tests.pages import text_of
from tests.referrals.arriving import received

LATER = MORNING + timedelta(days=30)


@pytest.fixture
def world(cast):
    """Janet's record with a signed report, a home program and a paper on file; a stranger next door."""
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.ana, started_on=TODAY)
    world = World(cast)
    for part in ("report", "document", "contact", "consent", "medication"):
        getattr(world, part)
    program = state.program_of(world.report.episode)
    line = program.exercises.filter(removed_at=None).first()
    home_operations.take_home(line, by=cast.ana, at=MORNING)
    sheet = home_operations.give(program, link=True, by=cast.ana, at=MORNING).sheet
    home_operations.note_done(sheet, felt="right", pain=1, at=MORNING)
    return world


def rows(folder, name):
    with (folder / "tables" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def exact(folder):
    """Return every exact row by table, without what an import itself adds, reference data by what they say."""
    versions = {}
    for line in (
        (folder / "data" / "knowledge.KnowledgeVersion.ndjson").read_text(encoding="utf-8").splitlines()
    ):
        row = json.loads(line)
        versions[row["id"]] = f"{row['kind']} {row['key']} {row['hash']}"
    found = {}
    for path in sorted((folder / "data").iterdir()):
        text = path.read_text(encoding="utf-8")
        for pk, said in versions.items():
            text = text.replace(pk, said)
        lines = [json.loads(line) for line in text.splitlines()]
        if path.stem == "audit.Event":
            lines = [
                row
                for row in lines
                if row["kind"] not in {"practice:record:export", "practice:record:import"}
            ]
            for row in lines:
                # Sealed when the next export began.
                row.update(position=None, previous_hash="", hash="")
        if path.stem == "knowledge.KnowledgeVersion":
            lines = sorted({row["id"] for row in lines})
        found[path.stem] = lines
    return found


def test_every_table_of_ours_is_taken_out_or_says_why_not():
    taken = {table.label for table in takeout.tables()}
    ours = {model._meta.label for model in apps.get_models() if model.__module__.startswith("medexpro.")}
    assert taken | takeout.LEFT_OUT.keys() >= ours and not taken & takeout.LEFT_OUT.keys()
    names = [table.name for table in takeout.tables()]
    assert len(names) == len(set(names)) and not [name for name in names if name.endswith("ss")]
    for table in takeout.tables():
        assert not [
            f.name for f in table.fields if "password" in f.name or "token" in f.name or "secret" in f.name
        ]


@pytest.mark.django_db(transaction=True)
def test_out_and_into_a_fresh_installation_is_the_same_record(world, tmp_path):
    first, second = tmp_path / "out", tmp_path / "again"
    came_in = received(world.cast.northbridge)
    put(world.cast, "exercise", "heel_slide", cues="Slowly.")
    put(world.cast, "exercise", "heel_slide", by=world.cast.dana, cues="Another practice’s.")
    # A record that became part of hers, and one that became part of a newer one.
    older = people.quick_add(family_name="Ellery", knowingly=True, by=world.cast.ben, at=MORNING)
    newer = people.quick_add(family_name="Ellery", knowingly=True, by=world.cast.ben, at=MORNING)
    for kept, gone in ((newer, older), (world.cast.janet, newer)):
        merging.merge(Client.objects.get(pk=kept.pk), gone, by=world.cast.ana, at=MORNING)
    made = write_practice(world.cast.northbridge, first, by=None, at=LATER)
    pdf = bytes(Document.objects.get(pk=world.report.pk).pdf)
    paper = ClientDocument.objects.get().file.read()
    assert made["clients"] == 3
    call_command("flush", interactive=False, verbosity=0)
    call_command("sync_knowledge", verbosity=0)
    shutil.rmtree(ClientDocument._meta.get_field("file").storage.path(str(world.cast.northbridge.pk)))
    assert not Practice.objects.exists()

    read_practice(first, at=LATER)
    write_practice(Practice.objects.get(), second, by=None, at=LATER)
    one, other = exact(first), exact(second)
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == []
    assert [row["content"]["cues"] for row in one["knowledge.OwnEntry"]] == ["Slowly."]
    assert library_of(Practice.objects.get()).exercises["heel_slide"].cues == "Slowly."
    assert sum(len(lines) for lines in one.values()) > 300
    assert bytes(Document.objects.get(pk=world.report.pk).pdf) == pdf
    assert bytes(HomeSheet.objects.get().pdf).startswith(b"%PDF")
    assert bytes(IncomingFile.objects.get(incoming=came_in).content).startswith(b"%PDF")
    assert (first / "incoming" / f"{came_in.number}.pdf").is_file()
    assert ClientDocument.objects.get().file.read() == paper
    assert chain.verify(Practice.objects.get().pk).whole
    assert {"practice:record:export", "practice:record:import"} <= set(
        Event.objects.values_list("kind", flat=True)
    )
    # Passwords stayed behind.
    assert authenticate(email="ana@example.org", password="correct horse battery") is None
    # The neighbours were never part of it.
    assert (
        not Client.objects.filter(family_name="Stranger").exists()
        and not User.objects.filter(email="dana@example.org").exists()
    )
    with pytest.raises(ImportRefused, match="There is a practice here already"):
        read_practice(first, at=LATER)


def test_it_reads_without_us(world, tmp_path):
    folder = tmp_path / "out"
    write_practice(world.cast.northbridge, folder, by=None, at=LATER)
    said = (folder / "README.txt").read_text(encoding="utf-8")
    assert said.startswith("Everything of Northbridge Medical Exercise") and "tables/surgeries.csv" in said
    [client] = rows(folder, "clients")
    assert (client["Family name"], client["Birth date"], client["Sex"]) == ("Ellery", "1958-03-04", "Female")
    [assignment] = rows(folder, "assignments")
    assert assignment["Member"].startswith("Ana Torres") and assignment["Client"] == "Janet Ellery"
    assert {row["Client"] for row in rows(folder, "reports-and-letters")} == {"Janet Ellery"}
    assert {event["Kind"] for event in rows(folder, "trail")} > {"clients:contact:add"}
    [record] = folder.glob("clients/Ellery, Janet */record.json")
    held = json.loads(record.read_text(encoding="utf-8"))
    assert held["clients"]["family_name"] == "Ellery" and held["medications"][0]["words"] == "Metoprolol"
    pdfs = sorted(path.name for path in record.parent.glob("*.pdf"))
    assert len(pdfs) == 3 and any(name.startswith(world.report.number) for name in pdfs)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"Stranger" not in whole and world.cast.ana.user.password.encode() not in whole


def test_what_can_not_be_taken_out_leaves_nothing_behind(cast, tmp_path, monkeypatch):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    with pytest.raises(ExportRefused, match="is there already and not empty"):
        write_practice(cast.northbridge, tmp_path / "full", by=None, at=LATER)
    with pytest.raises(ExportRefused, match="There is no folder"):
        write_practice(cast.northbridge, tmp_path / "no" / "where", by=None, at=LATER)
    monkeypatch.setattr("medexpro.config.takeout.writing._readme", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_practice(cast.northbridge, tmp_path / "out", by=None, at=LATER)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_a_paper_that_is_gone_from_the_disk_is_said(world, tmp_path):
    paper = ClientDocument.objects.get()
    paper.file.storage.delete(paper.file.name)
    write_practice(world.cast.northbridge, tmp_path / "out", by=None, at=LATER)
    assert len(list(tmp_path.glob("out/clients/*/*.missing.txt"))) == 1


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "is no export of a practice"),
        (lambda folder: (folder / "manifest.json").write_text("[1]"), "is no export of a practice"),
        (
            lambda folder: (folder / "data" / "clients.Client.ndjson").write_text("{}\n"),
            "is damaged: data/clients.Client",
        ),
        (lambda folder: change(folder, format=2), "newer than this one"),
        (lambda folder: change(folder, sha256={"../../etc/passwd": "x"}), "is damaged"),
        (lambda folder: change(folder, sha256={}), r"ndjson is missing\."),
    ],
)
def test_a_damaged_export_is_not_brought_in(cast, tmp_path, spoil, sentence):
    folder = tmp_path / "out"
    write_practice(cast.northbridge, folder, by=None, at=LATER)
    spoil(folder)
    with pytest.raises(ImportRefused, match=sentence):
        reading._manifest(folder)


def change(folder, **values):
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


@pytest.mark.django_db(transaction=True)
def test_a_row_that_can_not_be_changes_nothing(cast, tmp_path):
    folder = tmp_path / "out"
    write_practice(cast.northbridge, folder, by=None, at=LATER)
    path = folder / "data" / "clients.Client.ndjson"
    path.write_text(path.read_text(encoding="utf-8").replace("1958-03-04", "1958-13-44"), encoding="utf-8")
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["sha256"]
    change(
        folder, sha256=made | {"data/clients.Client.ndjson": hashlib.sha256(path.read_bytes()).hexdigest()}
    )
    call_command("flush", interactive=False, verbosity=0)
    with pytest.raises(
        ImportRefused, match=r"data/clients\.Client\.ndjson, line 1 can’t be brought in: .*1958-13-44"
    ):
        read_practice(folder, at=LATER)
    assert not Practice.objects.exists() and not User.objects.exists()


def test_the_commands(cast, tmp_path, capsys):
    folder = tmp_path / "out"
    call_command("export_practice", folder, practice=cast.northbridge.name)
    said = capsys.readouterr().out
    assert "1 clients" in said and "It is not encrypted." in said
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_practice", folder, practice=cast.northbridge.name)
    with pytest.raises(CommandError, match="There is a practice here already"):
        call_command("import_practice", folder)


# ---- In the browser


@pytest.fixture
def owner(cast):
    """An owner who works with clients too, as most do."""
    cast.ana.roles = ["owner", "professional"]
    cast.ana.save()
    return cast.ana


def test_an_owner_makes_and_downloads_it(world, owner, sign_in, clock):
    clock("2026-11-12 09:30")
    browser = sign_in(owner)
    page = "/export/"
    assert "Take everything out" in text_of(browser.get("/settings/")) and "Make the export" in text_of(
        browser.get(page)
    )
    assert browser.get(f"{page}download/").status_code == 404
    assert browser.post(page)["Location"] == page
    assert "Taking everything out" in text_of(browser.get(page))
    assert not making.start(by=owner, at=real_clock.now())  # A second click.
    tasks.make_export.func(str(owner.pk))
    assert "It is ready" in text_of(browser.get(page))
    answer = browser.get(f"{page}download/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert {"practice/README.txt", "practice/manifest.json", "practice/tables/clients.csv"} <= set(
            packed.namelist()
        )
    kinds = list(Event.objects.filter(practice_id=world.cast.northbridge.pk).values_list("kind", flat=True))
    assert kinds.count("practice:record:export") == 1 and EXPORT in kinds
    assert making.clear_old(at=real_clock.now() + timedelta(hours=23)) == 0
    assert making.clear_old(at=real_clock.now() + timedelta(hours=25)) == 1
    assert browser.get(f"{page}download/").status_code == 404


def test_an_export_that_was_cut_off_or_failed_says_so(world, owner, sign_in, clock, monkeypatch):
    clock("2026-11-12 09:30")
    browser = sign_in(owner)
    browser.post("/export/")
    clock("2026-11-12 09:32")
    assert "It was cut off" in text_of(browser.get("/export/"))
    browser.post("/export/")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "write_practice", full)
    tasks.make_export.func(str(owner.pk))
    assert "No space left on device" in text_of(browser.get("/export/"))
    making.let_go(owner.practice)


@pytest.mark.parametrize("name", ["olga", "ben", "asa", "rhea"])
def test_who_may_not_read_every_record_takes_none_out(cast, sign_in, name):
    browser = sign_in(cast.members[name])
    if name == "olga":
        assert "Your role does not include clients’ records" in text_of(browser.get("/export/"))
        assert browser.get("/export/download/")["Location"] == "/export/"
    else:
        assert browser.get("/export/").status_code == 403
        assert browser.get("/export/download/").status_code == 403
    assert browser.post("/export/").status_code == 403
    assert making.state_of(cast.northbridge) is None


def test_a_sign_in_that_is_not_recent_is_asked_first(cast, owner, sign_in):
    browser = sign_in(owner)
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    assert browser.post("/export/")["Location"].startswith("/reauthenticate/")
    assert making.state_of(cast.northbridge) is None
