"""Each of the twelve protocols from the referral to the discharge: by the pages and operations people use, on the server."""

import os
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from medexpro.assessments import catalogue
from medexpro.assessments import operations as assessments
from medexpro.assessments.rules.entry import sides_needed
from medexpro.clearance import operations as clearance
from medexpro.clearance.questionnaire import questionnaire
from medexpro.clients.operations import facts
from medexpro.episodes import operations as episodes
from medexpro.episodes import populations
from medexpro.episodes.models import Episode
from medexpro.kernel.ids import uuid7
from medexpro.knowledge.library import library
from medexpro.programs import evidence, state
from medexpro.programs.models import PhaseDecision
from medexpro.referrals import operations as referrals
from medexpro.reports import operations as reports
from medexpro.sessions import operations as sessions
from medexpro.sessions.gate import Weighing
from medexpro.sessions.models import ExerciseEntry, SessionLog, SessionReading, SessionState
from tests import few_codes
from tests.conftest import MORNING, TODAY
from tests.journeys.protocols import PATHWAYS, START, Pathway
from tests.sessions.floor import Tablet

WEEKS_BEFORE = 30
# The rules are the same on PostgreSQL: one pathway with an operation and one without are walked there too.
WALKED = [PATHWAYS[0], PATHWAYS[7]] if os.environ.get("DATABASE_URL") else PATHWAYS
SLACK = {"<": -1, "<=": 0, ">": 1, ">=": 0}


