"""Screening, deciding, limiting, referring back: every change of clearance's state."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from medexpro.audit.trail import record
from medexpro.clearance import events, state
from medexpro.clearance.models import (
    Decision,
    KnownState,
    Outcome,
    PracticeLimit,
    Precaution,
    ProviderLimit,
    ReferBack,
    Screening,
    WrittenPlan,
)
from medexpro.clearance.questionnaire import clearing_policy, questionnaire
from medexpro.clearance.rules import clearing, limits, screening
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.clients.models import ClientDocument
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.findings import Closes, Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.kernel.reference import Protocol
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider


class ClearanceRefused(Refusal):
    """A decision can't be taken so; the findings say why."""

    def __init__(self, sentence: str, *, findings: Sequence[Finding] = (), field: str | None = None):
        super().__init__(sentence, field=field)
        self.findings = list(findings)


# ---- Screening


@transaction.atomic
def start_screening(episode: Episode, *, by: Member, at: datetime) -> Screening:
    """Start the questionnaire, or go on with the one that is half done."""
    permissions.check(by, Permission.SCREENING_RECORD, episode)
    form = state.latest_screening(episode)
    if form is not None and form.finished_at is None:
        return form
    form = Screening.objects.create(
        practice=episode.practice, episode=episode, questionnaire_version=questionnaire().version,
        started_at=at, recorded_by=by,
    )  # fmt: skip
    if episode.status == Status.REFERRED:
        episodes.move(episode, Status.SCREENING, by=by, at=at)
    record(events.SCREEN_STARTED, form, by=by, at=at)
    return form


@transaction.atomic
def answer(
    form: Screening,
    question_id: str,
    data: dict[str, Any],
    *,
    expected: int | None = None,
    by: Member,
    at: datetime,
) -> Screening:
    """Keep one answer as {answer, words, options, items, asked}. Raises ClearanceRefused at the question, Conflict."""
    permissions.check(by, Permission.SCREENING_RECORD, form)
    if form.finished_at is not None:
        raise ClearanceRefused("This screening is finished. Start a new one to change an answer.")
    try:
        question = questionnaire().question(question_id)
    except KeyError:
        raise ClearanceRefused("There is no such question.") from None
    given = screening.answer_from(data)
    if wrong := screening.problem(question, given):
        raise ClearanceRefused(wrong, field=question_id)
    kept = {
        "answer": given.value,
        "words": given.words[:500],
        "options": list(given.options),
        "items": dict(given.items),
        "asked": given.asked,
    }
    form.answers = form.answers | {question_id: kept}
    form.save_version(expected=expected, fields=["answers"])
    record(events.SCREEN_ANSWERED, form, by=by, at=at, question=question_id)
    return form


@transaction.atomic
def finish_screening(form: Screening, *, by: Member, at: datetime) -> Screening:
    """Finish a complete screening: its findings are kept as weighed, and the known state of red flags and histories.

    The episode moves on to awaiting clearance. Raises ClearanceRefused naming the first open question.
    """
    permissions.check(by, Permission.SCREENING_RECORD, form)
    if form.finished_at is not None:
        return form
    episode = form.episode
    result = state.weigh_screening(episode, form, episode.practice.day(at))
    if result.missing:
        number = questionnaire().number(result.missing[0])
        raise ClearanceRefused(
            f"Question {number} has no answer yet ({len(result.missing)} open). “I’m not sure” is an answer.",
            field=result.missing[0],
        )
    form.findings = [finding.as_dict() for finding in result.findings]
    form.finished_at = at
    form.save_version(expected=None)
    _keep_known(episode, result, by=by, at=at)
    if episode.status in (Status.REFERRED, Status.SCREENING):
        episodes.move(episode, Status.AWAITING_CLEARANCE, by=by, at=at)
    record(events.SCREEN_FINISHED, form, by=by, at=at, findings=[finding.code for finding in result.findings])
    return form


