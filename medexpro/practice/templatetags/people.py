"""Drawings people gave us, as pictures: `{% load people %}`."""

from base64 import b64encode

from django import template

register = template.Library()


@register.filter
def as_picture(svg: str) -> str:
    """Return an SVG drawing as the address of a picture: it stands apart from the page and can reach nothing."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
