"""The public page: what stands on it, who may read it, what it costs a visitor's phone."""

import gzip
import json
import re

import pytest
from django.test import Client as Browser

from medexpro.kernel.refusals import NotAllowed
from medexpro.marketing.operations import public_page
from medexpro.positioning import operations as positioning
from tests.conftest import MORNING
from tests.pages import form_of, text_of
from tests.portal.visiting import HOME, opened

pytestmark = pytest.mark.django_db
PAGES = ("", "providers/", "sample-report/", "services/", "scope/", "privacy/", "articles/")
EDITOR = "/public-page/"


@pytest.fixture
def site(cast, clock):
    """Northbridge's page is open, and somebody outside has a browser."""
    clock("2026-10-13 10:00")
    opened(cast)
    return Browser()


def test_every_page_opens_to_anybody_and_leaves_nothing_with_them(site, django_assert_max_num_queries):
    for name in PAGES:
        with django_assert_max_num_queries(15):
            answer = site.get(f"{HOME}{name}")
        assert answer.status_code == 200, name
        assert not answer.cookies and "csrf" not in answer.content.decode(), name
        assert answer["Cache-Control"].startswith("public"), name
        assert site.get(f"{HOME}{name}", headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert "Everything below is made up" in text_of(site.get(f"{HOME}sample-report/"))


def test_a_closed_page_is_nobodys_and_a_members_preview(cast, site, sign_in):
    positioning.close_page(cast.northbridge, by=cast.olga, at=MORNING)
    for name in (*PAGES, "start/"):
        assert site.get(f"{HOME}{name}").status_code == 404, name
        assert sign_in(cast.dana).get(f"{HOME}{name}").status_code == 404, name
    preview = sign_in(cast.olga).get(HOME)
    assert "nobody else can open this page" in text_of(preview)
    assert "no-store" in preview["Cache-Control"] and "noindex" in preview["X-Robots-Tag"]
    assert sign_in(cast.ben).get(HOME).status_code == 404
    assert HOME not in site.get("/sitemap.xml").content.decode()


def test_search_engines_find_the_pages_and_nothing_else(cast, site):
    made = public_page.write_article(
        title="Stairs <again>", summary="What helps & why", body="x", by=cast.ana, at=MORNING
    )
    site_map = site.get("/sitemap.xml").content.decode()
    assert f"{HOME}providers/" in site_map and "stairs" not in site_map and "start" not in site_map
    public_page.publish(made, by=cast.ana, at=MORNING)
    assert f"{HOME}articles/stairs-again/" in site.get("/sitemap.xml").content.decode()
    robots = site.get("/robots.txt").content.decode()
    assert "Allow: /p/" in robots and "Disallow: /\n" in robots and "/sitemap.xml" in robots
    for path, kind in ((HOME, "@graph"), (f"{HOME}articles/stairs-again/", "headline")):
        html = site.get(path).content.decode()
        [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
        assert kind in json.loads(data) and "<" not in data
        assert '<link rel="canonical" href="http' in html and 'property="og:title"' in html


def test_a_first_visit_is_small_and_the_style_is_kept_for_ever(cast, site):
    page = site.get(HOME).content
    [look] = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', page)
    style = site.get(look.decode())
    assert style["Cache-Control"] == "public, max-age=31536000, immutable"
    assert site.get(f"{HOME}look-0.css")["Cache-Control"] == "no-store"
    sent = len(gzip.compress(page)) + len(gzip.compress(style.content))
    assert sent < 24_000, sent
    loaded = set(re.findall(rb'(?:<link rel="(?:stylesheet|icon|preload)"[^>]*href|src)="([^"]+)"', page))
    assert len(loaded) + 1 <= 6, loaded
    positioning.change_brand(cast.northbridge, "#7a1f4b", by=cast.olga, at=MORNING)
    [other] = re.findall(rb'<link rel="stylesheet" href="([^"]+)"', site.get(HOME).content)
    assert other != look and "--brand: light-dark(#7a1f4b" in site.get(other.decode()).content.decode()


def test_an_article_is_written_checked_published_and_taken_back(cast, site, sign_in):
    olga = sign_in(cast.olga)
    typed = {
        "title": "Knees",
        "summary": "",
        "body": "We treat your knee.\n\n[x](javascript:go()) <img src=x onerror=y>",
    }
    new = form_of(olga.get(f"{EDITOR}articles/new/"))
    asked = olga.post(f"{EDITOR}articles/new/", new | typed)
    assert (
        asked.status_code == 422
        and "treat" in text_of(asked)
        and "We treat your knee." in asked.content.decode()
    )
    typed["body"] = typed["body"].replace(
        "We treat your knee.", "# Exercise\n\n[More](https://example.org) ![p](https://example.org/p.png)"
    )
    written = olga.post(f"{EDITOR}articles/new/", new | typed)
    assert written.status_code == 302
    assert olga.post(f"{EDITOR}articles/new/", new | typed)["Location"] == written["Location"]
    assert site.get(f"{HOME}articles/knees/").status_code == 404
    olga.post(f"{written['Location']}publish/")
    html = site.get(f"{HOME}articles/knees/").content.decode()
    assert "<h2>Exercise</h2>" in html and 'rel="nofollow noopener"' in html
    assert '<img src="https' not in html and "<img src=x" not in html and 'href="javascript' not in html
    assert "Knees" in text_of(site.get(HOME))
    olga.post(f"{written['Location']}delete/")
    assert site.get(f"{HOME}articles/knees/").status_code == 200
    olga.post(f"{written['Location']}publish/", {"back": "yes"})
    assert site.get(f"{HOME}articles/knees/").status_code == 404
    olga.post(f"{written['Location']}delete/")
    assert olga.get(written["Location"]).status_code == 404
    with pytest.raises(NotAllowed):
        public_page.write_article(title="x", summary="", body="x", by=cast.ben, at=MORNING)


def test_questions_and_answers_are_the_practices_or_ours(cast, site, sign_in):
    olga = sign_in(cast.olga)
    shown = olga.get(EDITOR)
    assert "These are ours until you change one." in text_of(shown)
    sent = form_of(shown) | {"question_0": "Is there <parking>?", "answer_0": "Yes, at the door."}
    half = olga.post(EDITOR, sent | {"answer_0": ""})
    assert half.status_code == 422 and "Write the answer, or empty the question." in text_of(half)
    assert olga.post(EDITOR, sent).status_code == 302
    html = site.get(HOME).content.decode()
    assert "Is there &lt;parking&gt;?" in html and "How is this different" not in html
    assert "Do I need a referral?" in html
    old = olga.post(EDITOR, sent | {"headline": "Up the stairs again"})
    assert old.status_code == 422 and "Someone else changed this" in text_of(old)
    assert (
        olga.post(EDITOR, form_of(olga.get(EDITOR)) | {"headline": "Up the stairs again"}).status_code == 302
    )
    assert "<h1>Up the stairs again</h1>" in site.get(HOME).content.decode()
    assert sign_in(cast.ben).get(EDITOR).status_code == 403
