"""How the demo practice speaks: its sheet, services, bios, open page, figures, and one story told with consent."""

from datetime import datetime, timedelta

from medexpro.config.demo.people import House
from medexpro.episodes.models import Episode, Status
from medexpro.marketing import cohorts, stories
from medexpro.positioning import operations

SHEET = {
    "whom": "people after a knee, hip or shoulder operation",
    "problem": "medical care has ended, and stairs, the garden or a day at work are still hard",
    "result": "get back to stairs, garden and grandchildren",
    "not_do": "name the cause of a complaint\nsell supplements\ndecide on medicines",
    "proof": "Every client is measured at least every 30 days, and the figures we publish are of all of them, also of those who "
    "stopped early",
}  # fmt: skip
SERVICES = (
    {
        "name": "Joint again",
        "condition": "After a knee or hip replacement",
        "whom": "People discharged from medical care who are not yet back to their stairs",
        "format": "One to one, in the studio",
        "length": "12 weeks, 2 visits a week, 50 minutes",
        "price_cents": 189000,
        "referrer_gets": "A letter after the first visit, one page of results every 30 days, a summary at the end",
    },
    {
        "name": "Shoulder again",
        "condition": "After a rotator cuff repair",
        "whom": "People cleared for strengthening by their surgeon",
        "format": "One to one, in the studio",
        "length": "16 weeks, 2 visits a week, 50 minutes",
        "price_cents": 249000,
        "referrer_gets": "One page of results every 30 days, and before each visit to the surgeon",
    },
    {
        "name": "Steady",
        "condition": "With osteoporosis, diabetes or Parkinson’s",
        "whom": "People who want to stay strong and sure on their feet",
        "format": "Groups of four, or one to one",
        "length": "Every week, measured every 30 days",
        "price_words": "$120 a month",
        "referrer_gets": "One page of results every 90 days, if the client agrees",
    },
    {
        "name": "First look",
        "condition": "",
        "whom": "Anybody who wonders whether we are right for them",
        "format": "A talk and four measures",
        "length": "40 minutes",
        "price_words": "No charge",
        "referrer_gets": "",
    },
)
BIOS = {
    "rosa": (
        "She founded Northbridge after ten years in hospital wellness programs, to carry on where discharge leaves people",
        "Medical Exercise Specialist\nB.S. in exercise science",
    ),
    "luis": (
        "He came from coaching rowers and leads most programs after shoulder surgery",
        "Medical Exercise Specialist",
    ),
    "tomas": (
        "He has taught medical exercise for twenty years and looks over our programs",
        "Advanced Medical Exercise Specialist",
    ),
}
TOLD_OF = "Boyd"


def speak(house: House, now: datetime) -> None:
    """Fill in everything, open the page, publish what the record gives."""
    practice, rosa = house.practice, house.rosa
    at = now - timedelta(days=9)
    operations.change_sheet(practice, SHEET, by=rosa, at=at)
    for service in SERVICES:
        operations.add_service(practice, **service, by=rosa, at=at)
    for key, (background, training) in BIOS.items():
        operations.keep_bio(
            house.members[key],
            background=background,
            training=training,
            text="",
            is_shown=True,
            expected=None,
            by=rosa,
            at=at,
        )
    operations.open_page(practice, "northbridge", by=rosa, at=at)
    today = practice.day(now)
    year = cohorts.cohort_of(practice, today - timedelta(days=364), today)
    if not year.refused and year.figures:
        cohorts.publish(practice, year.since, year.until, by=rosa, at=now)
    _tell(house, now)


def _tell(house: House, now: datetime) -> None:
    rows = Episode.objects.of(house.practice).select_related("client", "practice", "surgery")
    episode = rows.filter(client__family_name=TOLD_OF, status=Status.DISCHARGED).first()
    if episode is None:
        return
    story = stories.draft(episode, by=house.rosa, at=now - timedelta(days=4))
    words = stories.newest_of(story)
    stories.agree(words, signed_name=episode.client.name, by=house.rosa, at=now - timedelta(days=3))
    stories.publish(story, by=house.rosa, at=now - timedelta(days=3))
