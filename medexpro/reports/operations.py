"""Drafting, writing, signing and replacing documents. Signed ones never change; sending stands in sending.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models.functions import Length

from medexpro.audit.trail import record
from medexpro.episodes.models import Episode
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.kernel.wording import Mark
from medexpro.pdf import engine
from medexpro.pdf.engine import Rendered
from medexpro.pdf.letterhead import Letterhead
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.reports import events
from medexpro.reports import rows as measures
from medexpro.reports.contents import (
    FIELDS,
    MEANING,
    WITH_CHARTS,
    WITH_TABLE,
    Contents,
    contents_of,
    letterhead_of,
)
from medexpro.reports.layouts import LAYOUTS
from medexpro.reports.models import UNSIGNED, Document
from medexpro.reports.snapshots import encode, fingerprint
from medexpro.wording.checking import marks_for, sentence_of
from medexpro.wording.operations import let_stand

# Every document goes to a provider.
READER = "provider"
LETTERS = {
    Document.Kind.ACKNOWLEDGEMENT: "A",
    Document.Kind.INTRODUCTORY: "L",
    Document.Kind.SUMMARY: "S",
    Document.Kind.PROGRESS: "R",
    Document.Kind.CHANGE: "C",
    Document.Kind.DISCHARGE: "D",
}
# Why a document with nothing to say is not signed.
NOTHING = {
    Document.Kind.INTRODUCTORY: "There has been no visit yet to write about.",
    Document.Kind.SUMMARY: "Nothing is measured yet, so there is nothing to sum up.",
    Document.Kind.PROGRESS: "Nothing is measured yet, so there is nothing to report.",
    Document.Kind.CHANGE: "Nothing has changed since the provider was last told. Write the sentence, if there is more to tell.",
    Document.Kind.DISCHARGE: "The episode has not ended. Discharge the client first.",
}
# What a member may set beside the words themselves.
CHOICES = ("show_pain", "charts", "rows")
MOST_ROWS_LEFT_OUT = 5
# A proposed page leaves this much room: whoever signs adds a word of their own.
LINES_TO_WRITE = 2


class DocumentRefused(Refusal):
    """The document can't be drafted, written or signed as it stands."""


class NothingMeasured(DocumentRefused):
    """There is nothing in the record the document could report."""


class SignInNeeded(DocumentRefused):
    """Signing asks for a sign-in within five minutes."""


class WordingLeft(DocumentRefused):
    """Marked words stand in the document. `marks`: which; `asks`: whether a person may sign all the same."""

    def __init__(self, marks: list[Mark]):
        self.marks = marks
        self.asks = not any(mark.refused for mark in marks)
        ending = (
            "Change them, or sign with these words as written."
            if self.asks
            else "Change them: it can’t be signed with these words."
        )
        super().__init__(f"Words to look at: {sentence_of(marks)}. {ending}")


def needed(kind: str, usual: Permission) -> Permission:
    """Return what somebody needs to write, sign or send a kind. An acknowledgement says nothing clinical: who takes
    referrals in may do all of it.
    """
    return Permission.REFERRALS_INTAKE if kind == Document.Kind.ACKNOWLEDGEMENT else usual


def rows_of(member: Member):
    """Return the documents a member may know of, with all that contents need at hand."""
    return (
        Document.objects.visible_to(member)
        .select_related(
            "episode__client", "episode__practice", "episode__surgery", "episode__referral",
            "provider__organisation", "practice", "drafted_by__user", "checked_by__user", "signed_by__user",
        )
        .defer("pdf")
    )  # fmt: skip


@transaction.atomic
def draft(
    episode: Episode, kind: str, *, provider: Provider | None = None, by: Member, at: datetime
) -> Document:
    """Return the open draft of this kind to this provider; make it if there is none.

    provider: to whom; empty takes the provider who referred. Where that one is no longer active, a draft that was
    addressed to a colleague is the open one. Records reports:document:draft.
    Raises DocumentRefused without a provider, Refusal for a kind that is none of ours.
    """
    permissions.check(by, needed(kind, Permission.REPORTS_WRITE), episode)
    if kind not in Document.Kind.values:
        raise DocumentRefused("There is no such document.", field="kind")
    chosen, provider = provider, provider or (episode.referral.provider if episode.referral else None)
    if provider is None or provider.practice_id != episode.practice_id:
        raise DocumentRefused("Choose the provider it goes to: the referral names none.", field="provider")
    if open_one := _open_draft(episode, kind, provider):
        return open_one
    if chosen is None and not provider.is_active and (open_one := _open_draft(episode, kind, None)):
        return open_one
    document = _make(episode, kind, provider, by=by, at=at)
    _fit(document, at=at)
    return document


