"""Pages of letters: which there are, one letter beside its paper, signing, sending, what goes along."""

from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_export, record_list, record_read
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, NotAllowed, NotFound, Refusal
from medexpro.outreach import enclosures, improvements, letter_forms, letter_sending, letters
from medexpro.outreach.layouts import LETTER
from medexpro.outreach.letter_contents import ENCLOSURES, Contents, contents_of, email_of, fax_of
from medexpro.outreach.letter_models import Improvement, Letter, LetterDelivery
from medexpro.pdf import engine, fax
from medexpro.pdf.letterhead import Letterhead
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.paper import letterhead_of
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.providers.models import Channel, Provider
from medexpro.referrals import sections, sources
from medexpro.referrals.models import Referral
from medexpro.referrals.source_models import Source
from medexpro.reports.rules.words import length_in_words
from medexpro.reports.snapshots import fingerprint, plain
from medexpro.web.pages import go_to, page, toast, whole_address
from medexpro.web.typed import whole_number
from medexpro.wording.models import LetStand

PAGE = 60
STATES = [one.value for one in Letter.State if one != Letter.State.VOID]
NAMES = {Letter.State.SIGNED: "Signed, not sent"}


def site_of(request: HttpRequest) -> str:
    """Return the practice's address as people outside type it, without a path."""
    return whole_address(request, "/").rstrip("/")


def _letter(request: HttpRequest, letter_id: UUID) -> Letter:
    return get_object_or_404(letters.rows_of(request.member), pk=letter_id)


def _source(request: HttpRequest, source_id: UUID | str) -> Source:
    rows = Source.objects.visible_to(request.member).named().select_related("practice")
    try:
        return get_object_or_404(rows, pk=UUID(str(source_id)))
    except ValueError:
        raise Http404 from None


@require_GET
@requires(Permission.SOURCES_READ)
def index(request: HttpRequest) -> HttpResponse:
    """List letters by state, the newest first, and the pages that go along."""
    member, at = request.member, clock.now()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = letters.rows_of(member).defer("pdf", "snapshot", "words").order_by("-drafted_at")
    found = list(rows.filter(state=state)[:PAGE] if state else rows.filter(state__in=STATES)[:PAGE])
    record_list(member, "letters", at=at, count=len(found), filters={"state": state} if state else {})
    here = reverse("outreach:letters")
    tabs = [{"key": "", "name": "All", "url": here}]
    tabs += [{"key": one, "name": _name(one), "url": f"{here}?state={one}"} for one in STATES]
    groups = [(_name(one), [row for row in found if row.state == one]) for one in STATES]
    context = {
        "nav": "referrals", "state": state, "tabs": tabs, "groups": [(name, rows) for name, rows in groups if rows],
        "sections": sections.tabs_for(member), "papers": ENCLOSURES, "most": len(found) == PAGE,
        "may_send": member.may(Permission.LETTERS_SEND),
    }  # fmt: skip
    return page(request, "outreach/letters.html", context)


def _name(state: str) -> str:
    return str(NAMES.get(Letter.State(state), Letter.State(state).label))


@require_POST
@requires(Permission.LETTERS_SEND)
def draft(request: HttpRequest) -> HttpResponse:
    """Draft a letter to a source, or go on with the open one.

    The form names the source or its provider, the kind, and for a thank-you or a result the referral or the episode.
    """
    member, at = request.member, clock.now()
    source = _named(request)
    referral = _given(request, "referral", Referral.objects.visible_to(member).select_related("provider"))
    rows = Episode.objects.visible_to(member).select_related("client", "practice", "referral__provider")
    episode = _given(request, "episode", rows)
    if referral is not None and episode is None:
        episode = letters.nameable(source, referral, by=member)
    try:
        letter = letters.draft(
            source, request.POST.get("kind", ""), referral=referral, episode=episode, by=member, at=at
        )
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        toast(request, str(refusal))
        return go_to(request, "outreach:letters")
    return go_to(request, "outreach:letter", letter.pk)


def _named(request: HttpRequest) -> Source:
    """Return the source a form names, made where its provider has none yet."""
    member = request.member
    provider = _given(request, "provider", Provider.objects.visible_to(member).select_related("organisation"))
    if provider is None:
        return _source(request, request.POST.get("source", ""))
    return sources.source_of(provider, by=member, at=clock.now())


