"""The clients told by operations, from whom the ten-year practice is copied; each with every kind of record on it."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pikepdf
from django.db.models import F, QuerySet
from django.test import Client as Browser
from django.urls import reverse

from benchmarks.copying import Copy, Prefixes, pour
from benchmarks.floor import Tablet, ordinary
from medexpro.assessments.models import Assessment, Measurement
from medexpro.audit.models import Event
from medexpro.clients import operations as clients
from medexpro.config.demo.cases import CASES, Case
from medexpro.config.demo.people import House
from medexpro.config.demo.story import Teller
from medexpro.episodes.models import Episode
from medexpro.practice.models import Member
from medexpro.programs import operations as programs
from medexpro.reports.models import Delivery, Document
from medexpro.sessions import commands, events
from medexpro.sessions import operations as sessions
from medexpro.sessions.models import (
    Addendum,
    ExerciseEntry,
    SessionCommand,
    SessionLog,
    SessionReading,
    SessionState,
)

LONGEST = "Ellison"
ORDINARY = "Carvalho"
YEARS_OF_LONGEST = 10
IN_SERVICE = ("active", "on_hold", "expired")


@dataclass
class Mold:
    """One told client: how far the case has come, and how many sessions lie in the record."""

    episode: Episode
    state: str
    sessions: int


def episodes() -> QuerySet[Episode]:
    """Return episodes with what operations read of them."""
    return Episode.objects.select_related("client", "practice", "surgery", "referral__provider")


def cases(*, sessions_each: int, longest: int) -> list[Case]:
    """Return the demo's cases, the longest client's a tenth as long as it will be, and discharged ones of some length.

    sessions_each: how many sessions a client who was discharged has had; three a week.
    """
    weeks = max(4, round(sessions_each / 3))
    segment = longest * 7 / 2 / YEARS_OF_LONGEST
    told = []
    for case in CASES:
        if case.family == LONGEST:
            told.append(replace(case, referred=round(segment) + 7, surgery=round(segment) + 60))
        elif case.state == "discharged":
            begun = 30 + 7 + weeks * 7
            told.append(replace(case, referred=begun, surgery=begun + 90, ended=30, weekdays=(0, 2, 4)))
        else:
            told.append(case)
    return told


def tell(house: House, now: datetime, wanted: list[Case], say: Callable[[str], None]) -> list[Mold]:
    """Tell the cases, add what the demo leaves out, and give every session its commands and its trail."""
    teller, told = Teller(house, now), []
    for number, case in enumerate(wanted, start=1):
        episode = episodes().get(pk=teller.tell(case).pk)
        _leave_nothing_out(episode, house.members[case.lead], now)
        told.append(Mold(episode, case.state, episode.sessions.count()))
        say(f"{number} of {len(wanted)} told: {episode.client}, {case.state}, {told[-1].sessions} sessions")
    by_name = {mold.episode.client.family_name: mold for mold in told}
    model = _session_by_commands(by_name[ORDINARY].episode, house.rosa, now)
    prefixes = Prefixes()
    for mold in told:
        _give_commands(mold, model, prefixes)
        _look_at(mold.episode, house.rosa)
    return told


def _leave_nothing_out(episode: Episode, lead: Member, now: datetime) -> None:
    """Add to a record what the demo's story does not tell: a scan, an allergy, readings, addenda, decisions."""
    client = episode.client
    clients.record_allergy(client, words="Penicillin", reaction="Rash", source="Client", by=lead, at=now)
    paper = _paper()
    for title in ("Referral", "Operative letter"):
        clients.add_document(
            client, file=io.BytesIO(paper), size=len(paper), kind="referral", title=title, by=lead, at=now
        )
    begun = datetime.combine(episode.opened_on, datetime.min.time(), episode.practice.tz)
    readings = [
        {
            "measure": measure, "words": measure, "value": value, "unit": unit, "source": "Clinic",
            "at": begun - timedelta(days=30 * place),
        }
        for place in range(4)
        for measure, value, unit in (("bp_systolic", 132, "mm[Hg]"), ("resting_hr", 70, "/min"), ("weight", 78, "kg"))
    ]  # fmt: skip
    clients.record_outside_readings(client, readings, by=lead, at=now)
    for session in episode.sessions.filter(state=SessionState.SIGNED).order_by("number")[::20]:
        sessions.add_addendum(session, text="Shoes changed after the walk.", by=lead, at=session.signed_at)
    if (program := episode.programs.first()) is not None:
        for _ in range(2):
            programs.decide_phase(program, choice="hold", reason="Going well", by=lead, at=now)


def _paper() -> bytes:
    """Return a scanned page: an empty one."""
    scanned, page = io.BytesIO(), pikepdf.new()
    page.add_blank_page()
    page.save(scanned)
    return scanned.getvalue()


def _session_by_commands(episode: Episode, by: Member, now: datetime) -> SessionLog:
    """Hold one session as a tablet does, and sign it: its commands and its trail are those of all sessions."""
    session = sessions.open_session(episode, by=by, at=now)
    tablet = Tablet(session, "tablet-of-the-practice")
    for said in ordinary(list(session.entries.all())):
        answer = commands.apply(tablet.command(said, now), by=by, at=now)
        if answer["outcome"] != "applied":
            raise RuntimeError(f"The benchmark's session was answered {answer}.")
        tablet.version = answer["version"]
    session.refresh_from_db()
    return sessions.sign(session, recently_signed_in=True, by=by, at=now)


