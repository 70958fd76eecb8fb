"""What is owed, derived from the record and never stored: one function per kind. Cleared by doing it."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse

from medexpro.clearance.models import Decision, ReferBack, ToTell
from medexpro.episodes.models import Episode, Status
from medexpro.knowledge import operations as knowledge
from medexpro.practice import breakglass, records
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.referrals import listing
from medexpro.reports.listing import due
from medexpro.reports.models import Document
from medexpro.sessions.models import SessionLog, SessionState
from medexpro.today import intake
from medexpro.today.owed import FETCHED, Kind, Owed
from medexpro.web import words

SOON_DAYS = 5
RULES = "Working rules"
# Far more than one person leaves open; the page shows the oldest and the day's own.
NOTES_READ = 60


def reassessments(member: Member, day: date) -> list[Owed]:
    """Return active episodes whose 30 days end within the next days or have ended."""
    reach = min(member.practice.reassess_days, 30)
    full = ~Q(assessments__kind="check") & Q(assessments__finished_at__isnull=False)
    rows = (
        Episode.objects.visible_to(member)
        .filter(status=Status.ACTIVE)
        .annotate(last=Max("assessments__started_at", filter=full))
        .filter(
            last__lt=datetime.combine(
                day - timedelta(days=reach - SOON_DAYS), datetime.min.time(), member.practice.tz
            )
        )
        .select_related("client")
        .order_by("last")[:FETCHED]
    )
    owed = []
    for episode in rows:
        due = member.practice.day(episode.last) + timedelta(days=reach)
        over = (day - due).days
        ahead = "Due today" if over == 0 else f"Due {words.day(due, 'short')}"
        why = f"{over} day{'s' if over != 1 else ''} over" if over > 0 else ahead
        owed.append(
            Owed(
                str(episode.client),
                why,
                "Start",
                reverse("assessments:index", args=[episode.pk]),
                late=over > 0,
            )
        )
    return owed


def open_notes(member: Member) -> list[SessionLog]:
    """Return sessions whose note is not signed, and those that wait for the member's co-sign, the oldest first."""
    states = [SessionState.OPEN, SessionState.HELD, SessionState.READY]
    if member.may(Permission.SESSIONS_COSIGN):
        states.append(SessionState.AWAITING_COSIGN)
    rows = SessionLog.objects.visible_to(member).filter(state__in=states)
    return list(rows.select_related("episode__client").order_by("opened_at")[:NOTES_READ])


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


def unsigned_notes(member: Member, day: date, notes: Sequence[SessionLog] | None = None) -> list[Owed]:
    """Return session notes that are not signed, and those that wait for a co-sign. notes: where they are read already."""
    return [
        Owed(
            str(session.episode.client),
            _note_words(session, member),
            "Co-sign" if session.state == SessionState.AWAITING_COSIGN else "Open",
            reverse("sessions:show", args=[session.pk]),
            late=member.practice.day(session.opened_at) < day,
        )
        for session in (open_notes(member) if notes is None else notes)[:FETCHED]
    ]


def clearances_ending(member: Member, day: date) -> list[Owed]:
    """Return active episodes whose newest clearance has ended or ends within two weeks."""
    newer = Decision.objects.filter(episode=OuterRef("episode"), decided_at__gt=OuterRef("decided_at"))
    newest = Decision.objects.visible_to(member).filter(
        ~Exists(newer),
        episode__status__in=(Status.ACTIVE, Status.ON_HOLD),
        valid_to__lte=day + timedelta(days=14),
        outcome="granted",
    )
    rows = newest.select_related("episode__client").order_by("valid_to")[: FETCHED * 2]
    seen, owed = set(), []
    for decision in rows:
        if decision.episode_id in seen:
            continue
        seen.add(decision.episode_id)
        ended = decision.valid_to < day
        why = f"{'Ended' if ended else 'Ends'} {words.day(decision.valid_to, 'short')}"
        owed.append(
            Owed(
                str(decision.episode.client),
                why,
                "Renew",
                reverse("clearance:decide", args=[decision.episode_id]),
                late=ended,
            )
        )
    return owed[:FETCHED]


def refer_backs(member: Member, day: date) -> list[Owed]:
    """Return what is back with a provider and waits for the answer."""
    rows = (
        ReferBack.objects.visible_to(member)
        .filter(closed_at=None)
        .select_related("episode__client", "provider")
        .order_by("-opened_at")
    )
    return [
        Owed(
            str(back.episode.client),
            _back_words(back, member),
            "Record answer",
            reverse("clearance:decide", args=[back.episode_id]) + "#refer-back",
            late=True,
            episode=back.episode_id,
        )
        for back in rows[:FETCHED]
    ]


def alerts(member: Member, day: date) -> list[Owed]:
    """Return clients who must not exercise: back with a provider, or stopped by a screening nobody passed on."""
    return [*refer_backs(member, day), *intake.not_passed_on(member, day)]


def to_tell(member: Member, day: date) -> list[Owed]:
    """Return findings that let a session go on and that a provider is to hear of."""
    rows = (
        ToTell.objects.visible_to(member)
        .filter(told_at=None)
        .select_related("episode__client")
        .order_by("due_at")
    )
    return [
        Owed(
            str(one.episode.client),
            f"{one.sentence} By {words.day(member.practice.day(one.due_at), 'short')}",
            "Tell",
            reverse("clearance:decide", args=[one.episode_id]) + "#to-tell",
            late=member.practice.day(one.due_at) < day,
        )
        for one in rows[:FETCHED]
    ]


