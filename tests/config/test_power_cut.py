"""The power is cut while 200 tablets log sessions: nothing acknowledged is lost, nothing is applied twice.

Three times the whole served practice (supervisor, web, worker) is killed at a moment drawn by a fixed seed, 200
tablets each in the middle of a request, and once with a backup being taken. Each time it is served again, and the
tablets send again what was never answered and, to be nasty, also what was. The database is the suite's kind.
"""

import http.client
import json
import os
import random
import re
import subprocess
import sys
import threading
import uuid
from collections import Counter
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings

from medexpro.kernel.ids import uuid7
from tests.config import floor_home
from tests.config.serving import Server, can_hold, free_port, wait_for
from tests.conftest import MORNING

pytestmark = pytest.mark.xdist_group("serve")

TABLETS_A_SESSION = 40
ROUNDS, ROUND_OF_BACKUP = 3, 1
AT_LEAST = 500
SEED = 20261013
WORDS = "five plain words in order"
EVENT_OF = {
    "reading": "sessions:reading:taken",
    "log": "sessions:exercise:logged",
    "note": "sessions:note:written",
}
NO_ANSWER = (OSError, http.client.HTTPException, json.JSONDecodeError)


@pytest.fixture
def home(tmp_path_factory):
    """Return a function: a home served on a database of its own, of the suite's kind. All end with the test."""
    made, databases = [], []

    def make(name: str) -> Server:
        environ = {
            "MEDEXPRO_DEMO": "0",
            "MEDEXPRO_TESTING": "1",  # Static files as they lie: collecting them is another test's.
            "MEDEXPRO_NOW": MORNING.isoformat(),
            "MEDEXPRO_BACKUP_PASSPHRASE": WORDS,
        }
        if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            databases.append(f"power_{uuid.uuid4().hex[:12]}")
            administer(f"CREATE DATABASE {databases[-1]}")
            head, _, query = os.environ["DATABASE_URL"].partition("?")
            environ["DATABASE_URL"] = f"{head.rpartition('/')[0]}/{databases[-1]}?{query}"
        made.append(Server(tmp_path_factory.mktemp(name), free_port(), **environ))
        return made[-1]

    yield make
    for server in made:
        server.stop()
        wait_for(lambda server=server: can_hold(server.home))
    for database in databases:
        administer(f"DROP DATABASE {database} WITH (FORCE)")


def administer(statement: str) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


