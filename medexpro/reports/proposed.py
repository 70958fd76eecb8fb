"""Words the record proposes for documents. A member may change them; nothing here writes."""

from collections.abc import Sequence

from medexpro.assessments.rules import said
from medexpro.assessments.standings import GoalStanding
from medexpro.clearance.models import Precaution
from medexpro.episodes.models import EndReason, NextStep, Status
from medexpro.providers.models import Provider
from medexpro.referrals import standing
from medexpro.referrals.models import CheckKind
from medexpro.reports import rows as measures
from medexpro.reports.record import Record, holds
from medexpro.reports.rules.changes import SHORT, Change, first_sentence
from medexpro.reports.rules.lead import number_in_words
from medexpro.reports.rules.one_page import LIMITS
from medexpro.reports.snapshots import Attendance, runs
from medexpro.web import words

# What we ask the provider for, by the check that is not met.
NEEDED = {
    CheckKind.WRITTEN: "The referral in writing, with its day and your signature",
    CheckKind.WORDING: "Wording that names medical exercise or functional conditioning",
    CheckKind.CODED: "The ICD-10 code; we never choose one",
    CheckKind.EXITED: "Confirmation that the client has left medical care, with the day",
}
NEXT_STEPS = {
    NextStep.NONE: "",
    NextStep.MAINTENANCE: "Functional Maintenance follows here, as a service of its own.",
    NextStep.MEMBERSHIP: "The client goes on by membership or on their own.",
    NextStep.PROVIDER: "The client comes back to you.",
    NextStep.ELSEWHERE: "The client goes on elsewhere.",
}


def attendance(record: Record) -> Attendance:
    """Return the sessions done, of how many planned, and week by week."""
    weeks = record.weeks()
    count = len(record.came)
    if not count:
        return Attendance(runs("No session signed in this time."))
    text = f"**{count} {'session' if count == 1 else 'sessions'}** in {len(weeks)} {'week' if len(weeks) == 1 else 'weeks'}"
    if record.program and record.episode.started_on and record.came[0].on >= record.episode.started_on:
        text += f", {record.program.sessions_planned} planned"
    each = ", ".join(str(week.attended) for week in weeks)
    return Attendance(runs(f"{text}."), weeks, f"Sessions in each of {len(weeks)} weeks: {each}.")


def precaution_lines(record: Record) -> list[str]:
    """Return the precautions in force and the holds that happened, one short line each.

    A precaution nobody has confirmed says so, and one whose release may be asked for asks. A long one is cut at its first
    clause; the whole stands in the record.
    """
    lines = []
    for precaution in record.precautions:
        text = precaution.text.strip().rstrip(".")
        if len(text) > LIMITS["precautions"].characters and ";" in text:
            text = text.split(";")[0]
        if _may_be_released(precaution, record):
            text += " (release?)"
        elif precaution.state != "confirmed":
            text += " (please confirm)"
        lines.append(text)
    return lines + holds(record)


def release_question(record: Record) -> str:
    """Return what the provider may tick about precautions whose question is open; empty where none is."""
    asked = [one for one in record.precautions if _may_be_released(one, record)]
    return "Released: what is marked “release?”" if asked else ""


def _may_be_released(precaution: Precaution, record: Record) -> bool:
    return precaution.ask_release_from is not None and precaution.ask_release_from <= record.day


def program_words(record: Record) -> str:
    """Return the program's phase, kinds of work and rhythm; empty without a program."""
    program, protocol = record.program, record.protocol
    if program is None or protocol is None:
        return ""
    text = f"{protocol.condition.split(' (')[0]} program"
    if record.phase:
        place, phase = record.phase
        kinds = words.joined([kind.replace("_", " ") for kind in phase.fitt])
        text += f", phase {place} of {len(protocol.phases)} ({phase.name}): {kinds}"
    return f"{text}. {program.weekdays}." if program.weekdays else f"{text}."


