"""Sequences of mails: their versions, who is on the way through one, and what is due of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from medexpro.audit.trail import record
from medexpro.clients.agreements import NEWSLETTER
from medexpro.clients.models import Client, Consent
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.refusals import Refusal
from medexpro.marketing import addresses, events, mailing
from medexpro.marketing.models import CameBy, Lead, Mail, SequenceRun, SequenceVersion
from medexpro.marketing.rules import sequences as rules
from medexpro.marketing.rules.mailing import OUT, TO_LEAVE, MailState
from medexpro.marketing.rules.sequences import Facts, SequenceKind, Step, Stop, Turn, Way, Written
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission

DATA = Path(__file__).parent.parent / "data" / "sequences.yaml"
# By which way the leads of a sequence came. Past clients are no leads.
CAME_BY = {
    SequenceKind.ASKED: (CameBy.PAGE, CameBy.CAMPAIGN, CameBy.HAND),
    SequenceKind.SCREENING: (CameBy.EVENT,),
    SequenceKind.PROVIDER: (CameBy.SOURCE,),
}
# Switched on, a sequence begins with who agreed within the last days; who agreed before has waited too long for it.
LOOKS_BACK = timedelta(days=3)
# A client who finished longer ago than the last mail is due gets none.
DISCHARGED_WITHIN = timedelta(days=rules.LAST_DAY)
PLACES = ("{hello}", "{name}", "{practice}", "{phone}")


class SequenceRefused(Refusal):
    """A sequence can't be kept or switched so; the sentence stands at its field."""


@dataclass(frozen=True)
class Kind:
    """One sequence as it is shipped."""

    kind: str
    name: str
    about: str
    mails: tuple[Written, ...]


@cache
def kinds() -> dict[str, Kind]:
    """Return our own sequences, by kind, in the order of the file."""
    listed = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return {
        one["kind"]: Kind(
            one["kind"], one["name"], " ".join(one["about"].split()),
            tuple(Written(mail["days"], mail["subject"], _unwrapped(mail["text"])) for mail in one["mails"]),
        )
        for one in listed
    }  # fmt: skip


def _unwrapped(text: str) -> str:
    """Return a text whose lines were broken for the file, one line a paragraph; short last lines stay as they are."""
    parts = []
    for part in text.strip().split("\n\n"):
        lines = part.split("\n")
        parts.append("\n".join(lines) if part.startswith("{practice}") else " ".join(lines))
    return "\n\n".join(parts)


def written(version: SequenceVersion) -> list[Written]:
    """Return the mails of a version."""
    return [Written(one["days"], one["subject"], one["text"]) for one in version.mails]


def steps_of(version: SequenceVersion) -> list[Step]:
    """Return the days of a version's mails."""
    return [Step(one["days"]) for one in version.mails]


def in_service(practice: Practice) -> dict[str, SequenceVersion]:
    """Return the versions that are written by, by kind. One query."""
    rows = SequenceVersion.objects.of(practice).filter(in_service_at__isnull=False, ended_at=None)
    return {one.kind: one for one in rows}


def draft_of(practice: Practice, kind: str) -> SequenceVersion | None:
    """Return the draft that is being written; None for none."""
    return SequenceVersion.objects.of(practice).filter(kind=kind, in_service_at=None).first()


# ---- Writing and switching


@transaction.atomic
def save_draft(
    practice: Practice, kind: str, mails: Sequence[Written], *, by: Member, at: datetime
) -> SequenceVersion:
    """Keep the mails of a draft; the first time a new version begins. Raises SequenceRefused at `mails`."""
    permissions.check(by, Permission.MARKETING_EDIT)
    if kind not in kinds():
        raise SequenceRefused("There is no such sequence.")
    kept = [Written(one.days, " ".join(one.subject.split()), one.text.strip()) for one in mails]
    for number, sentence in rules.check(kept):
        raise SequenceRefused(f"Mail {number + 1}: {sentence}", field=f"text_{number}")
    for number, one in enumerate(kept):
        if unknown := unknown_places(one.subject + one.text):
            raise SequenceRefused(
                f"Mail {number + 1}: “{unknown}” is filled in by nothing. Use {', '.join(PLACES)}.",
                field=f"text_{number}",
            )
    row = draft_of(practice, kind) or SequenceVersion(
        practice=practice, kind=kind, number=_last_number(practice, kind) + 1, made_by=by, made_at=at
    )
    row.mails = [{"days": one.days, "subject": one.subject[:120], "text": one.text[:4000]} for one in kept]
    row.made_by, row.made_at = by, at
    row.save()
    record(events.SEQUENCE_DRAFTED, row, by=by, at=at, kind_of=kind, number=row.number)
    return row