def _fit(document: Document, *, at: datetime) -> None:
    """Leave out the weakest rows, at last the charts, until what the record proposes fits with room for one's own sentence.

    A person may choose others.
    """
    letterhead = letterhead_of(document.practice)
    if document.kind not in WITH_TABLE:
        return
    for _ in range(MOST_ROWS_LEFT_OUT + 1):
        contents = contents_of(document, at=at)
        fit = engine.pages_needed(LAYOUTS[document.kind], contents.snapshot, letterhead)
        if fit.fits and fit.lines_left >= LINES_TO_WRITE:
            return
        printed = [one for one in contents.choices if one.key in contents.printed]
        fewer = measures.without_weakest(printed)
        if fewer is not None:
            document.words = document.words | {"rows": [one.key for one in fewer]}
        elif document.kind in WITH_CHARTS and document.words.get("charts", True) and not fit.fits:
            # The table says what the drawings show; without them a long page is still one.
            document.words = document.words | {"charts": False}
        else:
            return
        document.save_version(expected=None)


def _open_draft(episode: Episode, kind: str, provider: Provider | None) -> Document | None:
    """Return the draft that is still written; provider None finds it whoever it goes to."""
    rows = Document.objects.filter(
        practice_id=episode.practice_id, episode=episode, kind=kind, state__in=UNSIGNED
    )
    rows = rows.filter(provider=provider) if provider else rows.order_by("-drafted_at")
    return rows.select_related(
        "episode__client", "episode__practice", "episode__surgery", "episode__referral", "provider__organisation",
        "practice", "drafted_by__user",
    ).first()  # fmt: skip


def _make(
    episode: Episode, kind: str, provider: Provider, *, by: Member, at: datetime, **more: Any
) -> Document:
    # One document after the other takes its number: the practice's row is the queue.
    practice = Practice.objects.select_for_update().get(pk=episode.practice_id)
    document = Document.objects.create(
        practice=practice, episode=episode, kind=kind, provider=provider,
        number=next_number(practice, kind, year=practice.day(at).year), drafted_by=by, drafted_at=at, **more,
    )  # fmt: skip
    record(events.DRAFT, document, by=by, at=at, document=kind, number=document.number)
    return document


