"""The practice's one voice: what every letter, page and paper says about it, whatever was filled in so far."""

from dataclasses import dataclass
from datetime import datetime

from medexpro.positioning.models import Bio, Profile, Service
from medexpro.positioning.rules import drafts
from medexpro.positioning.rules.drafts import Draft, Person, Sheet
from medexpro.practice.models import Member, Practice

# The product's own colour, until the practice chooses one.
COLOUR = "#0b5c74"
# What is made from the sheet and may be written by hand instead.
TEXTS = {"line": drafts.line, "overview": drafts.overview, "public": drafts.public, "scope": drafts.scope}


@dataclass(frozen=True)
class ServiceText:
    """One service as it is told. price_words: empty where none is given."""

    name: str
    condition: str = ""
    format: str = ""
    length: str = ""
    price_words: str = ""
    whom: str = ""
    referrer_gets: str = ""


@dataclass(frozen=True)
class Voice:
    """Everything a practice says of itself. Never without a line, a scope statement and an overview.

    slug: empty while the practice has written nothing, so it has no public address yet. not_do: each goes on after “We do
    not”. public: paragraphs under the line on the public page. colour: #rrggbb. published_at: since when the public page is
    open; None while it is closed.
    """

    name: str
    slug: str
    line: str
    whom: str
    problem: str
    result: str
    not_do: tuple[str, ...]
    proof: str
    scope_statement: str
    overview: tuple[str, ...]
    public: tuple[str, ...]
    services: tuple[ServiceText, ...]
    colour: str
    accent: str
    referrers_see_prices: bool
    published_at: datetime | None


def voice_of(practice: Practice) -> Voice:
    """Return what the practice says of itself; our own plain words where it has said nothing. Two queries."""
    profile = profile_of(practice)
    sheet = sheet_of(practice, profile)
    return Voice(
        name=practice.name, slug=profile.slug, line=text_of("line", profile, sheet), whom=drafts.said(sheet, "whom"),
        problem=drafts.said(sheet, "problem"), result=drafts.said(sheet, "result"), not_do=drafts.refused(sheet),
        proof=drafts.said(sheet, "proof"), scope_statement=text_of("scope", profile, sheet),
        overview=_paragraphs(text_of("overview", profile, sheet)), public=_paragraphs(text_of("public", profile, sheet)),
        services=tuple(service_text(one) for one in services_of(practice)), colour=profile.colour or COLOUR,
        accent=profile.accent, referrers_see_prices=profile.referrers_see_prices, published_at=profile.published_at,
    )  # fmt: skip


def practice_at(slug: str) -> Practice | None:
    """Return the practice at a public address; None for an unknown one. Open or closed: voice_of(…).published_at says."""
    if not slug or "\x00" in slug:
        return None
    found = Profile.objects.filter(slug=slug).select_related("practice").first()
    return found.practice if found else None


def bio_of(member: Member) -> str:
    """Return how a member is introduced: as written by hand, else as drafted. Never empty. Two queries."""
    kept = Bio.objects.of(member.practice).filter(member=member).first()
    return kept.text if kept and kept.text else bio_draft(member, kept).text


def bio_draft(member: Member, kept: Bio | None = None, profile: Profile | None = None) -> Draft:
    """Return the bio made from the member's answers and the sheet. kept: the answers, if there are any."""
    profile = profile or profile_of(member.practice)
    person = Person(
        name=member.user.full_name, credentials=member.credentials, title=member.title,
        background=kept.background if kept else "", training=tuple((kept.training if kept else "").splitlines()),
    )  # fmt: skip
    return drafts.bio(person, sheet_of(member.practice, profile))


def profile_of(practice: Practice) -> Profile:
    """Return the practice's profile; an unsaved, empty one where it has none yet."""
    return Profile.objects.of(practice).first() or Profile(practice=practice)


def sheet_of(practice: Practice, profile: Profile) -> Sheet:
    """Return the answers as the drafts read them."""
    return Sheet(
        name=practice.name, whom=profile.whom, problem=profile.problem, result=profile.result,
        not_do=tuple(profile.not_do.splitlines()), proof=profile.proof,
    )  # fmt: skip


def text_of(key: str, profile: Profile, sheet: Sheet) -> str:
    """Return a text as it stands: as written by hand, else as made from the sheet. key: one of TEXTS."""
    own = profile.own_texts.get(key) or {}
    return str(own.get("text") or "") or TEXTS[key](sheet).text


def services_of(practice: Practice) -> list[Service]:
    """Return the services on the menu, in its order."""
    return list(Service.objects.of(practice).filter(retired_at=None).order_by("position", "pk"))


def service_text(service: Service) -> ServiceText:
    """Return a service as it is told."""
    return ServiceText(
        name=service.name, condition=service.condition, format=service.format, length=service.length,
        price_words=price_of(service), whom=service.whom, referrer_gets=service.referrer_gets,
    )  # fmt: skip


def price_of(service: Service) -> str:
    """Return the price as it is told: the practice's words, else the amount, else nothing."""
    if service.price_words or service.price_cents is None:
        return service.price_words
    whole, cents = divmod(service.price_cents, 100)
    return f"${whole:,}.{cents:02d}" if cents else f"${whole:,}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip())
