"""The day on paper: who comes, what must be known before they start, as far as who prints it may read."""

from datetime import time
from decimal import Decimal

import pytest

from medexpro.audit.models import Event
from medexpro.clearance import operations as clearance
from medexpro.clients.operations import facts
from medexpro.scheduling import operations as scheduling
from medexpro.scheduling.models import Booking
from medexpro.today.day_sheet import print_sheet
from tests.conftest import MORNING, TODAY
from tests.pdf import reading
from tests.scheduling.booking import TUESDAY, may_start

SHEET = "/day/sheet/"


@pytest.fixture
def tuesday(desk, cast):
    """Janet at ten with all that can stand on a record; Omar at eleven, back with his provider."""
    episode = cast.janet.episodes.get()
    clearance.add_precaution(episode, text="No kneeling on the right", by=cast.ana, at=MORNING)
    clearance.record_limit(
        episode, measure="bp_systolic", op=">", value=Decimal(150), provider=cast.dr_raman,
        written_on=TODAY, by=cast.ana, at=MORNING,
    )  # fmt: skip
    facts.record_allergy(cast.janet, words="Latex", reaction="rash", by=cast.ana, at=MORNING)
    omar = may_start(cast, "Omar")
    desk.book(TUESDAY, "10:00")
    desk.book(TUESDAY, "11:00", omar)
    clearance.refer_back(omar.episodes.get(), trigger="other", observed="Calf warm", by=cast.ana, at=MORNING)
    return desk


def words_of(member, who=None, day=TUESDAY):
    """Return what a sheet says."""
    return reading.text_of(print_sheet(member, day, at=MORNING, who=who))


def test_the_professional_reads_all_that_matters_on_the_floor(tuesday, cast):
    said = words_of(cast.ana)
    assert "Ana Torres" in said and "Tuesday, October 13" in said and "2 bookings" in said
    assert "10:00 am to 11:00 am Janet Ellery born Mar 4, 1958 · Session" in said
    assert "no higher than 150 mmHg (Dr. Raman), else no session" in said
    assert "No kneeling on the right" in said
    assert "Latex (rash)" in said
    assert "Omar Marsh" in said and "Do not start:" in said and "Calf warm" in said
    assert "Pressure" in said and "New symptoms" in said  # Room to write.


def test_the_front_desk_learns_who_comes_and_who_may_not_start_and_nothing_of_the_record(tuesday, cast):
    said = words_of(cast.ben)
    assert "Janet Ellery" in said and "Omar Marsh" in said
    assert "May not start exercise. Ask the professional on duty." in said
    for word in ("kneeling", "150", "Latex", "Calf"):
        assert word not in said


def test_an_assistant_prints_the_clients_assigned_and_no_others(tuesday, cast):
    assert "Janet" not in words_of(cast.asa)
    cast.janet.assignments.create(practice=cast.northbridge, member=cast.asa, started_on=TODAY)
    said = words_of(cast.asa)
    assert "Janet Ellery" in said and "No kneeling on the right" in said and "Omar" not in said


def test_the_neighbour_prints_an_empty_page(tuesday, cast):
    said = words_of(cast.dana, who=cast.ana.pk)
    assert "Nothing is booked." in said and "Ellery" not in said


def test_every_client_on_it_is_in_the_trail_as_taken_out(tuesday, cast):
    words_of(cast.ben)
    events = Event.objects.filter(kind="record:data:export", member_id=cast.ben.pk)
    assert {(one.client_id, one.detail["what"], one.detail["day"]) for one in events} == {
        (cast.janet.pk, "day sheet", "2026-10-13"),
        (Booking.objects.get(client__given_name="Omar").client_id, "day sheet", "2026-10-13"),
    }
    words_of(cast.ben)
    assert events.all().count() == 4  # An export is never folded together.


