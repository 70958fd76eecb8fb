"""Tags of the pages that anybody may open: `{% load visitors %}`."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from medexpro.kernel import clock
from medexpro.practice import outside

register = template.Library()


@register.simple_tag
def stamp(purpose: str, kept: str = "") -> SafeString:
    """Draw the key of a form for who has no session, and the field that only robots fill in. kept: a key it has already."""
    return format_html(
        '<input type="hidden" name="stamp" value="{}"><p class="trap" aria-hidden="true"><label>Leave this empty '
        '<input class="vh" name="{}" tabindex="-1" autocomplete="off"></label></p>',
        kept or outside.new_stamp(purpose, at=clock.now()),
        outside.TRAP,
    )


@register.simple_tag
def sign(name: str, css: str = "") -> SafeString:
    """Draw an icon of those that stand in the page itself (portal/public_icons.html), so that none is fetched."""
    return mark_safe(f'<svg class="i {css}" aria-hidden="true"><use href="#i-{name}"/></svg>')
