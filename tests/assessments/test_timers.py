"""The timers of timed tests: what each clock counts, replayed from moments; and a chair stand and a walk on a tablet."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.templatetags.static import static

from medexpro.assessments import catalogue, operations
from medexpro.assessments.models import Measurement
from medexpro.assessments.rules.clocks import Clock, clock_from
from medexpro.knowledge.library import library
from tests import scenario

# ---- The clocks are what the protocols say


@pytest.mark.parametrize("measure", sorted(catalogue.clocks()))
def test_a_clock_belongs_to_a_measure_whose_protocol_names_its_figures(measure):
    clock, what = catalogue.clocks()[measure], library().all_measures[measure]
    said = f"{what.protocol} {what.trials.note or ''}"
    if clock.seconds:
        minutes = f"{clock.seconds // 60} min"
        assert (
            f"{clock.seconds} s" in said
            or minutes in said
            or (clock.kind == "laps" and "6-minute" in what.name)
        )
    if clock.lap_m:
        assert f"{clock.lap_m} m" in said
    if clock.rest_s:
        assert f"{clock.rest_s} s" in said or "1 min apart" in said
    if clock.reps:
        assert "five times" in said
    if clock.kind == "stages":
        assert len(clock.stages) == what.valid_range.max


@pytest.mark.parametrize(
    "wrong", [{"kind": "egg"}, {"kind": "countdown"}, {"kind": "laps", "seconds": 360}, {"kind": "stages", "seconds": 10},
              {"kind": "stopwatch", "seconds": 3}],
    ids=json.dumps,
)  # fmt: skip
def test_a_clock_that_could_not_run_is_found_when_the_product_starts(wrong):
    with pytest.raises(ValueError, match=r"clock|seconds|counts"):
        clock_from(wrong)


def test_what_the_page_is_told_is_the_whole_clock():
    told = json.loads(Clock("laps", 360, 30, readings=True).as_json)
    assert told["kind"] == "laps" and told["seconds"] == 360 and told["lap_m"] == 30 and told["readings"]


# ---- In Chromium: the counting replayed from moments, then both tests on a tablet whose clock the test sets

REPLAY = """
async ([module, cases]) => {
  const t = await import(module);
  return cases.map(({ spec, does, at, places }) => {
    let state = t.fresh(spec);
    for (const [what, ...rest] of does) {
      if (what === "reload") state = t.revive(JSON.stringify(state), spec);
      else if (what === "set") state = { ...state, ...rest[0] };
      else state = t[what](state, ...rest);
    }
    return { phase: t.phase(state, at), count: state.marks.length, result: t.result(state, at, places), note: t.note(state, at),
      left: t.left(state, at), minutes: t.minutes(state, at).map((one) => one.laps), metres: t.metres(state) };
  });
}
"""
STAND, FIVE, WATCH = (
    {"kind": "countdown", "seconds": 30},
    {"kind": "stopwatch", "reps": 5},
    {"kind": "stopwatch"},
)
WALK, STAGES = (
    {"kind": "laps", "seconds": 360, "lap_m": 30},
    {"kind": "stages", "seconds": 10, "stages": list("abcd")},
)
START = ["start", 0]  # It runs from 3000 on.


def taps(*moments):
    return [["tap", moment] for moment in moments]


# spec, what happened, the moment asked about, what is true then. Moments in milliseconds.
CASES = [
    ("nothing has begun", STAND, [], 0, {"phase": "ready", "result": ""}),
    ("three, two, one counts nothing", STAND, [START, *taps(2999)], 2999, {"phase": "lead", "count": 0}),
    ("half a minute from go, not from the tap", STAND, [START], 32999, {"phase": "running", "left": 1}),
    ("a stand in the last moment counts", STAND, [START, *taps(5000, 32999)], 33000, {"phase": "over", "result": "2"}),
    ("a tap after the time does not", STAND, [START, *taps(5000, 33000)], 33000, {"result": "1"}),
    ("more than half way at time is added by hand", STAND, [START, *taps(5000), ["countLast", 34000]], 34000, {"result": "2"}),
    ("two taps of a shaking finger are one", STAND, [START, *taps(5000, 5200, 5250)], 6000, {"count": 2}),
    ("one too many is taken back", STAND, [START, *taps(5000, 7000), ["untap"]], 33000, {"result": "1"}),
    ("stopped early is no result", STAND, [START, *taps(5000), ["stop", 20000]], 20000, {"phase": "over", "result": ""}),
    ("none at all is a result", STAND, [START], 40000, {"result": "0"}),
    ("not yet: back to the beginning", STAND, [START, ["stop", 1000]], 1000, {"phase": "ready"}),
    ("a tab that slept through the end", STAND, [START, *taps(5000)], 9_000_000, {"phase": "over", "result": "1", "left": 0}),
    ("a reload in between", STAND, [START, *taps(5000), ["reload"], *taps(9000)], 33000, {"result": "2"}),
    ("the stopwatch in tenths", WATCH, [["start", 0, 0], ["stop", 9640]], 9640, {"result": "9.6"}),
    ("five stands end it by themselves", FIVE, [START, *taps(5000, 7000, 9000, 11000, 14400)], 20000, {"result": "11.4"}),
    ("the fifth taken back runs on", FIVE, [START, *taps(5000, 7000, 9000, 11000, 14400), ["untap"]], 20000, {"phase": "running"}),
    ("four stands are no time for five", FIVE, [START, *taps(5000, 7000, 9000, 11000), ["stop", 15000]], 15000, {"result": ""}),
    ("metres are lengths and a part", WALK, [START, *taps(23000, 43000), ["set", {"part": 12}]], 363000, {"result": "72"}),
    ("another course", WALK, [["set", {"lap_m": 20}], START, *taps(23000, 43000)], 363000, {"result": "40"}),
    ("a length can't be walked in a second", WALK, [START, *taps(23000, 24000)], 30000, {"count": 1}),
    ("what stood at each minute", WALK, [START, *taps(23000, 43000, 63000, 100000)], 125000, {"minutes": [3, 4]}),
    ("rests are counted, the clock runs on", WALK, [START, *taps(23000), ["pause", 60000], ["goOn", 80000], *taps(100000)],
     363000, {"result": "60", "note": "1 rest, 0:20"}),
    ("the next length ends a rest", WALK, [START, ["pause", 60000], *taps(80000)], 363000, {"note": "1 rest, 0:20"}),
    ("an early end says when and why", WALK, [START, *taps(23000), ["stop", 255000], ["set", {"reason": "pain"}]], 255000,
     {"result": "30", "note": "Stopped at 4:12: pain"}),
    ("before and after", WALK, [["set", {"before": {"pulse": "78"}, "after": {"pulse": "112", "spo2": "93"}}], START], 363000,
     {"note": "Pulse 78 to 112 /min; saturation ? to 93 %"}),
    ("the first stage held", STAGES, [START], 13000, {"phase": "over", "result": "1"}),
    ("the second lost", STAGES, [START, ["next", 13000], ["stop", 22200]], 22200, {"result": "1", "note": "Stage 2 held 6.2 s"}),
    ("all four held", STAGES, [START, ["next", 13000], ["next", 26000], ["next", 39000]], 52000, {"result": "4", "note": ""}),
    ("lost at once", STAGES, [START, ["stop", 4000]], 4000, {"result": "0"}),
]  # fmt: skip


def test_a_chair_stand_and_a_walk_on_a_tablet(transactional_db, live_server, chromium, sign_in):
    from django.utils import timezone

    from tests.conftest import make_cast

    cast, now = make_cast(), timezone.now()
    episode = scenario.cleared(cast, at=now)
    check = operations.start(
        episode, "check", measures=["chair_stand_30s", "six_minute_walk"], by=cast.ana, at=now
    )
    context = chromium.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies(
        [{"name": name, "value": sign_in(cast.ana).cookies[name].value, "url": live_server.url}]
    )
    page, faults = context.new_page(), []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.goto(f"{live_server.url}/static/web/icons/mark.svg")
    asked = [{"spec": spec, "does": does, "at": at, "places": 1} for _, spec, does, at, _ in CASES]
    told = page.evaluate(REPLAY, [static("assessments/timing.js"), asked])
    wrong = {
        case[0]: (case[4], {key: answer[key] for key in case[4]})
        for case, answer in zip(CASES, told, strict=True)
        if {key: answer[key] for key in case[4]} != case[4]
    }
    assert not wrong

    page.clock.install(time=now)
    page.goto(f"{live_server.url}/assessments/{check.pk}/")
    page.clock.pause_at(now + timedelta(minutes=2))
    dock = page.locator("[data-dock]")
    main = dock.locator("[data-dock-main]")

    page.locator("#chair_stand_30s [data-clock-open]").tap()
    main.tap()
    page.clock.run_for(4000)
    for _ in range(3):
        main.tap()
        page.clock.run_for(1500)
    page.reload()
    main.get_by_text("+ 1 stand").wait_for()
    main.tap()
    page.clock.run_for(30_000)
    page.clock.resume()
    dock.get_by_role("button", name="Keep 4").tap()
    page.locator("#as-nav", has_text="4 stands").wait_for()
    dock.get_by_role("button", name="Undo").tap()
    page.locator(".toasts", has_text="30-second chair stand removed").wait_for()
    assert page.input_value("#chair_stand_30s-none-1") == ""
    dock.get_by_role("button", name="Keep 4").tap()
    page.locator("#as-nav", has_text="4 stands").wait_for()
    dock.get_by_role("button", name="Done").tap()

    page.locator("#six_minute_walk [data-clock-open]").tap()
    page.get_by_label("Metres a length").fill("20")
    page.get_by_label("Metres a length").press("Tab")
    page.clock.pause_at(now + timedelta(minutes=8))
    main.tap()
    page.clock.run_for(3000)
    for _ in range(10):
        page.clock.run_for(30_000)
        main.tap()
    dock.get_by_role("button", name="Rests").tap()
    page.clock.run_for(60_000)
    page.clock.resume()
    page.get_by_label("Metres of the last length").fill("15")
    page.get_by_label("Metres of the last length").press("Tab")
    dock.get_by_role("button", name="Keep 215").tap()
    page.locator("#as-nav", has_text="215 m").wait_for()
    kept = {row.measure: row for row in Measurement.objects.filter(assessment=check, removed_at=None)}
    assert kept["chair_stand_30s"].value == 4 and kept["six_minute_walk"].value == 215
    assert kept["six_minute_walk"].modified.startswith("1 rest, 1:00"), kept["six_minute_walk"].modified
    context.close()
    assert faults == []
