"""All that is owed of one kind: what the number on the home page opens."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from medexpro.audit.trail import record_list
from medexpro.kernel import clock
from medexpro.practice.access import member_of, signed_in
from medexpro.today.obligations import Look, Rule, rule_named
from medexpro.today.owed import Owed
from medexpro.web.pages import page

PAGE_SIZE = 50


class AllOf(Sequence[Owed]):
    """Everything that is owed of one kind, found as far as a page asks for it."""

    def __init__(self, rule: Rule, look: Look):
        self.rule, self.look = rule, look

    def __len__(self) -> int:
        return self.rule.of(self.look, 1).total

    def __getitem__(self, part: Any) -> Any:
        return self.rule.of(self.look, part.stop).rows[part]


@require_GET
@signed_in
def owed(request: HttpRequest, which: str) -> HttpResponse:
    """Show all that is owed of one kind, each with its reason and the way to clear it: as many as its number says."""
    member, at = member_of(request), clock.now()
    if (rule := rule_named(which)) is None:
        raise Http404
    found = AllOf(rule, Look(member, member.practice.day(at)))
    shown = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    record_list(member, "owed", at=at, count=shown.paginator.count, filters={"kind": rule.slug})
    context = {"nav": "today", "rule": rule, "page": shown, "rows": list(shown)}
    return page(request, "today/owed.html", context)
