"""Who does something at the keyboard of the machine: the practice and the member a command works for."""

from django.core.management.base import CommandError

from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission


def practice_named(name: str | None) -> Practice:
    """Return the practice of this name; without a name the only one. Raises CommandError with what to say."""
    practices = Practice.objects.filter(name=name) if name else Practice.objects.all()
    found = list(practices[:2])
    if len(found) == 1:
        return found[0]
    if name or not found:
        raise CommandError(f"There is no practice named “{name}”." if name else "There is no practice yet.")
    raise CommandError("There are several practices. Say which: --practice NAME.")


def member_who(practice: Practice, email: str | None, permission: Permission, *, does: str) -> Member:
    """Return the member of this address; without one the only member who may. does: "brings the record in"."""
    members = Member.objects.active().filter(practice=practice).select_related("user", "practice")
    if email:
        member = members.filter(user__email=email.strip().lower()).first()
        if member is None:
            raise CommandError(f"{email} is no active member of {practice.name}.")
        return member
    able = [member for member in members if member.may(permission)]
    if len(able) != 1:
        raise CommandError(f"Say who {does}: --by E-MAIL.")
    return able[0]
