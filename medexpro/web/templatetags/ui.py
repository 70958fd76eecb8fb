"""Tags and filters of the components: `{% load ui %}`. docs/design-components.md shows each with an example.

Hot ones (`icon`, `chip`, the filters) are plain string formatting; a table may hold hundreds.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.forms import BaseForm, BoundField
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from medexpro.kernel import quantities
from medexpro.web import charts, drawing, sessions, styles, words

register = template.Library()

CHIP_ICONS = {"ok": "check", "hold": "warn", "stop": "alert", "info": "info"}


@cache
def sprite() -> str:
    """Return the address of the icon sprite; asked once, as a page may draw a hundred icons."""
    return static("web/icons/sprite.svg")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw an icon. label: its meaning where no word stands beside it. css: more classes, such as "i-lg"."""
    role = f'role="img" aria-label="{conditional_escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="i {css}" {role}><use href="{sprite()}#i-{name}"/></svg>')


@register.simple_tag
def chip(text: Any, kind: str = "plain", icon: str | None = None) -> SafeString:
    """Draw a chip. kind: plain for a fact; ok, hold, stop, info for a judgement, which then has an icon."""
    name = icon if icon is not None else CHIP_ICONS.get(kind, "")
    mark = f'<svg class="i" aria-hidden="true"><use href="{sprite()}#i-{name}"/></svg>' if name else ""
    css = "" if kind == "plain" else f" chip-{kind}"
    return mark_safe(f'<span class="chip{css}">{mark}{conditional_escape(text)}</span>')


@register.simple_tag
@cache
def stylesheets() -> SafeString:
    """Load the styles of every page: one file where static files are collected, else each sheet by itself."""
    names = ("app.css",) if isinstance(staticfiles_storage, ManifestFilesMixin) else styles.contents()
    return mark_safe("".join(f'<link rel="stylesheet" href="{static(f"web/css/{name}")}">' for name in names))


@register.simple_tag
def screen(name: str) -> SafeString:
    """Load the arrangement of one screen, in `{% block head %}`: a sheet of css/screens, or an area's own path."""
    path = name if name.endswith(".css") else f"web/css/screens/{name}.css"
    return mark_safe(f'<link rel="stylesheet" href="{static(path)}">')


@register.simple_tag
def script(path: str) -> SafeString:
    """Load a module of a page, in `{% block scripts %}`, such as "sessions/session.js"."""
    return mark_safe(f'<script type="module" src="{static(path)}"></script>')


@register.inclusion_tag("web/spine.html")
def spine(steps: Iterable[Any], label: str = "Steps of the episode") -> dict:
    """Draw the track of an episode. steps: each with name, caption and state: done, now, late or empty."""
    listed = list(steps)
    now = next((n for n, step in enumerate(listed, 1) if state_of(step) == "now"), None)
    return {"steps": listed, "label": label, "now": listed[now - 1] if now else None, "number": now}


def state_of(step: Any) -> str:
    """Return the state of a step given as an object or as a dict."""
    return step.get("state", "") if isinstance(step, Mapping) else getattr(step, "state", "")


@register.inclusion_tag("web/precautions.html")
def precautions(phrases: Iterable[str], css: str = "") -> dict:
    """Draw the amber strip. phrases: short, such as "No kneeling on right knee"; none draws nothing."""
    return {"phrases": list(phrases), "css": css}


@register.inclusion_tag("web/findings.html")
def findings(found: Iterable[Any], level: int = 2) -> dict:
    """Draw findings, grouped STOP, DECIDE, NOTE, each with figure, source and what would clear it."""
    listed = list(found)
    groups = [
        {"kind": kind, "title": title, "icon": name, "found": [f for f in listed if str(f.weight) == kind]}
        for kind, title, name in words.WEIGHTS
    ]
    return {"groups": [group for group in groups if group["found"]], "level": level}


