"""Figures of exercises on a page: `{% load figures %}{% exercise_figure "bridge" %}`.

The page loads `{% screen "knowledge/figures.css" %}`.
"""

from functools import cache

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from medexpro.knowledge.figures import sheet

register = template.Library()


@cache
def _address() -> str:
    return reverse("knowledge:figures", args=[sheet.fingerprint()])


@register.simple_tag
def exercise_figure(exercise: str, *, inline: bool = False) -> SafeString:
    """Draw an exercise, or nothing where there is no figure. inline: for pages whose reader has no sign-in."""
    drawn = sheet.inline(exercise) if inline else sheet.by_reference(exercise, _address())
    return mark_safe(drawn)


@register.simple_tag
def figure_words(exercise: str) -> str:
    """Write what a figure shows."""
    return sheet.says(exercise)
