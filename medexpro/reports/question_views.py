"""Questions to providers, and what providers answered: for members."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_export, record_read
from medexpro.clearance.models import ReferBack
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import NotAllowed, NotFound, Refusal
from medexpro.practice.access import requires
from medexpro.practice.permissions import Permission
from medexpro.practice.views.lock import confirm_first
from medexpro.providers.models import Provider
from medexpro.reports import answering, asking, question_paper
from medexpro.reports.answer_models import Answer, Proposal, Question
from medexpro.reports.models import Document
from medexpro.reports.question_forms import DeclineForm, QuestionForm, TakenDownForm
from medexpro.web.pages import go_to, page, toast, whole_address

QUESTION_PARTS = ("practice", "provider__organisation", "episode__client", "episode__practice", "document", "refer_back",
    "asked_by__user")  # fmt: skip


# ---- Asking


@requires(Permission.REPORTS_SEND)
def ask(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Ask a provider one question about a client. `?document=`, `?back=`: what it is about."""
    rows = Episode.objects.visible_to(request.member).select_related("client", "practice", "referral")
    episode = get_object_or_404(rows, pk=episode_id)
    record_read(request.member, episode.client, "question", at=clock.now())
    about = _about(request, episode)
    providers = list(
        Provider.objects.of(request.member.practice).filter(is_active=True).select_related("organisation")
        .order_by("family_name", "given_name")
    )  # fmt: skip
    form = QuestionForm(request.POST or None, episode=episode, providers=providers, initial=_initial(about))
    if request.method == "POST" and form.is_valid():
        values = form.values()
        to = next(one for one in providers if str(one.pk) == values["provider"])
        try:
            asked = asking.ask(
                episode, to, values["text"], values["channel"], **about, base_url=whole_address(request, ""),
                id=values["new_id"], by=request.member, at=clock.now(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(asked.question, by=request.member, at=clock.now())
            if not asked.token:
                toast(request, "The question is recorded")
                return go_to(request, "reports:question", asked.question.pk)
            question = _question(request, asked.question.pk)
            link = whole_address(request, reverse("portal:question", args=[asked.token]))
            # Created: the page that follows shows the link once, and no form stands there to come back.
            return _show(request, question, link=link, status=201)
    context = {"nav": "clients", "episode": episode, "client": episode.client, "form": form, "about": about}
    return page(request, "reports/ask.html", context, status=422 if form.errors else 200)


def _about(request: HttpRequest, episode: Episode) -> dict[str, Any]:
    """Return the document or refer back a question is about; an address that names none of this episode's is left."""
    found: dict[str, Any] = {}
    for name, key, rows in (
        ("document", "document", Document.objects.filter(episode=episode).defer("pdf", "snapshot")),
        ("refer_back", "back", ReferBack.objects.filter(episode=episode)),
    ):
        try:
            found[name] = rows.filter(pk=UUID(request.GET.get(key, ""))).first()
        except ValueError:
            continue
    return {name: row for name, row in found.items() if row is not None}


def _initial(about: dict[str, Any]) -> dict[str, Any]:
    row = about.get("document") or about.get("refer_back")
    return {"provider": str(row.provider_id)} if row is not None and row.provider_id else {}


def _question(request: HttpRequest, question_id: UUID) -> Question:
    rows = Question.objects.visible_to(request.member).select_related(*QUESTION_PARTS)
    return get_object_or_404(rows.defer("document__pdf", "document__snapshot"), pk=question_id)


@require_GET
@requires(Permission.REPORTS_READ)
def question(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Show a question: how it went out, what was answered."""
    found = _question(request, question_id)
    record_read(request.member, found.episode.client, "question", at=clock.now())
    return _show(request, found)


def _show(request: HttpRequest, found: Question, *, status: int = 200, **shown: Any) -> HttpResponse:
    open_one = found.closed_at is None
    context = {
        "nav": "clients",
        "question": found,
        "client": found.episode.client,
        "answers": found.answers.prefetch_related("proposals").order_by("answered_at"),
        "may_send": request.member.may(Permission.REPORTS_SEND),
        "may_take_out": request.member.may(Permission.CLIENTS_EXPORT),
        "on_paper": found.channel in ("fax", "print"),
        "open": open_one,
        "form": shown.pop("form", None) or TakenDownForm(),
    }
    return page(request, "reports/question.html", context | shown, status=status)


@require_POST
@requires(Permission.REPORTS_SEND)
def take_down(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Record the answer that came by phone, fax or in person."""
    found, form = _question(request, question_id), TakenDownForm(request.POST)
    if form.is_valid():
        values = form.values()
        try:
            answering.take_down(
                found, words=values["words"], name=values["name"], credential=values["credential"], how=values["how"],
                id=values["new_id"] or uuid7(), by=request.member, at=clock.now(),
            )  # fmt: skip
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The answer is recorded")
            return go_to(request, "reports:question", found.pk)
    return _show(request, found, form=form, status=422)


@require_POST
@requires(Permission.REPORTS_SEND)
def close(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Take a question back; its link ends."""
    found = _question(request, question_id)
    asking.close(found, by=request.member, at=clock.now())
    toast(request, "The question is taken back")
    return go_to(request, "reports:question", found.pk)


@require_GET
@requires(Permission.CLIENTS_EXPORT)
@confirm_first
def question_pdf(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Answer the question on paper; by fax with its cover sheet. Taking it out is in the trail."""
    found = _question(request, question_id)
    data = question_paper.pdf_of(found)
    record_export(request.member, "question", at=clock.now(), client=found.episode.client)
    response = HttpResponse(data, content_type="application/pdf")
    response.headers["Content-Disposition"] = 'inline; filename="question.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


# ---- Answers


def _answer(request: HttpRequest, answer_id: UUID) -> Answer:
    rows = Answer.objects.visible_to(request.member).select_related(
        "provider", "episode__client", "episode__practice", "delivery__document", "question", "seen_by__user"
    )
    return get_object_or_404(
        rows.defer("delivery__document__pdf", "delivery__document__snapshot"), pk=answer_id
    )


@require_GET
@requires(Permission.RECORD_READ)
def answer(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Show what a provider answered, and what of it waits for a decision."""
    found = _answer(request, answer_id)
    record_read(request.member, found.episode.client, "answer", at=clock.now())
    return _show_answer(request, found)


def _show_answer(request: HttpRequest, found: Answer, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {
        "nav": "clients",
        "answer": found,
        "client": found.episode.client,
        "proposals": list(found.proposals.select_related("decided_by__user")),
        "may_decide": request.member.may(Permission.CLEARANCE_DECIDE),
        "may_read_reports": request.member.may(Permission.REPORTS_READ),
        "decline_form": DeclineForm(),
    }
    return page(request, "reports/answer.html", context | shown, status=status)


@require_POST
@requires(Permission.RECORD_READ)
def seen(request: HttpRequest, answer_id: UUID) -> HttpResponse:
    """Keep that a member has read an answer."""
    found = _answer(request, answer_id)
    answering.see(found, by=request.member, at=clock.now())
    toast(request, "Read")
    return go_to(request, "today:show")


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def accept(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Put in force what a provider proposed."""
    proposal, found = _proposal(request, proposal_id)
    try:
        answering.accept(proposal, by=request.member, at=clock.now())
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        return _show_answer(request, found, refused=proposal.pk, error=str(refusal), status=409)
    toast(request, "In force now")
    return go_to(request, "reports:answer", found.pk)


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def decline(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Keep that it is not taken over, and why."""
    proposal, found = _proposal(request, proposal_id)
    form = DeclineForm(request.POST)
    if form.is_valid():
        try:
            answering.decline(proposal, why=form.values()["why"], by=request.member, at=clock.now())
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Kept as not accepted")
            return go_to(request, "reports:answer", found.pk)
    return _show_answer(request, found, declining=proposal.pk, decline_form=form, status=422)


def _proposal(request: HttpRequest, proposal_id: UUID) -> tuple[Proposal, Answer]:
    rows = Proposal.objects.visible_to(request.member).select_related("episode__client", "practice")
    proposal = get_object_or_404(rows, pk=proposal_id)
    return proposal, _answer(request, proposal.answer_id)
