"""One file holds the whole practice, is taken while people work, and comes back proved or not at all."""

import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
import pyrage
import pytest
from django.conf import settings

from medexpro.config.backups import archive
from medexpro.config.backups.archive import BadArchive
from medexpro.config.holding import hold

# The homes of this module are made once, so its tests stay on one process.
pytestmark = pytest.mark.xdist_group("backup")

WORDS = "five plain words in order"

SET_UP = """
from medexpro.practice.models import Practice
Practice.objects.create(name="Northbridge Medical Exercise")
"""
# Each round writes a file, then, in one transaction, a row that names it and the trail's entry.
WORK = """
import sys, time
from pathlib import Path
from django.conf import settings
from django.db import transaction
from medexpro.audit import chain, kinds, trail
from medexpro.kernel import clock
from medexpro.practice.models import Practice, User
kind = kinds.declare("practice:user:added", "Added a user")
practice = Practice.objects.get()
folder = Path(settings.MEDEXPRO_HOME) / "files"
folder.mkdir(exist_ok=True)
for number in range(ROUNDS):
    (folder / f"{number}.txt").write_text(f"file {number}")
    with transaction.atomic():
        User.objects.create(email=f"{number}@example.org", full_name=f"{number}.txt")
        trail.record(kind, None, by=None, at=clock.now(), practice=practice, number=number)
    if number % 20 == 0:
        chain.seal(practice.pk)
    print(number, flush=True)
"""
LOOK = """
from pathlib import Path
from django.conf import settings
from medexpro.audit.models import Event
from medexpro.practice.models import Practice, User
folder = Path(settings.MEDEXPRO_HOME) / "files"
names = list(User.objects.values_list("full_name", flat=True))
missing = [name for name in names if not (folder / name).exists()]
work = Event.objects.filter(kind="practice:user:added").count()
told = Event.objects.filter(kind="practice:backup:restored").count()
User.objects.create(email="new@example.org", full_name="after the restore")
print(Practice.objects.get().name, len(names), len(missing), work, told, sep="|")
"""


