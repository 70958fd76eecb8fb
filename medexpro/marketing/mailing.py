"""The one place that sends mail to people outside who asked for it.

A mail is a row before it is a letter. Its key lets the same be written once; it is claimed before it leaves, so that of
two workers one sends it, and what was cut off is never sent again: nobody knows whether it left, and the row says so.
Whatever was said at the beginning is asked again at the door: who unsubscribed in the meantime gets nothing.
"""

import secrets
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from email.utils import formataddr, make_msgid, parseaddr
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import sanitize_address
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from medexpro.audit.trail import record
from medexpro.marketing import addresses, events
from medexpro.marketing.models import Lead, Mail, MailRules
from medexpro.marketing.rules.bounces import with_key
from medexpro.marketing.rules.mailing import (
    OUT,
    TO_LEAVE,
    Answer,
    MailState,
    is_of_the_address,
    meaning_of,
    next_try,
    one_line,
)
from medexpro.marketing.rules.sequences import Quiet, awake
from medexpro.practice.models import Practice

# What one round of the worker sends at most; the next round follows within a minute.
A_ROUND = 200
# Claimed for longer than this, a mail was cut off: no server is waited for so long.
CUT_OFF_AFTER = timedelta(minutes=15)
UNKNOWN = "Sending was cut off, so nobody knows whether it left. It is not sent again by itself."
PUT_OFF = "The mail server put it off too often."
SALT = "marketing.stop"


@dataclass(frozen=True)
class Contents:
    """What a mail says. html: the same as a page; empty sends words only."""

    subject: str
    text: str
    html: str = ""


# By what a mail is for: whether it may still leave (a sentence why not), and what it says. The areas' modules add theirs.
Ask = Callable[[Mail, datetime], str]
Write = Callable[[Mail], Contents]
_KINDS: dict[str, tuple[Ask, Write]] = {}


def handles(what: str, *, ask: Ask, write: Write) -> None:
    """Say how one kind of mail is asked and written, when the app starts."""
    _KINDS[what] = (ask, write)


def why_no_mail(practice: Practice) -> str:
    """Return why nothing can be mailed to people outside from here; empty when it can."""
    if practice.is_demo:
        return ""
    if not settings.EMAIL_HOST:
        return "No mail server is set up, so nothing leaves. See SMTP_HOST on the page about settings."
    if not settings.PUBLIC_URL:
        return "The server does not know its own address, so no mail could hold a way out. See PUBLIC_URL."
    if not practice.address.strip():
        return (
            "A mail to people outside names a postal address. Write the practice’s into the settings first."
        )
    return ""


def rules_of(practice: Practice) -> MailRules:
    """Return when a practice writes; what the product does by itself where nothing was set. One query."""
    found = MailRules.objects.of(practice).first()
    return found or MailRules(practice=practice, quiet_days=[6])


def quiet_of(practice: Practice) -> Quiet:
    """Return a practice's quiet hours. One query."""
    rules = rules_of(practice)
    return Quiet(rules.quiet_from, rules.quiet_to, frozenset(rules.quiet_days))


# ---- Writing


def post(
    practice: Practice, *, what: str, key: str, to: str, due_at: datetime, at: datetime, **more: Any
) -> tuple[Mail, bool]:
    """Put a mail in line; return it and whether it is new. The same key again returns what is there.

    more: to_name, lead, client, run, step, newsletter, subject, text. It leaves in the worker, not before due_at.
    """
    return Mail.objects.get_or_create(
        practice=practice, key=key,
        defaults={"what": what, "to": to, "due_at": due_at, "made_at": at, "bounce_key": secrets.token_hex(12), **more},
    )  # fmt: skip


def stop_address(mail: Mail) -> str:
    """Return the address at which the reader of a mail ends everything of its kind, with one click."""
    token = signing.Signer(salt=SALT).sign(mail.pk.hex)
    return f"{settings.PUBLIC_URL}{reverse('public:stop', args=[token])}"


def mail_behind(token: str) -> Mail | None:
    """Return the mail a way out belongs to; None for a forged one, or when nothing is kept of it any more."""
    try:
        pk = signing.Signer(salt=SALT).unsign(token[:200])
    except signing.BadSignature:
        return None
    return Mail.objects.select_related("practice", "lead__practice", "client").filter(pk=pk).first()


def letter(mail: Mail, contents: Contents) -> EmailMultiAlternatives:
    """Return a mail as it goes to the server: from the practice, with a way out in its head and at its end (RFC 8058)."""
    practice = mail.practice
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or settings.DEFAULT_FROM_EMAIL
    bounce_to = settings.MAIL_BOUNCE_TO
    name = one_line(practice.name)
    headers = {
        "From": formataddr((name, sender)),
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
    }
    last = [name, one_line(practice.address), one_line(practice.phone)]
    if mail.what != Mail.What.TEST:
        stop = stop_address(mail)
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        last.append(f"\nTo hear no more from us, open this page: {stop}")
    text = contents.text.rstrip() + "\n\n-- \n" + "\n".join(line for line in last if line) + "\n"
    message = EmailMultiAlternatives(
        one_line(contents.subject)[:150],
        text,
        from_email=with_key(bounce_to, mail.bounce_key) if bounce_to else sender,
        to=[formataddr((one_line(mail.to_name), mail.to)) if one_line(mail.to_name) else mail.to],
        reply_to=[practice.email] if practice.email else None,
        headers=headers,
    )
    if contents.html:
        message.attach_alternative(contents.html + _foot(last), "text/html")
    return message


