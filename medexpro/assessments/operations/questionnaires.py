"""Questionnaires given to a client: by a link, on the tablet, from paper; what was answered, and taking it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from medexpro.assessments import events, state
from medexpro.assessments import questionnaire_book as book
from medexpro.assessments.models import Asking, Assessment
from medexpro.assessments.operations import measuring
from medexpro.assessments.operations.measuring import AssessmentRefused
from medexpro.assessments.rules import questionnaires as rules
from medexpro.assessments.rules.alike import QUESTIONNAIRE
from medexpro.assessments.rules.entry import RAW_SUM
from medexpro.assessments.rules.questionnaires import Given, Method, Questionnaire, Score, Shape
from medexpro.audit.trail import record as record_event
from medexpro.clients.models import Side
from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions, tokens
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission

TABLET_LASTS = timedelta(hours=2)
PHONE_DAYS = 7


class AskingRefused(Refusal):
    """Questionnaires can't be given, answered or taken in so."""


class LinkUnknown(Refusal):
    """No questionnaire ever had this address."""


class LinkOver(Refusal):
    """The link was ended, is too old, or its answers were taken in already."""


@dataclass(frozen=True)
class Handed:
    """An asking, and for one with a link its token, shown once."""

    asking: Asking
    token: str = ""


@transaction.atomic
def ask(
    episode: Episode, forms: Sequence[str], how: str, *, side: str = "", by: Member, at: datetime
) -> Handed:
    """Give a client questionnaires. A link opens for 7 days on a phone, for 2 hours on the practice's tablet.

    Activities a client named before stand in the form again, to be rated anew. side: for forms that are kept for one
    side, where the episode is about none. Raises AskingRefused.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, episode)
    if not episode.is_open:
        raise AskingRefused("This episode is closed. Questionnaires belong to an open one.")
    if how not in Asking.How.values:
        raise AskingRefused("Choose how it is filled in.", field="how")
    chosen = [one for one in book.for_clients() if one.id in forms]
    if not chosen:
        raise AskingRefused("Choose at least one questionnaire.", field="forms")
    kept_side = episode.side if episode.side in ("left", "right") else side
    if any(book.has_sides(one) for one in chosen):
        if kept_side not in ("left", "right"):
            raise AskingRefused(
                "KOOS JR and HOOS JR are kept for one side. Choose left or right.", field="side"
            )
    else:
        kept_side = Side.NONE
    with_link = how != Asking.How.PAPER
    token = tokens.new_token() if with_link else ""
    lasts = TABLET_LASTS if how == Asking.How.TABLET else timedelta(days=PHONE_DAYS)
    asking = Asking.objects.create(
        practice=episode.practice, episode=episode, how=how, side=kept_side,
        forms=[{"id": one.id, "version": one.version} for one in chosen], answers=_named_before(episode, chosen),
        token_hash=tokens.hash_of(token) if token else "", expires_at=at + lasts if token else None, asked_at=at, by=by,
    )  # fmt: skip
    record_event(events.ASKED, asking, by=by, at=at, how=how, forms=[one.id for one in chosen])
    return Handed(asking, token)


def _named_before(episode: Episode, chosen: Sequence[Questionnaire]) -> dict[str, dict[str, str]]:
    """Return the activities of the last time, without their ratings: the same ones are rated again."""
    found = {}
    for form in chosen:
        if form.shape is not Shape.ACTIVITIES:
            continue
        for before in Asking.objects.filter(episode=episode).order_by("-asked_at")[:12]:
            given = before.answers.get(form.id, {})
            if names := {key: text for key, text in given.items() if key.startswith("name-")}:
                found[form.id] = names
                break
    return found


def find(token: str, *, at: datetime) -> Asking:
    """Return the asking a link belongs to. Raises LinkUnknown, LinkOver."""
    asking = (
        Asking.objects.filter(token_hash=tokens.hash_of(token))
        .select_related("practice", "episode__client", "episode__practice", "by__user")
        .first()
    )
    if asking is None:
        raise LinkUnknown("This link leads nowhere. Check the address, or ask the practice for a new link.")
    phone = f" at {asking.practice.phone}" if asking.practice.phone else ""
    again = f"Ask {asking.practice.name}{phone} for a new one."
    if asking.ended_at is not None:
        raise LinkOver(f"This link was ended by the practice. {again}")
    if asking.expires_at is None or at >= asking.expires_at:
        raise LinkOver(f"This link has expired. {again}")
    return asking


@transaction.atomic
def note_opening(asking: Asking, *, at: datetime) -> None:
    """Keep that the holder of a link opened it."""
    record_event(events.OPENED, asking, by=None, at=at)


def form_of(asking: Asking, form_id: str) -> Questionnaire:
    """Return one of the questionnaires that were given. Raises AskingRefused."""
    form = book.questionnaire(form_id)
    if form is None or form_id not in {one["id"] for one in asking.forms}:
        raise AskingRefused("This questionnaire was not given.")
    return form


@transaction.atomic
def answer(
    asking: Asking, form_id: str, given: Mapping[str, str], *, by: Member | None, at: datetime
) -> tuple[Given, Score]:
    """Keep the answers of one questionnaire as they are now, and return what came of them.

    What can't be an answer is named and not kept; the answer before it stays away too, as the field shows another.
    by: the member who types from paper; None for the client. Raises AskingRefused once it was taken in.
    """
    if by is not None:
        permissions.check(by, Permission.ASSESSMENTS_MEASURE, asking)
    form = form_of(asking, form_id)
    asking = _locked(asking)
    read = rules.read_answers(form, given)
    kept = asking.answers | {form_id: read.answers}
    if kept != asking.answers:
        asking.answers = kept
        asking.save_version(expected=None)
        record_event(
            events.ANSWERED, asking, by=by, at=at, questionnaire=form_id, answered=len(read.answers),
            version=form.version,
        )  # fmt: skip
    return read, rules.score(form, read.answers, book.table_of(form))


def _locked(asking: Asking) -> Asking:
    """Return the row as it is now, held for this change. Raises AskingRefused once it was taken in."""
    rows = Asking.objects.select_for_update(of=("self",)).select_related(
        "practice", "episode__client", "episode__practice", "by__user"
    )
    asking = rows.get(pk=asking.pk)
    if asking.taken_at is not None:
        raise AskingRefused("These answers were taken into the record already.")
    return asking


def scores(asking: Asking) -> dict[str, Score]:
    """Return what came of each questionnaire that was given."""
    found = {}
    for one in asking.forms:
        if form := book.questionnaire(one["id"]):
            found[form.id] = rules.score(form, asking.answers.get(form.id, {}), book.table_of(form))
    return found


@transaction.atomic
def done(asking: Asking, *, by: Member | None = None, at: datetime) -> Asking:
    """The client is done. Where everything counts and an assessment is open, it lands there; else it waits.

    Gaps don't hold anybody back: what was given is kept, and the practice sees what is missing.
    """
    asking = _locked(asking)
    if asking.answered_at is None:
        asking.answered_at = at
        asking.save_version(expected=None)
    if asking.forms and all(one.counts for one in scores(asking).values()):
        try:
            with transaction.atomic():
                return take_in(asking, by=by or asking.by, at=at, over=False)
        except Refusal:
            # No assessment is open, or it holds another result: a member takes it in.
            asking.refresh_from_db()
    return asking


@transaction.atomic
def take_in(asking: Asking, *, by: Member, at: datetime, over: bool = True) -> Asking:
    """Take what counts into the open assessment. over: a result that stands there already is replaced.

    Raises AskingRefused without an open assessment or without anything that counts; what measuring refuses is raised.
    """
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, asking)
    asking = _locked(asking)
    counting = {key: one for key, one in scores(asking).items() if one.counts}
    if not counting:
        raise AskingRefused("Nothing here makes a score yet. Complete the answers first.")
    assessment = state.unfinished(asking.episode)
    if assessment is None and any(_measure_of(key) for key in counting):
        raise AskingRefused("No assessment is open. Start one; the answers wait here until then.")
    taken = {}
    for key, one in counting.items():
        kept = {"value": str(one.value)}
        if assessment is not None and _measure_of(key):
            kept["measurement"] = str(_keep(assessment, asking, key, one, by=by, at=at, over=over))
        taken[key] = kept
    asking.taken, asking.taken_at = taken, at
    asking.answered_at = asking.answered_at or at
    asking.save_version(expected=None)
    record_event(events.TAKEN_IN, asking, by=by, at=at, forms=sorted(taken))
    return asking


def _measure_of(form_id: str) -> str:
    form = book.questionnaire(form_id)
    return form.measure if form else ""


def _keep(
    assessment: Assessment, asking: Asking, form_id: str, one: Score, *, by: Member, at: datetime, over: bool
) -> object:
    form = book.all_questionnaires()[form_id]
    interval = form.scoring.method is Method.INTERVAL
    measuring.plan(assessment, add=form.measure, by=by, at=at)
    how = "typed from paper" if asking.how == Asking.How.PAPER else f"answered by the client, {asking.how}"
    row = measuring.record(
        assessment, measure=form.measure, side=asking.side if book.has_sides(form) else Side.NONE,
        trials=[{"value": str(one.raw), "unit": RAW_SUM} if interval else {"value": _text(one)}],
        device=f"{QUESTIONNAIRE}, {how}", confirmed=True, expected=None if over else 0, by=by, at=at,
    )  # fmt: skip
    return row.pk


def _text(one: Score) -> str:
    value = one.value or Decimal(0)
    return f"{value.normalize():f}"


@transaction.atomic
def end(asking: Asking, *, by: Member, at: datetime) -> Asking:
    """End a link before its time. What was answered stays. A second time changes nothing."""
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, asking)
    if asking.ended_at is None and asking.taken_at is None:
        asking.ended_at = at
        asking.save_version(expected=None)
        record_event(events.ASKING_ENDED, asking, by=by, at=at)
    return asking


@transaction.atomic
def score_from_paper(
    assessment: Assessment,
    form_id: str,
    *,
    total: int,
    answered: int,
    side: str = Side.NONE,
    by: Member,
    at: datetime,
) -> Score:
    """Keep the score of a licensed paper form from the sum of its answers. Raises AskingRefused, ScoreRefused."""
    permissions.check(by, Permission.ASSESSMENTS_MEASURE, assessment)
    form = book.questionnaire(form_id)
    if form is None or form.shape is not Shape.TOTALS:
        raise AskingRefused("There is no such form to add up.")
    if assessment.finished_at is not None:
        raise AssessmentRefused("This assessment is finished. Start a check to measure something more.")
    one = rules.score_of_total(form, total, answered)
    measuring.plan(assessment, add=form.measure, by=by, at=at)
    said = "" if answered == form.scoring.count else f", {answered} of {form.scoring.count} answered"
    measuring.record(
        assessment, measure=form.measure, side=side, trials=[{"value": _text(one)}],
        device=f"{QUESTIONNAIRE}, sum {total}{said}", confirmed=True, by=by, at=at,
    )  # fmt: skip
    return one
