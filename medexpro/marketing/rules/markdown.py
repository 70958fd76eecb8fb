"""Markdown of articles and newsletters as HTML: no HTML of the writer's own, no pictures, links that lead out say so."""

from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

SCHEMES = {"http", "https", "mailto"}


def render(text: str) -> str:
    """Return safe HTML of a text in Markdown. Its headings stand right below the page's own, and none is skipped.

    >>> render("# Knees\\n[more](https://example.org) <b>x</b> ![y](z.png)").replace("\\n", "")
    '<h2>Knees</h2><p><a href="https://example.org" rel="nofollow noopener">more</a> &lt;b&gt;x&lt;/b&gt; ![y](z.png)</p>'
    >>> render("## First\\n#### Then").replace("\\n", "")
    '<h2>First</h2><h3>Then</h3>'
    >>> render("[go](javascript:alert)")
    '<p>[go](javascript:alert)</p>\\n'
    """
    writer, env = _writer(), dict[str, Any]()
    tokens = writer.parse(text, env)
    known = sorted({token.tag for token in tokens if token.type == "heading_open"})
    below = {tag: f"h{place}" for place, tag in enumerate(known, start=2)}
    for token in tokens:
        token.tag = below.get(token.tag, token.tag)
    return str(writer.renderer.render(tokens, writer.options, env))


@cache
def _writer() -> MarkdownIt:
    writer = MarkdownIt("commonmark", {"html": False, "linkify": False}).disable(["image"])
    writer.validateLink = _leads_out  # type: ignore[method-assign, assignment]
    writer.add_render_rule("link_open", _link)
    return writer


def _leads_out(address: str) -> bool:
    try:
        return urlsplit(address.strip()).scheme.lower() in SCHEMES
    except ValueError:
        return False


def _link(self: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    tokens[place].attrSet("rel", "nofollow noopener")
    return str(self.renderToken(tokens, place, options, env))
