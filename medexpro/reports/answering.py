"""What providers answer, and what comes of it.

Whoever holds a link may be anybody, so an answer by link is a word on paper, not a member's decision. What is safer than
what holds counts at once: a stop, a tighter limit, a limit in words. What loosens, a release, a clearance and a “go on”
wait for a member who may decide. All of it is kept as it was said, with the link, the time and who they said they are.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Q

from medexpro.audit.trail import record
from medexpro.clearance import operations as clearance
from medexpro.clearance import presenters, state
from medexpro.clearance.models import Precaution, ProviderLimit
from medexpro.clearance.questionnaire import clearing_policy
from medexpro.clearance.rules import clearing
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.kernel.writing import one_direction
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.reports import events, sending, voiding
from medexpro.reports.answer_models import Answer, Proposal, Question
from medexpro.reports.models import Delivery, Document, Reply
from medexpro.web import words as words_of

MOST_WORDS = 2000
KIND, STANDING = Proposal.Kind, Proposal.Standing
# What a newer stop makes void: nobody accepts a “go on” from before it.
OPENING = (KIND.CLEARANCE, KIND.GO_ON)


class AnswerRefused(Refusal):
    """This can't be answered so."""


@dataclass(frozen=True)
class Speaker:
    """Who answers. meaning: what they confirmed, as the page said it."""

    name: str
    credential: str
    meaning: str


@dataclass(frozen=True)
class LimitSaid:
    """One limit as typed, in the canonical unit. field: where a refusal of it stands on the page."""

    measure: str
    op: str
    value: Decimal
    closes: str
    field: str = ""

    @property
    def same(self) -> dict[str, str]:
        """Return what it is a limit on: a newer one takes the place of an older one on the same."""
        return {"measure": self.measure, "op": self.op, "closes": self.closes}


