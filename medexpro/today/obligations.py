"""What is owed, derived from the record and never stored: one function per kind. Cleared by doing it.

A kind looks at one member's day and returns the first of what it found, as many as are asked for, with the number of all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils.text import slugify

from medexpro.knowledge import operations as knowledge
from medexpro.practice import closing, permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.practice.prepared import Given, Prepared
from medexpro.providers.models import Channel
from medexpro.referrals import listing
from medexpro.reports.listing import Due, due, retired_words
from medexpro.reports.models import UNSIGNED, Delivery, Document
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.today import (
    answers,
    correspondence,
    from_web,
    leads,
    letters,
    messages,
    opened,
    outside,
    relations,
    service,
)
from medexpro.today.correspondence import Rows
from medexpro.today.owed import SHOWN, Found, Kind, Owed, first_of
from medexpro.web import words

# A referral that ends now may have waited for its acknowledgement since it came.
WAITED_DAYS = 3 * 365
WORKING_RULES = "Working rules"
# Far more than one person leaves open; the page shows the oldest and the day's own.
NOTES_READ = 60
# What a note says of itself before it is opened.
NOTE = ("practice", "episode", "number", "by", "state", "opened_at", "signed_by", "marks", "minutes", "episode__title",
    "episode__client", "episode__client__given_name", "episode__client__family_name", "by__user__full_name")  # fmt: skip
CLIENT = ("episode", "episode__client", "episode__client__given_name", "episode__client__family_name")


@dataclass
class Look:
    """One member's look at a day; what several kinds need is read once.

    What stands among the alerts is said once, though the episode is on its way in too.
    """

    member: Member
    day: date

    @property
    def begins_at(self) -> datetime:
        """Return the moment the day begins in the practice."""
        return datetime.combine(self.day, time(), self.member.practice.tz)

    @cached_property
    def alerts(self) -> Sequence[Owed]:
        """Return clients who must not exercise: back with a provider, or stopped by a screening nobody passed on."""
        if not self.member.may(Permission.RECORD_READ):
            return ()
        return [*refer_backs(self), *not_passed_on(self)]

    @cached_property
    def waiting(self) -> service.Waiting:
        """Return the episodes that wait for a step, for measuring or for a clearance. One query."""
        return service.waiting(self.member, self.day)

    @cached_property
    def outside(self) -> outside.Outside:
        """Return what providers are to answer and to hear. One query."""
        return outside.read(self.member, self.day)

    @cached_property
    def rows(self) -> Rows:
        """Return what came in, what is to leave, and who waits for a word, by list. One query."""
        member, begins_at = self.member, self.begins_at
        return correspondence.read(
            [
                *answers.lists(member, begins_at),
                *from_web.lists(member),
                *letters.lists(member, self.day),
                *opened.lists(member, begins_at),
                *leads.lists(member, self.day),
            ]
        )

    @cached_property
    def notes(self) -> list[SessionLog]:
        """Return the open notes. One query."""
        return open_notes(self.member)

    @cached_property
    def closed(self) -> frozenset[date]:
        """Return the days the practice is closed, as far back as anybody waits. One query."""
        return closing.closed_days(self.member.practice, self.day - timedelta(days=WAITED_DAYS))

    @cached_property
    def due(self) -> list[Due]:
        """Return the documents that are due, but acknowledgements: they stand with the referrals. Late is said by the day."""
        rows = due(self.member, self.begins_at, closed=self.closed)
        return [one for one in rows if one.kind != Document.Kind.ACKNOWLEDGEMENT]

    @cached_property
    def drafts(self) -> dict[tuple[Any, str], Document]:
        """Return the drafts by episode and kind."""
        return {(one.episode_id, one.kind): one for one in self.papers if one.state in UNSIGNED}

    @cached_property
    def papers(self) -> list[Document]:
        """Return drafts, and what was signed and has not left; an e-mail that waits in the queue is on its way. One query."""
        if permissions.scope_of(self.member, Permission.RECORD_READ) == "practice":
            return _PAPERS_OF_PRACTICE(practice=self.member.practice_id)
        return list(_papers(Document.objects.visible_to(self.member)))


# ---- Service: the rules stand in service.py


def reassessments(look: Look, upto: int) -> Found:
    """Return active episodes whose 30 days end within the next days or have ended."""
    rows = look.waiting.reassessments
    return Found([service.reassess(one, look.member.practice, look.day) for one in rows[:upto]], len(rows))


def questionnaires(look: Look, upto: int) -> Found:
    """Return the answers that wait to be taken in, and clients in service who have rated nothing yet or not for long."""
    rows = look.waiting.questionnaires
    return Found([service.rate(one, look.member.practice, look.day) for one in rows[:upto]], len(rows))


def starting(look: Look, upto: int) -> Found:
    """Return episodes between referral and baseline, the oldest first, each with the step that is next."""
    above = {one.episode for one in look.alerts} - {None}
    rows = [one for one in look.waiting.starting if one.pk not in above]
    return Found([service.go_on(one) for one in rows[:upto]], len(rows))


def clearances_ending(look: Look, upto: int) -> Found:
    """Return episodes in service whose newest clearance has ended or ends within two weeks."""
    rows = look.waiting.clearances
    return Found([service.renew(one, look.day) for one in rows[:upto]], len(rows))


# ---- Notes


def _notes(member: Member) -> QuerySet[SessionLog]:
    """Return sessions whose note is not signed, and those that wait for the member's co-sign: nobody co-signs their own."""
    states: list[str] = []
    if member.may(Permission.SESSIONS_LOG):
        states += [SessionState.OPEN, SessionState.HELD, SessionState.READY]
    if member.may(Permission.SESSIONS_COSIGN):
        states.append(SessionState.AWAITING_COSIGN)
    # The states stand alone, so that an index finds the few among all sessions.
    rows = SessionLog.objects.visible_to(member).filter(state__in=states)
    theirs = rows.exclude(Q(state=SessionState.AWAITING_COSIGN) & Q(signed_by=member))
    return theirs.select_related("episode__client", "by__user").only(*NOTE)