def test_a_page_for_each_person_on_the_practices_paper_archival_and_tagged(tuesday, cast):
    tuesday.book(TUESDAY, "14:00", may_start(cast, "Ruth"), member=cast.rhea, outside_hours=True)
    cast.northbridge.paper = "a4"
    cast.northbridge.save()
    cast.ben.practice.refresh_from_db()
    pdf = print_sheet(cast.ben, TUESDAY, at=MORNING)
    claims = reading.claims_of(pdf)
    assert (claims["pdfaid:part"], claims["pdfaid:conformance"], claims["pdfuaid:part"]) == ("2", "A", "1")
    with reading.open_pdf(pdf) as opened:
        assert len(opened.pages) == 2
        assert [round(float(side)) for side in opened.pages[0].MediaBox[2:]] == [595, 842]
    _, outside = reading.marks_of(pdf)
    assert outside == []
    roles = [tag.role for tag in reading.tags_of(pdf).all()]
    assert roles.count("H1") == 2 and roles.count("H2") == 3
    only = reading.open_pdf(print_sheet(cast.ben, TUESDAY, at=MORNING, who=cast.rhea.pk))
    assert len(only.pages) == 1


def test_fourteen_visits_go_on_on_the_next_page_and_none_is_left_out(desk, cast):
    names = [f"Guest{number}" for number in range(14)]
    for number, name in enumerate(names):
        desk.book(TUESDAY, time(7 + number).isoformat(), may_start(cast, name), outside_hours=True)
    pdf = print_sheet(cast.ana, TUESDAY, at=MORNING, who=cast.ana.pk)
    said = reading.text_of(pdf)
    assert all(name in said for name in names)
    with reading.open_pdf(pdf) as opened:
        assert 1 < len(opened.pages) <= 3
    assert "page 2 of" in said


def test_seven_visits_of_one_person_stand_on_one_page(desk, cast):
    for number in range(7):
        desk.book(
            TUESDAY, time(9 + number).isoformat(), may_start(cast, f"Guest{number}"), outside_hours=True
        )
    with reading.open_pdf(print_sheet(cast.ana, TUESDAY, at=MORNING, who=cast.ana.pk)) as opened:
        assert len(opened.pages) == 1


def test_a_group_lists_its_clients_each_with_whether_they_may_start(tuesday, cast):
    group = tuesday.book(TUESDAY, "15:00", service=tuesday.group)
    omar = Booking.objects.get(client__given_name="Omar").client
    scheduling.take_place(group, omar, reason="He only watches", by=cast.ana, at=MORNING)
    said = words_of(cast.ana)
    assert said.count("Omar Marsh") == 2 and said.count("Janet Ellery") == 2
    assert "3:00 pm to 3:45 pm Balance group" in said


def test_the_page_offers_it_to_who_may_print_and_to_nobody_else(tuesday, cast, sign_in):
    for member, prints in (
        (cast.ana, True),
        (cast.ben, True),
        (cast.olga, True),
        (cast.rhea, False),
        (cast.mia, False),
    ):
        browser = sign_in(member)
        assert (SHEET in browser.get("/").content.decode()) == prints
        answer = browser.get(f"{SHEET}?day=2026-10-13&who=all")
        assert answer.status_code == (200 if prints else 403)
    assert answer.status_code == 403
    pdf = sign_in(cast.ana).get(SHEET)
    assert pdf.headers["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert "ellery" not in pdf.headers["Content-Disposition"].lower()


def test_reading_for_the_sheet_costs_the_same_for_one_client_and_for_six(
    desk, cast, django_assert_max_num_queries
):
    for number in range(6):
        desk.book(
            TUESDAY, time(10 + number).isoformat(), may_start(cast, f"Guest{number}"), outside_hours=True
        )
    # One event in the trail for each client comes on top.
    with django_assert_max_num_queries(15 + 6 + 2):
        print_sheet(cast.ana, TUESDAY, at=MORNING, who=cast.ana.pk)