class SignedIn:
    """What a browser holds after Ana signed in at the page."""

    def __init__(self, port: int, email: str):
        self.port, self.cookies = port, SimpleCookie()
        page = self.ask("GET", "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page).group(1)
        form = {"csrfmiddlewaretoken": token, "login": email, "password": floor_home.PASSWORD}
        self.ask("POST", "/accounts/login/", urlencode(form), "application/x-www-form-urlencoded")
        assert "medexpro_session" in self.cookies

    def headers(self, content_type: str) -> dict[str, str]:
        accept = "application/json" if content_type == "application/json" else "text/html"
        told = {"Content-Type": content_type, "Accept": accept}
        told["Cookie"] = "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())
        if "csrftoken" in self.cookies:
            told["X-CSRFToken"] = self.cookies["csrftoken"].value
        return told

    def ask(self, method: str, path: str, body: str = "", content_type: str = "text/plain") -> str:
        line = http.client.HTTPConnection("localhost", self.port, timeout=30)
        line.request(method, path, body, self.headers(content_type))
        answer = line.getresponse()
        assert answer.status < 400, answer.status
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.load(cookie)
        said = answer.read().decode()
        line.close()
        return said


class Tablet:
    """One device on one session, with its outbox: a command leaves it when it was answered."""

    def __init__(self, session: dict[str, Any], number: int, seed: int):
        self.session, self.number = session, number
        self.device = f"tablet-{number}"
        self.entries = session["entries"][number - 1 :: TABLETS_A_SESSION]
        self.chance = random.Random(seed)
        self.sent: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}

    def write(self) -> dict[str, Any]:
        """Return the next command, kept before it is sent. Its number makes its effect known from all others."""
        seq = len(self.sent) + 1
        mark = f"{self.number}{seq:03}"
        kinds = ["reading", "log"] if self.entries else ["reading"]
        kind = self.chance.choice([*kinds, "note", "minutes"] if self.number == 1 else kinds)
        body: dict[str, Any] = {
            "reading": {"measure": "bp_systolic", "value": f"{100 + self.number}.{seq:03}", "moment": "in"},
            "log": self.entries and {
                "entry": self.chance.choice(self.entries), "sets": [{"quantity": "10", "load": "5"}], "effort": 4,
                "pain": 1, "reason": f"log {mark}",
            },
            "note": {"text": f"Note {mark}"},
            "minutes": {"seconds": {"strength": seq}},
        }[kind]  # fmt: skip
        command = {
            "id": str(uuid7()), "practice": self.session["practice"], "session": self.session["id"],
            "device": self.device, "seq": seq, "base_version": self.session["version"], "kind": kind,
            "at": MORNING.isoformat(), "body": body,
        }  # fmt: skip
        self.sent.append(command)
        return command

    def send(self, line: http.client.HTTPConnection, who: SignedIn, commands: list[dict]) -> list[dict]:
        """Send commands in one request; return their answers. Raises one of NO_ANSWER when the line breaks."""
        line.request("POST", "/sessions/commands/", json.dumps(commands), who.headers("application/json"))
        response = line.getresponse()
        said = json.loads(response.read())
        assert response.status == 200, said
        return said["answers"]

    def log_until(self, cut: threading.Event, who: SignedIn) -> None:
        """Write and send, one command at a time and now and then two, until nobody answers any more."""
        line = http.client.HTTPConnection("localhost", who.port, timeout=240)
        while not cut.is_set():
            written = [self.write() for _ in range(self.chance.choice((1, 1, 1, 2)))]
            try:
                answers = self.send(line, who, written)
            except NO_ANSWER:
                assert cut.wait(20), "the line broke before the power was cut"
                return
            self.answers |= {answer["id"]: answer for answer in answers}

    def send_all_again(self, who: SignedIn) -> list[str]:
        """Send everything in order, answered or not; return what the server said that it should not have."""
        line = http.client.HTTPConnection("localhost", who.port, timeout=240)
        wrong = []
        for again in self.send(line, who, self.sent):
            first = self.answers.get(again["id"])
            right = again["outcome"] == "duplicate" and again["first"] == "applied"
            if first is None:
                right = right or again["outcome"] == "applied"
            elif first["outcome"] != "duplicate":
                right = right and first["outcome"] == "applied" and again["version"] == first["version"]
            if not right:
                wrong.append(f"{self.device} said first {first}, then {again}")
            self.answers[again["id"]] = again
        return wrong


def together(tasks: list) -> list[Any]:
    """Run all at once; return what each returned. Raises what one of them raised."""
    results: list[Any] = [None] * len(tasks)
    failures: list[BaseException] = []

    def run(place: int) -> None:
        try:
            results[place] = tasks[place]()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(280)
    if failures:
        raise failures[0]
    return results


def acknowledged(tablets: list[Tablet]) -> int:
    return sum(len(tablet.answers) for tablet in tablets)


def cut_in_the_middle(server: Server, tablets: list[Tablet], who: SignedIn, after: int, backup=None) -> None:
    """Let all tablets log; cut the power when `after` more were acknowledged and a backup is being taken."""
    cut, before = threading.Event(), acknowledged(tablets)
    taken = None

    def pull_the_plug() -> None:
        nonlocal taken
        try:
            if backup:
                taken = subprocess.Popen(
                    backup, env=server.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
                )
                wait_for(lambda: any(server.home.glob("backup-*/database")), seconds=60)
            wait_for(lambda: acknowledged(tablets) - before >= after, seconds=60)
            server.cut_the_power()
        finally:
            cut.set()

    together([pull_the_plug, *(lambda tablet=tablet: tablet.log_until(cut, who) for tablet in tablets)])
    if taken:
        said, _ = taken.communicate(timeout=240)
        assert taken.returncode == 0, said.decode()