def next_words(record: Record) -> str:
    """Return what comes: the next reassessment, and the goal that ends first."""
    sentences = []
    if record.due_on:
        sentences.append(f"Reassessment by {words.day(record.due_on)}.")
    goals = {
        one.goal.goal.pk: one.goal for one in record.outcomes if one.goal and one.goal.goal.state == "open"
    }
    if first := min(goals.values(), key=lambda goal: goal.goal.due_on, default=None):
        activity = first.goal.activity.strip().rstrip(".")
        if not activity[1:2].isupper():
            activity = activity[:1].lower() + activity[1:]
        sentences.append(
            f"Goal by {words.day(first.goal.due_on, 'short')}: {activity} ({first.name} {first.target})."
        )
    return " ".join(sentences)


def found_words(record: Record) -> str:
    """Return up to four first results in one sentence; empty before the baseline."""
    first = measures.chosen_rows(measures.reported(record), None, most=4)
    shown = [
        f"{measures.spoken_name(one.outcome)} "
        + said.figure(one.outcome.measure, one.outcome.baseline.value, one.outcome.unit)
        for one in first
    ]
    return f"{'; '.join(shown)}." if shown else ""


def referrer_words(record: Record, to: Provider) -> str:
    """Return who referred as a letter to one provider says it: "you", or the colleague's name."""
    by = record.episode.referral.provider if record.episode.referral else None
    return by.short_name if by is not None and by.pk != to.pk else "you"


def opening(record: Record, to: Provider) -> str:
    """Return the first sentence of an introductory letter. to: whom it goes to."""
    client, referral = record.episode.client, record.episode.referral
    referred = ""
    if referral is not None:
        on = referral.written_on or referral.received_on
        referred = f", whom {referrer_words(record, to)} referred on {on:%B} {on.day},"
    first = record.first_visit_on
    if first is None:
        return f"{client.formal_name}{referred} has been accepted for medical exercise and **begins soon**."
    when = "today" if first == record.day else f"on {first:%B} {first.day}"
    held = any(visit.held for visit in record.visits)
    end = "" if held or not record.came else " and **finished the session**"
    return f"{client.formal_name}{referred} had the **first visit {when}**{end}."


# ---- Acknowledgement


def received_words(record: Record, to: Provider) -> str:
    """Return that the referral has arrived, and when. to: whom the letter goes to."""
    referral, client = record.episode.referral, record.episode.client
    on = referral.received_on if referral else record.day
    who = referrer_words(record, to)
    whose = "your referral" if who == "you" else f"the referral by {who}"
    return f"We **received {whose}** of {client.formal_name} on {on:%B} {on.day}. Thank you."


def needed_lines(record: Record) -> list[str]:
    """Return what the provider still has to send: a line for each of the four checks that is not met."""
    referral = record.episode.referral
    met = standing.met_kinds(referral) if referral else frozenset()
    return [] if referral is None else [line for kind, line in NEEDED.items() if kind not in met]


# ---- Assessment summary


def measured_words(record: Record) -> str:
    """Return when the client was measured, in how many domains, and what they can't do yet."""
    name, first = record.episode.client.formal_name, record.baseline_on
    if first is None:
        return f"{name} has not been measured yet."
    count = len({one.domain for one in record.outcomes})
    text = f"{name} was **measured on {first:%B} {first.day}** in {number_in_words(count)} of six domains."
    deficit = record.episode.deficit.strip().rstrip(".")
    return f"{text} Not yet: **{deficit}**." if deficit else text


def goal_lines(goals: Sequence[GoalStanding]) -> list[str]:
    """Return the goals that are open, a line each: "Climb the stairs at home: LEFS 62 by Nov 15"."""
    return [
        f"{_activity(one)[:1].upper()}{_activity(one)[1:]}: {one.name} {one.target} by {words.day(one.goal.due_on, 'short')}"
        for one in goals
        if one.goal.state == "open"
    ]