def _keep_known(episode: Episode, result: screening.ScreeningResult, *, by: Member, at: datetime) -> None:
    """Write the known state, also of what was denied: “new” needs to know that it was absent."""
    flags = library().red_flag_question.asks
    items = {flag: flag in result.red_flags for flag in flags} | dict.fromkeys(result.histories, True)
    KnownState.objects.bulk_create(
        KnownState(
            practice=episode.practice, episode=episode, item=item, present=present,
            words=str(result.red_flags.get(item, ""))[:240], recorded_by=by, recorded_at=at,
        )
        for item, present in items.items()
    )  # fmt: skip


@transaction.atomic
def decide_finding(
    form: Screening, code: str, *, choice: str, reason: str, by: Member, at: datetime
) -> Screening:
    """Take a named member's decision on a DECIDE finding, with its reason. A STOP is never decided here."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, form)
    findings = {finding.code: finding for finding in state.weigh_screening(
        form.episode, form, form.episode.practice.day(at)).findings}  # fmt: skip
    finding = findings.get(code)
    if finding is None:
        raise ClearanceRefused("This screening has no such finding.")
    if finding.weight == Weight.STOP:
        raise ClearanceRefused(
            f"{finding.sentence} Nobody decides past it here.", findings=[finding], field=code
        )
    if choice not in ("go_on", "ask_provider", "wait"):
        raise ClearanceRefused("Choose what to do about it.", field=code)
    if choice == "go_on" and not reason.strip():
        raise ClearanceRefused("Write the provider’s answer, or why you go on.", field=code)
    decisions = dict(form.decisions)
    if choice == "go_on":
        decisions[code] = {"choice": choice, "reason": reason.strip(), "by": str(by), "at": at.isoformat()}
    else:
        decisions.pop(code, None)
    form.decisions = decisions
    form.save_version(expected=None)
    record(events.FINDING_DECIDED, form, by=by, at=at, finding=code, choice=choice)
    return form


# ---- Decisions


@transaction.atomic
def grant(
    episode: Episode,
    *,
    provider: Provider,
    provider_words: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    vigorous: bool = False,
    reason: str = "",
    document: ClientDocument | None = None,
    by: Member,
    at: datetime,
) -> Decision:
    """Record a provider's clearance and clear the client, from the practice's local day of `at` unless dated.

    valid_to: the last day covered; empty takes 12 months, 3 after surgery (working rule). What the screening
    still has against it is weighed here, whatever the page showed. Starts the episode when nothing is missing.
    Raises ClearanceRefused on a STOP, for a provider who may not clear, and for dates the wrong way round.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    day = episode.practice.day(at)
    valid_from = valid_from or day
    if wrong := clearing.not_a_clearing_provider(provider.type, clearing_policy()):
        raise ClearanceRefused(wrong, field="provider")
    if valid_from > day:
        raise ClearanceRefused(
            "A clearance is recorded once it holds. Its first day can’t lie ahead.", field="valid_from"
        )
    valid_to = valid_to or clearing.last_day(
        valid_from, clearing_policy(), after_surgery=bool(episode.surgery and episode.surgery.performed_on)
    )
    if valid_to < day:
        raise ClearanceRefused(
            "This clearance has already ended. Ask the provider for a new one.", field="valid_to"
        )
    form = state.latest_screening(episode)
    if form is None or form.finished_at is None:
        raise ClearanceRefused("The screening comes first: every question answered.")
    result = state.weigh_screening(episode, form, day)
    # The letter is being recorded now: it answers what waits for a letter, and nothing else.
    blocking = [f for f in result.findings if f.weight == Weight.STOP and f.clears != screening.LETTER]
    if blocking:
        raise ClearanceRefused(f"{blocking[0].sentence} {blocking[0].clears}", findings=blocking)
    decision = _decide(
        episode, Outcome.GRANTED, findings=result.findings, reason=reason, provider=provider, words=provider_words,
        document=document, vigorous=vigorous, valid_from=valid_from, valid_to=valid_to, by=by, at=at,
    )  # fmt: skip
    record(events.GRANTED, decision, by=by, at=at, valid_to=str(valid_to))
    _start_if_complete(episode, by=by, at=at)
    return decision


