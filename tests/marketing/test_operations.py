"""Screening days by their operations: registering, entering, giving pages, leads, letting go."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError
from django.test import override_settings

from medexpro.assessments.rules.ranges import ReadingRefused
from medexpro.audit.models import Event
from medexpro.clients.models import Client
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound
from medexpro.marketing import operations, printing, state, tasks
from medexpro.marketing.models import (
    Agreement,
    Lead,
    PageGiven,
    PageRun,
    Participant,
    ParticipantResult,
    ScreeningDay,
)
from medexpro.marketing.operations import days, pages
from medexpro.marketing.rules.safety import Standing
from tests.conftest import MORNING, TODAY
from tests.marketing import screening
from tests.pdf.reading import open_pdf, text_of

pytestmark = pytest.mark.django_db
LATER = MORNING + timedelta(minutes=10)
AFTER_31_DAYS = MORNING + timedelta(days=31)


@pytest.fixture
def day(cast) -> ScreeningDay:
    return screening.day(cast)


def values_of(one: state.Standing) -> dict:
    return {key: reading["value"] for key, reading in one.taken.items()}


# ---- The day


def test_a_form_sent_twice_sets_up_one_day(cast):
    wanted = uuid7()
    made = {
        operations.make_day(name="Market", held_on=TODAY, stations=["rest"], id=wanted, by=cast.ana, at=MORNING).pk for _ in "ab"
    }  # fmt: skip
    assert len(made) == 1 and ScreeningDay.objects.count() == 1


def test_a_day_with_strength_needs_pressure(cast):
    with pytest.raises(operations.DayRefused) as refused:
        screening.day(cast, stations=["grip"])
    assert refused.value.field == "stations"


def test_a_station_where_somebody_was_measured_stays(cast, day):
    screening.measured(day, cast)
    with pytest.raises(operations.DayRefused, match="Grip"):
        operations.change_day(
            day, name=day.name, held_on=day.held_on, stations=["rest", "gait"], by=cast.ana, at=LATER
        )


def test_nothing_is_entered_at_a_closed_day(cast, day):
    screening.person(day, cast)
    operations.close_day(day, by=cast.ana, at=LATER)
    with pytest.raises(operations.DayRefused):
        screening.person(day, cast, 8)
    with pytest.raises(operations.DayRefused):
        screening.enter(day, cast, "rest")
    operations.open_day(day, by=cast.ana, at=LATER)
    assert screening.enter(day, cast, "rest").result.pk


@pytest.mark.parametrize("who", ["asa", "ben", "olga", "bill", "rhea", "mia"])
def test_only_a_professional_sets_up_a_day(cast, who):
    with pytest.raises(NotAllowed):
        operations.make_day(name="X", held_on=TODAY, stations=["rest"], by=getattr(cast, who), at=MORNING)


def test_who_does_what_at_a_day(cast, day):
    """The front desk registers, the assistant measures; neither does the other's, and neither gives pages away."""
    found = screening.person(day, cast)
    with pytest.raises(NotAllowed):
        operations.register(day, number=8, born=70, by=cast.asa, at=MORNING)
    with pytest.raises(NotAllowed):
        screening.enter(day, cast, "rest", by=cast.ben)
    for nobody in (cast.asa, cast.ben, cast.olga):
        with pytest.raises(NotAllowed):
            operations.note_printed(found, by=nobody, at=MORNING)
    with pytest.raises(NotFound):
        screening.enter(day, cast, "rest", by=cast.dana)


# ---- Registering


def test_a_number_is_worn_by_one_person_and_the_next_free_one_is_named(cast, day):
    screening.person(day, cast, 7)
    with pytest.raises(operations.ParticipantRefused, match="next free one is 8") as refused:
        screening.person(day, cast, 7, first_name="Joan")
    assert refused.value.field == "number"


def test_a_form_sent_twice_registers_one_person(cast, day):
    wanted = uuid7()
    assert screening.person(day, cast, id=wanted) == screening.person(day, cast, id=wanted)


def test_a_participant_is_nobodys_client_and_has_no_record(cast, day):
    before = Client.objects.count()
    found = screening.measured(day, cast)
    assert Client.objects.count() == before
    assert not any(
        field.name in {"birth_date", "phone", "family_name", "address"} for field in found._meta.fields
    )
    assert not Event.objects.filter(kind__startswith="marketing:").exclude(client_id=None).exists()


