"""A practice's own screening questions: ours in its words, and further ones; none of ours is taken away or weakened."""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from medexpro.clearance.rules.screening import Entry, Question, Questionnaire, Rule
from medexpro.kernel.reference import Record

# What a yes to a question of the practice's own may do. A letter and a plan are asked for by our questions alone.
OWN_RULES = (Rule.NOTE, Rule.DECIDE, Rule.SIGN)
MOST_QUESTIONS = 12
MOST_OPTIONS = 8
LONGEST_ASKED, LONGEST_DETAIL, LONGEST_NAME = 300, 160, 60
# Short, as it stands in the code of a finding.
OPTION_ID = re.compile(r"[a-z0-9_]{1,24}")
# An own question takes about half a minute, as each of ours does.
TO_A_MINUTE = 2


class OwnOption(Record):
    """One answer to choose after yes, and what it does."""

    id: str
    label: str
    rule: Rule = Rule.DECIDE


class OwnQuestion(Record):
    """A question as a practice writes it. name: its topic in a few words; rule: what a yes does."""

    id: str
    version: int
    name: str
    ask: str
    detail: str
    rule: Rule
    options: tuple[OwnOption, ...] = ()


def as_written(question: Question, version: int) -> OwnQuestion:
    """Return a question of ours as a practice sees it."""
    options = tuple(OwnOption(id=one.id, label=one.label, rule=one.rule) for one in question.options)
    return OwnQuestion(
        id=question.id, version=version, name=question.topic, ask=question.ask, detail=question.detail,
        rule=question.rule, options=options,
    )  # fmt: skip


def loosened(ours: OwnQuestion, own: OwnQuestion) -> Iterator[tuple[str, str]]:
    """Yield what an own version of our question changes beside its words: only what is asked may be said differently."""
    if own.name != ours.name:
        yield (
            "name",
            f"This stays the question on “{ours.name}”. Make a question of your own to ask about something else.",
        )
    if own.rule != ours.rule:
        yield "rule", "What a yes does stays as it is. Make a question of your own to ask for more."
    there = {one.id: one for one in own.options}
    known = {one.id for one in ours.options}
    for one in ours.options:
        mine = there.get(one.id)
        if mine is None:
            yield "options", f"The answer “{one.label}” must stay."
        elif mine != one:
            yield "options", f"The answer “{one.label}” stays as it is, and so does what it does."
    for one in own.options:
        if one.id not in known:
            yield (
                "options",
                f"“{one.label}” is no answer of this question. Make a question of your own to ask for it.",
            )


def unfit(
    own: OwnQuestion, *, is_ours: bool, all_own: Iterable[OwnQuestion], our_ids: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Yield why a question can't be asked. all_own: every own version in force with it; our_ids: the questions of ours."""
    for field, most in (("name", LONGEST_NAME), ("ask", LONGEST_ASKED), ("detail", LONGEST_DETAIL)):
        said = getattr(own, field).strip()
        if not said:
            yield (
                field,
                "Write what is asked: a question without words would be taken away."
                if is_ours
                else "Fill this in.",
            )
        elif len(said) > most and not is_ours:
            yield field, f"At most {most} characters; this has {len(said)}."
    if is_ours:
        return
    if own.rule not in OWN_RULES:
        yield "rule", "Choose one of the answers offered."
    if len(own.options) > MOST_OPTIONS:
        yield "options", f"At most {MOST_OPTIONS} answers to choose from."
    if len({one.id for one in own.options}) < len(own.options):
        yield "options", "Two answers have the same id."
    if any(not OPTION_ID.fullmatch(one.id) for one in own.options):
        yield "options", "The id of an answer has small letters, digits and _, at most 24."
    for place, one in enumerate(own.options):
        if not one.label.strip():
            yield f"options.{place}.label", "Write what the client reads."
        if one.rule not in OWN_RULES:
            yield f"options.{place}.rule", "Choose one of the answers offered."
    if sum(1 for one in all_own if one.id not in set(our_ids)) > MOST_QUESTIONS:
        yield "", f"A practice asks at most {MOST_QUESTIONS} questions of its own; withdraw one first."


def laid(screen: Questionnaire, own: Mapping[str, OwnQuestion]) -> Questionnaire:
    """Return the screen as a practice asks it: ours in its words, then what only it asks. Rules and ids of ours stay ours."""
    if not own:
        return screen
    known = {question.id for question in screen.questions}
    added = [_added(own[key]) for key in sorted(own) if key not in known]
    asked = [_in_words(screen, one, own.get(one.id)) for one in screen.questions]
    minutes = screen.minutes + -(-len(added) // TO_A_MINUTE)
    return msgspec.structs.replace(screen, questions=(*asked, *added), minutes=minutes)


def _in_words(screen: Questionnaire, question: Question, own: OwnQuestion | None) -> Question:
    if own is None:
        return question
    source = f"{screen.source}. In the practice’s own words, version {own.version}"
    return msgspec.structs.replace(question, ask=own.ask, detail=own.detail, source=source)


def _added(own: OwnQuestion) -> Question:
    return Question(
        id=own.id, topic=own.name, ask=own.ask, detail=own.detail, rule=own.rule, says=own.name,
        options=tuple(
            Entry(id=one.id, label=one.label, says=f"{own.name}: {one.label}", rule=one.rule) for one in own.options
        ),
        source=f"The practice’s own question, version {own.version}",
    )  # fmt: skip
