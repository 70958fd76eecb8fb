"""Where an episode's clearance stands now. Reads only; every decision is the rules'."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from medexpro.clearance import asked, histories
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
from medexpro.clearance.questionnaire import clearing_policy, questionnaire_in
from medexpro.clearance.rules import clearing, gates, limits, screening, tablet, words
from medexpro.clearance.rules.evidence import (
    PRE,
    RED_FLAG_QUESTION,
    SIGNS_QUESTION,
    GateContext,
    Reading,
    Sign,
)
from medexpro.clearance.rules.limits import Limit, Origin
from medexpro.clearance.rules.verdict import GateVerdict, verdict
from medexpro.clients import state as clients
from medexpro.clients.rules.dates import is_minor
from medexpro.episodes.models import Episode, Status
from medexpro.episodes.reading import once
from medexpro.episodes.rules import category as category_rule
from medexpro.kernel.findings import Closes, Finding, Weight, sort_findings
from medexpro.kernel.reference import Action, Gate
from medexpro.knowledge.library import library
from medexpro.knowledge.turning import turned_on
from medexpro.referrals import standing

# ---- Screening


def latest_screening(episode: Episode) -> Screening | None:
    """Return the newest screening, finished or not."""
    return asked.screening(episode)


def plans_in_force(episode: Episode, on: date) -> list[WrittenPlan]:
    """Return the written plans that hold on a day."""
    return [plan for plan in asked.plans(episode) if plan.valid_to is None or on <= plan.valid_to]


def weigh_screening(episode: Episode, form: Screening | None, on: date) -> screening.ScreeningResult:
    """Weigh a screening's answers against what is on file today: letters, plans, answers."""
    answers = {key: screening.answer_from(value) for key, value in (form.answers if form else {}).items()}
    context = screening.ScreeningContext(
        clearance_letter=_has_letter(episode),
        cardiology_plan=False,
        answered=frozenset(code for back in refer_backs(episode) if back.go_on for code in back.codes),
    )
    screen = questionnaire_in(form, episode.practice)
    result = screening.weigh_answers(screen, answers, context)
    # A written plan only turns a bar into a decision: where nothing was found there is nothing to ask it about.
    if result.findings and any(
        plan.kind == "cardiology" and plan.names_service for plan in plans_in_force(episode, on)
    ):
        return screening.weigh_answers(screen, answers, replace(context, cardiology_plan=True))
    return result


def refer_backs(episode: Episode) -> list[ReferBack]:
    """Return every refer-back, in the order they were opened."""
    return asked.refer_backs(episode)


def _has_letter(episode: Episode) -> bool:
    return any(
        decision.outcome == Outcome.GRANTED and decision.provider_id is not None
        for decision in asked.decisions(episode)
    )


def open_screening_findings(episode: Episode, on: date) -> list[Finding]:
    """Return what the newest finished screening still has against a start: its STOPs, and undecided DECIDEs."""
    form = latest_screening(episode)
    if form is None or form.finished_at is None:
        return []
    result = weigh_screening(episode, form, on)
    open_ones = []
    for finding in result.findings:
        if finding.weight == Weight.STOP:
            open_ones.append(finding)
        elif finding.weight == Weight.DECIDE and finding.code not in form.decisions:
            clears = "A named member’s decision on the screening page, with the reason."
            open_ones.append(replace(finding, weight=Weight.STOP, closes=Closes.SESSION.value, clears=clears))
    return open_ones


def with_a_provider(episode: Episode) -> set[str]:
    """Return the codes of findings that a provider was asked about and has not answered yet."""
    return {code for back in refer_backs(episode) if back.closed_at is None for code in back.codes}


def waiting_for_provider(episode: Episode, on: date) -> list[Finding]:
    """Return the findings of the newest finished screening that a provider's answer clears, as they are weighed."""
    form = latest_screening(episode)
    if form is None or form.finished_at is None:
        return []
    with_provider = with_a_provider(episode)
    return [
        finding
        for finding in weigh_screening(episode, form, on).findings
        if finding.weight in (Weight.STOP, Weight.DECIDE)
        and finding.clears != screening.LETTER
        and finding.code not in form.decisions
        and finding.code not in with_provider
    ]


