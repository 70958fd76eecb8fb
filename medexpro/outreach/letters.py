"""Drafting, writing, signing and putting away letters to referral sources. Sending stands in letter_sending.py."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models.functions import Length

from medexpro.audit.trail import record
from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Conflict, NotFound, Refusal
from medexpro.kernel.wording import Mark
from medexpro.outreach import enclosures, letter_events
from medexpro.outreach.layouts import LETTER
from medexpro.outreach.letter_contents import ENCLOSURES, USUAL, Contents, contents_of
from medexpro.outreach.letter_models import Enclosure, Letter
from medexpro.outreach.letter_texts import FIELDS
from medexpro.outreach.rules import letters as rule
from medexpro.pdf import engine
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.paper import letterhead_of
from medexpro.practice.permissions import Permission
from medexpro.referrals.models import Referral
from medexpro.referrals.source_models import Source
from medexpro.reports.operations import SignInNeeded, WordingLeft
from medexpro.reports.sending import has_release
from medexpro.reports.snapshots import encode, fingerprint
from medexpro.wording.checking import marks_for
from medexpro.wording.models import LetStand
from medexpro.wording.operations import let_stand

PREFIX = "N"
# Whom letters are worded for: their lists of words.
TO = "provider"
NEEDED = (
    "source__provider__organisation", "source__organisation", "source__practice", "practice", "drafted_by__user",
    "signed_by__user", "episode__client", "episode__practice", "episode__surgery", "episode__referral__provider",
    "referral",
)  # fmt: skip


class LetterRefused(Refusal):
    """The letter can't be drafted, written, addressed or signed as it stands."""


def rows_of(member: Member) -> Any:
    """Return the letters a member may know of, with all that contents need at hand."""
    return Letter.objects.visible_to(member).select_related(*NEEDED).defer("pdf")


@transaction.atomic
def draft(
    source: Source,
    kind: str,
    *,
    referral: Referral | None = None,
    episode: Episode | None = None,
    batch: UUID | None = None,
    by: Member,
    at: datetime,
) -> Letter:
    """Return the open letter of this kind to a source; make it if there is none.

    referral: what a thank-you thanks for. episode: the client whom the letter names; a result letter needs one.
    Records outreach:letter:draft. Raises LetterRefused for a retired source, or a client the letter may not name.
    """
    permissions.check(by, Permission.LETTERS_SEND, source)
    if kind not in Letter.Kind.values:
        raise LetterRefused("There is no such letter.", field="kind")
    _check_subject(source, kind, referral, episode)
    if sentence := why_not_to(source):
        raise LetterRefused(sentence)
    if episode is not None:
        permissions.check(by, Permission.REPORTS_WRITE, episode)
        if sentence := why_not_named(source, episode):
            raise LetterRefused(sentence)
    # One letter after the other takes its number: the practice's row is the queue.
    practice = Practice.objects.select_for_update().get(pk=source.practice_id)
    if open_one := _open_draft(source, kind, referral, episode):
        return open_one
    letter = Letter.objects.create(
        practice=practice, source=source, kind=kind, reader=reader_of(source), referral=referral, episode=episode,
        number=_next_number(practice, year=practice.day(at).year), enclosed=list(USUAL.get(kind, ())), batch=batch,
        drafted_by=by, drafted_at=at,
    )  # fmt: skip
    record(letter_events.DRAFT, letter, by=by, at=at, letter=kind, number=letter.number)
    return _with_all(letter)


def _check_subject(source: Source, kind: str, referral: Referral | None, episode: Episode | None) -> None:
    if kind == Letter.Kind.RESULT and episode is None:
        raise LetterRefused("A result letter is about one client: choose the client’s result.")
    if kind == Letter.Kind.THANK_YOU and referral is None:
        raise LetterRefused("Choose the referral you are thankful for.")
    if referral is not None and not _is_theirs(source, referral):
        raise LetterRefused("This referral came from somebody else.")
    if kind not in (Letter.Kind.RESULT, Letter.Kind.THANK_YOU) and (referral or episode):
        raise LetterRefused("Such a letter is about no client.")