def open_notes(member: Member) -> list[SessionLog]:
    """Return sessions whose note is not signed, and those that wait for the member's co-sign, the oldest first."""
    return list(_notes(member).order_by("opened_at")[:NOTES_READ])


def running(notes: Sequence[SessionLog], member: Member, day: date) -> list[SessionLog]:
    """Return the member's own sessions of the day that are on the floor, the newest first."""
    mine = [
        one
        for one in notes
        if one.by_id == member.pk
        and one.state in (SessionState.OPEN, SessionState.READY)
        and member.practice.day(one.opened_at) == day
    ]
    return mine[::-1][:3]


def unsigned_notes(look: Look, upto: int) -> Found:
    """Return session notes that are not signed, and those that wait for a co-sign.

    What a colleague has on the floor today is theirs; what they left open on a day before is everyone's to see.
    """
    member, rows, total = look.member, look.notes, None
    if len(rows) >= NOTES_READ:
        theirs = Q(by=member) | Q(state=SessionState.AWAITING_COSIGN) | Q(opened_at__lt=look.begins_at)
        rows, total = first_of(_notes(member).filter(theirs).order_by("opened_at"), upto)
    rows = [
        one
        for one in rows
        if one.by_id == member.pk
        or one.state == SessionState.AWAITING_COSIGN
        or one.opened_at < look.begins_at
    ]
    owed = [
        Owed(
            str(session.episode.client),
            _note_words(session, member),
            "Co-sign" if session.state == SessionState.AWAITING_COSIGN else "Open",
            reverse("sessions:show", args=[session.pk]),
            late=session.opened_at < look.begins_at,
        )
        for session in rows[:upto]
    ]
    return Found(owed, len(rows) if total is None else total)


def _note_words(session: SessionLog, member: Member) -> str:
    opened = words.day(member.practice.day(session.opened_at), "short")
    by = "" if session.by_id == member.pk else f", {session.by}"
    return f"{opened} · {session.get_state_display().lower()}{by}"


# ---- What a provider is to answer or to hear


def refer_backs(look: Look) -> list[Owed]:
    """Return what is back with a provider and waits for the answer, the newest first."""
    return [
        Owed(
            one.client,
            f"{one.text}. With {one.provider} since {words.day(look.member.practice.day(one.at), 'short')}",
            "Record answer",
            reverse("clearance:decide", args=[one.episode_id]) + "#refer-back",
            late=True,
            episode=one.episode_id,
        )
        for one in look.outside.backs[::-1]
    ]


