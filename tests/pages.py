"""What tests of pages share: what a page says, and what its form would send untouched."""

import re
from collections.abc import Iterator
from typing import Any

from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, SelectMultiple


def text_of(response: Any) -> str:
    """Return what a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def form_of(response: Any, name: str = "form") -> dict[str, Any]:
    """Return what the page's form would send, untouched."""
    return dict(pair for bound in response.context[name] for pair in _sent(bound))


def _sent(bound: BoundField) -> Iterator[tuple[str, Any]]:
    widget, value = bound.field.widget, bound.value()
    if hasattr(widget, "widgets"):
        parts = zip(widget.widgets, widget.decompress(value), strict=False)
        for n, (part, item) in enumerate(parts):
            yield f"{bound.html_name}_{n}", _first(part.format_value(item))
    elif isinstance(widget, CheckboxInput):
        if value:
            yield bound.html_name, "on"
    elif isinstance(widget, CheckboxSelectMultiple | SelectMultiple):
        yield bound.html_name, [str(item) for item in value or []]
    elif not isinstance(widget, FileInput):
        yield bound.html_name, _first(widget.format_value(value))


def _first(written: Any) -> str:
    if isinstance(written, list | tuple):
        written = written[0] if written else ""
    return "" if written is None else str(written)
