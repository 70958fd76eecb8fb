"""Mail to people outside, by a real mail server: taken, refused, put off, cut off; and what comes back."""

import mailbox
from datetime import timedelta
from email import message_from_string
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from medexpro.marketing import addresses, bounces, mailing
from medexpro.marketing.models import Lead, Mail
from medexpro.marketing.operations import newsletters, stopping
from medexpro.marketing.rules.bounces import Notice
from medexpro.marketing.rules.mailing import WAITS_MIN, MailState
from tests.marketing.leads import TUESDAY, asked, later, reader

pytestmark = pytest.mark.django_db
BOUNCES = "bounces@northbridge.example.org"


@pytest.fixture
def post(cast, smtp_server, settings):
    """Put a mail in line and send what is due; return the mail as it then stands."""
    settings.PUBLIC_URL, settings.MAIL_BOUNCE_TO = "https://northbridge.example.org", BOUNCES
    settings.DEFAULT_FROM_EMAIL = "mail@northbridge.example.org"

    def send(lead, *, at=TUESDAY, key="", **more):
        mail, _ = mailing.post(
            cast.northbridge, what=Mail.What.OTHER, key=key or f"key:{lead.email}", to=lead.email, to_name=lead.name,
            lead=lead, subject="A word from us", text="Good morning.", due_at=at, at=at, **more,
        )  # fmt: skip
        mailing.send_due(now=lambda: at)
        return Mail.objects.get(pk=mail.pk)

    return send


def report(mail, *, status="5.1.1", action="failed", to=None, kind="delivery-status"):
    """Return the notice of a mail server that a letter was not delivered (RFC 3464)."""
    to = to if to is not None else f"bounces+{mail.bounce_key}@northbridge.example.org"
    return (
        f"From: MAILER-DAEMON@mx.example.org\nTo: {to}\nSubject: Undelivered\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"\n\n--b\nContent-Type: text/plain\n\nSorry.\n'
        f"--b\nContent-Type: message/{kind if kind == 'delivery-status' else 'feedback-report'}\n\n"
        + (
            f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {mail.to}\nAction: {action}\n"
            f"Status: {status}\nDiagnostic-Code: smtp; 550 {status} nobody of that name\n"
            if kind == "delivery-status"
            else "Feedback-Type: abuse\nVersion: 1\n"
        )
        + f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {mail.message_id}\nTo: {mail.to}\n--b--\n"
    )


def take(text, at=TUESDAY):
    return bounces.take_in(message_from_string(text), at=at)


