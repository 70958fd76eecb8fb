"""Drafting what is due in one go: a result for each line, nothing twice, and each page seen and signed by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.providers import operations as providers
from medexpro.reports import batch_views, batches, listing, operations, tasks
from medexpro.reports.models import Document, DraftBatch
from tests.pages import text_of as page_text
from tests.reports.reporting import LATER, drafted, measured_twice

THREE = ("progress_report", "introductory_letter", "assessment_summary")


def started(cast, *kinds: str, **more) -> DraftBatch:
    """Ana has asked for documents of Janet's episode; the worker has not run yet."""
    episode = measured_twice(cast)
    wanted = [(episode.pk, kind) for kind in kinds or THREE]
    return batches.start(wanted, by=cast.ana, at=LATER, **more)


def worked(batch: DraftBatch, at=LATER) -> list[tuple[str, str]]:
    """Let the worker do what is left; return each line's kind and outcome."""
    batch = DraftBatch.objects.select_related("member__user", "member__practice", "practice").get(pk=batch.pk)
    batches.work(batch, now=lambda: at)
    batch.refresh_from_db()
    return [(line["kind"], line["outcome"]) for line in batch.lines]


def test_each_line_has_a_result_and_a_draft(cast):
    batch = started(cast)
    assert worked(batch) == [(kind, "drafted") for kind in THREE]
    batch.refresh_from_db()
    assert {line["document"] for line in batch.lines} == {str(one.pk) for one in Document.objects.all()}
    assert batch.finished_at == LATER and set(Document.objects.values_list("state", flat=True)) == {"draft"}


def test_the_form_sent_twice_asks_once(cast):
    new_id = uuid7()
    episode = measured_twice(cast)
    wanted = [(episode.pk, "progress_report"), (episode.pk, "progress_report")]
    first = batches.start(wanted, id=new_id, by=cast.ana, at=LATER)
    again = batches.start(wanted, id=new_id, by=cast.ana, at=LATER)
    assert first.pk == again.pk and len(first.lines) == 1
    assert DBTaskResult.objects.filter(task_path__endswith="draft_batch").count() == 1


def test_other_lines_ticked_on_the_same_page_are_not_lost(cast):
    """Ana goes back, ticks something else and presses again: the page still has its id."""
    new_id, episode = uuid7(), measured_twice(cast)
    first = batches.start([(episode.pk, "progress_report")], id=new_id, by=cast.ana, at=LATER)
    other = batches.start([(episode.pk, "assessment_summary")], id=new_id, by=cast.ana, at=LATER)
    assert other.pk != first.pk and worked(other) == [("assessment_summary", "drafted")]


def test_a_batch_asked_for_anew_goes_on_with_the_drafts_that_are_there(cast):
    worked(started(cast))
    episode = Document.objects.first().episode
    again = batches.start([(episode.pk, kind) for kind in THREE], by=cast.ana, at=LATER)
    assert worked(again) == [(kind, "drafted") for kind in THREE]
    assert Document.objects.count() == 3