def reports_owed(member: Member, day: date) -> list[Owed]:
    """Return the documents that providers wait for, or will within days. Late is said by the day here.

    Acknowledgements stand with the referrals, where whoever takes them in finds them.
    """
    rows = due(member, datetime.combine(day, datetime.min.time(), member.practice.tz))
    return [
        Owed(
            str(one.episode.client),
            one.words,
            "Open",
            reverse("reports:of_episode", args=[one.episode.pk]),
            late=one.late,
        )
        for one in rows
        if one.kind != Document.Kind.ACKNOWLEDGEMENT
    ][:FETCHED]


def referrals(member: Member, day: date) -> list[Owed]:
    """Return referrals that need a word today."""
    rows = listing.needing_a_word(member, day)[:FETCHED]
    owed = []
    for referral in rows:
        word = listing.word_of(referral, day, tells_why=True)  # Only those who take referrals in come here.
        owed.append(
            Owed(
                str(referral.client),
                word.text + (f": {word.detail}" if word.detail else ""),
                "Open",
                reverse("referrals:show", args=[referral.pk]),
                late=getattr(word, "kind", "") == "stop",
            )
        )
    return owed


def rules_to_approve(member: Member, day: date) -> list[Owed]:
    """Return that working rules wait for a named approval: left open at set-up, or changed by a newer version."""
    waiting, reader = knowledge.waiting(member.practice), member.practice.rules_read_by
    told = [
        (waiting.changed, "changed with this version"),
        (waiting.new, f"not approved yet; {reader} is to read them" if reader else "not approved yet"),
    ]
    return [
        Owed(
            f"{len(entries)} clinical rule{'s' if len(entries) > 1 else ''}",
            f"{said[:1].upper()}{said[1:]}: read and approve",
            "Read",
            reverse("knowledge:kind", args=[entries[0].kind]),
        )
        for entries, said in told
        if entries
    ]


def opened_records(member: Member, day: date) -> list[Owed]:
    """Return the records an owner opened by break-glass within the last week: the notice to the professionals.

    A professional who sees only their own clients hears of those; the mail of that day tells everyone that one was opened.
    """
    looks = breakglass.recent(
        member, at=datetime.combine(day + timedelta(days=1), datetime.min.time(), member.practice.tz)
    )
    own = records.clients_of(member.practice).visible_to(member, Permission.RECORD_READ)
    found = list(looks.filter(client_id__in=own.values("pk"))[:FETCHED])
    names = records.names_of(member.practice, {look.client_id for look in found})
    return [
        Owed(
            names.get(look.client_id, ""),
            f"{look.member} read this record on {words.day(member.practice.day(look.opened_at), 'short')}: {look.reason}",
            "See who read it",
            reverse("practice:client_trail", args=[look.client_id]),
        )
        for look in found
    ]


def _note_words(session: SessionLog, member: Member) -> str:
    opened = words.day(member.practice.day(session.opened_at), "short")
    return f"{opened} · {session.get_state_display().lower()}"


def _back_words(back: ReferBack, member: Member) -> str:
    who = back.provider.short_name if back.provider else "the provider"
    since = words.day(member.practice.day(back.opened_at), "short")
    return f"{back.observed}. With {who} since {since}"


KINDS: tuple[tuple[str, str, Permission, Callable[[Member, date], list[Owed]]], ...] = (
    ("To tell the provider", "phone", Permission.CLEARANCE_DECIDE, to_tell),
    ("Reassessment due", "loop", Permission.ASSESSMENTS_MEASURE, reassessments),
    ("Unsigned notes", "pen", Permission.SESSIONS_LOG, unsigned_notes),
    ("On the way in", "play", Permission.SCREENING_RECORD, intake.starting),
    ("Reports owed", "send", Permission.REPORTS_WRITE, reports_owed),
    ("Clearances ending", "shield", Permission.CLEARANCE_DECIDE, clearances_ending),
    ("Referrals", "referrals", Permission.REFERRALS_INTAKE, referrals),
    (RULES, "book", Permission.KNOWLEDGE_APPROVE, rules_to_approve),
    ("Opened by break-glass", "eye", Permission.RECORD_READ, opened_records),
)


def owed_to(
    member: Member, day: date, *, told: Sequence[Owed] = (), notes: Sequence[SessionLog] | None = None
) -> list[Kind]:
    """Return what this member has to do, by kind; kinds with nothing are left out.

    told: the alerts that stand above; what concerns the same episode on its way in is said once.
    notes: from open_notes, where a page has read them already.
    """

    def found_by(rule: Callable[[Member, date], list[Owed]]) -> list[Owed]:
        return unsigned_notes(member, day, notes) if rule is unsigned_notes else rule(member, day)

    above = {one.episode for one in told} - {None}
    found = [
        Kind(name, icon, [one for one in found_by(rule) if one.episode not in above])
        for name, icon, permission, rule in KINDS
        if member.may(permission)
    ]
    return [kind for kind in found if kind.found]