def screened_on(episode: Episode) -> date | None:
    """Return the practice's day of the newest finished screening."""
    form = latest_screening(episode)
    return episode.practice.day(form.finished_at) if form is not None and form.finished_at else None


# ---- Decisions, and what a start needs


def latest_decision(episode: Episode) -> Decision | None:
    """Return the decision that counts: the newest one, whatever it says."""
    return next(iter(asked.decisions(episode)), None)


def clearance_facts(episode: Episode) -> clearing.ClearanceFacts | None:
    """Return the newest decision as the rules read it."""
    decision = latest_decision(episode)
    if decision is None:
        return None
    return clearing.ClearanceFacts(
        granted=decision.outcome == Outcome.GRANTED,
        decided_at=decision.decided_at,
        valid_from=decision.valid_from,
        valid_to=decision.valid_to,
    )


def _referral_facts(episode: Episode, on: date) -> clearing.ReferralFacts | None:
    if episode.referral is None:
        return None
    return clearing.ReferralFacts(
        met=standing.met_kinds(episode.referral),
        valid_from=episode.referral.valid_from,
        valid_to=episode.referral.valid_to,
        declined=episode.referral.declined_at is not None,
    )


def _category(episode: Episode, on: date) -> str:
    """Return the frozen category, else the one the dates give; unknown counts as the strictest."""
    if episode.category:
        return episode.category
    day_0 = episode.counting_from()
    return clearing.POST_REHAB if day_0 is None or day_0 > on else category_rule.derive(day_0, on).category


def holds_of(episode: Episode) -> list[clearing.Hold]:
    """Return what is back with a provider without an answer yet, or answered with a no that nothing newer lifts."""
    # A clearance that was only carried on by another answer says nothing to a no.
    newest = [one for one in asked.decisions(episode) if one.continues_id is None][:1]
    cleared_at = next((one.decided_at for one in newest if one.outcome == Outcome.GRANTED), None)
    day = episode.practice.day
    return [
        clearing.Hold(
            code=back.trigger,
            why=back.observed.rstrip("."),
            opened_on=day(back.opened_at),
            referred_back=True,
            denied_on=day(back.closed_at) if back.closed_at else None,
        )
        for back in refer_backs(episode)
        if back.closed_at is None
        or (back.go_on is False and (cleared_at is None or cleared_at <= back.closed_at))
    ]


def weigh_start(episode: Episode, on: date) -> list[Finding]:
    """Return what stands before the next session on a day of the practice, the strictest first.

    Referral and clearance by category, screening complete and decided, no hold, no open refer-back, no red
    flag without a clearance decided after it.
    """
    tz, backs, holds = episode.practice.tz, refer_backs(episode), holds_of(episode)
    if episode.status == Status.ON_HOLD and not holds:
        change = asked.held(episode)
        why = change.reason.rstrip(".") if change and change.reason else "no reason was written"
        since = change.at.astimezone(tz).date() if change else on
        holds.append(clearing.Hold(code="hold", why=why, opened_on=since))
    flags = [
        clearing.OpenFlag(
            code=back.trigger,
            words=back.observed.rstrip("."),
            opened_at=back.opened_at,
            let_go_on=back.answered_by is not None
            and clearing.may_clear(back.answered_by.type, clearing_policy()),
        )
        for back in backs
        if back.closed_at is not None and back.go_on
    ]
    form, minor = latest_screening(episode), is_minor(episode.client.birth_date, on)
    signed = _signed(episode) if minor else None
    facts = clearing.StartFacts(
        category=_category(episode, on),
        on=on,
        referral=_referral_facts(episode, on),
        clearance=clearance_facts(episode),
        screened=form is not None and form.finished_at is not None,
        red_flags=flags,
        holds=holds,
        screening=open_screening_findings(episode, on),
        minor=minor,
        guardian=signed is not None and signed.guardian,
        guardian_signed=signed is not None and signed.guardian_signed,
    )
    findings = clearing.may_start(facts, clearing_policy())
    if not episode.is_open:
        findings.append(_closed(episode))
    return sort_findings(findings)


