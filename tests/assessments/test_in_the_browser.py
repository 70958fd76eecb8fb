"""What the assessment page's scripts do, in a real Chromium: kept on change, a slip asked about, the stopwatch."""

import re

import pytest
from django.conf import settings

from medexpro.assessments import operations
from medexpro.assessments.models import Measurement
from tests import scenario
from tests.assessments.measuring import measured


@pytest.fixture
def page(transactional_db, live_server, chromium, sign_in):
    """A function that opens an assessment as a member; a fault in a script fails the test."""
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1180, "height": 820})

    def open_as(member, address):
        name = settings.SESSION_COOKIE_NAME
        value = sign_in(member).cookies[name].value
        context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        opened = context.new_page()
        opened.on("pageerror", lambda fault: faults.append(str(fault)))
        opened.goto(f"{live_server.url}{address}")
        return opened

    yield open_as
    context.close()
    assert faults == []


def test_what_is_typed_is_kept_and_a_slip_is_asked_about(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    measured(episode, {"tug": "13.8"}, by=cast.ana, at=now)
    check = operations.start(episode, "check", measures=["tug", "grip_strength"], by=cast.ana, at=now)
    opened = page(cast.ana, f"/assessments/{check.pk}/")

    opened.fill("#tug-none-1", "96")
    opened.press("#tug-none-1", "Tab")
    opened.get_by_role("button", name="Use 9.6 s").click()
    opened.locator("#tug .read-fig", has_text="4.2").wait_for()
    assert opened.input_value("#tug-none-1") == "9.6"
    assert opened.get_attribute("#tug-none-1", "aria-invalid") is None

    # Typing goes on while the answer is under way; the fields are never swapped.
    opened.fill("#grip_strength-right-1", "20.8")
    opened.press("#grip_strength-right-1", "Tab")
    opened.keyboard.type("21.6")
    opened.press("#grip_strength-right-2", "Tab")
    opened.locator("#grip_strength-right-kept", has_text="21.6 kg").wait_for()
    opened.locator("#as-nav", has_text="21.6 kg").wait_for()

    opened.fill("#grip_strength-left-1", "many 🙂")
    opened.press("#grip_strength-left-1", "Tab")
    opened.locator("#grip_strength-left-1[aria-invalid=true]").wait_for()
    assert opened.input_value("#grip_strength-left-1") == "many 🙂"

    opened.locator("#tug [data-clock-open]").click()
    opened.locator("[data-dock-main]").click()
    opened.locator("[data-dock-time]", has_text=re.compile(r"^1\.\d s$")).wait_for()
    kept = {
        (row.measure, row.side): str(row.value.normalize())
        for row in Measurement.objects.filter(assessment=check)
    }
    assert kept == {("tug", "none"): "9.6", ("grip_strength", "right"): "21.6"}


def test_what_is_typed_before_the_scripts_are_there_is_kept_too(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    check = operations.start(episode, "check", measures=["tug"], by=cast.ana, at=now)
    opened = page(cast.ana, "/about/")
    late = []
    opened.route("**/assessment.js", lambda route: late.append(route))
    opened.goto(opened.url.replace("/about/", f"/assessments/{check.pk}/"), wait_until="commit")
    opened.fill("#tug-none-1", "13.8")
    opened.press("#tug-none-1", "Tab")
    for script in late:
        script.continue_()
    opened.locator("#as-nav", has_text="13.8 s").wait_for()
    assert Measurement.objects.get(assessment=check).measure == "tug"


def test_a_late_answer_never_takes_back_what_came_after_it(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    check = operations.start(episode, "check", measures=["tug", "resting_hr"], by=cast.ana, at=now)
    opened = page(cast.ana, f"/assessments/{check.pk}/")
    opened.wait_for_load_state()
    late = []
    opened.route("**/record/tug/", lambda route: late.append((route, route.fetch())))
    opened.fill("#tug-none-1", "13.8")
    opened.press("#tug-none-1", "Tab")
    opened.fill("#resting_hr-none-1", "70")
    opened.press("#resting_hr-none-1", "Tab")
    opened.wait_for_timeout(600)  # Long enough for the second, were it sent before the first is answered.
    for route, answer in late:
        route.fulfill(response=answer)
    opened.locator("#as-nav", has_text="70 /min").wait_for()
    assert "2 of 2 entered" in opened.locator("#as-nav").inner_text()


def test_a_step_left_in_haste_takes_nothing_along(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    baseline = operations.start(episode, "baseline", measures=["tug", "chair_stand_30s"], by=cast.ana, at=now)
    opened = page(cast.ana, f"/assessments/{baseline.pk}/?step=tests")
    opened.wait_for_load_state()
    late = []
    opened.route("**/record/tug/", lambda route: late.append(route))
    for field, typed in (("#tug-none-1", "13.8"), ("#chair_stand_30s-none-1", "8")):
        opened.fill(field, typed)
        opened.press(field, "Tab")
    # The first is still on its way, the second behind it, and the next step is tapped.
    steps = opened.get_by_role("navigation", name="Steps of the assessment")
    steps.get_by_role("link", name="Summary and communication").click()
    opened.wait_for_timeout(300)
    for route in late:
        route.continue_()
    opened.get_by_role("heading", level=2, name="Summary and communication").wait_for()
    assert "2 of 2 entered" in opened.locator("#as-missing").inner_text()


def test_an_answer_leaves_the_hands_of_who_types_on_alone(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    check = operations.start(episode, "check", measures=["chair_stand_30s", "tug"], by=cast.ana, at=now)
    opened = page(cast.ana, f"/assessments/{check.pk}/")
    opened.wait_for_load_state()
    late = []
    opened.route("**/record/chair_stand_30s/", lambda route: late.append(route))
    stands, seconds = opened.locator("#chair_stand_30s-none-1"), opened.locator("#tug-none-1")
    stands.fill("8")
    # Enter keeps it and stays; the next field is tapped while the answer is on its way.
    stands.press("Enter")
    opened.wait_for_timeout(100)
    seconds.focus()
    opened.keyboard.type("13")
    for route in late:
        route.continue_()
    opened.locator("#as-nav", has_text="8 stands").wait_for()
    opened.keyboard.type(".8")
    assert (stands.input_value(), seconds.input_value()) == ("8", "13.8")


def test_a_knee_from_its_region_to_the_end_with_one_thumb(page):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    baseline = operations.start(episode, "baseline", measures=["tug"], by=cast.ana, at=now)
    opened = page(cast.ana, f"/assessments/{baseline.pk}/")
    turn = opened.get_by_role("navigation", name="To another step")

    opened.get_by_role("heading", name="Preparation", level=2).wait_for()
    turn.get_by_role("link", name="Observation").click()
    turn.get_by_role("link", name="Functional interview").click()
    opened.get_by_label("Struggles with").fill("Stairs down, one foot at a time")
    opened.get_by_label("Struggles with").press("Tab")
    opened.locator("#struggles-live", has_text="Ana Torres").wait_for()

    turn.get_by_role("link", name="Evaluation by region").click()
    opened.get_by_role("button", name=re.compile("^Knee")).click()
    opened.locator("#mmt_knee_extension").wait_for()
    opened.fill("#rom_knee_flexion-right-1", "98")
    opened.press("#rom_knee_flexion-right-1", "Tab")
    opened.fill("#rom_knee_flexion-left-1", "130")
    opened.press("#rom_knee_flexion-left-1", "Tab")
    opened.locator("#rom_knee_flexion-live", has_text="Between the sides 32°").wait_for()

    turn.get_by_role("link", name="Functional tests").click()
    opened.fill("#tug-none-1", "13.8")
    opened.press("#tug-none-1", "Tab")
    opened.locator("#as-nav", has_text="13.8 s").wait_for()

    # Put down and taken up again: everything is where it was.
    opened.goto(opened.url.partition("?")[0])
    steps = opened.get_by_role("navigation", name="Steps of the assessment")
    steps.get_by_role("link", name="Summary and communication").click()
    opened.get_by_text("“Stairs down, one foot at a time”").wait_for()
    opened.get_by_label("One reason for all that is left out").fill("Enough for today")
    opened.get_by_role("button", name="Leave these out and finish").click()
    opened.get_by_role("navigation", name="Parts of this record").wait_for()
    baseline.refresh_from_db()
    assert baseline.finished_at is not None
    assert set(baseline.left_out.values()) == {"Enough for today"}
    assert baseline.measurements.count() == 3