def unknown_places(text: str) -> str:
    """Return the first word in braces that nothing fills in; empty for none."""
    return next((one for one in re.findall(r"\{[^{}\n]{0,40}\}", text) if one not in PLACES), "")


def _last_number(practice: Practice, kind: str) -> int:
    return SequenceVersion.objects.of(practice).filter(kind=kind).aggregate(last=Max("number"))["last"] or 0


@transaction.atomic
def switch_on(practice: Practice, kind: str, *, by: Member, at: datetime) -> SequenceVersion:
    """Put the draft of a sequence in service, or our own texts where the practice has none. Who is on the way goes on
    with the version they began with.

    Raises SequenceRefused where no mail can leave.
    """
    permissions.check(by, Permission.MARKETING_EDIT)
    if sentence := mailing.why_no_mail(practice):
        raise SequenceRefused(sentence)
    if kind not in kinds():
        raise SequenceRefused("There is no such sequence.")
    row = draft_of(practice, kind)
    if row is None:
        row = SequenceVersion(
            practice=practice, kind=kind, number=_last_number(practice, kind) + 1, made_by=by, made_at=at,
            mails=[
                {"days": one.days, "subject": one.subject, "text": one.text} for one in newest_mails(practice, kind)
            ],
        )  # fmt: skip
    SequenceVersion.objects.of(practice).filter(kind=kind, in_service_at__isnull=False, ended_at=None).update(
        ended_at=at
    )
    row.in_service_at, row.put_in_by = at, by
    row.save()
    record(events.SEQUENCE_ON, row, by=by, at=at, kind_of=kind, number=row.number)
    return row


def newest_mails(practice: Practice, kind: str) -> list[Written]:
    """Return the mails somebody would edit: the draft, else the newest version, else ours."""
    row = draft_of(practice, kind) or (
        SequenceVersion.objects.of(practice).filter(kind=kind).order_by("-number").first()
    )
    return written(row) if row else list(kinds()[kind].mails)


@transaction.atomic
def switch_off(practice: Practice, kind: str, *, by: Member, at: datetime) -> int:
    """Take a sequence out of service: nobody begins it, and who is on the way gets no more. Return how many those are."""
    permissions.check(by, Permission.MARKETING_EDIT)
    rows = SequenceVersion.objects.of(practice).filter(kind=kind, in_service_at__isnull=False, ended_at=None)
    row = rows.first()
    if row is None:
        return 0
    rows.update(ended_at=at)
    runs = SequenceRun.objects.of(practice).filter(kind=kind, stopped_at=None)
    Mail.objects.filter(run__in=runs, state__in=TO_LEAVE).update(
        state=MailState.DROPPED, ended_at=at, answer="The sequence was taken out of service."
    )
    ended = runs.update(stopped_at=at, why=Stop.BY_HAND)
    record(events.SEQUENCE_OFF, row, by=by, at=at, kind_of=kind, count=ended)
    return ended


@transaction.atomic
def pause(run: SequenceRun, *, paused: bool, by: Member, at: datetime) -> SequenceRun:
    """Pause somebody's sequence, or let it go on; what was due meanwhile follows one a day."""
    permissions.check(by, Permission.LEADS_MANAGE, run)
    if run.stopped_at is None and bool(run.paused_at) is not paused:
        run.paused_at, run.paused_by = (at, by) if paused else (None, None)
        run.save(update_fields=["paused_at", "paused_by"])
        record(events.RUN_PAUSED, run, by=by, at=at, paused=paused)
    return run


def stop_runs(lead: Lead, why: Stop, *, at: datetime) -> None:
    """End the sequences of a lead, with what still waits of them."""
    runs = SequenceRun.objects.filter(lead=lead, stopped_at=None)
    Mail.objects.filter(run__in=runs, state__in=TO_LEAVE).update(
        state=MailState.DROPPED, ended_at=at, answer=rules.SAID[why]
    )
    runs.update(stopped_at=at, why=why)


