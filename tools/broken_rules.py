"""Break the rules that keep a session from starting, one at a time, and see that the tests notice.

    .venv/bin/python tools/broken_rules.py [NUMBER …]

Each rule is broken in a copy of the tree, never here; the tests named beside it then have to fail. It prints the
first test that did, and ends with 1 when one break went unnoticed or its place in the code is gone.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES, TESTS = "medexpro/clearance/rules", "tests/clearance"
OPERATIONS = "medexpro/clearance/operations"
FLOOR = "tests/journeys/test_floor.py"


@dataclass(frozen=True)
class Break:
    """One rule, where it stands, what it becomes, and the tests that have to notice."""

    rule: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


BREAKS = (
    Break(
        "A red flag stops the start, in the browser",
        f"{RULES}/gates.py",
        "present = tuple(symptom for symptom in rule.symptoms if symptom in today.signs)",
        "present = ()",
        (f"{FLOOR}::test_a_red_flag_stops_the_session_in_the_browser",),
    ),
    Break(
        "A pressure over the client's own limit stops the start, in the browser",
        f"{RULES}/limits.py",
        "return merged + [_as_gate(limit) for limit in limits if limit.in_force(on)]",
        "return merged",
        (f"{FLOOR}::test_a_pressure_over_the_clients_own_limit_holds_until_a_rested_recheck",),
    ),
    Break(
        "An expired clearance stops the start, in the browser",
        f"{RULES}/clearing.py",
        "if on > clearance.valid_to:",
        "if False:",
        (f"{FLOOR}::test_an_expired_clearance_stops_the_session_before_it_opens",),
    ),
    Break(
        "Offline the tablet holds the gate by the same figures, in the browser",
        "medexpro/sessions/static/sessions/js/page.js",
        "if (changesGate(waiting)) state.gate = gateHere();",
        "",
        (f"{FLOOR}::test_offline_the_tablet_holds_the_gate_by_the_same_figures",),
    ),
    Break(
        "Only a reading that meets the restart mark clears a hold",
        f"{RULES}/gates.py",
        "if not found or not all(_meets(reading.value, mark) for reading in found):",
        "if not found:",
        (TESTS,),
    ),
    Break(
        "A STOP has no way past it: no recheck, no answer, no reason",
        f"{RULES}/verdict.py",
        "final = [finding for finding in whole if finding.action != Action.HOLD_RECHECK]",
        "final = [finding for finding in whole if finding.action != Action.HOLD_RECHECK and finding.code not in answered]",
        (TESTS, "tests/sessions"),
    ),
    Break(
        "A red flag is answered only by a clearance decided after it was seen",
        f"{RULES}/clearing.py",
        "clearance.granted and clearance.decided_at > flag.opened_at",
        "clearance.granted",
        (TESTS,),
    ),
    Break(
        "A hold or a refer-back closes the session whatever else is on file",
        f"{RULES}/clearing.py",
        "findings = [_hold(hold) for hold in facts.holds]",
        "findings = []",
        (TESTS,),
    ),
    Break(
        "Post Rehab needs the four checks of the referral",
        f"{RULES}/clearing.py",
        "needed = facts.category == POST_REHAB",
        "needed = False",
        (TESTS,),
    ),
    Break(
        "No written limit lifts the session ceiling",
        f"{RULES}/limits.py",
        'SESSION_CEILING = "bp_session_ceiling"',
        'SESSION_CEILING = "none"',
        (TESTS,),
    ),
    Break(
        "A practice may only tighten",
        f"{RULES}/limits.py",
        "return self.origin is Origin.PROVIDER and self.may_clear and self.in_force(on) and current",
        "return self.may_clear and self.in_force(on) and current",
        (TESTS,),
    ),
    Break(
        "A provider who may not clear only tightens",
        f"{RULES}/limits.py",
        "return self.origin is Origin.PROVIDER and self.may_clear and self.in_force(on) and current",
        "return self.origin is Origin.PROVIDER and self.in_force(on) and current",
        (TESTS,),
    ),
    Break(
        "Nothing that loosens comes from a provider who may not clear",
        "medexpro/clearance/operations/refused.py",
        "if wrong := clearing.not_a_clearing_provider(provider.type, clearing_policy(), what):",
        "if wrong := '':",
        (TESTS,),
    ),
    Break(
        "A second provider's limit leaves the first one's in force",
        f"{OPERATIONS}/limits.py",
        "episode=episode, provider=provider, measure=measure, op=op, closes=closes, ended_at=None",
        "episode=episode, measure=measure, op=op, closes=closes, ended_at=None",
        (TESTS,),
    ),
    Break(
        "An older letter changes no newer limit of the same provider",
        f"{OPERATIONS}/limits.py",
        "if newer := own.filter(written_on__gt=written_on)",
        "if newer := own.none()",
        (TESTS,),
    ),
    Break(
        "A limit that loosens ours stands in writing",
        f"{OPERATIONS}/limits.py",
        "if limits.opens(rule, library().gates.values(), written_on):",
        "if False:",
        (TESTS,),
    ),
    Break(
        "A provider's limit ends by words or a letter",
        f"{OPERATIONS}/limits.py",
        'raise ClearanceRefused("Quote the provider, or choose the letter that says so.", field="words")',
        "return",
        (TESTS,),
    ),
    Break(
        "A limit at rest must be measured before the start",
        f"{RULES}/gates.py",
        "by_limits = limits.needed_before_start(context.limits, context.on)",
        "by_limits = ()",
        (TESTS,),
    ),
    Break(
        "An answer to a refer-back renews no clearance that has ended",
        f"{OPERATIONS}/referring.py",
        "elif before is None or not standing.covers:",
        "elif before is None:",
        (TESTS,),
    ),
    Break(
        "An answer to a refer-back keeps the clearance's own end",
        f"{OPERATIONS}/referring.py",
        "valid_to=carried.valid_to if carried else valid_to",
        "valid_to=valid_to",
        (TESTS,),
    ),
    Break(
        "An answer to a refer-back releases no operation since the clearance",
        "medexpro/clearance/histories.py",
        "if one.outcome == Outcome.GRANTED and one.continues_id is None",
        "if one.outcome == Outcome.GRANTED",
        (TESTS,),
    ),
    Break(
        "A no to one finding stands when another is answered",
        "medexpro/clearance/state.py",
        "newest = [one for one in asked.decisions(episode) if one.continues_id is None][:1]",
        "newest = asked.decisions(episode)[:1]",
        (TESTS,),
    ),
    Break(
        "A minor starts only with a guardian on file who has signed",
        f"{RULES}/clearing.py",
        "elif facts.minor and not facts.guardian_signed:",
        "elif False:",
        (TESTS,),
    ),
    Break(
        "A reading that was not taken holds the session",
        f"{RULES}/verdict.py",
        "return self.state is State.GO",
        "return self.state is State.GO or bool(self.missing)",
        (TESTS, "tests/sessions"),
    ),
    Break(
        "No exercise is logged before the gate has opened, whatever a tablet sends",
        "medexpro/sessions/commands.py",
        """    if not gate.verdict.may_start:
        raise CommandRefused(gate.verdict.sentence, findings=gate.findings)
    if work.session.started_at is None:""",
        "    if work.session.started_at is None:",
        ("tests/sessions",),
    ),
    Break(
        "Nothing is done today on the gate of an earlier day",
        "medexpro/sessions/rules/times.py",
        "return kind not in AT_THE_DESK and happened >= closes_at",
        "return False",
        ("tests/sessions/test_another_day.py",),
    ),
    Break(
        "A slow tablet's newest reading does not slip behind an older one",
        "medexpro/sessions/rules/times.py",
        "waited = sent_at - at if sent_at else timedelta(0)",
        "waited = received_at - at",
        ("tests/sessions/test_another_day.py",),
    ),
    Break(
        "Nothing on the floor alters a session that was stopped",
        "medexpro/sessions/commands.py",
        "if session.state == SessionState.HELD and kind not in times.AFTER_A_STOP:",
        "if False:",
        ("tests/sessions/test_ending.py",),
    ),
    Break(
        "A session that was stopped is not opened again",
        "medexpro/sessions/operations.py",
        "and latest.state in RUNNING",
        "and latest.state not in CLOSED",
        ("tests/sessions/test_ending.py",),
    ),
    Break(
        "A finding is not put aside with a session that did not take place",
        "medexpro/sessions/rules/ending.py",
        "    if found:",
        "    if False:",
        ("tests/sessions/test_ending.py",),
    ),
    Break(
        "An assistant's decision is none before the co-sign",
        "medexpro/sessions/commands.py",
        "if decision and not work.by.may(Permission.SESSIONS_SIGN):",
        "if False:",
        ("tests/sessions/test_turned_away.py",),
    ),
    Break(
        "An unverified figure is off",
        f"{RULES}/gates.py",
        "ours = [gate for gate in context.gates if gate.verification.in_force or gate.id in context.turned_on]",
        "ours = list(context.gates)",
        (TESTS,),
    ),
    Break(
        "A stop of one record is settled before the records are one",
        "medexpro/clearance/own_merging.py",
        'merging.check("a stop beside an active episode", stopped_beside_active)',
        "",
        ("tests/clients/test_merging.py::test_a_stop_beside_an_active_episode_is_settled_first",),
    ),
    Break(
        "Allergies of both records stay when the records become one",
        "medexpro/clients/operations/merging.py",
        "        _hand_over(moving, ids, kept)",
        "        _hand_over(moving, [], kept)",
        ("tests/clients/test_merging.py::test_what_the_other_record_holds_stands_in_the_one_that_stays",),
    ),
    Break(
        "At a screening day what the gates leave to a decision closes strength and walking",
        "medexpro/marketing/rules/safety.py",
        "CLOSING = (Weight.STOP, Weight.DECIDE)",
        "CLOSING = (Weight.STOP,)",
        ("tests/marketing/rules",),
    ),
    Break(
        "At a screening day nobody exerts themselves before pressure, pulse and the question",
        "medexpro/marketing/rules/safety.py",
        "if not asked or set(AT_REST) - taken:",
        "if False:",
        ("tests/marketing/rules",),
    ),
    Break(
        "At a screening day the server holds the gate, whatever a tablet shows",
        "medexpro/marketing/operations/measuring.py",
        "if station.exerts and not now.weighed.may_exert:",
        "if False:",
        ("tests/marketing/test_operations.py",),
    ),
    Break(
        "What a precaution only warns of stays out of the home program",
        "medexpro/programs/home.py",
        'return " ".join(f"{finding.sentence}. {finding.figure}." for finding in check_fit(exercise, blocks))',
        'return " ".join(f"{one.sentence}." for one in check_fit(exercise, blocks) if one.closes)',
        (
            "tests/programs/test_home.py::test_what_a_precaution_only_warns_of_stays_out_too_as_nobody_is_beside_the_client",
        ),
    ),
    Break(
        "The home program is weighed again when it is given",
        "medexpro/programs/home_operations.py",
        "if wrong := next((line for line in lines if line.why_not), None):",
        "if wrong := None:",
        ("tests/programs/test_home.py::test_it_is_weighed_again_when_it_is_given",),
    ),
    Break(
        "An exercise that no longer fits rests on the client's phone",
        "medexpro/programs/home.py",
        "if why_not_at_home(known.get(exercise), blocks, in_program=exercise in there)",
        "if exercise not in there",
        ("tests/programs/test_home.py::test_an_exercise_that_no_longer_fits_rests_at_once_on_the_phone",),
    ),
)


def main(wanted: list[int]) -> int:
    """Break each rule wanted, or all; return 0 when every break was noticed."""
    unnoticed = 0
    for number, one in enumerate(BREAKS, start=1):
        if wanted and number not in wanted:
            continue
        noticed = _noticed(one)
        unnoticed += not noticed
        print(
            f"{number:2} {'red  ' if noticed else 'GREEN'} {one.rule}\n         {noticed or 'nobody noticed'}",
            flush=True,
        )
    return 1 if unnoticed else 0


def _noticed(one: Break) -> str:
    """Return the first test that fails with the rule broken; empty when none does."""
    with tempfile.TemporaryDirectory(prefix="medexpro-broken-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(
            ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "out", "__pycache__", ".*_cache")
        )
        (tree / ".venv").symlink_to(ROOT / ".venv")
        place = tree / one.file
        text = place.read_text(encoding="utf-8")
        if text.count(one.right) != 1:
            raise SystemExit(f"{one.rule}: {one.right!r} stands {text.count(one.right)} times in {one.file}")
        place.write_text(text.replace(one.right, one.wrong), encoding="utf-8")
        command = ["tools/pytest", "-q", "-x", "--no-header", *one.tests]
        alone = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        run = subprocess.run(command, cwd=tree, env=alone, capture_output=True, text=True, check=False)
        failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        if run.returncode not in (0, 1):
            raise SystemExit(f"{one.rule}: the tests did not run\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return failed[0].split(" - ")[0].split(maxsplit=1)[1] if failed else ""


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
