"""The demo's letters: one to be finished, one signed and waiting, some sent, improvements to write of. All made up."""

from datetime import datetime, timedelta

from django.conf import settings

from medexpro.config.demo.people import House
from medexpro.outreach import improvements, letter_sending, letters
from medexpro.outreach.letter_models import Letter
from medexpro.referrals.source_models import Source

# family name of the provider, kind, days ago, how far it came
LETTERS = (
    ("Bhatt", "introduction", 11, "print"), ("Eze", "introduction", 6, "fax"), ("Moreau", "introduction", 1, "signed"),
    ("Adler", "follow_up", 0, "draft"), ("Hansen", "introduction", 0, "draft"),
)  # fmt: skip


def write(house: House, now: datetime) -> None:
    """Write letters to sources of the demo practice, told from the day of `now`; the first result is sent."""
    for family, kind, ago, far in LETTERS:
        source = _source(house, family)
        if source is not None:
            _write(letters.draft(source, kind, by=house.rosa, at=now - timedelta(days=ago)), far, house)
    day = house.practice.day(now)
    for found in improvements.to_tell(house.rosa, day):
        provider = found.episode.referral.provider if found.episode.referral else None
        source = Source.objects.named().filter(provider=provider).select_related("practice").first()
        if source is not None and letters.why_not_named(source, found.episode) == "":
            _write(
                letters.draft(source, Letter.Kind.RESULT, episode=found.episode, by=house.rosa, at=now),
                "fax",
                house,
            )
            return


def _write(letter: Letter, far: str, house: House) -> None:
    if far == "draft":
        return
    at, site = letter.drafted_at, settings.PUBLIC_URL or "http://localhost:8000"
    letter = letters.sign(letter, recently_signed_in=True, site=site, by=house.rosa, at=at)
    if far != "signed":
        letter_sending.send(letter, far, by=house.rosa, at=at)


def _source(house: House, family: str) -> Source | None:
    rows = Source.objects.of(house.practice).named().select_related("practice")
    return rows.filter(provider__family_name=family).first()
