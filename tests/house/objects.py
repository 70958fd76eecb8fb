"""What fills an address: for each value in a path, how to build the thing it names.

A new address whose path takes a value not listed here fails `test_access`. Add one line: the value's name, or the full
name of the address where the same word means something else there. Builders get a `World`: the cast, and whatever is
built once and shared (an episode with its program, a session). All of it belongs to Northbridge.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any

import pikepdf

from medexpro.clearance import operations as clearance
from medexpro.clients.agreements import kinds as all_agreements
from medexpro.clients.operations import agreements, documents, facts, people
from medexpro.kernel.findings import Finding, Weight
from medexpro.kernel.ids import uuid7
from medexpro.knowledge import own
from medexpro.knowledge.figures import sheet
from medexpro.marketing import operations as marketing
from medexpro.practice import links
from medexpro.programs.models import ProgramExercise
from medexpro.referrals.incoming import tracking_token
from medexpro.reports import sending
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import GroupPlace, Reminder
from tests import scenario
from tests.conftest import MORNING, TODAY
from tests.marketing import screening
from tests.reports import reporting


@dataclass
class World:
    """Northbridge with Janet's record in it, each part built when it is first asked for."""

    cast: Any

    @cached_property
    def episode(self) -> Any:
        return scenario.programmed(self.cast)

    @cached_property
    def session(self) -> Any:
        from medexpro.sessions import operations

        return operations.open_session(self.episode, by=self.cast.ana, at=MORNING)

    @cached_property
    def assessment(self) -> Any:
        from medexpro.assessments import operations

        return operations.start(self.episode, "check", measures=["tug"], by=self.cast.ana, at=MORNING)

    @cached_property
    def asking(self) -> Any:
        from medexpro.assessments.operations import questionnaires

        return questionnaires.ask(self.episode, ["psfs", "pain"], "phone", by=self.cast.ana, at=MORNING)

    @cached_property
    def measurement(self) -> Any:
        from medexpro.assessments import operations

        return operations.record(
            self.assessment, measure="tug", trials=[{"value": "13.8"}], by=self.cast.ana, at=MORNING
        )

    @cached_property
    def goal(self) -> Any:
        from medexpro.assessments import operations

        self.measurement  # noqa: B018 - a goal needs a baseline
        return operations.set_goal(
            self.episode, horizon_days=30, measure="tug", target=Decimal(11), activity="cross the street",
            by=self.cast.ana, at=MORNING,
        )  # fmt: skip

    @cached_property
    def invitation(self) -> Any:
        made, _ = links.invite(
            email="lena@example.org", full_name="L", roles=["mentor"], by=self.cast.olga, at=MORNING
        )
        return made

    @cached_property
    def upload(self) -> Any:
        from medexpro.fhir.models import Upload

        # Nobody's among those who may bring records in: each finds only their own.
        return Upload.objects.create(
            practice=self.cast.northbridge, member=self.cast.olga, contents=b"", uploaded_at=MORNING
        )

    @cached_property
    def client_list(self) -> Any:
        from medexpro.clients.operations import sheets

        return sheets.keep(
            "clients.csv", b"Name,DOB\nRuth Abernathy,1951-01-09\n", by=self.cast.olga, at=MORNING
        )

    @cached_property
    def other_record(self) -> Any:
        return people.quick_add(
            given_name="Jan", family_name="Ellery", knowingly=True, by=self.cast.ben, at=MORNING
        )

    @cached_property
    def merge(self) -> Any:
        from medexpro.clients.operations import merging

        gone = people.quick_add(
            given_name="J.", family_name="Ellery", knowingly=True, by=self.cast.ben, at=MORNING
        )
        return merging.merge(self.cast.janet, gone, by=self.cast.ana, at=MORNING)

    @cached_property
    def contact(self) -> Any:
        return people.add_contact(
            self.cast.janet, name="Tom Ellery", phone="555-0180", by=self.cast.ben, at=MORNING
        )

    @cached_property
    def document(self) -> Any:
        scan = BytesIO()
        letter = pikepdf.new()
        letter.add_blank_page()
        letter.save(scan)
        size = scan.tell()
        scan.seek(0)
        return documents.add_document(
            self.cast.janet, file=scan, size=size, title="Letter", by=self.cast.ben, at=MORNING
        )

    @cached_property
    def medication(self) -> Any:
        return facts.record_medication(self.cast.janet, words="Metoprolol", by=self.cast.ana, at=MORNING)

    @cached_property
    def consent(self) -> Any:
        kind = next(iter(all_agreements()))
        return agreements.sign_consent(
            self.cast.janet, kind=kind, version=1, signed_name="Janet Ellery", by=self.cast.ben,
            at=MORNING,
        )  # fmt: skip

    @cached_property
    def limit(self) -> Any:
        return clearance.record_limit(
            self.episode, measure="bp_systolic", op=">", value=Decimal(150), provider=self.cast.dr_raman,
            written_on=TODAY, by=self.cast.ana, at=MORNING,
        )  # fmt: skip

    @cached_property
    def tighter(self) -> Any:
        return clearance.tighten(
            self.cast.northbridge, measure="bp_systolic", op=">", value=Decimal(150), by=self.cast.olga,
            reason="Our medical advisor", at=MORNING,
        )  # fmt: skip

    @cached_property
    def own_version(self) -> Any:
        content = own.starting_content(self.cast.northbridge, "exercise", "heel_slide") | {"cues": "Slowly."}
        draft = own.keep_draft("exercise", "heel_slide", content, by=self.cast.ana, at=MORNING)
        return own.put_in_service(draft, by=self.cast.ana, at=MORNING)

    @cached_property
    def own_draft(self) -> Any:
        content = own.starting_content(self.cast.northbridge, "measure", "tug") | {
            "protocol": "From a chair of 45 cm."
        }
        return own.keep_draft("measure", "tug", content, by=self.cast.ana, at=MORNING)

    @cached_property
    def precaution(self) -> Any:
        return clearance.add_precaution(self.episode, text="No kneeling", by=self.cast.ana, at=MORNING)

    @cached_property
    def line(self) -> Any:
        return ProgramExercise.objects.of(self.cast.northbridge).filter(episode=self.episode).first()

    @cached_property
    def report(self) -> Any:
        return reporting.signed(self.cast)

    @cached_property
    def acknowledgement(self) -> Any:
        from medexpro.reports import acknowledging

        return acknowledging.write(self.report.episode.referral, by=self.cast.ben, at=reporting.LATER)

    @cached_property
    def batch(self) -> Any:
        from medexpro.reports import batches

        wanted = [(self.report.episode_id, "progress_report")]
        return batches.start(wanted, by=self.cast.ana, at=reporting.LATER)

    @cached_property
    def document_sent(self) -> Any:
        return sending.send(self.report, "link", by=self.cast.ana, at=reporting.LATER)

    @cached_property
    def delivery(self) -> Any:
        return self.document_sent.delivery

    @cached_property
    def asked(self) -> Any:
        from medexpro.reports import asking

        return asking.ask(
            self.report.episode,
            self.cast.dr_raman,
            "May she kneel?",
            "link",
            by=self.cast.ana,
            at=reporting.LATER,
        )

    @cached_property
    def question(self) -> Any:
        return self.asked.question

    @cached_property
    def proposal(self) -> Any:
        return reporting.proposed(self.cast, self.question)

    @cached_property
    def print_batch(self) -> Any:
        from medexpro.reports.models import PrintBatch

        line = {"document": str(self.report.pk), "channel": "fax", "to": "216-555-0117", "delivery": ""}
        pages = bytes(self.report.pdf)
        return PrintBatch.objects.create(
            practice=self.cast.northbridge,
            member=self.cast.ana,
            lines=[line],
            made_at=reporting.LATER,
            pdf=pages,
        )

    @cached_property
    def back(self) -> Any:
        return clearance.refer_back(
            self.episode, trigger="other", observed="New swelling of the calf", by=self.cast.ana, at=MORNING
        )

    @cached_property
    def service(self) -> Any:
        return scheduling.add_service(
            name="Session", minutes=60, kind="exercise", by=self.cast.olga, at=MORNING
        )

    @cached_property
    def booking(self) -> Any:
        self.episode  # noqa: B018 - exercise is booked for who may start
        booked = scheduling.book(
            self.service, member=self.cast.ana, client=self.cast.janet, day=TODAY + timedelta(days=2), clock=time(9),
            by=self.cast.ana, at=MORNING,
        )  # fmt: skip
        return booked.bookings[0]

    @cached_property
    def place(self) -> Any:
        self.episode  # noqa: B018 - exercise is booked for who may start
        group = scheduling.add_service(
            name="Group", minutes=45, kind="exercise", places=6, by=self.cast.olga, at=MORNING
        )
        scheduling.book(
            group, member=self.cast.ana, client=self.cast.janet, day=TODAY + timedelta(days=3), clock=time(9),
            by=self.cast.ana, at=MORNING,
        )  # fmt: skip
        return GroupPlace.objects.get()

    @cached_property
    def reminder(self) -> Any:
        return Reminder.objects.create(
            practice=self.cast.northbridge, booking=self.booking, client=self.cast.janet,
            starts_at=self.booking.starts_at, to="janet@example.org", state="failed", failed_reason="No answer.",
        )  # fmt: skip

    @cached_property
    def disclosure(self) -> Any:
        from medexpro.record import operations

        return operations.ask_for_record(
            self.cast.janet, recipient="The client", reason="Asked for a copy", by=self.cast.ana, at=MORNING
        )

    @cached_property
    def wish(self) -> Any:
        return scheduling.wait(
            self.cast.janet, service=self.service, from_on=TODAY, by=self.cast.ana, at=MORNING
        )

    @cached_property
    def offer(self) -> Any:
        self.episode  # noqa: B018 - exercise is booked for who may start
        booked = scheduling.book(
            self.service, member=self.cast.ana, client=self.cast.janet, day=TODAY + timedelta(days=6), clock=time(9),
            by=self.cast.ana, at=MORNING,
        )  # fmt: skip
        [gone] = scheduling.cancel(booked.bookings[0], by=self.cast.ana, at=MORNING)
        return scheduling.offer(gone, self.wish, by=self.cast.ana, at=MORNING)

    @cached_property
    def screening_day(self) -> Any:
        return screening.day(self.cast)

    @cached_property
    def participant(self) -> Any:
        return screening.measured(self.screening_day, self.cast, page=True, contact=True)

    @cached_property
    def page_given(self) -> Any:
        return screening.sent(self.participant, self.cast)

    @cached_property
    def page_run(self) -> Any:
        self.participant  # noqa: B018 - somebody has to be measured
        return marketing.start_run(self.screening_day, by=self.cast.ana, at=MORNING)

    @cached_property
    def site(self) -> str:
        from tests.portal import visiting

        return visiting.opened(self.cast)

    @cached_property
    def article(self) -> Any:
        from medexpro.marketing.operations import public_page

        made = public_page.write_article(
            title="Stairs again",
            summary="What helps first",
            body="# First\n\nA rail.",
            by=self.cast.olga,
            at=MORNING,
        )
        return public_page.publish(made, by=self.cast.olga, at=MORNING)

    @cached_property
    def asker(self) -> str:
        from tests.portal import visiting

        return visiting.confirmed_token(self.cast.northbridge, at=MORNING)

    @cached_property
    def at_home(self) -> Any:
        from medexpro.programs import home_operations

        return home_operations.take_home(self.line, by=self.cast.ana, at=MORNING)

    @cached_property
    def home_sheet(self) -> Any:
        from medexpro.programs import home_operations, state

        self.at_home  # noqa: B018 - an empty one is not given
        return home_operations.give(
            state.program_of(self.episode), link=True, by=self.cast.ana, at=MORNING
        ).sheet

    @cached_property
    def offered(self) -> Any:
        from medexpro.positioning import operations

        return operations.add_service(self.cast.northbridge, name="Knees again", by=self.cast.ana, at=MORNING)

    @cached_property
    def story(self) -> Any:
        from medexpro.marketing import stories
        from tests.marketing.proving import discharged

        return stories.draft(discharged(self.cast, self.cast.janet), by=self.cast.ana, at=MORNING)

    @cached_property
    def source(self) -> Any:
        from medexpro.referrals import sources

        return sources.source_of(self.cast.dr_raman, by=self.cast.ben, at=MORNING)

    @cached_property
    def touchpoint(self) -> Any:
        from medexpro.referrals import sources

        return sources.touch(self.source, kind="call", on=TODAY, by=self.cast.ana, at=MORNING)

    @cached_property
    def incoming(self) -> Any:
        from tests.referrals.arriving import received

        self.site  # noqa: B018 - the provider's page has the looks of the public page
        return received(self.cast.northbridge)

    @cached_property
    def owed(self) -> Any:
        found = Finding(
            code="bp_low_asymptomatic",
            sentence="Under 90 systolic.",
            weight=Weight.NOTE,
            tell_within_hours=24,
        )
        [owed] = clearance.owe_telling(
            self.episode, [found], session_id=uuid7(), by=self.cast.ana, at=MORNING
        )
        return owed

    @cached_property
    def letter(self) -> Any:
        from medexpro.outreach import letters
        from tests.outreach import lettering

        return letters.draft(
            lettering.source(self.cast), "introduction", by=self.cast.ana, at=reporting.LATER
        )

    @cached_property
    def letters_to_many(self) -> Any:
        from medexpro.outreach import letter_batches
        from tests.outreach import lettering

        to, batch = [lettering.source(self.cast)], uuid7()
        letter_batches.start("introduction", to, id=batch, by=self.cast.ana, at=MORNING)
        return batch

    @cached_property
    def letter_sent(self) -> Any:
        from medexpro.outreach import letter_sending
        from tests.outreach import lettering

        done = lettering.signed(self.letter, self.cast, at=reporting.LATER)
        return letter_sending.send(done, "link", by=self.cast.ana, at=reporting.LATER)

    @cached_property
    def campaign(self) -> Any:
        from medexpro.marketing.operations import pipeline

        self.site  # noqa: B018 - its address stands on the page of the codes
        return pipeline.make_campaign(self.cast.northbridge, name="Flyer", by=self.cast.ben, at=MORNING)

    @cached_property
    def sequence_run(self) -> Any:
        from medexpro.marketing.models import SequenceRun
        from medexpro.marketing.operations import sequences
        from tests.marketing.leads import asked

        draft = sequences.save_draft(
            self.cast.northbridge, "asked", sequences.kinds()["asked"].mails, by=self.cast.olga, at=MORNING
        )
        lead = asked(self.cast, "Una Lind", "una@example.org")
        return SequenceRun.objects.create(
            practice=self.cast.northbridge, kind="asked", sequence=draft, lead=lead, begun_at=MORNING
        )

    @cached_property
    def newsletter(self) -> Any:
        from medexpro.marketing.operations import newsletters

        return newsletters.write(
            self.cast.northbridge, subject="Autumn", text="# Stairs", by=self.cast.olga, at=MORNING
        )

    @cached_property
    def improvement(self) -> Any:
        return self.report.episode.improvements.get()


