"""From the relationship to the frozen values of a letter: what is printed, in words. Nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import qrcode
from django.urls import reverse
from qrcode.image.svg import SvgPathImage

from medexpro.episodes.models import Episode
from medexpro.outreach.letter_models import Letter, LetterDelivery
from medexpro.outreach.letter_snapshots import Code, RelationLetterSnapshot
from medexpro.outreach.letter_texts import FIELDS, LISTS, heading_of, words_of
from medexpro.outreach.rules import letters as rule
from medexpro.positioning.voice import Voice, voice_of
from medexpro.practice.models import Member
from medexpro.referrals.source_models import Source
from medexpro.reports import rows as measures
from medexpro.reports.contents import author_of, changed_since, signature_of
from medexpro.reports.record import Record
from medexpro.reports.record import read as read_record
from medexpro.reports.snapshots import Paragraph, Party, Verdict, runs
from medexpro.web import words

HEADINGS = {
    "who": "What we do",
    "next": {"introduction": "How it begins", "follow_up": "What we ask", "thank_you": "What comes next", "result": "What next"},
}  # fmt: skip
GETS, CHANGES = "What comes back to you", "Changed by more than what must be passed to count"
ENCLOSURES = {
    "overview": "Service overview", "bio": "Who leads the exercise", "menu": "Service menu", "sample": "Sample report",
}  # fmt: skip
ENCLOSED = {
    "overview": "our service overview", "bio": "a page on who leads the exercise", "menu": "our service menu",
    "sample": "a sample report, made up",
}  # fmt: skip
# What goes along unless somebody chooses otherwise.
USUAL: dict[str, list[str]] = {Letter.Kind.INTRODUCTION: ["overview", "bio"]}


@dataclass(frozen=True)
class Contents:
    """One letter ready to be set. texts: the words as they stand, by field; own: the words it begins with.

    obstacle: why there is nothing to say; empty when there is.
    """

    snapshot: RelationLetterSnapshot
    texts: dict[str, str]
    own: dict[str, str]
    obstacle: str = ""


@dataclass(frozen=True)
class Told:
    """What a result letter tells: the sentence, a line for each change that counts; keys: all that count.

    Without lines there is nothing to tell.
    """

    sentence: str = ""
    lines: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def contents_of(
    letter: Letter, *, site: str, at: datetime, by: Member | None = None, sign: bool = False
) -> Contents:
    """Return what the letter would say now.

    letter: with its source, provider, organisation, practice, episode and referral at hand (`letters.rows_of`).
    site: the practice's address, such as “https://example.org”, for the code. by: who signs; None takes who drafted it.
    """
    practice, author = letter.practice, by or letter.drafted_by
    voice, told = voice_of(practice), _told(letter, at)
    values = _values(letter, voice, told, author, at)
    own = {key: _own(letter, key, values) for key in FIELDS[letter.kind] if key != "changes"}
    texts = {key: str(letter.words[key]) if key in letter.words else text for key, text in own.items()}
    day = practice.day(at)
    full_day = f"{day:%B} {day.day}, {day.year}"
    snapshot = RelationLetterSnapshot(
        title=f"{heading_of(letter.kind)}, {letter.source.name}, {full_day}",
        heading=heading_of(letter.kind),
        number=f"Letter {letter.number}",
        made_at=at,
        date_line=full_day,
        to=addressee(letter.source),
        re=_re(letter, values),
        about=Party(""),
        author=author_of(author),
        signature=signature_of(author, practice, at) if sign else None,
        scope=voice.scope_statement,
        small_print=_small_print(letter),
        greeting=greeting(letter.source),
        opening=runs(texts["opening"]),
        paragraphs=[
            Paragraph(heading, texts[key])
            for key in ("who", "next")
            if texts.get(key) and (heading := _heading(key, letter.kind))
        ],
        list_heading=CHANGES if letter.kind == Letter.Kind.RESULT else GETS,
        items_first=letter.kind == Letter.Kind.RESULT,
        items=told.lines if letter.kind == Letter.Kind.RESULT else _lines(texts.get("gets", "")),
        code=code_of(letter.source, site),
        enclosed=enclosed_words(letter.enclosed),
        closing=texts["closing"],
    )
    obstacle = "" if letter.kind != Letter.Kind.RESULT or told.lines else NOTHING_CHANGED
    return Contents(snapshot, texts, own, obstacle)


NOTHING_CHANGED = (
    "Nothing has improved by more than what must be passed to count, so there is no result to tell."
)


def greeting(source: Source) -> str:
    """Return how a letter begins: to a person by name, to a place without one."""
    return f"Dear {source.short_name}," if source.provider else "Dear colleagues,"


def addressee(source: Source) -> Party:
    """Return to whom a letter goes: the name, then the place with its address and fax."""
    place = source.provider.organisation if source.provider else source.organisation
    lines = [source.provider.specialty] if source.provider and not place else []
    lines += [place.name] if place and source.provider else []
    lines += [place.address] if place else []
    fax = fax_of(source)
    return Party(source.name, [line for line in (*lines, f"fax {fax}" if fax else "") if line][:3])


def fax_of(source: Source) -> str:
    """Return the fax number of a source, or of the place a person works in."""
    place = source.provider.organisation if source.provider else source.organisation
    return (source.provider.fax if source.provider else "") or (place.fax if place else "")


def email_of(source: Source) -> str:
    """Return the e-mail address of a source; only people have one."""
    return source.provider.email if source.provider else ""


def refer_path(source: Source) -> str:
    """Return the path of the page on which this source refers a client."""
    return reverse("public:refer_from", args=[source.code])


def code_of(source: Source, site: str) -> Code:
    """Return the code to photograph and the short address under it."""
    address = f"{site}{refer_path(source)}"
    shown = address.removeprefix("https://").removeprefix("http://").rstrip("/")
    return Code(drawn(address), shown, "Refer a client in two minutes, without an account")


@lru_cache(maxsize=512)
def drawn(address: str) -> str:
    """Return an address as a QR code in SVG. A fifth of it may be lost: a fax loses some."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=1, image_factory=SvgPathImage)
    code.add_data(address)
    return code.make_image().to_string(encoding="unicode")