class Home:
    """A home folder with a database of its own, of the same kind as the suite's."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.folder.mkdir(exist_ok=True)
        self.environ = os.environ | {
            "MEDEXPRO_HOME": str(folder),
            "MEDEXPRO_TESTING": "1",
            "MEDEXPRO_BACKUP_PASSPHRASE": WORDS,
            "DJANGO_SETTINGS_MODULE": "medexpro.config.settings",
        }
        self.database = None
        if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            self.database = f"backup_{uuid.uuid4().hex[:12]}"
            self._administer(f"CREATE DATABASE {self.database}")
            head, _, query = os.environ["DATABASE_URL"].partition("?")
            self.environ["DATABASE_URL"] = f"{head.rpartition('/')[0]}/{self.database}?{query}"

    def _administer(self, statement: str) -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(statement)

    def drop(self) -> None:
        if self.database:
            self._administer(f"DROP DATABASE {self.database} WITH (FORCE)")

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "medexpro", *arguments],
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=240,
            stdin=subprocess.DEVNULL,
        )

    def must(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def python(self, code: str) -> str:
        return self.must("shell", "--no-imports", "-c", code)


@pytest.fixture(scope="module")
def homes(tmp_path_factory, django_db_blocker):
    """Make homes; their databases are dropped at the end."""
    made = []

    def make(name: str) -> Home:
        made.append(Home(tmp_path_factory.mktemp("homes") / name))
        return made[-1]

    yield make
    for home in made:
        home.drop()


@pytest.fixture(scope="module")
def backup(homes, tmp_path_factory):
    """A backup taken in the middle of 400 rounds of work."""
    home = homes("work")
    home.must("migrate", "--verbosity", "0")
    home.must("createcachetable")
    home.python(SET_UP)
    worker = subprocess.Popen(
        [sys.executable, "-m", "medexpro", "shell", "--no-imports", "-c", WORK.replace("ROUNDS", "400")],
        env=home.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout.readline() == "0\n"
    file = tmp_path_factory.mktemp("backups") / "practice.backup"
    said = home.must("backup", str(file))
    _, complaint = worker.communicate(timeout=240)
    assert complaint == ""
    return home, file, said


@pytest.fixture(scope="module")
def restored(backup, homes):
    """An empty home with that backup restored into it."""
    home = homes("restored")
    return home, home.must("restore", str(backup[1]))


def test_a_backup_taken_while_people_work_is_whole(backup, restored):
    home, said = restored
    name, rows, files_missing, entries, told = home.python(LOOK).strip().split("|")
    assert name == "Northbridge Medical Exercise"
    assert files_missing == "0"
    assert rows == entries  # A change and its trail entry are one transaction, also in a copy.
    assert 0 < int(rows) <= 400
    assert told == "1"
    head = backup[2].splitlines()[-1].removeprefix("trail ")
    _, position, digest = head.split(":")
    assert f"{position}, {digest}" in said  # The trail ends where it ended when the backup was made.
    assert "whole" in home.must("verify-trail", "--head", head)


def test_the_restored_trail_is_verified_again_by_hand(restored):
    home, _ = restored
    assert "BROKEN" not in home.must("verify-trail", "--seal")


def test_the_key_of_links_and_second_factors_comes_along(backup, restored):
    assert (backup[0].folder / "secret.key").read_text() == (restored[0].folder / "secret.key").read_text()


def test_the_file_is_closed_to_others_and_shows_nothing(backup):
    _, file, _ = backup
    assert file.stat().st_mode & 0o077 == 0
    assert b"Northbridge" not in file.read_bytes()


def test_a_practice_is_not_overwritten_unless_told(backup):
    home, file, _ = backup
    refused = home.run("restore", str(file))
    assert refused.returncode == 1
    assert "There is a practice here already" in refused.stderr


def test_force_replaces_what_is_there(backup, homes):
    _, file, _ = backup
    home = homes("replaced")
    home.must("restore", str(file))
    home.python("from medexpro.practice.models import User; User.objects.create(email='lost@example.org')")
    (home.folder / "files" / "lost.txt").write_text("not in the backup")
    home.must("restore", "--force", str(file))
    assert "False" in home.python(
        "from medexpro.practice.models import User; print(User.objects.filter(email='lost@example.org').exists())"
    )
    assert not (home.folder / "files" / "lost.txt").exists()


@pytest.fixture(scope="module")
def living(backup, homes):
    """A practice in use: a person, a file and a key that no backup holds."""
    home = homes("living")
    home.must("restore", str(backup[1]))
    home.python("from medexpro.practice.models import User; User.objects.create(email='mine@example.org')")
    (home.folder / "files" / "mine.txt").write_text("mine")
    (home.folder / "secret.key").write_text("a key of its own")
    return home


@pytest.mark.parametrize("harm", ["rows that don't fit", "a broken trail", "no room for the files"])
def test_a_restore_that_fails_in_the_middle_leaves_the_practice_as_it_was(backup, living, tmp_path, harm):
    home, before = living, kept(living)
    if harm == "no room for the files":
        refused = home.run("shell", "--no-imports", "-c", NO_ROOM.replace("FILE", str(backup[1])))
    else:
        bad = rewritten(backup[1], tmp_path / "bad.backup", DAMAGE[home.database is not None, harm])
        refused = home.run("restore", "--force", str(bad))
        assert refused.returncode == 1
    assert "Nothing was changed" in refused.stderr + refused.stdout, refused.stderr
    assert "Traceback" not in refused.stderr
    assert kept(home) == before
    assert "True" in home.python(
        "from medexpro.practice.models import User; print(User.objects.filter(email='mine@example.org').exists())"
    )
    assert "whole" in home.must("verify-trail")


# The restore as the command does it, with a disk that is full when the third thing is moved.
NO_ROOM = """
from pathlib import Path
from medexpro.config.backups.practice import RestoreRefused, restore
from medexpro.config.backups.swap import Swap
from medexpro.kernel import clock
move, moved = Swap._move, []
def _move(self, source, target):
    moved.append(source)
    if len(moved) > 2:
        raise OSError("No space left on device")
    move(self, source, target)
Swap._move = _move
try:
    restore(Path("FILE"), "five plain words in order", force=True, at=clock.now())
except RestoreRefused as refusal:
    print(refusal)
"""


def kept(home: Home) -> dict[str, bytes]:
    """Return what lies in a home, without what a lock or the database's journal leaves."""
    files = [path for path in home.folder.rglob("*") if path.is_file()]
    passing = (".lock", "-wal", "-shm", ".sqlite3")
    return {
        str(path.relative_to(home.folder)): path.read_bytes()
        for path in files
        if not path.name.endswith(passing)
    }


