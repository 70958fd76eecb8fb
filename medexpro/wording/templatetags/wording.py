"""`{% load wording %}{% let_stand document %}`: what was let stand in a document, on its history. One query."""

from typing import Any

from django import template

from medexpro.wording.models import LetStand

register = template.Library()


@register.inclusion_tag("wording/let_stand.html")
def let_stand(subject: Any) -> dict[str, Any]:
    """Show the words somebody let stand in a document, letter or message; nothing where there are none."""
    return {"rows": list(LetStand.objects.about(subject).select_related("by__user"))}