# ---- Who gets what


def people(practice: Practice, kind: str, *, since: datetime, at: datetime) -> list[tuple[Any, datetime]]:
    """Return who would begin a sequence and from when their days count: (lead or client, when), the oldest first.

    Only who agreed themselves, can be mailed, and has not begun it. since: who agreed before is left out.
    """
    if kind == SequenceKind.PAST_CLIENT:
        return _past_clients(practice, at=at)
    rows = Lead.objects.of(practice).filter(
        state=Lead.State.NEW,
        source_kind__in=CAME_BY[SequenceKind(kind)],
        contacted_at=None,
        unsubscribed_at=None,
    )
    rows = rows.exclude(email="").exclude(runs__kind=kind).filter(_agreed_since(since))
    found = [(one, begun_at(one)) for one in rows.order_by("made_at", "pk")[:500]]
    gone = _gone(practice, [one.email for one, _ in found])
    return [(one, begun) for one, begun in found if one.email not in gone]


def _agreed_since(since: datetime) -> Q:
    # In person, to a member of the practice; or by answering the e-mail.
    in_person = Q(source_kind=CameBy.EVENT, asked_by__isnull=False, agreed_at__gte=since)
    return in_person | Q(confirmed_at__gte=since)


def begun_at(lead: Lead) -> datetime:
    """Return when a lead agreed: by answering the e-mail, else in person."""
    return lead.confirmed_at or lead.agreed_at


def is_confirmed(lead: Lead) -> bool:
    """Return whether a lead agreed themselves: they answered the e-mail, or told a member at a screening day."""
    return lead.confirmed_at is not None or (
        lead.source_kind == CameBy.EVENT and lead.asked_by_id is not None
    )


def _past_clients(practice: Practice, *, at: datetime) -> list[tuple[Any, datetime]]:
    ended = Episode.objects.of(practice).filter(
        status=Status.DISCHARGED, status_changes__to_status=Status.DISCHARGED,
        status_changes__at__gte=at - DISCHARGED_WITHIN,
    )  # fmt: skip
    last = dict(ended.values_list("client").annotate(last=Max("status_changes__at")).order_by())
    agreed = newsletter_clients(practice).filter(pk__in=list(last))
    taken = SequenceRun.objects.of(practice).filter(kind=SequenceKind.PAST_CLIENT).values("client")
    back = in_service_clients(practice, list(last))
    found = [(one, last[one.pk]) for one in agreed.exclude(pk__in=taken) if one.pk not in back]
    gone = _gone(practice, [one.email for one, _ in found])
    return sorted(
        ((one, begun) for one, begun in found if one.email not in gone),
        key=lambda pair: (pair[1], str(pair[0].pk)),
    )


def in_service_clients(practice: Practice, clients: Iterable[Any]) -> set[Any]:
    """Return those of these clients who have an episode that goes on. One query."""
    over = (Status.DISCHARGED, Status.DECLINED)
    rows = Episode.objects.of(practice).filter(client__in=list(clients)).exclude(status__in=over)
    return set(rows.values_list("client_id", flat=True))


def newsletter_clients(practice: Practice) -> QuerySet[Client]:
    """Return the clients who agreed to the newsletter and have an e-mail address."""
    agreed = Consent.objects.of(practice).filter(kind=NEWSLETTER, withdrawn_at=None)
    rows = Client.objects.of(practice).filter(pk__in=agreed.values("client"), archived_at=None)
    return rows.exclude(email="")


def _gone(practice: Practice, emails: list[str]) -> set[str]:
    return addresses.left_alone(practice, emails) | set(addresses.troubles(practice, emails))


@dataclass(frozen=True)
class Coming:
    """One line of the preview: who gets which mail, and when."""

    name: str
    email: str
    subject: str
    at: datetime
    lead: Lead | None
    run: SequenceRun | None