@dataclass(frozen=True)
class Said:
    """All of one answer. go_on: whether exercise may go on, None where nobody asked or answered."""

    ticks: Sequence[str] = ()
    words: str = ""
    stop: bool = False
    limits: Sequence[LimitSaid] = ()
    restriction: str = ""
    releases: Sequence[UUID] = ()
    cleared_until: date | None = None
    go_on: bool | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was said."""
        changes = self.stop or self.limits or self.releases or self.cleared_until or self.go_on is not None
        return not (self.ticks or self.words.strip() or self.restriction.strip() or changes)

    def sha256(self, speaker: Speaker) -> str:
        """Return a hash of all that was typed."""
        kept = msgspec.json.encode(
            [msgspec.to_builtins(self), speaker.name, speaker.credential], order="deterministic"
        )
        return hashlib.sha256(kept).hexdigest()


def meaning_of(source: Delivery | Question) -> str:
    """Return what whoever answers confirms."""
    provider = _provider(source)
    return f"I am {provider.formal_name} or answer for them, and this is meant for the care of this client."[
        :240
    ]


def takes_changes(source: Delivery | Question) -> bool:
    """Return whether limits, releases and a clearance can be answered: an acknowledgement tells nothing of the record."""
    return isinstance(source, Question) or source.document.kind != Document.Kind.ACKNOWLEDGEMENT


@transaction.atomic
def answer(source: Delivery | Question, said: Said, speaker: Speaker, *, id: UUID, at: datetime) -> Answer:
    """Keep what the holder of a link answered, and put in force at once what is safer than what holds.

    source: found by its link just now. id: made by the page; the same answer again is the one that was kept. Records
    reports:answer:give. Raises AnswerRefused, ClearanceRefused with the sentence at the field, Conflict for the same page
    sent again with other words. All of it or nothing.
    """
    digest = said.sha256(speaker)
    _hold(source)
    if before := Answer.objects.filter(pk=id).first():
        same_link = (before.delivery_id, before.question_id) == _by(source)
        if not same_link or before.sha256 != digest:
            raise Conflict(
                "This page was sent before with other words. Open the link again to add to your answer."
            )
        return before
    if not type(source).objects.filter(pk=source.pk, revoked_at=None).exists():
        raise AnswerRefused("This link was ended by the practice just now, so nothing was sent. Call them.")
    _check(source, said, speaker)
    delivery_id, question_id = _by(source)
    kept = Answer.objects.create(
        id=id, practice=source.practice, episode=source.episode, provider=_provider(source), delivery_id=delivery_id,
        question_id=question_id,
        name=one_direction(speaker.name).strip(), credential=one_direction(speaker.credential).strip(), meaning=speaker.meaning,
        how=Reply.LINK, answered_at=at, ticks=list(said.ticks), words=said.words.strip(), sha256=digest,
    )  # fmt: skip
    made = _propose(kept, said, at=at)
    record(
        events.ANSWER, kept, by=None, at=at, practice=kept.practice, client=kept.episode.client,
        standing={one.kind: one.standing for one in made}, sha256=digest,
    )  # fmt: skip
    if isinstance(source, Delivery):
        sending.acknowledge(source, at=at)
    else:
        _answered(source, at)
    return kept


@transaction.atomic
def take_down(
    question: Question, *, words: str, name: str, credential: str = "", how: str, id: UUID, by: Member, at: datetime
) -> Answer:  # fmt: skip
    """Record the answer to a question that came by phone, by fax or in person, in the provider's words.

    What it changes, the member records under Clearance, as ever. Records reports:answer:record.
    """
    permissions.check(by, Permission.REPORTS_SEND, question)
    _hold(question)
    speaker = Speaker(" ".join(name.split()), credential.strip(), f"Told to {by}"[:240])
    said = Said(words=words)
    if before := Answer.objects.filter(pk=id).first():
        if before.question_id != question.pk:
            raise NotFound("There is no such question of this client.")
        return before
    if how not in (Reply.PHONE, Reply.FAX, Reply.PERSON):
        raise AnswerRefused("Choose how the answer came.", field="how")
    _check(question, said, speaker)
    kept = Answer.objects.create(
        id=id, practice=question.practice, episode=question.episode, provider=question.provider, question=question,
        name=speaker.name, credential=speaker.credential, meaning=speaker.meaning, how=how, recorded_by=by, answered_at=at,
        words=words.strip(), sha256=said.sha256(speaker), seen_at=at, seen_by=by,
    )  # fmt: skip
    record(events.ANSWER_RECORD, kept, by=by, at=at, how=how)
    _answered(question, at)
    return kept


def _by(source: Delivery | Question) -> tuple[UUID | None, UUID | None]:
    return (source.pk, None) if isinstance(source, Delivery) else (None, source.pk)


def _provider(source: Delivery | Question) -> Any:
    return source.document.provider if isinstance(source, Delivery) else source.provider


def _hold(source: Delivery | Question) -> None:
    """Lock what is answered: of two taps at once, the second sees the first's answer."""
    if isinstance(source, Delivery):
        Document.objects.select_for_update().only("pk").get(pk=source.document_id)
    else:
        Question.objects.select_for_update().only("pk").get(pk=source.pk)


def _answered(question: Question, at: datetime) -> None:
    Question.objects.filter(pk=question.pk, answered_at=None).update(answered_at=at)


def _check(source: Delivery | Question, said: Said, speaker: Speaker) -> None:
    if not speaker.name.strip():
        raise AnswerRefused("Write your name.", field="name")
    if said.is_empty:
        raise AnswerRefused("Tick, write or set something first; then send it.")
    if len(said.words) > MOST_WORDS:
        raise AnswerRefused(f"This is too long: {MOST_WORDS} characters at most.", field="words")
    changes = said.stop or said.limits or said.restriction or said.releases or said.cleared_until
    if changes and not takes_changes(source):
        raise AnswerRefused("With this letter nothing is set. Write it in words, or call the practice.")
    if said.stop and (said.cleared_until or said.go_on):
        raise AnswerRefused("You stop exercise and let it go on in one answer. Choose one.", field="stop")


# ---- What an answer changes


