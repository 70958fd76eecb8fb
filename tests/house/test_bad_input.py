"""Nonsense sent to every form and address of the product: never a fault of ours, and typed text is never lost.

Proved for each form that stands on a page of an area, as somebody who may: sent back with every field far too long, a
number without end, an impossible day, signs no keyboard makes, several values where one belongs, and bytes that are no
text, it answers below 500; and where it comes back with errors, everything people typed stands in its fields. Each
address is asked with nonsense in every word of a query that any view reads. What belongs to one value of one form is
tested where that form lives.
"""

import re
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client as Browser

from tests.conftest import TODAY
from tests.house.addresses import every_address
from tests.house.objects import PERSONAL, World, values_of
from tests.house.page_forms import Page, PageForm
from tests.house.words import PACKAGE

ADDRESSES = every_address()
AREAS = sorted({one.area for one in ADDRESSES})
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NONSENSE = ["a\x00b", "x" * 9000, "9" * 5000, "-9223372036854775809", "12/31/9999"]
ASKED = ["\x00", "²", "9" * 40, "9999-12-31"]
READS_QUERY = re.compile(r"request\.GET\.get\(\s*\"(\w+)\"")
# The page of the trail reads its four in a row.
WORDS = {"member", "client", "kind", "day"} | {
    word for path in PACKAGE.rglob("*.py") for word in READS_QUERY.findall(path.read_text("utf-8"))
}
NO_TEXT = "application/x-www-form-urlencoded"


@pytest.fixture
def world(cast, clock) -> World:
    """Janet's record, with Asa and Ana assigned to her."""
    clock("2026-10-13 10:00")
    cache.clear()
    for member in (cast.asa, cast.ana):
        cast.janet.assignments.create(practice=cast.northbridge, member=member, started_on=TODAY)
    return World(cast)


def who_may(world: World, address: Any) -> Any:
    """Return somebody who may open an address; None for those outside."""
    if address.access == "public":
        return None
    if address.name in PERSONAL:
        return world.cast.olga
    return next(one for one in (world.cast.ana, world.cast.olga, world.cast.ben) if address.is_open_to(one))


class Sender:
    """A browser whose every request is undone; remembers what went wrong."""

    def __init__(self, browser: Browser):
        browser.raise_request_exception = False
        self.browser, self.wrong = browser, []
        self.cookies = browser.cookies.output(header="")

    def send(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """Ask once. An answer of 500 or more is kept as wrong."""
        self.browser.cookies = SimpleCookie(self.cookies)  # Signed in again after signing out.
        with transaction.atomic():
            answer = getattr(self.browser, method)(path, data or {}, **more)
            transaction.set_rollback(True)
        if answer.status_code >= 500:
            said = {name: str(value)[:20] for name, value in data.items()} if isinstance(data, dict) else ""
            self.wrong.append(f"{answer.status_code}: {method} {ID.sub('…', path)} {said}")
        return answer

    def send_nonsense(self, form: PageForm) -> None:
        """Send a form back filled with each kind of nonsense."""
        for text in NONSENSE:
            if form.method == "post" or len(text) < 4000:
                self.send(form.method, form.action, dict.fromkeys(form.fields, text))
        self.send(form.method, form.action, {name: ["", "-1", "😀\u202e<b>"] for name in form.fields})
        if form.method == "post":
            no_text = "&".join(f"{name}=%FF%ED%A0%80" for name in form.fields)
            self.send("post", form.action, no_text, content_type=NO_TEXT)
            self.send("post", form.action, "broken", content_type="multipart/form-data; boundary=x")

    def send_typed(self, form: PageForm) -> None:
        """Send a form with something typed everywhere; if it comes back, all of it stands there."""
        untouched = {name: values[0] for name, values in form.fields.items() if values}
        typed = {name: f"Zoë {number}" for number, name in enumerate(sorted(form.typed))}
        answer = self.send("post", form.action, untouched | typed)
        if answer.status_code not in (200, 409, 422) or "html" not in answer.headers.get("Content-Type", ""):
            return
        standing = Page(answer.content.decode(), form.action).standing
        if lost := [name for name, text in typed.items() if text not in standing]:
            self.wrong.append(f"lost from {ID.sub('…', form.action)}: {', '.join(lost)}")


@pytest.mark.parametrize("area", AREAS)
def test_nonsense_is_answered_and_typed_text_stays(world, sign_in, area):
    senders, forms = {}, {}
    for address in (one for one in ADDRESSES if one.area == area):
        path, member = address.path(values_of(world, address.name, address.kwargs)), who_may(world, address)
        sender = senders.setdefault(member, None) or Sender(Browser() if member is None else sign_in(member))
        senders[member] = sender
        for text in ASKED:
            sender.send("get", path, dict.fromkeys(WORDS, text))
        sender.send("post", path, "[" * 50_000, content_type="application/json")
        answer = sender.send("get", path)
        if "html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            for form in Page(answer.content.decode(), path).forms:
                forms.setdefault((ID.sub("", form.action), form.method, *sorted(form.fields)), (form, sender))
    for form, sender in forms.values():
        if form.method != "dialog":
            sender.send_nonsense(form)
        if form.method == "post" and form.typed:
            sender.send_typed(form)
    wrong = [one for sender in senders.values() for one in sender.wrong]
    assert wrong == [], "\n".join(wrong)


def test_the_reader_finds_what_a_browser_would_send():
    (first, second), standing = PAGE.forms, PAGE.standing
    assert (first.action, first.method) == ("/save/", "post")
    assert first.fields == {
        "name": ["Zoë"],
        "side": ["left"],
        "kind": ["b"],
        "note": ["two\nlines"],
        "aid": [""],
    }
    assert (first.typed, first.files) == ({"name", "note", "aid"}, {"scan"})
    assert (second.action, second.method, second.fields) == ("/here/", "get", {"q": [""]})
    assert standing == ["Zoë", "two\nlines", "", ""]


PAGE = Page(
    """<form id="f" method="post" action="/save/"><input name="name" value="Zo&euml;"><input type="file" name="scan">
    <input type="radio" name="side" value="left" checked><input type="radio" name="side" value="right">
    <select name="kind"><option value="a"><option value="b" selected></select><textarea name="note">
two
lines</textarea><button>Save</button></form><input name="aid" form="f">
    <form method="get"><input type="search" name="q"></form>""",
    "/here/",
)