def preview(practice: Practice, kind: str, *, at: datetime, most: int = 200) -> list[Coming]:
    """Return who gets what and when, if nothing happens meanwhile: those on the way, and who would begin. The next first."""
    quiet, found = mailing.quiet_of(practice), []
    for run, way, _ in _ways(practice, SequenceRun.objects.filter(kind=kind), at=at):
        found += _coming(run.lead or run.client, run, written(run.sequence), way, quiet, practice, at)
    version = in_service(practice).get(kind)
    mails = written(version) if version else newest_mails(practice, kind)
    since = _since(version, at)
    for person, begun in people(practice, kind, since=since, at=at):
        found += _coming(person, None, mails, Way(begun), quiet, practice, at)
    return sorted(found, key=lambda one: (one.at, one.email))[:most]


def _since(version: SequenceVersion | None, at: datetime) -> datetime:
    return ((version.in_service_at if version else None) or at) - LOOKS_BACK


def _coming(
    person: Any,
    run: SequenceRun | None,
    mails: Sequence[Written],
    way: Way,
    quiet: Any,
    practice: Practice,
    at: datetime,
) -> list[Coming]:
    turns = rules.plan([Step(one.days) for one in mails], way, quiet=quiet, zone=practice.tz, now=at)
    return [
        Coming(
            person.name, person.email, filled(mails[turn.step].subject, practice, person), turn.at,
            person if isinstance(person, Lead) else None, run,
        )
        for turn in turns
    ]  # fmt: skip


def turns_of(run: SequenceRun, *, at: datetime) -> list[Turn]:
    """Return the mails to come of one person's sequence."""
    found = _ways(run.practice, SequenceRun.objects.filter(pk=run.pk), at=at)
    if not found or found[0][2] is not None:
        return []
    way = found[0][1]
    return rules.plan(
        steps_of(run.sequence), way, quiet=mailing.quiet_of(run.practice), zone=run.practice.tz, now=at
    )


# ---- What the worker does


def work(*, at: datetime) -> int:
    """Let who agreed begin, end what is to end, and put in line what is due; return how many mails."""
    with_any = SequenceVersion.objects.filter(in_service_at__isnull=False, ended_at=None)
    practices = Practice.objects.filter(pk__in=with_any.values("practice"))
    return sum(_work_of(practice, at) for practice in practices if not mailing.why_no_mail(practice))


@transaction.atomic
def _work_of(practice: Practice, at: datetime) -> int:
    quiet = mailing.quiet_of(practice)
    if not quiet.leaves_time:
        return 0
    for kind, version in in_service(practice).items():
        for person, begun in people(practice, kind, since=_since(version, at), at=at):
            SequenceRun.objects.get_or_create(
                kind=kind, **({"lead": person} if isinstance(person, Lead) else {"client": person}),
                defaults={"practice": practice, "sequence": version, "begun_at": begun},
            )  # fmt: skip
    posted = 0
    for run, way, why in _ways(practice, SequenceRun.objects.all(), at=at):
        if why is None and (turn := rules.next_turn(
            steps_of(run.sequence), way, quiet=quiet, zone=practice.tz, now=at
        )) is not None:  # fmt: skip
            if turn.at <= at:
                posted += _post(run, turn, at)
        elif why is not None or not way.paused:
            _end(run, why or Stop.DONE, at=at)
    return posted


def _ways(
    practice: Practice, runs: QuerySet[SequenceRun], *, at: datetime
) -> list[tuple[SequenceRun, Way, Stop | None]]:
    """Return who is on the way, where they stand and what ends it. Seven queries for any number.

    Whose mail waits in line, or was put off, is left out: the next one is weighed when that has left.
    """
    rows = list(
        runs.filter(practice=practice, stopped_at=None).select_related("sequence", "lead", "client").order_by("begun_at", "pk")
    )  # fmt: skip
    if not rows:
        return []
    persons = [one.lead or one.client for one in rows]
    emails = [one.email for one in persons]
    mails = list(
        Mail.objects.of(practice).filter(to__in=emails, state__in=[*OUT, *TO_LEAVE, MailState.FAILED])
        .exclude(what=Mail.What.TEST)
        .values_list("run_id", "step", "to", "state", "claimed_at")
    )  # fmt: skip
    waiting = {run for run, _, _, state, _ in mails if state in TO_LEAVE}
    gone, dead = addresses.left_alone(practice, emails), addresses.troubles(practice, emails)
    clients = [one.client_id for one in rows if one.client_id]
    agreed = (
        set(newsletter_clients(practice).filter(pk__in=clients).values_list("pk", flat=True))
        if clients
        else set()
    )
    back = in_service_clients(practice, clients) if clients else set()
    found = []
    for run, person in zip(rows, persons, strict=True):
        if run.pk in waiting:
            continue
        facts = Facts(
            state=run.lead.state if run.lead else "",
            confirmed=is_confirmed(run.lead) if run.lead else True,
            agreed=person.email not in gone and (run.lead.unsubscribed_at is None if run.lead else run.client_id in agreed),
            bounced=not person.email or person.email in dead,
            spoken=bool(run.lead and run.lead.contacted_at),
            in_service=run.client_id in back,
        )  # fmt: skip
        days = [
            practice.day(when)
            for _, _, to, state, when in mails
            if to == person.email and state in OUT and when
        ]
        way = Way(
            run.begun_at, frozenset(step for of, step, *_ in mails if of == run.pk and step is not None),
            max(days, default=None), paused=run.paused_at is not None,
        )  # fmt: skip
        found.append((run, way, rules.why_stopped(facts)))
    return found