def rewritten(file: Path, target: Path, harm) -> Path:
    """Return a backup with harm done inside and every hash right again, as one made by a faulty release would be."""
    folder = target.with_suffix(".folder")
    folder.mkdir()
    archive.extract(file, WORDS, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    harm(folder / "database")
    for name in manifest["sha256"]:
        manifest["sha256"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()

    def fill(tar: tarfile.TarFile) -> None:
        for name in manifest["sha256"]:
            archive.add_file(tar, name, folder / name)
        archive.add_bytes(tar, "manifest.json", json.dumps(manifest).encode())

    archive.write(target, WORDS, fill)
    return target


def sqlite_rows(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        database.execute("DROP TABLE django_migrations")
        database.commit()


def sqlite_trail(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "db.sqlite3")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit_event SET kind = 'practice:user:removed' WHERE position = 3")
        database.commit()


def postgresql_rows(folder: Path) -> None:
    with (folder / "practice_user.copy").open("ab") as file:
        file.write(b"one column\n")


def postgresql_trail(folder: Path) -> None:
    file = folder / "audit_event.copy"
    file.write_bytes(file.read_bytes().replace(b"practice:user:added", b"practice:user:removed", 5))


DAMAGE = {
    (False, "rows that don't fit"): sqlite_rows,
    (False, "a broken trail"): sqlite_trail,
    (True, "rows that don't fit"): postgresql_rows,
    (True, "a broken trail"): postgresql_trail,
}


def test_a_served_home_is_not_restored_into(backup, tmp_path):
    held = hold(tmp_path)
    try:
        refused = Home(tmp_path).run("restore", str(backup[1]))
    finally:
        os.close(held)
    assert "is being served. Stop it first" in refused.stderr


def test_another_passphrase_a_damaged_file_and_a_foreign_one_are_sentences(backup, tmp_path):
    home, file, _ = backup
    wrong = home.run("restore", "--force", str(file), MEDEXPRO_BACKUP_PASSPHRASE="another passphrase")
    assert "The passphrase is not the one" in wrong.stderr
    damaged, foreign = tmp_path / "damaged", tmp_path / "foreign"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    damaged.write_bytes(content)
    foreign.write_text("a letter")
    for bad in (damaged, foreign, tmp_path / "nowhere"):
        refused = home.run("restore", "--force", str(bad))
        assert refused.returncode == 1
        assert "Traceback" not in refused.stderr
    assert (
        home.python("from medexpro.practice.models import User; print(User.objects.count())").strip() == "400"
    )


def test_a_short_or_missing_passphrase_is_refused(backup, tmp_path):
    home = backup[0]
    for words, sentence in (("short", "Give at least 12"), ("", "Give a passphrase")):
        refused = home.run("backup", str(tmp_path / "never"), MEDEXPRO_BACKUP_PASSPHRASE=words)
        assert sentence in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_backup_is_not_overwritten_unless_told(backup):
    home, file, _ = backup
    assert "is there already" in home.run("backup", str(file)).stderr


# ---- The archive by itself


def fill(tar: tarfile.TarFile) -> None:
    archive.add_bytes(tar, "a/b.txt", b"words" * 100_000)


def test_an_archive_opens_with_age_alone(tmp_path):
    """The steps of the README inside, done with the age library."""
    archive.write(tmp_path / "x", WORDS, fill)
    with tarfile.open(tmp_path / "x") as outer:
        assert outer.getnames() == ["README.txt", "key.age", "practice.tar.gz.age"]
        key = pyrage.passphrase.decrypt(outer.extractfile("key.age").read(), WORDS).decode()
        plain = pyrage.decrypt(
            outer.extractfile("practice.tar.gz.age").read(), [pyrage.x25519.Identity.from_str(key)]
        )
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as inner:
        assert inner.extractfile("a/b.txt").read() == b"words" * 100_000


def test_a_failed_backup_leaves_nothing(tmp_path):
    def fail(tar):
        fill(tar)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        archive.write(tmp_path / "x", WORDS, fail)
    assert list(tmp_path.iterdir()) == []
    assert [thread.name for thread in threading.enumerate() if thread.name == "encrypt"] == []


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt"])
def test_an_archive_writes_nowhere_else(tmp_path, name):
    archive.write(tmp_path / "x", WORDS, lambda tar: archive.add_bytes(tar, name, b"!"))
    folder = tmp_path / "in"
    folder.mkdir()
    with pytest.raises(BadArchive, match="no plain file of ours"):
        archive.extract(tmp_path / "x", WORDS, folder)
    assert not (tmp_path / "outside.txt").exists()


def test_a_cut_archive_is_damaged(tmp_path):
    archive.write(tmp_path / "x", WORDS, lambda tar: archive.add_bytes(tar, "a", os.urandom(300_000)))
    whole = (tmp_path / "x").read_bytes()
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "cut").write_bytes(whole[:-120_000])
    with pytest.raises(BadArchive):
        archive.extract(tmp_path / "cut", WORDS, folder)