def test_an_address_without_an_agreement_is_not_kept(cast, day):
    with pytest.raises(operations.ParticipantRefused):
        screening.person(day, cast, email="maria@example.org")
    assert not Participant.objects.filter(number=7).exists()


def test_what_is_agreed_to_is_kept_with_its_words_and_who_asked(cast, day):
    found = screening.person(
        day, cast, page=True, contact=True, email="maria@example.org", phone="555-0175", family_name="Ruiz"
    )
    kept = Agreement.objects.filter(participant=found).order_by("kind")
    assert [(one.kind, one.text_version, one.asked_by, one.agreed_at) for one in kept] == [
        ("contact", 1, cast.ben, MORNING), ("page", 1, cast.ben, MORNING),
    ]  # fmt: skip
    assert all("take this back" in one.text for one in kept)
    lead = Lead.objects.get()
    assert (lead.name, lead.phone, lead.state, lead.source_day, lead.text) == (
        "Maria Ruiz",
        "555-0175",
        "new",
        day,
        kept[0].text,
    )


def test_taking_back_ends_the_link_and_the_address_and_unsubscribes_the_lead(cast, day):
    found = screening.measured(day, cast, page=True, contact=True)
    given = screening.sent(found, cast)
    for agreed in Agreement.objects.filter(participant=found).select_related("participant__day"):
        operations.withdraw(agreed, by=cast.ben, at=LATER)
    found.refresh_from_db()
    given.refresh_from_db()
    assert (found.email, given.revoked_at, Lead.objects.get().state) == ("", LATER, "unsubscribed")
    with pytest.raises(operations.PageRefused):
        screening.sent(found, cast)


# ---- Measuring


def test_the_kept_values_are_those_of_assessments(cast, day):
    found = screening.measured(day, cast)
    values = values_of(state.standing_of(found, at=LATER))
    assert (
        values["grip_strength", "right"] == "24.6" and values["grip_strength", "left"] == "22.4"
    )  # The best of three.
    assert values["gait_speed_4m", "none"] == "1.142857"  # 4 m in 3.5 s, the faster of two.
    assert values["bp_systolic", "none"] == "128"


def test_two_pressures_of_one_visit_are_averaged(cast, day):
    found = screening.person(day, cast)
    values = {
        "bp_systolic-none-1": "138", "bp_diastolic-none-1": "84", "resting_hr-none-1": "70", "bp_systolic-none-2": "130",
        "bp_diastolic-none-2": "80",
    }  # fmt: skip
    screening.enter(day, cast, "rest", values=values)
    taken = values_of(state.standing_of(found, at=LATER))
    assert (taken["bp_systolic", "none"], taken["bp_diastolic", "none"]) == ("134", "82")


@pytest.mark.parametrize(("station", "values", "field"), [
    ("grip", {"grip_strength-right-1": "240"}, "grip_strength-right-1"),
    ("gait", {"gait_speed_4m-none-1": "abc"}, "gait_speed_4m-none-1"),
    ("chair", {"chair_stand_30s-none-1": "11.5"}, "chair_stand_30s-none-1"),
    ("tug", {"tug-none-1": "999"}, "tug-none-1"),
])  # fmt: skip
def test_impossible_values_are_refused_at_their_field(cast, day, station, values, field):
    screening.person(day, cast)
    screening.enter(day, cast, "rest")
    with pytest.raises(ReadingRefused) as refused:
        screening.enter(day, cast, station, values=values)
    assert refused.value.field == field


def test_an_unusual_value_is_asked_about_once_with_what_was_meant(cast, day):
    screening.person(day, cast)
    screening.enter(day, cast, "rest")
    slip = {"gait_speed_4m-none-1": "36.4"}
    with pytest.raises(operations.Unusual) as asked:
        screening.enter(day, cast, "gait", values=slip)
    assert (asked.value.field, asked.value.instead) == ("gait_speed_4m-none-1", "3.64")
    kept = screening.enter(day, cast, "gait", values=slip, meant={"gait_speed_4m-none-1"})
    assert kept.result.readings[0]["trials"][0]["meant"] is True


def test_pounds_are_read_as_pounds(cast, day):
    screening.person(day, cast)
    screening.enter(day, cast, "rest")
    kept = screening.enter(day, cast, "grip", values={"grip_strength-right-1": "55"}, unit="[lb_av]")
    assert kept.result.readings[0]["value"] == "24.94758"