def not_passed_on(look: Look) -> list[Owed]:
    """Return screenings that found a STOP which no provider has been asked about."""
    return [service.pass_on(one) for one in look.waiting.stopped]


def alerts(member: Member, day: date) -> list[Owed]:
    """Return clients who must not exercise: back with a provider, or stopped by a screening nobody passed on."""
    return list(Look(member, day).alerts)


def to_tell(look: Look, upto: int) -> Found:
    """Return findings that let a session go on and that a provider is to hear of."""
    rows, day_of = look.outside.to_tell, look.member.practice.day
    owed = [
        Owed(
            one.client,
            f"{one.text} By {words.day(day_of(one.at), 'short')}",
            "Tell",
            reverse("clearance:decide", args=[one.episode_id]) + "#to-tell",
            late=day_of(one.at) < look.day,
        )
        for one in rows[:upto]
    ]
    return Found(owed, len(rows))


def to_ask(look: Look, upto: int) -> Found:
    """Return precautions whose release may be asked for by now, one line for what one provider is asked of one client.

    The day only opens the question: they hold until the answer.
    """
    asked: dict[tuple[Any, str], list[outside.Line]] = {}
    for one in look.outside.to_ask:
        asked.setdefault((one.episode_id, one.provider), []).append(one)
    return Found.all_of([_to_release(lines) for lines in asked.values()], upto)


def _to_release(lines: list[outside.Line]) -> Owed:
    one = lines[0]
    if len(lines) == 1:
        why = f"{one.text}: ask {one.provider}. It holds until then."
    else:
        why = f"{len(lines)} limits: ask {one.provider}. They hold until then."
    return Owed(one.client, why, "Record answer", reverse("clearance:decide", args=[one.episode_id]) + "#p-h")


def answers_from_providers(look: Look, upto: int) -> Found:
    """Return what providers answered and nobody has read, or decided on."""
    return Found.all_of(answers.answered(look.rows, look.member), upto)


def questions_unanswered(look: Look, upto: int) -> Found:
    """Return questions to providers that wait for an answer longer than some working days."""
    closed = look.closed if look.rows[answers.ASKED] else frozenset()
    return Found.all_of(answers.unanswered(look.rows, look.member, look.day, closed), upto)


def faxes_failed(look: Look, upto: int) -> Found:
    """Return faxes the gateway did not take."""
    return Found.all_of(answers.failed(look.rows), upto)


# ---- Documents


def reports_owed(look: Look, upto: int) -> Found:
    """Return the documents that providers wait for, or will within days. One that is drafted already is gone on with."""
    owed = [_owed_document(one, look) for one in look.due[:upto]]
    return Found(owed, len(look.due))


def _owed_document(one: Due, look: Look) -> Owed:
    draft = look.drafts.get((one.episode.pk, one.kind))
    if draft is None:
        why, verb, url = one.words, "Open", reverse("reports:of_episode", args=[one.episode.pk])
    else:
        # A draft may be addressed to somebody else already.
        one = replace(one, retired="") if draft.provider.is_active else one
        why, verb, url = (
            f"{one.words}. Draft {draft.number} waits",
            "Go on",
            reverse("reports:show", args=[draft.pk]),
        )
    return Owed(str(one.episode.client), why, "Choose another" if one.retired else verb, url, late=one.late)


def to_sign(look: Look, upto: int) -> Found:
    """Return drafts that nothing asks for by a day: signed or put away, they are done."""
    # What is due is said there, for who writes it.
    due_now = look.due if look.member.may(Permission.REPORTS_WRITE) else ()
    said = {(one.episode.pk, one.kind) for one in due_now}
    drafts = [one for one in look.papers if one.state in UNSIGNED and (one.episode_id, one.kind) not in said]
    rows = [one for one in drafts if _is_theirs(one, look.member)]
    return Found([_draft(one, look) for one in rows[:upto]], len(rows))


def _draft(one: Document, look: Look) -> Owed:
    begun = words.day(look.member.practice.day(one.drafted_at), "short")
    why = f"{one.get_kind_display()} {one.number}, drafted {begun}"
    return _paper(one, why, "Go on", look)


