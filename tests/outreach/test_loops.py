"""Our word to a source, kept or late, for one client; and names in a list of providers."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medexpro.kernel.documents import DocumentKind
from medexpro.outreach.rules.loops import Course, LoopState, Promise, is_open, promises, state_of
from medexpro.outreach.rules.provider_lists import columns_of, read, split_name, typed_of

OHIO = ZoneInfo("America/New_York")
CAME = date(2026, 8, 3)  # A Monday.
VISIT = datetime(2026, 8, 10, 10, tzinfo=OHIO)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=OHIO)


def said(course: Course, on: date, **given) -> list[str]:
    found = promises(course, noon(on), working_days=1, **given)
    return [
        f"{one.kind.split('_')[0]} {one.due_on:%m-%d}{' kept' if one.kept_on else ''}{' late' if one.late else ''}"
        for one in found
    ]


def test_a_loop_from_the_referral_to_the_discharge():
    new = Course(CAME)
    assert said(new, CAME) == ["acknowledgement 08-04"] and said(new, date(2026, 8, 5)) == [
        "acknowledgement 08-04 late"
    ]
    assert said(new, date(2026, 8, 5), closed={date(2026, 8, 4)}) == ["acknowledgement 08-05"]
    told = {"received_on": CAME, "acknowledged_on": CAME, "served": True}
    seen = Course(**told, first_visit_at=VISIT, baseline_on=VISIT.date())
    on = date(2026, 8, 12)
    first = "acknowledgement 08-04 kept"
    assert said(seen, on) == [first, "introductory 08-11 late", "assessment 08-17", "progress 09-09"]
    signed = {
        "introductory_letter": [VISIT + timedelta(hours=24)],
        "assessment_summary": [VISIT + timedelta(days=8)],
        "progress_report": [noon(date(2026, 9, 9)), noon(date(2026, 10, 10))],
    }
    served = Course(**told, first_visit_at=VISIT, baseline_on=VISIT.date(), signed=signed)
    assert said(served, date(2026, 10, 12)) == [
        first, "introductory 08-11 kept", "assessment 08-17 kept late", "progress 09-09 kept", "progress 10-09 kept late",
        "progress 11-09",
    ]  # fmt: skip
    # What a progress report said better is let go; what the provider does not want is none; more often is theirs to say.
    over = Course(
        **told,
        first_visit_at=VISIT,
        baseline_on=VISIT.date(),
        signed={"progress_report": [noon(date(2026, 8, 20))]},
        every=14,
    )
    assert said(over, date(2026, 8, 25)) == [first, "progress 08-24 kept", "progress 09-03"]
    plain = Course(**told, first_visit_at=VISIT, unwanted=["introductory_letter", "assessment_summary"])
    assert said(plain, on) == [first]


def test_a_loop_is_closed_when_the_discharge_summary_is_read():
    done = date(2026, 9, 1)
    waits = Course(CAME, CAME, discharged_on=done)
    assert (
        is_open(waits, done)
        and is_open(waits, done + timedelta(days=90))
        and not is_open(waits, done + timedelta(days=91))
    )
    assert not is_open(Course(CAME, CAME, discharged_on=done, read=True), done)
    assert not is_open(Course(CAME, declined=True), done) and said(Course(CAME, declined=True), done) == []
    assert said(waits, date(2026, 9, 2)) == ["acknowledgement 08-04 kept", "discharge 09-01 late"]


@given(st.lists(st.integers(0, 200), max_size=5), st.integers(0, 260), st.sampled_from([None, 3, 200]))
def test_the_word_once_late_stays_late_and_nothing_is_owed_twice(reports, ahead, ended):
    signed = {"progress_report": [VISIT + timedelta(days=one) for one in reports]}
    course = Course(
        CAME, CAME, VISIT, VISIT.date(), discharged_on=VISIT.date() + timedelta(days=ended) if ended else None,
        served=ended is None, signed=signed,
    )  # fmt: skip
    now = VISIT + timedelta(days=ahead)
    found, later = (promises(course, at, working_days=1) for at in (now, now + timedelta(days=30)))
    waiting = [one.kind for one in found if one.kept_on is None]
    assert len(waiting) == len(set(waiting)) and found == sorted(
        found, key=lambda one: (one.due_on, one.kind)
    )
    assert state_of(found) is not LoopState.LATE or state_of(later) is LoopState.LATE
    assert all(
        one.late == ((one.kept_on or now.date()) > one.due_on)
        for one in found
        if one.kind != "introductory_letter"
    )
    assert promises(course, now.astimezone(UTC).astimezone(OHIO), working_days=1) == found


def test_one_late_word_makes_a_loop_late():
    day = date(2026, 10, 13)
    in_time, late = (Promise(DocumentKind.PROGRESS, day, day, late=one) for one in (False, True))
    assert [state_of(found) for found in ([late, in_time], [in_time], [])] == ["late", "on_time", "waits"]


@pytest.mark.parametrize(
    ("whole", "parts"),
    [
        ("Dr. Priya Raman, MD", ("Priya", "Raman", "MD")), ("Raman, Priya, MD, FAAOS", ("Priya", "Raman", "MD")),
        ("Tom Hale PT", ("Tom", "Hale", "PT")), ("Hale", ("", "Hale", "")), ("عمر الحداد", ("عمر", "الحداد", "")),
        ("Anne Marie O’Neill-García", ("Anne Marie", "O’Neill-García", "")), ("MD", ("", "MD", "")), (", ,", ("", "", "")),
    ],
)  # fmt: skip
def test_a_whole_name_comes_apart(whole, parts):
    assert split_name(whole) == parts


def test_columns_are_known_by_their_headings_and_a_spreadsheets_number_is_an_npi():
    columns = columns_of(["Physician", "NPI Number", "Practice_Name", "Name", ""])
    assert columns == ["whole_name", "npi", "organisation", "", ""]
    row = typed_of(2, columns, ["Kim, Harold, DPT", "1234567893.0", "Lake", "x"])
    assert (row.given_name, row.family_name, row.type, row.npi, row.problem) == (
        "Harold",
        "Kim",
        "PT",
        "1234567893",
        "",
    )
    rows = read(b"Name,Email\n@SUM(A1),\nA B,nobody\n" + b"x" * 81 + b" \xff,\n")
    assert [one.problem for one in rows] == [
        "A cell begins as a formula does; no name does.", "“nobody” is no e-mail address.",
        "Given name is too long: 80 signs fit.",
    ]  # fmt: skip


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_a_sentence(content):
    try:
        rows = read(content)
    except ValueError as error:
        assert str(error).endswith(".") or "split it" in str(error)
    else:
        assert all(row.problem or row.name for row in rows)
