"""Screening: what the answers of our own questionnaire say about starting, and the known state they leave.

The questions and what each answer does are data (clearance/data/questionnaire.yaml). Every answer becomes symptom
and history ids of the safety gates; the nine red flags found here are the known state that "new or worse since the
last visit" is compared with.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from medexpro.kernel.findings import Closes, Finding, Weight, sort_findings
from medexpro.kernel.reference import Action, Verification


class Rule(StrEnum):
    """What a yes does. The data file says what each one means."""

    SIGN = "sign"
    DISEASE = "disease"
    CARDIAC = "cardiac"
    DECIDE = "decide"
    NOTE = "note"


STRICTEST = (Rule.SIGN, Rule.CARDIAC, Rule.DISEASE, Rule.DECIDE, Rule.NOTE)


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a client may say yes to: an option of a question, or one of the nine red flags.

    label: what the client reads. says: how the professional's finding begins. known: for a red flag, what it does
    when it has been the same for long.
    """

    id: str
    label: str
    says: str
    rule: Rule = Rule.DECIDE
    known: Rule = Rule.NOTE
    symptoms: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    alert: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. kind: choice (yes, no, not sure, then options) or red_flags (each flag with its state).

    histories, symptoms: what a yes means whatever option is picked. detail: what is asked in words after a yes.
    source: where it comes from, when not from where the whole screen does.
    """

    id: str
    topic: str
    ask: str
    detail: str
    rule: Rule
    kind: str = "choice"
    says: str = ""
    symptoms: tuple[str, ...] = ()
    histories: tuple[str, ...] = ()
    alert: str = ""
    options: tuple[Entry, ...] = ()
    items: tuple[Entry, ...] = ()
    states: dict[str, str] = {}
    source: str = ""


class Alert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the client reads at once on their own screen."""

    title: str
    text: str


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A history only this screen knows, in the professional's words."""

    id: str
    professional: str