def test_nobody_exerts_themselves_before_pressure_is_known(cast, day):
    screening.person(day, cast)
    with pytest.raises(operations.StandsAgainst) as refused:
        screening.enter(day, cast, "grip")
    assert refused.value.weighed.standing is Standing.FIRST
    assert not ParticipantResult.objects.exists()


def test_a_high_pressure_closes_every_station_that_exerts_until_it_falls(cast, day):
    screening.person(day, cast)
    high = {"bp_systolic-none-1": "172", "bp_diastolic-none-1": "92", "resting_hr-none-1": "88"}
    assert screening.enter(day, cast, "rest", values=high).standing.weighed.standing is Standing.HOLD
    for station in ("grip", "gait", "chair", "one_leg", "tug"):
        with pytest.raises(operations.StandsAgainst, match="rest, seated"):
            screening.enter(day, cast, station)
    lower = high | {"bp_systolic-none-1": "156", "bp_diastolic-none-1": "88"}
    again = screening.enter(day, cast, "rest", values=lower, at=LATER, asked=False)
    assert again.standing.weighed.may_exert  # The question was answered before.
    assert screening.enter(day, cast, "grip", at=LATER).result.pk


def test_a_sign_ends_it_for_the_day(cast, day):
    screening.person(day, cast)
    told = screening.enter(day, cast, "rest", signs=["chest_pressure"])
    assert told.standing.weighed.standing is Standing.EMERGENCY and "911" in told.standing.weighed.said
    later = screening.enter(day, cast, "rest", at=LATER)
    assert later.standing.weighed.standing is Standing.EMERGENCY


def test_the_question_is_answered_with_the_first_reading(cast, day):
    screening.person(day, cast)
    with pytest.raises(operations.EntryRefused) as refused:
        screening.enter(day, cast, "rest", asked=False)
    assert refused.value.field == "signs"


def test_half_a_pressure_is_none(cast, day):
    screening.person(day, cast)
    with pytest.raises(operations.EntryRefused) as refused:
        screening.enter(day, cast, "rest", values={"bp_systolic-none-1": "128"})
    assert refused.value.field == "bp_diastolic-none-1"


def test_a_slip_at_rest_is_struck_out_by_a_professional_alone_and_stays(cast, day):
    screening.person(day, cast)
    slip = {"bp_systolic-none-1": "218", "bp_diastolic-none-1": "82", "resting_hr-none-1": "70"}
    entered = screening.enter(day, cast, "rest", values=slip)
    assert entered.standing.weighed.standing is Standing.CLOSED
    with pytest.raises(NotAllowed):
        operations.strike(entered.result, by=cast.asa, at=LATER)
    operations.strike(entered.result, by=cast.ana, at=LATER)
    now = screening.enter(day, cast, "rest", at=LATER)
    assert now.standing.weighed.may_exert and len(now.standing.entries) == 2


def test_an_entry_is_never_edited(cast, day):
    screening.person(day, cast)
    entered = screening.enter(day, cast, "rest").result
    entered.readings = []
    with pytest.raises(IntegrityError):
        entered.save()


def test_an_entry_sent_again_is_kept_once(cast, day):
    screening.person(day, cast)
    wanted = uuid7()
    first, second = (screening.enter(day, cast, "rest", id=wanted) for _ in "ab")
    assert (first.again, second.again, ParticipantResult.objects.count()) == (False, True, 1)
    with pytest.raises(Conflict):
        screening.enter(
            day, cast, "rest", id=wanted, values={**screening.USUAL["rest"], "resting_hr-none-1": "71"}
        )


def test_of_two_tablets_the_entry_made_last_stands_whenever_it_arrives(cast, day):
    """One tablet was without a connection: its entry of 9:31 comes at 9:40, after another's of 9:35. Both stay."""
    found = screening.person(day, cast)
    screening.enter(day, cast, "rest")
    screening.enter(
        day, cast, "chair", values={"chair_stand_30s-none-1": "14"}, at=MORNING + timedelta(minutes=5)
    )
    late = screening.enter(
        day,
        cast,
        "chair",
        values={"chair_stand_30s-none-1": "11"},
        at=LATER,
        waited=timedelta(minutes=9),
        by=cast.ana,
    )
    assert values_of(late.standing)["chair_stand_30s", "none"] == "14"
    assert [one.readings[0]["value"] for one in ParticipantResult.objects.filter(participant=found, station="chair")
            .order_by("entered_at")] == ["11", "14"]  # fmt: skip