def _is_theirs(source: Source, referral: Referral) -> bool:
    sender = referral.provider
    if sender is None or source.practice_id != referral.practice_id:
        return False
    return (
        sender.organisation_id == source.organisation_id
        if source.organisation_id
        else sender.pk == source.provider_id
    )


def nameable(source: Source, referral: Referral, *, by: Member) -> Episode | None:
    """Return the episode by which a thank-you may name its client; None where it may not, so that it names nobody.

    It may to the provider who referred, with the release on file, and by who writes that client's reports.
    """
    rows = Episode.objects.visible_to(by).filter(referral=referral)
    episode = rows.select_related("client", "practice", "referral__provider").first()
    if episode is None or not permissions.may_with(by, Permission.REPORTS_WRITE, episode.client):
        return None
    return None if why_not_named(source, episode) else episode


def reader_of(source: Source) -> str:
    """Return for whom a letter to a source is worded, unless somebody chooses otherwise."""
    return rule.reader_for(source.provider.type if source.provider else "", source.kind)


def why_not_to(source: Source) -> str:
    """Return why no letter goes to a source; empty where one may."""
    if not source.is_retired:
        return ""
    return (
        f"{source.short_name} is no longer active, so nothing is sent to them. Address it to somebody else."
    )


def why_not_named(source: Source, episode: Episode) -> str:
    """Return why a letter to a source may not name the client of an episode; empty when it may. One query."""
    referrer = episode.referral.provider_id if episode.referral else None
    return rule.why_not_named(
        is_referrer=referrer is not None and source.provider_id == referrer,
        released=has_release(episode.client),
        who=episode.client.formal_name,
    )


def obstacle_of(letter: Letter) -> str:
    """Return why a letter may neither be signed nor sent as things are; empty when it may. A query where it names one."""
    if sentence := why_not_to(letter.source):
        return sentence
    return why_not_named(letter.source, letter.episode) if letter.episode else ""


@transaction.atomic
def write(
    letter: Letter,
    words: Mapping[str, str],
    *,
    reader: str = "",
    enclosed: Sequence[str] | None = None,
    version: int | None = None,
    site: str,
    by: Member,
    at: datetime,
) -> Letter:
    """Keep the words of a draft, for whom it is worded, what goes along. A word equal to our own is not kept.

    Another reader brings that version's own words where nobody wrote others. version: the one the page showed.
    Records outreach:letter:write with the names of changed fields. Raises LetterRefused once it is signed, Conflict.
    """
    _check(letter, Permission.REPORTS_WRITE, by)
    letter = locked(letter)
    if not letter.is_draft:
        raise LetterRefused("This letter is signed or was put away, and does not change.")
    if unknown := set(words) - {*FIELDS[letter.kind]} | set(enclosed or ()) - {*ENCLOSURES}:
        raise LetterRefused(f"There is no {', '.join(sorted(unknown))} in this letter.")
    own = contents_of(letter, site=site, at=at).own
    kept = {**letter.words, **words}
    kept = {key: text for key, text in kept.items() if _plain(text) != _plain(own.get(key, ""))}
    before = (letter.words, letter.reader, letter.enclosed)
    letter.words = kept
    letter.reader = reader if reader in Letter.Reader.values else letter.reader
    letter.enclosed = (
        [key for key in ENCLOSURES if key in enclosed] if enclosed is not None else letter.enclosed
    )
    if (letter.words, letter.reader, letter.enclosed) == before and version in (None, letter.version):
        return letter
    changed = sorted(key for key in FIELDS[letter.kind] if letter.words.get(key) != before[0].get(key))
    letter.save_version(expected=version, fields=["words", "reader", "enclosed"])
    record(letter_events.WRITE, letter, by=by, at=at, fields=changed, reader=letter.reader)
    return letter


