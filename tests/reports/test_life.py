"""From draft to acknowledged: who moved a document on, when and how, and what each may do without reading it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from medexpro.audit.models import Event
from medexpro.kernel.refusals import Conflict, NotAllowed
from medexpro.reports import contents, life, operations, replies, sending
from medexpro.reports.models import Delivery, Document
from medexpro.reports.rules.life import ORDER, Came, state_of
from medexpro.reports.snapshots import fingerprint
from tests.assessments.measuring import measured
from tests.pages import text_of as page_text
from tests.reports.reporting import AGAIN, LATER, drafted, signed
from tests.reports.test_writing import mailed

HOUR = timedelta(hours=1)


def seen(document: Document, at=LATER) -> dict:
    """Return what a page of the draft would send along: which version, which page."""
    made = contents.contents_of(document, at=at)
    return {
        "version": document.version,
        "shown": fingerprint(made.snapshot, contents.letterhead_of(document.practice)),
    }


def checked(cast, **more) -> Document:
    document = drafted(cast)
    return operations.check(document, **seen(document), by=cast.ana, at=LATER, **more)


def faxed(cast) -> Delivery:
    return sending.send(signed(cast), "fax", to="555-0117", by=cast.ben, at=LATER + HOUR).delivery


def state_now() -> str:
    return Document.objects.get().state


def test_each_of_the_six_states_says_who_when_and_how(cast):
    document = operations.sign(checked(cast), recently_signed_in=True, by=cast.ana, at=LATER)
    sent = sending.send(document, "fax", to="555-0117", by=cast.ben, at=LATER + HOUR).delivery
    replies.record_reply(sent, "faxed", by=cast.ben, at=LATER + 2 * HOUR)
    replies.record_reply(sent, "phone", who="Maria Lopez", by=cast.ben, at=LATER + 3 * HOUR)
    document = operations.rows_of(cast.ana).get(pk=document.pk)
    steps = life.steps_of(document, document.deliveries.all())
    assert [step.state for step in steps] == list(ORDER) and document.state == "acknowledged"
    assert [(step.who, step.how, (step.at - LATER) // HOUR) for step in steps] == [
        ("Ana Torres", "", 0),
        ("Ana Torres", "", 0),
        ("Ana Torres, MES", "", 0),
        ("Ben Okoye", "Fax to 555-0117", 1),
        ("recorded by Ben Okoye", "fax confirmed", 2),
        ("Maria Lopez · recorded by Ben Okoye", "by phone", 3),
    ]


# Checked


def test_changed_words_are_nobodys_to_have_checked(cast):
    document = checked(cast)
    assert (document.state, document.checked_by) == ("checked", cast.ana)
    document = operations.write(document, {"next": "Stairs."}, by=cast.ana, at=LATER)
    assert (document.state, document.checked_by, document.checked_at) == ("draft", None, None)


def test_whoever_signs_a_draft_that_nobody_checked_has_checked_it(cast):
    assert signed(cast).checked_by == cast.ana


def test_a_colleagues_check_stands_when_the_page_is_signed_the_next_day(cast):
    cast.mia.roles = ["professional"]
    cast.mia.save()
    document = drafted(cast)
    document = operations.check(document, **seen(document), by=cast.mia, at=LATER)
    later = LATER + timedelta(days=1)
    assert operations.sign(document, recently_signed_in=True, by=cast.ana, at=later).checked_by == cast.mia


def test_a_check_does_not_stand_for_numbers_nobody_saw(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = checked(cast)
    show = reverse("reports:show", args=[document.pk])
    assert "Checked Dec 9 by Ana Torres." in page_text(sign_in(cast.ana).get(show))
    measured(document.episode, AGAIN | {"tug": "8.1"}, kind="reassessment", by=cast.ana, at=LATER + HOUR)
    assert "The record changed since Ana Torres checked this page" in page_text(sign_in(cast.ana).get(show))
    document.checked_by = cast.rhea  # Somebody else, to tell the two apart.
    document.save()
    done = operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER + 2 * HOUR)
    assert done.checked_by == cast.ana


def test_nobody_checks_what_they_did_not_see_or_what_is_signed(cast):
    document = drafted(cast)
    with pytest.raises(Conflict, match="look again"):
        operations.check(document, version=document.version, shown="", by=cast.ana, at=LATER)
    with pytest.raises(Conflict):
        operations.check(document, version=document.version + 1, shown="", by=cast.ana, at=LATER)
    with pytest.raises(NotAllowed):
        operations.check(document, **seen(document), by=cast.asa, at=LATER)
    operations.sign(document, recently_signed_in=True, by=cast.ana, at=LATER)
    with pytest.raises(operations.DocumentRefused, match="signed already"):
        operations.check(document, version=document.version, shown="", by=cast.ana, at=LATER)


def test_a_checked_draft_is_gone_on_with_and_may_be_put_away(cast):
    document = checked(cast)
    again = operations.draft(document.episode, "progress_report", by=cast.ana, at=LATER)
    assert again.pk == document.pk
    operations.discard(document, by=cast.ana, at=LATER)
    assert state_now() == "void"


def test_the_page_checks_and_shows_it(cast, sign_in, clock):
    clock("2026-12-09 08:30")
    document = drafted(cast)
    ana = sign_in(cast.ana)
    stale = ana.post(reverse("reports:check", args=[document.pk]), {"version": "1", "shown": "of before"})
    assert stale.status_code == 409 and "look again" in stale.content.decode()
    page = ana.get(reverse("reports:show", args=[document.pk])).content.decode()
    shown = page.split('name="shown" value="')[1].split('"')[0]
    version = page.split('name="version" value="')[1].split('"')[0]
    done = ana.post(reverse("reports:check", args=[document.pk]), {"version": version, "shown": shown})
    assert done["Location"] == reverse("reports:show", args=[document.pk]) and state_now() == "checked"


# Received and acknowledged


def test_an_opened_link_says_that_it_was_received(cast):
    delivery = sending.send(signed(cast), "link", by=cast.ana, at=LATER).delivery
    sending.note_opening(delivery, what="page", at=LATER + HOUR)
    delivery.refresh_from_db()
    assert (state_now(), delivery.received_how, delivery.received_by) == ("received", "opened", None)
    sending.acknowledge(delivery, at=LATER + 2 * HOUR)
    sending.note_opening(delivery, what="pdf", at=LATER + 3 * HOUR)
    delivery.refresh_from_db()
    assert (state_now(), delivery.acknowledged_how) == ("acknowledged", "link")
    assert delivery.received_at == LATER + HOUR


@pytest.mark.parametrize("reply", ["phone", "fax", "person", "told"])
def test_what_somebody_said_names_who(cast, reply):
    delivery = faxed(cast)
    for nobody in ("", "   "):
        with pytest.raises(replies.ReplyRefused, match="who said so") as refusal:
            replies.record_reply(delivery, reply, who=nobody, by=cast.ben, at=LATER)
        assert refusal.value.field == "who"
    replies.record_reply(delivery, reply, who="Maria  Lopez", by=cast.ben, at=LATER + 2 * HOUR)
    delivery.refresh_from_db()
    said_by = delivery.received_from if reply == "told" else delivery.acknowledged_from
    assert said_by == "Maria Lopez"
    assert state_now() == ("received" if reply == "told" else "acknowledged")
    assert delivery.received_at  # Whoever acknowledges it has it.


def test_the_same_reply_twice_is_recorded_once(cast):
    delivery = faxed(cast)
    for who in ("Maria Lopez", "Somebody else"):
        replies.record_reply(delivery, "phone", who=who, by=cast.ben, at=LATER + 2 * HOUR)
    delivery.refresh_from_db()
    assert delivery.acknowledged_from == "Maria Lopez"
    assert Event.objects.filter(kind="reports:delivery:acknowledge").count() == 1


def test_a_reply_recorded_by_mistake_is_taken_back_and_the_links_own_word_stays(cast):
    document = signed(cast)
    link = sending.send(document, "link", by=cast.ana, at=LATER).delivery
    sending.note_opening(link, what="page", at=LATER + HOUR)
    replies.record_reply(link, "phone", who="Maria Lopez", by=cast.ben, at=LATER + 2 * HOUR)
    assert state_now() == "acknowledged"
    replies.take_back(link, by=cast.ben, at=LATER + 3 * HOUR)
    link.refresh_from_db()
    assert (state_now(), link.acknowledged_at, link.received_how) == ("received", None, "opened")
    with pytest.raises(replies.ReplyRefused, match="Nothing was recorded by hand"):
        replies.take_back(link, by=cast.ben, at=LATER + 3 * HOUR)


def test_nothing_comes_back_for_what_never_left_or_was_replaced(cast, settings):
    waiting = mailed(cast, settings)
    with pytest.raises(replies.ReplyRefused, match="has not left"):
        replies.record_reply(waiting, "phone", who="Maria Lopez", by=cast.ana, at=LATER)
    sent = sending.send(waiting.document, "print", by=cast.ana, at=LATER).delivery
    newer = operations.replace(waiting.document, by=cast.ana, at=LATER)
    operations.sign(newer, recently_signed_in=True, by=cast.ana, at=LATER)
    with pytest.raises(replies.ReplyRefused, match="was replaced"):
        replies.record_reply(sent, "handed", by=cast.ana, at=LATER)


@given(st.lists(st.builds(Came, st.booleans(), st.booleans(), st.booleans()), max_size=4), st.data())
def test_a_document_never_falls_back_by_what_comes_in(deliveries, data):
    before = ORDER.index(state_of(deliveries))
    more = data.draw(st.builds(Came, st.booleans(), st.booleans(), st.booleans()))
    assert ORDER.index(state_of([*deliveries, more])) >= before >= ORDER.index("signed")


# The front desk moves states and reads nothing


def test_the_front_desk_records_what_it_faxed_and_what_came_back(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = operations.sign(
        operations.write(drafted(cast), {"next": "Stairs with a rail."}, by=cast.ana, at=LATER),
        recently_signed_in=True, by=cast.ana, at=LATER,
    )  # fmt: skip
    ben, states = sign_in(cast.ben), reverse("reports:states", args=[document.pk])
    assert states in ben.get(reverse("reports:index")).content.decode()
    page = ben.get(states).content.decode()
    assert "Record as sent" in page and 'value="link"' not in page and 'value="email"' not in page
    for narrative in ("Stairs with a rail", "Timed Up", "faster", "improved", "picture/"):
        assert narrative not in page
    sent = ben.post(reverse("reports:send", args=[document.pk]), {"channel": "fax", "to": "555-0117"})
    assert sent["Location"] == states and state_now() == "sent"
    reply = reverse("reports:reply", args=[document.pk])
    typed = {"delivery": str(Delivery.objects.get().pk), "reply": "phone", "who": ""}
    refused = ben.post(reply, typed)
    assert refused.status_code == 422 and "Write who said so." in refused.content.decode()
    assert "Stairs with a rail" not in refused.content.decode()
    assert ben.post(reply, typed | {"who": "Maria Lopez"})["Location"] == states
    assert "Maria Lopez · recorded by Ben Okoye" in page_text(ben.get(states))
    back = reverse("reports:take_back", args=[Delivery.objects.get().pk])
    assert ben.post(back)["Location"] == states and state_now() == "sent"


def test_the_front_desk_makes_no_link_that_would_open_the_page(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    document = signed(cast)
    for channel in ("link", "email"):
        with pytest.raises(NotAllowed):
            sending.send(document, channel, by=cast.ben, at=LATER)
    answer = sign_in(cast.ben).post(
        reverse("reports:send", args=[document.pk]), {"channel": "link", "days": "3"}
    )
    assert answer.status_code == 422 and not Delivery.objects.exists()


@pytest.mark.parametrize("person", ["asa", "mia", "bill", "rhea", "olga"])
def test_who_only_sees_states_moves_none(cast, person):
    delivery = faxed(cast)
    with pytest.raises(NotAllowed):
        replies.record_reply(delivery, "faxed", by=cast.members[person], at=LATER)
    with pytest.raises(NotAllowed):
        sending.send(delivery.document, "print", by=cast.members[person], at=LATER)


def test_the_professional_records_a_reply_on_the_page_of_the_document(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    delivery = faxed(cast)
    ana, show = sign_in(cast.ana), reverse("reports:show", args=[delivery.document_id])
    assert "After it was sent" in page_text(ana.get(show))
    typed = {"delivery": str(delivery.pk), "reply": "handed", "who": ""}
    assert ana.post(reverse("reports:reply", args=[delivery.document_id]), typed)["Location"] == show
    assert "handed over" in page_text(ana.get(show)) and state_now() == "received"


# The list by state


def test_the_list_shows_one_state_alone_with_how_each_came_there(cast, sign_in, clock):
    clock("2026-12-09 10:00")
    delivery = faxed(cast)
    number = delivery.document.number
    ben, index = sign_in(cast.ben), reverse("reports:index")
    for state in ORDER:
        shown = page_text(ben.get(f"{index}?state={state}"))
        assert (number in shown) == (state == "sent")
        assert number in shown or "None in this state" in shown
    row = page_text(ben.get(f"{index}?state=sent"))
    assert "sent Dec 9, Fax to 555-0117 · Ben Okoye" in row
    assert number in page_text(ben.get(f"{index}?state=nonsense"))
