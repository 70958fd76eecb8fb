"""A worker that dies in the middle: nothing is sent twice by itself, nothing waits for ever, nothing is hidden."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from medexpro.config import interrupted
from medexpro.config.schedule import declared
from medexpro.config.tasks import tidy
from tests.reports.reporting import LATER
from tests.reports.test_writing import mailed


def claimed(by: str) -> DBTaskResult:
    """A worker has begun what waits in the queue."""
    task = DBTaskResult.objects.get()
    task.claim(by)
    return task


def work() -> None:
    """Let a worker do what waits, and end."""
    call_command("db_worker", queue_name="*", batch=True, interval=0, verbosity=0, startup_delay=False)


@pytest.mark.django_db(transaction=True)
def test_a_report_whose_worker_died_is_marked_and_sent_again_by_a_person_only(cast, settings, sign_in, clock):
    clock("2026-12-09 10:00")
    delivery = mailed(cast, settings)
    claimed("dead")
    assert interrupted.take_up(own="new", at=LATER) == 1
    work()
    assert mail.outbox == []
    delivery.refresh_from_db()
    assert "Delivery unknown" in delivery.failed_reason and delivery.delivered_at is None
    assert DBTaskResult.objects.get().status == "FAILED"
    page = sign_in(cast.ana).get(reverse("reports:show", args=[delivery.document_id])).content.decode()
    assert "Delivery unknown: sending was cut off" in page
    assert interrupted.take_up(own="new", at=LATER) == 0  # Told once.


@pytest.mark.django_db(transaction=True)
def test_what_a_living_worker_does_is_left_to_it(cast, settings):
    delivery = mailed(cast, settings)
    claimed("slow")
    interrupted.say_alive("slow")
    assert interrupted.take_up(own="new", at=LATER) == 0
    assert interrupted.take_up(own="slow", at=LATER) == 0
    delivery.refresh_from_db()
    assert delivery.failed_reason == "" and DBTaskResult.objects.get().status == "RUNNING"


@pytest.mark.django_db
def test_a_report_that_left_before_the_worker_died_stays_sent(cast, settings):
    delivery = mailed(cast, settings)
    claimed("dead")
    type(delivery).objects.filter(pk=delivery.pk).update(delivered_at=LATER)
    interrupted.take_up(own="new", at=LATER)
    delivery.refresh_from_db()
    assert delivery.failed_reason == ""


@pytest.mark.django_db
def test_what_is_harmless_twice_runs_again_but_not_for_ever():
    tidy.enqueue()
    for turn in range(interrupted.MOST_STARTS):
        task = claimed(f"dead-{turn}")
        interrupted.take_up(own="new", at=LATER)
        task.refresh_from_db()
        assert task.status == ("READY" if turn < interrupted.MOST_STARTS - 1 else "FAILED")


@pytest.mark.django_db(transaction=True)
def test_a_report_that_waited_when_the_backup_was_made_does_not_leave_after_a_restore(cast, settings):
    delivery = mailed(cast, settings)
    tidy.enqueue()
    assert interrupted.hold_after_restore(at=LATER) == 1
    work()
    assert mail.outbox == []
    delivery.refresh_from_db()
    assert "a backup was restored" in delivery.failed_reason and delivery.document.state == "signed"


@pytest.mark.django_db
def test_a_report_is_in_the_queue_or_was_not_sent_at_all(cast, settings):
    """No moment lies between the record and the queue in which a power cut loses the letter."""
    delivery = mailed(cast, settings)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [str(delivery.pk)]


def test_every_task_says_whether_it_may_run_twice():
    """A new task that says nothing would only fail when its worker dies; say it in the area's tasks.py."""
    said = {task.module_path for name in ("PERIODIC", "ONCE") for task, _ in declared(name)}
    assert "medexpro.reports.tasks.mail_document" in said
    assert {path for path in said if ".mail_" in path} <= set(interrupted.once_tasks())