def _decide(episode: Episode, outcome: Outcome, *, findings: Sequence[Finding], reason: str, provider: Provider | None,
            words: str, by: Member, at: datetime, document: ClientDocument | None = None, vigorous: bool = False,
            valid_from: date | None = None, valid_to: date | None = None) -> Decision:  # fmt: skip
    return Decision.objects.create(
        practice=episode.practice, episode=episode, outcome=outcome, reason=reason.strip(), provider=provider,
        findings=[asdict(finding) | {"weight": finding.weight.value} for finding in findings],
        provider_words=words.strip(), document=document, vigorous=vigorous, decided_by=by, decided_at=at,
        valid_from=valid_from or episode.practice.day(at), valid_to=valid_to,
    )  # fmt: skip


def _start_if_complete(episode: Episode, *, by: Member, at: datetime) -> None:
    """Start or resume service when referral, screening and clearance are all there; else the spine says what is missing."""
    day = episode.practice.day(at)
    if any(
        finding.weight == Weight.STOP
        for finding in state.weigh_start(episode, day)
        if finding.code != "hold-open:hold"
    ):
        return
    episode.refresh_from_db()
    try:
        if episode.started_on and episode.status in (Status.ON_HOLD, Status.REFERRED_BACK):
            episodes.resume(episode, by=by, at=at)
        elif not episode.started_on:
            if episode.status in (Status.REFERRED, Status.SCREENING):
                episodes.move(episode, Status.AWAITING_CLEARANCE, by=by, at=at)
            episodes.start(episode, by=by, at=at)
    except Refusal:
        # Something else is still missing, such as the day of onset; the spine names it.
        episode.refresh_from_db()


@transaction.atomic
def refuse(
    episode: Episode,
    *,
    provider: Provider | None,
    provider_words: str = "",
    reason: str,
    by: Member,
    at: datetime,
) -> Decision:
    """Record that the client is not cleared. Raises ClearanceRefused without a reason."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not reason.strip():
        raise ClearanceRefused("Write why; the reason stays with the decision.", field="reason")
    decision = _decide(
        episode,
        Outcome.REFUSED,
        findings=(),
        reason=reason,
        provider=provider,
        words=provider_words,
        by=by,
        at=at,
    )
    record(events.REFUSED, decision, by=by, at=at)
    return decision


@transaction.atomic
def withdraw(episode: Episode, *, reason: str, by: Member, at: datetime) -> Decision:
    """Withdraw a clearance: a new decision that closes the next session start."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not reason.strip():
        raise ClearanceRefused("Write why; the reason stays with the decision.", field="reason")
    decision = _decide(
        episode, Outcome.WITHDRAWN, findings=(), reason=reason, provider=None, words="", by=by, at=at
    )
    record(events.WITHDRAWN, decision, by=by, at=at)
    return decision


@transaction.atomic
def record_limit(
    episode: Episode, *, measure: str, op: str, value: Decimal, closes: str = Closes.SESSION, provider: Provider,
    written_on: date, valid_to: date | None = None, words: str = "", document: ClientDocument | None = None,
    by: Member, at: datetime,
) -> ProviderLimit:  # fmt: skip
    """Record a limit a provider wrote; an earlier one for the same measure, side and part is ended, not edited.

    value: canonical unit; at the limit passes. Raises ClearanceRefused for an unknown measure, a value no one
    can have, or a letter from the future.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    _check_limit(measure, op, value, closes)
    if written_on > episode.practice.day(at):
        raise ClearanceRefused("The day it was written lies in the future.", field="written_on")
    ProviderLimit.objects.filter(
        episode=episode, measure=measure, op=op, closes=closes, ended_at=None
    ).update(ended_at=at)
    limit = ProviderLimit.objects.create(
        practice=episode.practice, episode=episode, measure=measure, op=op, value=value, closes=closes, words=words.strip(),
        provider=provider, document=document, written_on=written_on, valid_from=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    record(events.LIMIT_SET, limit, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return limit


def _check_limit(measure: str, op: str, value: Decimal, closes: str) -> None:
    known = library().measures.get(measure)
    if known is None:
        raise ClearanceRefused("There is no such measure.", field="measure")
    if op not in (">", "<") or closes not in set(Closes):
        raise ClearanceRefused("Say whether it is an upper or a lower limit, and what it closes.", field="op")
    if not known.valid_range.holds(value):
        low, high = known.valid_range.min, known.valid_range.max
        raise ClearanceRefused(f"A limit for {known.name} lies between {low:f} and {high:f}.", field="value")


@transaction.atomic
def end_limit(limit: ProviderLimit, *, by: Member, at: datetime) -> None:
    """End a provider's limit; ours hold again."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, limit)
    if limit.ended_at is None:
        limit.ended_at = at
        limit.save(update_fields=["ended_at"])
        record(events.LIMIT_ENDED, limit, by=by, at=at, measure=limit.measure)


