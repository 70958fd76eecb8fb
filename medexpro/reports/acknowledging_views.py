"""The page of a referral's acknowledgement, for whoever takes referrals in; it shows nothing clinical."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET

from medexpro.audit.trail import record_export, record_read
from medexpro.kernel import clock
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.referrals.models import Referral
from medexpro.reports import acknowledging, contents, forms, operations, papers, presenters, sending
from medexpro.reports.models import Document
from medexpro.reports.snapshots import fingerprint
from medexpro.web.pages import go_to, page, toast, whole_address


def _referral(request: HttpRequest, referral_id: UUID) -> Referral:
    rows = Referral.objects.visible_to(request.member, Permission.REFERRALS_INTAKE)
    return get_object_or_404(rows.select_related("client", "provider", "practice"), pk=referral_id)


def _letter(request: HttpRequest, referral: Referral) -> Document:
    if (letter := acknowledging.letter_of(referral, request.member)) is None:
        raise Http404
    return letter


@requires(Permission.REFERRALS_INTAKE)
def acknowledgement(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Show the letter as it stands; write it, then sign and send it."""
    referral = _referral(request, referral_id)
    record_read(request.member, referral.client, "referral", at=clock.now())
    letter = acknowledging.letter_of(referral, request.member)
    if request.method != "POST":
        return _show(request, referral, letter)
    if letter is None:
        try:
            acknowledging.write(referral, by=request.member, at=clock.now())
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            return _show(request, referral, None, error=str(refusal), status=409)
        return go_to(request, "reports:acknowledgement", referral.pk)
    return _send(request, referral, letter)


def _send(request: HttpRequest, referral: Referral, letter: Document) -> HttpResponse:
    form = forms.SendForm(request.POST)
    if not form.is_valid():
        return _show(request, referral, letter, form=form, status=422)
    values = form.values()
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        sent = acknowledging.sign_and_send(
            letter, values["channel"], to=values["to"], days=values["days"] or sending.LINK_DAYS, id=values["new_id"],
            shown=request.POST.get("shown", ""), recently_signed_in=reauth.recently_authenticated(request),
            base_url=whole_address(request, "/") if form.mails_the_link else "", by=request.member, at=clock.now(),
        )  # fmt: skip
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        letter = acknowledging.letter_of(referral, request.member) or letter
        return _show(request, referral, letter, form=form, status=409)
    if not sent.token:
        toast(
            request,
            "Sent before; a link is shown once" if sent.again else "The acknowledgement is signed and sent",
        )
        return go_to(request, "referrals:show", referral.pk)
    link = whole_address(request, reverse("portal:document", args=[sent.token]))
    return _show(request, referral, _letter(request, referral), link=link)


@require_GET
@requires(Permission.REFERRALS_INTAKE)
def picture(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer the letter as a picture."""
    referral = _referral(request, referral_id)
    letter = _letter(request, referral)
    record_read(request.member, referral.client, "referral", at=clock.now())
    return papers.picture_of(letter, how=request.GET.get("as", ""), at=clock.now())


@require_GET
@requires(Permission.REFERRALS_INTAKE)
@confirm_first
def pdf(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Answer the letter as PDF, to print or fax. Taking it out asks who it is and is in the trail."""
    referral, at = _referral(request, referral_id), clock.now()
    letter = _letter(request, referral)
    try:
        answer = papers.pdf_of(letter, at=at)
    except Refusal as refusal:
        return _show(request, referral, letter, error=str(refusal), status=409)
    record_export(request.member, "document", at=at, client=referral.client, number=letter.number)
    return answer


def _show(
    request: HttpRequest, referral: Referral, letter: Document | None, *, status: int = 200, **shown: Any
) -> HttpResponse:
    context: dict[str, Any] = {
        "nav": "referrals",
        "referral": referral,
        "letter": letter,
        "asks_password": not reauth.recently_authenticated(request),
    }
    if letter is not None:
        if letter.is_signed:
            snapshot = presenters.kept_snapshot(letter)
            context["deliveries"] = letter.deliveries.select_related("sent_by__user")
        else:
            snapshot = contents.contents_of(letter, at=clock.now()).snapshot
            context["shown"] = fingerprint(snapshot, contents.letterhead_of(letter.practice))
        initial = {"channel": letter.provider.preferred_channel, "days": sending.LINK_DAYS}
        context |= {
            "alternative": presenters.sentences(snapshot),
            "form": shown.pop("form", None) or forms.SendForm(initial=initial),
            "mail_obstacle": sending.why_not_by_mail(letter),
            "document": letter,
            "retired": sending.why_not_to(letter.provider),
            "may_readdress": True,
        }
        if context["retired"] and (colleagues := operations.colleagues(letter.provider)):
            context["readdress_form"] = forms.ReaddressForm(colleagues=colleagues)
    return page(request, "reports/acknowledgement.html", context | shown, status=status)