def faults(stored: list[dict[str, Any]], made: list[dict[str, Any]]) -> list[str]:
    """Return where a stored state is not what its own commands say: each applied once, wholly, in its order."""
    found = []
    start = {one["id"]: one["version"] for one in made}
    for session in stored:
        commands = [one for one in session["commands"] if one["device"] != "tablet-0"]
        of_kind = {kind: [one for one in commands if one["kind"] == kind] for kind in (*EVENT_OF, "minutes")}
        of_device = {one["device"]: [] for one in commands}
        for one in commands:
            of_device[one["device"]].append(one["seq"])
        last_log = {one["body"]["entry"]: one["body"]["reason"] for one in of_kind["log"]}
        last_note = [one["body"]["text"] for one in of_kind["note"]][-1:] or [""]
        last_minutes = [one["body"]["seconds"] for one in of_kind["minutes"]][-1:] or [{}]
        checks = {
            "outcomes": ({one["outcome"] for one in commands} - {"applied"}, set()),
            "order of each tablet": (
                [*of_device.values()],
                [[*range(1, len(s) + 1)] for s in of_device.values()],
            ),
            "versions": (
                [one["version"] for one in commands],
                [*range(start[session["id"]] + 1, session["version"] + 1)],
            ),
            "readings": (
                session["readings"],
                sorted(one["body"]["value"].rstrip("0") for one in of_kind["reading"]),
            ),
            "entries": (session["logged"], last_log),
            "note": (session["note"], last_note[0]),
            "minutes": (session["minutes"], last_minutes[0]),
        }
        for kind, event in EVENT_OF.items():
            of_seed = {"reading": 4}.get(kind, 0)
            checks[f"trail of {kind}"] = (session["trail"].get(event, 0), of_seed + len(of_kind[kind]))
        found += [
            f"{what}: {is_} instead of {should}" for what, (is_, should) in checks.items() if is_ != should
        ]
    return found


def ids_of(stored: list[dict[str, Any]]) -> Counter:
    return Counter(
        one["id"] for session in stored for one in session["commands"] if one["device"] != "tablet-0"
    )


def test_a_power_cut_loses_nothing_acknowledged_and_applies_nothing_twice(home, tmp_path):
    server, chance = home("home"), random.Random(SEED)
    made = json.loads(server.must("shell", "--no-imports", "-c", floor_home.MAKE).splitlines()[-1])
    tablets = [
        Tablet(session, number, chance.getrandbits(32))
        for session in made["sessions"]
        for number in range(1, TABLETS_A_SESSION + 1)
    ]
    file = tmp_path / "practice.backup"
    backup = [sys.executable, "-m", "medexpro", "backup", str(file)]
    known_before_backup: set[str] = set()

    server.start()
    who = SignedIn(server.port, made["email"])
    for number in range(ROUNDS):
        taken = number == ROUND_OF_BACKUP
        if taken:
            known_before_backup = {key for tablet in tablets for key in tablet.answers}
        cut_in_the_middle(server, tablets, who, chance.randint(60, 140), backup if taken else None)
        server.start()  # Signed in still: that, too, was kept.
        wrong = together([lambda tablet=tablet: tablet.send_all_again(who) for tablet in tablets])
        assert [one for ones in wrong for one in ones] == []

    stored = json.loads(server.must("shell", "--no-imports", "-c", floor_home.LOOK).splitlines()[-1])
    sent = Counter(command["id"] for tablet in tablets for command in tablet.sent)
    print(f"{sent.total()} commands from {len(tablets)} tablets, power cut {ROUNDS} times")
    assert sent.total() >= AT_LEAST
    assert ids_of(stored) == sent  # Each is there, and there once.
    assert faults(stored, made["sessions"]) == []
    assert re.search(r": whole\. \d+ sealed, 0 unsealed", server.must("verify-trail", "--seal"))

    again = home("restored")
    assert re.search(r"trail of .*: whole up to event \d+", again.must("restore", str(file)))
    restored = json.loads(again.must("shell", "--no-imports", "-c", floor_home.LOOK).splitlines()[-1])
    assert faults(restored, made["sessions"]) == []
    assert set(known_before_backup) <= set(ids_of(restored)) <= set(sent)
    print(f"{ids_of(restored).total()} of them were in the backup")