@register.inclusion_tag("web/why.html")
def why(reasons: Iterable[Any], label: str = "", shown: bool = True) -> dict:
    """Draw “Why?”: what figures rest on, opened where they stand; nothing where there is nothing to say.

    reasons: each with what, figure, population, source and mark in words, and url where more is said. label: what they
    belong to; shown: False says it only to who can't see the place.
    """
    return {"reasons": list(reasons), "label": label, "label_css": "" if shown else "vh"}


@register.inclusion_tag("web/trend.html")
def trend(chart: charts.TrendChart, level: int = 3, reasons: Iterable[Any] = ()) -> dict:
    """Draw one measure over time: name, value now, verdict, chart, table. level: of the heading; reasons: see `why`."""
    svg = mark_safe(drawing.trend_svg(chart))
    return {"chart": chart, "svg": svg, "level": level, "reasons": list(reasons or ())}


@register.simple_tag
def trend_chart(chart: charts.TrendChart, width: int = 420, height: int = 190) -> SafeString:
    """Draw only the SVG of a trend, where the words around it are the page's own."""
    return mark_safe(drawing.trend_svg(chart, width, height))


@register.simple_tag
def session_marks(marks: Sequence[sessions.SessionMark], ceiling: int) -> SafeString:
    """Draw pain and effort of session after session."""
    return mark_safe(sessions.sessions_svg(marks, ceiling))


@register.simple_tag
def ruler(scale: charts.Ruler) -> SafeString:
    """Draw one value in context: right is better."""
    return mark_safe(drawing.ruler_svg(scale))


@register.simple_tag
def gauge(scale: charts.Ruler) -> SafeString:
    """Draw one value in context for a narrow row: right is better, no names."""
    return mark_safe(drawing.gauge_svg(scale))


@register.simple_tag
def field(bound: BoundField, css: str = "") -> str:
    """Draw a field whole: label above, control with its unit, hint, error with the likely fix."""
    if bound.is_hidden:
        return bound.as_widget()
    return get_template("web/field.html").render({"field": bound, "css": css})


@register.simple_tag
def form_fields(form: BaseForm) -> str:
    """Draw a form's errors, hidden fields and all visible fields, in the order of the form."""
    return get_template("web/form.html").render({"form": form})


@register.inclusion_tag("web/problems.html")
def form_problems(form: BaseForm) -> dict:
    """Draw the count of errors above a form drawn field by field; nothing when all is well."""
    return {"form": form}


# ---- Values into words


@register.filter
def num(value: Any, places: int | None = None) -> str:
    """Return a number with a true minus sign. places: decimals; without, as many as it has. None is a dash."""
    if value is None or value == "":
        return "–"
    return words.number(value, places)


@register.filter
def signed(value: Any, places: int | None = None) -> str:
    """Return a change with its sign: +2.4, −2.5, 0."""
    if value is None or value == "":
        return "–"
    return words.signed(value, places)


@register.filter
def unit(code: str) -> str:
    """Return a UCUM unit as people write it: kg, lb, °."""
    return quantities.label(code)


@register.filter
def day(value: date | datetime | None, form: str = "") -> str:
    """Return a day: Oct 13, 2026. form: "short" Oct 13, "week" Tue, Oct 13, "long" Tuesday, October 13."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return words.day(value, form)


@register.filter
def clock(value: datetime | time | None) -> str:
    """Return a time of the day: 9:32 am. An instant is shown in the practice's time zone."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return words.clock(value)


@register.filter
def initials(name: Any) -> str:
    """Return one or two letters for a round picture: ME."""
    parts = [part for part in str(name).replace(",", " ").split() if part[0].isalpha()]
    return (parts[0][0] + parts[-1][0] if len(parts) > 1 else "".join(part[:2] for part in parts)).upper()


@register.filter
def get(mapping: Mapping, key: Any) -> Any:
    """Return a mapping's value for a key that is a variable."""
    return mapping.get(key)


@register.filter
def rounded(value: Decimal | float, places: int = 0) -> Decimal:
    """Return a value rounded half to even."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