@transaction.atomic
def discard(letter: Letter, *, by: Member, at: datetime) -> None:
    """Put a draft away. Its number is not used again."""
    _check(letter, Permission.REPORTS_WRITE, by)
    letter = locked(letter)
    if not letter.is_draft:
        raise LetterRefused("This letter is signed and stays.")
    letter.state = Letter.State.VOID
    letter.save_version(expected=None)
    record(letter_events.DISCARD, letter, by=by, at=at, number=letter.number)


@transaction.atomic
def readdress(letter: Letter, source: Source, *, by: Member, at: datetime) -> Letter:
    """Address a letter to another source, and return the letter to go on with: nothing written is lost.

    A draft is addressed anew; of a signed one a draft with the same words is begun. A letter that names a client stays
    with the provider who referred them. Raises LetterRefused.
    """
    _check(letter, Permission.REPORTS_WRITE, by)
    permissions.check(by, Permission.LETTERS_SEND, source)
    letter = locked(letter)
    if letter.episode or letter.referral:
        raise LetterRefused(
            "This letter is about a referral of theirs, and goes to nobody else. Put it away."
        )
    if sentence := why_not_to(source):
        raise LetterRefused(sentence, field="source")
    if source.pk == letter.source_id:
        raise LetterRefused("It goes to them already.", field="source")
    if open_one := _open_draft(source, letter.kind, None, None):
        raise LetterRefused(
            f"There is such a letter to {source.short_name} already, {open_one.number}. Go on with that one.",
            field="source",
        )
    if letter.is_signed:
        made = draft(source, letter.kind, by=by, at=at)
        made.words, made.enclosed = letter.words, letter.enclosed
        made.save_version(expected=None)
        return made
    if not letter.is_draft:
        raise LetterRefused("This letter was put away.")
    letter.source, letter.reader = source, reader_of(source)
    letter.save_version(expected=None)
    record(letter_events.READDRESS, letter, by=by, at=at, number=letter.number)
    return _with_all(letter)


def sign(
    letter: Letter,
    *,
    recently_signed_in: bool,
    accept_wording: bool = False,
    version: int | None = None,
    shown: str | None = None,
    site: str,
    by: Member,
    at: datetime,
) -> Letter:
    """Sign a draft: freeze what it says and what goes along, make the PDFs, keep them with who signed.

    version, shown: of the page the signer saw. accept_wording: the signer was shown the marked words and keeps them;
    what was let stand while writing is not asked for again. Records outreach:letter:sign.
    Raises LetterRefused, WordingLeft, SignInNeeded, Conflict, engine.TooLong.
    """
    _check(letter, Permission.REPORTS_SIGN, by)
    letter = rows_of(by).get(pk=letter.pk)
    version = letter.version if version is None else version
    _check_open(letter, version)
    if sentence := obstacle_of(letter):
        raise LetterRefused(sentence)
    contents, head = contents_of(letter, site=site, at=at, by=by, sign=True), letterhead_of(letter.practice)
    if shown is not None and shown != fingerprint(contents.snapshot, head):
        raise Conflict("The record changed since this page was drawn: look again, then sign.")
    if contents.obstacle:
        raise LetterRefused(contents.obstacle)
    marks = open_marks(letter, contents)
    if any(mark.refused for mark in marks) or (marks and not accept_wording):
        raise WordingLeft(marks)
    if not recently_signed_in:
        raise SignInNeeded("Show that it is you: signing asks for your password or passkey again.")
    # Setting pages takes longer than a write may hold the database, so it comes before the transaction.
    rendered = engine.render(LETTER, contents.snapshot, head)
    along = [enclosures.kept(kind, by, at=at) for kind in letter.enclosed]

    with transaction.atomic():
        _check_open(locked(letter), version)
        Enclosure.objects.bulk_create(
            [Enclosure(practice=letter.practice, letter=letter, **one) for one in along]
        )
        letter.state, letter.problem = Letter.State.SIGNED, ""
        letter.snapshot = msgspec.json.decode(encode(contents.snapshot))
        letter.layout, letter.layout_version = rendered.layout, rendered.layout_version
        letter.made_with = rendered.made_with() | {"letterhead": msgspec.to_builtins(head)}
        letter.pdf, letter.sha256 = rendered.pdf, rendered.sha256
        letter.signed_by, letter.signed_name, letter.signed_at = by, by.signing_name, at
        letter.save_version(expected=version)
        if marks:
            let_stand(letter.practice, marks, about=letter, to=TO, texts=contents.texts, by=by, at=at)
        record(
            letter_events.SIGN, letter, by=by, at=at, number=letter.number, sha256=letter.sha256,
            enclosed=[one["sha256"] for one in along],
        )  # fmt: skip
    return letter


