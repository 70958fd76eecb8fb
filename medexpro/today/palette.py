"""What the palette finds: clients, things to begin, pages. Nothing that the person who asks may not open."""

from dataclasses import dataclass

from django.urls import reverse

from medexpro.clients import listing, presenters
from medexpro.clients.views.finding import OPENS
from medexpro.practice.models import Member
from medexpro.practice.palette import Way, add_ways, ways_for
from medexpro.today.rules.matching import fitting

CLIENTS = 7
CLIENT_GROUP = "Clients"
WAYS = (
    Way("Add a client", "clients:add", "plus", "new person", begins=True),
    Way("Take in a referral", "referrals:take_in", "referrals", "new order fax", begins=True),
    Way("Book a time", "scheduling:book", "calendar", "new booking appointment session", begins=True),
    Way("Add a provider", "providers:add", "provider", "new physician doctor surgeon", begins=True),
    Way("Invite someone", "practice:invite", "users", "new member team staff", begins=True),
    Way("Bring in a list of clients", "clients:import_list", "upload", "import csv sheet", begins=True),
    Way("Bring in a record", "fhir:upload", "import", "import fhir bundle", begins=True),
    Way("End of the day", "today:closing", "check", "summary evening close unsigned"),
    Way("Day sheet on paper", "today:sheet", "print", "print power out pdf"),
    Way("The day, everyone", "scheduling:day", "calendar", "calendar today"),
    Way("Waiting list", "scheduling:waiting", "clock", "waits offer free calendar put on"),
    Way("Hours and services", "scheduling:set_up", "clock", "rooms closures calendar set-up"),
    Way("Providers", "providers:list", "provider", "physicians doctors surgeons"),
    Way("Twice on file", "clients:pairs", "copy", "duplicates merge same person clients"),
    Way("Exercise library", "programs:library", "book", "exercises figures drawings search"),
    Way("Grip: what it can and can’t say", "assessments:handout_grip", "grip", "handout paper strength"),
    Way("Members", "practice:members", "users", "team staff roles"),
    Way("Trail", "practice:trail", "history", "audit who read"),
    Way("Limits of the practice", "clearance:practice_limits", "shield", "blood pressure tighten"),
    Way("Take everything out", "takeout:practice", "download", "export backup data"),
    Way("My bookings in another calendar", "scheduling:own_feed", "calendar", "ics feed phone"),
    Way("My profile and sign-in", "practice:me", "person", "password passkey signature"),
)


@dataclass(frozen=True)
class Found:
    """One line of the palette."""

    label: str
    url: str
    icon: str
    detail: str = ""


@dataclass(frozen=True)
class Group:
    """Some lines under one name."""

    name: str
    found: list[Found]


def register() -> None:
    """Put the ways of all areas into the palette, when the app starts."""
    add_ways(*WAYS, first=True)


def offered(member: Member, text: str) -> list[Group]:
    """Return what fits the words typed so far: clients before things to begin, pages last; groups without any left out.

    Nothing typed offers what can be begun and every page; no client is named before somebody asks.
    """
    opens = any(member.may(permission) for permission in OPENS)
    clients = listing.offered(member, text, limit=CLIENTS) if opens else []
    fits = fitting(text, [(way.label, way.also, way) for way in ways_for(member)])
    groups = (
        Group(CLIENT_GROUP, [_client(presenters.offer(client)) for client in clients]),
        Group("Begin", [_way(way) for way in fits if way.begins]),
        Group("Go to", [_way(way) for way in fits if not way.begins]),
    )
    return [group for group in groups if group.found]


def _client(offer: dict[str, str]) -> Found:
    return Found(offer["label"], reverse("clients:show", args=[offer["value"]]), "person", offer["detail"])


def _way(way: Way) -> Found:
    return Found(way.label, way.url, way.icon)
