"""Writing one kind of letter to many sources, and how far it is."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.outreach import letter_batches, letter_forms, letters
from medexpro.outreach.letter_models import Letter
from medexpro.outreach.letter_views import site_of
from medexpro.practice import reauth
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.referrals.source_models import Source
from medexpro.web.pages import go_to, page, toast

OFFERED = 500


@require_http_methods(["GET", "POST"])
@requires(Permission.LETTERS_SEND)
def many(request: HttpRequest) -> HttpResponse:
    """Choose to whom one kind of letter goes, and draft one to each."""
    rows = Source.objects.visible_to(request.member).named().select_related("practice").filter(is_active=True)
    offered = [one for one in rows[:OFFERED] if not one.is_retired]
    offered.sort(key=lambda one: one.name.lower())
    form = letter_forms.ManyForm(request.POST or None, sources=offered)
    if form.is_valid():
        batch = form.values()["new_id"] or uuid7()
        try:
            letter_batches.start(
                form.values()["kind"], form.chosen(), id=batch, by=request.member, at=clock.now()
            )
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return go_to(request, "outreach:letter_batch", batch)
    context = {"nav": "referrals", "form": form, "most": letter_batches.MOST}
    return page(request, "outreach/letters_to_many.html", context, status=422 if form.errors else 200)


@require_GET
@requires(Permission.LETTERS_SEND)
def batch(request: HttpRequest, letter_batch_id: UUID) -> HttpResponse:
    """Show the letters of a batch and how far each is."""
    return _batch(request, letter_batch_id)


def _batch(request: HttpRequest, batch: UUID, *, status: int = 200, **shown: Any) -> HttpResponse:
    rows = letters.rows_of(request.member).filter(batch=batch).exclude(state=Letter.State.VOID)
    found = list(rows.defer("pdf", "snapshot", "words").order_by("number"))
    if not found:
        raise Http404
    record_list(request.member, "batch of letters", at=clock.now(), count=len(found))
    done = [one for one in found if one.state == Letter.State.SENT]
    open_ones = [one for one in found if one.state != Letter.State.SENT]
    context = {
        "nav": "referrals",
        "batch": batch,
        "letters": found,
        "done": len(done),
        "total": len(found),
        "open": len(open_ones),
        "said": f"{len(done)} of {len(found)} sent",
        "working": request.GET.get("working") == "1" and any(not one.problem for one in open_ones),
        "form": letter_forms.FinishForm(),
        "asks_password": not reauth.recently_authenticated(request),
    }
    return page(request, "outreach/letter_batch.html", context | shown, part="state", status=status)


@require_POST
@requires(Permission.LETTERS_SEND)
def finish(request: HttpRequest, letter_batch_id: UUID) -> HttpResponse:
    """Sign and send every letter of a batch, by somebody who showed within five minutes who they are."""
    form = letter_forms.FinishForm(request.POST)
    if not form.is_valid():
        return _batch(request, letter_batch_id, form=form, status=422)
    try:
        if password := request.POST.get("password"):
            reauth.reauthenticate(request, password=password)
        letter_batches.finish(
            letter_batch_id, form.values()["channel"], recently_signed_in=reauth.recently_authenticated(request),
            site=site_of(request), by=request.member, at=clock.now(),
        )  # fmt: skip
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _batch(request, letter_batch_id, form=form, status=409)
    toast(request, "They are signed and sent one by one")
    address = go_to(request, "outreach:letter_batch", letter_batch_id)
    if "Location" in address.headers:
        address["Location"] += "?working=1"
    return address