@dataclass
class Walk:
    """One client's way through a protocol; `day` counts from the referral."""

    cast: Any
    path: Pathway
    sign_in: Any
    clock: Any
    browser: Any = None
    day: int = 0

    @property
    def at(self):
        return MORNING + timedelta(days=self.day)

    @property
    def protocol(self):
        return library().protocols[self.path.protocol]

    @property
    def episode(self) -> Episode:
        rows = Episode.objects.select_related(
            "client", "practice", "surgery", "condition", "referral__provider"
        )
        return rows.get(client=self.cast.janet)

    @property
    def program(self):
        program = state.program_of(self.episode)
        program.episode = self.episode
        return program

    def goes_on_to(self, day: int) -> None:
        """Let days pass, for the server too; Ana signs in on each."""
        self.day = day
        self.clock(f"{self.at:%Y-%m-%d} 09:30")
        self.browser = self.sign_in(self.cast.ana)

    def page(self, name: str = "programs:show", **query: str) -> str:
        """Return a page of the episode as it is read."""
        answer = self.browser.get(reverse(name, args=[self.episode.pk]), query)
        assert answer.status_code == 200
        return answer.content.decode()

    def posts(self, name: str, of: Any, status: int = 302, **data: Any) -> str:
        """Send a form and return what came back."""
        answer = self.browser.post(reverse(name, args=[of]), data)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer.content.decode()

    # ---- The steps

    def is_referred_screened_and_cleared(self) -> None:
        cast, path = self.cast, self.path
        happened = TODAY - timedelta(weeks=WEEKS_BEFORE if path.surgery else 2 * WEEKS_BEFORE)
        surgery = None
        if path.surgery:
            surgery = facts.record_surgery(
                cast.janet,
                side=path.side,
                performed_on=happened,
                surgeon=cast.dr_raman,
                by=cast.ana,
                at=self.at,
                **path.surgery,
            )
        referral = referrals.take_in(
            cast.janet, provider=cast.dr_raman, received_on=TODAY, channel="fax", written_on=TODAY - timedelta(days=2),
            valid_to=TODAY + timedelta(days=180), wording="Please begin medical exercise after discharge from physical therapy.",
            exit_confirmed_on=TODAY - timedelta(days=5), icd10=[path.code], by=cast.ben, at=self.at,
        )  # fmt: skip
        referrals.confirm_shown(referral, by=cast.ben, at=self.at)
        episode = Episode.objects.get(referral=referral)
        episodes.change(
            episode, title=path.title, surgery=surgery, side=path.side, onset_on=happened,
            population=populations.tags_of(episode), by=cast.ana, at=self.at,
        )  # fmt: skip
        form = clearance.start_screening(episode, by=cast.ana, at=self.at)
        for question in questionnaire().questions:
            clearance.answer(form, question.id, {"answer": "no"}, by=cast.ana, at=self.at)
        clearance.finish_screening(form, by=cast.ana, at=self.at)
        clearance.grant(episode, provider=cast.dr_raman, by=cast.ana, at=self.at)
        assert self.episode.status == "active"

    def gets_a_program(self) -> None:
        """The code suggests the protocol; its entry criteria stand there to be confirmed, its gates to be read."""
        page = self.page()
        assert populations.protocols_for(self.episode)[0].protocol_id == self.path.protocol
        for criterion in self.protocol.entry_criteria:
            assert escaped(criterion) in page
        assert f"{len(self.protocol.gates)} safety gates" in page
        first, *later = self.protocol.entry_criteria
        self.posts(
            "programs:make",
            self.episode.pk,
            protocol=self.path.protocol,
            variant=self.path.variant,
            entry=[first],
        )
        assert "Not confirmed yet" in self.page()
        self.posts("programs:confirm_entry", self.episode.pk, entry=later, words="Letter of Dr. Raman")
        page = self.page()
        assert "Not confirmed yet" not in page and page.count("Ana Torres") >= len(
            self.protocol.entry_criteria
        )
        assert state.program_of(self.episode).phase == self.protocol.phases[0].id

    def is_measured(self, kind: str, **values: Any) -> None:
        """Take everything the protocol plans, as it is typed. values: those that are not as at the start."""
        known = START | values
        assessment = assessments.start(self.episode, kind, by=self.cast.ana, at=self.at)
        wanted = self.protocol.baseline_measures if kind == "baseline" else self.protocol.reassess.measures
        typed = {key for key in wanted if catalogue.can_be_typed(library().measures[key])}
        assert typed <= set(assessment.planned), typed - set(assessment.planned)
        measures = dict.fromkeys(
            [*assessment.planned, *(key for key in values if key in self.protocol.baseline_measures)]
        )
        for key in measures:
            measure = library().measures[key]
            sides = sides_needed(catalogue.entry_of(measure), measure.sides, self.episode.side)
            for side in sides or measure.sides[:1] or ("none",):
                trials = [{"value": str(known[key]), "unit": measure.unit}] * measure.trials.count
                assessments.record(
                    assessment, measure=key, side=side or "none", trials=trials, confirmed=True, sides_meant=True,
                    by=self.cast.ana, at=self.at,
                )  # fmt: skip
        assessments.finish(assessment, left_out="Not part of this visit", by=self.cast.ana, at=self.at)

    def keeps_out(self) -> None:
        """The precaution keeps its exercise out of every session, by name, with what fits instead."""
        exercise = library().exercises[self.path.out]
        precaution = self.episode.precautions.get(protocol_item=self.path.precaution)
        if self.path.settled:
            assert "Does it hold for this client?" in self.page()
            answer = {f"{precaution.pk}-holds": "no", f"{precaution.pk}-words": ""}
            assert "Say why it does not hold" in self.posts(
                "programs:settle", precaution.pk, status=422, **answer
            )
            answer |= {f"{precaution.pk}-holds": "yes", f"{precaution.pk}-words": "Seen at the baseline"}
            self.posts("programs:settle", precaution.pk, **answer)
        wanted = {"id": str(uuid7()), "exercise": exercise.id, "reason": "I want it all the same"}
        page = self.posts("programs:add", self.episode.pk, status=422, **wanted)
        assert escaped(f"{exercise.name} doesn’t fit: ") in page
        assert exercise.id not in {line.exercise for line in state.for_session(self.program)}

    def trains_on_the_floor(self) -> None:
        """One session with all the gates of the protocol: what they list is asked, answered, and the work is logged."""
        session = sessions.open_session(self.episode, by=self.cast.ana, at=self.at)
        tablet = Tablet(session, self.cast.ana, at=self.at)
        tablet.takes_vitals()
        for _ in range(3):
            missing = [
                one.measure
                for one in Weighing(fresh(session), at=self.at).gate().findings
                if one.code.endswith("-not-taken")
            ]
            for measure in filter(None, missing):
                tablet.send(
                    "reading", measure=measure, value=str(START[measure]), moment="pre", confirmed=True
                )
        started = tablet.send("start")
        assert started["outcome"] == "applied", started
        tablet.later(40)
        for entry in session.entries.all():
            sets = [{"quantity": entry.target["quantity"], "load": None}] * entry.target["sets"]
            answer = tablet.send("log", entry=str(entry.pk), sets=sets, effort=3, pain=1)
            assert answer["outcome"] == "applied", answer
        tablet.send("close", decision="hold", response="well")
        sessions.sign(fresh(session), recently_signed_in=True, by=self.cast.ana, at=tablet.at)

    def trained_on(self, *days: int, effort: int = 3, pain: int = 1, found: tuple[dict, ...] = ()) -> None:
        """Write signed sessions of past days, as the floor leaves them."""
        lines = state.for_session(self.program)
        for day in days:
            at = MORNING + timedelta(days=day)
            session = SessionLog.objects.create(
                practice=self.cast.northbridge, episode=self.episode, program=self.program, by=self.cast.ana, number=day + 1,
                state=SessionState.SIGNED, opened_at=at, started_at=at, ended_at=at, red_flags=[], response="well",
                decision="hold", findings=list(found), signed_at=at, signed_by=self.cast.ana, marks={"gate": "go"},
            )  # fmt: skip
            SessionReading.objects.bulk_create(
                SessionReading(practice=self.cast.northbridge, session=session, episode=self.episode, measure=measure,
                               value=value, unit="", moment="pre", at=at)
                for measure, value in (("pain_nrs", 2), ("bp_systolic", 126))
            )  # fmt: skip
            ExerciseEntry.objects.bulk_create(
                ExerciseEntry(
                    practice=self.cast.northbridge, session=session, episode=self.episode, planned=line, exercise=line.exercise,
                    name=line.name, category=line.category, order=line.order, state="done", quantity_unit=line.quantity_unit,
                    sets=[{"quantity": str(line.quantity), "load": None}] * line.sets, target={"effort": line.effort},
                    effort=effort, pain=pain, logged_at=at,
                )
                for line in lines
            )  # fmt: skip

    def decides(self, choice: str, *, reason: str = "", status: int = 302, **answers: str) -> PhaseDecision:
        """Decide on the page; every question is answered no but those named. Returns what was kept."""
        asked = {f"ask_{item.id}": "no" for item in evidence.proposal(self.program, at=self.at).asking}
        self.posts(
            "programs:decide_phase", self.episode.pk, status, choice=choice, reason=reason, **asked | answers
        )
        return PhaseDecision.objects.order_by("-at", "-id").first()

    def proposes(self, choice: str, seen: str = "") -> None:
        """The page and the chart say what the record speaks for, and why."""
        words = {"advance": "advance", "hold": "hold", "regress": "step back", "refer_back": "refer back"}[
            choice
        ]
        page = self.page()
        assert f"The record speaks for: {words}" in page, evidence.proposal(self.program, at=self.at)
        assert escaped(seen) in page