def open_marks(letter: Letter, contents: Contents) -> list[Mark]:
    """Return the marked words nobody has let stand yet. What the record itself proposes is checked data of its own."""
    proposed = letter.kind == Letter.Kind.RESULT and contents.texts["opening"] == contents.own["opening"]
    texts = {key: text for key, text in contents.texts.items() if not (proposed and key == "opening")}
    client = letter.client
    names = [client.name, client.family_name] if client else []
    marks = marks_for(letter.practice, texts, to=TO, names=names)
    if not marks:
        return []
    stood = set(LetStand.objects.of(letter.practice).about(letter).values_list("field", "entry", "found"))
    return [mark for mark in marks if (mark.field, mark.entry, mark.found[:200]) not in stood]


def proof(letter: Letter, *, site: str, at: datetime) -> engine.Rendered:
    """Return a draft as PDF, “Draft, not signed” at its head. Raises engine.TooLong."""
    return engine.render(
        LETTER, contents_of(letter, site=site, at=at).snapshot, letterhead_of(letter.practice)
    )


# ---- Small parts


def _check(letter: Letter, named: Permission, by: Member) -> None:
    """Check that a member may do this to a letter; to one that names a client, as to that client's reports."""
    permissions.check(by, Permission.LETTERS_SEND, letter)
    if letter.episode is not None:
        permissions.check(by, named, letter.episode)


def check_sending(letter: Letter, by: Member) -> None:
    """Check that a member may send a letter."""
    _check(letter, Permission.REPORTS_SEND, by)


def _check_open(letter: Letter, version: int) -> None:
    if not letter.is_draft:
        raise LetterRefused("This letter is signed already, or was put away.")
    if letter.version != version:
        raise Conflict(
            "Someone changed this letter since you opened it. Read it again first.", version=letter.version
        )


def _open_draft(
    source: Source, kind: str, referral: Referral | None, episode: Episode | None
) -> Letter | None:
    rows = Letter.objects.filter(practice=source.practice_id, kind=kind, state=Letter.State.DRAFT)
    if referral is not None:
        rows = rows.filter(referral=referral)
    elif episode is not None:
        rows = rows.filter(episode=episode)
    else:
        rows = rows.filter(source=source, referral=None, episode=None)
    return rows.select_related(*NEEDED).first()


def _next_number(practice: Practice, *, year: int) -> str:
    """Return the next number in a year, such as N-2026-0042. Call with the practice's row locked."""
    prefix = f"{PREFIX}-{year}-"
    rows = Letter.objects.of(practice).filter(number__startswith=prefix)
    last = rows.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


def _with_all(letter: Letter) -> Letter:
    return Letter.objects.select_related(*NEEDED).get(pk=letter.pk)


def locked(letter: Letter) -> Letter:
    rows = Letter.objects.select_for_update(of=("self",)).select_related(*NEEDED)
    found = rows.filter(pk=letter.pk).first()
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def _plain(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