def test_a_worker_that_was_ended_halfway_is_followed_by_one_that_goes_on(cast, monkeypatch):
    batch = started(cast)
    made, real = [], operations.draft

    def ended_at_the_second(*args, **more):
        if made:
            raise KeyboardInterrupt
        made.append(real(*args, **more))
        return made[0]

    monkeypatch.setattr(operations, "draft", ended_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        worked(batch)
    monkeypatch.undo()
    # Somebody else may be at it for a minute; then it is nobody's work any more.
    assert batches.unfinished(at=LATER + timedelta(seconds=30)) == []
    later = LATER + timedelta(seconds=90)
    [left] = batches.unfinished(at=later)
    assert worked(left, later) == [(kind, "drafted") for kind in THREE]
    assert Document.objects.count() == 3
    assert batches.unfinished(at=later + timedelta(minutes=5)) == []


def test_a_batch_whose_task_was_lost_is_found_by_the_clock(cast, clock):
    batch = started(cast, "progress_report")
    clock("2026-12-09 08:32")
    assert tasks.go_on_drafting.func() == 1
    batch.refresh_from_db()
    assert batch.finished_at is not None and Document.objects.count() == 1
    assert tasks.go_on_drafting.func() == 0


def test_what_was_signed_meanwhile_is_not_drafted_again(cast):
    document = drafted(cast)
    batch = batches.start([(document.episode_id, "progress_report")], by=cast.ana, at=LATER)
    operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    assert worked(batch, LATER + timedelta(minutes=1)) == [("progress_report", "over")]
    assert Document.objects.count() == 1


def test_a_line_that_needs_something_says_what_and_holds_up_no_other(cast):
    batch = started(cast)
    providers.change(cast.dr_raman, is_active=False, by=cast.ana, at=LATER)
    assert worked(batch) == [(kind, "needs") for kind in THREE]
    batch.refresh_from_db()
    assert "no longer active" in batch.lines[0]["why"] and batch.lines[0]["document"]


def test_a_fault_in_one_line_is_said_and_the_rest_is_drafted(cast, monkeypatch):
    batch, real = started(cast), batches.what_it_needs

    def falls_once(document, *, at):
        if document.kind == "introductory_letter":
            raise ZeroDivisionError
        return real(document, at=at)

    monkeypatch.setattr(batches, "what_it_needs", falls_once)
    outcomes = dict(worked(batch))
    assert outcomes == {
        "progress_report": "drafted",
        "introductory_letter": "needs",
        "assessment_summary": "drafted",
    }


def test_who_may_not_write_drafts_nothing_and_a_neighbours_client_is_not_found(cast):
    episode = measured_twice(cast)
    wanted = [(episode.pk, "progress_report")]
    for person in (cast.ben, cast.asa, cast.rhea, cast.olga):
        with pytest.raises(NotAllowed):
            batches.start(wanted, by=person, at=LATER)
    with pytest.raises(NotFound):
        batches.start(wanted, by=cast.dana, at=LATER)
    with pytest.raises(batches.BatchRefused, match="Tick what to draft"):
        batches.start([(episode.pk, "acknowledgement"), (episode.pk, "nonsense")], by=cast.ana, at=LATER)


def test_a_member_who_left_meanwhile_drafts_nothing_more(cast):
    batch = started(cast, "progress_report")
    cast.ana.is_active = False
    cast.ana.save()
    assert worked(batch) == [("progress_report", "needs")]
    assert not Document.objects.exists()


def test_what_was_asked_for_a_month_ago_is_let_go_and_the_drafts_stay(cast):
    worked(started(cast, "progress_report"))
    assert batches.clear_old(at=LATER + timedelta(days=29)) == 0
    assert batches.clear_old(at=LATER + timedelta(days=31)) == 1
    assert Document.objects.count() == 1


def test_all_due_this_week_are_the_late_ones_and_those_until_sunday(cast):
    """Wednesday: what is late and what is due until Sunday; Monday's is next week's."""
    episode = measured_twice(cast)
    wednesday = LATER
    owed = [
        listing.Due(episode, kind, cast.northbridge.day(wednesday) + timedelta(days=days), days < 0, "", "")
        for kind, days in [
            (Document.Kind.PROGRESS, -20),
            (Document.Kind.SUMMARY, 4),
            (Document.Kind.INTRODUCTORY, 5),
            (Document.Kind.ACKNOWLEDGEMENT, 0),
        ]
    ]
    found = batch_views.due_this_week(owed, wednesday)
    assert [one.kind.value for one in found] == ["progress_report", "assessment_summary"]


# In the browser


def test_the_list_drafts_those_ticked_and_shows_how_far_it_is(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    episode = measured_twice(cast)
    ana, address = sign_in(cast.ana), reverse("reports:draft_batch")
    page = ana.get(reverse("reports:index")).content.decode()
    line = f"{episode.pk}:progress_report"
    assert f'value="{line}" form="batch"' in page and "Draft all due this week" in page
    assert ana.post(address, {"which": "ticked"})["Location"] == reverse("reports:index")
    typed = {"which": "ticked", "new_id": str(uuid7()), "line": [line, "nonsense", f"{'9' * 40}:x"]}
    where = ana.post(address, typed)["Location"]
    assert ana.post(address, typed)["Location"] == where  # Pressed twice.
    working = ana.get(where).content.decode()
    assert (
        'hx-trigger="every 2s"' in working
        and "0 of 1 settled" in working
        and "It goes on without this page" in working
    )
    worked(DraftBatch.objects.get())
    done = ana.get(where)
    assert (
        "1 of 1 settled" in page_text(done)
        and "drafted" in page_text(done)
        and "every 2s" not in done.content.decode()
    )
    assert "Check and sign next" in page_text(done)
    assert "draft begun" in page_text(ana.get(reverse("reports:index")))
    assert (
        sign_in(cast.ben).get(where).status_code == 403 and sign_in(cast.dana).get(where).status_code == 404
    )


def test_all_due_this_week_is_one_press(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    measured_twice(cast)
    sign_in(cast.ana).post(reverse("reports:draft_batch"), {"which": "week", "new_id": str(uuid7())})
    kinds = [line["kind"] for line in DraftBatch.objects.get().lines]
    assert sorted(kinds) == sorted(THREE)


def test_from_one_to_the_next_each_is_seen_and_signed_by_itself(cast, sign_in, clock):
    clock("2026-12-09 08:40")
    worked(started(cast))
    ana = sign_in(cast.ana)
    where = ana.get(reverse("reports:next"))["Location"]
    signed_numbers = []
    for left in (2, 1, 0):
        page = ana.get(where).content.decode()
        assert "Check and sign" in page
        document = Document.objects.get(pk=where.split("/")[2])
        form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("version", "shown")}
        address = reverse("reports:sign", args=[document.pk]) + "?queue=1"
        # Not what another page showed, and nothing unseen.
        assert ana.post(address, form | {"shown": ""}).status_code == 409
        answer = ana.post(address, form)
        assert answer["Location"] == f"{reverse('reports:next')}?after={document.pk}"
        assert Document.objects.filter(state="draft").count() == left
        where = ana.get(answer["Location"])["Location"]
        signed_numbers.append(document.number)
    assert where == f"{reverse('reports:index')}?state=signed"
    assert len(set(signed_numbers)) == 3


def test_the_way_through_asks_who_it_is_each_time_the_sign_in_is_old(cast, sign_in, clock):
    clock("2026-12-09 08:40")
    worked(started(cast, "progress_report"))
    ana = sign_in(cast.ana)
    where = ana.get(reverse("reports:next"))["Location"]
    page = ana.get(where).content.decode()
    form = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("version", "shown")}
    session = ana.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()
    answer = ana.post(reverse("reports:sign", args=[Document.objects.get().pk]) + "?queue=1", form)
    assert answer.status_code == 409 and Document.objects.get().state == "draft"


def test_what_is_left_for_later_is_passed_and_said_at_the_end(cast, sign_in, clock):
    clock("2026-12-09 08:40")
    worked(started(cast, "progress_report", "introductory_letter"))
    ana = sign_in(cast.ana)
    passed = []
    where = ana.get(reverse("reports:next"))["Location"]
    while "queue=1" in where:
        passed.append(where.split("/")[2])
        where = ana.get(f"{reverse('reports:next')}?after={passed[-1]}")["Location"]
    assert len(passed) == 2 and where.endswith("?state=draft")
    assert "2 left for later" in page_text(ana.get(where))
