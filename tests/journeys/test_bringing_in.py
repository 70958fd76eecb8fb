"""Records from elsewhere in the browser: a list with its columns, a bulk export with its progress, everything out again."""

import json

import pytest

from medexpro.clients import tasks as list_tasks
from medexpro.clients.models import Client, ClientSheet
from medexpro.config import tasks as export_tasks
from medexpro.config.takeout import making
from medexpro.fhir import tasks as fhir_tasks
from medexpro.fhir.models import Upload
from tests.clients.test_bringing_in import LIST
from tests.fhir.samples import condition, person
from tests.journeys.looking import faults_of
from tests.journeys.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)


def looked_at(page, name):
    """Keep a picture of the page, and let axe look at it."""
    picture(page, name)
    assert faults_of(page) == []


def test_a_list_a_bulk_export_and_everything_out(cast, tablet, tmp_path):
    page = tablet(cast.ben)
    path = tmp_path / "clients.csv"
    path.write_text(LIST, encoding="utf-8")
    page.goto("/clients/")
    page.get_by_role("link", name="Bring in a list").click()
    page.get_by_label("List").set_input_files(path)
    page.get_by_role("button", name="Look at the list").click()
    assert page.get_by_label("DOB").input_value() == "birth_date"
    looked_at(page, "list-columns")
    page.get_by_label("E-mail").select_option("")
    page.get_by_role("button", name="Look through all rows").click()
    page.get_by_text("Looking through all rows").wait_for()
    looked_at(page, "list-looking")
    sheet = str(ClientSheet.objects.get().pk)
    list_tasks.work_on_list.func(sheet)
    # The page finds out by itself.
    page.get_by_label("Row 3: Janet Ellery").check()
    looked_at(page, "list-looked")
    page.get_by_role("button", name="Bring in 3 clients and those chosen").click()
    page.get_by_text("It goes on without this page.").wait_for()
    list_tasks.work_on_list.func(sheet)
    page.get_by_role("link", name="To the clients").wait_for()
    with page.expect_download() as left:
        page.get_by_role("link", name="Rows left out, as a file").click()
    assert "31/31/1957" in left.value.path().read_text(encoding="utf-8-sig")
    looked_at(page, "list-done")
    assert Client.objects.filter(family_name="Ellery").count() == 2

    cast.ana.roles = ["owner", "professional"]
    cast.ana.save()
    page = tablet(cast.ana)
    name = [{"given": ["Otto"], "family": "Brandvold"}]
    rows = [
        person(id="p7", name=name, birthDate="1950-01-01"),
        condition(subject={"reference": "Patient/p7"}),
        person(),
    ]
    path = tmp_path / "export.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    page.goto("/import/")
    page.get_by_label("Files").set_input_files(path)
    page.get_by_role("button", name="Look at the files").click()
    looked_at(page, "bulk-look")
    page.get_by_role("button", name="Bring in all").click()
    page.get_by_text("0 people settled").wait_for()
    looked_at(page, "bulk-working")
    fhir_tasks.bring_in_many.func(str(Upload.objects.get().pk))
    page.get_by_text("2 people: 1 new, 1 left.").wait_for()
    looked_at(page, "bulk-done")

    page.goto("/settings/")
    page.get_by_role("link", name="Take everything out").click()
    page.get_by_role("button", name="Make the export").click()
    page.get_by_text("How far it is", exact=True).wait_for()
    looked_at(page, "export-working")
    export_tasks.make_export.func(str(cast.ana.pk))
    page.get_by_role("button", name="Download").wait_for()
    looked_at(page, "export-ready")
    making.let_go(cast.northbridge)