def escaped(words: str) -> str:
    """Return words as a template writes them."""
    from django.utils.html import escape

    return str(escape(words))


def fresh(session: SessionLog) -> SessionLog:
    """Return the session as it stands now."""
    rows = SessionLog.objects.select_related(
        "episode__client", "episode__practice", "episode__surgery", "program", "practice"
    )
    return rows.get(pk=session.pk)


def at_the_mark(*phases: Any) -> dict[str, str]:
    """Return values that meet every criterion of phases: at the mark, or past it where the mark itself does not pass."""
    found: dict[str, Decimal] = {}
    for phase in phases:
        for one in phase.progress_when:
            value = one.value + SLACK[one.op]
            worse = found.get(one.measure, value)
            found[one.measure] = max(value, worse) if one.op in (">", ">=") else min(value, worse)
            if table := [
                row.interval_score
                for norm in library().norms.values()
                for row in norm.intervals
                if row.measure_id == one.measure
            ]:
                found[one.measure] = min(score for score in table if score >= found[one.measure])
    return {measure: str(value) for measure, value in found.items()}


@pytest.fixture
def walk(cast, sign_in, clock):
    """Return a function that begins a client's way."""
    few_codes.load()

    def begins(path: Pathway) -> Walk:
        one = Walk(cast, path, sign_in, clock)
        one.goes_on_to(0)
        return one

    return begins


