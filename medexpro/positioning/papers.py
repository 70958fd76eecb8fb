"""Papers about the practice, each one page: service overview, bio of a member, service menu.

Made of the voice as it is now and kept nowhere; a letter that encloses one keeps the copy it sent. The same voice gives
the same bytes on the same day.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from medexpro.kernel import clock
from medexpro.pdf import engine
from medexpro.pdf.engine import Layout, TooLong
from medexpro.positioning import voice
from medexpro.positioning.layouts import ABOUT, MENU
from medexpro.positioning.voice import ServiceText, Voice
from medexpro.practice.models import Member, Practice
from medexpro.practice.paper import letterhead_of
from medexpro.web import words

To = Literal["client", "referrer"]


class Line(Struct, frozen=True, kw_only=True):
    """One service in short."""

    name: str
    about: str


class Section(Struct, frozen=True, kw_only=True):
    """A part with a heading."""

    heading: str
    text: str


class _Paper(Struct, frozen=True, kw_only=True):
    """What every such paper has. line: large, at the head; scope: at the foot."""

    title: str
    language: str = "en"
    region: str = "US"
    made_at: datetime
    heading: str
    date_line: str
    line: str
    scope: str
    contact: str
    colour: str


class AboutPaper(_Paper, frozen=True, kw_only=True):
    """One page about the practice, or about one of its members."""

    paragraphs: list[str]
    services: list[Line]
    sections: list[Section]


class MenuLine(Struct, frozen=True, kw_only=True):
    """One service of the menu. facts: (label, words)."""

    name: str
    condition: str
    facts: list[tuple[str, str]]
    price: str


class MenuPaper(_Paper, frozen=True, kw_only=True):
    """The service menu. priced: with a column of prices. note: a sentence under it."""

    services: list[MenuLine]
    priced: bool
    note: str


def overview_pdf(practice: Practice, *, at: datetime | None = None) -> bytes:
    """Return the service overview. Raises TooLong where what was written takes more than one page."""
    return _press(ABOUT, _overview(practice, at), practice)


def letterhead_picture(practice: Practice) -> bytes:
    """Return the first page of the service overview as PNG: the practice's paper as it prints now."""
    return engine.preview(ABOUT, _overview(practice, None), letterhead_of(practice), ppi=72)[0]


def _overview(practice: Practice, at: datetime | None) -> AboutPaper:
    said = voice.voice_of(practice)
    return AboutPaper(
        **_common(practice, said, "Service overview", at), line=said.line, paragraphs=list(said.overview),
        services=[Line(name=one.name, about=_about(one)) for one in said.services],
        sections=[Section(heading="How to refer", text=_how_to_refer(practice))],
    )  # fmt: skip


def bio_pdf(member: Member, *, at: datetime | None = None) -> bytes:
    """Return the bio of a member. Raises TooLong where what was written takes more than one page."""
    practice = member.practice
    said = voice.voice_of(practice)
    paper = AboutPaper(
        **_common(practice, said, "About us", at), line=_who(member), paragraphs=_parts(voice.bio_of(member)), services=[],
        sections=[Section(heading=f"About {practice.name}", text=said.line)],
    )  # fmt: skip
    return _press(ABOUT, paper, practice)


def menu_pdf(practice: Practice, *, to: To = "client", at: datetime | None = None) -> bytes:
    """Return the service menu; for those who refer it says what they receive, and prices only where the practice says so.

    Raises TooLong where it takes more than one page.
    """
    said = voice.voice_of(practice)
    priced = (to == "client" or said.referrers_see_prices) and any(one.price_words for one in said.services)
    notes = {
        "client": "Before your first session we ask your provider what you may do. Call us, and we find out together what fits.",
        "referrer": _how_to_refer(practice),
    }
    paper = MenuPaper(
        **_common(practice, said, "Services" if to == "client" else "Services for those you refer", at),
        line=said.line, services=[_menu_line(one, to, priced) for one in said.services], priced=priced, note=notes[to],
    )  # fmt: skip
    return _press(MENU, paper, practice)


def too_long(practice: Practice) -> list[str]:
    """Return the papers of the practice that take more than one page, in words; usually none."""
    found = []
    for name, make in (
        ("The service overview", overview_pdf), ("The menu", menu_pdf), ("The menu for those who refer", _for_referrers),
    ):  # fmt: skip
        try:
            make(practice)
        except TooLong as refusal:
            found.append(f"{name}: {str(refusal)[:1].lower()}{str(refusal)[1:]}")
    return found


def _for_referrers(practice: Practice) -> bytes:
    return menu_pdf(practice, to="referrer")


def _common(practice: Practice, said: Voice, heading: str, at: datetime | None) -> dict:
    at = at or clock.now()
    ways = [
        part
        for part in (practice.phone, practice.fax and f"fax {practice.fax}", practice.email, practice.website)
        if part
    ]
    return {
        "title": f"{heading}, {practice.name}", "made_at": at, "heading": heading, "date_line": words.day(practice.day(at)),
        "scope": said.scope_statement, "contact": " · ".join(ways), "colour": said.colour,
    }  # fmt: skip


def _menu_line(one: ServiceText, to: To, priced: bool) -> MenuLine:
    facts = [("For", one.whom), ("How", one.format), ("Length", one.length)]
    if to == "referrer":
        facts.append(("You receive", one.referrer_gets))
    kept = [(label, told) for label, told in facts if told]
    return MenuLine(
        name=one.name, condition=one.condition, facts=kept, price=one.price_words if priced else ""
    )


def _about(one: ServiceText) -> str:
    return " · ".join(part for part in (one.condition, one.format, one.length) if part)


def _who(member: Member) -> str:
    return f"{member.signing_name}{f', {member.title}' if member.title else ''}"


def _how_to_refer(practice: Practice) -> str:
    ways = [f"fax {practice.fax}" if practice.fax else "", f"call {practice.phone}" if practice.phone else ""]
    reach = " or ".join(filter(None, ways))
    return (
        "Send a written referral with the diagnosis code and any limits for exercise"
        f"{f': {reach}' if reach else ''}. We answer the same working day, and you read each result on one page."
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _press(layout: Layout, paper: _Paper, practice: Practice) -> bytes:
    return engine.render(layout, paper, letterhead_of(practice)).pdf


__all__: Sequence[str] = ["TooLong", "bio_pdf", "menu_pdf", "overview_pdf", "too_long"]
