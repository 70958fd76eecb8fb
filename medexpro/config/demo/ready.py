"""How ready the demo practice is to be asked: what its people said, a score of a month ago, a plan that runs."""

from datetime import datetime, timedelta

from medexpro.config.demo.people import House
from medexpro.outreach import readiness
from medexpro.outreach.readiness import STANDARD, TASK


def say(house: House, now: datetime) -> None:
    """Keep what shows the standards, the score before and after, and begin the thirty days."""
    rosa, day = house.rosa, house.practice.day(now)
    readiness.keep_score(by=rosa, at=now - timedelta(days=30))
    for key, note, until in (
        ("liability", "Certificate in the blue folder", day + timedelta(days=21)),
        ("emergency", "Walked through with everybody", None),
        ("certificates", "Rosa and Luis, renewed together", day + timedelta(days=400)),
    ):
        at = now - timedelta(days=12)
        readiness.say(STANDARD, key, note=note, good_until=until, by=rosa, at=at)
    readiness.begin_plan(by=rosa, at=now - timedelta(days=9))
    readiness.say(TASK, "d10", by=rosa, at=now - timedelta(days=2))
    readiness.keep_score(by=rosa, at=now - timedelta(days=1))