def _propose(kept: Answer, said: Said, *, at: datetime) -> list[Proposal]:
    """Put in force what is safer, and let the rest wait. Call in the answer's transaction."""
    episode, provider = kept.episode, kept.provider
    episode.practice = kept.practice
    quoted = said.words.strip() or f"By link, {kept.name}"
    made = []
    if said.stop:
        _overtake(kept, Q(kind__in=OPENING), at=at)
        decision = clearance.take_stop(episode, provider=provider, words=quoted, at=at)
        made.append(_keep(kept, KIND.STOP, "Stop exercise until a new clearance", made=decision.pk))
    for one in said.limits:
        made.append(_limit(kept, one, quoted, at=at))
    if said.restriction.strip():
        row = clearance.take_restriction(episode, text=said.restriction, provider=provider, at=at)
        made.append(_keep(kept, KIND.RESTRICTION, said.restriction.strip(), made=row.pk))
    clears = clearing.not_a_clearing_provider(provider.type, clearing_policy(), "A release or a clearance")
    if clears and (said.releases or said.cleared_until or said.go_on):
        named = "release" if said.releases else "cleared_until" if said.cleared_until else "go_on"
        raise AnswerRefused(clears, field=named)
    for precaution in _precautions(kept, said.releases):
        made.append(
            _keep(kept, KIND.RELEASE, f"Release: {precaution.text}", waits=True, precaution=precaution)
        )
    if said.cleared_until:
        if said.cleared_until < kept.practice.day(at):
            raise AnswerRefused("This day has passed. Choose one that lies ahead.", field="cleared_until")
        says = f"Cleared to exercise until {words_of.day(said.cleared_until)}"
        made.append(
            _keep(kept, KIND.CLEARANCE, says, waits=True, values={"valid_to": str(said.cleared_until)})
        )
    if said.go_on is not None and kept.question and kept.question.refer_back_id:
        says = "Exercise may go on" if said.go_on else "Exercise can’t go on"
        made.append(_keep(kept, KIND.GO_ON, says, waits=True, values={"go_on": said.go_on}))
    return made


def _limit(kept: Answer, one: LimitSaid, quoted: str, *, at: datetime) -> Proposal:
    """Put a limit in force where nothing gets looser, else let it wait; older ones on the same that wait are over."""
    on_the_same = Q(kind=KIND.LIMIT, **{f"values__{key}": value for key, value in one.same.items()})
    _overtake(kept, on_the_same, at=at)
    written = {**one.same, "value": one.value}
    says = presenters.limit(ProviderLimit(**written, practice=kept.practice))["says"]
    values = one.same | {"value": str(one.value)}
    try:
        with transaction.atomic():
            row = clearance.take_limit(kept.episode, **written, provider=kept.provider, words=quoted, at=at)
    except clearance.Loosens:
        return _keep(kept, KIND.LIMIT, says, waits=True, values=values)
    except clearance.ClearanceRefused as refusal:
        raise AnswerRefused(str(refusal), field=one.field or refusal.field) from refusal
    return _keep(kept, KIND.LIMIT, says, made=row.pk, values=values)


def _keep(
    kept: Answer, kind: str, says: str, *, waits: bool = False, made: UUID | None = None,
    values: dict[str, Any] | None = None, precaution: Precaution | None = None,
) -> Proposal:  # fmt: skip
    return Proposal.objects.create(
        practice=kept.practice, episode=kept.episode, answer=kept, kind=kind, says=says[:400], values=values or {}, made=made,
        precaution=precaution, standing=STANDING.WAITING if waits else STANDING.IN_FORCE,
    )  # fmt: skip


def _precautions(kept: Answer, wanted: Sequence[UUID]) -> list[Precaution]:
    """Return the precautions to be released; one that holds no more by now is left."""
    known = {one.pk: one for one in state.precautions_in_force(kept.episode)}
    return [known[pk] for pk in dict.fromkeys(wanted) if pk in known]


def _overtake(kept: Answer, which: Q, *, at: datetime) -> None:
    """Let go of what the same provider proposed before and a newer word makes void."""
    theirs = Q(episode=kept.episode, answer__provider=kept.provider)
    voiding.let_go(
        which & theirs, why="A newer answer took its place.", practice=kept.practice, by=None, at=at
    )


# ---- What members do with it


@transaction.atomic
def accept(proposal: Proposal, *, by: Member, at: datetime) -> Proposal:
    """Put in force what a provider proposed, by the operation a letter would use; every rule is weighed again now.

    Accepting twice changes nothing. Records reports:answer:accept beside what that operation records.
    Raises AnswerRefused for what was decided otherwise, ClearanceRefused where a rule stands against it.
    """
    permissions.check(by, Permission.CLEARANCE_DECIDE, proposal)
    proposal = _locked(proposal)
    if proposal.standing == STANDING.ACCEPTED:
        return proposal
    _check_waiting(proposal)
    row = ACCEPTING[proposal.kind](proposal, by=by, at=at)
    _decide(proposal, STANDING.ACCEPTED, made=row.pk, by=by, at=at)
    record(events.ACCEPT, proposal, by=by, at=at, what=proposal.kind)
    return proposal