def test_a_tablet_whose_clock_is_wrong_puts_nothing_into_the_future_or_last_week(cast, day):
    screening.person(day, cast)
    ahead = screening.enter(day, cast, "rest", waited=timedelta(days=-3)).result
    behind = screening.enter(day, cast, "rest", waited=timedelta(days=9), at=LATER).result
    assert ahead.entered_at == MORNING and behind.entered_at == LATER - timedelta(hours=12)


def test_what_is_left_out_is_no_longer_missing(cast, day):
    found = screening.person(day, cast)
    screening.enter(day, cast, "rest")
    screening.enter(day, cast, "one_leg", values={}, left_out="unable")
    assert state.standing_of(found, at=LATER).left_out == {"one_leg": "unable"}


def test_the_board_costs_the_same_for_two_people_or_twelve(cast, day, django_assert_max_num_queries):
    for number in range(1, 13):
        screening.person(day, cast, number)
        screening.enter(day, cast, "rest", number)
    with django_assert_max_num_queries(7):
        assert len(state.board_of(day, at=LATER)) == 12


# ---- Pages


def test_a_page_says_values_tables_and_lines_by_name(cast, day):
    found = screening.measured(day, cast)
    text = text_of(printing.press(day, [printing.page_of(state.standing_of(found, at=LATER), day)], at=LATER))
    for words in (
        "Maria, number 7", "128/82", "24.6", "Between the 40th and 50th percentile", "Tomkinson 2025",
        "EWGSOP2 cut-off for women of 16 kg", "Senior Fitness Test", "CDC STEADI line", "not a medical check",
        "Northbridge Medical Exercise", "555-0142", "Autumn market, Town hall",
    ):  # fmt: skip
        assert words in text, words


FORBIDDEN = (
    "brain",
    "memory",
    "dementia",
    "cognit",
    "disease",
    "risk",
    "patient",
    "client",
    "rank",
    "best of the day",
)


@pytest.mark.parametrize("signs", [[], ["chest_pressure"]])
def test_a_page_says_nothing_about_anyones_mind_disease_or_risk(cast, day, signs):
    found = screening.person(day, cast)
    screening.enter(day, cast, "rest", signs=signs)
    if not signs:
        for station in screening.ALL[1:]:
            screening.enter(day, cast, station)
    shown = printing.page_of(state.standing_of(found, at=LATER), day)
    rows = [f"{row.name} {row.about} {row.how} {' '.join(row.means)}" for row in shown.rows]
    fixed = [shown.notice, shown.left_out, printing.LIMITS, printing.contact(cast.northbridge)]
    said = " ".join([*rows, *fixed]).lower()
    assert [word for word in FORBIDDEN if word in said] == []


def test_who_was_kept_back_reads_whom_to_talk_to(cast, day):
    found = screening.person(day, cast)
    high = {"bp_systolic-none-1": "172", "bp_diastolic-none-1": "92", "resting_hr-none-1": "88"}
    screening.enter(day, cast, "rest", values=high)
    text = text_of(printing.press(day, [printing.page_of(state.standing_of(found, at=LATER), day)], at=LATER))
    assert "Please talk to your provider" in text and "172/92" in text
    assert "No strength or walking tests were done" in text


def test_the_fullest_page_is_one_page_on_both_papers(cast):
    """Every station, a long name, a mean of two, and pressure that rose after the tests: the notice on top."""
    from medexpro.marketing import catalogue

    day = screening.day(
        cast, stations=list(catalogue.stations()), name="The autumn market of all the parishes " * 3
    )
    found = screening.person(day, cast, 9999, born=1958, first_name="Maximiliana-Theodora of the long name")
    for station in catalogue.stations():
        values = screening.USUAL.get(station) or {f"{catalogue.stations()[station].slots[0].name}": "3"}
        screening.enter(day, cast, station, 9999, values=values)
    two = {"bp_systolic-none-1": "172", "bp_diastolic-none-1": "92", "resting_hr-none-1": "88"}
    screening.enter(
        day,
        cast,
        "rest",
        9999,
        values=two | {"bp_systolic-none-2": "174", "bp_diastolic-none-2": "90"},
        at=LATER,
    )
    for paper in ("us-letter", "a4"):
        day.practice.paper = paper
        one = state.standing_of(found, at=LATER)
        one.participant.day = day
        with open_pdf(printing.press(day, [printing.page_of(one, day)], at=LATER)) as pdf:
            assert len(pdf.pages) == 1