def next_number(practice: Practice, kind: str, *, year: int) -> str:
    """Return the next number of a kind in a year, such as R-2026-0042. Call with the practice's row locked."""
    prefix = f"{LETTERS[Document.Kind(kind)]}-{year}-"
    rows = Document.objects.of(practice).filter(number__startswith=prefix)
    last = rows.order_by(Length("number").desc(), "-number").values_list("number", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


@transaction.atomic
def write(
    document: Document, words: Mapping[str, Any], *, version: int | None = None, by: Member, at: datetime
) -> Document:
    """Keep the words and choices of a draft; a word equal to what the record proposes is not kept.

    words: by field, and the choices show_pain, charts, rows (keys of measures, None for the record's own choice).
    version: the one the page showed. Records reports:document:write with the names of changed fields.
    Raises DocumentRefused once it is signed, Conflict when somebody wrote in between.
    """
    permissions.check(by, needed(document.kind, Permission.REPORTS_WRITE), document)
    document = _locked(document)
    if not document.is_draft:
        raise DocumentRefused("This document is signed and does not change. Make one that replaces it.")
    known = {*FIELDS[document.kind], *CHOICES}
    if unknown := set(words) - known:
        raise DocumentRefused(f"There is no field {', '.join(sorted(unknown))} in this document.")
    kept = {**document.words, **words}
    own = contents_of(document, at=at).own
    kept = {key: value for key, value in kept.items() if value is not None and value != own.get(key)}
    if kept == document.words and version in (None, document.version):
        return document
    changed = sorted(key for key in known if kept.get(key) != document.words.get(key))
    document.words = kept
    _uncheck(document)
    document.save_version(expected=version, fields=["words"])
    record(events.WRITE, document, by=by, at=at, fields=changed)
    return document


@transaction.atomic
def discard(document: Document, *, by: Member, at: datetime) -> None:
    """Put a draft away. Its number is not used again. Records reports:document:discard."""
    permissions.check(by, needed(document.kind, Permission.REPORTS_WRITE), document)
    document = _locked(document)
    if not document.is_draft:
        raise DocumentRefused("This document is signed and stays. Make one that replaces it.")
    document.state = Document.State.VOID
    document.save_version(expected=None)
    record(events.DISCARD, document, by=by, at=at)


@transaction.atomic
def replace(document: Document, *, provider: Provider | None = None, by: Member, at: datetime) -> Document:
    """Begin the document that will replace a signed one, with its words. The signed one stands until then.

    provider: to whom the new one goes; empty takes the same.
    """
    permissions.check(by, needed(document.kind, Permission.REPORTS_WRITE), document)
    if not document.is_signed or document.state == Document.State.VOID:
        raise DocumentRefused("Only a signed document that stands can be replaced.")
    provider = provider or document.provider
    if open_one := _open_draft(document.episode, document.kind, provider):
        return open_one
    made = _make(
        document.episode,
        document.kind,
        provider,
        by=by,
        at=at,
        replaces=document,
        words=document.words,
    )
    record(events.REPLACE, made, by=by, at=at, replaces=document.number)
    return made


@transaction.atomic
def readdress(document: Document, provider: Provider, *, by: Member, at: datetime) -> Document:
    """Address a document to another active provider of the same workplace; return the one to go on with.

    A draft is addressed anew; a signed one keeps its name, and a draft that replaces it is begun. Records
    reports:document:readdress. Raises DocumentRefused for a provider who is no choice, or has such a draft already.
    """
    permissions.check(by, needed(document.kind, Permission.REPORTS_WRITE), document)
    document = _locked(document)
    if provider.pk not in {one.pk for one in colleagues(document.provider)}:
        raise DocumentRefused("Choose an active provider of the same workplace.", field="provider")
    if document.is_signed:
        return replace(document, provider=provider, by=by, at=at)
    if not document.is_draft:
        raise DocumentRefused("This draft was put away.")
    if open_one := _open_draft(document.episode, document.kind, provider):
        raise DocumentRefused(
            f"There is a draft of this to {provider.short_name} already, {open_one.number}. Go on with that one, and put "
            "this one away.",
            field="provider",
        )
    document.provider = provider
    _uncheck(document)
    document.save_version(expected=None)
    record(events.READDRESS, document, by=by, at=at, number=document.number)
    return document


def colleagues(provider: Provider) -> list[Provider]:
    """Return the other active providers of the same workplace; none where it is not known. One query."""
    if provider.organisation_id is None:
        return []
    rows = Provider.objects.filter(
        practice_id=provider.practice_id, organisation_id=provider.organisation_id, is_active=True
    )
    return list(rows.exclude(pk=provider.pk).order_by("family_name", "given_name")[:50])


@transaction.atomic
def check(document: Document, *, version: int, shown: str, by: Member, at: datetime) -> Document:
    """Keep that a member has checked a draft as it stands. Changed words take it back; signing checks by itself.

    version, shown: of the page that was looked at, as for `sign`. Records reports:document:check.
    Raises DocumentRefused, NothingMeasured, WordingLeft for words that can't stand, Conflict, engine.TooLong.
    """
    permissions.check(by, needed(document.kind, Permission.REPORTS_WRITE), document)
    document = _locked(document)
    _check_open(document, version)
    contents, letterhead = contents_of(document, at=at), letterhead_of(document.practice)
    if shown != fingerprint(contents.snapshot, letterhead):
        raise Conflict("The record changed since this page was drawn: look again, then check it.")
    _check_contents(document, contents, accept_wording=True)
    fit = engine.pages_needed(LAYOUTS[document.kind], contents.snapshot, letterhead)
    if not fit.fits:
        raise engine.TooLong(fit.lines_over)
    document.state = Document.State.CHECKED
    _checked(document, contents, letterhead, by=by, at=at)
    document.save_version(expected=version)
    record(events.CHECK, document, by=by, at=at, number=document.number)
    return document


def _checked(
    document: Document, contents: Contents, letterhead: Letterhead, *, by: Member, at: datetime
) -> None:
    document.checked_by, document.checked_at = by, at
    document.checked_page = page_to_check(contents, letterhead)


def page_to_check(contents: Contents, letterhead: Letterhead) -> str:
    """Return a hash of what a check holds to: all that the page says but its own date, which is another tomorrow."""
    return fingerprint(msgspec.structs.replace(contents.snapshot, title="", date_line=""), letterhead)


def _uncheck(document: Document) -> None:
    """A draft that changed is nobody's any more to have checked."""
    document.state = Document.State.DRAFT
    document.checked_by, document.checked_at, document.checked_page = None, None, ""


def sign(
    document: Document,
    *,
    recently_signed_in: bool,
    accept_wording: bool = False,
    wording_reason: str = "",
    version: int | None = None,
    shown: str | None = None,
    by: Member,
    at: datetime,
) -> Document:
    """Sign a draft: freeze what it says, make the PDF, keep both with who signed what with which meaning.

    version, shown: of the page the signer saw, so that nobody signs what they did not see: the words by their version,
    what the record adds by `snapshots.fingerprint`. accept_wording: the signer was shown the marked words and keeps
    them; who let them stand and why is kept with the document. The document it replaces is void from now on.
    Records reports:document:sign.
    Raises DocumentRefused, NothingMeasured, WordingLeft, SignInNeeded, Conflict, engine.TooLong.
    """
    permissions.check(by, needed(document.kind, Permission.REPORTS_SIGN), document)
    document = rows_of(by).get(pk=document.pk)
    version = document.version if version is None else version
    _check_open(document, version)
    contents = contents_of(document, at=at, by=by, sign=True)
    letterhead = letterhead_of(document.practice)
    if shown is not None and shown != fingerprint(contents.snapshot, letterhead):
        raise Conflict("The record changed since this page was drawn: look again, then sign.")
    kept = _check_contents(document, contents, accept_wording)
    if not recently_signed_in:
        raise SignInNeeded("Show that it is you: signing asks for your password or passkey again.")
    # Setting the page takes longer than a write may hold the database, so it comes before the transaction.
    rendered = engine.render(LAYOUTS[document.kind], contents.snapshot, letterhead)

    with transaction.atomic():
        _check_open(_locked(document), version)
        if document.checked_page != page_to_check(contents, letterhead):
            # Nobody had checked this page: whoever signs it has.
            _checked(document, contents, letterhead, by=by, at=at)
        document.state = Document.State.SIGNED
        document.snapshot = msgspec.json.decode(encode(contents.snapshot))
        document.layout, document.layout_version = rendered.layout, rendered.layout_version
        document.made_with = rendered.made_with() | {"letterhead": msgspec.to_builtins(letterhead)}
        document.pdf, document.sha256 = rendered.pdf, rendered.sha256
        document.signed_by, document.signed_name, document.signed_meaning = by, by.signing_name, MEANING
        document.signed_at = at
        document.save_version(expected=version)
        if document.replaces_id:
            Document.objects.filter(pk=document.replaces_id).update(state=Document.State.VOID)
        let_stand(
            document.practice, kept, about=document, to=READER, texts=contents.texts, reason=wording_reason, by=by, at=at
        )  # fmt: skip
        record(
            events.SIGN, document, by=by, at=at, number=document.number, sha256=document.sha256,
            wording_kept=sorted({mark.entry for mark in kept}),
        )  # fmt: skip
    return document


def _check_open(document: Document, version: int) -> None:
    if not document.is_draft:
        raise DocumentRefused("This document is signed already.")
    if document.version != version:
        raise Conflict(
            "Someone changed this draft since you opened it. Read it again first.",
            version=document.version,
        )


def _check_contents(document: Document, contents: Contents, accept_wording: bool) -> list[Mark]:
    """Return the marked words that are kept. Raises NothingMeasured; WordingLeft for those nobody may or wants to keep."""
    if not contents.measured:
        raise NothingMeasured(NOTHING[Document.Kind(document.kind)])
    marks = marks_in(contents, document)
    if any(mark.refused for mark in marks) or (marks and not accept_wording):
        raise WordingLeft(marks)
    return marks


def marks_in(contents: Contents, document: Document) -> list[Mark]:
    """Return the marked words in what a person wrote. What the record proposes is checked data of its own, but for what
    somebody wrote on the floor: what was observed.
    """
    said = contents.texts.items()
    written = {key: text for key, text in said if text != contents.own.get(key) or key == "observed"}
    to, client = document.provider, document.episode.client
    names = [to.formal_name, str(to.organisation or ""), str(client)]
    return marks_for(document.practice, written, to=READER, names=names)


def proof(document: Document, *, at: datetime, by: Member | None = None) -> Rendered:
    """Return a draft as PDF, "Draft, not signed" in its foot. Raises engine.TooLong."""
    contents = contents_of(document, at=at, by=by)
    return engine.render(LAYOUTS[document.kind], contents.snapshot, letterhead_of(document.practice))


def _locked(document: Document) -> Document:
    """Return the document's row locked for this transaction, with what contents need."""
    rows = Document.objects.select_for_update(of=("self",)).select_related(
        "episode__client", "episode__practice", "episode__surgery", "episode__referral__provider",
        "provider__organisation", "practice", "drafted_by__user",
    )  # fmt: skip
    return rows.get(pk=document.pk)
