"""The demo's referral sources: who is to be met, who sends, who went quiet; eight weeks of touches. All made up."""

from datetime import date, datetime, time, timedelta

from medexpro.clients.models import Client
from medexpro.config.demo.people import House
from medexpro.providers import operations as providers
from medexpro.providers.models import Organisation, Provider
from medexpro.referrals import operations as referrals
from medexpro.referrals import sources

# key, given, family, type, specialty, organisation, conditions, ideal
MORE = (
    ("novak", "Lena", "Novak", "MD", "Neurology", "Fairhaven Clinic", "balance, stroke", False),
    ("bhatt", "Samir", "Bhatt", "MD", "Cardiology", "Mercy Heart", "heart failure, stents", True),
    ("wu", "Grace", "Wu", "NP", "Primary care", "Elm Street Family Practice", "diabetes, back", False),
    ("adler", "Ruth", "Adler", "DO", "Primary care", "Alder Street Medical", "back, knee", True),
    ("costa", "Miguel", "Costa", "DC", "Spine", "Costa Chiropractic", "back, neck", False),
    ("yilmaz", "Deniz", "Yilmaz", "PT", "Outpatient", "Lakeside PT", "knee, hip", True),
    (
        "moreau",
        "Claire",
        "Moreau",
        "MD",
        "Endocrinology",
        "Fairhaven Clinic",
        "diabetes, bone density",
        False,
    ),
    ("eze", "Chidi", "Eze", "PA", "Orthopedics", "Lakeside Orthopedics", "shoulder", False),
    ("hansen", "Nils", "Hansen", "MD", "Rheumatology", "Harbor Rheumatology", "arthritis", False),
)
PLACES = (
    ("Fairhaven Senior Center", "balance"),
    ("Alder County Employers’ Health", "back"),
    ("Harbor Swim and Fitness", "knee, hip"),
)
# Referrals that a newer one of somebody else took over: key, family name of the client, days ago.
EARLIER = (("brooks", "Kim", 96), ("brooks", "Novak", 128), ("novak", "Greene", 30))
# key, kind, days ago, note
TOUCHES = (
    ("raman", "lunch", 51, "Likes one page, numbers first"), ("raman", "report", 33, ""), ("raman", "thanks", 29, ""),
    ("raman", "call", 12, "Asked for the fall screening flyer"), ("raman", "thanks", 1, ""),
    ("osei", "visit", 47, "Met the front desk and the PA"), ("osei", "thanks", 37, ""), ("osei", "call", 9, ""),
    ("varga", "visit", 40, ""), ("varga", "thanks", 57, ""), ("varga", "call", 22, "New fax number by fall"),
    ("brooks", "call", 64, ""), ("brooks", "thanks", 94, ""),
    ("novak", "talk", 44, "Balance evening at the clinic"), ("novak", "thanks", 28, ""),
    ("haddad", "lunch", 35, "Wants to hear of pressure above 150 at once"), ("haddad", "call", 15, ""),
    ("nakano", "lunch", 42, "Coffee every six weeks"), ("nakano", "call", 19, ""),
    ("bhatt", "visit", 11, "Asked to see a sample report"), ("yilmaz", "lunch", 26, ""), ("yilmaz", "email", 5, ""),
    ("adler", "letter", 8, "Service overview and one sample"), ("wu", "letter", 10, "Introduction"),
    ("wu", "call", 3, "Left word with the desk"), ("costa", "letter", 4, "Introduction"), ("hansen", "email", 17, ""),
    ("Fairhaven Senior Center", "talk", 31, "Staying on your feet"), ("Fairhaven Senior Center", "call", 2, ""),
    ("osei", "report", 16, ""), ("varga", "report", 6, ""), ("raman", "visit", 20, ""), ("nakano", "visit", 49, ""),
    ("haddad", "letter", 54, ""), ("bhatt", "call", 25, ""), ("adler", "call", 38, "Call back in fall"),
    ("brooks", "email", 70, ""), ("yilmaz", "call", 46, ""), ("novak", "call", 24, ""),
)  # fmt: skip
# key, what, days from now
STEPS = (
    ("nakano", "Coffee", 6), ("bhatt", "Send sample report", 0), ("yilmaz", "Joint talk on knees", 12), ("osei", "Lunch", 19),
    ("Fairhaven Senior Center", "Second talk", 9),
)  # fmt: skip
OWNERS = {
    "raman": "rosa",
    "osei": "rosa",
    "varga": "luis",
    "nakano": "luis",
    "bhatt": "rosa",
    "adler": "luis",
}


def keep(house: House, now: datetime) -> None:
    """Make sources of the providers, with earlier referrals, touches and next steps, told from the day of `now`."""
    known = _everyone(house, now)
    for key, family, ago in EARLIER:
        _earlier(house, known[key], family, ago, now)
    made = {}
    for key, who in known.items():
        extra = next((one for one in MORE if one[0] == key), None)
        made[key] = sources.add(
            who, interests=(extra[6] if extra else dict(PLACES).get(key, "knee, hip")).split(","),
            is_ideal=extra[7] if extra else key == "raman", owner=house.members.get(OWNERS.get(key, "")),
            by=house.rosa, at=now,
        )  # fmt: skip
    for key, kind, ago, note in TOUCHES:
        on = _day(house, now, ago)
        by = house.members[OWNERS.get(key, "rosa")]
        sources.touch(made[key], kind=kind, on=on, note=note, by=by, at=_moment(house, on))
    for key, step, ahead in STEPS:
        sources.plan_next(
            made[key], step=step, on=house.practice.day(now) + timedelta(days=ahead), by=house.rosa, at=now
        )


def _everyone(house: House, now: datetime) -> dict[str, Provider | Organisation]:
    known: dict[str, Provider | Organisation] = dict(house.providers)
    for number, (key, given, family, kind, specialty, place, _, _) in enumerate(MORE):
        known[key] = providers.add(
            given_name=given, family_name=family, type=kind, specialty=specialty, organisation_name=place,
            phone=f"555-03{number:02}", fax=f"555-04{number:02}", by=house.grace, at=now,
        )  # fmt: skip
    for name, _ in PLACES:
        known[name] = providers.organisation_named(name, by=house.grace, at=now)
    return known


def _earlier(house: House, provider: Provider | Organisation, family: str, ago: int, now: datetime) -> None:
    """Take in a referral that came before the one the client's episode stands on."""
    client = Client.objects.of(house.practice).filter(family_name=family).order_by("pk").first()
    day = house.practice.day(now) - timedelta(days=ago)
    at = _moment(house, day)
    referral = referrals.take_in(
        client, provider=provider, received_on=day, written_on=day - timedelta(days=1), channel="fax",
        wording="Please begin medical exercise with functional conditioning.", exit_confirmed_on=day - timedelta(days=7),
        icd10=["Z96.651"], open_episode=False, by=house.grace, at=at,
    )  # fmt: skip
    referrals.confirm_shown(referral, by=house.grace, at=at)
    referrals.acknowledge(referral, channel="fax", by=house.grace, at=at)


def _day(house: House, now: datetime, ago: int) -> date:
    """Return the working day so long ago, or the one before."""
    day = house.practice.day(now) - timedelta(days=ago)
    return day - timedelta(days=max(0, day.weekday() - 4)) if ago else day


def _moment(house: House, day: date) -> datetime:
    return datetime.combine(day, time(12, 30), tzinfo=house.practice.tz)
