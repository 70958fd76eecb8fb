"""The demo's screening day: 25 people at the autumn market, measured at two tablets; some want to hear from the practice."""

import random
from datetime import datetime, time, timedelta

from medexpro.config.demo.people import House
from medexpro.marketing import operations
from medexpro.marketing.operations import pages
from medexpro.marketing.operations.measuring import Typed

DAYS_AGO = 10
STATIONS = ["rest", "grip", "gait", "chair", "one_leg"]
PEOPLE = 25
NAMES = (
    "Alma", "Bert", "Cora", "Dino", "Erna", "Fred", "Gail", "Hugo", "Iris", "Jack", "Kate", "Leo", "Mona", "Ned", "Opal",
    "Paul", "Ruth", "Saul", "Tess", "Ugo", "Vera", "Walt", "Xenia", "Yuri", "Zoe",
)  # fmt: skip
# Who wants to hear from us: number, last name, phone, where the lead stands today.
LEADS = (
    (3, "Lindholm", "555-0211", "new"),
    (8, "Marchetti", "555-0212", "contacted"),
    (12, "Novak", "555-0213", "booked"),
    (17, "Osterman", "555-0214", "declined"),
    (21, "Pereira", "555-0215", "new"),
)
# Whose pressure or answer kept them from strength and walking.
HIGH = {5: ("174", "96"), 19: ("206", "104")}
TOLD = {14: "dizzy_faint"}


def hold(house: House, now: datetime) -> None:
    """Hold the day as it went: registering, measuring, printing all pages, closing."""
    practice, dice = house.practice, random.Random(25)
    held_on = practice.day(now) - timedelta(days=DAYS_AGO)
    start = datetime.combine(held_on, time(13), tzinfo=practice.tz)
    day = operations.make_day(
        name="Fairhaven autumn market", place="Town hall", held_on=held_on, stations=STATIONS, by=house.rosa,
        at=start - timedelta(days=6),
    )  # fmt: skip
    wishes = {number: (family, phone) for number, family, phone, _ in LEADS}
    for number in range(1, PEOPLE + 1):
        at = start + timedelta(minutes=5 * number)
        family, phone = wishes.get(number, ("", ""))
        sex, age = "female" if number % 2 else "male", dice.randint(48, 84)
        operations.register(
            day, number=number, born=age, sex=sex, first_name=NAMES[number - 1], contact=bool(family), phone=phone,
            family_name=family, by=house.grace, at=at,
        )  # fmt: skip
        for place, station in enumerate(STATIONS):
            if station != "rest" and (number in HIGH or number in TOLD):
                break
            typed = _typed(station, number, sex, age, dice)
            by = house.nia if place < 3 else house.luis
            operations.enter(day, station, number, typed, by=by, at=at + timedelta(minutes=2 + 3 * place))
    end = start + timedelta(hours=3, minutes=30)
    run = operations.start_run(day, by=house.rosa, at=end)
    pages.work(run, now=lambda: end)
    operations.close_day(day, by=house.rosa, at=end + timedelta(minutes=20))
    for lead in day.leads.select_related("practice").order_by("made_at"):
        state = next(to for number, family, _, to in LEADS if family == lead.family_name)
        if state != "new":
            operations.move_lead(lead, state, by=house.grace, at=min(end + timedelta(days=3), now))


def _typed(station: str, number: int, sex: str, age: int, dice: random.Random) -> Typed:
    if station == "rest":
        upper, lower = HIGH.get(number, (str(dice.randint(112, 152)), str(dice.randint(66, 92))))
        values = {
            "bp_systolic-none-1": upper,
            "bp_diastolic-none-1": lower,
            "resting_hr-none-1": str(dice.randint(58, 88)),
        }
        return Typed(values, asked=True, signs=[TOLD[number]] if number in TOLD else [])
    young = (90 - age) / 40
    if station == "grip":
        best = (24 if sex == "female" else 38) + 6 * young + dice.uniform(-6, 6)
        trials = {f"grip_strength-right-{n}": f"{best - dice.uniform(0, 2):.1f}" for n in (1, 2, 3)}
        return Typed(
            trials | {f"grip_strength-left-{n}": f"{best - dice.uniform(1, 4):.1f}" for n in (1, 2, 3)}
        )
    if station == "gait":
        return Typed(
            {
                f"gait_speed_4m-none-{n}": f"{4 / (0.9 + 0.3 * young + dice.uniform(-0.15, 0.2)):.2f}"
                for n in (1, 2)
            }
        )
    if station == "chair":
        return Typed({"chair_stand_30s-none-1": str(round(10 + 5 * young + dice.uniform(-3, 3)))})
    if number % 8 == 0:
        return Typed(left_out="declined")
    held = max(2.0, min(45.0, 34 * young + dice.uniform(-8, 8)))
    return Typed(
        {
            "single_leg_stance-right-1": f"{held:.1f}",
            "single_leg_stance-left-1": f"{held * dice.uniform(0.7, 1):.1f}",
        }
    )
