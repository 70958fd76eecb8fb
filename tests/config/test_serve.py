"""One command serves: it says when it is ready, keeps both programs alive, and takes both down with it."""

import signal
import sys

import psutil
import pytest

from medexpro.config.schedule import Clockwork, periodic_tasks
from medexpro.config.supervisor import Child
from medexpro.config.tasks import tidy
from tests.config.serving import Server, can_hold, free_port, wait_for

pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def prepared_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    server = Server(home, free_port())
    done = server.command("prepare")
    assert done.returncode == 0, done.stderr
    assert server.command("prepare").stdout == ""  # A second time there is nothing to do.
    return home


@pytest.fixture
def server(prepared_home):
    server = Server(prepared_home, free_port())
    server.start()
    yield server
    server.stop()
    wait_for(lambda: can_hold(prepared_home))


def test_it_serves_says_where_and_stops_both(server):
    assert f"http://localhost:{server.port}" in server.log.read_text()
    assert server.status() == 200, server.log.read_text()
    family = server.family()
    assert len(family) >= 3
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=20) == 0
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_a_second_server_of_the_same_home_or_port_is_told(server, tmp_path):
    again = Server(server.log.parent, free_port()).command("serve")
    assert again.returncode == 1
    assert "already being served" in again.stderr
    taken = Server(tmp_path, server.port).command("serve")
    assert f"Port {server.port} is in use by another program" in taken.stderr


def test_what_dies_is_started_again(server):
    for part in ("medexpro work", "granian"):
        before = server.child(part)
        family = [before, *before.children(recursive=True)]
        before.kill()
        wait_for(lambda part=part, before=before: (now := server.child(part)) and now.pid != before.pid)
        assert psutil.wait_procs(family, timeout=5)[1] == []  # Nobody old answers beside the new one.
    wait_for(lambda: answers(server))
    assert "It starts again" in server.log.read_text()


def answers(server) -> bool:
    try:
        return server.status() == 200
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children of a killed parent")
def test_a_killed_supervisor_leaves_nobody_behind(server):
    family = server.family()
    server.process.kill()
    server.process.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []


def test_an_unprepared_home_is_told_what_to_do(tmp_path):
    refused = Server(tmp_path, free_port()).command("serve")
    assert refused.returncode == 1
    assert "run `medexpro prepare` first" in refused.stderr


def test_a_program_that_keeps_dying_is_given_longer_pauses():
    child = Child("restless program", [sys.executable, "-c", "raise SystemExit(3)"])
    child.start()
    child.process.wait()
    child.keep_alive()
    assert (child.process, child.pause_s) == (None, 2.0)
    child.keep_alive()
    assert child.process is None  # Its pause is not over.


def test_the_clock_queues_each_task_when_its_time_has_come():
    queued = []

    class Task:
        def __init__(self, name):
            self.name = name

        def enqueue(self):
            queued.append(self.name)

    clock = Clockwork([(Task("often"), 10), (Task("seldom"), 100)], tick_s=0)
    start = max(clock.due_at.values())
    assert [clock.tick(start + after) for after in (0, 5, 11, 105)] == [2, 0, 1, 2]
    assert queued == ["often", "seldom", "often", "often", "seldom"]


@pytest.mark.django_db
def test_the_trail_is_sealed_and_the_house_tidied_by_the_clock():
    names = {task.func.__name__ for task, _ in periodic_tasks()}
    assert {"seal_trails", "tidy"} <= names
    tidy.call()
