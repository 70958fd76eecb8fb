"""Whole pages, parts, ways on, errors, and the rules every template of the shell keeps."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponseNotAllowed
from django.template import engines
from django.test import RequestFactory, override_settings
from django_htmx.middleware import HtmxDetails

from medexpro.kernel.refusals import NotAllowed
from medexpro.web import errors, gallery, pages, styles

WEB = Path(pages.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))


def asking(*, htmx: bool = False, **headers):
    """Return a request as the middleware would hand it on."""
    request = RequestFactory().get("/components/", headers=({"HX-Request": "true"} if htmx else {}) | headers)
    request.htmx = HtmxDetails(request)
    request.session = {}
    request._messages = FallbackStorage(request)
    request.member = None
    return request


# ---- Whole or part


def gallery_page(request):
    return pages.page(
        request,
        "web/components.html",
        gallery.context() | {"form": gallery.Example(), "failed": gallery.failed_form()},
        part="form",
    )


def test_a_browser_gets_the_page_and_htmx_its_part():
    whole, part = gallery_page(asking()).content.decode(), gallery_page(asking(htmx=True)).content.decode()
    assert "<!doctype html>" in whole
    assert "<!doctype" not in part
    assert part.strip().startswith('<form class="form" id="example"')
    assert part.strip() in whole or 'id="example"' in whole


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_going_back_and_boosted_links_get_the_whole_page(header):
    assert "<!doctype html>" in gallery_page(asking(htmx=True, **{header: "true"})).content.decode()


def test_pages_with_clients_on_them_are_kept_by_no_cache():
    assert gallery_page(asking()).headers["Cache-Control"] == "private, no-store"
    assert "HX-Request" in gallery_page(asking()).headers["Vary"]


def test_the_way_on_moves_the_whole_browser():
    assert pages.go_to(asking(), "web:about").headers["Location"] == "/about/"
    moved = pages.go_to(asking(htmx=True), "web:about")
    assert moved.headers["HX-Redirect"] == "/about/"


def test_a_toast_travels_with_a_part_and_in_plain_signs():
    request = asking(htmx=True)
    pages.toast(request, "Logged: 3 × 10 at 5 lb", undo_url="/undo/")
    header = gallery_page(request).headers["HX-Trigger"]
    assert header.isascii()
    assert json.loads(header)["toast"]["toasts"] == [{"text": "Logged: 3 × 10 at 5 lb", "undo": "/undo/"}]


def test_a_toast_is_drawn_by_a_whole_page_with_its_undo():
    request = asking()
    pages.toast(request, "Step-up logged", undo_url="/undo/")
    drawn = gallery_page(request).content.decode()
    region = drawn[drawn.index('id="toasts"') :]
    assert "Step-up logged" in region
    assert 'action="/undo/"' in region


# ---- Saying no


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (errors.bad_request, 400),
        (errors.forbidden, 403),
        (errors.not_found, 404),
        (errors.server_error, 500),
        (errors.csrf_failure, 403),
    ],
)
def test_error_pages_stand_without_database_or_member(answer, status):
    response = answer(asking())
    assert response.status_code == status
    assert "<h1>" in response.content.decode()


def test_a_refusals_words_reach_the_person_and_no_others_do():
    said, kept = (
        PermissionError("medexpro.clients.views names no access"),
        NotAllowed("Only a professional decides."),
    )
    said.__cause__ = kept
    assert "Only a professional decides." in errors.forbidden(asking(), said).content.decode()
    bare = errors.forbidden(
        asking(), PermissionError("medexpro.clients.views names no access")
    ).content.decode()
    assert "names no access" not in bare


def test_a_visitor_is_not_sent_to_pages_of_the_practice(client, cast, sign_in):
    for reader, inside in ((client, False), (sign_in(cast.ana), True)):
        page = reader.get("/p/no-such-practice/").content.decode()
        assert ("Go to Today" in page) is ("find the client" in page) is inside


def test_htmx_gets_the_sentence_alone():
    response = errors.not_found(asking(htmx=True))
    assert response.headers["Content-Type"].startswith("text/plain")
    assert response.content.decode() == "This is not here, or not yours to see."


def test_an_address_that_only_takes_forms_says_so_when_it_is_loaded_by_itself(settings):
    # After a report was sent, the address line shows where the form went; loading that again changes nothing.
    def answered(method, content=b""):
        asked = getattr(RequestFactory(), method)("/")
        shown = HttpResponseNotAllowed(["POST"], content)
        return errors.NothingToShow(lambda request: shown)(asked)

    loaded = answered("get")
    assert (loaded.status_code, loaded.headers["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in loaded.content.decode()
    assert answered("put").content == b""
    assert answered("get", b"own words").content == b"own words"
    assert "medexpro.web.errors.NothingToShow" in settings.MIDDLEWARE


# ---- Pages of the shell


@pytest.mark.django_db
def test_about_says_whose_idea_it_is_and_what_it_is_not(client):
    drawn = client.get("/about/").content.decode()
    for part in (
        "independent implementation",
        "METI",
        "not a medical device",
        "A member who may approve them does, by name and date",
        "Affero",
    ):
        assert part in drawn
    assert settings.PRODUCT["source_url"] in drawn


@pytest.mark.django_db
def test_health_and_robots(client):
    assert client.get("/healthz").content == b"ok\n"
    assert "Disallow: /" in client.get("/robots.txt").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/components/", "/components/find/?q=knee", "/components/done/"])
def test_the_gallery_is_shown_in_the_demo_only(client, path):
    with override_settings(MEDEXPRO_DEMO=False, DEBUG=False):
        assert client.get(path).status_code == 404
    with override_settings(MEDEXPRO_DEMO=True):
        assert client.get(path).status_code in (200, 302)


@pytest.mark.django_db
def test_the_gallery_form_comes_back_with_its_errors(client):
    with override_settings(MEDEXPRO_DEMO=True):
        drawn = client.post("/components/", {"name": "Ellery"}).content.decode()
    assert "answers need a look" in drawn
    assert 'value="Ellery"' in drawn


# ---- Rules of the house


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_carries_styles_or_scripts_inside(path):
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "<style" not in text
    assert "|safe" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_compiles(path):
    engines["django"].get_template(path.relative_to(WEB / "templates").as_posix())


def test_every_stylesheet_is_in_the_table_of_contents():
    listed = set(styles.contents())
    assert listed == {path.name for path in styles.CSS.glob("*.css")} - {"app.css"}
    assert len(styles.contents()) == len(listed)


def test_raw_colours_stand_in_tokens_only():
    for path in styles.CSS.rglob("*.css"):
        if path.name in (
            "tokens.css",
            "report.css",
            "document.css",
            "print.css",
        ):  # Paper is white, whatever the theme.
            continue
        found = re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"url\([^)]*\)", "", path.read_text("utf-8")))
        assert not found, f"{path.name}: {found}"


def test_the_sprite_and_its_list_agree():
    drawn = re.findall(r'<symbol id="i-([^"]+)"', (WEB / "static/web/icons/sprite.svg").read_text("utf-8"))
    assert sorted(drawn) == sorted(gallery.ICONS)


def test_every_icon_a_template_names_is_in_the_sprite():
    medexpro = WEB.parent
    for path in medexpro.rglob("templates/**/*.html"):
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text("utf-8")):
            assert name in gallery.ICONS, f"{path.relative_to(medexpro)} draws {name}"


def test_the_first_page_stays_in_its_budget():
    """150 KB with the font at 60, compressed; gzip is the heavier of the two ways we compress."""
    import gzip

    static = WEB / "static/web"
    font = (static / "fonts/inter-var.woff2").stat().st_size
    assert font <= 60 * 1024
    texts = [
        styles.bundle().encode(),
        (static / "icons/sprite.svg").read_bytes(),
        (static / "vendor/htmx.min.js").read_bytes(),
    ]
    texts += [path.read_bytes() for path in (static / "js").glob("*.js")]
    assert font + sum(len(gzip.compress(text)) for text in texts) <= 120 * 1024
