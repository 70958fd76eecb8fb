"""Querysets start from a practice, and from what one member may see of it."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from medexpro.practice import permissions


class PracticeQuerySet(models.QuerySet):
    """Rows of one practice. `client_path` leads to the client for rows that are part of a client's record.

    needs: the permission without which nobody reads these rows; it settles whose clients' rows are seen.
    """

    client_path: str | None = None
    needs: permissions.Permission | None = None

    def of(self, practice: Any) -> Self:
        """Return the rows of a practice."""
        return self.filter(practice=practice)

    def visible_to(self, member: Any, permission: permissions.Permission | None = None) -> Self:
        """Return the rows a member may know of: their practice's, within their scope.

        permission: what they want of the rows; without it, reading what the rows hold.
        """
        rows = self.filter(practice_id=member.practice_id)
        scope = permissions.scope_of(member, permission or self.needs)
        if scope == "none":
            return rows.none()
        if scope == "practice" or self.client_path is None:
            return rows
        # `self` marks the client table itself.
        prefix = "" if self.client_path == "self" else f"{self.client_path}__"
        if scope == "opened":
            return rows.filter(**{f"{prefix}pk": permissions.opened_client(member)})
        assigned = Q(**{f"{prefix}assignments__member": member, f"{prefix}assignments__ended_on": None})
        if permissions.Role.MENTOR in member.roles:
            assigned |= Q(
                **{f"{prefix}assignments__member__mentor": member, f"{prefix}assignments__ended_on": None}
            )
        return rows.filter(pk__in=self.model._base_manager.filter(assigned).values("pk"))
