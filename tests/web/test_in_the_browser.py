"""What scripts add to the pages, in a real Chromium: keys, steppers, search, signature, dialogs, autosave, toasts."""

import json

import pytest
from django.test import override_settings


@pytest.fixture
def gallery(live_server, chromium):
    """The gallery of components; a fault in a script or a style the policy refuses fails the test."""
    with override_settings(MEDEXPRO_DEMO=True):
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.goto(f"{live_server.url}/components/")
        yield page
        context.close()
    # Requests that a test lets fail are the browser's to report, not ours to mend.
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def focused(page) -> str:
    return page.evaluate("document.activeElement.id || document.activeElement.dataset.open || ''")


def test_letters_work_where_nobody_types_and_nowhere_else(gallery):
    gallery.keyboard.press("?")
    assert gallery.locator("#keys").is_visible()
    gallery.keyboard.press("Escape")
    assert gallery.locator("#keys").is_hidden()
    gallery.fill("#id_name", "")
    gallery.type("#id_name", "?gt/")
    assert gallery.input_value("#id_name") == "?gt/"
    assert gallery.locator("#keys").is_hidden()
    assert "#main" not in gallery.url
    gallery.locator("h1").click()
    gallery.keyboard.press("g")
    gallery.keyboard.press("c")
    assert gallery.url.endswith("#main")


def test_a_stepper_steps_once_a_tap_and_repeats_while_held(gallery):
    more = gallery.locator("#example [data-more]")
    more.click()
    assert gallery.input_value("#id_load") == "75"
    box = more.bounding_box()
    gallery.mouse.move(box["x"] + 10, box["y"] + 10)
    gallery.mouse.down()
    gallery.wait_for_timeout(900)
    gallery.mouse.up()
    held = int(gallery.input_value("#id_load"))
    assert held >= 90
    gallery.wait_for_timeout(300)
    assert int(gallery.input_value("#id_load")) == held
    gallery.fill("#id_load", "3")
    gallery.locator("#example [data-less]").click()
    assert gallery.input_value("#id_load") == "0"  # Never below nothing.


def test_search_is_worked_by_keys_alone(gallery):
    field = gallery.locator("#id_condition_1")
    field.type("knee")
    gallery.locator("#id_condition_1_list [role=option]").first.wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    field.press("ArrowDown")
    chosen = field.get_attribute("aria-activedescendant")
    assert gallery.locator(f"#{chosen}").get_attribute("aria-selected") == "true"
    field.press("Enter")
    assert gallery.locator("#example [name=condition_0]").input_value() == "M17.12"
    assert field.get_attribute("aria-expanded") == "false"
    field.type("x")
    assert gallery.locator("#example [name=condition_0]").input_value() == ""  # Typed anew is not chosen.
    field.press("Escape")
    assert gallery.locator("#id_condition_1_list").is_hidden()


def test_search_that_finds_nothing_says_so(gallery):
    gallery.locator("#id_condition_1").type("zzz")
    gallery.get_by_text("Nothing found. Try fewer letters").wait_for()