def to_send(look: Look, upto: int) -> Found:
    """Return what was signed and has not been sent: the provider knows nothing of it yet."""
    rows = [one for one in look.papers if one.state == Document.State.SIGNED and _is_theirs(one, look.member)]
    return Found([_signed(one, look) for one in rows[:upto]], len(rows))


def _signed(one: Document, look: Look) -> Owed:
    on = look.member.practice.day(one.signed_at)
    why = f"{one.get_kind_display()} {one.number}, signed {words.day(on, 'short')}"
    if one.failed:  # type: ignore[attr-defined]
        why = f"{why}. It did not leave: {one.failed.rstrip('.')}"  # type: ignore[attr-defined]
    return _paper(one, why, "Send", look, late=on < look.day)


def _paper(one: Document, why: str, verb: str, look: Look, *, late: bool = False) -> Owed:
    if not one.provider.is_active:
        why, verb = f"{why}. {retired_words(one.provider.short_name)}", "Choose another"
    if one.kind == Document.Kind.ACKNOWLEDGEMENT and look.member.may(Permission.REFERRALS_INTAKE):
        url = reverse("reports:acknowledgement", args=[one.episode.referral_id])
    else:
        url = reverse("reports:show", args=[one.pk])
    return Owed(str(one.episode.client), why, verb, url, late=late)


def _is_theirs(one: Document, member: Member) -> bool:
    """Return whether a member may finish a document: an acknowledgement is whoever takes referrals in."""
    if one.kind == Document.Kind.ACKNOWLEDGEMENT:
        # Until the provider was told, the referral itself asks for it.
        told = one.state == Document.State.SIGNED or one.episode.referral.acknowledged_at is not None
        return told and member.may(Permission.REFERRALS_INTAKE)
    return member.may(Permission.REPORTS_SEND)


def _papers(documents: QuerySet[Document]) -> QuerySet[Document]:
    by_server = Q(channel=Channel.EMAIL) | ~Q(gateway="")
    mails = Delivery.objects.filter(by_server, document=OuterRef("pk"), delivered_at=None)
    failed = mails.exclude(failed_reason="").order_by("-sent_at").values("failed_reason")[:1]
    return (
        documents.filter(state__in=[*UNSIGNED, Document.State.SIGNED])
        .exclude(Q(state=Document.State.SIGNED) & Exists(mails.filter(failed_reason="")))
        .annotate(failed=Subquery(failed, output_field=CharField()))
        .select_related("episode__client", "episode__referral", "provider")
        .only(
            *CLIENT, "kind", "number", "state", "drafted_at", "signed_at", "episode__referral__acknowledged_at",
            "provider__given_name", "provider__family_name", "provider__type", "provider__is_active",
        )
        .order_by(Case(When(state=Document.State.SIGNED, then=F("signed_at")), default=F("drafted_at")), "pk")
    )  # fmt: skip


_PAPERS_OF_PRACTICE = Prepared[Document](lambda: _papers(Document.objects.filter(practice=Given("practice"))))


# ---- Referrals, rules, looks


def referrals(look: Look, upto: int) -> Found:
    """Return referrals that need a word today."""
    if upto <= listing.FIRST:
        found, total = listing.first_needing(look.member, look.day)
    else:
        found, total = first_of(listing.needing_a_word(look.member, look.day), upto)
    owed = []
    for referral in found[:upto]:
        # Only those who take referrals in come here.
        word = listing.word_of(referral, look.day, tells_why=True, closed=look.closed)
        owed.append(
            Owed(
                str(referral.client),
                word.text + (f": {word.detail}" if word.detail else ""),
                "Open",
                reverse("referrals:show", args=[referral.pk]),
                late=word.kind == "stop",
            )
        )
    return Found(owed, total)


def rules_to_approve(look: Look, upto: int) -> Found:
    """Return that working rules wait for a named approval: left open at set-up, or changed by a newer version."""
    practice = look.member.practice
    waiting, reader = knowledge.waiting(practice), practice.rules_read_by
    told = [
        (waiting.changed, "changed with this version"),
        (waiting.new, f"not approved yet; {reader} is to read them" if reader else "not approved yet"),
    ]
    owed = [
        Owed(
            f"{len(entries)} clinical rule{'s' if len(entries) > 1 else ''}",
            f"{said[:1].upper()}{said[1:]}: read and approve",
            "Read",
            reverse("knowledge:kind", args=[entries[0].kind]),
        )
        for entries, said in told
        if entries
    ]
    return Found.all_of(owed, upto)


