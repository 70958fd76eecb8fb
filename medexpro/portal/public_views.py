"""A practice's public pages: for clients, for providers, services, articles, scope, privacy; and what machines ask for."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from medexpro.kernel.refusals import NotFound
from medexpro.marketing import public_texts
from medexpro.marketing.models import Article
from medexpro.marketing.operations.asking import LINK_DAYS, CameFrom
from medexpro.marketing.rules.markdown import render
from medexpro.portal import look
from medexpro.portal.public_pages import practice_or_404, public_page
from medexpro.positioning import voice
from medexpro.positioning.models import Profile
from medexpro.positioning.voice import Voice
from medexpro.practice.access import public
from medexpro.practice.models import Practice
from medexpro.web.pages import whole_address

FOR_EVER = "public, max-age=31536000, immutable"
# A headline longer than this is set smaller.
LONG_LINE = 60


@require_safe
@public
def practice(request: HttpRequest, slug: str) -> HttpResponse:
    """Show who the practice is for and what happens, with the first step of the lead form. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    texts = public_texts.texts_of(whose)
    headline = texts.headline or said.line
    context = {
        "headline": headline,
        "long": len(headline) > LONG_LINE,
        "lead": said.line if texts.headline else "",
        "texts": texts,
        "results": public_texts.results_of(whose),
        "stories": public_texts.stories_of(whose),
        "articles": _articles(whose)[:3],
        "interests": public_texts.interests().items(),
        "came": came_from(request, "practice"),
        "data": _data(request, whose, said, texts),
    }
    return public_page(request, whose, said, "portal/public_practice.html", context, kept=True)


@require_safe
@public
def providers(request: HttpRequest, slug: str) -> HttpResponse:
    """Show providers how to refer, what they receive and when. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    context = {"bios": public_texts.bios_of(whose)}
    return public_page(request, whose, said, "portal/public_providers.html", context, kept=True)


@require_safe
@public
def sample(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a report looks like, with made-up figures that are named so. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    return public_page(request, whose, said, "portal/public_sample.html", kept=True)


@require_safe
@public
def services(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the services with their prices. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    return public_page(request, whose, said, "portal/public_services.html", kept=True)


@require_safe
@public
def scope(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what the practice does and doesn't do. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    return public_page(request, whose, said, "portal/public_scope.html", kept=True)


@require_safe
@public
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is kept of a visitor, how long, and how to have it deleted. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    context = {"days": LINK_DAYS, "months": public_texts.months_kept(whose)}
    return public_page(request, whose, said, "portal/public_privacy.html", context, kept=True)


@require_safe
@public
def articles(request: HttpRequest, slug: str) -> HttpResponse:
    """List the published articles. Open to anyone: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    context = {"articles": _articles(whose)}
    return public_page(request, whose, said, "portal/public_articles.html", context, kept=True)


@require_safe
@public
def article(request: HttpRequest, slug: str, article: str) -> HttpResponse:
    """Show one article. Open to anyone once it is published: that is its purpose."""
    whose, said = practice_or_404(request, slug)
    found = Article.objects.of(whose).filter(slug=article, state=Article.State.PUBLISHED).first()
    if found is None:
        raise NotFound("There is no article at this address.")
    context = {
        "article": found,
        "html": mark_safe(render(found.body)),
        "data": _article_data(request, found, said),
    }
    return public_page(request, whose, said, "portal/public_article.html", context, kept=True)


# ---- Files of a page


