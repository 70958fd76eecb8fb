"""Every template keeps the promises of a strict Content-Security-Policy and of pages that work without a script."""

import re

import pytest

from tests.house.words import ROOT, files

TEMPLATES = files("*.html")
COMMENTS = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}|<!--.*?-->", re.DOTALL)
FORM = re.compile(
    r"<form\b(?P<attributes>(?:\{[{%].*?[%}]\}|[^>])*)>(?P<inside>.*?)</form>", re.DOTALL | re.IGNORECASE
)


def broken_promises(html: str) -> list[str]:
    """Return what a template does that ours never do."""
    html = COMMENTS.sub("", html)
    said = []
    if found := re.search(r"<[^>]*\sstyle\s*=[^>]*>", html, re.IGNORECASE):
        said.append(f"a style attribute: {found.group()[:80]}")
    if found := re.search(r"<style\b", html, re.IGNORECASE):
        said.append("a style element: styles live in the component's stylesheet")
    for found in re.finditer(r"<script\b(?P<attributes>[^>]*)>(?P<inside>.*?)</script>", html, re.DOTALL):
        data = re.search(r"type=[\"'](application/json|importmap)[\"']", found["attributes"])
        if found["inside"].strip() or not (data or "src=" in found["attributes"]):
            said.append(f"an inline script: {found.group()[:80]}")
    if found := re.search(r"<[^>]*\s(on[a-z]+|hx-on[:\w-]*)\s*=\s*[\"'][^>]*>", html, re.IGNORECASE):
        said.append(f"a handler in an attribute: {found.group()[:80]}")
    if found := re.search(r"(?:href|src|action)\s*=\s*[\"']\s*javascript:", html, re.IGNORECASE):
        said.append("a javascript: address")
    if found := re.search(
        r"(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']*\.(?:js|css|woff2?)", html, re.IGNORECASE
    ):
        said.append(f"a file of another site: {found.group()[:80]}")
    for form in FORM.finditer(html):
        method = re.search(r"method\s*=\s*[\"'](\w+)", form["attributes"], re.IGNORECASE)
        posts = (method and method.group(1).lower() == "post") or "hx-post" in form["attributes"]
        # A visitor has no session, so no token either; see practice/outside.py. A mail program presses the button of
        # the way out without having opened the page (RFC 8058): there the link alone is the permission.
        if posts and not re.search(r"\{% csrf_token %\}|\{% stamp |data-first-step|data-one-click", form[0]):
            said.append(f"a form without csrf_token: <form{form['attributes'][:80]}>")
        if not method and "hx-get" not in form["attributes"]:
            said.append(f"a form that doesn't say its method: <form{form['attributes'][:80]}>")
    if re.search(r"\|\s*safe\b|\{% autoescape off", html):
        said.append("text that is not escaped: mark it safe where it is made, in Python")
    return said


def test_there_are_templates():
    assert TEMPLATES


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_keeps_our_promises(path):
    assert broken_promises(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("html", "count"), [
    ('<p style="color:red">', 1),
    ("<script>alert(1)</script>", 1),
    ('<script type="module" src="{% static "a.js" %}"></script>', 0),
    ("<button onclick='go()'>", 1),
    ('<button hx-on::click="go()">', 1),
    ('<form method="post">{% csrf_token %}</form>', 0),
    ('<form method="post" {% if a > b %}hidden{% endif %}></form>', 1),
    ('<form method="get"></form>', 0),
    ("<form></form>", 1),
    ("{{ text|safe }}", 1),
    ('<a href="javascript:go()">', 1),
    ('<a href="https://example.org/">there</a>', 0),
    ('<script src="https://cdn.example.org/a.js"></script>', 1),
    ('<p data-styled="x">only="y"</p>', 0),
])  # fmt: skip
def test_the_check_itself_finds_what_it_should(html, count):
    assert len(broken_promises(html)) == count
