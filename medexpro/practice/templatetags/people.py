"""What a member may, and drawings people gave us as pictures: `{% load people %}`."""

from base64 import b64encode

from django import template

from medexpro.practice.models import Member
from medexpro.practice.roles import Permission

register = template.Library()


@register.filter
def may(member: Member, permission: str) -> bool:
    """Return whether a member's roles allow a thing: `{% if member|may:"sessions:log" %}`."""
    return member.may(Permission(permission))


@register.filter
def as_picture(svg: str) -> str:
    """Return an SVG drawing as the address of a picture: it stands apart from the page and can reach nothing."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