def test_a_letter_leaves_once_from_the_practice_with_a_way_out(cast, post, smtp_server, client):
    practice = cast.northbridge
    practice.name, practice.email = "Northbridge\r\nBcc: all@example.org", "hello@northbridge.example.org"
    practice.save()
    lead = asked(cast, "Zoë 🌞\r\nBcc:x@example.org אבג")
    mail = post(lead)
    post(lead)
    assert mail.state == MailState.SENT and mail.sent_at == TUESDAY
    [letter] = smtp_server.letters
    message = letter.message
    assert letter.sender == f"bounces+{mail.bounce_key}@northbridge.example.org"
    assert letter.to == (lead.email,) and message["Bcc"] is None
    assert message["From"].addresses[0].display_name == "Northbridge Bcc: all@example.org"
    assert "Zoë 🌞 Bcc:x@example.org אבג" in str(message["To"]) and message["Reply-To"] == practice.email
    assert message["Message-ID"] == mail.message_id
    assert practice.address in letter.text
    stop = message["List-Unsubscribe"].strip(" <>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and stop in letter.text
    # Looked into by a mail program nothing happens; pressed, it holds for all that waits.
    path = stop.removeprefix("https://northbridge.example.org")
    assert client.get(path).status_code == 200 and Lead.objects.get().state == Lead.State.NEW
    waits, _ = mailing.post(
        practice, what=Mail.What.OTHER, key="next", to=lead.email, lead=lead, due_at=later(days=1), at=TUESDAY
    )
    assert "We write to you no more" in client.post(path, {"List-Unsubscribe": "One-Click"}).content.decode()
    found = Lead.objects.get()
    assert found.state == Lead.State.UNSUBSCRIBED and Mail.objects.get(pk=waits.pk).state == MailState.DROPPED
    assert addresses.left_alone(practice, [lead.email]) and client.post(path).status_code == 200
    assert client.get(path[:-3] + "xx/").status_code == 404


def test_refused_for_ever_stops_the_address_and_a_refused_letter_does_not(cast, post, smtp_server):
    ann, bob = asked(cast), asked(cast, "Bob Ray", "bob@example.org")
    smtp_server.refuse(ann.email)
    smtp_server.refuse(bob.email, "554 5.7.1 Looks like spam to us")
    first, second = post(ann), post(bob)
    assert (first.state, first.answer) == (MailState.BOUNCED, "550 5.1.1 No such mailbox here")
    assert second.state == MailState.FAILED and not smtp_server.letters
    assert mailing.bounced_leads(cast.northbridge, [ann, bob]) == {
        ann.pk: "Mail to ann@example.org comes back. Call and ask for another address."
    }
    readers = newsletters.readers(cast.northbridge, to_leads=True, to_clients=True)
    assert [one.email for one in readers] == [bob.email]
    # The connection is fit for the next letter after a refusal.
    smtp_server.accept(bob.email)
    assert post(bob, key="again").state == MailState.SENT


def test_put_off_is_tried_again_later_and_given_up_at_last(cast, post, smtp_server):
    lead = asked(cast)
    smtp_server.defer(lead.email)
    mail, at = post(lead), TUESDAY
    for number, minutes in enumerate(WAITS_MIN, 1):
        assert (mail.state, mail.tries) == (MailState.DEFERRED, number)
        assert mail.due_at == at + timedelta(minutes=minutes)
        assert not mailing.send_due(now=lambda at=mail.due_at: at - timedelta(seconds=1))
        assert len(smtp_server.tries) == number
        at = mail.due_at
        mailing.send_due(now=lambda at=at: at)
        mail.refresh_from_db()
    assert mail.state == MailState.FAILED and mail.tries == len(WAITS_MIN) + 1
    assert "too often" in mail.answer and not mailing.bounced_leads(cast.northbridge, [lead])
    smtp_server.accept(lead.email)
    assert post(lead, key="another", at=later(days=9)).state == MailState.SENT


@pytest.mark.parametrize(
    ("where", "state"),
    [("rcpt", MailState.DEFERRED), ("data", MailState.UNKNOWN), ("after_data", MailState.UNKNOWN)],
)
def test_a_server_that_hangs_up_in_the_middle(cast, post, smtp_server, where, state):
    """Before the text began nothing is there, so it is tried again; after that nobody knows, so it is not."""
    smtp_server.hang_up_at = where
    mail = post(asked(cast))
    assert mail.state == state
    smtp_server.hang_up_at = ""
    mailing.send_due(now=lambda: later(hours=2))
    assert len(smtp_server.letters) == 1 - (where == "data")


def test_a_worker_that_was_ended_never_sends_twice_and_a_restored_backup_sends_nothing(
    cast, post, smtp_server
):
    lead = asked(cast)
    mail, _ = mailing.post(
        cast.northbridge, what=Mail.What.OTHER, key="k", to=lead.email, lead=lead, due_at=TUESDAY, at=TUESDAY
    )
    assert mailing._claim(mail.pk, at=TUESDAY) is not None and mailing._claim(mail.pk, at=TUESDAY) is None
    assert not mailing.send_due(now=lambda: later(minutes=14))
    mail.refresh_from_db()
    assert mail.state == MailState.SENDING
    mailing.send_due(now=lambda: later(minutes=16))
    mail.refresh_from_db()
    assert (mail.state, mail.answer) == (MailState.UNKNOWN, mailing.UNKNOWN)
    other, _ = mailing.post(
        cast.northbridge, what=Mail.What.OTHER, key="l", to=lead.email, lead=lead, due_at=TUESDAY, at=TUESDAY
    )
    mailing.hold(why="Restored.", at=TUESDAY)
    assert not mailing.send_due(now=lambda: later(hours=1)) and not smtp_server.letters
    assert Mail.objects.get(pk=other.pk).answer == "Restored."


def test_what_comes_back_stops_the_address_by_the_key_alone(cast, post, tmp_path, settings):
    ann, bob = asked(cast), asked(cast, "Bob Ray", "bob@example.org")
    mail, other = post(ann), post(bob)
    # No notice, a stranger's key, words that only look like one, a forged status without a report: nothing.
    assert (
        take(f"To: bounces+{mail.bounce_key}@northbridge.example.org\nSubject: 5.1.1\n\nfailed 5.1.1")
        is Notice.NOTHING
    )
    stranger = report(mail, to="bounces+00ff00ff@northbridge.example.org")
    assert take(stranger) is Notice.NOTHING
    assert take(report(mail, action="delivered", status="2.0.0")) is Notice.NOTHING
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    # Put off five times in a row counts as dead; a letter that is taken in between begins the count anew.
    for _ in range(4):
        assert take(report(other, status="4.2.2", action="delayed")) is Notice.LATER
    assert not mailing.bounced_leads(cast.northbridge, [bob])
    assert post(bob, key="between").state == MailState.SENT
    for _ in range(4):
        take(report(other, status="4.2.2", action="delayed"))
    assert not mailing.bounced_leads(cast.northbridge, [bob])

    box = mailbox.Maildir(tmp_path / "in", create=True)
    box.add(report(mail))
    box.add(report(mail))
    box.add("From: a@example.org\nSubject: Hello\n\nA person wrote.\n")
    box.add(report(other, to="postmaster@elsewhere.example.org", kind="feedback-report"))
    settings.MAIL_BOUNCES = str(tmp_path / "in")
    out = StringIO()
    call_command("read_bounces", stdout=out)
    said = out.getvalue()
    assert "2 came back for good" in said and "1 marked as unwanted" in said and "1 left where it was" in said
    assert len(mailbox.Maildir(tmp_path / "in")) == 1
    mail.refresh_from_db()
    assert mail.state == MailState.BOUNCED and mail.answer.startswith("5.1.1")
    assert set(mailing.bounced_leads(cast.northbridge, [ann, bob])) == {ann.pk, bob.pk}
    assert Lead.objects.get(pk=bob.pk).state == Lead.State.UNSUBSCRIBED
    assert Lead.objects.get(pk=ann.pk).state == Lead.State.NEW
    with pytest.raises(CommandError, match="neither a Maildir nor an mbox"):
        call_command("read_bounces", str(tmp_path / "nowhere"))


def test_a_newsletter_goes_to_who_agreed_and_goes_on_after_a_crash_without_doubles(cast, post, smtp_server):
    practice, by = cast.northbridge, cast.olga
    leads = [asked(cast, f"Lead {n}", f"lead{n}@example.org") for n in range(6)]
    asked(cast, "Not Confirmed", "not@example.org", confirmed=False)
    client = reader(cast)
    reader(cast, "Lead 0", "LEAD0@example.org")
    smtp_server.refuse("lead3@example.org")
    letter = newsletters.write(
        practice, subject="Spring\nnews", text="# Hello\n\n<script>alert(1)</script> **Stairs** [us](https://example.org)",
        to_leads=True, to_clients=True, by=by, at=TUESDAY,
    )  # fmt: skip
    assert newsletters.test(letter, by=by, at=TUESDAY) == by.user.email
    mailing.send_due(now=lambda: TUESDAY)
    [tried] = smtp_server.letters
    page = tried.message.get_body(("html",)).get_content()
    assert tried.to == (by.user.email,) and "<h2>Hello</h2>" in page and "&lt;script&gt;" in page
    assert tried.message["Subject"] == "Spring news" and tried.message["List-Unsubscribe"] is None
    with pytest.raises(newsletters.NewsletterRefused, match="changed it meanwhile"):
        newsletters.send(letter, version=99, by=by, at=TUESDAY)
    for _ in range(2):
        newsletters.send(letter, by=by, at=TUESDAY)
    letter.refresh_from_db()
    with pytest.raises(newsletters.NewsletterRefused, match="as it left"):
        newsletters.write(practice, letter, subject="Other", by=by, at=TUESDAY)
    # Six leads and Rita; who is lead and client hears once.
    assert letter.total == 7
    # Two leave; one worker ends while it sends the third; one unsubscribes before their turn.
    assert mailing.send_due(now=lambda: TUESDAY, most=2) == 2
    third = Mail.objects.filter(newsletter=letter, state=MailState.WAITING).exclude(to=leads[5].email).first()
    mailing._claim(third.pk, at=TUESDAY)
    stopping.unsubscribe_lead(leads[5], at=TUESDAY)
    mailing.send_due(now=lambda: later(minutes=20))
    assert newsletters.finish(at=later(minutes=20)) == 1
    mailing.send_due(now=lambda: later(days=1))
    to = [one.to[0].lower() for one in smtp_server.letters[1:]]
    assert len(to) == len(set(to)) == 4 and client.email in [*to, third.to]
    assert leads[5].email not in to and "not@example.org" not in to
    how_far = newsletters.progress(letter)
    assert (how_far.sent, how_far.came_back, how_far.left_out, how_far.unknown) == (4, 1, 1, 1)
    letter.refresh_from_db()
    assert letter.state == letter.State.SENT and letter.subject == "Spring news"