def enclosed_words(keys: list[str]) -> str:
    """Return the line on what goes along; empty for nothing."""
    names = [said for key, said in ENCLOSED.items() if key in keys]
    return f"Enclosed: {words.joined(names)}" if names else ""


def told_of(episode: Episode, at: datetime) -> Told:
    """Return what a result letter may tell: only changes for the better beyond test error and what matters.

    What got worse beyond that is in the sentence too: a letter that tells half is none. Pain is no function.
    """
    record = read_record(episode, at, pain=False)
    everything = measures.reported(record)
    counted = {one.name for one in measures.changed(everything, episode.side) if one.counts}
    better = [one for one in everything if one.verdict is Verdict.BETTER and one.outcome.name in counted]
    if not better:
        return Told()
    better.sort(key=lambda one: -one.strength)
    lines = [_change_line(record, one) for one in better[: rule.MOST_CHANGES]]
    return Told(changed_since(record, everything), lines, [one.key for one in better])


def _change_line(record: Record, one: measures.Reported) -> str:
    row = measures.row_of(record, one)
    meaning = row.meaning[:1].lower() + row.meaning[1:]
    return f"{measures.spoken_name(one.outcome)}: {row.baseline} to {row.now}, {meaning}"


def _told(letter: Letter, at: datetime) -> Told:
    return told_of(letter.episode, at) if letter.kind == Letter.Kind.RESULT and letter.episode else Told()


def _values(letter: Letter, voice: Voice, told: Told, author: Member, at: datetime) -> dict[str, str]:
    """Return what may stand in the places of a text. What is not known stays empty, and its sentence is left out."""
    practice, client = letter.practice, letter.client
    referral = letter.referral or (letter.episode.referral if letter.episode else None)
    last = _last_letter_on(letter) if letter.kind == Letter.Kind.FOLLOW_UP else None
    first_visit = None
    if client is not None and letter.kind == Letter.Kind.THANK_YOU:
        first_visit = read_record(letter.episode, at, pain=False).first_visit_on
    return {
        "practice": practice.name,
        "phone": practice.phone,
        "line": voice.line,
        "me": author.signing_name,
        "client": client.formal_name if client else "",
        "client_full": client.name if client else "",
        "episode": letter.episode.title if letter.episode else "",
        "referral_day": words.day(referral.received_on) if referral else "",
        "first_visit": words.day(first_visit) if first_visit else "",
        "last_letter": words.day(practice.day(last)) if last else "",
        "result": told.sentence,
    }


def _own(letter: Letter, key: str, values: Mapping[str, str]) -> str:
    sentences = words_of(letter.kind, letter.reader, key)
    return "\n".join(sentences) if key in LISTS else rule.fill(sentences, values)


def _last_letter_on(letter: Letter) -> datetime | None:
    """Return when the last letter to the source left. One query."""
    sent = LetterDelivery.objects.filter(letter__source=letter.source_id).exclude(letter=letter.pk)
    return sent.order_by("-sent_at").values_list("sent_at", flat=True).first()


def _re(letter: Letter, values: Mapping[str, str]) -> Party:
    client = letter.client
    if client is None:
        named = [rule.fill([one], values) for one in words_of(letter.kind, letter.reader, "subject")]
        return Party(next(filter(None, named), heading_of(letter.kind)))
    lines = [f"DOB {words.day(client.birth_date)}"] if client.birth_date else []
    if values["referral_day"]:
        lines.append(f"referred {values['referral_day']}")
    return Party(client.name, lines)


def _small_print(letter: Letter) -> str:
    if letter.client is None:
        return ""
    phone = letter.practice.phone
    return "Confidential health information: if you received this by mistake, " + (
        f"call {phone}." if phone else "tell us."
    )


def _heading(key: str, kind: str) -> str:
    found: Any = HEADINGS[key]
    return str(found if isinstance(found, str) else found[kind])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