def way_out(world: "World") -> str:
    """Return the token at the end of a mail to somebody outside."""
    from django.core import signing

    from medexpro.marketing import mailing

    lead = world.sequence_run.lead
    mail, _ = mailing.post(
        world.cast.northbridge,
        what="other",
        key="way out",
        to=lead.email,
        lead=lead,
        due_at=MORNING,
        at=MORNING,
    )
    return signing.Signer(salt=mailing.SALT).sign(mail.pk.hex)


def asked_later(world: "World") -> str:
    """Return the token of questionnaires in the episode of the report, since the links of both stand in one area."""
    from medexpro.assessments.operations import questionnaires

    episode, at = world.report.episode, reporting.LATER
    return questionnaires.ask(episode, ["psfs", "pain"], "phone", by=world.cast.ana, at=at).token


Build = Callable[[World], Any]

# By the name of the value; "area:value" where one area means something else by it.
VALUES: dict[str, Build] = {
    "client_id": lambda world: world.cast.janet.pk,
    "kind": lambda world: "medication",
    "outreach:kind": lambda world: "standard",
    "outreach:key": lambda world: "liability",
    "today:which": lambda world: "reports-owed",
    "member_id": lambda world: world.cast.asa.pk,
    "invitation_id": lambda world: world.invitation.pk,
    "factor_id": lambda world: 1,
    "token": lambda world: "no-such-token",
    "fingerprint": lambda world: sheet.fingerprint(),
    "exercise_id": lambda world: "bridge",
    "home_id": lambda world: world.at_home.pk,
    "home_sheet_id": lambda world: world.home_sheet.pk,
    "episode_id": lambda world: world.episode.pk,
    "assessment_id": lambda world: world.assessment.pk,
    "asking_id": lambda world: world.asking.asking.pk,
    "measurement_id": lambda world: world.measurement.pk,
    "goal_id": lambda world: world.goal.pk,
    "session_id": lambda world: world.session.pk,
    "provider_id": lambda world: world.cast.dr_raman.pk,
    "referral_id": lambda world: world.episode.referral_id,
    "assignment_id": lambda world: (
        people.assign(world.cast.janet, world.cast.mia, by=world.cast.ana, at=MORNING).pk
    ),
    "contact_id": lambda world: world.contact.pk,
    "other_id": lambda world: world.other_record.pk,
    "merge_id": lambda world: world.merge.pk,
    "document_id": lambda world: world.document.pk,
    "fact_id": lambda world: world.medication.pk,
    "consent_id": lambda world: world.consent.pk,
    "limit_id": lambda world: world.limit.pk,
    "precaution_id": lambda world: world.precaution.pk,
    "back_id": lambda world: world.back.pk,
    "owed_id": lambda world: world.owed.pk,
    "line_id": lambda world: world.line.pk,
    "upload_id": lambda world: world.upload.pk,
    "sheet_id": lambda world: world.client_list.pk,
    "reports:document_id": lambda world: world.report.pk,
    "reports:episode_id": lambda world: world.report.episode_id,
    "batch_id": lambda world: world.batch.pk,
    "delivery_id": lambda world: world.delivery.pk,
    "question_id": lambda world: world.question.pk,
    "answer_id": lambda world: world.proposal.answer_id,
    "proposal_id": lambda world: world.proposal.pk,
    "booking_id": lambda world: world.booking.pk,
    "place_id": lambda world: world.place.pk,
    "wish_id": lambda world: world.wish.pk,
    "offer_id": lambda world: world.offer.pk,
    "disclosure_id": lambda world: world.disclosure.pk,
    "reminder_id": lambda world: world.reminder.pk,
    "letter_id": lambda world: world.letter.pk,
    "letter_batch_id": lambda world: world.letters_to_many,
    "campaign_id": lambda world: world.campaign.pk,
    "sequence_run_id": lambda world: world.sequence_run.pk,
    "newsletter_id": lambda world: world.newsletter.pk,
    "sequence": lambda world: "asked",
    "letter_delivery_id": lambda world: world.letter_sent.delivery.pk,
    "improvement_id": lambda world: world.improvement.pk,
    "paper": lambda world: "overview",
    "day_id": lambda world: world.screening_day.pk,
    "station": lambda world: "rest",
    "participant_id": lambda world: world.participant.pk,
    "result_id": lambda world: world.participant.results.first().pk,
    "given_id": lambda world: world.page_given.pk,
    "run_id": lambda world: world.page_run.pk,
    "lead_id": lambda world: world.participant.lead.pk,
    "own_id": lambda world: world.own_version.pk,
    "service_id": lambda world: world.offered.pk,
    "text_key": lambda world: "line",
    "reader": lambda world: "clients",
    "story_id": lambda world: world.story.pk,
    "slug": lambda world: world.site,
    "source_id": lambda world: world.source.pk,
    "touch_id": lambda world: world.touchpoint.pk,
    "incoming_id": lambda world: world.incoming.pk,
    "article_id": lambda world: world.article.pk,
}
# By the full name of one address: all its values.
ADDRESSES: dict[str, Callable[[World], dict[str, Any]]] = {
    "public:article": lambda world: {"slug": world.site, "article": world.article.slug},
    "public:stop": lambda world: {"token": way_out(world)},
    "public:track": lambda world: {"token": tracking_token(world.incoming)},
    "public:refer_from": lambda world: {"code": (world.site and world.source).code},
    "public:look": lambda world: {"slug": world.site, "key": "0"},
    "public:logo": lambda world: {"slug": world.site, "key": "0"},
    "public:confirm": lambda world: {"slug": world.site, "token": world.asker},
    "public:unsubscribe": lambda world: {"slug": world.site, "token": world.asker},
    "public:forget": lambda world: {"slug": world.site, "token": world.asker},
    "assessments:record": lambda world: {"assessment_id": world.assessment.pk, "measure": "tug"},
    "assessments:note": lambda world: {"assessment_id": world.assessment.pk, "key": "struggles"},
    "portal:document": lambda world: {"token": world.document_sent.token},
    "portal:answer": lambda world: {"token": world.document_sent.token},
    "portal:question": lambda world: {"token": world.asked.token},
    "portal:letter": lambda world: {"token": world.letter_sent.token},
    "portal:questionnaire": lambda world: {"token": asked_later(world)},
    "assessments:type_questionnaire": lambda world: {"asking_id": world.asking.asking.pk, "form_id": "pain"},
    "assessments:paper_total": lambda world: {"assessment_id": world.assessment.pk, "form_id": "lefs"},
    "assessments:leave_out": lambda world: {"assessment_id": world.assessment.pk, "measure": "tug"},
    "assessments:compared": lambda world: {"episode_id": world.episode.pk, "measure": "grip_strength"},
    "assessments:choose_table": lambda world: {"episode_id": world.episode.pk, "measure": "grip_strength"},
    "assessments:prefer": lambda world: {"measure": "grip_strength"},
    "knowledge:own_new": lambda world: {"kind": "measure"},
    "knowledge:own_entry": lambda world: {"kind": world.own_version.kind, "key": world.own_version.key},
    "knowledge:own_edit": lambda world: {"kind": "measure", "key": world.own_draft.key},
    "knowledge:own_service": lambda world: {"own_id": world.own_draft.pk},
    "knowledge:own_drop": lambda world: {"own_id": world.own_draft.pk},
    "knowledge:kind": lambda world: {"kind": "measure"},
    "knowledge:show": lambda world: {"kind": "measure", "key": "grip_strength"},
    "knowledge:history": lambda world: {"kind": "measure", "key": "grip_strength"},
    "knowledge:turn": lambda world: {"kind": "norm", "key": "grip_dodds_2014_uk.csv"},
    "reports:acknowledgement": lambda world: {"referral_id": world.acknowledgement.episode.referral_id},
    "reports:acknowledgement_picture": lambda world: {
        "referral_id": world.acknowledgement.episode.referral_id
    },
    "reports:acknowledgement_pdf": lambda world: {"referral_id": world.acknowledgement.episode.referral_id},
    "reports:print_batch": lambda world: {"batch_id": world.print_batch.pk},
    "reports:print_pdf": lambda world: {"batch_id": world.print_batch.pk},
    "reports:print_went_out": lambda world: {"batch_id": world.print_batch.pk},
    "clearance:set_practice_limit_again": lambda world: {"limit_id": world.tighter.pk},
    "clearance:take_back_practice_limit": lambda world: {"limit_id": world.tighter.pk},
    "clearance:end_practice_limit": lambda world: {"limit_id": world.tighter.pk},
    "takeout:record_file": lambda world: {"disclosure_id": world.disclosure.pk, "form": "zip"},
    "sessions:group": lambda world: {"booking_id": world.place.booking_id},
    "scheduling:add": lambda world: {"kind": "service"},
    "scheduling:remove": lambda world: {"kind": "service", "row_id": world.service.pk},
    "clients:add_fact": lambda world: {"client_id": world.cast.janet.pk, "kind": "medication"},
    "clients:sign": lambda world: {"client_id": world.cast.janet.pk, "kind": next(iter(all_agreements()))},
}
# Values that name nothing of a practice: reference data is everyone's, one-time links are their holder's.
NOBODYS = {
    "paper", "sequence", "text_key", "reader", "station", "token", "kind", "key",
    "code", "measure", "which", "fingerprint", "exercise_id",
}  # fmt: skip
# Addresses whose thing belongs to one person, so that even colleagues find nothing: to whom, empty for nobody here.
PERSONAL = {
    "practice:remove_factor": "",
    "fhir:look": "",
    "clients:list_of_clients": "olga",
    "clients:rows_left": "olga",
    "reports:print_batch": "ana",
    "reports:print_pdf": "ana",
    "reports:print_went_out": "ana",
}


def values_of(world: World, name: str, kwargs: tuple[str, ...]) -> dict[str, Any]:
    """Return what fills an address. Raises LookupError with what to add where."""
    if name in ADDRESSES:
        return ADDRESSES[name](world)
    area = name.partition(":")[0]
    known = {value: VALUES.get(f"{area}:{value}") or VALUES.get(value) for value in kwargs}
    missing = [value for value, build in known.items() if build is None]
    if missing:
        raise LookupError(
            f"{name} takes {', '.join(missing)}. Say in tests/house/objects.py how to build it: "
            "a line in VALUES for the value, or in ADDRESSES for this address."
        )
    return {value: build(world) for value, build in known.items() if build}
