"""Giving participants their page: printed, or by an expiring link, which is all an e-mail ever holds."""

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from medexpro.audit import trail
from medexpro.audit.trail import record
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import events, printing, state
from medexpro.marketing.models import Agreement, AgreementKind, PageGiven, PageRun, Participant, ScreeningDay
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

LINK_DAYS = 14
# A worker that says nothing for so long has ended.
DEAD_AFTER = timedelta(seconds=60)
RUN_KEPT_FOR = timedelta(days=1)


class PageRefused(Refusal):
    """A page can't be given so."""


class LinkUnknown(Refusal):
    """No link ever had this address, or whose page it was has gone."""


class LinkOver(Refusal):
    """The link was ended or is too old."""


def can_mail() -> bool:
    """Return whether a mail server is set up; the demo's folder counts."""
    return bool(settings.MEDEXPRO_DEMO or settings.EMAIL_HOST)


# ---- Links


@transaction.atomic
def send_page(person: Participant, *, base_url: str, by: Member, at: datetime) -> PageGiven:
    """Send a participant the link to their page, as they agreed. An older link of theirs ends.

    The mail waits in the worker's queue. Raises PageRefused with the sentence why not.
    """
    permissions.check(by, Permission.SCREENING_DAYS_RUN, person)
    if not can_mail():
        raise PageRefused("No mail server is set up, so nothing can be sent. Print the page.")
    now = state.standing_of(person, at=at)
    if sentence := why_not_sent(now):
        raise PageRefused(sentence)
    PageGiven.objects.filter(participant=person, how=PageGiven.How.LINK, revoked_at=None).update(
        revoked_at=at
    )
    given = PageGiven(
        practice=person.practice, participant=person, how=PageGiven.How.LINK, by=by, at=at, to=person.email,
        expires_at=at + timedelta(days=LINK_DAYS),
    )  # fmt: skip
    given.token_hash = tokens.hash_of(tokens.token_for(given))
    given.save(force_insert=True)
    record(events.GIVEN, person, by=by, at=at, how="link")
    from medexpro.marketing.tasks import mail_page

    # The queue is in the same database: in one transaction the two are there together, or not at all.
    mail_page.enqueue(str(given.pk), base_url)
    return given


def send_to_all(day: ScreeningDay, *, base_url: str, by: Member, at: datetime) -> int:
    """Send their link to everybody who agreed and has none yet; return to how many."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, day)
    waiting = [
        one for one in state.board_of(day, at=at) if not why_not_sent(one) and not one.got(PageGiven.How.LINK)
    ]
    for one in waiting:
        one.participant.day, one.participant.practice = day, day.practice
        send_page(one.participant, base_url=base_url, by=by, at=at)
    return len(waiting)


def why_not_sent(one: state.Standing) -> str:
    """Return why a page may not be sent; empty when it may."""
    if one.agreed(AgreementKind.PAGE) is None or not one.participant.email:
        return "They have not agreed to be sent their page."
    if not one.taken:
        return "Nothing was measured, so there is no page."
    return ""


@transaction.atomic
def end_link(given: PageGiven, *, by: Member, at: datetime) -> PageGiven:
    """End a link at once. Twice changes nothing."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, given)
    if given.how == PageGiven.How.LINK and given.revoked_at is None:
        given.revoked_at = at
        given.save(update_fields=["revoked_at"])
        record(events.ENDED, given, by=by, at=at)
    return given


def find_link(token: str, *, at: datetime) -> PageGiven:
    """Return what a link leads to. Raises LinkUnknown, LinkOver."""
    given = (
        PageGiven.objects.filter(token_hash=tokens.hash_of(token))
        .select_related("participant__day__practice", "practice")
        .first()
    )
    if given is None:
        raise LinkUnknown(
            "This link leads nowhere, or the page has been deleted. Check the address, or ask us."
        )
    phone = f" at {given.practice.phone}" if given.practice.phone else ""
    ask = f"Ask {given.practice.name}{phone} for a new one."
    if given.revoked_at is not None:
        raise LinkOver(f"This link was ended. {ask}")
    if given.expires_at is None or at >= given.expires_at:
        raise LinkOver(f"This link has expired. {ask}")
    return given


@transaction.atomic
def note_opening(given: PageGiven, *, what: str, at: datetime) -> None:
    """Keep that the holder of a link opened it. what: page or pdf."""
    PageGiven.objects.filter(pk=given.pk, first_opened_at=None).update(first_opened_at=at)
    record(events.OPENED, given, by=None, at=at, practice=given.practice, what=what)


# ---- What the worker mails