@transaction.atomic
def tighten(
    practice: Practice,
    *,
    measure: str,
    op: str,
    value: Decimal,
    closes: str = Closes.SESSION,
    by: Member,
    at: datetime,
) -> PracticeLimit:
    """Set the practice's own, tighter limit. Raises ClearanceRefused when it would loosen ours."""
    permissions.check(by, Permission.KNOWLEDGE_APPROVE)
    _check_limit(measure, op, value, closes)
    day = practice.day(at)
    limit = Limit(measure=measure, op=op, value=value, origin=Origin.PRACTICE, who=str(by), written_on=day,
                  valid_from=day, closes=Closes(closes))  # fmt: skip
    if wrong := limits.loosening(limit, library().gates.values()):
        raise ClearanceRefused(wrong, field="value")
    PracticeLimit.objects.filter(
        practice=practice, measure=measure, op=op, closes=closes, ended_at=None
    ).update(ended_at=at)
    kept = PracticeLimit.objects.create(
        practice=practice, measure=measure, op=op, value=value, closes=closes, set_by=by, set_at=at
    )
    record(events.TIGHTENED, kept, by=by, at=at, measure=measure, op=op, value=str(value), closes=closes)
    return kept


@transaction.atomic
def record_plan(
    episode: Episode, *, kind: str, provider: Provider, names_service: bool, words: str = "", written_on: date,
    valid_to: date | None = None, document: ClientDocument | None = None, by: Member, at: datetime,
) -> WrittenPlan:  # fmt: skip
    """Record a written cardiology or diabetes plan. Raises ClearanceRefused for a letter from the future."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    if kind not in ("cardiology", "diabetes"):
        raise ClearanceRefused("Choose the kind of plan.", field="kind")
    if written_on > episode.practice.day(at):
        raise ClearanceRefused("The day it was written lies in the future.", field="written_on")
    plan = WrittenPlan.objects.create(
        practice=episode.practice, episode=episode, kind=kind, provider=provider, names_service=names_service,
        words=words.strip(), document=document, written_on=written_on, valid_to=valid_to, recorded_by=by,
    )  # fmt: skip
    record(events.PLAN_RECORDED, plan, by=by, at=at, plan=kind, names_service=names_service)
    return plan


@transaction.atomic
def suggest_precautions(
    episode: Episode, protocol: Protocol, variant: str, *, by: Member, at: datetime
) -> list[Precaution]:
    """Suggest a protocol's precautions for the surgical approach; those already there are left as they are.

    A suggested precaution blocks like a confirmed one until the provider's instruction is recorded.
    """
    permissions.check(by, Permission.PROGRAMS_EDIT, episode)
    there = set(episode.precautions.exclude(protocol_item="").values_list("protocol_item", flat=True))
    operated_on = episode.surgery.performed_on if episode.surgery else None
    made = []
    for item in protocol.precautions_of(variant):
        if item.id in there:
            continue
        week = item.ask_release_from_week
        made.append(
            Precaution.objects.create(
                practice=episode.practice, episode=episode, text=item.text[:240], tags=list(item.tags), mode=item.mode,
                protocol_item=item.id, source=item.source[:240], verification=item.verification.value, recorded_by=by,
                ask_release_from=operated_on + timedelta(weeks=week) if operated_on and week else None,
            )
        )  # fmt: skip
    if made:
        record(
            events.PRECAUTION_SUGGESTED,
            episode,
            by=by,
            at=at,
            client=episode.client,
            items=[p.protocol_item for p in made],
        )
    return made


@transaction.atomic
def add_precaution(
    episode: Episode, *, text: str, tags: Sequence[str] = (), mode: str = "block", provider: Provider | None = None,
    words: str = "", id: UUID | None = None, by: Member, at: datetime,
) -> Precaution:  # fmt: skip
    """Add a precaution of a provider's instruction, or a member's own. Raises ClearanceRefused for empty words."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, episode)
    if not text.strip():
        raise ClearanceRefused("Write the precaution in a few words.", field="text")
    if unknown := [tag for tag in tags if tag not in library().exercise_tags]:
        raise ClearanceRefused(f"The exercise library has no tag “{unknown[0]}”.", field="tags")
    if id and (known := Precaution.objects.of(by.practice).filter(pk=id).first()):
        return known
    precaution = Precaution.objects.create(
        id=id or uuid7(), practice=episode.practice, episode=episode, text=text.strip()[:240], tags=list(tags), mode=mode,
        state="confirmed", source=f"{provider.short_name}’s instruction" if provider else f"Added by {by}",
        confirmed_provider=provider, confirmed_words=words.strip()[:240],
        confirmed_on=episode.practice.day(at), recorded_by=by,
    )  # fmt: skip
    record(events.PRECAUTION_ADDED, precaution, by=by, at=at, tags=list(tags))
    return precaution