class Questionnaire(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole screen, with its version, source and mark."""

    id: str
    version: int
    name: str
    minutes: int
    source: str
    verification: Verification
    alerts: dict[str, Alert]
    facts: tuple[Fact, ...]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question:
        """Return a question by its id. Raises KeyError."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(f"the screen has no question {question_id!r}")

    def number(self, question_id: str) -> int:
        """Return the place of a question, counted from 1. Raises KeyError."""
        return self.questions.index(self.question(question_id)) + 1


def questionnaire_from(data: Mapping[str, Any]) -> Questionnaire:
    """Return the questionnaire a data file holds. Raises ValueError naming what is wrong."""
    try:
        return msgspec.convert(data, type=Questionnaire)
    except msgspec.ValidationError as error:
        raise ValueError(f"questionnaire: {error}") from error


URGENT = "call_911"
YES, NO, UNSURE = "yes", "no", "unsure"
KNOWN, NEW_OR_WORSE = "known", "new_or_worse"
# What clears a STOP that only waits for the next step.
LETTER = "A clearance letter on file."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer. value: yes, no or unsure. options: ids picked after yes. words: the client's own.

    items: red flag id to known, new_or_worse or unsure; a flag not named is absent.
    asked: what the client said when a member asked about an unsure answer: yes or no.
    """

    value: str
    options: tuple[str, ...] = ()
    words: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    asked: str = ""

    @property
    def counts_as(self) -> str:
        """Return yes or no: an unsure answer counts as yes until someone has asked."""
        if self.value == UNSURE:
            return self.asked or YES
        return self.value

    @property
    def still_unsure(self) -> bool:
        """Tell whether it was unsure and nobody has asked yet."""
        return self.value == UNSURE and not self.asked


@dataclass(frozen=True, kw_only=True)
class ScreeningContext:
    """What is on file when the answers are weighed.

    clearance_letter: a provider's clearance letter is on file. cardiology_plan: a written cardiology plan is.
    answered: codes of findings that a provider has answered in writing since the screen was taken.
    """

    clearance_letter: bool = False
    cardiology_plan: bool = False
    answered: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ScreeningResult:
    """What a screen says: its findings, the ids for the gates, and the known state of the red flags.

    alerts: question id to the alert the client reads at once. missing: the questions without an answer.
    """

    findings: tuple[Finding, ...]
    symptoms: frozenset[str]
    histories: frozenset[str]
    red_flags: Mapping[str, str]
    alerts: Mapping[str, str]
    missing: tuple[str, ...]


def weigh_answers(
    screen: Questionnaire, answers: Mapping[str, Answer], context: ScreeningContext
) -> ScreeningResult:
    """Return what the answers say. A question without an answer is a STOP: nothing opens on what was not asked.

    answers: question id to answer; ids the screen does not know are passed over. A sign stays a STOP until a
    provider's written answer is on file. A known disease needs a clearance letter, a heart condition a written
    cardiology plan, and then a named member's decision.
    """
    findings: list[Finding] = []
    symptoms: set[str] = set()
    histories: set[str] = set()
    alerts: dict[str, str] = {}
    for question in screen.questions:
        answer = answers.get(question.id)
        for said in _said(question, answer):
            findings.append(_finding(screen, question, said, answer, context))
            symptoms |= set(said.entry.symptoms) | set(question.symptoms)
            histories |= set(said.entry.histories) | set(question.histories)
            if said.entry.alert and alerts.get(question.id) != URGENT:
                alerts[question.id] = said.entry.alert
    missing = missing_answers(screen, answers)
    if missing:
        findings.append(_unanswered(screen, missing))
    return ScreeningResult(
        findings=tuple(sort_findings(findings)),
        symptoms=frozenset(symptoms),
        histories=frozenset(histories),
        red_flags=_red_flags(screen, answers),
        alerts=alerts,
        missing=missing,
    )


def missing_answers(screen: Questionnaire, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Return the ids of the questions without an answer, in their order."""
    return tuple(
        question.id
        for question in screen.questions
        if question.id not in answers or answers[question.id].value not in (YES, NO, UNSURE)
    )


def problem(question: Question, answer: Answer) -> str:
    """Return why an answer can't be kept, as the sentence at the question; empty when it can."""
    if answer.value not in (YES, NO, UNSURE):
        return "Choose yes, no or “I’m not sure”."
    known = {entry.id for entry in question.options}
    if unknown := [option for option in answer.options if option not in known]:
        return f"“{unknown[0]}” is not one of the choices. Choose from the list."
    flags = {entry.id for entry in question.items}
    if any(
        item not in flags or state not in (KNOWN, NEW_OR_WORSE, UNSURE)
        for item, state in answer.items.items()
    ):
        return "Say for each one whether it is the same, or new or worse."
    if question.items and answer.value == YES and not answer.items:
        return "Choose which of them you have."
    return ""


@dataclass(frozen=True)
class _Said:
    """One thing the client said yes to, or did not deny. part: its place in the finding's code."""

    entry: Entry
    part: str
    rule: Rule
    state: str = ""


def _said(question: Question, answer: Answer | None) -> list[_Said]:
    if answer is None or answer.counts_as != YES:
        return []
    if question.kind == "red_flags":
        return _said_flags(question, answer)
    if not question.options:
        whole = Entry(
            id=question.id,
            label=question.ask,
            says=question.says or question.topic,
            symptoms=question.symptoms,
            histories=question.histories,
            alert=question.alert,
        )
        return [_Said(whole, "", question.rule)]
    picked = [option for option in question.options if option.id in answer.options]
    if picked:
        return [_Said(option, option.id, option.rule) for option in picked]
    # Yes without saying which, or not sure: every option counts, the strictest rule of them decides.
    together = Entry(
        id=question.id,
        label=question.ask,
        says=question.topic,
        symptoms=tuple(s for option in question.options for s in option.symptoms),
        histories=tuple(h for option in question.options for h in option.histories),
        alert=question.alert,
    )
    rules = [question.rule, *(option.rule for option in question.options)]
    return [_Said(together, "", min(rules, key=STRICTEST.index))]


def _said_flags(question: Question, answer: Answer) -> list[_Said]:
    """Weigh a flag that has been the same for long as a known state, any other by its own rule."""
    items = answer.items or {entry.id: UNSURE for entry in question.items}
    return [
        _Said(entry, entry.id, entry.known if items[entry.id] == KNOWN else entry.rule, items[entry.id])
        for entry in question.items
        if entry.id in items
    ]


def _red_flags(screen: Questionnaire, answers: Mapping[str, Answer]) -> dict[str, str]:
    """Return the red flags that are there, with their state: what later visits are compared with."""
    states: dict[str, str] = {}
    for question in screen.questions:
        if question.kind == "red_flags":
            states |= {said.entry.id: said.state for said in _said(question, answers.get(question.id))}
    return states


def _finding(
    screen: Questionnaire, question: Question, said: _Said, answer: Answer | None, context: ScreeningContext
) -> Finding:
    code = f"screen-{question.id}" + (f"-{said.part}" if said.part else "")
    unsure = (answer is not None and answer.still_unsure) or said.state == UNSURE
    weight, action, clears, why = _weight(said.rule, code, context)
    if unsure and weight != Weight.NOTE:
        clears = "Ask the client and record the answer. " + clears
    sentence = f"{said.entry.says}{_state_words(question, said, unsure)}. {why}".strip()
    if answer is not None and answer.words:
        sentence += f" In the client’s words: “{answer.words}”."
    return Finding(
        code=code,
        sentence=sentence,
        weight=weight,
        figure=answer.words if answer is not None else "",
        source=f"Screening question {screen.number(question.id)}. {question.source or screen.source}",
        clears=clears,
        closes=Closes.SESSION.value if weight == Weight.STOP else "",
        action=str(action),
        verification=str(screen.verification),
    )


def _state_words(question: Question, said: _Said, unsure: bool) -> str:
    if unsure:
        return ": not sure. An unsure answer counts as yes until someone has asked"
    if said.state:
        return f": {question.states.get(said.state, said.state.replace('_', ' ')).lower()}"
    return ""


def _weight(rule: Rule, code: str, context: ScreeningContext) -> tuple[Weight, Action, str, str]:
    """Return weight, action, what clears it and why, for one rule and what is on file."""
    answered = code in context.answered
    if rule is Rule.CARDIAC:
        if context.cardiology_plan:
            plan = "A written cardiology plan is on file: a named member decides inside its limits."
            return (
                Weight.DECIDE,
                Action.ASK_PROVIDER,
                "A member’s decision, with the reason, inside the plan.",
                plan,
            )
        return (
            Weight.STOP,
            Action.REFER,
            "A written cardiology plan on file.",
            "No exercise without a written cardiology plan.",
        )
    if rule is Rule.SIGN:
        if answered:
            return Weight.NOTE, Action.RECORD, "", "The provider has answered in writing."
        return (
            Weight.STOP,
            Action.REFER,
            "The provider’s written answer and a clearance decision.",
            "No exercise until the provider has answered in writing.",
        )
    if rule is Rule.DISEASE:
        if context.clearance_letter or answered:
            return Weight.NOTE, Action.RECORD, "", "The clearance letter is on file."
        return (
            Weight.STOP,
            Action.REFER,
            LETTER,
            "A clearance letter comes before any exercise.",
        )
    if rule is Rule.DECIDE and not answered:
        return (
            Weight.DECIDE,
            Action.ASK_PROVIDER,
            "The provider’s answer, recorded.",
            "Ask the provider and record the answer.",
        )
    return Weight.NOTE, Action.RECORD, "", "The provider’s answer is recorded." if rule is Rule.DECIDE else ""


def _unanswered(screen: Questionnaire, missing: Sequence[str]) -> Finding:
    total, open_ones = len(screen.questions), len(missing)
    verb = "is" if open_ones == 1 else "are"
    return Finding(
        code="screen-incomplete",
        sentence=f"{open_ones} of {total} questions {verb} not answered yet.",
        weight=Weight.STOP,
        figure=", ".join(screen.question(item).topic for item in missing),
        source=screen.source,
        clears="An answer to every question.",
        closes=Closes.SESSION.value,
        action=str(Action.HOLD_RECHECK),
        verification=str(screen.verification),
    )


def answer_from(data: Mapping[str, Any]) -> Answer:
    """Return an answer from its kept form: {answer, words, options, items, asked}; what is missing is empty."""
    options: Collection[Any] = data.get("options") or ()
    items: Mapping[str, Any] = data.get("items") or {}
    return Answer(
        value=str(data.get("answer", "")),
        options=tuple(str(option) for option in options),
        words=str(data.get("words") or ""),
        items={str(key): str(value) for key, value in items.items()},
        asked=str(data.get("asked") or ""),
    )
