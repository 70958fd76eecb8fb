"""The one place that decides whether a member may do a thing to a record."""

from typing import Any

from medexpro.kernel.refusals import NotAllowed, NotFound
from medexpro.practice.roles import BREAK_GLASS_OPENS, ROLE_PERMISSIONS, Permission, Role, permissions_of

__all__ = ["NotAllowed", "NotFound", "Permission", "Role", "check", "may", "may_with", "scope_of"]

# Roles that know the clients who were assigned to somebody, and no others.
NARROW = frozenset({Role.ASSISTANT, Role.MENTOR})


def may(member: Any, permission: Permission) -> bool:
    """Return whether an active member's roles allow a thing at all, whoever it is about.

    While an owner has one client's record open by break-glass, their session may also read records; `scope_of`
    then narrows every record to that client.
    """
    if member is None or not member.is_active:
        return False
    if permission in permissions_of(member.roles):
        return True
    return opened_client(member) is not None and permission in BREAK_GLASS_OPENS


def opened_client(member: Any) -> Any:
    """Return the id of the client whose record this session has open by break-glass; None for nearly everyone."""
    return getattr(member, "opened_client_id", None)


def scope_of(member: Any, permission: Permission | None = None) -> str:
    """Return whose clients a member sees: "practice", "assigned", "opened" (one, by break-glass) or "none".

    Assistants see assigned clients; a professional sees all, or their own where the practice set so;
    a mentor sees the clients of mentees, which are assigned to the mentor through them.
    permission: what is asked for. Only the roles that allow it count, so that an assistant who also works at the
    front desk finds everybody's phone number and reads the record of the assigned. None counts every role.
    """
    roles = {Role(role) for role in member.roles if role in set(Role)}
    if not member.is_active or not roles:
        return "none"
    if opened_client(member) is not None:
        return "opened"
    counted = {role for role in roles if permission is None or permission in ROLE_PERMISSIONS[role]} or roles
    return "practice" if any(_is_wide(role, member, roles) for role in counted) else "assigned"


def _is_wide(role: Role, member: Any, roles: set[Role]) -> bool:
    """Return whether a role reaches every client. An owner who works with clients too is not held to their own rule."""
    if role is Role.PROFESSIONAL:
        return member.practice.professionals_see != "own" or Role.OWNER in roles
    return role not in NARROW


def may_with(member: Any, permission: Permission, client: Any) -> bool:
    """Return whether the member's roles allow a thing, and allow it with this client, whom they know of already."""
    if not may(member, permission):
        return False
    scope = scope_of(member, permission)
    # Finding the client has answered for the widest scope; only a narrower one has to be asked for.
    return scope == "practice" or scope == scope_of(member) or client.is_visible_to(member, permission)


def check(member: Any, permission: Permission, obj: Any = None) -> None:
    """Raise unless the member may do this, to this record.

    obj: any record with a `practice_id`; one that belongs to a client has `client` or is the client.
    Raises NotAllowed (403) for a missing permission, NotFound (404) for another practice's record or
    a client outside the member's scope, so that nobody learns that it exists.
    """
    if obj is not None and getattr(obj, "practice_id", member.practice_id) != member.practice_id:
        raise NotFound("There is no such record in this practice.")
    if not may(member, permission):
        raise NotAllowed("Your role in this practice does not include this.")
    client = obj if hasattr(obj, "is_visible_to") else getattr(obj, "client", None)
    if client is not None and not client.is_visible_to(member, permission):
        raise NotFound("There is no such record among your clients.")
