"""Telling a case by the operations a practice uses; only long rows of past sessions are written at once."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from medexpro.assessments import operations as assessments
from medexpro.assessments.rules.entry import RAW_SUM
from medexpro.audit.kinds import declare
from medexpro.clearance import operations as clearance
from medexpro.clearance import state as clearance_state
from medexpro.clearance.questionnaire import questionnaire
from medexpro.clients.agreements import MESSAGES, kinds
from medexpro.clients.models import Client
from medexpro.clients.operations import agreements, facts, people
from medexpro.config.demo import history
from medexpro.config.demo.cases import HIP, KNEE, SHOULDER, Case, Course
from medexpro.config.demo.people import House
from medexpro.episodes import operations as episodes
from medexpro.episodes.models import Episode
from medexpro.kernel.findings import Weight
from medexpro.kernel.quantities import rounded
from medexpro.knowledge.library import library
from medexpro.programs import evidence
from medexpro.programs import operations as programs
from medexpro.programs.models import Program
from medexpro.referrals import operations as referrals
from medexpro.reports import operations as reports
from medexpro.reports import sending

# Whose documents are still owed: of each of the six kinds one is. All others went out in time.
OWED = ("Ellison", "Tanaka")
NOTHING_SENT = ("Patel",)  # Neither letter nor summary.
NO_SUMMARY = ("Whitfield",)  # Discharged two days ago.
# Whose provider sees them in so many days: the report goes out two days before.
VISITS = {"Dawson": 4}
# Older referrals were acknowledged by fax alone, and their summaries lie on paper.
ON_FILE_DAYS = 120
# What became of a document at each provider's office.
ANSWERS = {"raman": ("page", True), "osei": ("page", False), "varga": ("", False)}
TOLD = declare("demo:practice:told", "Loaded the demo practice")

PARTS = {
    # part: joint, procedure, population tag, protocol, codes by side, course
    "knee": (
        "knee",
        "total knee replacement",
        "total_knee_replacement",
        "total_knee_replacement",
        {"right": "Z96.651", "left": "Z96.652"},
        KNEE,
    ),
    "hip": (
        "hip",
        "total hip replacement",
        "total_hip_replacement",
        "total_hip_replacement",
        {"right": "Z96.641", "left": "Z96.642"},
        HIP,
    ),
    "shoulder": (
        "shoulder",
        "rotator cuff repair",
        "",
        "shoulder_repair",
        {"right": "M75.121", "left": "M75.122"},
        SHOULDER,
    ),
}
# How the surgeon's letter says a protocol's precaution, as it stands on the amber strip.
SHORT = {
    "tkr_impact": "No running or jumping",
    "tkr_kneel": "No kneeling on the operated knee",
    "tkr_load": "Effort 6 of 10 at most; no load that swells the knee",
    "thr_post": "Hip not past 90°, no crossing, no inward turn",
    "thr_ant": "No far hip extension with outward turn",
    "thr_seat": "Seat high, machine seats moved back",
    "thr_impact": "No running or jumping",
    "load_release": "No load before the surgeon’s release",
    "rcr_phase": "No heavy overhead work",
}
ACTIVITIES = {
    "knee": "Climb the stairs at home, one foot per step",
    "hip": "Walk to the store and back without a stop",
    "shoulder": "Put a plate on the top shelf",
}
# How a test is done in this practice, where that matters for comparing it.
WAYS = {"gait_speed_4m": "run_in", "six_minute_walk": "corridor_30m"}
GOALS = {
    "knee": (("tug", "none", 10.0, 30), ("lefs", "none", 62, 90)),
    "hip": (("chair_stand_30s", "none", 9, 30), ("six_minute_walk", "none", 320, 90)),
    "shoulder": (("rom_shoulder_flexion", "case", 140, 30), ("rom_shoulder_flexion", "case", 160, 90)),
}


class Teller:
    """Tells cases in one house. today: the practice's day the demo is loaded on."""

    def __init__(self, house: House, now: datetime):
        self.house, self.now = house, now
        self.today = house.practice.day(now)

    def at(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """Return a moment so many days ago, at the practice's clock; never later than now."""
        day = self.today - timedelta(days=days_ago)
        return min(datetime.combine(day, time(hour, minute), tzinfo=self.house.practice.tz), self.now)

    def tell(self, case: Case) -> Episode:
        """Tell one case as far as it has come."""
        lead = self.house.members[case.lead]
        client = self._client(case)
        episode = self._referral(case, client)
        if case.state == "referral":
            return episode
        form = clearance.start_screening(episode, by=lead, at=self.at(case.referred - 2, 10))
        for question in questionnaire().questions:
            given = case.yes.get(question.id, {"answer": "no"})
            clearance.answer(form, question.id, given, by=lead, at=self.at(case.referred - 2, 10, 5))
        clearance.finish_screening(form, by=lead, at=self.at(case.referred - 2, 10, 20))
        if case.plan:
            self._plan(case, episode, form)
        if case.state in ("screening", "held"):
            return self._held(case, episode) if case.state == "held" else episode
        self._clear(case, episode)
        episode.refresh_from_db()
        if case.state == "cleared":
            return episode
        program = self._program(case, episode)
        self._course(case, episode, program)
        self._end(case, episode)
        return episode

    def _client(self, case: Case) -> Client:
        desk, at = self.house.grace, self.at(case.referred, 9)
        client = people.quick_add(
            given_name=case.given,
            family_name=case.family,
            salutation=case.salutation,
            birth_date=case.born,
            sex=case.sex,
            dominant_hand="right",
            phone=f"555-0{200 + Client.objects.filter(practice=self.house.practice).count()}",
            email=f"{case.given}.{case.family}@example.org".lower() if case.reminded else "",
            by=desk,
            at=at,
            knowingly=True,
        )
        people.add_contact(
            client,
            name=f"{case.family} family",
            relation="Family",
            phone="555-0300",
            is_emergency=True,
            by=desk,
            at=at,
        )
        for kind in [*agreements_needed(), *([MESSAGES] if case.reminded else [])]:
            agreements.sign_consent(client, kind=kind, version=1, signed_name=client.name, by=desk, at=at)
        lead = self.house.members[case.lead]
        for member in {lead, *(self.house.members[key] for key in case.assigned)}:
            people.assign(client, member, by=self.house.rosa, at=at)
        for words in case.conditions:
            condition = facts.record_condition(client, words=words, source="Referral", by=lead, at=at)
            # Whoever is in service had what the record suggests confirmed; the held one still waits for it.
            for effect in condition.to_confirm if case.state != "held" else ():
                facts.answer_effect(condition, effect=effect, applies=True, by=lead, at=at)
        for words, effects in case.medications:
            facts.record_medication(
                client, words=words, effects=list(effects), source="Client", by=lead, at=at
            )
        return client

    def _referral(self, case: Case, client: Client) -> Episode:
        joint, procedure, tag, _, codes, _ = PARTS[case.part]
        lead, desk, at = self.house.members[case.lead], self.house.grace, self.at(case.referred, 9, 20)
        day = self.today - timedelta(days=case.referred)
        surgery = facts.record_surgery(
            client,
            procedure=f"{case.side.capitalize()} {procedure}",
            procedure_tag=tag,
            joint=joint,
            side=case.side,
            performed_on=self.today - timedelta(days=case.surgery),
            approach=case.approach,
            surgeon=self.house.providers[case.provider],
            by=lead,
            at=at,
        )
        exited = "exited" not in case.missing_checks
        referral = referrals.take_in(
            client,
            provider=self.house.providers[case.provider],
            received_on=day,
            channel="fax",
            written_on=day - timedelta(days=2),
            valid_to=day + timedelta(days=365),
            wording="Please begin medical exercise with functional conditioning. Discharged from PT.",
            exit_confirmed_on=day - timedelta(days=4) if exited else None,
            icd10=[codes[case.side]],
            by=desk,
            at=at,
        )
        referrals.confirm_shown(referral, by=desk, at=at)
        if case.referred > ON_FILE_DAYS:
            referrals.acknowledge(referral, channel="fax", by=desk, at=self.at(case.referred, 15))
        episode = Episode.objects.get(referral=referral)
        population = [tag] if tag else ["shoulder_pain"]
        episodes.change(
            episode,
            title=case.title,
            deficit=case.deficit,
            surgery=surgery,
            side=case.side,
            lead=lead,
            population=population,
            onset_on=self.today - timedelta(days=case.surgery),
            next_provider_visit_on=self._visit(case),
            by=lead,
            at=at,
        )
        rows = Episode.objects.select_related("client", "practice", "surgery", "referral__provider")
        episode = rows.get(pk=episode.pk)
        if 3 < case.referred <= ON_FILE_DAYS:
            self._acknowledge(episode, self.at(case.referred, 15))
        return episode

    def _visit(self, case: Case) -> date | None:
        days = VISITS.get(case.family)
        return self.today + timedelta(days=days) if days else None

    def _acknowledge(self, episode: Episode, at: datetime) -> None:
        """Let the front desk write, sign and fax the acknowledgement."""
        desk = self.house.grace
        letter = reports.draft(episode, "acknowledgement", by=desk, at=at)
        letter = reports.sign(letter, recently_signed_in=True, by=desk, at=at)
        sending.send(letter, "fax", by=desk, at=at)

    def _plan(self, case: Case, episode: Episode, form) -> None:
        lead, at = self.house.members[case.lead], self.at(case.referred - 3, 11)
        heart = self.house.providers["haddad"]
        clearance.record_plan(
            episode,
            kind="cardiology",
            provider=heart,
            names_service=True,
            written_on=self.house.practice.day(at),
            words="Stable. Light to moderate exercise here twice a week, seated rests, stop at breathlessness.",
            by=lead,
            at=at,
        )
        clearance.record_limit(
            episode,
            measure="bp_systolic",
            op=">",
            value=Decimal(150),
            closes="session",
            provider=heart,
            written_on=self.house.practice.day(at),
            words="No exercise above 150 systolic",
            by=lead,
            at=at,
        )
        form.refresh_from_db()
        result = clearance_state.weigh_screening(episode, form, self.house.practice.day(at))
        for finding in result.findings:
            if finding.weight == Weight.DECIDE:
                clearance.decide_finding(
                    form,
                    finding.code,
                    choice="go_on",
                    reason="Inside Dr. Haddad’s written plan",
                    by=lead,
                    at=at,
                )

    def _held(self, case: Case, episode: Episode) -> Episode:
        day = self.house.practice.day(self.at(case.referred - 3, 12))
        clearance.refer_back(
            episode,
            trigger="screen-heart_condition-heart_failure",
            findings=clearance_state.waiting_for_provider(episode, day),
            observed="Heart failure on file, short of breath after standing for 20 minutes; a cardiology plan is asked for",
            provider=self.house.providers["haddad"],
            channel="fax",
            by=self.house.members[case.lead],
            at=self.at(case.referred - 3, 12),
        )
        episode.refresh_from_db()
        self._document(case, episode, "change_in_status", self.at(case.referred - 3, 13))
        return episode

    def _clear(self, case: Case, episode: Episode) -> None:
        lead, at = self.house.members[case.lead], self.at(case.referred - 4, 13)
        form = episode.screenings.get()
        for finding in clearance_state.weigh_screening(episode, form, self.house.practice.day(at)).findings:
            if finding.weight == Weight.DECIDE and finding.code not in form.decisions:
                clearance.decide_finding(
                    form,
                    finding.code,
                    choice="go_on",
                    reason="Known and stable, named in the clearance letter",
                    by=lead,
                    at=at,
                )
                form.refresh_from_db()
        day = self.house.practice.day(at)
        ends = day + timedelta(days=case.clearance_days) if case.clearance_days else day + timedelta(days=365)
        clearance.grant(
            episode,
            provider=self.house.providers[case.provider],
            provider_words="Cleared for light to moderate exercise.",
            valid_from=day,
            valid_to=ends,
            by=lead,
            at=at,
        )

    def _program(self, case: Case, episode: Episode) -> Program:
        lead, at = self.house.members[case.lead], self.at(case.referred - 6, 14)
        protocol = PARTS[case.part][3]
        program = programs.make(
            episode,
            protocol_id=protocol,
            variant=case.variant or ("cuff_repair" if case.part == "shoulder" else ""),
            by=lead,
            at=at,
        )
        surgeon = self.house.providers[case.provider]
        for precaution in episode.precautions.filter(state="suggested"):
            clearance.confirm_precaution(
                precaution,
                provider=surgeon,
                words="As in the operative letter",
                on=self.house.practice.day(at),
                text=SHORT.get(precaution.protocol_item, ""),
                by=lead,
                at=at,
            )
        return program

    def _course(self, case: Case, episode: Episode, program: Program) -> None:
        """Baseline, sessions, and a reassessment every 30 days until today or the discharge."""
        lead = self.house.members[case.lead]
        first, last = case.referred - 6, case.ended or 0
        course: Course = PARTS[case.part][5]
        if case.side != {"knee": "right", "hip": "left", "shoulder": "right"}[case.part]:
            course = {_mirrored(key): value for key, value in course.items()}
        whole = max(1, first - last)
        marks = list(range(first, last - 1, -28))
        if not case.ended and case.family in ("Ellison", "Carvalho"):
            marks = marks[:-1] if marks[-1] < 4 else marks  # Their reassessment is due now.
        start = self.today - timedelta(days=first - 1)
        until = self.today - timedelta(days=last + 1)
        if case.state == "on_hold":
            until = self.today - timedelta(days=6)
        if case.state == "expired":
            until = self.today - timedelta(days=7)
        days = list(history.training_days(start, until, case.weekdays))
        if len(days) > 8:
            del days[5]  # One was missed.
        for place, days_ago in enumerate(marks):
            days = self._train(case, episode, program, days, until=self.today - timedelta(days=days_ago))
            progress = case.shape * (first - days_ago) / whole
            self._assess(
                case, episode, course, "baseline" if place == 0 else "reassessment", days_ago, progress
            )
            if place:
                self._phase(episode, program, by=lead, at=self.at(days_ago, 16))
            if place == 0:
                for measure, side, target, horizon in GOALS[case.part]:
                    assessments.set_goal(
                        episode,
                        horizon_days=horizon,
                        measure=measure,
                        side=case.side if side == "case" else side,
                        target=_decimal(measure, target),
                        activity=case.activity or ACTIVITIES[case.part],
                        by=lead,
                        at=self.at(days_ago, 15, 30),
                    )
            # Before the next measuring: a document says what the record held on its day.
            if place == 0 and case.family in NOTHING_SENT:
                continue
            if place == 0:
                self._document(case, episode, "introductory_letter", self.at(days_ago, 17))
                if case.referred <= ON_FILE_DAYS:
                    self._document(case, episode, "assessment_summary", self.at(days_ago - 3, 12))
            elif days_ago > 0 and not (place == len(marks) - 1 and case.family in OWED):
                self._document(case, episode, "progress_report", self.at(days_ago - 1, 8, 30))

        self._train(case, episode, program, days, until=until)

    def _train(
        self, case: Case, episode: Episode, program: Program, days: list[date], *, until: date
    ) -> list[date]:
        """Write the sessions up to a day, in the program's present phase, and return the days that are left."""
        come = [day for day in days if day <= until]
        number = episode.sessions.count() + 1
        history.write_sessions(
            episode, program, come, by=self.house.members[case.lead], hour=case.hour, first_number=number,
            pressure=case.pressure, seed=case.surgery + number,
        )  # fmt: skip
        return days[len(come) :]

    def _phase(self, episode: Episode, program: Program, *, by, at: datetime) -> None:
        """Open the next phase where what was measured meets every criterion."""
        answers = {item.id: False for item in evidence.proposal(program, at=at, episode=episode).asking}
        found = evidence.proposal(program, at=at, episode=episode, answers=answers)
        if found.choice == "advance" and not found.last:
            programs.decide_phase(program, choice="advance", answers=answers, by=by, at=at)

    def _assess(
        self, case: Case, episode: Episode, course: Course, kind: str, days_ago: int, progress: float
    ) -> None:
        lead, at = self.house.members[case.lead], self.at(days_ago, 15)
        measures = list(dict.fromkeys(key.split("/")[0] for key in course))
        known = [measure for measure in measures if measure in library().measures]
        assessment = assessments.start(episode, kind, measures=known, by=lead, at=at)
        for key, (begin, end) in course.items():
            measure, _, side = key.partition("/")
            if measure not in known:
                continue
            value = _decimal(measure, begin + (end - begin) * progress)
            raw = measure in ("koos_jr", "hoos_jr")
            unit = RAW_SUM if raw else library().measures[measure].unit
            value = value.to_integral_value() if raw else value
            trials = library().measures[measure].trials.count
            spread = [value, value - _step(measure), value - 2 * _step(measure)] if trials > 1 else [value]
            if library().measures[measure].direction == "lower_better":
                spread = [value + (value - other) for other in spread]
            assessments.record(
                assessment,
                measure=measure,
                side=side or "none",
                confirmed=True,
                by=lead,
                at=at,
                device=WAYS.get(measure, ""),
                trials=[{"value": f"{one:f}", "unit": unit} for one in spread[:trials]],
            )
        assessments.finish(
            assessment, left_out="Not part of this visit", by=lead, at=at + timedelta(minutes=40)
        )

    def _document(self, case: Case, episode: Episode, kind: str, at: datetime) -> None:
        """Draft, sign and send one document by a link, and note what the provider's office did with it."""
        lead = self.house.members[case.lead]
        document = reports.draft(episode, kind, by=lead, at=at)
        document = reports.sign(document, recently_signed_in=True, by=lead, at=at)
        sent = sending.send(document, "link", by=lead, at=at)
        opened, acknowledged = ANSWERS[case.provider]
        if opened:
            sending.note_opening(sent.delivery, what=opened, at=min(at + timedelta(hours=2), self.now))
        if acknowledged:
            sending.acknowledge(sent.delivery, at=min(at + timedelta(hours=2), self.now))

    def _end(self, case: Case, episode: Episode) -> None:
        lead = self.house.members[case.lead]
        episode.refresh_from_db()
        if case.state == "discharged" and case.ended is not None:
            episodes.discharge(
                episode,
                ended_reason="goals_met",
                words="Goals reached",
                goals_reached=case.activity or ACTIVITIES[case.part],
                next_step="maintenance",
                by=lead,
                at=self.at(case.ended, 16),
            )
            if case.family not in NO_SUMMARY:
                episode.refresh_from_db()
                self._document(case, episode, "discharge_summary", self.at(case.ended, 17))
        elif case.state == "on_hold":
            clearance.refer_back(
                episode,
                trigger="calf_clot",
                observed="Left calf swollen and warm since last night, said at check-in",
                provider=self.house.providers[case.provider],
                channel="phone",
                by=lead,
                at=self.at(0, 7, 42),
            )


def agreements_needed() -> list[str]:
    """Return the agreements asked for before the first session."""
    return [key for key, kind in kinds().items() if kind.needed]


def _mirrored(key: str) -> str:
    """Return a course's key for the other side; grip goes with the hand, not with the operated side."""
    measure, _, side = key.partition("/")
    other = {"left": "right", "right": "left"}.get(side)
    return f"{measure}/{other}" if other and measure != "grip_strength" else key


def _decimal(measure: str, value: float) -> Decimal:
    """Return a value in the step the measure is read in."""
    return rounded(Decimal(str(round(value, 4))), library().measures[measure].precision)


def _step(measure: str) -> Decimal:
    return library().measures[measure].precision