def agreements_to_ask(episode: Episode) -> list[Finding]:
    """Return a note that names the agreements still to sign."""
    return clearing.unsigned(_signed(episode).unsigned)


def _signed(episode: Episode) -> clients.Signed:
    return once(episode, "clearance:signed", lambda: clients.signed_of(episode.client))


def _closed(episode: Episode) -> Finding:
    return Finding(
        code="episode-closed",
        sentence=f"This episode is {episode.get_status_display().lower()}. Sessions belong to an open one.",
        weight=Weight.STOP,
        closes=Closes.SESSION.value,
        action=str(Action.REFER),
        clears="A new episode.",
        source="Status of the episode",
    )


# ---- Limits, histories, precautions


def _written(row: ProviderLimit) -> Limit:
    return Limit(
        measure=row.measure,
        op=row.op,
        value=Decimal(words.plain(row.value)),
        origin=Origin.PROVIDER,
        who=row.provider.short_name,
        written_on=row.written_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        closes=Closes(row.closes),
        source=row.words,
        may_clear=clearing.may_clear(row.provider.type, clearing_policy()),
        id=str(row.pk),
    )


def as_rule(row: ProviderLimit | PracticeLimit) -> Limit:
    """Return a limit on file as the rules read it."""
    return _written(row) if isinstance(row, ProviderLimit) else _tightened(row)


def _tightened(row: PracticeLimit) -> Limit:
    day = row.set_at.astimezone(row.practice.tz).date()
    return Limit(
        measure=row.measure,
        op=row.op,
        value=Decimal(words.plain(row.value)),
        origin=Origin.PRACTICE,
        who=str(row.set_by),
        written_on=day,
        valid_from=day,
        closes=Closes(row.closes),
        id=str(row.pk),
    )


def limits_in_force(episode: Episode) -> list[Limit]:
    """Return the provider's written limits for this client and the practice's own, as the rules read them."""
    found = [_written(row) for row in asked.provider_limits(episode)]
    for row in asked.practice_limits(episode):
        row.practice = episode.practice
        found.append(_tightened(row))
    return found


def reach_of(row: ProviderLimit) -> str:
    """Return what a provider's limit can't do, in one sentence; empty when it does all it says."""
    return limits.reach(_written(row), library().gates.values())


def stricter_than(row: ProviderLimit | PracticeLimit, known: Sequence[Limit], on: date) -> Decimal | None:
    """Return the stricter figure that counts in a limit's place, None when it counts. known: all limits in force."""
    return limits.stricter(as_rule(row), library().gates_in_force, known, on)


def pressure_figures(known: Sequence[Limit], on: date) -> dict[str, str]:
    """Return above which resting pressure each part closes with these limits in force: {"aerobic": "160/100", ...}."""
    return limits.pressure_figures(library().gates_in_force, known, on)


def limits_to_ask_about(episode: Episode, on: date) -> list[Finding]:
    """Return a note for each written limit whose last day has passed; it still closes what it closed."""
    return limits.overdue(limits_in_force(episode), on)


def histories_of(episode: Episode, on: date) -> dict[str, datetime | None]:
    """Return the histories that hold for a client, as the gates read them: id to the time it was so, or None."""
    return histories.as_times(histories.known(episode, on))


def known_flags(episode: Episode) -> dict[str, bool]:
    """Return the red flags as last known: what “new or worse” is compared with."""
    states = KnownState.objects.filter(episode=episode, item__startswith="rf_").order_by("recorded_at", "id")
    return {state.item: state.present for state in states}


def precautions_in_force(episode: Episode) -> list[Precaution]:
    """Return the precautions that hold: suggested ones too, until the provider's instruction is recorded."""
    return asked.precautions(episode)