@transaction.atomic
def decline(proposal: Proposal, *, why: str, by: Member, at: datetime) -> Proposal:
    """Keep that a proposal is not taken over, and why. Records reports:answer:decline."""
    permissions.check(by, Permission.CLEARANCE_DECIDE, proposal)
    proposal = _locked(proposal)
    if proposal.standing == STANDING.DECLINED:
        return proposal
    _check_waiting(proposal)
    if not why.strip():
        raise AnswerRefused("Write why; the reason stays with the answer.", field="why")
    proposal.decided_why = why.strip()[:240]
    _decide(proposal, STANDING.DECLINED, by=by, at=at)
    record(events.DECLINE, proposal, by=by, at=at, what=proposal.kind)
    return proposal


@transaction.atomic
def see(kept: Answer, *, by: Member, at: datetime) -> None:
    """Keep that a member has read an answer, so that it leaves the list of today. Records reports:answer:see."""
    permissions.check(by, Permission.RECORD_READ, kept)
    if Answer.objects.filter(pk=kept.pk, seen_at=None).update(seen_at=at, seen_by=by):
        record(events.ANSWER_SEEN, kept, by=by, at=at)


def _locked(proposal: Proposal) -> Proposal:
    rows = Proposal.objects.select_for_update(of=("self",)).select_related(
        "answer__provider", "answer__question__refer_back", "episode__client", "episode__practice", "practice", "precaution",
    )  # fmt: skip
    return rows.get(pk=proposal.pk)


def _check_waiting(proposal: Proposal) -> None:
    if proposal.standing != STANDING.WAITING:
        why = f" {proposal.decided_why}" if proposal.decided_why else ""
        raise AnswerRefused(f"This was decided already.{why}")


def _decide(proposal: Proposal, standing: str, *, made: UUID | None = None, by: Member, at: datetime) -> None:
    proposal.standing, proposal.decided_by, proposal.decided_at, proposal.made = standing, by, at, made
    proposal.save(update_fields=["standing", "decided_by", "decided_at", "decided_why", "made"])


def _quote(proposal: Proposal) -> str:
    kept = proposal.answer
    return (kept.words or f"{proposal.says}. By link, {kept.name}, {kept.credential}")[:240]


def _day(proposal: Proposal) -> date:
    return proposal.practice.day(proposal.answer.answered_at)


def _accept_limit(proposal: Proposal, *, by: Member, at: datetime) -> Any:
    values = proposal.values
    return clearance.record_limit(
        proposal.episode, measure=values["measure"], op=values["op"], value=Decimal(values["value"]), closes=values["closes"],
        provider=proposal.answer.provider, written_on=_day(proposal), words=_quote(proposal), by=by, at=at,
    )  # fmt: skip


def _accept_release(proposal: Proposal, *, by: Member, at: datetime) -> Any:
    precaution = proposal.precaution
    if precaution is None or precaution.state not in ("suggested", "confirmed"):
        raise AnswerRefused("This precaution holds no more.")
    precaution.practice, precaution.episode = proposal.practice, proposal.episode
    return clearance.release_precaution(
        precaution, provider=proposal.answer.provider, words=_quote(proposal), on=_day(proposal), by=by, at=at
    )


def _accept_clearance(proposal: Proposal, *, by: Member, at: datetime) -> Any:
    return clearance.grant(
        proposal.episode, provider=proposal.answer.provider, provider_words=_quote(proposal),
        valid_to=date.fromisoformat(proposal.values["valid_to"]), by=by, at=at,
    )  # fmt: skip


def _accept_go_on(proposal: Proposal, *, by: Member, at: datetime) -> Any:
    question = proposal.answer.question
    if question is None or question.refer_back is None:
        raise AnswerRefused("There is nothing this answers.")
    back = question.refer_back
    back.practice, back.episode = proposal.practice, proposal.episode
    return clearance.record_answer(
        back,
        answer=_quote(proposal),
        provider=proposal.answer.provider,
        go_on=bool(proposal.values["go_on"]),
        by=by,
        at=at,
    )


ACCEPTING: dict[str, Callable[..., Any]] = {
    KIND.LIMIT: _accept_limit,
    KIND.RELEASE: _accept_release,
    KIND.CLEARANCE: _accept_clearance,
    KIND.GO_ON: _accept_go_on,
}
