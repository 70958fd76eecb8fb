"""Who may say what: an entry of someone who may not make it any more, and a decision of someone who only proposes."""

import json

import pytest
from django.urls import reverse

from medexpro.sessions import operations
from medexpro.sessions.models import SessionCommand, SessionLog
from tests.conftest import MORNING
from tests.pages import text_of
from tests.sessions.floor import Tablet, logged


def posted(browser, data):
    answer = browser.post("/sessions/commands/", json.dumps(data), content_type="application/json")
    return answer.status_code, answer.json()


@pytest.fixture
def hers(cast):
    """A session in Asa's hands."""
    return Tablet(logged(cast, cast.asa), cast.asa, name="hers")


def test_an_entry_for_a_client_who_was_given_to_someone_else_is_answered_in_words(hers, cast, sign_in, clock):
    clock("2026-10-13 09:40")
    browser = sign_in(cast.asa)
    cast.janet.assignments.all().delete()
    status, said = posted(browser, hers.command("note", text="Steady."))
    assert (status, said["outcome"]) == (404, "turned_away")
    assert said["sentence"].startswith("This entry could not be taken.")
    assert not SessionCommand.objects.filter(device="hers").exists()  # Its number is free.


def test_so_is_one_of_a_member_who_logs_no_sessions_any_more(hers, cast, sign_in, clock):
    clock("2026-10-13 09:40")
    browser = sign_in(cast.asa)
    cast.asa.roles = ["front_desk"]
    cast.asa.save()
    status, said = posted(browser, hers.command("note", text="Steady."))
    assert (status, said["outcome"]) == (403, "turned_away")


@pytest.mark.parametrize("name", ["ana", "ben"])
def test_an_entry_waits_for_who_made_it_while_somebody_else_is_signed_in(hers, cast, sign_in, clock, name):
    clock("2026-10-13 09:40")
    entry = hers.command("note", text="Steady.") | {"member": str(cast.asa.pk)}
    status, said = posted(sign_in(getattr(cast, name)), entry)
    assert (status, said["reason"]) == (401, "signed-out")  # The tablet keeps it and tries again.
    assert posted(sign_in(cast.asa), entry)[1]["outcome"] == "applied"
    assert SessionCommand.objects.get(device="hers").member == cast.asa


def test_in_a_list_the_others_are_taken_all_the_same(hers, cast, sign_in, clock):
    clock("2026-10-13 09:40")
    stray = hers.command("note", text="Of nobody") | {"session": hers.command("note")["id"], "seq": 1}
    hers.seq = 0
    _, said = posted(sign_in(cast.asa), [stray, hers.command("note", text="Steady.")])
    assert [one["outcome"] for one in said["answers"]] == ["turned_away", "applied"]


# ---- An assistant proposes


def proposed(tablet, cast):
    tablet.send("close", response="well", decision="advance", reason="Two easy sessions in a row")
    return operations.sign(tablet.session, recently_signed_in=True, by=cast.asa, at=MORNING)


def page_of(sign_in, member, session):
    return text_of(sign_in(member).get(reverse("sessions:show", args=[session.pk])))


def test_an_assistants_decision_is_a_proposal_until_the_co_sign(hers, cast, sign_in):
    note = proposed(hers, cast)
    assert (note.decision, note.decided, note.proposed_by) == ("advance", "", cast.asa.signing_name)
    assert f"Next time, proposed by {cast.asa.signing_name}: awaits co-sign" in page_of(
        sign_in, cast.ana, note
    )
    note = operations.cosign(note, recently_signed_in=True, by=cast.ana, at=MORNING)
    assert note.decided == "advance"
    page = page_of(sign_in, cast.ana, note)
    assert f"proposed by {cast.asa.signing_name}" in page and "awaits co-sign" not in page


def test_who_proposed_is_under_the_signature(hers, cast):
    note = proposed(hers, cast)
    note.marks.pop("proposed_by")
    assert note.content_hash != operations.content_hash(note)


def test_a_professional_who_decides_anew_proposes_nothing(hers, cast):
    hers.send("close", response="well", decision="advance", reason="Two easy sessions in a row")
    anas = Tablet(SessionLog.objects.get(pk=hers.session.pk), cast.ana, name="anas")
    anas.send("close", response="tired", decision="advance", reason="Two easy sessions in a row")
    kept = SessionLog.objects.get(pk=hers.session.pk)
    assert kept.proposed_by  # How it was taken is no decision.
    anas.send("close", response="tired", decision="hold", reason="")
    kept.refresh_from_db()
    assert (kept.proposed_by, kept.decided) == ("", "hold")
