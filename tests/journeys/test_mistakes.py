"""Mistakes as people make them: said at the field in their words, what was typed still there, nothing half-written."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from medexpro.assessments import operations as assessments
from medexpro.assessments.models import Goal, Measurement
from medexpro.clients.models import Client, ClientDocument, ContactPerson
from medexpro.fhir.models import Upload
from medexpro.reports import operations as reports
from medexpro.reports.models import Document
from medexpro.sessions.models import SessionCommand
from tests import scenario
from tests.assessments.measuring import measured
from tests.conftest import MORNING
from tests.fhir.samples import bundle, condition, person
from tests.journeys.floor import Floor
from tests.pdf.reading import text_of
from tests.reports.reporting import AGAIN, FIRST

pytestmark = pytest.mark.django_db(transaction=True)

CHINESE, EMOJI = "王小明", "😀"
MEGABYTE = 1024 * 1024


@pytest.fixture
def page(cast, tablet):
    """Ana at her tablet. A page that is our fault fails the test, whatever else it says."""
    page, broken = tablet(cast.ana), []
    page.set_default_timeout(15_000)
    page.on(
        "response", lambda answer: answer.status >= 500 and broken.append(f"{answer.status} {answer.url}")
    )
    yield page
    assert broken == []


def error_at(page, name):
    """Return what is said at a field, once it is said, and that its field is marked."""
    field = page.locator(f'[data-field="{name}"]')
    sentence = field.locator(".error").inner_text()
    assert field.locator("[aria-invalid=true]").count() >= 1
    return sentence


def drop_next_save(page, address):
    """Let the connection break the next time something is sent there, and come back after that."""
    page.route(
        address, lambda route: route.abort() if route.request.method == "POST" else route.continue_(), times=1
    )


# ---- Files


def bring_in(page, name, content):
    page.goto("/import/")
    page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "application/json", "buffer": content}
    )
    page.get_by_role("button", name="Look at the files").click()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (bundle(person(), condition())[:-30], "record.json is not whole JSON: it ends in the middle"),
        (b'{"resourceType": "Bundle", "entry": "none"}', "record.json is damaged: the “entry” of its Bundle is not a list."),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": 5, '
         b'"name": "Janet", "birthDate": ["1958"]}}, 7, null]}', "entry 1: “name” is text where a list belongs."),
        (bundle(person(birthDate="2058-03-04")), "the birth date 2058-03-04 lies in the future"),
    ],
)  # fmt: skip
def test_a_record_that_is_cut_off_or_wrong_inside_brings_in_nothing(cast, page, content, sentence):
    before = Client.objects.count()
    bring_in(page, "record.json", content)
    assert sentence in error_at(page, "chosen")
    assert not Upload.objects.exists() and Client.objects.count() == before


def files() -> set[Path]:
    """Return the files of this home; tests before may have left some."""
    return {one for one in (settings.MEDEXPRO_HOME / "files").rglob("*") if one.is_file()}


def test_a_photo_of_40_mb_is_named_with_its_size_and_the_title_stays(cast, page, tmp_path):
    photo, large = tmp_path / "letter.jpg", tmp_path / "large.jpg"
    Image.effect_noise((600, 800), 90).save(photo)
    large.write_bytes(photo.read_bytes() + bytes(40 * MEGABYTE))
    on_file = files()
    page.goto(f"/clients/{cast.janet.pk}/documents/")
    page.get_by_label("Title").fill("Dr. Raman’s letter")
    page.get_by_label("What it is").select_option(index=1)
    page.set_input_files("input[type=file]", large)
    page.get_by_role("button", name="Put on file").click()
    assert "40 MB; 15 MB is the limit" in error_at(page, "file")
    assert page.get_by_label("Title").input_value() == "Dr. Raman’s letter"
    assert not ClientDocument.objects.exists()
    assert files() == on_file

    page.set_input_files("input[type=file]", photo)
    page.get_by_role("button", name="Put on file").click()
    page.get_by_text("The document is on file.").wait_for()
    assert ClientDocument.objects.get().title == "Dr. Raman’s letter"


# ---- Values nobody has


def test_a_birth_date_to_come_is_refused_and_the_name_stays(page):
    page.goto("/clients/add/")
    page.get_by_label("First name").fill("Ruth")
    page.get_by_label("Last name").fill("Abernathy")
    page.get_by_label("Birth date").fill("3/4/2058")
    page.get_by_role("button", name="Add client").click()
    page.locator("[data-field=birth_date] .error").wait_for()
    assert "can’t lie in the future" in error_at(page, "birth_date")
    assert [page.get_by_label(name).input_value() for name in ("First name", "Last name", "Birth date")] == [
        "Ruth", "Abernathy", "3/4/2058",
    ]  # fmt: skip
    assert not Client.objects.filter(family_name="Abernathy").exists()
    page.get_by_label("Birth date").fill("3/4/1958")
    page.get_by_role("button", name="Add client").click()
    page.wait_for_url(re.compile(r"/clients/[0-9a-f-]{36}/$"))
    assert Client.objects.get(family_name="Abernathy").birth_date.year == 1958


def test_a_word_where_a_number_belongs_is_said_there(cast, page):
    page.goto(f"/clients/{cast.janet.pk}/details/")
    page.locator("#id_height_cm_0").fill("tall")
    page.get_by_label("For the staff").fill("Hard of hearing, left side")
    page.get_by_role("button", name="Save details").click()
    page.locator("[data-field=height_cm] .error").wait_for()
    assert "“tall” is not a number" in error_at(page, "height_cm")
    assert page.locator("#id_height_cm_0").input_value() == "tall"
    assert page.get_by_label("For the staff").input_value() == "Hard of hearing, left side"
    cast.janet.refresh_from_db()
    assert (cast.janet.height_cm, cast.janet.notes_to_staff) == (None, "")


def test_300_mmhg_is_no_pressure_on_the_floor(cast, page, morning):
    episode = scenario.programmed(cast, at=morning - timedelta(days=4))
    floor = Floor.opened(page, episode, by=cast.ana, at=morning)
    floor.types_vitals(systolic=300)
    page.locator("#e-bp_systolic").wait_for()
    assert "50 to 299" in page.locator("#e-bp_systolic").inner_text()
    assert page.locator("#r-bp_systolic").input_value() == "300"
    floor.is_saved()  # The others are; this one is not.
    assert floor.stored().started_at is None
    assert not floor.stored().readings.filter(measure="bp_systolic").exists()


def test_300_mmhg_is_no_pressure_in_an_assessment(cast, page, morning):
    episode = scenario.cleared(cast, at=morning)
    check = assessments.start(episode, "check", measures=["bp_systolic", "tug"], by=cast.ana, at=morning)
    page.goto(f"/assessments/{check.pk}/")
    field = page.locator("#bp_systolic input.input-num").first
    field.fill("300")
    field.press("Tab")
    page.locator("#bp_systolic [data-for] [role=alert]").wait_for()
    assert "299" in page.locator("#bp_systolic [data-for]").inner_text()
    assert field.input_value() == "300" and field.get_attribute("aria-invalid") == "true"
    page.locator("#tug-none-1").fill("eleven")
    page.locator("#tug-none-1").press("Tab")
    page.locator("#tug [data-for] [role=alert]").wait_for()
    assert "“eleven” is not a number" in page.locator("#tug [data-for]").inner_text()
    assert page.locator("#tug-none-1").input_value() == "eleven"
    assert not Measurement.objects.exists()


SEND_COMMAND = """
async (command) => {
  const key = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const answer = await fetch("/sessions/commands/", { method: "POST", body: JSON.stringify(command),
    headers: { "Content-Type": "application/json", "X-CSRFToken": key } });
  return [answer.status, await answer.json()];
}
"""


def test_reps_of_minus_one_can_not_be_tapped_and_are_refused_when_sent(cast, page, morning):
    episode = scenario.programmed(cast, at=morning - timedelta(days=4))
    floor = Floor.opened(page, episode, by=cast.ana, at=morning)
    floor.passes_the_gate()
    less = page.get_by_role("button", name=re.compile("^(Reps|Seconds|Minutes): .* less")).first
    for _ in range(30):
        less.click()
    assert int(page.locator(".stepper output.val span").first.inner_text()) >= 0
    floor.is_saved()
    entry = floor.stored().entries.first()
    command = {
        "id": "01a00000-0000-7000-8000-000000000001", "practice": str(cast.northbridge.pk), "session": str(floor.session.pk),
        "device": "another", "seq": 1, "base_version": floor.stored().version, "kind": "log",
        "at": morning.isoformat(), "body": {"entry": str(entry.pk), "sets": [{"quantity": "-1", "load": None}]},
    }  # fmt: skip
    status, said = page.evaluate(SEND_COMMAND, command)
    assert (status, said["outcome"]) == (200, "refused")
    assert "can be 0 to" in said["sentence"] and "not -1" in said["sentence"]
    entry.refresh_from_db()
    assert (entry.state, entry.sets) == ("open", [])
    # Refused, and kept all the same: nothing entered is lost.
    assert SessionCommand.objects.get(id=command["id"]).body["sets"] == [{"quantity": "-1", "load": None}]


# ---- Two at once, twice at once, and a line that breaks


def test_two_tabs_on_one_client_lose_neither_ones_words(cast, page, tablet):
    address = f"/clients/{cast.janet.pk}/details/"
    other = tablet(cast.ben)
    page.goto(address)
    other.goto(address)
    other.get_by_label("Phone").fill("555-0199")
    other.get_by_label("For the staff").fill("Comes by bus")
    other.get_by_role("button", name="Save details").click()
    other.get_by_text("Details are saved.").wait_for()

    page.get_by_label("For the staff").fill("Hard of hearing")
    page.get_by_label("Language").fill("German")
    page.get_by_role("button", name="Save details").click()
    alert = page.get_by_role("alert").filter(has_text="Someone else changed this")
    alert.wait_for()
    assert "Comes by bus" in alert.inner_text() and "555-0199" in alert.inner_text()
    assert page.get_by_label("For the staff").input_value() == "Hard of hearing"
    assert page.get_by_label("Language").input_value() == "German"
    assert page.get_by_label("Phone").input_value() == "555-0199"
    cast.janet.refresh_from_db()
    assert (cast.janet.notes_to_staff, cast.janet.language) == ("Comes by bus", "")

    page.get_by_role("button", name="Save details").click()
    page.get_by_text("Details are saved.").wait_for()
    cast.janet.refresh_from_db()
    assert (cast.janet.phone, cast.janet.notes_to_staff, cast.janet.language) == (
        "555-0199", "Hard of hearing", "German",
    )  # fmt: skip


def clicks_twice(page, name, address):
    """Click, and again while the server is done and its answer still on the way."""
    held, released = [], []

    def hold(route):
        if released:
            route.continue_()
        else:
            held.append((route, route.fetch(max_redirects=0)))

    page.route(address, hold)
    box = page.get_by_role("button", name=name).bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(500)
    assert len(held) == 1  # The second click sends nothing.
    released.append(True)
    for route, answer in held:
        route.fulfill(response=answer)


def test_a_double_clicked_save_makes_one_record(cast, page):
    page.goto("/clients/add/")
    page.get_by_label("Last name").fill("Abernathy")
    clicks_twice(page, "Add client", "**/clients/add/")
    expect(page).to_have_url(re.compile(r"/clients/[0-9a-f-]{36}/$"), timeout=30_000)
    assert Client.objects.filter(family_name="Abernathy").count() == 1

    page.goto(f"/clients/{cast.janet.pk}/contacts/add/")
    page.get_by_label("Name").fill("Tom Ellery")
    page.get_by_label("Phone").fill("555-0180")
    clicks_twice(page, "Save", "**/contacts/add/")
    expect(page).to_have_url(re.compile("/people/$"), timeout=30_000)
    assert ContactPerson.objects.count() == 1


def test_a_double_clicked_plain_form_makes_one_record(cast, page, morning):
    episode = scenario.cleared(cast, at=morning)
    measured(episode, {"tug": "13.8"}, by=cast.ana, at=morning)
    page.goto(f"/assessments/episodes/{episode.pk}/goals/")
    fill_goal(page)
    clicks_twice(page, "Set the goal", "**/goals/set/")
    page.locator(".goals li").first.wait_for()
    assert Goal.objects.count() == 1


def fill_goal(page):
    page.get_by_label("Measure").select_option(index=1)
    page.get_by_label("Target").fill("11")
    page.get_by_label("What the client will do").fill("Cross the street at the lights")


def test_a_dropped_request_keeps_what_was_typed_and_the_next_try_sends_it(page):
    page.goto("/clients/add/")
    page.get_by_label("First name").fill("Ruth")
    page.get_by_label("Last name").fill("Abernathy")
    drop_next_save(page, "**/clients/add/")
    page.get_by_role("button", name="Add client").click()
    page.get_by_text("can’t be reached. What you typed is still here").wait_for()
    assert page.get_by_label("Last name").input_value() == "Abernathy"
    assert not Client.objects.filter(family_name="Abernathy").exists()
    page.get_by_role("button", name="Add client").click()
    page.wait_for_url(re.compile(r"/clients/[0-9a-f-]{36}/$"))
    assert Client.objects.filter(given_name="Ruth", family_name="Abernathy").count() == 1


@pytest.mark.parametrize("way_back", ["back", "address"])
def test_a_plain_form_dropped_on_its_way_stands_filled_again(cast, page, morning, way_back):
    """The browser shows its own page when the line breaks: on the way back everything typed is there."""
    episode = scenario.cleared(cast, at=morning)
    measured(episode, {"tug": "13.8"}, by=cast.ana, at=morning)
    address = f"/assessments/episodes/{episode.pk}/goals/"
    page.goto(f"/clients/{cast.janet.pk}/")
    page.goto(address)
    fill_goal(page)
    drop_next_save(page, "**/goals/set/")
    page.get_by_role("button", name="Set the goal").click()
    page.wait_for_url(re.compile("^chrome-error:"))
    assert not Goal.objects.exists()
    if way_back == "back":
        page.go_back()
    else:
        page.goto(address)
    page.get_by_text("What you typed is here again").wait_for()
    assert page.get_by_label("What the client will do").input_value() == "Cross the street at the lights"
    page.get_by_role("button", name="Set the goal").click()
    page.locator(".goals li", has_text="Cross the street").wait_for()
    assert Goal.objects.count() == 1
    # It has arrived: nothing is put back a second time.
    page.wait_for_load_state()
    page.goto(address)
    assert page.get_by_label("What the client will do").input_value() == ""


def test_a_form_whose_page_was_open_too_long_stands_filled_again(cast, page, morning):
    episode = scenario.cleared(cast, at=morning)
    measured(episode, {"tug": "13.8"}, by=cast.ana, at=morning)
    page.goto(f"/assessments/episodes/{episode.pk}/goals/")
    fill_goal(page)
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Set the goal").click()
    page.get_by_role("heading", name="This page was open too long").wait_for()
    page.get_by_role("button", name="Go back").click()
    page.get_by_text("What you typed is here again").wait_for()
    assert page.get_by_label("Target").input_value() == "11"
    page.get_by_role("button", name="Set the goal").click()
    page.locator(".goals li", has_text="Cross the street").wait_for()
    assert Goal.objects.count() == 1


def test_what_never_arrived_is_shown_to_nobody_else_on_this_tablet(cast, page, sign_in, morning):
    episode = scenario.cleared(cast, at=morning)
    measured(episode, {"tug": "13.8"}, by=cast.ana, at=morning)
    address = f"/assessments/episodes/{episode.pk}/goals/"
    page.goto(address)
    fill_goal(page)
    drop_next_save(page, "**/goals/set/")
    page.get_by_role("button", name="Set the goal").click()
    page.wait_for_url(re.compile("^chrome-error:"))
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    key = sign_in(cast.mia).cookies[settings.SESSION_COOKIE_NAME].value
    site = page.url.partition("/accounts")[0]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site}])
    page.goto("/")
    assert page.evaluate("sessionStorage.getItem('medexpro-unsent')") is None


# ---- Names that no font has


@pytest.mark.parametrize("name", [CHINESE, EMOJI])
def test_a_name_no_font_has_is_flagged_and_prints_as_a_box(cast, page, name):
    page.goto(f"/clients/{cast.janet.pk}/details/")
    page.get_by_label("Last name").fill(name)
    page.get_by_role("button", name="Save details").click()
    page.get_by_text("Details are saved.").wait_for()
    page.goto(f"/clients/{cast.janet.pk}/details/")
    assert "as a box" in page.locator('[data-field="family_name"]').inner_text()
    cast.janet.refresh_from_db()
    episode = scenario.programmed(cast, at=MORNING - timedelta(days=57))
    measured(episode, FIRST, by=cast.ana, at=MORNING - timedelta(days=57))
    measured(episode, AGAIN, kind="reassessment", by=cast.ana, at=MORNING)
    document = reports.draft(episode, "progress_report", by=cast.ana, at=MORNING)

    page.goto(f"/reports/{document.pk}/")
    assert "In the client’s name" in page.locator(".alert", has_text="as a box").inner_text()
    words = page.locator("#words textarea").first
    words.fill(f"{words.input_value()} She says {name}.")
    page.locator("#weighed", has_text="as a box").wait_for()
    words.press("Tab")  # Leaving the field keeps it; then the page may be signed.
    page.locator("#sign:not([data-unseen])").wait_for()
    page.locator("#sign").get_by_role("button", name=re.compile("^Sign")).click()
    page.get_by_role("heading", name="Signed").wait_for()
    kept = Document.objects.get(pk=document.pk)
    assert kept.state == "signed"
    printed = text_of(bytes(kept.pdf))
    assert "⌧" in printed and name[0] not in printed
    assert page.request.get(f"/reports/{document.pk}/pdf/").status == 200