def _foot(lines: list[str]) -> str:
    from django.utils.html import format_html, format_html_join, urlize

    kept = [(urlize(line.strip(), autoescape=True),) for line in lines if line]
    from django.utils.safestring import mark_safe

    return format_html("<hr><p>{}</p>", format_html_join(mark_safe("<br>"), "{}", kept))


# ---- Sending


def send_due(*, now: Callable[[], datetime], most: int = A_ROUND) -> int:
    """Send what is due, one after another; return how many left. Called twice at once, each mail leaves once."""
    at = now()
    take_up_cut_off(at=at)
    due = Mail.objects.filter(state__in=TO_LEAVE, due_at__lte=at).order_by("due_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:most])
    if not ids:
        return 0
    sent = 0
    with _Server() as server:
        for pk in ids:
            sent += _send_one(pk, server, now=now)
    return sent


class _Server:
    """One connection for a round of letters; opened anew when it breaks."""

    def __enter__(self) -> "_Server":
        self.connection = get_connection()
        self.is_open = False
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self.is_open:
            self.connection.close()
            self.is_open = False

    def hand_over(self, message: EmailMultiAlternatives, to: str) -> "Said":
        """Give one letter to the server, and return what it answered.

        A connection that breaks before the letter's text began leaves nothing with the server; after that, nobody knows.
        """
        try:
            if not self.is_open:
                self.connection.open()
                self.is_open = True
        except (smtplib.SMTPException, OSError) as error:
            return Said(0, f"No connection to the mail server ({type(error).__name__}).")
        smtp = getattr(self.connection, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            # The demo's folder, and the tests' box.
            self.connection.send_messages([message])
            return Said(250, "")
        begun = False
        try:
            smtp.ehlo_or_helo_if_needed()
            code, said = smtp.mail(sanitize_address(message.from_email, "utf-8"))
            if meaning_of(code) is Answer.TAKEN:
                code, said = smtp.rcpt(sanitize_address(to, "utf-8"))
                of_address = True
                if meaning_of(code) is Answer.TAKEN:
                    begun = True
                    code, said = smtp.data(message.message().as_bytes(linesep="\r\n"))
            else:
                of_address = False
            if meaning_of(code) is not Answer.TAKEN:
                smtp.rset()
            return Said(code, said.decode("utf-8", "replace"), of_address=of_address)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if begun and not isinstance(error, smtplib.SMTPDataError):
                return Said(0, UNKNOWN, unknown=True)
            return Said(0, f"The mail server hung up ({type(error).__name__}).")


@dataclass(frozen=True)
class Said:
    """What the server answered. unknown: the letter may have arrived. of_address: it spoke of the recipient."""

    code: int
    text: str
    unknown: bool = False
    of_address: bool = False


def _send_one(pk: Any, server: _Server, *, now: Callable[[], datetime]) -> int:
    mail = _claim(pk, at=now())
    if mail is None:
        return 0
    at = now()
    ask, write = _KINDS.get(mail.what, (None, None))
    if ask is not None and (sentence := ask(mail, at)):
        _end(mail, MailState.DROPPED, sentence, at=at)
        return 0
    if (later := _later(mail, at)) is not None:
        Mail.objects.filter(pk=mail.pk).update(
            state=MailState.WAITING, due_at=later, claimed_at=None, tries=F("tries") - 1
        )
        return 0
    contents = write(mail) if write is not None else Contents(mail.subject, mail.text)
    mail.message_id = make_msgid(
        domain=(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost")
    )
    Mail.objects.filter(pk=mail.pk).update(message_id=mail.message_id)
    said = server.hand_over(letter(mail, contents), mail.to)
    return _settle(mail, said, at=now())


@transaction.atomic
def _claim(pk: Any, *, at: datetime) -> Mail | None:
    taken = Mail.objects.filter(pk=pk, state__in=TO_LEAVE, due_at__lte=at).update(
        state=MailState.SENDING, claimed_at=at, tries=F("tries") + 1
    )
    if not taken:
        return None
    rows = Mail.objects.select_related("practice", "lead", "client", "run__sequence", "newsletter")
    return rows.get(pk=pk)


def _later(mail: Mail, at: datetime) -> datetime | None:
    """Return when a mail may leave that may not leave now: quiet hours, or another went to them today."""
    if mail.what not in (Mail.What.SEQUENCE, Mail.What.NEWSLETTER):
        return None
    practice = mail.practice
    quiet, zone = quiet_of(practice), practice.tz
    free = awake(at, quiet, zone)
    day = datetime.combine(practice.day(at), time(), tzinfo=zone)
    today = Mail.objects.of(practice).filter(
        to__iexact=mail.to,
        state__in=OUT,
        claimed_at__gte=day,
        what__in=(Mail.What.SEQUENCE, Mail.What.NEWSLETTER),
    )
    if today.exclude(pk=mail.pk).exists():
        tomorrow = datetime.combine(practice.day(at) + timedelta(days=1), time(), tzinfo=zone)
        free = awake(max(free, tomorrow), quiet, zone)
    return free if free > at else None


def _settle(mail: Mail, said: Said, *, at: datetime) -> int:
    meaning = meaning_of(said.code)
    if said.unknown:
        _end(mail, MailState.UNKNOWN, UNKNOWN, at=at)
    elif meaning is Answer.TAKEN:
        _note_sent(mail, said, at=at)
        return 1
    elif meaning is Answer.NEVER:
        if said.of_address and is_of_the_address(said.code, said.text):
            note_bounced(mail, f"{said.code} {said.text}", at=at)
        else:
            _end(mail, MailState.FAILED, f"{said.code} {said.text}", at=at)
    elif (again := next_try(mail.tries, at)) is not None:
        answer = f"{said.code} {said.text}" if said.code else said.text
        Mail.objects.filter(pk=mail.pk).update(
            state=MailState.DEFERRED, due_at=again, answer=answer[:240], claimed_at=None
        )
    elif said.of_address and addresses.note_put_off(mail.practice, mail.to, said.text, at=at):
        note_bounced(mail, PUT_OFF, at=at)
    else:
        _end(mail, MailState.FAILED, f"{PUT_OFF} {said.text}", at=at)
    return 0


@transaction.atomic
def _note_sent(mail: Mail, said: Said, *, at: datetime) -> None:
    Mail.objects.filter(pk=mail.pk).update(
        state=MailState.SENT, sent_at=at, answer=f"{said.code} {said.text}".strip()[:240]
    )
    addresses.note_taken(mail.practice, mail.to)
    record(events.MAIL_SENT, mail, by=None, at=at, practice=mail.practice, what=mail.what)


@transaction.atomic
def _end(mail: Mail, state: MailState, said: str, *, at: datetime) -> None:
    Mail.objects.filter(pk=mail.pk).update(state=state, ended_at=at, answer=" ".join(said.split())[:240])
    record(events.MAIL_ENDED, mail, by=None, at=at, practice=mail.practice, what=mail.what, state=str(state))


# ---- What comes back


@transaction.atomic
def note_bounced(mail: Mail, said: str, *, at: datetime) -> None:
    """Keep that an address takes no mail: the mail came back, and nothing goes there any more."""
    _end(mail, MailState.BOUNCED, said, at=at)
    addresses.note_bounce(mail.practice, mail.to, said, at=at)
    Mail.objects.of(mail.practice).filter(to__iexact=mail.to, state__in=TO_LEAVE).update(
        state=MailState.DROPPED, ended_at=at, answer="Mail to this address comes back."
    )


@transaction.atomic
def note_put_off(mail: Mail, said: str, *, at: datetime) -> None:
    """Keep that a server further on put a letter off that had left here. Often in a row, the address counts as dead."""
    if addresses.note_put_off(mail.practice, mail.to, said, at=at):
        note_bounced(mail, said, at=at)


@transaction.atomic
def note_complained(mail: Mail, *, at: datetime) -> None:
    """Keep that a reader called a mail unwanted: it ends everything, as their own click would."""
    from medexpro.marketing.operations.stopping import stop

    _end(mail, MailState.COMPLAINED, "They marked it as unwanted.", at=at)
    addresses.note_complaint(mail.practice, mail.to, at=at)
    stop(mail, at=at)


def take_up_cut_off(*, at: datetime) -> int:
    """Settle mails whose worker was ended while it sent them; return how many. They are never sent again by themselves."""
    left = Mail.objects.filter(state=MailState.SENDING, claimed_at__lt=at - CUT_OFF_AFTER).select_related(
        "practice"
    )
    for mail in left:
        _end(mail, MailState.UNKNOWN, UNKNOWN, at=at)
    return len(left)


def hold(*, why: str, at: datetime) -> None:
    """Let nothing leave by itself that waited when a backup was made: it may have left since."""
    for mail in Mail.objects.filter(state__in=[*TO_LEAVE, MailState.SENDING]).select_related("practice"):
        _end(mail, MailState.UNKNOWN, why, at=at)


def bounced_leads(practice: Practice, leads: list[Lead]) -> dict[Any, str]:
    """Return what to do for those leads whose mail came back or who complained, by their id. One query."""
    found = addresses.troubles(practice, [one.email for one in leads])
    return {
        one.pk: "They marked a mail as unwanted. Nothing is mailed to them."
        if found[one.email].kind == "complained"
        else f"Mail to {one.email} comes back. Call and ask for another address."
        for one in leads
        if one.email in found
    }