@require_safe
@public
def stylesheet(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Answer the stylesheet with the practice's colours. Open to anyone: links in mails need it though the page is closed."""
    said = voice.voice_of(_practice(slug))
    response = HttpResponse(look.sheet_of(said.colour), content_type="text/css; charset=utf-8")
    # An old address of a page that lies open gets the colours of now, and keeps them no longer than that.
    response.headers["Cache-Control"] = FOR_EVER if key == look.key_of(said.colour) else "no-store"
    return response


@require_safe
@public
def logo(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Answer the practice's logo. Open to anyone, as the stylesheet is."""
    whose = _practice(slug)
    if not whose.logo:
        raise NotFound("There is no logo.")
    response = HttpResponse(whose.logo, content_type="image/svg+xml")
    response.headers["Cache-Control"] = FOR_EVER
    # Opened by itself, a drawing is a page: it gets nothing to run and nothing to load.
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


@require_safe
@public
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines what they may list: public pages alone. Open to anyone: that is its purpose."""
    lines = [
        "User-agent: *", "Allow: /p/", "Allow: /static/", "Disallow: /p/*/start/", "Disallow: /p/*/confirm/",
        "Disallow: /", f"Sitemap: {whole_address(request, reverse('public:sitemap'))}",
    ]  # fmt: skip
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@public
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the open pages for search engines. Open to anyone: that is its purpose."""
    rows: list[tuple[str, datetime | None]] = []
    names = ("practice", "providers", "services", "articles", "scope")
    for profile in Profile.objects.filter(published_at__isnull=False).order_by("slug"):
        rows += [(reverse(f"public:{name}", args=[profile.slug]), None) for name in names]
    told = Article.objects.filter(
        state=Article.State.PUBLISHED,
        practice__in=Profile.objects.filter(published_at__isnull=False).values("practice"),
    )
    slugs = dict(Profile.objects.filter(published_at__isnull=False).values_list("practice", "slug"))
    for practice_id, key, changed in told.order_by("pk").values_list("practice", "slug", "updated_at"):
        rows.append((reverse("public:article", args=[slugs[practice_id], key]), changed))
    body = "".join(
        f"<url><loc>{escape(whole_address(request, path))}</loc>"
        + (f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else "")
        + "</url>\n"
        for path, changed in rows
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return HttpResponse(f"{head}{body}</urlset>\n", content_type="application/xml; charset=utf-8")


# ---- Parts


def came_from(request: HttpRequest, page: str) -> CameFrom:
    """Return where a visitor comes from, as the address says it; bounded, and empty where it says nothing we know."""
    return CameFrom.of({"page": page, "c": request.GET.get("c", ""), "r": request.GET.get("r", "")})


def _practice(slug: str) -> Practice:
    found = voice.practice_at(slug)
    if found is None:
        raise NotFound("There is no page at this address.")
    return found


def _articles(whose: Practice) -> list[Article]:
    rows = Article.objects.of(whose).filter(state=Article.State.PUBLISHED)
    return list(rows.defer("body").order_by("-published_at", "-pk")[:50])


def _script(data: dict[str, Any]) -> SafeString:
    """Return structured data as search engines read it: a block of data, which a browser does not run."""
    text = json.dumps(data, ensure_ascii=False)
    for sign, code in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(sign, code)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')


def _data(request: HttpRequest, whose: Practice, said: Voice, texts: public_texts.Texts) -> SafeString:
    address = whole_address(request, request.path)
    business = {
        "@type": "HealthAndBeautyBusiness", "@id": f"{address}#practice", "name": said.name, "url": address,
        "description": said.line, "address": whose.address, "telephone": whose.phone,
        "makesOffer": [
            {"@type": "Offer", "itemOffered": {"@type": "Service", "name": one.name, "description": one.whom}}
            for one in said.services
        ],
    }  # fmt: skip
    asked = {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": one.question,
                "acceptedAnswer": {"@type": "Answer", "text": one.answer},
            }
            for one in texts.questions
        ],
    }
    filled = {key: value for key, value in business.items() if value}
    return _script({"@context": "https://schema.org", "@graph": [filled, asked]})


def _article_data(request: HttpRequest, found: Article, said: Voice) -> SafeString:
    return _script({
        "@context": "https://schema.org", "@type": "Article", "headline": found.title, "description": found.summary,
        "datePublished": f"{found.published_at:%Y-%m-%d}", "dateModified": f"{found.updated_at:%Y-%m-%d}",
        "publisher": {"@type": "Organization", "name": said.name},
        "mainEntityOfPage": whole_address(request, request.path),
    })  # fmt: skip