def test_a_signature_is_kept_through_an_error_and_can_be_cleared(gallery):
    pad = gallery.locator("#example [data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    gallery.mouse.move(box["x"] + 60, box["y"] + 60)
    gallery.mouse.down()
    for step in range(10):
        gallery.mouse.move(box["x"] + 60 + step * 15, box["y"] + 60 + step % 3 * 15)
    gallery.mouse.up()
    strokes = gallery.locator("#example [name=signature_0]").input_value()
    assert strokes.count("L") > 5
    gallery.get_by_role("button", name="Keep the answers").click()
    gallery.locator("#example [data-problems]").wait_for()
    assert gallery.locator("#example [name=signature_0]").input_value() == strokes
    assert gallery.locator("#example [data-pad] path").get_attribute("d") == strokes
    gallery.locator("#example [data-clear]").click()
    assert gallery.locator("#example [name=signature_0]").input_value() == ""


def test_errors_put_the_focus_on_the_first_bad_field(gallery):
    gallery.get_by_role("button", name="Keep the answers").click()
    gallery.locator("#example [data-problems]").wait_for()
    assert focused(gallery) == "id_name"
    assert (
        "8 answers need a look" in gallery.locator("#example [data-problems]").inner_text()
        or gallery.locator("#example .error").count()
    )


def test_an_unusual_value_is_asked_once_and_its_fix_is_one_tap(gallery):
    for name, value in {
        "name": "Ellery", "born_on": "3/14/1958", "starts_at": "9:30", "weight_0": "170", "tug": "36.0",
        "condition_1": "", "signature_1": "Janet Ellery",
    }.items():  # fmt: skip
        gallery.fill(f"#example [name={name}]", value)
    gallery.locator("#id_condition_1").type("knee")
    gallery.locator("#id_condition_1_list [role=option]").first.click()
    gallery.check("#example [name=effort][value='4']", force=True)
    gallery.check("#example [name=exercise][value='some']")
    gallery.check("#example [name=cleared]")
    gallery.get_by_role("button", name="Keep the answers").click()
    gallery.locator("#example").get_by_role("button", name="Use 3.60 s").click()
    toast = gallery.locator("#toasts .toast")
    toast.get_by_text("Kept. Nothing is stored here.").wait_for()
    toast.get_by_role("button", name="Undo").click()
    gallery.locator("#toasts").get_by_text("Undone.").wait_for()


def test_a_word_is_replaced_where_it_was_typed_and_put_back(gallery):
    gallery.fill("#id_note", "More gait correction at the rail")
    gallery.locator("[data-replace]").click()
    assert gallery.input_value("#id_note") == "More gait training at the rail"
    gallery.locator("#toasts").get_by_role("button", name="Undo").click()
    assert gallery.input_value("#id_note") == "More gait correction at the rail"


def test_a_dialog_gives_the_focus_back(gallery):
    gallery.get_by_role("button", name="Sign and lock").click()
    assert gallery.locator("#sign").is_visible()
    gallery.get_by_role("button", name="Keep editing").click()
    assert gallery.locator("#sign").is_hidden()
    assert focused(gallery) == "sign"


def test_the_menu_opens_and_the_theme_stays(gallery):
    gallery.locator(".rail-me").click()
    menu = gallery.locator("#menu")
    assert menu.is_visible()
    menu.get_by_role("button", name="Dark").click()
    assert gallery.evaluate("document.documentElement.dataset.theme") == "dark"
    gallery.reload()
    assert gallery.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_toast_waits_while_it_has_the_focus(gallery):
    gallery.clock.install()
    gallery.evaluate(
        "import(document.querySelector('script[type=module]').src.replace('app.js', 'toast.js'))"
        ".then(m => m.toast('Step-up logged', { undo: () => document.body.dataset.undone = 'yes' }))"
    )
    toast = gallery.locator("#toasts .toast")
    toast.wait_for()
    toast.get_by_role("button").focus()
    gallery.clock.fast_forward(20_000)
    assert toast.is_visible()
    gallery.keyboard.press("Enter")
    assert gallery.locator("body").get_attribute("data-undone") == "yes"


FORM = """() => {
  const form = document.createElement("form");
  form.dataset.autosave = "/keep/";
  form.innerHTML = '<input type="hidden" name="version" value="3">'
    + '<div data-field><input name="phone" id="phone"></div><div data-field><input name="city" id="city"></div>'
    + '<span data-sync><svg><use href="#i-sync"/></svg><span data-sync-text></span></span>';
  document.getElementById("main").prepend(form);
}"""


def test_each_field_is_saved_on_change_and_an_error_stands_at_its_field(gallery):
    sent = []

    def answer(route, request):
        sent.append(request.post_data)
        bad = "phone=12" in request.post_data
        told = {"version": 3 + len(sent), "errors": {"phone": "This number is too short."} if bad else {}}
        route.fulfill(status=422 if bad else 200, content_type="application/json", body=json.dumps(told))

    gallery.route("**/keep/", answer)
    gallery.evaluate(FORM)
    gallery.fill("#city", "Fairhaven")
    gallery.locator("#city").blur()
    gallery.get_by_text("Everything saved,").first.wait_for()
    assert sent == ["city=Fairhaven&version=3&changed=city"]
    assert gallery.locator("[name=version]").first.input_value() == "4"
    gallery.fill("#phone", "12")
    gallery.locator("#phone").blur()
    gallery.get_by_text("This number is too short.").wait_for()
    assert gallery.input_value("#phone") == "12"


def test_without_a_connection_what_changed_waits_and_then_goes(gallery):
    reached = []
    gallery.evaluate(FORM)
    gallery.route(
        "**/keep/", lambda route: route.abort() if not reached else route.fulfill(json={"version": 9})
    )
    gallery.fill("#city", "Fairhaven")
    gallery.locator("#city").blur()
    gallery.locator("[data-sync-text]", has_text="1 entry").first.wait_for()
    reached.append(True)
    gallery.evaluate("dispatchEvent(new Event('online'))")
    gallery.locator("[data-sync-text]", has_text="Everything saved").first.wait_for()
    assert gallery.input_value("#city") == "Fairhaven"