@transaction.atomic
def confirm_precaution(
    precaution: Precaution,
    *,
    provider: Provider,
    words: str,
    on: date,
    text: str = "",
    by: Member,
    at: datetime,
) -> Precaution:
    """Confirm a suggested precaution by the provider's instruction, quoted; its phrase may be made to fit."""
    _instructed(precaution, provider, words, by)
    if precaution.state == "released":
        raise ClearanceRefused("This precaution was released. Add a new one.")
    precaution.state, precaution.confirmed_provider = "confirmed", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], on
    precaution.text = text.strip()[:240] or precaution.text
    precaution.save_version(expected=None)
    record(events.PRECAUTION_CONFIRMED, precaution, by=by, at=at)
    return precaution


@transaction.atomic
def confirm_together(
    precautions: Sequence[Precaution], *, provider: Provider, words: str, on: date, by: Member, at: datetime
) -> None:
    """Confirm several precautions by one instruction, quoted once: all of them or none."""
    if not precautions:
        raise ClearanceRefused("Choose the precautions that the instruction names.", field="which")
    for precaution in precautions:
        confirm_precaution(precaution, provider=provider, words=words, on=on, by=by, at=at)


@transaction.atomic
def decline_precaution(
    precaution: Precaution, *, provider: Provider, words: str, by: Member, at: datetime
) -> Precaution:
    """Leave a suggested precaution out, because the provider's instruction says so."""
    _instructed(precaution, provider, words, by)
    if precaution.state != "suggested":
        raise ClearanceRefused("Only a suggested precaution is left out; a confirmed one is released.")
    precaution.state, precaution.confirmed_provider = "declined", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], precaution.practice.day(at)
    precaution.save_version(expected=None)
    record(events.PRECAUTION_DECLINED, precaution, by=by, at=at)
    return precaution


@transaction.atomic
def release_precaution(
    precaution: Precaution, *, provider: Provider, words: str, on: date, by: Member, at: datetime
) -> Precaution:
    """Record the provider's release: the only thing that lifts a precaution."""
    _instructed(precaution, provider, words, by)
    if on > precaution.practice.day(at):
        raise ClearanceRefused("A release is recorded once it holds. Its day can’t lie ahead.", field="on")
    precaution.state, precaution.released_on, precaution.released_words = "released", on, words.strip()[:240]
    precaution.save_version(expected=None)
    record(events.PRECAUTION_RELEASED, precaution, by=by, at=at, provider=str(provider.pk))
    return precaution