def _post(run: SequenceRun, turn: Turn, at: datetime) -> int:
    person = run.lead or run.client
    mail = run.sequence.mails[turn.step]
    made, new = mailing.post(
        run.practice, what=Mail.What.SEQUENCE, key=f"sequence:{run.pk}:{turn.step}", to=person.email, due_at=turn.at,
        at=at, to_name=person.name if person.name != "No name given" else "", lead=run.lead, client=run.client, run=run,
        step=turn.step, subject=filled(mail["subject"], run.practice, person)[:160],
        text=filled(mail["text"], run.practice, person),
    )  # fmt: skip
    if not new:
        # It was put away at its turn, such as while the sequence was paused; it never left.
        new = bool(
            Mail.objects.filter(pk=made.pk, state=MailState.DROPPED).update(
                state=MailState.WAITING, due_at=turn.at, ended_at=None, answer=""
            )
        )
    return int(new)


def _end(run: SequenceRun, why: Stop, *, at: datetime) -> None:
    SequenceRun.objects.filter(pk=run.pk, stopped_at=None).update(stopped_at=at, why=why)
    record(events.RUN_STOPPED, run, by=None, at=at, practice=run.practice, why=str(why))


def filled(text: str, practice: Practice, person: Any) -> str:
    """Return a text with its places filled in. A name is put in as it is: the mail is words, not a page."""
    name = mailing.one_line(getattr(person, "preferred_name", "") or person.given_name)
    places: Mapping[str, str] = {
        "{hello}": f"Hello {name}," if name else "Hello,",
        "{name}": name,
        "{practice}": practice.name,
        "{phone}": practice.phone or practice.email or "the practice",
    }
    # One pass: what a name holds is never filled in again.
    return re.sub(r"\{(?:hello|name|practice|phone)\}", lambda found: places[found[0]], text)


def ask(mail: Mail, at: datetime) -> str:
    """Return why a mail of a sequence may not leave any more; empty when it may. Asked when its turn has come."""
    run = mail.run
    if run is None or run.stopped_at is not None:
        return (
            rules.SAID.get(Stop(run.why), "The sequence ended.") if run and run.why else "The sequence ended."
        )
    if run.paused_at is not None:
        return "The sequence was paused before it left."
    person = run.lead or run.client
    if person is None or person.email != mail.to:
        return "Their e-mail address was changed before it left."
    if sentence := addresses.why_not(mail.practice, mail.to):
        return sentence
    if run.lead is not None:
        lead = run.lead
        why = rules.why_stopped(
            Facts(
                lead.state,
                is_confirmed(lead),
                lead.unsubscribed_at is None,
                spoken=lead.contacted_at is not None,
            )
        )
    else:
        agreed = newsletter_clients(mail.practice).filter(pk=run.client_id).exists()
        why = rules.why_stopped(
            Facts(agreed=agreed, in_service=bool(in_service_clients(mail.practice, [run.client_id])))
        )
    return rules.SAID[why] if why else ""


def contents(mail: Mail) -> mailing.Contents:
    """Return what a mail of a sequence says: as it was put in line."""
    return mailing.Contents(mail.subject, mail.text)


mailing.handles(Mail.What.SEQUENCE, ask=ask, write=contents)
