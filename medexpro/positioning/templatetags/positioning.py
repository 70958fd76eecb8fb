"""Tags of this area's pages."""

from typing import Any

from django import template

from medexpro.positioning import tabs

register = template.Library()


@register.inclusion_tag("web/tabs.html")
def positioning_tabs(tab: str) -> dict[str, Any]:
    """Draw the parts of what the practice says of itself. tab: the key of the one that is open."""
    return {"tabs": tabs.every(), "tab": tab, "label": "How the practice speaks"}