def mail(given: PageGiven, *, base_url: str, now: Callable[[], datetime]) -> None:
    """Mail one link, once. Whether it may still leave is asked again. The text says nothing that was measured."""
    if given.delivered_at is not None or given.revoked_at is not None or given.failed_reason:
        return
    token, practice = tokens.token_for(given), given.practice
    agreed = Agreement.objects.filter(
        participant=given.participant_id, kind=AgreementKind.PAGE, withdrawn_at=None
    ).exists()
    if not agreed or tokens.hash_of(token) != given.token_hash:
        note_failed(given, reason="The agreement was taken back before the e-mail left.", at=now())
        return
    message = EmailMessage(
        f"Your page from {practice.name}",
        f"Hello,\n\nyou asked us for your page from {given.participant.day.name}. It opens here until "
        f"{practice.day(given.expires_at):%B %d, %Y}:\n\n{base_url.rstrip('/')}/d/screening/{token}/\n\n"
        f"{practice.name}\n{practice.phone}\n\n"
        "If you did not ask for it, do nothing and tell us. To hear no more from us, answer with “stop”.\n",
        to=[given.to],
    )
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        note_failed(given, reason=f"The mail server did not take it ({type(error).__name__}).", at=now())
        return
    PageGiven.objects.filter(pk=given.pk).update(delivered_at=now())
    record(events.MAILED, given, by=None, at=now(), practice=practice)


@transaction.atomic
def note_failed(given: PageGiven, *, reason: str, at: datetime) -> None:
    """Keep why a link could not be sent, so that the board says it."""
    PageGiven.objects.filter(pk=given.pk).update(failed_reason=reason[:240])
    record(events.FAILED, given, by=None, at=at, practice=given.practice)


# ---- Print


@transaction.atomic
def note_printed(person: Participant, *, by: Member, at: datetime) -> None:
    """Keep that a page was printed for a participant. Records that data went out."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, person)
    _printed([person], by=by, at=at)
    trail.record_export(by, "page of a screening day", at=at, count=1)


@transaction.atomic
def start_run(day: ScreeningDay, *, id: UUID | None = None, by: Member, at: datetime) -> PageRun:
    """Ask for all pages of a day in one PDF; the worker makes it. id: made by the page, so that twice asks once."""
    permissions.check(by, Permission.SCREENING_DAYS_RUN, day)
    if id and (known := PageRun.objects.filter(pk=id, day=day).first()):
        return known
    total = sum(bool(one.taken) for one in state.board_of(day, at=at))
    if not total:
        raise PageRefused("Nobody has been measured yet, so there is nothing to print.")
    run = PageRun.objects.create(
        id=id or uuid7(), practice=day.practice, day=day, member=by, total=total, started_at=at
    )
    record(events.PRINTED, run, by=by, at=at, count=total)
    from medexpro.marketing.tasks import print_pages

    print_pages.enqueue(str(run.pk))
    return run


def work(run: PageRun, *, now: Callable[[], datetime]) -> None:
    """Print a run: put page after page together, saying how far it is, then set all of them in one go."""
    if not _claim(run, at=now()):
        return
    people = [one for one in state.board_of(run.day, at=now()) if one.taken]
    try:
        pages = []
        for place, one in enumerate(people, 1):
            one.participant.day = run.day
            pages.append(printing.page_of(one, run.day))
            if place % 5 == 0:
                PageRun.objects.filter(pk=run.pk).update(done=place, total=len(people), worked_at=now())
        pdf = printing.press(run.day, pages, at=now())
    except Exception:
        PageRun.objects.filter(pk=run.pk).update(
            failed="The pages could not be made. Print them one by one.", finished_at=now()
        )
        raise
    with transaction.atomic():
        _printed([one.participant for one in people], by=run.member, at=now())
        trail.record_export(run.member, "pages of a screening day", at=now(), count=len(people))
        PageRun.objects.filter(pk=run.pk).update(
            done=len(people), total=len(people), pdf=pdf, worked_at=now(), finished_at=now()
        )


def _printed(people: list[Participant], *, by: Member, at: datetime) -> None:
    known = set(
        PageGiven.objects.filter(participant__in=people, how=PageGiven.How.PRINT).values_list(
            "participant", flat=True
        )
    )
    for person in people:
        if person.pk not in known:
            PageGiven.objects.create(
                practice_id=person.practice_id, participant=person, how=PageGiven.How.PRINT, by=by, at=at
            )
            record(events.GIVEN, person, by=by, at=at, how="print")


@transaction.atomic
def _claim(run: PageRun, *, at: datetime) -> bool:
    row = PageRun.objects.select_for_update().defer("pdf").get(pk=run.pk)
    if row.finished_at or (row.worked_at and at - row.worked_at < DEAD_AFTER):
        return False
    row.worked_at = at
    row.save(update_fields=["worked_at"])
    return True


def unfinished(*, at: datetime) -> list[PageRun]:
    """Return the runs that nobody works on any more: their worker was ended."""
    silent = Q(worked_at__lt=at - DEAD_AFTER) | Q(worked_at=None, started_at__lt=at - DEAD_AFTER)
    rows = PageRun.objects.filter(silent, finished_at=None, started_at__gt=at - RUN_KEPT_FOR).defer("pdf")
    return list(rows.select_related("day__practice", "member__user", "member__practice")[:20])


def clear_runs(*, at: datetime) -> int:
    """Let go of printed runs of a day ago; return how many."""
    return PageRun.objects.filter(started_at__lt=at - RUN_KEPT_FOR).delete()[0]
