"""Break the rules that keep a client safe, a verdict true and a secret kept, one at a time; see that tests notice.

    .venv/bin/python tools/broken_rules.py [NUMBER …]

Each rule is broken in a copy of the tree, never here; the tests named beside it then have to fail. It prints the
first test that did, and ends with 1 when one break went unnoticed. Where the place of one in the code is gone, it
names every such place before anything is run.
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
# What a measure means, which step comes next, and what a practice makes its own.
MEANING, NORMS = "medexpro/assessments/rules", "medexpro/knowledge/data/norms"
PROGRAM, OWN = "medexpro/programs/rules", "medexpro/knowledge/own_rules.py"
EVERY_MEASURE = "tests/assessments/test_every_measure.py"
NORM_RULES = "tests/assessments/test_rules_norms.py"
CHANGE_RULES = "tests/assessments/test_rules_change.py"
COMPOSITE_RULES = "tests/assessments/test_rules_composites.py"
SLIP_RULES = "tests/assessments/test_rules_slips.py"
FORM_RULES = "tests/assessments/test_questionnaires_rules.py"
PUBLISHED = "tests/assessments/test_published_examples.py"
PROGRESSION_RULES = "tests/programs/test_rules_progression.py"
DOSAGE_RULES = "tests/programs/test_rules_dosage.py"
OPENS_NOTHING = "tests/programs/test_nothing_loosens.py"
ASKING = "tests/clearance/test_asking_for_release.py"
# Referrals that come back.
RELATIONS, RELATION_RULES = "medexpro/referrals/rules/relations.py", "tests/referrals/test_relations.py"
COHORTS, COHORT_RULES = "medexpro/marketing/rules/cohorts.py", "tests/marketing/rules/test_cohorts.py"
SEQUENCES, SEQUENCE_RULES = "medexpro/marketing/rules/sequences.py", "tests/marketing/rules/test_sequences.py"
COLOURS, COLOUR_RULES = "medexpro/positioning/rules/colours.py", "tests/positioning/test_rules_colours.py"
READINESS, WORDING = "tests/outreach/test_readiness.py", "tests/wording/test_checking.py"
ANSWERING, ANSWERS = "medexpro/reports/answering.py", "tests/portal/test_provider_answers.py"
PROOF, LETTERS = "tests/marketing/test_proof.py", "tests/outreach/test_letters.py"
INCOMING, ARRIVING = "medexpro/referrals/incoming.py", "tests/referrals/test_incoming.py"
REFER, FAXING = "tests/portal/test_refer.py", "tests/reports/test_faxing.py"
ASKING_VISITORS, LEAD_FORM = "medexpro/marketing/operations/asking.py", "tests/portal/test_lead_form.py"
MAILING, MAILS = "medexpro/marketing/mailing.py", "tests/marketing/test_mailing.py"
MAILED_LINK = "tests/reports/test_documents.py::test_a_link_is_mailed_to_any_address_and_its_mail_says_nothing_of_the_client"
LOOSENING = "tests/knowledge/test_own_files.py::test_loosening_is_refused_with_a_sentence"
KEPT = "tests/knowledge/test_own_files.py::test_a_precaution_of_ours_keeps_what_it_does_and_what_ends_it"


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
    # ---- Among people, and at published lines
    Break(
        "A table answers at both ends of its ages",
        f"{MEANING}/norms.py",
        "if row.age_min <= subject.age <= row.age_max:",
        "if row.age_min <= subject.age < row.age_max:",
        (f"{EVERY_MEASURE}::test_every_row_answers_at_both_ends_of_its_ages",),
    ),
    Break(
        "An equation answers at both ends of its ages",
        f"{MEANING}/equations.py",
        "if row.age_min <= subject.age <= row.age_max and holds(",
        "if row.age_min < subject.age <= row.age_max and holds(",
        (f"{EVERY_MEASURE}::test_an_equation_answers_at_the_ends_of_its_ages",),
    ),
    Break(
        "A percentile is the span between the neighbouring columns",
        f"{MEANING}/norms.py",
        "below = max((key for key, tabled in percentiles.items() if tabled < value), default=None)",
        "below = min((key for key, tabled in percentiles.items() if tabled < value), default=None)",
        (f"{EVERY_MEASURE}::test_percentiles_rise_with_the_value_and_stop_at_the_tables_ends",),
    ),
    Break(
        "A table of the better hand says nothing of one side",
        f"{MEANING}/norms.py",
        'if variant.side == "best" and subject.side in {"left", "right"}:',
        "if False:",
        (f"{NORM_RULES}::test_why_there_is_no_comparison",),
    ),
    Break(
        "A value at a line that names less is not under it",
        f"{MEANING}/norms.py",
        '"<": Decimal.__lt__,',
        '"<": Decimal.__le__,',
        (f"{EVERY_MEASURE}::test_every_published_line_is_weighed_on_both_sides",),
    ),
    Break(
        "A value at a line that names so much and more is in its range",
        f"{MEANING}/norms.py",
        '">=": Decimal.__ge__,',
        '">=": Decimal.__gt__,',
        (f"{EVERY_MEASURE}::test_every_published_line_is_weighed_on_both_sides",),
    ),
    Break(
        "A line is said to be left only by a value outside its range",
        f"{MEANING}/lines.py",
        '">=": lambda value, limit: value >= limit,',
        '">=": lambda value, limit: value > limit,',
        (f"{NORM_RULES}::test_a_line_is_crossed_only_from_its_one_side_to_the_other",),
    ),
    Break(
        "An unverified figure is off by default",
        f"{MEANING}/subject.py",
        "return mark.in_force or key in turned_on",
        "return True",
        (f"{NORM_RULES}::test_an_unverified_line_is_never_weighed",),
    ),
    Break(
        "Only who may approve turns an unverified figure on",
        "medexpro/knowledge/turning.py",
        "if not by.may(APPROVE):",
        "if False:",
        ("tests/knowledge/test_turning.py::test_turning_is_for_who_may_approve",),
    ),
    Break(
        "A line of a condition is for those who have it",
        f"{MEANING}/norms.py",
        "if cutoff.condition and cutoff.condition not in tags:",
        "if False:",
        (f"{NORM_RULES}::test_lines_of_the_other_sex_and_of_other_conditions_are_left_out",),
    ),
    # ---- Whether a change counts
    Break(
        "A test done another way claims nothing",
        "medexpro/assessments/readings.py",
        "if mine.casefold() != theirs.casefold():",
        "if False:",
        ("tests/assessments/test_outcomes.py::test_another_way_of_testing_claims_nothing",),
    ),
    Break(
        "The threshold is the larger of test error and what matters",
        f"{MEANING}/change.py",
        "return self.matters if self.matters.threshold > self.error.threshold else self.error",
        "return self.error",
        (f"{CHANGE_RULES}::test_the_threshold_is_the_larger_of_error_and_what_matters",),
    ),
    Break(
        "A verdict follows the direction of its measure",
        f"{MEANING}/change.py",
        "return Verdict.BETTER if rose == (measure.direction is Direction.HIGHER_BETTER) else Verdict.WORSE",
        "return Verdict.BETTER if rose else Verdict.WORSE",
        (f"{CHANGE_RULES}::test_the_verdict_follows_the_direction_of_the_measure",),
    ),
    Break(
        "A change at the threshold reaches it",
        f"{MEANING}/change.py",
        "if abs(difference) < threshold.value:",
        "if abs(difference) <= threshold.value:",
        (f"{CHANGE_RULES}::test_the_verdict_follows_the_direction_of_the_measure",),
    ),
    Break(
        "A pressure at its limit is inside",
        f"{MEANING}/change.py",
        "(self.high is None or value <= self.high)",
        "(self.high is None or value < self.high)",
        (f"{CHANGE_RULES}::test_pressure_is_inside_or_outside_limits_and_never_better",),
    ),
    Break(
        "The best of the trials is the lowest where lower is better",
        f"{MEANING}/trials.py",
        "return min(trials) if measure.direction is Direction.LOWER_BETTER else max(trials)",
        "return max(trials)",
        (f"{EVERY_MEASURE}::test_the_kept_value_follows_the_rule_of_the_measure",),
    ),
    Break(
        "A decline is told only past the limit",
        f"{MEANING}/decline.py",
        "if drop > limit else None",
        "if drop >= limit else None",
        (
            "tests/assessments/test_vital_signs.py::test_a_drop_at_the_limit_passes_and_one_past_it_is_told_against_the_own_best",
        ),
    ),
    Break(
        "Limbs are compared only within one day",
        f"{MEANING}/limbs.py",
        "if other.on == one.on and other.how == one.how]",
        "if other.how == one.how]",
        ("tests/programs/test_joint.py::test_what_was_not_taken_on_one_day_and_alike_is_not_compared",),
    ),
    Break(
        "Limbs are compared only where both were taken alike",
        f"{MEANING}/limbs.py",
        "if other.on == one.on and other.how == one.how]",
        "if other.on == one.on]",
        ("tests/programs/test_joint.py::test_what_was_not_taken_on_one_day_and_alike_is_not_compared",),
    ),
    Break(
        "What got worse in a domain is never left unsaid",
        f"{MEANING}/profile.py",
        "worse = tuple(n for n, one in own if one.worse and n != leading)",
        "worse = ()",
        ("tests/assessments/test_profile.py::test_what_got_worse_is_never_left_unsaid",),
    ),
    # ---- Scores and questionnaires
    Break(
        "A walk of 4.82 s leaves the first band of the SPPB",
        "medexpro/assessments/data/composites.yaml",
        "{at_most: 4.81, points: 4}",
        "{at_most: 4.82, points: 4}",
        (f"{COMPOSITE_RULES}::test_the_walk_is_banded_at_both_ends_of_every_band",),
    ),
    Break(
        "A time at the end of its band of the SPPB is inside",
        f"{MEANING}/composites.py",
        "if seconds <= end), self.beyond)",
        "if seconds < end), self.beyond)",
        (f"{COMPOSITE_RULES}::test_the_chair_is_banded_at_both_ends_of_every_band",),
    ),
    Break(
        "A part of the SPPB that was not taken is never counted as nought",
        f"{MEANING}/composites.py",
        'return None, "seconds of the tandem stance"',
        'return points, ""',
        (f"{COMPOSITE_RULES}::test_the_four_stages_leave_the_tandem_seconds_open_at_stage_two",),
    ),
    Break(
        "Two falls are many to STEADI",
        f"{MEANING}/composites.py",
        "if screened.falls >= rule.many_falls or",
        "if screened.falls > rule.many_falls or",
        (f"{COMPOSITE_RULES}::test_the_algorithm_row_by_row",),
    ),
    Break(
        "STEADI is low only after all three tests",
        f"{MEANING}/composites.py",
        "    if open_:\n        return Steadi(None",
        "    if False:\n        return Steadi(None",
        (f"{COMPOSITE_RULES}::test_what_is_missing_is_named_and_nothing_is_guessed",),
    ),
    Break(
        "The six-minute walk is expected by the published coefficients",
        f"{NORMS}/six_minute_walk_equations.csv",
        "enright_1998,female,40,80,667,2.11,-2.29,-5.78,",
        "enright_1998,female,40,80,667,2.11,-2.29,-5.87,",
        (f"{PUBLISHED}::test_the_equations_of_the_six_minute_walk",),
    ),
    Break(
        "The walk's lower limit is in force only once it is verified",
        f"{MEANING}/equations.py",
        "limited = row.lln_verification is not None and holds(row.lln_verification, table.file, turned_on)",
        "limited = row.lln_verification is not None",
        (f"{NORM_RULES}::test_a_six_minute_walk_is_predicted_without_the_unverified_lower_limit",),
    ),
    Break(
        "A KOOS JR sum has the published interval score",
        f"{NORMS}/koos_jr_interval.csv",
        "koos_jr,15,50.012,",
        "koos_jr,15,51.012,",
        (f"{PUBLISHED}::test_every_raw_sum_has_the_published_interval_score",),
    ),
    Break(
        "A questionnaire with too many gaps has no score",
        f"{MEANING}/questionnaires.py",
        "    if len(values) < needed:",
        "    if not values:",
        (f"{FORM_RULES}::test_as_many_answers_as_the_rule_asks_for_count_and_one_fewer_does_not",),
    ),
    Break(
        "A total with too many gaps is refused",
        f"{MEANING}/questionnaires.py",
        "    if answered < scoring.fewest:",
        "    if False:",
        (f"{FORM_RULES}::test_a_total_with_as_many_gaps_as_allowed_counts_and_one_more_is_refused",),
    ),
    Break(
        "An item without an answer is no answer of nought",
        f"{MEANING}/questionnaires.py",
        "Method.DASH: (raw / answered - 1) * 25,",
        "Method.DASH: (raw / scoring.count - 1) * 25,",
        (f"{FORM_RULES}::test_totals_become_the_score_by_the_forms_own_rule",),
    ),
    Break(
        "Parts of two assessments are never added up",
        "medexpro/assessments/scores.py",
        "return {key: one for key, one in found.items() if one.assessment_id == latest.assessment_id}",
        "return found",
        ("tests/assessments/test_scores.py::test_parts_of_two_assessments_are_never_added_up",),
    ),
    # ---- Slips of the hand
    Break(
        "Pounds typed as kilograms are asked about",
        f"{MEANING}/slips.py",
        "if to_value is None and (found := _other_unit(measure, number, unit, sure[0])):",
        "if False:",
        (f"{SLIP_RULES}::test_a_slip_is_named_with_what_was_probably_meant",),
    ),
    Break(
        "What agrees with the trial beside it is not taken for a slip",
        f"{MEANING}/slips.py",
        "return value >= FAR * other or value * FAR <= other",
        "return True",
        (f"{SLIP_RULES}::test_a_trial_beside_it_that_agrees_settles_it",),
    ),
    Break(
        "Left and right in each other's fields are seen",
        f"{MEANING}/slips.py",
        "2 * abs(now.left - last.right) < abs(now.left - last.left)",
        "2 * abs(now.left - last.left) < abs(now.left - last.right)",
        (f"{SLIP_RULES}::test_left_and_right_in_each_others_fields",),
    ),
    Break(
        "Left and right swapped are asked about before they are kept",
        "medexpro/assessments/operations/measuring.py",
        "if beside.asked or other not in beside.here or not",
        "if True or other not in beside.here or not",
        (
            "tests/assessments/test_flow.py::test_left_and_right_swapped_are_asked_about_and_swapped_in_one_tap",
        ),
    ),
    # ---- Progression, dose and the home program
    Break(
        "The strictest that speaks wins",
        f"{PROGRAM}/progression.py",
        "choice = next(one for one in policy.strictest if",
        "choice = next(one for one in reversed(policy.strictest) if",
        (f"{PROGRESSION_RULES}::test_a_sentence_of_the_phase_is_weighed_against_the_record",),
    ),
    Break(
        "Referring back is the strictest of all",
        "medexpro/programs/data/progression.yaml",
        "strictest: [refer_back, regress, hold, advance]",
        "strictest: [regress, refer_back, hold, advance]",
        (f"{PROGRESSION_RULES}::test_referring_back_goes_before_stepping_back_and_that_before_holding",),
    ),
    Break(
        "Two points more pain the next time hold the phase",
        f"{PROGRAM}/weighing.py",
        """        if rise >= figures["rise"]:
            lower""",
        """        if rise > figures["rise"]:
            lower""",
        (f"{PROGRESSION_RULES}::test_a_sentence_of_the_phase_is_weighed_against_the_record",),
    ),
    Break(
        "A yes to more pain on the next day holds the phase",
        f"{PROGRAM}/weighing.py",
        "holds = True if said else (",
        "holds = seen.holds if said else (",
        (f"{PROGRESSION_RULES}::test_what_the_record_cannot_say_is_asked_and_a_yes_speaks",),
    ),
    Break(
        "A no unsays nothing that the record shows",
        f"{PROGRAM}/weighing.py",
        "False if said is False and seen.holds is None else seen.holds",
        "False if said is False else seen.holds",
        (f"{PROGRESSION_RULES}::test_a_no_unsays_nothing_that_the_record_shows",),
    ),
    Break(
        "A criterion that was not measured is not met",
        f"{PROGRAM}/progression.py",
        "open_ = Choice.ADVANCE if total and met == total else Choice.HOLD",
        "open_ = Choice.HOLD if any(state.met is False for state in states) else Choice.ADVANCE",
        (PROGRESSION_RULES,),
    ),
    Break(
        "An old result opens no phase",
        f"{PROGRAM}/progression.py",
        "if facts.on - oldest.on > timedelta(days=within_days):",
        "if False:",
        (f"{PROGRESSION_RULES}::test_the_weaker_side_decides_and_an_old_result_opens_nothing",),
    ),
    Break(
        "The weaker side decides",
        f"{PROGRAM}/progression.py",
        "met = all(compare(one.latest.value, criterion.value) for one in courses)",
        "met = any(compare(one.latest.value, criterion.value) for one in courses)",
        (f"{PROGRESSION_RULES}::test_the_weaker_side_decides_and_an_old_result_opens_nothing",),
    ),
    Break(
        "A dose goes up only at or under the ceiling of effort",
        f"{PROGRAM}/dosage.py",
        "aim = min(plan.effort, ceilings.effort) if plan.effort is not None else ceilings.effort",
        "aim = plan.effort if plan.effort is not None else ceilings.effort",
        (f"{DOSAGE_RULES}::test_what_was_done_above_a_written_limit_is_no_reason_for_more",),
    ),
    Break(
        "A dose never passes the top of its phase",
        f"{PROGRAM}/dosage.py",
        "more = min(plan.quantity + step, Decimal(top))",
        "more = plan.quantity + step",
        (f"{DOSAGE_RULES}::test_after_two_easy_sessions_comes_one_step",),
    ),
    Break(
        "Nothing is suggested for an exercise that is closed",
        f"{PROGRAM}/dosage.py",
        "if not done or ceilings.closed:",
        "if not done:",
        (f"{DOSAGE_RULES}::test_where_a_precaution_or_a_gate_closes_it_nothing_is_suggested",),
    ),
    Break(
        "A written limit on effort is the ceiling of what is suggested",
        "medexpro/programs/suggesting.py",
        "return min([program.effort_ceiling, *written])",
        "return program.effort_ceiling",
        (
            "tests/programs/test_deciding.py::test_a_providers_limit_on_effort_is_the_ceiling_of_what_is_suggested",
        ),
    ),
    Break(
        "What is offered in the place of an exercise fits every precaution",
        f"{PROGRAM}/fit.py",
        "        and not check_fit(other, blocks)\n",
        "",
        ("tests/programs/test_pages.py::test_what_is_offered_instead_fits_every_precaution",),
    ),
    Break(
        "A program keeps the version of the protocol it was made from",
        "medexpro/programs/state.py",
        "return _protocol(program.protocol_id)",
        "return library_of(program.practice).all_protocols[_protocol(program.protocol_id).id]",
        (
            "tests/programs/test_own_versions.py::test_a_program_keeps_the_version_it_was_made_from_and_says_what_changed",
        ),
    ),
    # ---- Precautions, and what a practice makes its own
    Break(
        "What a provider's release lifts no member settles",
        "medexpro/programs/operations.py",
        "if precaution.protocol_item not in state.settled_here(program):",
        "if False:",
        (
            "tests/programs/test_deciding.py::test_a_condition_that_holds_blocks_and_one_that_does_not_takes_the_reason",
        ),
    ),
    Break(
        "The day of a precaution releases nothing",
        "medexpro/clearance/state.py",
        "    return asked.precautions(episode)",
        "    today = date.today()\n"
        "    return [one for one in asked.precautions(episode) if (one.ask_release_from or date.max) > today]",
        (f"{ASKING}::test_from_its_day_on_it_holds_as_before_and_keeps_its_exercises_out",),
    ),
    Break(
        "A provider's not yet keeps the precaution",
        f"{OPERATIONS}/precautions.py",
        """precaution.state, precaution.confirmed_provider = "confirmed", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], day
    precaution.ask_release_from = ask_again_on""",
        """precaution.state, precaution.confirmed_provider = "released", provider
    precaution.confirmed_words, precaution.confirmed_on = words.strip()[:240], day
    precaution.ask_release_from = ask_again_on""",
        (f"{ASKING}::test_not_yet_is_an_answer_the_question_comes_back_and_the_block_never_left",),
    ),
    Break(
        "A provider's not yet names the day to ask again",
        f"{OPERATIONS}/precautions.py",
        "    if ask_again_on is None or ask_again_on <= day:",
        "    ask_again_on = ask_again_on or day\n    if False:",
        (f"{ASKING}::test_an_answer_without_a_day_keeps_the_question_and_what_was_typed",),
    ),
    Break(
        "No own version loosens anything of ours",
        "medexpro/knowledge/own_reading.py",
        "found = [Wrong(*pair) for pair in known.loosened(ours, record)] if ours is not None else []",
        "found: list[Wrong] = []",
        (LOOSENING,),
    ),
    Break(
        "An own protocol may not shed a gate",
        OWN,
        "if gone := _missing(ours.gates, own.gates):",
        "if gone := []:",
        (LOOSENING,),
    ),
    Break(
        "An own protocol may not change what a precaution does or what ends it",
        OWN,
        "if (own.mode, own.lifts) != (ours.mode, ours.lifts):",
        "if False:",
        (KEPT,),
    ),
    Break(
        "An own protocol may not take the tags from a precaution",
        OWN,
        "if gone := _missing(ours.tags, own.tags):",
        "if gone := []:",
        (KEPT,),
    ),
    Break(
        "An own protocol may not ask for a release earlier",
        OWN,
        "(week is not None and mine is not None and mine < week)",
        "False",
        (KEPT,),
    ),
    Break(
        "An own exercise may not shed what keeps it from a client",
        OWN,
        "if gone := _missing(ours.contraindicated_tags, own.contraindicated_tags):",
        "if gone := []:",
        (LOOSENING,),
    ),
    Break(
        "An own measure may not hide a reading from a gate",
        OWN,
        "if weighed and not (",
        "if False and not (",
        (LOOSENING,),
    ),
    Break(
        "A written diabetes plan asks glucose of whom a medicine can bring down",
        "medexpro/clearance/state.py",
        'return ["blood_glucose"] if any(plan.kind == "diabetes" for plan in plans) else []',
        "return []",
        (
            "tests/clearance/test_provider_limits.py::test_a_diabetes_plan_lists_glucose_for_a_client_on_insulin",
        ),
    ),
    # ---- A screening day
    Break(
        "A high pressure stops exertion at a screening day",
        "medexpro/marketing/rules/safety.py",
        "    if found:\n",
        "    if False:\n",
        ("tests/marketing/rules/test_rules.py::test_pressure_and_pulse_open_the_stations_that_exert",),
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
    Break(
        "Nothing is done at home while the provider is asked",
        "medexpro/programs/home.py",
        'if finding.weight == Weight.STOP), "")',
        'if not finding.weight), "")',
        ("tests/programs/test_home.py::test_nothing_is_done_at_home_while_the_provider_is_asked",),
    ),
    # ---- What opens nothing
    Break(
        "The other side alone opens no phase",
        f"{PROGRAM}/progression.py",
        "    if not own:\n",
        "    if False:\n",
        (f"{OPENS_NOTHING}::test_the_other_knee_alone_opens_nothing",),
    ),
    Break(
        "A second tap decides nothing",
        "medexpro/programs/operations.py",
        "if after is not None and after != (newest := state.newest_decision(program)):",
        "if after is not None and (newest := None):",
        (f"{OPENS_NOTHING}::test_a_second_tap_opens_no_second_phase",),
    ),
    Break(
        "A provider's word never opens what a member said holds",
        f"{OPERATIONS}/precautions.py",
        '        precaution.mode = "block"\n',
        "        pass\n",
        (f"{OPENS_NOTHING}::test_a_providers_word_never_opens_what_a_member_said_holds",),
    ),
    Break(
        "What can't be weighed enters no session",
        "medexpro/programs/state.py",
        "else [_unknown(line)]",
        "else []",
        (f"{OPENS_NOTHING}::test_an_exercise_no_rule_can_weigh_enters_no_session",),
    ),
    Break(
        "A questionnaire is the same test however it was added up",
        f"{MEANING}/alike.py",
        'return "" if _plain(text).partition(",")[0] == QUESTIONNAIRE.casefold() else text',
        "return text",
        (
            "tests/assessments/test_questionnaires.py::test_a_form_is_the_same_one_however_it_was_added_up_or_filled_in",
        ),
    ),
    Break(
        "A phase by another name still refers back",
        OWN,
        "return [sentence for sentence in first if all(sentence in one for one in others)]",
        "return []",
        ("tests/knowledge/test_own_never_looser.py::test_a_phase_by_another_name_still_refers_back",),
    ),
    # ---- Referrals that come back
    Break(
        "A stage said by hand never beats what is on record",
        RELATIONS,
        "if facts.said and order.index(Stage(facts.said)) > order.index(known):",
        "if facts.said:",
        (f"{RELATION_RULES}::test_what_a_person_said_fills_gaps_and_takes_nothing_back",),
    ),
    Break(
        "A source is quiet by their own rhythm",
        RELATIONS,
        "quiet = max(policy.shortest_quiet_days, round(policy.quiet_factor * gap))",
        "quiet = policy.default_quiet_days",
        (f"{RELATION_RULES}::test_where_a_relationship_stands",),
    ),
    Break(
        "A letter may be followed up until the seventh day",
        RELATIONS,
        "wait = timedelta(days=policy.follow_up_last_days - policy.follow_up_first_days)",
        "wait = timedelta(0)",
        (f"{RELATION_RULES}::test_a_letter_is_followed_up_from_the_fifth_to_the_seventh_day",),
    ),
    Break(
        "A thank-you from before a referral is none for it",
        RELATIONS,
        'if any(touch.kind == "thanks" and touch.on >= last for touch in facts.touches):',
        'if any(touch.kind == "thanks" for touch in facts.touches):',
        (f"{RELATION_RULES}::test_a_referral_is_thanked_for_once",),
    ),
    Break(
        "A loop is closed once the discharge summary is read",
        "medexpro/outreach/rules/loops.py",
        "if course.declined or course.read:",
        "if course.declined:",
        ("tests/outreach/test_loops.py::test_a_loop_is_closed_when_the_discharge_summary_is_read",),
    ),
    Break(
        "One late word makes a loop late",
        "medexpro/outreach/rules/loops.py",
        "if any(one.late for one in found):",
        "if all(one.late for one in found):",
        ("tests/outreach/test_loops.py::test_one_late_word_makes_a_loop_late",),
    ),
    Break(
        "No count of a group speaks of one to four people",
        COHORTS,
        "    if count < least:\n",
        "    if count < 1:\n",
        (f"{COHORT_RULES}::test_no_count_speaks_of_one_to_four_people",),
    ),
    Break(
        "No figure is told of fewer than five",
        COHORTS,
        "if len(values) < max(least, LEAST):",
        "if len(values) < 4:",
        (f"{COHORT_RULES}::test_nothing_is_said_of_fewer_than_five_and_a_practice_only_raises_it",),
    ),
    Break(
        "A small group can't be had by taking one published group from another",
        COHORTS,
        "for left in (new - old, old - new)",
        "for left in (new - old,)",
        (f"{COHORT_RULES}::test_two_published_groups_are_the_same_or_differ_by_enough_each_way",),
    ),
    Break(
        "What a person does ends the mails to them",
        SEQUENCES,
        "if found := _BY_STATE.get(facts.state):",
        "if found := None:",
        (f"{SEQUENCE_RULES}::test_what_ends_a_sequence",),
    ),
    Break(
        "Nothing is mailed on a quiet day",
        SEQUENCES,
        "if local.weekday() in self.days:",
        "if False:",
        (f"{SEQUENCE_RULES}::test_quiet_hours_by_the_clock_on_the_wall",),
    ),
    Break(
        "One person gets one mail a day",
        SEQUENCES,
        "while last_out_on is not None and moment",
        "while False and moment",
        (f"{SEQUENCE_RULES}::test_every_mail_leaves_once_in_order_awake_and_one_a_day",),
    ),
    Break(
        "A contrast is never rounded up to pass",
        COLOURS,
        "return self.ratio >= self.needed",
        "return round(self.ratio, 1) >= self.needed",
        (f"{COLOUR_RULES}::test_a_ratio_just_short_of_what_is_needed_does_not_pass",),
    ),
    Break(
        "Words in a practice's own color are as readable as text has to be",
        COLOURS,
        "TEXT = 4.5",
        "TEXT = 3.0",
        (f"{COLOUR_RULES}::test_a_yellow_is_no_text_and_a_passing_one_is_offered",),
    ),
    Break(
        "What a person said of a standard holds until its day",
        "medexpro/outreach/rules/readiness.py",
        "if until < today:",
        "if False:",
        (f"{READINESS}::test_what_a_person_says_holds_until_its_day_and_can_be_taken_back",),
    ),
    Break(
        "A limit that loosens waits for a member",
        ANSWERING,
        "return _keep(kept, KIND.LIMIT, says, waits=True, values=values)",
        "return _keep(kept, KIND.LIMIT, says, values=values)",
        (f"{ANSWERS}::test_a_tighter_limit_holds_at_once_and_a_looser_one_waits_for_ana",),
    ),
    Break(
        "A limit that tightens holds at once",
        ANSWERING,
        "row = clearance.take_limit(kept.episode, **written, provider=kept.provider, words=quoted, at=at)",
        'raise clearance.Loosens("It waits.")',
        (f"{ANSWERS}::test_a_tighter_limit_holds_at_once_and_a_looser_one_waits_for_ana",),
    ),
    Break(
        "A link that was ended while somebody typed answers nothing",
        ANSWERING,
        "if not type(source).objects.filter(pk=source.pk, revoked_at=None).exists():",
        "if False:",
        (f"{ANSWERS}::test_ending_a_link_ends_all_it_could_do",),
    ),
    Break(
        "A provider's newer limit takes the place of one that waits",
        ANSWERING,
        "    _overtake(kept, on_the_same, at=at)\n",
        "",
        (f"{ANSWERS}::test_a_newer_answer_takes_the_place_of_one_that_waits",),
    ),
    Break(
        "Nobody accepts a word to go on from before a stop",
        ANSWERING,
        "        _overtake(kept, Q(kind__in=OPENING), at=at)\n",
        "",
        (f"{ANSWERS}::test_a_stop_closes_the_next_session_and_what_was_to_open_is_over",),
    ),
    Break(
        "A word that refuses can't be kept",
        "medexpro/wording/forms.py",
        "if refused := [mark for mark in here if mark.refused]:",
        "if refused := []:",
        (f"{WORDING}::test_a_word_that_refuses_is_not_asked_about",),
    ),
    Break(
        "Who let a marked word stand is kept",
        "medexpro/wording/operations.py",
        "LetStand.objects.bulk_create(rows)",
        "pass",
        (f"{WORDING}::test_a_letter_with_a_word_out_of_scope_is_asked_about_once_and_what_stays_is_kept",),
    ),
    Break(
        "A name of the record may stand",
        "medexpro/wording/checking.py",
        "return find_marks(cut, wording, to=to, names=(*given, *known)) if known else marks",
        "return marks",
        (f"{WORDING}::test_names_of_the_record_and_of_the_caller_may_stand",),
    ),
    Break(
        "A story is told only where the client agrees to its very words",
        "medexpro/marketing/stories.py",
        "if _agreed(newest) is None:",
        "if not StoryConsent.objects.filter(version__story=story, consent__withdrawn_at=None).exists():",
        (f"{PROOF}::test_a_story_is_told_only_while_the_client_agrees_to_its_very_words",),
    ),
    Break(
        "A story goes off the page when the client withdraws",
        "medexpro/marketing/stories.py",
        'version=OuterRef("pk"), consent__withdrawn_at=None, consent__kind=KIND\n',
        'version=OuterRef("pk"), consent__kind=KIND\n',
        (f"{PROOF}::test_a_story_is_told_only_while_the_client_agrees_to_its_very_words",),
    ),
    Break(
        "The four checks of a web form stay open until a member confirms each",
        INCOMING,
        "icd10=row.icd10, confirmed=confirmed, by=by, at=at,",
        'icd10=row.icd10, confirmed=("written", "wording", "coded", "exited"), by=by, at=at,',
        (f"{ARRIVING}::test_the_four_checks_are_the_providers_statement_until_a_member_confirms_each",),
    ),
    Break(
        "A page sent twice is one referral",
        "medexpro/portal/refer_views.py",
        "incoming.receive(practice, id=stamp.id,",
        "incoming.receive(practice, id=__import__('uuid').uuid4(),",
        (f"{REFER}::test_the_same_page_sent_twice_is_one_referral_and_a_robot_is_too_fast",),
    ),
    Break(
        "A form from another day is not taken",
        "medexpro/practice/outside.py",
        "if at - stamp.opened_at > oldest:",
        "if False:",
        (f"{REFER}::test_the_same_page_sent_twice_is_one_referral_and_a_robot_is_too_fast",),
    ),
    Break(
        "A practice is not flooded from many addresses",
        "medexpro/portal/refer_views.py",
        "SENT_A_MINUTE, SENT_TO_ONE = 8, 40",
        "SENT_A_MINUTE, SENT_TO_ONE = 8, 4000",
        (f"{REFER}::test_a_practice_is_not_flooded_from_many_addresses",),
    ),
    Break(
        "A code finds no other practice's source",
        ASKING_VISITORS,
        "ReferralSource.objects.of(practice).filter(code=came.code)",
        "ReferralSource.objects.filter(code=came.code)",
        (f"{LEAD_FORM}::test_the_address_of_another_practices_source_is_no_source_here",),
    ),
    Break(
        "A fax cover names no client",
        "medexpro/reports/copies.py",
        'about=f"{kind} {document.number}", at=at)',
        'about=f"{kind} of {document.episode.client.name}", at=at)',
        (f"{FAXING}::test_the_fax_is_cover_and_signed_page_and_is_kept_as_it_went",),
    ),
    Break(
        "A fax that left is not sent again",
        "medexpro/reports/tasks.py",
        "if delivery.delivered_at is not None or delivery.undone_at is not None or delivery.failed_for_good:",
        "if delivery.undone_at is not None or delivery.failed_for_good:",
        (f"{FAXING}::test_the_fax_is_cover_and_signed_page_and_is_kept_as_it_went",),
    ),
    Break(
        "The signed page behind a fax cover is drawn as it was signed",
        "medexpro/reports/copies.py",
        "whole.pages.extend(part.pages)",
        "whole.pages.extend(part.pages), whole.pages[-1].rotate(180, relative=True)",
        (f"{FAXING}::test_the_signed_page_behind_the_cover_is_drawn_as_it_was_signed",),
    ),
    Break(
        "The practice's own name may stand in its texts",
        "medexpro/wording/names.py",
        "own = [practice.name] if any(",
        "own = [] if any(",
        (f"{WORDING}::test_the_practices_own_name_may_stand",),
    ),
    Break(
        "Words somebody quotes may stand",
        "medexpro/kernel/wording.py",
        "if to not in entry.record.quotes_count and quoted.touch(hit):",
        "if False:",
        ("tests/wording/test_marks.py::test_who_reads_it_and_what_stands_around_decide",),
    ),
    Break(
        "The release is asked again when a letter is sent",
        "medexpro/outreach/letter_sending.py",
        "if sentence := letters.obstacle_of(letter):",
        'if sentence := "":',
        (f"{LETTERS}::test_a_release_taken_back_after_signing_stops_the_letter",),
    ),
    Break(
        "A result letter tells only what counts",
        "medexpro/outreach/letter_contents.py",
        "better = [one for one in everything if one.verdict is Verdict.BETTER and one.outcome.name in counted]",
        "better = list(everything)",
        (f"{LETTERS}::test_nothing_that_counts_is_no_result",),
    ),
    Break(
        "A signed letter is not written on",
        "medexpro/outreach/letters.py",
        '    if not letter.is_draft:\n        raise LetterRefused("This letter is signed or was put away, and does not change.")\n',
        "",
        (f"{LETTERS}::test_a_signed_letter_is_one_archival_page_with_the_code_and_what_goes_along",),
    ),
    Break(
        "A signed letter is sealed in the database",
        "medexpro/outreach/letter_models.py",
        '@sealed("OLD.signed_at IS NOT NULL", may_follow=("state", "problem", "version", "updated_at"))',
        '@sealed("OLD.signed_at IS NOT NULL", may_follow=("pdf", "state", "problem", "version", "updated_at"))',
        (f"{LETTERS}::test_a_signed_letter_does_not_change_in_the_database_either",),
    ),
    Break(
        "The mail with a link says nothing of the client",
        "medexpro/reports/sending.py",
        "the {name} {document.number} is one page.",
        "the {name} {document.number} of {document.episode.client.name} is one page.",
        (f"{MAILED_LINK}",),
    ),
    Break(
        "A link is mailed once",
        "medexpro/reports/tasks.py",
        "if delivery.delivered_at is not None or delivery.revoked_at is not None:",
        "if delivery.revoked_at is not None:",
        (f"{MAILED_LINK}",),
    ),
    Break(
        "A visitor confirms their address before anything is held for them",
        ASKING_VISITORS,
        "if lead.confirmed_at is None or lead.unsubscribed_at is not None:",
        "if lead.unsubscribed_at is not None:",
        (f"{LEAD_FORM}::test_a_time_held_for_one_is_offered_to_nobody_else",),
    ),
    Break(
        "Who unsubscribed is not brought back by the link of the first mail",
        ASKING_VISITORS,
        "    if lead.unsubscribed_at is not None:\n",
        "    if False:\n",
        (f"{LEAD_FORM}::test_who_unsubscribed_is_not_brought_back_by_the_link_of_the_first_mail",),
    ),
    Break(
        "Whoever had everything deleted is mailed no more",
        ASKING_VISITORS,
        "if addresses.why_not(lead.practice, lead.email):",
        "if False:",
        (f"{LEAD_FORM}::test_one_click_ends_it_and_forgetting_leaves_only_a_hash",),
    ),
    Break(
        "A mail is claimed by one worker",
        MAILING,
        "taken = Mail.objects.filter(pk=pk, state__in=TO_LEAVE, due_at__lte=at).update(",
        "taken = Mail.objects.filter(pk=pk).update(",
        (f"{MAILS}::test_a_worker_that_was_ended_never_sends_twice_and_a_restored_backup_sends_nothing",),
    ),
    Break(
        "A letter that was put off is tried again",
        "medexpro/marketing/rules/mailing.py",
        "return Answer.NEVER if 500 <= code <= 599 else Answer.LATER",
        "return Answer.NEVER if 400 <= code <= 599 else Answer.LATER",
        (f"{MAILS}::test_put_off_is_tried_again_later_and_given_up_at_last",),
    ),
    Break(
        "The plan counts only what was said since it began",
        "medexpro/outreach/readiness.py",
        "said = {key: one for key, one in said.items() if one.on >= run.begun_on}",
        "said = dict(said)",
        (f"{READINESS}::test_what_was_said_of_a_task_before_the_plan_began_does_not_count_for_it",),
    ),
)


def main(wanted: list[int]) -> int:
    """Break each rule wanted, or all; return 0 when every break was noticed."""
    chosen = [(n, one) for n, one in enumerate(BREAKS, start=1) if not wanted or n in wanted]
    if lost := [words for _, one in chosen if (words := _lost(one))]:
        raise SystemExit("\n".join(lost))
    unnoticed = 0
    for number, one in chosen:
        noticed = _noticed(one)
        unnoticed += not noticed
        print(
            f"{number:2} {'red  ' if noticed else 'GREEN'} {one.rule}\n         {noticed or 'nobody noticed'}",
            flush=True,
        )
    return 1 if unnoticed else 0


def _lost(one: Break, tree: Path = ROOT) -> str:
    """Return the sentence that says a break no longer finds its one place in the code; empty when it does."""
    place = tree / one.file
    count = place.read_text(encoding="utf-8").count(one.right) if place.is_file() else 0
    return "" if count == 1 else f"{one.rule}: {one.right!r} stands {count} times in {one.file}"


def _noticed(one: Break) -> str:
    """Return the first test that fails with the rule broken; empty when none does."""
    with tempfile.TemporaryDirectory(prefix="medexpro-broken-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(
            ROOT, tree, ignore=shutil.ignore_patterns(".git", ".venv", "out", "__pycache__", ".*_cache")
        )
        (tree / ".venv").symlink_to(ROOT / ".venv")
        place = tree / one.file
        if lost := _lost(one, tree):  # Changed since all the places were looked at.
            raise SystemExit(lost)
        text = place.read_text(encoding="utf-8")
        place.write_text(text.replace(one.right, one.wrong), encoding="utf-8")
        command = ["tools/pytest", "-q", "-x", "--no-header", *one.tests]
        alone = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        run = subprocess.run(command, cwd=tree, env=alone, capture_output=True, text=True, check=False)
        failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED ", "ERROR tests/"))]
        if run.returncode not in (0, 1):
            raise SystemExit(f"{one.rule}: the tests did not run\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return failed[0].split(" - ")[0].split(maxsplit=1)[1] if failed else ""


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
