"""Markdown of articles and newsletters as HTML: no HTML of the writer's own, no pictures, links that lead out say so."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

SCHEMES = {"http", "https", "mailto"}


def render(text: str) -> str:
    """Return safe HTML of a text in Markdown. Headings begin one step below the page's own.

    >>> render("# Knees\\n[more](https://example.org) <b>x</b> ![y](z.png)").replace("\\n", "")
    '<h2>Knees</h2><p><a href="https://example.org" rel="nofollow noopener">more</a> &lt;b&gt;x&lt;/b&gt; ![y](z.png)</p>'
    >>> render("[go](javascript:alert)")
    '<p>[go](javascript:alert)</p>\\n'
    """
    return str(_writer().render(text))


@cache
def _writer() -> MarkdownIt:
    writer = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image"])
    writer.validateLink = _leads_out  # type: ignore[method-assign, assignment]
    writer.add_render_rule("link_open", _link)
    writer.add_render_rule("heading_open", _heading)
    writer.add_render_rule("heading_close", _heading)
    return writer


def _leads_out(address: str) -> bool:
    try:
        return urlsplit(address.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _link(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    tokens[place].attrSet("rel", "nofollow noopener")
    return str(self.renderToken(tokens, place, options, env))


def _heading(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    level = min(int(tokens[place].tag[1:]) + 1, 6)
    return f"<{'/' if tokens[place].nesting < 0 else ''}h{level}>" + (
        "\n" if tokens[place].nesting < 0 else ""
    )
