"""The editor of the public page: what it says beside the practice's voice, its articles, and what is missing."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.marketing import mailing, public_forms, public_texts
from medexpro.marketing.models import Article
from medexpro.marketing.operations import public_page as operations
from medexpro.marketing.rules.markdown import render
from medexpro.positioning import voice
from medexpro.positioning.voice import Voice
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Practice
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast, whole_address

EDIT = Permission.MARKETING_EDIT


@requires(EDIT)
def show(request: HttpRequest) -> HttpResponse:
    """Show the page's own texts and change them; the articles and what is missing stand beside."""
    practice, member, at = practice_of(request), member_of(request), clock.now()
    kept = public_texts.page_of(practice)
    stored = {
        "headline": kept.headline, "arrival": kept.arrival, "first_visit": str(kept.first_visit_id or ""),
        "version": "" if kept._state.adding else kept.version,
    }  # fmt: skip
    texts = public_texts.texts_of(practice)
    form = public_forms.Page(request.POST or None, practice=practice, initial=stored, texts=texts)
    if form.is_valid():
        try:
            changed = operations.change_page(
                **form.page_values(), version=form.shown_version, by=member, at=at
            )
            form.keep_let_stand(changed, by=member, at=at)
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The public page says so now.")
            return go_to(request, "marketing:public_page")
    said = voice.voice_of(practice)
    context = {
        "nav": "", "tab": "page", "form": form, "texts": texts, "voice": said,
        "questions": [(form[f"question_{n}"], form[f"answer_{n}"]) for n in range(form.rows)],
        "articles": Article.objects.of(practice).defer("body").order_by("state", "-updated_at")[:100],
        "address": whole_address(request, reverse("public:practice", args=[said.slug])) if said.slug else "",
        "missing": missing_of(practice, said, texts, offers_times=kept.first_visit_id is not None),
    }  # fmt: skip
    return page(
        request, "marketing/public_page.html", context, part="form", status=422 if form.is_bound else 200
    )


def missing_of(
    practice: Practice, said: Voice, texts: public_texts.Texts, *, offers_times: bool
) -> list[dict[str, str]]:
    """Return what a visitor would miss on the page, each with where to mend it."""
    found = []
    if why := mailing.why_no_mail(practice):
        found.append(("Nobody can confirm their address", why, ""))
    if not practice.address:
        found.append(("No address", "Visitors don’t know where to go.", reverse("practice:settings")))
    if not practice.phone:
        found.append(("No phone number", "Who would rather call can’t.", reverse("practice:settings")))
    if not said.services:
        found.append(
            ("No services", "Nobody sees what you offer and what it costs.", reverse("positioning:services"))
        )
    if not offers_times:
        found.append(("No times to pick", "Visitors can only ask to be called. Choose a service below.", ""))
    if not texts.own:
        found.append(
            ("Our own questions and answers", "They are true of every practice. Yours say more.", "")
        )
    return [{"what": what, "why": why, "url": url} for what, why, url in found]


# ---- Articles


@requires(EDIT)
def write_article(request: HttpRequest) -> HttpResponse:
    """Begin an article."""
    member, at = member_of(request), clock.now()
    form = public_forms.NewArticle(request.POST or None, practice=member.practice)
    if form.is_valid():
        try:
            made = operations.write_article(
                **form.article_values(), id=form.cleaned_data["new_id"], by=member, at=at
            )
            form.keep_let_stand(made, by=member, at=at)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The draft is kept. Look at it, then publish it.")
            return go_to(request, "marketing:article", made.pk)
    return page(
        request, "marketing/article.html", {"nav": "", "tab": "page", "form": form}, part="form",
        status=422 if form.is_bound else 200,
    )  # fmt: skip


@requires(EDIT)
def article(request: HttpRequest, article_id: UUID) -> HttpResponse:
    """Change an article, with its preview beside."""
    member, at = member_of(request), clock.now()
    found = _article(request, article_id)
    stored = {name: getattr(found, name) for name in (*operations.ARTICLE_FIELDS, "version")}
    form = public_forms.ChangeArticle(request.POST or None, practice=member.practice, initial=stored)
    if form.is_valid():
        try:
            operations.change_article(
                found, **form.article_values(), version=form.shown_version, by=member, at=at
            )
            form.keep_let_stand(found, by=member, at=at)
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The article is kept.")
            return go_to(request, "marketing:article", found.pk)
        found = _article(request, article_id)
    context = {
        "nav": "", "tab": "page", "form": form, "article": found, "html": mark_safe(render(found.body)),
        "slug": voice.voice_of(practice_of(request)).slug,
    }  # fmt: skip
    return page(request, "marketing/article.html", context, part="form", status=422 if form.is_bound else 200)


@require_POST
@requires(EDIT)
def publish_article(request: HttpRequest, article_id: UUID) -> HttpResponse:
    """Publish an article, or with `back` take it back."""
    found, back = _article(request, article_id), bool(request.POST.get("back"))
    if told(request, lambda: operations.publish(found, back=back, by=member_of(request), at=clock.now())):
        toast(request, "It is a draft again." if back else "Anybody can read it now.")
    return go_to(request, "marketing:article", found.pk)


@require_POST
@requires(EDIT)
def delete_article(request: HttpRequest, article_id: UUID) -> HttpResponse:
    """Delete a draft."""
    found = _article(request, article_id)
    done = told(
        request, lambda: operations.delete_draft(found, by=member_of(request), at=clock.now()) or True
    )
    if not done:
        return go_to(request, "marketing:article", found.pk)
    toast(request, f"“{found.title}” is deleted.")
    return go_to(request, "marketing:public_page")


def _article(request: HttpRequest, article_id: UUID) -> Article:
    return get_object_or_404(Article.objects.of(practice_of(request)), pk=article_id)