def test_all_pages_are_printed_in_one_go_with_progress(cast, day):
    for number in (1, 2, 3):
        screening.measured(day, cast, number)
    screening.person(day, cast, 4)  # Nothing was measured, so there is no page.
    wanted = uuid7()
    run = operations.start_run(day, id=wanted, by=cast.ana, at=LATER)
    assert operations.start_run(day, id=wanted, by=cast.ana, at=LATER) == run
    tasks.print_pages.call(str(run.pk))
    run = PageRun.objects.get()
    assert (run.done, run.total, run.failed) == (3, 3, "") and run.finished_at
    with open_pdf(bytes(run.pdf)) as pdf:
        assert len(pdf.pages) == 3
    assert PageGiven.objects.filter(how="print").count() == 3
    assert Event.objects.get(kind="record:data:export").detail["count"] == 3
    tasks.print_pages.call(str(run.pk))  # Twice prints once.
    assert PageGiven.objects.filter(how="print").count() == 3


def test_a_run_whose_worker_ended_is_gone_on_with_and_goes_after_a_day(cast, day):
    screening.measured(day, cast)
    run = operations.start_run(day, by=cast.ana, at=MORNING)
    assert pages.unfinished(at=MORNING) == []
    assert pages.unfinished(at=MORNING + timedelta(minutes=2)) == [run]
    assert pages.clear_runs(at=MORNING + timedelta(days=1, minutes=1)) == 1


@override_settings(MEDEXPRO_DEMO=True)
def test_the_mail_holds_a_link_and_nothing_that_was_measured(cast, day, clock):
    clock("2026-10-13 09:30")
    found = screening.measured(day, cast, page=True)
    given = operations.send_page(found, base_url="https://northbridge.example", by=cast.ana, at=MORNING)
    pages.mail(given, base_url="https://northbridge.example", now=lambda: LATER)
    [sent] = mail.outbox
    assert sent.to == ["maria@example.org"]
    token = sent.body.split("/d/screening/")[1].split("/")[0]
    assert pages.find_link(token, at=LATER).participant == found
    for told in ("128", "24.6", "grip", "pressure", "Maria"):
        assert told.lower() not in f"{sent.subject} {sent.body}".lower()
    given.refresh_from_db()
    pages.mail(given, base_url="https://northbridge.example", now=lambda: LATER)
    assert len(mail.outbox) == 1


def test_a_link_ends_by_time_and_by_hand(cast, day):
    found = screening.measured(day, cast, page=True)
    from medexpro.practice import tokens

    given = screening.sent(found, cast)
    token = tokens.token_for(given)
    with pytest.raises(pages.LinkOver, match="expired"):
        pages.find_link(token, at=MORNING + timedelta(days=14))
    operations.end_link(given, by=cast.ana, at=LATER)
    with pytest.raises(pages.LinkOver, match="ended"):
        pages.find_link(token, at=LATER)
    with pytest.raises(pages.LinkUnknown):
        pages.find_link("nonsense", at=LATER)


@override_settings(MEDEXPRO_DEMO=True)
def test_links_go_to_who_agreed_and_once(cast, day):
    screening.measured(day, cast, 1, page=True)
    screening.measured(day, cast, 2)
    screening.person(day, cast, 3, page=True, email="joan@example.org")  # Not measured.
    send = {"base_url": "https://northbridge.example", "by": cast.ana, "at": LATER}
    assert operations.send_to_all(day, **send) == 1
    assert operations.send_to_all(day, **send) == 0


# ---- Leads


def lead_of(cast, day, number=7, **more) -> Lead:
    return screening.measured(day, cast, number, contact=True, family_name="Ruiz", **more).lead


def test_a_lead_becomes_a_client_without_typing_anything_twice(cast, day):
    lead = lead_of(cast, day)
    client = operations.make_client(
        lead, given_name=lead.given_name, family_name=lead.family_name, by=cast.ben, at=LATER
    )
    assert (client.name, client.phone, client.sex) == ("Maria Ruiz", "555-0175", "female")
    lead.refresh_from_db()
    assert (lead.client, lead.state) == (client, "client")
    assert operations.make_client(lead, given_name="X", family_name="Y", by=cast.ben, at=LATER) == client


