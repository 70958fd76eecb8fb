"""Messages to colleagues about a client: who gets them, who may not, and that they stay."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from medexpro.audit.models import Event
from medexpro.clients.operations import assign
from medexpro.kernel.ids import uuid7
from medexpro.record import operations, tasks
from medexpro.record.models import Message, MessageTo
from medexpro.record.operations import MessageRefused
from medexpro.today.messages import unread
from tests.conftest import MORNING, TODAY
from tests.pages import form_of, text_of

WORDS = "Janet wants to come later on Thursdays."


@pytest.fixture(autouse=True)
def today(clock):
    clock("2026-10-13 09:30")


def write(cast, by="ben", to=("ana",), **more):
    named = {"text": WORDS, "to": [cast.members[name] for name in to], "at": MORNING} | more
    return operations.write_message(cast.janet, by=cast.members[by], **named)


def page_of(cast):
    return reverse("record:messages", args=[cast.janet.pk])


def test_ben_tells_ana_and_she_finds_it_under_today_until_she_read_it(cast, sign_in):
    browser = sign_in(cast.ben)
    given = form_of(browser.get(page_of(cast))) | {"text": WORDS, "to": [str(cast.ana.pk)]}
    assert browser.post(page_of(cast), given).status_code == 302
    assert browser.post(page_of(cast), given).status_code == 302  # A double click.
    assert Message.objects.count() == 1
    assert "Not read yet" in text_of(browser.get(page_of(cast)))
    ana = sign_in(cast.ana)
    home = text_of(ana.get("/"))
    assert "A new message, Oct 13" in home and "later on Thursdays" not in home
    assert [row.who for row in unread(cast.ana, TODAY)] == ["Janet Ellery"]
    read = text_of(ana.get(page_of(cast)))
    assert WORDS in read and "New" in read
    assert unread(cast.ana, TODAY) == []
    assert "Read by Ana Torres, Oct 13" in text_of(browser.get(page_of(cast)))


@pytest.mark.parametrize(
    ("by", "to"), [("asa", "mia"), ("mia", "asa"), ("bill", "ben"), ("olga", "ana"), ("ana", "bill")]
)
def test_everyone_who_works_with_the_client_writes(cast, by, to):
    assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    assert write(cast, by, (to,)).to.get().member == cast.members[to]


def test_nobody_hears_of_a_client_they_may_not_see(cast, sign_in):
    with pytest.raises(
        MessageRefused, match=r"Asa Nakamura may not see Janet Ellery\. Assign them"
    ) as refused:
        write(cast, to=("asa", "ana"))
    assert refused.value.field == "to" and not Message.objects.exists()
    browser = sign_in(cast.ben)
    given = form_of(browser.get(page_of(cast))) | {"text": WORDS, "to": [str(cast.asa.pk)]}
    answer = browser.post(page_of(cast), given)
    assert "Asa Nakamura may not see Janet Ellery" in text_of(answer) and WORDS in text_of(answer)
    assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    assert write(cast, to=("asa",))


def test_a_member_of_another_practice_is_nobody_to_write_to(cast):
    with pytest.raises(MessageRefused, match="Dana Weiss may not see"):
        write(cast, to=("dana",))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text": "  "}, "Write what your colleagues should know"),
        ({"to": []}, "Choose who should read it"),
        ({"text": "x" * 2001}, "At most 2,000 characters"),
    ],
)
def test_what_is_missing_is_said(cast, wrong, sentence):
    with pytest.raises(MessageRefused, match=sentence):
        write(cast, **wrong)


def test_the_team_is_whoever_may_see_the_client(cast):
    message = write(cast, to=(), to_team=True)
    assert {str(one.member) for one in message.to.all()} == {"Ana Torres", "Bill Fraser", "Olga Brandt"}
    assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    again = write(cast, to=(), to_team=True)
    assert {str(one.member) for one in again.to.all()} == {
        "Ana Torres", "Asa Nakamura", "Bill Fraser", "Mia Lindqvist", "Olga Brandt",
    }  # fmt: skip


def test_a_message_to_one_is_not_everyones_to_read(cast, sign_in):
    write(cast)
    assert WORDS not in text_of(sign_in(cast.bill).get(page_of(cast)))
    assert sign_in(cast.rhea).get(page_of(cast)).status_code == 403
    assert sign_in(cast.asa).get(page_of(cast)).status_code == 404


def test_who_no_longer_looks_after_the_client_is_not_reminded(cast):
    looks_after = assign(cast.janet, cast.asa, by=cast.ana, at=MORNING)
    write(cast, to=("asa",))
    assert len(unread(cast.asa, TODAY)) == 1
    looks_after.ended_on = TODAY
    looks_after.save()
    assert unread(cast.asa, TODAY) == []


def test_ten_messages_are_one_line(cast):
    for minute in range(10):
        write(cast, at=MORNING + timedelta(minutes=minute))
    [line] = unread(cast.ana, TODAY)
    assert line.why == "10 new messages, the last on Oct 13"


@pytest.mark.django_db(transaction=True)
def test_a_message_is_never_changed_or_deleted(cast):
    message = write(cast)
    for change in (
        lambda: Message.objects.filter(pk=message.pk).update(text="Never mind"),
        lambda: MessageTo.objects.filter(message=message).update(member=cast.bill),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    if connection.vendor == "postgresql":  # On SQLite the tests themselves empty their tables row by row.
        with pytest.raises(DatabaseError), transaction.atomic():
            MessageTo.objects.filter(message=message).delete()
    assert Message.objects.get().text == WORDS


def test_the_trail_says_who_wrote_and_who_read_and_not_what(cast):
    write(cast)
    operations.read_messages(cast.janet, by=cast.ana, at=MORNING)
    assert operations.read_messages(cast.janet, by=cast.ana, at=MORNING) == []
    events = Event.objects.filter(kind__startswith="record:message", client_id=cast.janet.pk).order_by("id")
    assert [(event.kind, event.member_name, event.detail) for event in events] == [
        ("record:message:write", "Ben Okoye", {"count": 1}),
        ("record:message:read", "Ana Torres", {"count": 1}),
    ]


def test_the_notice_by_mail_names_nobody_and_comes_once(cast, settings):
    settings.EMAIL_HOST = "mail.example.org"
    tasks.tell_of_message.func(str(write(cast).pk))
    tasks.tell_of_message.func(str(write(cast).pk))
    [notice] = mail.outbox
    assert notice.to == ["ana@example.org"]
    whole = f"{notice.subject} {notice.body}"
    assert not any(word in whole for word in ("Janet", "Ellery", "Ben", "Thursdays"))
    operations.read_messages(cast.janet, by=cast.ana, at=MORNING)
    tasks.tell_of_message.func(str(write(cast).pk))
    assert len(mail.outbox) == 2
    tasks.tell_of_message.func(str(uuid7()))  # Nobody's.
