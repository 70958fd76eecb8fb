"""The page on which a provider refers, the address of each source, and how a referral stands: without an account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.codes import search as codes
from medexpro.portal import public_pages, refer_forms, refer_presenters
from medexpro.positioning import voice
from medexpro.positioning.models import Profile
from medexpro.positioning.voice import Voice
from medexpro.practice import outside
from medexpro.practice.access import public
from medexpro.practice.models import Practice
from medexpro.referrals import incoming
from medexpro.referrals.rules import incoming as rule
from medexpro.referrals.source_models import Source
from medexpro.web.pages import page, whole_address

# A person corrects a form a few times a minute; a clinic sends a few referrals a minute. A robot sends twenty a second.
SENT_A_MINUTE, SENT_TO_ONE = 8, 40
FOUND = 12
TOO_MANY = "Too many tries from this address. Wait a minute and open the page again."
TOO_MANY_SENT = (
    "Too many referrals were sent in this minute. What you typed is still here: wait a minute, then send it."
)
CLOSED = "This practice takes no referrals on this page at present. Please call or fax it."
# Why somebody stands here who opened another address.
CAME = {
    "ended": "The address you opened has ended. This is the practice’s own page: please fill in who refers.",
    "unknown": "The address you opened is not one of ours. This is the practice’s own page: please fill in who refers.",
}


# The form brings its own key (practice.outside): a visitor has no session, and gets no cookie.
@csrf_exempt
@public
def refer(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a provider refer somebody to the practice of this address. Open to anyone: that is its one purpose."""
    if outside.too_many(request, "refer"):
        return _said(request, TOO_MANY, 429)
    practice = voice.practice_at(slug)
    if practice is None:
        return _said(request, "There is no practice at this address. Look at the address again.", 404)
    return _answer(request, practice, None)


@csrf_exempt
@public
def refer_from(request: HttpRequest, code: str) -> HttpResponse:
    """Let the provider of a source refer, with their name filled in. Open to anyone: the code is on our letters."""
    if outside.too_many(request, "refer"):
        return _said(request, TOO_MANY, 429)
    rows = Source.objects.named().select_related("practice")
    source = rows.filter(code=code.lower()).first() if code.isalnum() else None
    if source is None:
        return _unknown(request)
    if source.is_retired:
        return _to_own_page(voice.voice_of(source.practice).slug, "ended")
    return _answer(request, source.practice, source)


