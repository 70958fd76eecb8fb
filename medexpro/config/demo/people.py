"""The demo's practices, the people who work there, and the providers around them. All made up."""

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from medexpro.knowledge import operations as knowledge
from medexpro.practice.models import Member, Practice, User
from medexpro.practice.roles import Role
from medexpro.providers import operations as providers
from medexpro.providers.models import Provider

SIGNATURE = "M30 130 C80 20 130 20 115 110 S190 150 230 80 S300 60 320 120 S400 130 450 70 S540 120 580 80"

STAFF = (
    # key, full name, roles, credentials, title
    ("rosa", "Rosa Okafor", (Role.OWNER, Role.PROFESSIONAL), "MES", "Medical Exercise Specialist"),
    ("luis", "Luis Ferrer", (Role.PROFESSIONAL,), "MES", "Medical Exercise Specialist"),
    ("nia", "Nia Park", (Role.ASSISTANT,), "", "Exercise assistant"),
    ("tomas", "Tomas Hale", (Role.MENTOR,), "AMES", "Advanced Medical Exercise Specialist"),
    ("grace", "Grace Lin", (Role.FRONT_DESK,), "", ""),
    ("omar", "Omar Aziz", (Role.BILLER,), "", ""),
    ("ines", "Ines Roth", (Role.READ_ONLY,), "", ""),
)

PROVIDERS = (
    # key, given, family, type, credential, specialty, organisation, phone, fax, secure e-mail
    (
        "raman",
        "Priya",
        "Raman",
        "MD",
        "MD",
        "Orthopedics",
        "Lakeside Orthopedics",
        "555-0116",
        "555-0117",
        "",
    ),
    ("osei", "Kwame", "Osei", "MD", "MD", "Orthopedics", "Lakeside Orthopedics", "555-0138", "555-0139", ""),
    (
        "varga",
        "Judit",
        "Varga",
        "DO",
        "DO",
        "Sports medicine",
        "Fairhaven Sports Medicine",
        "555-0151",
        "555-0152",
        "letters@example.org",
    ),
    ("haddad", "Sami", "Haddad", "MD", "MD", "Cardiology", "Harbor Heart Group", "555-0160", "555-0161", ""),
    ("nakano", "Emi", "Nakano", "PT", "DPT", "Outpatient", "Riverbend PT", "555-0170", "555-0171", ""),
    (
        "brooks",
        "Dale",
        "Brooks",
        "NP",
        "NP",
        "Primary care",
        "Fairhaven Family Health",
        "555-0180",
        "555-0181",
        "",
    ),
)


# The demo practice prints the product's mark at the head of its letters.
LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0b5c74"/>'
    '<path d="M5.5 22.5C9 12 13 8.5 17 8.5S24 12 26.5 17" fill="none" stroke="#ffffff" stroke-width="2.6" '
    'stroke-linecap="round"/><circle cx="5.8" cy="22.5" r="2.6" fill="#0b5c74" stroke="#ffffff" stroke-width="2.2"/>'
    '<circle cx="26.4" cy="17" r="3" fill="#ffffff"/></svg>'
)


@dataclass
class House:
    """The demo practice and everyone in it."""

    practice: Practice
    members: dict[str, Member] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Member:
        try:
            return self.__dict__["members"][name]
        except KeyError:
            raise AttributeError(name) from None


def found(at: datetime) -> House:
    """Found the demo practice: people, letterhead, approved working rules, providers."""
    practice = Practice.objects.create(
        name="Northbridge Medical Exercise",
        state="Ohio",
        address="418 Alder Street, Suite 2, Fairhaven, OH 44100",
        phone="555-0142",
        fax="555-0143",
        email="desk@example.org",
        website="northbridge.example.org",
        logo=LOGO,
        remind_hours=24,
        is_demo=True,
        second_factor_required=False,
        idle_minutes=60,
        setup_done_at=at,
    )
    house = House(practice)
    for key, name, roles, credentials, title in STAFF:
        house.members[key] = _member(practice, key, name, roles, credentials, title)
    house.nia.mentor = house.tomas
    house.nia.save()
    house.luis.mentor = house.tomas
    house.luis.save()
    rules = [(entry.kind, entry.key) for entry in knowledge.needing_approval(practice)]
    knowledge.approve(rules, by=house.rosa, at=at)
    for key, given, family, kind, credential, specialty, clinic, phone, fax, secure in PROVIDERS:
        organisation = providers.organisation_named(clinic, by=house.grace, at=at)
        house.providers[key] = providers.add(
            given_name=given,
            family_name=family,
            type=kind,
            credential=credential,
            specialty=specialty,
            organisation=organisation,
            phone=phone,
            fax=fax,
            email=secure or f"{key}@example.org",
            email_is_secure=bool(secure),
            preferred_channel="fax",
            by=house.grace,
            at=at,
        )
    return house


def found_neighbour(at: datetime) -> House:
    """Found a second practice: nobody of the first sees anything of it. Rosa also works there."""
    practice = Practice.objects.create(
        name="Southgate Functional Training",
        state="Ohio",
        address="9 Mill Road, Southgate, OH 44188",
        phone="555-0190",
        is_demo=True,
        second_factor_required=False,
        idle_minutes=60,
        setup_done_at=at,
    )
    house = House(practice)
    house.members["dana"] = _member(
        practice, "dana", "Dana Weiss", (Role.OWNER, Role.PROFESSIONAL), "MES", "Medical Exercise Specialist"
    )
    rosa = User.objects.get(email="rosa@example.org")
    Member.objects.create(practice=practice, user=rosa, roles=[Role.PROFESSIONAL.value], credentials="MES")
    return house


def _member(
    practice: Practice, key: str, name: str, roles: tuple[Role, ...], credentials: str, title: str
) -> Member:
    user = User.objects.filter(email=f"{key}@example.org").first() or User.objects.create_user(
        f"{key}@example.org", settings.DEMO_PASSWORD, full_name=name
    )
    return Member.objects.create(
        practice=practice,
        user=user,
        roles=[role.value for role in roles],
        credentials=credentials,
        title=title,
        signature=SIGNATURE if Role.PROFESSIONAL in roles else "",
    )
