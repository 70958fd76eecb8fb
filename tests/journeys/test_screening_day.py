"""Forty people at an afternoon's event: two people at two tablets, every page printed, leads made, one becomes a client."""

import re
from typing import Any

import pytest

from medexpro.marketing import tasks
from medexpro.marketing.models import PageRun, Participant, ParticipantResult
from tests.journeys.practice import Person
from tests.pdf.reading import open_pdf, text_of

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 40
WANT_TO_HEAR = (2, 4, 5)
# Whose pressure keeps them from everything that exerts.
HIGH = 13
# Fields, for person n, at each station: what an ordinary afternoon brings.
GRIP = ("23.1", "21", "24.6", "22.4", "24", "22")
# Many entries go to the address the page itself sends to, from the page: as quickly as the tablet could.
QUICK = """async ([station, from, until, skip]) => {
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  const here = document.querySelector("script[src*=station]").src;
  const { uuid7 } = await import(here.replace("marketing/station", "sessions/js/outbox"));
  const form = document.getElementById("station");
  const fields = [...form.querySelectorAll(".sd-field input")].map((one) => one.name);
  const values = (n) => ({
    rest: [String(110 + (n % 30)), String(70 + (n % 15)), String(60 + (n % 20))],
    grip: ["23.1", "21", "24.6", "22.4", "24", "22"],
    gait: [(3.2 + (n % 10) / 10).toFixed(1)],
    chair: [String(9 + (n % 8))],
  })[station];
  const outcomes = [];
  for (let n = from; n <= until; n++) {
    if (n === skip) continue;
    const body = new URLSearchParams({ number: String(n), id: uuid7(), way: form.elements.way?.value ?? "", waited_ms: "0" });
    if (station === "rest") body.set("none", "1");
    values(n).forEach((value, place) => body.set(fields[place], value));
    const answer = await fetch(form.dataset.enter, { method: "POST", body, headers: { "X-CSRFToken": csrf } });
    outcomes.push((await answer.json()).outcome);
  }
  return outcomes;
}"""


class AtTheEvent(Person):
    """Somebody who works the day."""

    def sets_up(self, name: str, stations: tuple[str, ...]) -> None:
        """Set up the day with its stations."""
        self.page.goto("/screening-days/")
        self.follows("New screening day")
        self.fills({"Name": name, "Place": "Town hall"})
        for box in self.page.get_by_role("group", name="Stations").get_by_role("checkbox").all():
            box.uncheck()
        for station in stations:
            self.page.get_by_label(station).check()
        self.presses("Set up the day")
        self.sees_heading(name, level=1)

    def registers(self, age: str, sex: str, first_name: str = "", **wishes: str) -> None:
        """Register the next one; the number stands there already."""
        page = self.page
        number = page.get_by_label("Number", exact=True).input_value()
        page.get_by_label("Age or year of birth").fill(age)
        page.get_by_text(sex, exact=True).click()
        if first_name:
            page.get_by_label("First name").fill(first_name)
        if wishes:
            page.get_by_text("They want their page sent").click()
            page.get_by_label("Contact me").check()
            page.get_by_label("Phone").fill(wishes["phone"])
            page.get_by_label("Last name").fill(wishes["family"])
        page.get_by_role("button", name="Register, next").click()
        page.get_by_text(f"{number} {first_name}".strip() + " is registered.").wait_for()

    def goes_to_station(self, board: str, name: str) -> None:
        """Choose the station once."""
        self.page.goto(board)
        self.page.get_by_role("navigation", name="Stations").get_by_role("link", name=name).click()
        self.sees_heading(name, level=1)

    def types(self, number: int, values: dict[str, str], *, none: bool = False) -> None:
        """Number, value, next."""
        self.page.get_by_label("Number", exact=True).fill(str(number))
        if none:
            self.page.get_by_label("None of these").check()
        for label, value in values.items():
            self.page.get_by_label(label, exact=True).fill(value)
        self.presses("Save, next")

    def taps(self, digits: str) -> None:
        """Tap on the keypad."""
        for digit in digits:
            self.page.get_by_role("group", name="Keypad").get_by_role(
                "button", name=digit, exact=True
            ).click()

    def saves(self, number: int) -> None:
        """Wait until an entry is kept."""
        self.sees(f"Number {number} is saved.")

    def enters_quickly(self, station: str, since: int, until: int, skip: int = 0) -> None:
        """Enter the same for many, by the page's own address."""
        said = self.page.evaluate(QUICK, [station, since, until, skip])
        assert set(said) == {"kept"}, said


# The rest of the queue, by the form the page itself sends.
QUEUE = """async ([since, until]) => {
  const here = document.querySelector("script[src*='js/app']").src;
  const { uuid7 } = await import(here.replace("web/js/app", "sessions/js/outbox"));
  for (let n = since; n <= until; n++) {
    const body = new URLSearchParams({ number: n, born: 50 + (n % 35), sex: n % 2 ? "female" : "male", new_id: uuid7() });
    body.set("csrfmiddlewaretoken", document.querySelector("meta[name=csrf-token]").content);
    await fetch(location.href, { method: "POST", body, redirect: "manual" });
  }
}"""