@dataclass(frozen=True)
class Rule:
    """One kind of obligation: its name and icon, who has it (one permission is enough), and how it is found."""

    name: str
    icon: str
    who: tuple[Permission, ...]
    find: Callable[[Look, int], Found]

    @property
    def slug(self) -> str:
        """Return its name in addresses."""
        return slugify(self.name)

    def of(self, look: Look, upto: int = SHOWN) -> Kind:
        """Return what a member owes of it, nothing where it is not theirs to do."""
        theirs = any(look.member.may(permission) for permission in self.who)
        found = self.find(look, upto) if theirs else Found()
        return Kind(self.name, self.icon, found.rows, found.total)


def unread_messages(look: Look, upto: int) -> Found:
    """Return the clients about whom a colleague wrote something the member has not read."""
    return Found.all_of(messages.unread(look.member, look.day), upto)


def referrals_from_the_web(look: Look, upto: int) -> Found:
    """Return referrals that came through the public page and wait for somebody."""
    return Found.all_of(from_web.waiting(look.rows, look.member, look.day, look.closed), upto)


P = Permission
RULES = (
    Rule("Messages", "msg", (P.MESSAGES_USE,), unread_messages),
    Rule("To tell the provider", "phone", (P.CLEARANCE_DECIDE,), to_tell),
    Rule("Answers from providers", "msg", (P.CLEARANCE_DECIDE,), answers_from_providers),
    Rule("Questions unanswered", "question", (P.REPORTS_SEND,), questions_unanswered),
    Rule("Did not leave", "send", (P.REPORTS_SEND,), faxes_failed),
    Rule("Referrals from the web", "download", (P.REFERRALS_INTAKE,), referrals_from_the_web),
    Rule("Referrals", "referrals", (P.REFERRALS_INTAKE,), referrals),
    Rule("Reassessment due", "loop", (P.ASSESSMENTS_MEASURE,), reassessments),
    Rule("Questionnaires", "question", (P.ASSESSMENTS_MEASURE,), questionnaires),
    Rule("Unsigned notes", "pen", (P.SESSIONS_LOG, P.SESSIONS_COSIGN), unsigned_notes),
    Rule("On the way in", "play", (P.SCREENING_RECORD,), starting),
    Rule("Reports owed", "send", (P.REPORTS_WRITE,), reports_owed),
    Rule("Drafts to sign", "file", (P.REPORTS_SIGN, P.REFERRALS_INTAKE), to_sign),
    Rule("Signed, not sent", "send", (P.REPORTS_SEND, P.REFERRALS_INTAKE), to_send),
    Rule("Clearances ending", "shield", (P.CLEARANCE_DECIDE,), clearances_ending),
    Rule("Releases to ask for", "shield", (P.CLEARANCE_DECIDE,), to_ask),
    Rule("Results to tell", "up", (P.LETTERS_SEND,), letters.results_to_tell),
    Rule("Letters to finish", "pen", (P.LETTERS_SEND,), letters.letters_to_finish),
    Rule("Sources to hear from us", "referrals", (P.SOURCES_EDIT,), relations.asking),
    Rule("Leads", "phone", (P.LEADS_MANAGE,), leads.asking),
    Rule(WORKING_RULES, "book", (P.KNOWLEDGE_APPROVE,), rules_to_approve),
    Rule("Opened by break-glass", "eye", (P.RECORD_READ,), opened.records_opened),
)


def owed_to(member: Member, day: date) -> list[Kind]:
    """Return what a member has to do on a day, by kind; kinds with nothing are left out."""
    return owed_in(Look(member, day))


def owed_in(look: Look) -> list[Kind]:
    """Return the same of a look that is taken already."""
    return [kind for kind in (rule.of(look) for rule in RULES) if kind.total]


def rule_named(slug: str) -> Rule | None:
    """Return one kind by its name in addresses; None where there is none."""
    return next((rule for rule in RULES if rule.slug == slug), None)
