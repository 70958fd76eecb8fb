"""Bringing in lists of clients: nobody twice, nobody halved, and every row that stays behind with its reason."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from medexpro.audit.models import Event
from medexpro.clients import tasks
from medexpro.clients.models import Client, ClientSheet, ImportedRow
from medexpro.clients.operations import people, sheets
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice.roles import Role
from tests.conftest import MORNING
from tests.pages import text_of

LIST = """Last name,First name,DOB,Sex,Phone,E-mail
Abernathy,Ruth,1/9/1951,F,555-0101,ruth@example.org
Ellery,Janet,3/4/1958,F,,
Brandvold,Walter,31/31/1957,M,,
Okafor,Zoë,7/23/1949,,555-0102,not an address
Abernathy,Ruth,1/9/1951,F,555-0101,ruth@example.org
Lind,Tom,12/24/1960,M,555-0101,
"""


def ours(cast):
    return Client.objects.of(cast.northbridge).exclude(pk=cast.janet.pk)


def kept(cast, text=LIST, *, by=None, encoding="utf-8", name="clients.csv"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return sheets.keep(name, content, by=by or cast.ben, at=MORNING)


def looked(cast, sheet, *, columns=None, order=""):
    sheets.choose_columns(sheet, columns or sheet.columns, order=order, by=sheet.member, at=MORNING)
    return worked(sheet)


def worked(sheet, **kwargs):
    sheet = ClientSheet.objects.get(pk=sheet.pk)
    sheets.work(sheet, now=lambda: MORNING, **kwargs)
    sheet.refresh_from_db()
    return sheet


def brought_in(cast, sheet, *, chosen=()):
    sheets.start_adding(sheet, chosen=chosen, by=sheet.member, at=MORNING)
    return worked(sheet)


def why(sheet):
    return {row.row: row.why for row in sheet.rows.order_by("row")}


def test_looking_through_says_what_it_would_do_and_does_nothing(cast):
    sheet = looked(cast, kept(cast))
    assert sheet.step == "looked" and not ours(cast).exists()
    assert sheet.counts == {"new": 2, "likely": 1, "rejected": 2, "repeat": 1}
    assert why(sheet) == {
        3: "May be on file already: Janet Ellery (same name, same birth date).",
        4: "DOB: “31/31/1957” is no day of the calendar.",
        5: "E-mail: This is not a whole e-mail address, such as name@example.org.",
        6: "The same person stands in row 2.",
    }


def test_a_list_comes_in_once(cast):
    sheet = brought_in(cast, looked(cast, kept(cast)))
    assert sheet.step == "done" and sheet.counts["new"] == 2
    ruth = ours(cast).get(family_name="Abernathy")
    assert (ruth.given_name, ruth.birth_date, ruth.sex, ruth.phone) == (
        "Ruth",
        date(1951, 1, 9),
        "female",
        "555-0101",
    )
    # Husband and wife share a phone: whoever came from this very list is told by its rows alone.
    assert ours(cast).filter(family_name="Lind").exists()
    event = Event.objects.get(kind="clients:list:import")
    assert event.detail["new"] == 2 and event.detail["rejected"] == 2
    assert Event.objects.filter(kind="clients:client:add").count() == 2

    again = brought_in(cast, looked(cast, kept(cast)))
    assert again.counts == {"known": 2, "likely": 1, "rejected": 2, "repeat": 1} and ours(cast).count() == 2
    # Another list of the same people as well.
    other = kept(cast, "Name;Born\nRUTH ABERNATHY;1951-01-09\n", name="other.csv")
    assert brought_in(cast, looked(cast, other)).counts == {"likely": 1}


def test_somebody_added_between_looking_and_bringing_in_is_seen(cast):
    sheet = looked(cast, kept(cast))
    people.quick_add(
        given_name="Ruth", family_name="Abernathy", birth_date=date(1951, 1, 9), by=cast.ana, at=MORNING
    )
    sheet = brought_in(cast, sheet)
    assert why(sheet)[2].startswith("May be on file already: Ruth Abernathy") and sheet.counts["new"] == 1


def test_who_looks_alike_comes_in_when_chosen_and_only_once(cast):
    for _ in range(2):
        sheet = brought_in(cast, looked(cast, kept(cast)), chosen=[3, 6, 4, 99])
        assert why(sheet).keys() == {4, 5}
    assert ours(cast).filter(family_name="Ellery").count() == 1
    assert ours(cast).filter(family_name="Abernathy").count() == 2


def test_a_run_ended_halfway_leaves_whole_rows_and_goes_on(cast, monkeypatch, clock):
    rows = "".join(
        f"Given{chr(97 + n // 10)}{chr(97 + n % 10)} Family{n * 7919},19{30 + n % 60}-02-03\n"
        for n in range(50)
    )
    sheet = looked(cast, kept(cast, "Name,Born\n" + rows + "Givenaa Family0,1930-02-03\n"))
    sheets.start_adding(sheet, chosen=[], by=cast.ben, at=MORNING)
    real, calls = sheets.quick_add, []

    def ended(**kwargs):
        calls.append(kwargs)
        if len(calls) == 31:
            raise KeyboardInterrupt
        return real(**kwargs)

    monkeypatch.setattr(sheets, "quick_add", ended)
    with pytest.raises(KeyboardInterrupt):
        worked(sheet)
    sheet.refresh_from_db()
    # Settled by twenties: the ten of the batch that was cut off are as if never begun.
    assert (ours(cast).count(), ImportedRow.objects.count(), sheet.done_rows) == (20, 20, 21)
    monkeypatch.setattr(sheets, "quick_add", real)
    # Somebody may still be at it: a minute of silence says that nobody is.
    assert worked(sheet).done_rows == 21 and sheets.unfinished(at=MORNING) == []
    clock("2026-10-13 09:32")
    assert tasks.go_on.func() == 1
    sheet.refresh_from_db()
    assert sheet.step == "done" and ours(cast).count() == 50 and sheet.counts == {"new": 50, "repeat": 1}


def test_latin_1_with_a_mark_and_bad_dates(cast):
    rows = "".join(
        f"Zoë{chr(97 + n)};Lindström{n * 7919};{'30.02.1950' if n % 5 == 0 else '14.03.1950'}\r\n"
        for n in range(20)
    )
    content = b"\xef\xbb\xbf" + ("Vorname;Name;Geburtsdatum\r\n" + rows).encode("latin-1")
    sheet = kept(cast, content)
    assert (sheet.encoding, sheet.delimiter, sheet.day_order) == ("cp1252", ";", "day")
    assert sheet.columns == ["given_name", "family_name", "birth_date"]
    sheet = brought_in(cast, looked(cast, sheet))
    assert sheet.counts == {"new": 16, "rejected": 4}
    assert why(sheet)[2] == "Geburtsdatum: “30.02.1950” is no day of the calendar."
    assert ours(cast).get(given_name="Zoëb").birth_date == date(1950, 3, 14)


def test_the_rows_left_are_a_file_that_can_be_mended_and_brought_in(cast):
    sheet = brought_in(cast, looked(cast, kept(cast)))
    file = "".join(sheets.rejected(sheet))
    rows = list(csv.reader(io.StringIO(file.removeprefix("\ufeff"))))
    assert rows[0] == [*sheet.headings, "Why it was not taken"] and len(rows) == 5
    assert rows[2] == [
        "Brandvold",
        "Walter",
        "31/31/1957",
        "M",
        "",
        "",
        "DOB: “31/31/1957” is no day of the calendar.",
    ]
    mended = kept(cast, file.replace("31/31/1957", "1/31/1957").encode(), name="mended.csv")
    assert mended.columns[-1] == ""
    assert brought_in(cast, looked(cast, mended)).counts["new"] == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "clients.csv is empty"),
        (b"\n\n\n", "clients.csv is empty"),
        (b"Name\n", "clients.csv has headings and no rows under them."),
        (b"PK\x03\x04rest", "clients.csv is no CSV file. Save the spreadsheet as CSV"),
        (b"Name\n\"" + b"x" * 200_000, "Row 2 can’t be read"),
        (b"a," * 200 + b"\nx", "201 columns"),
        (b"\xff\xfe\x00", "clients.csv"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_said(cast, content, sentence):
    with pytest.raises(Refusal) as refusal:
        kept(cast, content)
    assert sentence in str(refusal.value) and not ClientSheet.objects.exists()


def test_signs_no_text_may_hold_are_taken_out(cast):
    sheet = brought_in(cast, looked(cast, kept(cast, "Na\x00me,Notes\nRu\x00th Abernathy,\x00\n")))
    assert sheet.counts == {"new": 1} and ours(cast).get().given_name == "Ruth"


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("olga", True),
        ("ana", True),
        ("ben", True),
        ("asa", False),
        ("mia", False),
        ("bill", False),
        ("rhea", False),
    ],
)
def test_who_may_add_clients_may_bring_in_a_list(cast, name, may):
    if may:
        kept(cast, by=cast.members[name])
    else:
        with pytest.raises(NotAllowed):
            kept(cast, by=cast.members[name])


def test_a_list_is_its_members_alone(cast, sign_in):
    sheet = kept(cast)
    with pytest.raises(NotFound):
        sheets.choose_columns(sheet, sheet.columns, order="", by=cast.ana, at=MORNING)
    for name in ("ana", "dana"):
        assert sign_in(cast.members[name]).get(f"/clients/lists/{sheet.pk}/").status_code == 404


def test_the_clients_of_a_professional_who_sees_their_own_are_theirs(cast):
    cast.northbridge.professionals_see = "own"
    cast.northbridge.save()
    cast.asa.roles = [str(Role.PROFESSIONAL)]
    cast.asa.save()
    sheet = brought_in(cast, looked(cast, kept(cast, by=cast.asa)))
    # Janet is a colleague's: nothing of her is told.
    assert "Janet" not in str(why(sheet).get(3, "")) and sheet.counts["new"] == 3
    assert ours(cast).get(family_name="Abernathy").is_visible_to(cast.asa)


def test_files_are_let_go_of_after_a_day(cast):
    waiting, done = kept(cast), brought_in(cast, looked(cast, kept(cast)))
    assert sheets.clear_old(at=MORNING + timedelta(hours=23)) == 0
    sheets.clear_old(at=MORNING + timedelta(hours=25))
    assert not ClientSheet.objects.filter(pk=waiting.pk).exists()
    done.refresh_from_db()
    assert bytes(done.contents) == b"" and done.counts["new"] == 2
    with pytest.raises(Refusal, match="no longer kept"):
        sheets.content_of(done)


# ---- In the browser


class Named(io.BytesIO):
    name = "clients.csv"


def test_ben_brings_in_a_list_in_the_browser(cast, sign_in, clock):
    clock("2026-10-13 09:30")
    browser = sign_in(cast.ben)
    assert "Bring in a list" in text_of(browser.get("/clients/"))
    where = browser.post("/clients/lists/", {"file": Named(LIST.encode())})["Location"]
    page = browser.get(where)
    assert "6 rows, written in Unicode, columns parted by comma." in text_of(page)
    assert "1/9/1951 · 3/4/1958 · 31/31/1957" in text_of(page)
    form = {
        "column_0": "family_name",
        "column_1": "given_name",
        "column_2": "birth_date",
        "column_3": "sex",
        "day_order": "month",
    }
    assert "Say which column holds the name." in text_of(
        browser.post(where, {"column_4": "phone", "day_order": "month"})
    )
    assert browser.post(where, form)["Location"] == where
    assert (
        "Looking through all rows" in text_of(browser.get(where))
        and 'hx-trigger="every 2s"' in browser.get(where).content.decode()
    )
    sheet = worked(ClientSheet.objects.get())
    page = text_of(browser.get(where))
    assert "Bring in 3 clients and those chosen" in page and "Row 3: Janet Ellery" in page
    assert "E-mail" in text_of(browser.get(f"{where}?columns=1"))
    assert browser.get(f"{where}left/").headers["Content-Type"].startswith("text/csv")
    browser.post(where, {"anyway": ["3", "x", "9" * 40]})
    browser.post(where)  # A second click.
    assert "Bringing in" in text_of(browser.get(where))
    worked(sheet)
    page = text_of(browser.get(where))
    assert "4 became clients" in page and "DOB: “31/31/1957” is no day of the calendar." in page
    assert ours(cast).count() == 4
    left = b"".join(browser.get(f"{where}left/").streaming_content).decode()
    assert left.count("\r\n") == 3
    sheets.clear_old(at=MORNING + timedelta(days=2))
    assert browser.get(where).status_code == 200 and browser.get(f"{where}left/").status_code == 302


def test_what_is_no_list_is_said_at_the_field(cast, sign_in):
    browser = sign_in(cast.ben)
    assert "is no CSV file." in text_of(browser.post("/clients/lists/", {"file": Named(b"%PDF-1.7")}))
    assert "Choose a file." in text_of(browser.post("/clients/lists/"))
    assert "This file is empty." in text_of(browser.post("/clients/lists/", {"file": Named(b"")}))


# ---- At the terminal


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "clients.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def run(cast, capsys, path, **options):
    call_command("import_clients", path, practice=cast.northbridge.name, by="ben@example.org", **options)
    return capsys.readouterr().out


def test_the_command_says_what_it_would_do_and_does_it(cast, capsys, path, tmp_path):
    said = run(cast, capsys, path, dry_run=True)
    assert "clients.csv: 6 rows, Unicode, parted by comma." in said and "  DOB: Birth date" in said
    assert (
        "2 would become clients, 1 may be on file already, 1 stand in the list twice, 2 can’t be read."
        in said
    )
    assert not ours(cast).exists() and not ClientSheet.objects.exists()
    left = tmp_path / "left.csv"
    said = run(cast, capsys, path, anyway="3", left=left, column=["E-mail="])
    assert "  E-mail: left out" in said and "4 became clients" in said
    assert "Row 4, Walter Brandvold: DOB:" in said and left.read_text(encoding="utf-8-sig").count("\n") == 3
    assert "4 were brought in before" in run(cast, capsys, path, column=["E-mail="], anyway="3")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"column": ["Shoe=phone"]}, "There is no column headed “Shoe”."),
        ({"column": ["DOB=shoe"]}, "There is no field “shoe”."),
        ({"column": ["Last name=", "First name="]}, "Say which column holds the name."),
        ({"anyway": "x"}, "Say the rows as numbers"),
    ],
)
def test_the_command_says_what_is_wrong(cast, capsys, path, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(cast, capsys, path, **options)
    assert not ours(cast).exists()
    with pytest.raises(CommandError, match=r"nowhere\.csv can’t be read"):
        run(cast, capsys, path.with_name("nowhere.csv"))


def test_a_client_who_was_brought_in_and_left_since_is_not_made_again(cast):
    brought_in(cast, looked(cast, kept(cast)))
    people.archive(ours(cast).get(family_name="Lind"), by=cast.ben, at=MORNING)
    assert brought_in(cast, looked(cast, kept(cast))).counts["known"] == 2
