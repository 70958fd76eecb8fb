"""Asked of every address: no form without its key, and the headers that keep a browser from being turned against us."""

import re

import pytest
from django.test import Client as Browser

from tests.conftest import TODAY
from tests.house.addresses import every_address
from tests.house.objects import World, values_of

AREAS = sorted({one.area for one in every_address()})
# The link is the permission; see practice/outside.py.
BY_LINK = {
    "portal:document", "portal:pdf", "portal:acknowledge", "portal:answer", "portal:question",
    "portal:questionnaire", "scheduling:feed",
    "portal:screening_page", "portal:screening_page_pdf", "portal:home", "portal:home_pdf", "portal:home_done",
    "public:refer", "public:refer_from", "public:track", "public:stop", "portal:letter", "portal:letter_pdf",
}  # fmt: skip
STRICT = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
    "form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "object-src": "'none'",
}  # fmt: skip


@pytest.fixture(params=AREAS)
def paths(cast, clock, request):
    """Every address of an area, with something of Janet's record in it."""
    clock("2026-10-13 10:00")
    for member in (cast.asa, cast.ana):
        cast.janet.assignments.create(practice=cast.northbridge, member=member, started_on=TODAY)
    world = World(cast)
    addresses = [one for one in every_address() if one.area == request.param]
    return {one.name: one.path(values_of(world, one.name, one.kwargs)) for one in addresses}


def test_no_form_is_taken_without_its_key_and_every_page_is_closed_to_others(cast, paths, sign_in):
    wrong = []
    for member in (cast.ana, cast.olga, None):
        browser = sign_in(member) if member else Browser()
        browser.handler.enforce_csrf_checks = True
        for name, path in paths.items():
            answer = browser.get(path)
            wrong += [(name, fault) for fault in faults(answer)]
            kept = answer.status_code == 200 and "no-store" not in answer.headers.get("Cache-Control", "")
            if (
                kept and member and name not in ("codes:search", "knowledge:figures")
            ):  # Books that are everyone’s.
                wrong.append((name, "kept by the browser"))
            if name in BY_LINK:
                continue
            for method in (browser.post, browser.put, browser.delete):
                if method(path).status_code not in (403, 405):
                    wrong.append((name, f"{method.__name__} without its key"))
    assert not wrong


def faults(answer) -> list[str]:
    """Return what an answer lacks or allows too much."""
    found = []
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answer.headers.get("Content-Security-Policy", "").split(";")
    )
    sandboxed = "sandbox" in policy
    found += [name for name, value in STRICT.items() if policy.get(name) != value and not sandboxed]
    found += [word for word in ("unsafe", "http:", "*") if word in str(policy)]
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        found.append("nosniff")
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append("referrer")
    if answer.headers["Content-Type"].startswith("text/html"):
        if answer.headers.get("X-Frame-Options") != "DENY":
            found.append("frames")
        page = b"".join(answer).decode() if answer.streaming else answer.content.decode()
        found += re.findall(r"<script(?![^>]*\b(?:src=|type=\"application/(?:ld\+)?json\"))[^>]*>", page)
        found += re.findall(r"\s(?:on[a-z]+|style)=\"[^\"]*\"", page)
    return found
