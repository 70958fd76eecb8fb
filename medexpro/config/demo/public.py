"""The demo's public page: how to get in, what visitors may pick a time for, two articles to read and a draft."""

from datetime import datetime, timedelta

from medexpro.config.demo.people import House
from medexpro.marketing.operations import public_page
from medexpro.scheduling.models import Kind, Service

QUESTIONS = [
    {
        "question": "How is this different from physical therapy?",
        "answer": "We are medical exercise professionals. We start after discharge, with your provider’s clearance, and train "
        "function. Medical findings and medication stay with your provider. If something looks wrong, we stop and call.",
    },
    {
        "question": "What does it cost?",
        "answer": "The first look costs nothing. Prices stand with our services, and nothing is booked without your word.",
    },
    {
        "question": "Do I need a referral?",
        "answer": "Everyone needs their provider’s clearance before the first session. Within a year of surgery or injury we "
        "also need a written referral. We ask your provider for both, you don’t have to carry paper.",
    },
    {
        "question": "What do I wear?",
        "answer": "Shoes you walk in, and something you can bend your knees in. There is a place to change.",
    },
]
STAIRS = """\
Most people leave their appointments able to walk through a room. A flight of stairs asks for more: about twice the
strength of level ground, on one leg at a time.

## What we look at first

- How often you stand up from a chair in 30 seconds
- Which leg leads, and whether the hand pulls
- How steady one leg is, eyes open

## What often comes back first

**Standing up** comes before climbing. When the chair gets easier, the first steps do too. We measure both at least every
30 days, so that nobody has to guess.

Ask your provider what your knee may do yet. We stay inside that.
"""
STEADY = """\
Strength fades quietly; balance tells you late. Three things you can do this week, if your provider has nothing against it:

1. Stand up from a chair ten times, without hands if you can.
2. Stand on one leg beside the kitchen counter, a hand's width from it.
3. Walk outside once more than last week.

If you fell in the last year, tell your provider before you begin anything new.
"""
ARTICLES = (
    ("Stairs again: what comes back first", "Why a flight of stairs asks for more than a walk.", STAIRS, 40, True),
    ("Steady on your feet, three things this week", "Small things that keep legs strong between visits.", STEADY, 12, True),
    ("What a first look is", "Forty minutes: a talk and four measures.", "A draft. What happens in forty minutes.\n", 1, False),
)  # fmt: skip


def open_up(house: House, now: datetime) -> None:
    """Write the page as the practice has it today."""
    rosa, practice = house.rosa, house.practice
    service = Service.objects.of(practice).filter(kind=Kind.TALK, places=1, retired_at=None).first()
    public_page.change_page(
        headline="Physical therapy has ended. Your recovery hasn’t.", arrival="Step-free, parking at the door",
        questions=QUESTIONS, first_visit=service, by=rosa, at=now - timedelta(days=50),
    )  # fmt: skip
    for title, summary, body, days, is_out in ARTICLES:
        at = now - timedelta(days=days)
        made = public_page.write_article(title=title, summary=summary, body=body, by=rosa, at=at)
        if is_out:
            public_page.publish(made, by=rosa, at=at)