def test_somebody_on_file_is_taken_as_who_they_are(cast, day):
    from medexpro.clients.operations import AlreadyHere

    lead = screening.measured(day, cast, contact=True, first_name="Janet", family_name="Ellery").lead
    with pytest.raises(AlreadyHere):
        operations.make_client(lead, given_name="Janet", family_name="Ellery", by=cast.ben, at=LATER)
    operations.link_client(lead, cast.janet, by=cast.ben, at=LATER)
    lead.refresh_from_db()
    assert (lead.client, lead.state) == (cast.janet, "client")
    assert cast.janet.phone == ""  # Nothing of the client changed.


def test_a_lead_goes_only_where_there_is_a_way(cast, day):
    lead = operations.move_lead(lead_of(cast, day), "contacted", by=cast.ben, at=LATER)
    lead = operations.move_lead(lead, "unsubscribed", by=cast.ben, at=LATER)
    with pytest.raises(operations.LeadRefused):
        operations.move_lead(lead, "contacted", by=cast.ben, at=LATER)
    with pytest.raises(operations.LeadRefused, match="unsubscribed"):
        operations.make_client(lead, given_name="Maria", family_name="Ruiz", by=cast.ben, at=LATER)
    assert not Agreement.objects.filter(kind="contact", withdrawn_at=None).exists()


@pytest.mark.parametrize("who", ["asa", "bill", "rhea"])
def test_leads_are_for_professionals_the_owner_and_the_front_desk(cast, day, who):
    with pytest.raises(NotAllowed):
        operations.move_lead(lead_of(cast, day), "contacted", by=getattr(cast, who), at=LATER)


# ---- Letting go


def test_after_the_days_the_practice_set_only_figures_and_leads_in_touch_are_left(cast, day):
    screening.measured(day, cast, 1)
    screening.measured(day, cast, 2, contact=True, family_name="Ruiz")
    declined = screening.measured(day, cast, 3, contact=True, family_name="Roy", first_name="Ann").lead
    operations.move_lead(declined, "declined", by=cast.ben, at=LATER)
    before = state.figures_of(day, at=LATER)
    assert days.days_to_clear(at=MORNING + timedelta(days=30)) == []
    assert days.days_to_clear(at=AFTER_31_DAYS) == [day]
    assert days.clear_day(day, at=AFTER_31_DAYS) == 2
    assert list(Participant.objects.values_list("number", flat=True)) == [2]
    assert set(ParticipantResult.objects.values_list("participant__number", flat=True)) == {2}
    day.refresh_from_db()
    assert state.figures_of(day, at=AFTER_31_DAYS) == before
    declined.refresh_from_db()
    assert declined.participant is None and declined.source_day == day
    # Once the other one declines too, the last results go.
    operations.move_lead(Lead.objects.get(participant__number=2), "declined", by=cast.ben, at=AFTER_31_DAYS)
    assert days.clear_day(day, at=AFTER_31_DAYS + timedelta(days=1)) == 1
    assert (
        not Participant.objects.exists()
        and not ParticipantResult.objects.exists()
        and not Agreement.objects.exists()
    )
    assert state.figures_of(day, at=AFTER_31_DAYS).registered == 3


def test_the_days_are_the_practices_own(cast, day, clock):
    screening.measured(day, cast)
    cast.northbridge.screening_keep_days = 5
    cast.northbridge.save()
    clock("2026-10-19 02:00")
    assert tasks.let_go_of_participants.call() == 1
    assert not Participant.objects.exists()
    assert tasks.let_go_of_participants.call() == 0


def test_two_leads_of_two_days_are_not_each_others(cast):
    """Isolation: another practice's day is not found by anything that starts from a member."""
    theirs = operations.make_day(name="Theirs", held_on=TODAY, stations=["rest"], by=cast.dana, at=MORNING)
    with pytest.raises(NotFound):
        operations.register(theirs, number=1, born=60, by=cast.ben, at=MORNING)
    with pytest.raises(NotFound):
        operations.start_run(theirs, by=cast.ana, at=MORNING)
    with pytest.raises(NotFound):
        operations.close_day(theirs, by=cast.ana, at=MORNING)