def _given(request: HttpRequest, name: str, rows: Any) -> Any:
    given = request.POST.get(name, "")
    if not given:
        return None
    try:
        return get_object_or_404(rows, pk=UUID(given))
    except ValueError:
        raise Http404 from None


@require_GET
@requires(Permission.SOURCES_READ)
def show(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Show a letter: the paper, what to write beside it, how it was sent."""
    letter = _letter(request, letter_id)
    if letter.client is not None:
        record_read(request.member, letter.client, "letter", at=clock.now())
    return _page(request, letter)


def _page(request: HttpRequest, letter: Letter, *, status: int = 200, **shown: Any) -> HttpResponse:
    member, at = request.member, clock.now()
    deliveries = list(letter.deliveries.select_related("sent_by__user"))
    sendable = letter.state in letter_sending.SENDABLE
    writes = member.may(Permission.LETTERS_SEND) and (
        letter.episode is None or member.may(Permission.REPORTS_WRITE)
    )
    obstacle = letters.obstacle_of(letter) if letter.is_draft or sendable else ""
    movable = obstacle and letter.episode is None and letter.referral is None and writes
    context: dict[str, Any] = {
        "nav": "referrals",
        "letter": letter,
        "source": letter.source,
        "client": letter.client,
        "is_draft": letter.is_draft,
        "writes": writes,
        "may_take_out": _may_take_out(member, letter),
        "obstacle": obstacle,
        "deliveries": deliveries,
        "sendable": sendable and writes and not obstacle,
        "send_form": letter_forms.SendForm(initial={"channel": _usual_channel(letter)}),
        "mail_obstacle": letter_sending.why_not_by_mail(letter) if sendable and writes else "",
        "email": email_of(letter.source),
        "asks_password": not reauth.recently_authenticated(request),
        "enclosed": [(key, ENCLOSURES[key]) for key in ENCLOSURES if key in letter.enclosed],
        "let_stand": list(LetStand.objects.of(letter.practice).about(letter).select_related("by__user")),
        "is_demo": settings.MEDEXPRO_DEMO,
        "now": at,
    }
    if movable:
        others = Source.objects.visible_to(member).named().filter(is_active=True).exclude(pk=letter.source_id)
        open_ones = [one for one in others.order_by("provider__family_name")[:300] if not one.is_retired]
        context["readdress_form"] = letter_forms.ReaddressForm(sources=open_ones)
    if letter.is_draft:
        made = contents_of(letter, site=site_of(request), at=at)
        context |= _as_it_stands(letter, made) | {
            "form": shown.get("form") or letter_forms.WordsForm(letter=letter, contents=made)
        }
    context["text"] = _text(letter, context.get("made"))
    return page(request, "outreach/letter.html", context | shown, status=status)


def _may_take_out(member: Any, letter: Letter) -> bool:
    """Return whether a member may take a letter's PDF away: who sends letters, and one that names a client as reports are."""
    return member.may(Permission.LETTERS_SEND) and (
        letter.episode is None or member.may(Permission.CLIENTS_EXPORT)
    )


def _usual_channel(letter: Letter) -> str:
    liked = letter.source.preferred_channel or (
        letter.source.provider.preferred_channel if letter.source.provider else ""
    )
    if liked in letter_sending.CHANNELS:
        return str(liked)
    return str(Channel.FAX if fax_of(letter.source) else Channel.PRINT)


def _as_it_stands(letter: Letter, made: Contents) -> dict[str, Any]:
    """Return what to know while writing: what is shown, does it fit on the page, words to look at, signs that print as a box."""
    head = letterhead_of(letter.practice)
    return {
        "made": made,
        "shown": fingerprint(made.snapshot, head),
        "fit": engine.pages_needed(LETTER, made.snapshot, head),
        "marks": letters.open_marks(letter, made),
        "notes": letter_forms.notes_on(made),
        "length": length_in_words([*made.texts.values(), *made.snapshot.items]),
        "nothing": made.obstacle,
    }


def _text(letter: Letter, made: Contents | None) -> list[str]:
    """Return the letter as sentences to read, kept or as it stands; none of a draft that was put away."""
    kept: Any = made.snapshot if made else letter.snapshot
    if not kept:
        return []
    said = msgspec.to_builtins(kept)
    opening = "".join(run["text"] for run in said["opening"]) if not made else plain(made.snapshot.opening)
    parts = [f"{part['heading']}: {part['text']}" for part in said["paragraphs"]]
    address = said["code"]["address"]
    refer = f"Refer a client: {address}" if address else ""
    return [said["greeting"], opening, *parts, *said["items"], refer, said["closing"]]


@require_POST
@requires(Permission.LETTERS_SEND)
def weigh(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Answer how the words fit while they are typed. Keeps nothing."""
    letter, at, site = _letter(request, letter_id), clock.now(), site_of(request)
    if not letter.is_draft:
        return HttpResponse(status=204)
    made = contents_of(letter, site=site, at=at)
    typed = {key: request.POST.get(key, text)[: letter_forms.LONGEST] for key, text in made.texts.items()}
    letter.words = {key: text for key, text in typed.items() if text != made.own[key]}
    made = contents_of(letter, site=site, at=at)
    return page(request, "outreach/letter_weighed.html", _as_it_stands(letter, made) | {"live": True})


@require_POST
@requires(Permission.LETTERS_SEND)
def write(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Keep what was written; a second person's change is said and nothing typed is lost."""
    letter, at, site = _letter(request, letter_id), clock.now(), site_of(request)
    if not letter.is_draft:
        # Signed meanwhile by somebody else: what was typed stands on the page, to be copied into the next one.
        typed = [(name, request.POST.get(key, "")) for key, name in letter_forms.LABELS.items()]
        shown = {"error": "This letter is signed and does not change.", "typed": typed}
        return _page(request, letter, status=409, **shown)
    form = letter_forms.WordsForm(request.POST, letter=letter, contents=contents_of(letter, site=site, at=at))
    if form.is_valid():
        values = form.values()
        try:
            letters.write(
                letter, form.words(), reader=values["reader"], enclosed=values["enclosed"], version=values["version"],
                site=site, by=request.member, at=at,
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Conflict as conflict:
            form.add_error(None, str(conflict))
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(letter, by=request.member, at=at)
            toast(request, f"{letter.number} is kept")
            return go_to(request, "outreach:letter", letter.pk)
    return _page(request, letter, form=form, status=422)


@require_POST
@requires(Permission.LETTERS_SEND)
def sign(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Sign, by somebody who showed within five minutes who they are."""
    letter = _letter(request, letter_id)
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        letters.sign(
            letter,
            recently_signed_in=reauth.recently_authenticated(request),
            accept_wording=request.POST.get("accept_wording") == "yes",
            version=whole_number(request.POST.get("version", "")),
            shown=request.POST.get("shown", ""),
            site=site_of(request),
            by=request.member,
            at=clock.now(),
        )
    except letters.WordingLeft as refusal:
        return _page(request, letter, wording_left=refusal, status=409)
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _page(request, letter, error=str(refusal), status=409)
    toast(request, f"{letter.number} is signed")
    return go_to(request, reverse("outreach:letter", args=[letter.pk]) + "#send")


@require_POST
@requires(Permission.LETTERS_SEND)
def send(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Send a signed letter; the address of a link is shown once."""
    letter, form = _letter(request, letter_id), letter_forms.SendForm(request.POST)
    if form.is_valid():
        values = form.values()
        try:
            sent = letter_sending.send(
                letter, values["channel"], to=values["to"], days=values["days"] or letter_sending.LINK_DAYS,
                id=values["new_id"], by=request.member, at=clock.now(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if not sent.token:
                toast(
                    request,
                    "Sent before; a link is shown once" if sent.again else "Sent, and noted as a touch",
                )
                return go_to(request, "outreach:letter", letter.pk)
            link = whole_address(request, reverse("portal:letter", args=[sent.token]))
            return _page(request, _letter(request, letter_id), link=link)
    return _page(request, letter, send_form=form, status=422)


@require_POST
@requires(Permission.LETTERS_SEND)
def readdress(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Address a letter to another source; its words come along."""
    letter = _letter(request, letter_id)
    try:
        made = letters.readdress(
            letter, _source(request, request.POST.get("source", "")), by=request.member, at=clock.now()
        )
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _page(request, letter, error=str(refusal), status=409)
    toast(request, f"{made.number} goes to {made.source.short_name}")
    return go_to(request, "outreach:letter", made.pk)


@require_POST
@requires(Permission.LETTERS_SEND)
def discard(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Put a draft away."""
    letter = _letter(request, letter_id)
    try:
        letters.discard(letter, by=request.member, at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _page(request, letter, error=str(refusal), status=409)
    toast(request, f"{letter.number} is put away")
    return go_to(request, "outreach:letters")


@require_POST
@requires(Permission.LETTERS_SEND)
def revoke(request: HttpRequest, letter_delivery_id: UUID) -> HttpResponse:
    """End a link at once."""
    shown = letters.rows_of(request.member).values("pk")
    rows = LetterDelivery.objects.of(request.member.practice).filter(letter__in=shown)
    delivery = get_object_or_404(rows.select_related("letter__episode"), pk=letter_delivery_id)
    try:
        letter_sending.revoke(delivery, by=request.member, at=clock.now())
    except letter_sending.SendingRefused as refusal:
        toast(request, str(refusal))
    else:
        toast(request, "The link no longer opens")
    return go_to(request, "outreach:letter", delivery.letter_id)


@require_POST
@requires(Permission.LETTERS_SEND)
def set_aside(request: HttpRequest, improvement_id: UUID) -> HttpResponse:
    """Let an improvement be told by the reports alone."""
    rows = Improvement.objects.visible_to(request.member).select_related(
        "episode__client", "episode__referral"
    )
    found = get_object_or_404(rows, pk=improvement_id)
    improvements.set_aside(found, by=request.member, at=clock.now())
    toast(request, "Set aside: the reports tell it")
    provider = found.episode.referral.provider_id if found.episode.referral else None
    return go_to(request, "providers:show", provider) if provider else go_to(request, "outreach:letters")


# ---- Files


@require_GET
@requires(Permission.SOURCES_READ)
def picture(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Answer the page as a picture: as on screen, or as a fax shows it (`?as=fax`)."""
    letter = _letter(request, letter_id)
    if letter.client is not None:
        record_read(request.member, letter.client, "letter", at=clock.now())
    if letter.is_signed:
        values: Any = letter.snapshot
        head = msgspec.convert(letter.made_with["letterhead"], Letterhead)
    else:
        values = contents_of(letter, site=site_of(request), at=clock.now()).snapshot
        head = letterhead_of(letter.practice)
    as_fax = request.GET.get("as") == "fax"
    png = engine.preview(LETTER, values, head, ppi=fax.ACROSS if as_fax else 110)[0]
    return _file(fax.fax_proof(png) if as_fax else png, "image/png", f"{letter.number}.png")


@require_GET
@requires(Permission.LETTERS_SEND)
@confirm_first
def pdf(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Answer the letter's PDF: the signed bytes, or a draft that says it is one."""
    letter, at = _letter(request, letter_id), clock.now()
    if not _may_take_out(request.member, letter):
        raise NotAllowed("Your role in this practice does not include this.")
    try:
        data = _kept(letter) if letter.is_signed else letters.proof(letter, site=site_of(request), at=at).pdf
    except engine.TooLong as refusal:
        return _page(request, letter, error=str(refusal), status=409)
    record_export(request.member, "letter", at=at, client=letter.client, number=letter.number)
    return _file(data, "application/pdf", f"{letter.number}.pdf")


def _kept(letter: Letter) -> bytes:
    return bytes(Letter.objects.only("pdf").get(pk=letter.pk).pdf or b"")


@require_GET
@requires(Permission.SOURCES_READ)
def enclosed(request: HttpRequest, letter_id: UUID, paper: str) -> HttpResponse:
    """Answer one page that goes along: as kept with a signed letter, else as it stands."""
    letter = _letter(request, letter_id)
    if letter.is_signed:
        kept = get_object_or_404(letter.enclosures, kind=paper)
        return _file(bytes(kept.pdf), "application/pdf", f"{kept.title}.pdf")
    if paper not in letter.enclosed:
        raise Http404
    return _paper(request, paper, letter)


@require_GET
@requires(Permission.SOURCES_READ)
def paper(request: HttpRequest, paper: str) -> HttpResponse:
    """Answer the service overview, the member's own bio or the sample report, to be printed by itself."""
    if paper not in ENCLOSURES:
        raise Http404
    return _paper(request, paper, None)


def _paper(request: HttpRequest, kind: str, letter: Letter | None) -> HttpResponse:
    member, title = letter.drafted_by if letter else request.member, ENCLOSURES[kind]
    try:
        data = enclosures.pdf_of(kind, member, at=clock.now())
    except engine.TooLong as refusal:
        if letter is not None:
            return _page(request, letter, error=f"{title}: {refusal}", status=409)
        toast(request, f"{title}: {refusal}")
        return go_to(request, "outreach:letters")
    return _file(data, "application/pdf", f"{title}.pdf")


def _file(data: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