def _give_commands(mold: Mold, model: SessionLog, prefixes: Prefixes) -> None:
    """Give every told session the commands and the trail of the model session, on its day."""
    rows = mold.episode.sessions.exclude(pk=model.pk).exclude(signed_at=None).order_by("number")
    made = [
        Copy(
            prefixes.at(row.opened_at),
            (row.opened_at.date() - model.opened_at.date()).days,
            {"session": row.pk, "words": str(row.pk), "client": mold.episode.client_id},
            tail=row.pk.hex[-12:],
        )
        for row in rows
    ]
    if not made:
        return
    trail = Event.objects.filter(subject_id=str(model.pk)).exclude(kind=events.SIGNED)
    pour(
        {SessionCommand: model.commands.all(), Event: trail},
        made,
        {
            SessionCommand: {"session_id": "c.session", "id": "copied:id"},
            Event: {"client_id": "c.client", "subject_id": "c.words"},
        },
    )
    rows.update(marks=model.marks, findings=model.findings)
    entries = ExerciseEntry.objects.filter(episode=mold.episode, logged_at=None, session__in=rows)
    for session in rows:
        entries.filter(session=session).update(logged_at=session.ended_at)


def browser_of(member: Member) -> Browser:
    """Return a browser signed in as a member; what it is sent is not packed."""
    browser = Browser(HTTP_HOST="localhost", HTTP_ACCEPT_ENCODING="identity")
    browser.force_login(member.user)
    store = browser.session
    store["member"] = str(member.pk)
    store.save()
    return browser


def _look_at(episode: Episode, member: Member) -> None:
    """Open the pages of a record, so that the trail holds that they were read."""
    browser = browser_of(member)
    for name, key in (
        ("clients:show", episode.client_id),
        ("clients:health", episode.client_id),
        ("sessions:list", episode.pk),
        ("programs:show", episode.pk),
        ("reports:of_episode", episode.pk),
        ("referrals:show", episode.referral_id),
    ):
        answer = browser.get(reverse(name, args=[key]))
        if answer.status_code != 200:
            raise RuntimeError(f"{name} answered {answer.status_code}.")


def stretch(mold: Mold, longest: int) -> None:
    """Make the told client one of ten years: sessions, measurements, reports and trail lie ten times, one after another."""
    episode, each = mold.episode, mold.sessions
    times = max(0, -(-(longest - each) // each))
    days = _days_of(episode)
    first = Assessment.objects.filter(episode=episode).order_by("started_at").first()
    Assessment.objects.filter(pk=first.pk).update(kind=Assessment.Kind.REASSESSMENT)
    SessionLog.objects.filter(episode=episode).update(number=F("number") + times * each)
    prefixes = Prefixes()
    made = [
        Copy(
            prefixes.at(first.started_at - timedelta(days=days * time)),
            -days * time,
            {"numbers": -each * time, "tag": f"{time:02}"},
        )
        for time in range(times, 0, -1)
    ]
    if made:
        kinds = ("sessions:", "assessments:", "reports:")
        trail = Event.objects.filter(client_id=episode.client_id)
        whole = trail.filter(kind__startswith=kinds[0])
        for kind in kinds[1:]:
            whole |= trail.filter(kind__startswith=kind)
        pour(
            {
                Assessment: episode.assessments.all(),
                Measurement: Measurement.objects.filter(episode=episode),
                SessionLog: episode.sessions.all(),
                SessionReading: SessionReading.objects.filter(episode=episode),
                ExerciseEntry: ExerciseEntry.objects.filter(episode=episode),
                SessionCommand: SessionCommand.objects.filter(session__episode=episode),
                Addendum: Addendum.objects.filter(episode=episode),
                Document: Document.objects.filter(episode=episode),
                Delivery: Delivery.objects.filter(document__episode=episode),
                Event: whole,
            },
            made,
            {
                SessionLog: {"number": "m.number + c.numbers"},
                SessionCommand: {"id": "copied:id"},
                Document: {"number": "'L-' || c.tag || '-' || m.ordinal"},
                Delivery: {"token_hash": token()},
                Event: {"subject_id": "copied-words:subject_id"},
            },
        )
    begun = episode.opened_on - timedelta(days=days * times)
    Episode.objects.filter(pk=episode.pk).update(opened_on=begun, started_on=begun, category="maintenance")
    oldest = Assessment.objects.filter(episode=episode).order_by("started_at").first()
    Assessment.objects.filter(pk=oldest.pk).update(kind=Assessment.Kind.BASELINE)
    mold.sessions = episode.sessions.count()


def token() -> str:
    """Return the SQL of a link's hash that belongs to no other link."""
    return "CASE WHEN m.token_hash = '' THEN '' ELSE c.prefix || substr(m.token_hash, 13) END"


def _days_of(episode: Episode) -> int:
    """Return how many days an episode's sessions span, in whole weeks."""
    first, last = (
        episode.sessions.order_by(order).first().opened_at.date() for order in ("number", "-number")
    )
    return ((last - first).days // 7 + 1) * 7


def span(mold: Mold) -> tuple[date, date]:
    """Return the first and the last day of a told episode."""
    last = mold.episode.sessions.order_by("-number").first()
    return mold.episode.opened_on, last.opened_at.date() if last else mold.episode.opened_on