def registered(person: AtTheEvent, count: int) -> None:
    """Register the people of the day, some of whom want to hear from the practice."""
    for number in range(1, max(WANT_TO_HEAR) + 1):
        wishes: dict[str, Any] = {}
        if number in WANT_TO_HEAR:
            wishes = {"first_name": f"Ada{number}", "phone": f"555-02{number:02}", "family": "Lund"}
        person.registers(str(50 + number % 35), "Woman" if number % 2 else "Man", **wishes)
    person.page.evaluate(QUEUE, [max(WANT_TO_HEAR) + 1, count])


def test_forty_people_in_an_afternoon(cast, tablet):
    ana, asa, ben = (AtTheEvent(tablet(one)) for one in (cast.ana, cast.asa, cast.ben))
    ana.sets_up(
        "Autumn market",
        ("Blood pressure and pulse", "Grip, both hands", "Walking speed, 4 m", "30-second chair stand"),
    )
    board = ana.page.url

    # The front desk registers forty.
    ben.page.goto(board)
    ben.follows("Register people")
    registered(ben, PEOPLE)
    assert Participant.objects.count() == PEOPLE

    # Two tablets at once: one takes pressure, the other waits at the grip until it is known.
    asa.goes_to_station(board, "Blood pressure and pulse")
    ana.goes_to_station(board, "Grip, both hands")
    ana.types(1, {"Right 1": "23.1"})
    ana.sees("Blood pressure, pulse and the question about signs come first.")
    asa.types(1, {"Systolic 1": "128", "Diastolic 1": "82", "Resting pulse": "70"}, none=True)
    asa.saves(1)
    asa.types(HIGH, {"Systolic 1": "172", "Diastolic 1": "94", "Resting pulse": "88"}, none=True)
    asa.sees("Please rest, seated")
    asa.enters_quickly("rest", 2, PEOPLE, HIGH)

    ana.page.reload()
    ana.types(HIGH, {"Right 1": "30"})
    ana.sees("Please rest, seated")
    ana.types(
        1, dict(zip(("Right 1", "Left 1", "Right 2", "Left 2", "Right 3", "Left 3"), GRIP, strict=True))
    )
    ana.saves(1)
    ana.enters_quickly("grip", 2, PEOPLE, HIGH)

    # A slipped decimal point is asked about; a lost connection keeps the entry and sends it once it is back.
    asa.goes_to_station(board, "Walking speed, 4 m")
    asa.types(1, {"Gait speed 1": "36.4"})
    asa.presses("Use 3.64")
    asa.saves(1)
    asa.page.context.set_offline(True)
    asa.types(2, {"Gait speed 1": "3.5"})
    asa.sees("Number 2 is safe on this tablet.")
    assert ParticipantResult.objects.filter(station="gait").count() == 1
    asa.page.context.set_offline(False)
    asa.page.get_by_text("Everything saved").wait_for()
    asa.enters_quickly("gait", 3, PEOPLE, HIGH)
    ana.goes_to_station(board, "30-second chair stand")
    ana.page.get_by_label("Number", exact=True).click()
    ana.taps("1")
    ana.page.get_by_label("Chair stand", exact=True).click()
    ana.taps("12")
    ana.presses("Save, next")
    ana.saves(1)
    ana.enters_quickly("chair", 2, PEOPLE, HIGH)
    assert ParticipantResult.objects.filter(station="gait").count() == PEOPLE - 1

    # The board says who is missing; all pages are printed in one go.
    ana.page.goto(board)
    ana.sees(f"{PEOPLE} people, {PEOPLE - 1} done")
    ana.presses("Print all pages")
    ana.sees_heading(f"{PEOPLE} pages in one go")
    run = PageRun.objects.get()
    tasks.print_pages.call(str(run.pk))
    ana.sees_heading("The pages are ready")
    pdf = ana.page.context.request.get(
        ana.page.get_by_role("link", name="Open the PDF").get_attribute("href")
    ).body()
    with open_pdf(pdf) as printed:
        assert len(printed.pages) == PEOPLE
    text = text_of(pdf)
    pages = re.split(r"(?=Number \d+ Autumn|Ada\d+, number)", text)[1:]
    assert len(pages) == PEOPLE
    assert (
        "128/82" in pages[0]
        and "24.6 kg, right" in pages[0]
        and "1.10 m/s" in pages[0]
        and "12 stands" in pages[0]
    )
    assert "Please talk to your provider" in pages[HIGH - 1] and "172/94" in pages[HIGH - 1]
    assert "Grip" not in pages[HIGH - 1].split("Not or not fully")[0]
    assert pages[4].startswith("Ada5, number 5") and "percentile for women of" in pages[4]
    assert "not a medical check" in pages[39] and "555-0142" in pages[39]

    # Those who agreed are leads already; one becomes a client without typing anything again.
    ben.page.goto("/leads/")
    assert ben.page.get_by_role("link", name="Lund").count() == len(WANT_TO_HEAR)
    ben.follows("Ada5 Lund")
    ben.presses("Contacted")
    ben.sees("Contacted since")
    ben.follows("Make a client")
    ben.presses("Make a client")
    ben.sees_heading("Ada5 Lund", level=1)
    ben.sees("555-0205")
    ben.page.goto("/leads/?show=client")
    ben.follows("Ada5 Lund")
    ben.page.get_by_role("link", name="Open the client").wait_for()

    # Nobody is ranked at the end: counts by station.
    ana.page.goto(f"{board}figures/")
    row = ana.page.get_by_role("row", name=re.compile("Grip"))
    assert row.get_by_role("cell").all_inner_texts() == [str(PEOPLE - 1), "0", "1"]