@pytest.mark.parametrize("path", WALKED, ids=lambda path: path.protocol)
def test_a_protocol_is_walked_from_the_referral_to_the_discharge(path, walk):
    janet = walk(path)
    protocol, first = janet.protocol, janet.protocol.phases[0]
    janet.is_referred_screened_and_cleared()
    janet.gets_a_program()
    janet.is_measured("baseline")
    janet.keeps_out()

    # Hold: pain at work said in the last session.
    janet.goes_on_to(2)
    janet.trains_on_the_floor()
    janet.trained_on(7, pain=6)
    janet.goes_on_to(8)
    janet.proposes("hold", "Pain 6 of 10 at work on Oct 20")
    assert janet.decides("hold").proposed == "hold"

    # Advance: every criterion of the first phase is met, and two quiet sessions lie behind.
    janet.trained_on(14, 16, 21)
    janet.goes_on_to(22)
    janet.is_measured("reassessment", **at_the_mark(first))
    janet.proposes("advance", protocol.phases[1].name)
    assert "No phase opens" not in janet.page()
    kept = janet.decides("advance")
    assert (kept.from_phase, kept.to_phase, kept.reason) == (first.id, protocol.phases[1].id, "")
    assert all(one["holds"] for one in kept.evidence if one["id"].startswith("criterion-"))
    assert not any(line.blocked for line in state.lines_now(janet.program))
    assert janet.path.out not in {line.exercise for line in state.for_session(janet.program)}

    # Step back: twice too hard. Deciding otherwise takes a reason; the evidence is kept.
    janet.trained_on(23, 28, effort=9)
    janet.goes_on_to(29)
    janet.proposes("regress", "2 of the last 2 sessions")
    assert janet.decides("hold", status=422).choice == "advance"  # Nothing new was kept.
    assert janet.decides("regress").to_phase == first.id
    assert janet.program.phase == first.id

    # Refer back: a gate sent the client to the provider. The episode is held until the answer is recorded.
    leg = {"code": "calf_clot", "sentence": "New one-sided leg pain.", "weight": "stop", "action": "refer"}
    janet.trained_on(30, found=(leg,))
    janet.goes_on_to(31)
    janet.proposes("refer_back", "New one-sided leg pain, on Nov 12")
    kept = janet.decides("refer_back")
    back = kept.refer_back
    assert janet.episode.status == "referred_back" and "New one-sided leg pain" in back.observed
    asked = {f"ask_{item.id}": "no" for item in evidence.proposal(janet.program, at=janet.at).asking}
    page = janet.posts(
        "programs:decide_phase", janet.episode.pk, 422, choice="advance", reason="Now", **asked
    )
    assert "No phase opens while the provider’s answer is out" in page
    with pytest.raises(sessions.SessionRefused):
        sessions.open_session(janet.episode, by=janet.cast.ana, at=janet.at)
    clearance.record_answer(
        back,
        answer="Seen today. Go on.",
        provider=janet.cast.dr_raman,
        go_on=True,
        by=janet.cast.ana,
        at=janet.at,
    )
    assert janet.episode.status == "active"

    # Measured again at every mark: on through the phases to the last, and out by its discharge criteria.
    janet.trained_on(35, 37, 42, 44, 49, 51)
    janet.goes_on_to(52)
    janet.is_measured("reassessment", **at_the_mark(*protocol.phases))
    for _ in protocol.phases[1:]:
        janet.decides("advance", reason="Measured today; the marks of this phase are met")
    page = janet.page()
    assert janet.program.phase == protocol.phases[-1].id and "Discharge when" in page
    for criterion in protocol.discharge_criteria:
        assert escaped(criterion) in page
    janet.posts(
        "episodes:discharge",
        janet.episode.pk,
        ended_reason="goals_met",
        goals_reached="What they came for",
        next_step="membership",
    )
    assert janet.episode.status == "discharged"
    summary = reports.draft(janet.episode, "discharge_summary", by=janet.cast.ana, at=janet.at)
    assert summary.kind == "discharge_summary"