def releases_to_ask(rows: Any, day: Any) -> Any:
    """Return the precautions among rows whose release may be asked for by a day. The day only opens the question."""
    return rows.filter(
        ask_release_from__lte=day, ask_release_from__isnull=False, state__in=("suggested", "confirmed"),
        episode__status=Status.ACTIVE,
    )  # fmt: skip


# ---- The floor


def _listed_by_plans(episode: Episode, on: date, known: Collection[str]) -> list[str]:
    """Return what a written plan lists to be taken before each session: glucose, where a medicine can bring it down."""
    if "insulin_or_sulfonylurea" not in known and "insulin_user" not in known:
        return []
    plans = plans_in_force(episode, on)
    return ["blood_glucose"] if any(plan.kind == "diabetes" for plan in plans) else []


def gate_context(
    episode: Episode,
    *,
    at: datetime,
    readings: Sequence[Reading] = (),
    red_flags: Sequence[str] | None = None,
    red_flags_at: datetime | None = None,
    signs: Sequence[Sign] | None = None,
    stage: str = PRE,
    listed: Collection[str] = (),
    earlier: Sequence[Reading] = (),
    last_session: Sequence[Reading] = (),
) -> GateContext:
    """Return everything the gates of one session are weighed on.

    red_flags, signs: the answers to the two questions, [] for none; None while they are not asked. listed: the gates
    that the client's protocol lists. stage: how far the session is.
    """
    lib, on = library(), episode.practice.day(at)
    known = histories_of(episode, on)
    said = [item for item in red_flags or () if item in lib.histories]
    questions = {RED_FLAG_QUESTION: red_flags, SIGNS_QUESTION: signs}
    return GateContext(
        gates=list(lib.gates.values()),
        on=on,
        at=at,
        readings=readings,
        stage=stage,
        signs=[Sign(symptom=item, at=red_flags_at) for item in red_flags or () if item not in said]
        + [*(signs or ())],
        earlier=earlier,
        last_session=last_session,
        histories=known | dict.fromkeys(said, red_flags_at),
        answered=frozenset(question for question, said_to in questions.items() if said_to is not None),
        required=[*lib.required_each_session, *_listed_by_plans(episode, on, known)],
        listed=frozenset(listed),
        limits=limits_in_force(episode),
        turned_on=frozenset(turned_on(episode.practice)),
        sign_words={key: symptom.professional for key, symptom in lib.symptoms.items()},
    )


def weigh_floor(
    context: GateContext, *, start: Sequence[Finding], answered: Collection[str]
) -> tuple[list[Finding], GateVerdict]:
    """Weigh a session now: what stands before its start, and every gate.

    context: from gate_context. start: the STOPs of weigh_start, which no reading lifts. answered: codes of DECIDE
    findings with a recorded answer; they open no STOP. Returns the findings, the strictest first, and what they add up to.
    """
    findings = sort_findings([*gates.weigh(context), *start])
    return findings, verdict(findings, answered)


def signs_to_ask(context: GateContext) -> list[str]:
    """Return the signs that the listed gates of the protocol look for, each once; without a list, those that close.

    Red flags are a question of their own and left out.
    """
    made = [gate for gate in gates.in_force(context) if gates.applies(gate, context)]
    asked = (
        [g for g in made if g.id in context.listed]
        if context.listed
        else [g for g in made if g.weight == Weight.STOP]
    )
    found = [sign for gate in asked for rule in gate.rules for sign in rule.symptoms if rule.op == "present"]
    return [sign for sign in dict.fromkeys(found) if not sign.startswith("rf_")]


def closing_gates(context: GateContext) -> list[Gate]:
    """Return the gates made for this client whose readings close something today, written limits among them."""
    ours = (gate for gate in gates.in_force(context) if gates.applies(gate, context))
    return [gate for gate in ours if gate.closes and any(rule.measure for rule in gate.rules)]


def floor_rules_for(context: GateContext) -> dict[str, Any]:
    """Return the figures in force for this client today as plain JSON, for the tablet. context: from gate_context."""
    return tablet.floor_rules(context)