# ---- Change in status


def observed_words(record: Record, changes: Sequence[Change]) -> str:
    """Return what was observed or told, change after change, in the words of the record; no cause."""
    return " ".join(
        f"{words.day(one.on, 'short')}, {SHORT[one.kind]}: {one.words}." for one in changes if one.words
    )


def changed_words(record: Record, changes: Sequence[Change], *, going_on: bool) -> str:
    """Return what a notice says first; empty without a change. going_on: exercise goes on by now."""
    days = {one.on: f"{one.on:%B} {one.on.day}" for one in changes}
    client = record.episode.client.formal_name
    return first_sentence(changes, client=client, days=days, going_on=going_on)


def finding_lines(record: Record, changes: Sequence[Change]) -> list[str]:
    """Return what was measured when exercise was stopped, each with its limit; words of others stand elsewhere."""
    times = {one.at for one in changes}
    figures = [
        finding["figure"]
        for back in record.refer_backs
        if back.opened_at in times
        for finding in back.findings
        if finding.get("figure") and finding.get("measure") and finding.get("weight") == "stop"
    ]
    return list(dict.fromkeys(figures))[:5]


def stopped_words(record: Record, *, going_on: bool) -> str:
    """Return what we did, by where the episode stands."""
    if going_on:
        return "Service goes on inside the limits on file."
    if not record.episode.started_on:
        return "Exercise has not begun. It begins only after your answer is on file."
    if record.episode.status == Status.ON_HOLD:
        return "Service waits. It is taken up again when clearance is in force."
    return "Exercise is stopped. It begins again only when clearance is in force."


# ---- Discharge summary


def ended_words(record: Record, since: str) -> str:
    """Return that and why service ended, and the strongest change. since: the sentence on what changed."""
    episode = record.episode
    if episode.ended_on is None:
        return f"Service for {episode.client.formal_name} goes on."
    own = episode.ended_reason in ("", EndReason.OTHER)
    reason = episode.ended_words.strip().rstrip(".") if own else EndReason(episode.ended_reason).label.lower()
    when = f"{episode.ended_on:%B} {episode.ended_on.day}"
    text = f"Service for {episode.client.formal_name} ended on {when}" + (
        f": **{reason}**." if reason else "."
    )
    return f"{text} {since}" if since else text


def goals_at_end(goals: Sequence[GoalStanding]) -> list[str]:
    """Return every goal with whether it was met, and the last result where it was not."""
    lines = []
    for one in goals:
        activity = f"{_activity(one)} ({one.name} {one.target}"
        if one.goal.met_on:
            lines.append(f"Met {words.day(one.goal.met_on, 'short')}: {activity})")
        else:
            lines.append(f"Not met: {activity}, last {one.now})")
    return lines


def service_words(record: Record) -> Attendance:
    """Return how many sessions there were, from when to when, and how many were planned."""
    episode, program = record.episode, record.program
    done = getattr(program, "sessions_done", None) or len(record.came)
    if not done:
        return Attendance(runs("No session was signed."))
    text = f"**{done} {'session' if done == 1 else 'sessions'}**"
    if episode.started_on:
        last = episode.ended_on or record.day
        text += f" from {words.day(episode.started_on)} to {words.day(last)}"
    if program:
        text += f", {program.sessions_planned} planned"
    return Attendance(runs(f"{text}."))


def reached_words(record: Record) -> str:
    """Return what the client can do now, as it was written at the discharge."""
    reached = record.episode.goals_reached.strip().rstrip(".")
    return f"Can do now: {reached}." if reached else ""


def after_words(record: Record) -> str:
    """Return what comes after the discharge."""
    step = NEXT_STEPS[NextStep(record.episode.next_step)]
    return f"{step} Refer again whenever function is lost.".strip()


def _activity(goal: GoalStanding) -> str:
    return goal.goal.activity.strip().rstrip(".")