def _instructed(precaution: Precaution, provider: Provider, words: str, by: Member) -> None:
    permissions.check(by, Permission.CLEARANCE_DECIDE, precaution)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    if not words.strip():
        raise ClearanceRefused(
            "Quote the provider’s instruction, or say which letter holds it.", field="words"
        )


@transaction.atomic
def refer_back(
    episode: Episode, *, trigger: str, observed: str, findings: Sequence[Finding] = (), provider: Provider | None = None,
    channel: str = "", id: UUID | None = None, by: Member, at: datetime,
) -> ReferBack:  # fmt: skip
    """Give a finding back to the provider, as observed, and hold the episode until the answer is recorded.

    Whoever works on the floor may stop; provider: empty takes the referring one. Raises ClearanceRefused
    without words for what was observed.
    """
    permissions.check(by, Permission.SESSIONS_LOG, episode)
    if not observed.strip():
        raise ClearanceRefused("Write what you observed; no cause.", field="observed")
    if id and (known := ReferBack.objects.of(by.practice).filter(pk=id).first()):
        return known
    back = ReferBack.objects.create(
        id=id or uuid7(), practice=episode.practice, episode=episode, trigger=trigger[:80], observed=observed.strip(),
        findings=[finding.as_dict() for finding in findings], opened_by=by, opened_at=at, channel=channel,
        provider=provider or (episode.referral.provider if episode.referral else None), contacted_at=at if channel else None,
    )  # fmt: skip
    episodes.refer_back(episode, reason=observed.strip(), by=by, at=at)
    record(events.REFERRED_BACK, back, by=by, at=at, trigger=trigger)
    return back


@transaction.atomic
def record_answer(
    back: ReferBack, *, answer: str, provider: Provider, go_on: bool, valid_to: date | None = None,
    document: ClientDocument | None = None, by: Member, at: datetime,
) -> ReferBack:  # fmt: skip
    """Record the provider's answer, quoted. When it lets exercise go on, it is a new clearance decision too.

    Raises ClearanceRefused for empty words or a provider who may not clear.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, back)
    permissions.check(by, Permission.CLEARANCE_DECIDE, provider)
    if back.closed_at is not None:
        raise ClearanceRefused("This was answered already.")
    if not answer.strip():
        raise ClearanceRefused("Quote the provider’s answer.", field="answer")
    if go_on and (wrong := clearing.not_a_clearing_provider(provider.type, clearing_policy())):
        raise ClearanceRefused(wrong, field="provider")
    back.answer, back.answered_by, back.answered_at = answer.strip(), provider, at
    back.go_on, back.answer_document = go_on, document
    back.closed_at, back.closed_by = at, by
    back.save_version(expected=None)
    record(events.ANSWERED, back, by=by, at=at, go_on=go_on)
    if go_on:
        _clear_again(back, provider, valid_to=valid_to, by=by, at=at)
    return back


def _clear_again(
    back: ReferBack, provider: Provider, *, valid_to: date | None, by: Member, at: datetime
) -> None:
    """A red flag is answered only by a clearance decided after it; the end of the earlier one stays its end."""
    episode, day = back.episode, back.practice.day(at)
    before = state.latest_decision(episode)
    if before is None:
        return  # The intake is still open: its own decision comes with the clearance letter.
    kept = (
        before.valid_to
        if before.outcome == Outcome.GRANTED and before.valid_to and before.valid_to >= day
        else None
    )
    until = valid_to or kept or clearing.last_day(day, clearing_policy(), after_surgery=bool(episode.surgery))
    decision = _decide(
        episode, Outcome.GRANTED, findings=[Finding.from_dict(finding) for finding in back.findings],
        reason="The provider answered a refer back", provider=provider, words=back.answer, valid_to=until, by=by,
        at=at + timedelta(microseconds=1), valid_from=day,
    )  # fmt: skip
    record(events.GRANTED, decision, by=by, at=at, valid_to=str(until), after_refer_back=str(back.pk))
    _start_if_complete(episode, by=by, at=at)
