"""A tap counts, whatever arrives from the server while the finger is down."""

import pytest

from tests import scenario
from tests.journeys.floor import Floor

pytestmark = pytest.mark.django_db(transaction=True)

# The gate drawn anew, as an answer of the server does it.
DRAW_ANEW = """async (waits) => {
  const { draw, html } = await import(new URL("html.js", document.querySelector("script[src*='sessions/js/page']").src));
  const place = document.getElementById("gate-place");
  const drawn = new Promise((done) => new MutationObserver(() => done(place.textContent)).observe(place, { childList: true }));
  draw(place, html`<p>Something else</p>`);
  return waits && drawn;
}"""


def test_an_answer_that_arrives_under_the_finger_does_not_take_the_tap(cast, tablet, morning):
    floor = Floor.opened(tablet(cast.ana), scenario.programmed(cast, at=morning), by=cast.ana, at=morning)
    page = floor.page
    floor.types_vitals()
    floor.taps_pain()
    page.get_by_label("Chest pain or shortness of breath").check()
    floor.is_saved()
    page.get_by_role("button", name="Record 1 answer").hover()
    page.mouse.down()
    page.evaluate(DRAW_ANEW, False)
    page.mouse.up()
    floor.gate_turns("Stop")
    floor.is_saved()

    # A finger that never lifts keeps nothing closed for long.
    page.locator("#gate-place button").first.hover()
    page.mouse.down()
    assert page.evaluate(DRAW_ANEW, True) == "Something else"