@public
def find_codes(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer the codes that fit a few words, as a part of the page. Open to anyone: the code set is public."""
    practice = voice.practice_at(slug)
    if outside.too_many(request, "refer-codes") or practice is None:
        return outside.closed(HttpResponse(status=429 if practice else 404))
    hits = _hits(practice, request.GET.get("q", ""))
    return outside.closed(page(request, "portal/refer_codes.html", {"hits": hits, "asked": True}))


@csrf_exempt
@public
def track(request: HttpRequest, token: str) -> HttpResponse:
    """Say how a referral stands, without a name. Open to whoever holds the address: its one purpose."""
    if outside.too_many(request, "portal"):
        return _said(request, TOO_MANY, 429)
    at = clock.now()
    try:
        row = incoming.tracked(token, at=at)
    except incoming.TrackUnknown as refusal:
        return _said(request, str(refusal), 404)
    except incoming.TrackOver as refusal:
        return _said(request, str(refusal), 410)
    said = voice.voice_of(row.practice)
    context = public_pages.shared(request, row.practice, said) | {
        # The sheet of a public page that was closed since is closed too.
        "base": "portal/public_base.html" if said.published_at else "web/outside.html",
        "row": row,
        "steps": refer_presenters.steps_of(row, at=at),
        "just_sent": request.GET.get("sent") == "now",
        "again": request.GET.get("sent") == "again",
        "address": whole_address(request, reverse("public:track", args=[token])),
    }
    return outside.closed(page(request, "portal/refer_track.html", context))


def _answer(request: HttpRequest, practice: Practice, source: Source | None) -> HttpResponse:
    """Show the form, find codes in it, or take what was sent."""
    said = voice.voice_of(practice)
    if said.published_at is None and not public_pages.may_preview(request, practice):
        return _said(request, CLOSED, 404)
    here = _Page(request, practice, said, source)
    if request.method != "POST":
        return here.show(refer_forms.Refer.from_source(source))
    if "find" in request.POST:
        hits = _hits(practice, request.POST.get("icd10", "") or request.POST.get("diagnosis", ""))
        return here.show(refer_forms.Refer.as_typed(request, hits=hits), looked=True)
    if outside.too_many(request, "refer-send", limit=SENT_A_MINUTE) or outside.too_many_here(
        practice.pk, "refer-send", limit=SENT_TO_ONE
    ):
        return here.show(refer_forms.Refer.as_typed(request), told=TOO_MANY_SENT, status=429)
    at = clock.now()
    if wrong := outside.why_refused(request.POST, here.purpose, at=at):
        return here.show(refer_forms.Refer.as_typed(request), told=wrong, status=422)
    form = refer_forms.Refer(request.POST, request.FILES)
    stamp = outside.read_stamp(request.POST["stamp"], here.purpose)
    if stamp is None or not form.is_valid():
        return here.show(form, status=422)
    try:
        row, new = incoming.receive(practice, id=stamp.id, source=source, at=at, **form.values())
    except Refusal as refusal:
        form.refuse(refusal)
        form.ask_for_the_file_again()
        return here.show(form, status=422)
    address = reverse("public:track", args=[incoming.tracking_token(row)])
    return outside.closed(redirect(f"{address}?{urlencode({'sent': 'now' if new else 'again'})}"))


class _Page:
    """The page of one request: whose it is, and which referral it will become."""

    def __init__(self, request: HttpRequest, practice: Practice, said: Voice, source: Source | None):
        self.request, self.practice, self.said, self.source = request, practice, said, source
        self.purpose = f"refer:{practice.pk}"

    def show(
        self, form: refer_forms.Refer, *, told: str = "", looked: bool = False, status: int = 200
    ) -> HttpResponse:
        """Return the form as it stands, with everything typed. told: why nothing was sent; looked: for codes."""
        request = self.request
        context = {
            "form": form,
            "source": self.source,
            "knows_who": self.source is not None and self.source.provider is not None,
            "who_open": any(bound.errors for bound in form if bound.name.startswith(refer_forms.WHO)),
            "hits": form.hits,
            "ticked": request.POST.getlist("found"),
            "asked": looked,
            "told": f"{told} {refer_forms.FILE_AGAIN}" if told and request.FILES else told,
            "came": CAME.get(request.GET.get("from", ""), ""),
            "way": dict(refer_forms.WAYS).get(incoming.way_on_file(self.source), ""),
            "codes_url": reverse("public:refer_codes", args=[self.said.slug]),
            "signed_words": rule.SIGNED_WORDS,
            "purpose": self.purpose,
            "kept": self._stamp(),
        }
        return public_pages.public_page(
            request, self.practice, self.said, "portal/refer.html", context, status=status
        )

    def _stamp(self) -> str:
        """Return the key of the form. What came back with a question is still the same referral, so it keeps its id."""
        at, text = clock.now(), self.request.POST.get("stamp", "")[:400]
        before = outside.read_stamp(text, self.purpose)
        if before and at - before.opened_at < outside.OLDEST / 2:
            return text
        return outside.new_stamp(self.purpose, at=at, id=before.id if before else None)


def _unknown(request: HttpRequest) -> HttpResponse:
    """Lead to the practice's own page where there is but one here; else say that the address is none."""
    slugs = list(Profile.objects.filter(published_at__isnull=False).values_list("slug", flat=True)[:2])
    if len(slugs) == 1:
        return _to_own_page(slugs[0], "unknown")
    return _said(
        request, "No referral page has this address. Look at it again, or ask the practice for its page.", 404
    )


def _to_own_page(slug: str, why: str) -> HttpResponse:
    return outside.closed(redirect(f"{reverse('public:refer', args=[slug])}?{urlencode({'from': why})}"))


def _hits(practice: Practice, typed: str) -> list[codes.CodeHit]:
    found = codes.search(typed[:100], on=practice.day(clock.now()), limit=FOUND * 3)
    return [hit for hit in found if hit.choosable][:FOUND]


def _said(request: HttpRequest, sentence: str, status: int) -> HttpResponse:
    return outside.closed(page(request, "portal/refer_gone.html", {"sentence": sentence}, status=status))
