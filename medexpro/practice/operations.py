"""Changes to the practice and its members: settings, roles, profiles, setting up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge import operations as knowledge
from medexpro.practice import events, leaving, permissions, svg
from medexpro.practice.models import Member, Practice, User
from medexpro.practice.roles import Permission, Role

# What an owner may set, in the order the page shows it. Each has a sentence in `presenters.SETTINGS`.
SETTINGS = (
    "name",
    "state",
    "time_zone",
    "units",
    "paper",
    "address",
    "phone",
    "fax",
    "email",
    "website",
    "logo",
    "professionals_see",
    "second_factor_required",
    "idle_minutes",
    "session_idle_minutes",
    "reassess_days",
    "remind_hours",
    "feed_names",
    "screening_keep_days",
    "grip_alert_kg",
    "reimbursement_on",
)
PROFILE = ("credentials", "title", "phone", "signature")
SIGNATURE_LIMIT = 40_000  # characters of path; a drawn name takes about 4,000


class LastOwner(Refusal):
    """A practice always keeps an owner who can sign in."""


class SettingsRefused(Refusal):
    """A setting outside what the product allows."""


class AlreadySetUp(Refusal):
    """Somebody has made the practice in the meantime."""


def check_password(password: str, user: User) -> None:
    """Raise Refusal (field "password") unless a new password is good enough for this person."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), field="password") from error


def check_settings(values: dict[str, Any]) -> dict[str, Any]:
    """Return settings in the form they are kept. Raises SettingsRefused, naming the field."""
    unknown = set(values) - set(SETTINGS)
    if unknown:
        raise ValueError(f"no such settings: {sorted(unknown)}")
    if "time_zone" in values and values["time_zone"] not in available_timezones():
        raise SettingsRefused("Choose a time zone from the list.", field="time_zone")
    if not 7 <= values.get("reassess_days", 30) <= 30:
        raise SettingsRefused(
            "A reassessment is due after 7 to 30 days. 30 is the longest.", field="reassess_days"
        )
    if not 0 <= values.get("remind_hours", 0) <= 168:
        raise SettingsRefused(
            "A reminder goes out up to 168 hours before, a week. 0 reminds nobody.", field="remind_hours"
        )
    if not 1 <= values.get("screening_keep_days", 30) <= 365:
        raise SettingsRefused("Participants are kept for 1 to 365 days.", field="screening_keep_days")
    if not 0 <= values.get("grip_alert_kg", 0) <= 20:
        raise SettingsRefused(
            "Choose 1 to 20 kg. 0 takes the change that counts for this client.", field="grip_alert_kg"
        )
    for name, longest in (("idle_minutes", 60), ("session_idle_minutes", 240)):
        if not 1 <= values.get(name, 1) <= longest:
            raise SettingsRefused(f"Choose 1 to {longest} minutes.", field=name)
    if "name" in values and not values["name"].strip():
        raise SettingsRefused("The practice needs a name; it stands on every report.", field="name")
    if values.get("logo"):
        try:
            values = values | {"logo": svg.clean(values["logo"])}
        except svg.NotADrawing as refusal:
            raise SettingsRefused(str(refusal), field="logo") from refusal
    return values


@transaction.atomic
def change_settings(
    practice: Practice, values: dict[str, Any], *, expected: int | None, by: Member, at: datetime
) -> list[str]:
    """Set the practice's settings; return the names of those that changed.

    expected: the version the page showed. Records practice:settings:change with old and new values,
    letterhead drawings by name only. Raises SettingsRefused at a field, Conflict when another member
    saved in between.
    """
    permissions.check(by, Permission.SETTINGS_MANAGE, None)
    if by.practice_id != practice.pk:
        raise permissions.NotFound("There is no such practice.")
    values = check_settings(values)
    before = {name: getattr(practice, name) for name in values}
    changed = [name for name, value in values.items() if before[name] != value]
    for name in changed:
        setattr(practice, name, values[name])
    practice.save_version(expected=expected, fields=list(values))
    if changed:
        told = {name: "drawing" if name == "logo" else [before[name], values[name]] for name in changed}
        trail.record(events.SETTINGS_CHANGE, practice, by=by, at=at, practice=practice, changed=told)
    return changed


# ---- Members


def check_roles(roles: Iterable[str]) -> list[str]:
    """Return roles in the table's order. Raises Refusal (field "roles") for none or an unknown one."""
    chosen = set(roles)
    if not chosen or chosen - set(Role):
        raise Refusal("Choose at least one role.", field="roles")
    return [str(role) for role in Role if role in chosen]


def check_owner_remains(member: Member) -> None:
    """Raise LastOwner where the practice would have no active owner without this member."""
    others = Member.objects.of(member.practice).active().exclude(pk=member.pk)
    if not any(Role.OWNER in other.roles for other in others.only("roles", "practice")):
        raise LastOwner("A practice needs an owner. Make someone else an owner first.", field="roles")


@transaction.atomic
def change_member(
    member: Member,
    *,
    roles: Iterable[str],
    mentor: Member | None,
    credentials: str,
    title: str,
    expected: int | None,
    by: Member,
    at: datetime,
) -> None:
    """Change a member's roles, mentor and how they sign. Records practice:member:change.

    Raises LastOwner, Refusal at a field, Conflict when another member saved in between.
    """
    permissions.check(by, Permission.MEMBERS_MANAGE, member)
    roles = check_roles(roles)
    if Role.OWNER in member.roles and Role.OWNER not in roles:
        check_owner_remains(member)
    if mentor is not None:
        permissions.check(by, Permission.MEMBERS_MANAGE, mentor)
        if mentor.pk == member.pk or Role.MENTOR not in mentor.roles or not mentor.is_active:
            raise Refusal("Choose another member who holds the role of mentor.", field="mentor")
    before = {"roles": member.roles, "mentor": member.mentor_id}
    member.roles, member.mentor = roles, mentor
    member.credentials, member.title = credentials.strip(), title.strip()
    member.save_version(expected=expected, fields=["roles", "mentor_id", "credentials", "title"])
    trail.record(
        events.MEMBER_CHANGE,
        member,
        by=by,
        at=at,
        roles=[before["roles"], roles],
        mentor=[str(before["mentor"] or ""), str(member.mentor_id or "")],
    )


@transaction.atomic
def deactivate(member: Member, *, by: Member, at: datetime) -> None:
    """End a membership: the person may not open another page. What they wrote stays theirs by name.

    Raises LastOwner, and Refusal for one's own membership. Records practice:member:deactivate.
    """
    permissions.check(by, Permission.MEMBERS_MANAGE, member)
    if member.pk == by.pk:
        raise Refusal("You can't end your own membership. Another owner can.")
    if Role.OWNER in member.roles:
        check_owner_remains(member)
    member.is_active = False
    member.save_version(expected=None)
    trail.record(events.MEMBER_DEACTIVATE, member, by=by, at=at)
    leaving.end_all(member, by=by, at=at)


@transaction.atomic
def reactivate(member: Member, *, by: Member, at: datetime) -> None:
    """Take a member back, with the roles they had. Records practice:member:reactivate."""
    permissions.check(by, Permission.MEMBERS_MANAGE, member)
    member.is_active = True
    member.save_version(expected=None)
    trail.record(events.MEMBER_REACTIVATE, member, by=by, at=at)


@transaction.atomic
def change_profile(
    member: Member, *, full_name: str, values: dict[str, str], expected: int | None, by: Member, at: datetime
) -> None:
    """Change how a member signs; everyone does it for themselves. Records practice:member:profile.

    values: any of PROFILE. Signed documents keep the name and credentials they were signed with.
    Raises Refusal at a field, Conflict when it was changed in between.
    """
    if member.pk != by.pk:
        raise permissions.NotAllowed("Only you change your own profile.")
    if not full_name.strip():
        raise Refusal("Write your name as it stands under a report.", field="full_name")
    signature = values.get("signature", "")
    if signature and (len(signature) > SIGNATURE_LIMIT or not svg.is_path(signature)):
        raise Refusal("The drawn signature can't be read. Draw it again.", field="signature")
    changed = [name for name in PROFILE if name in values and getattr(member, name) != values[name]]
    for name in changed:
        setattr(member, name, values[name].strip())
    member.save_version(expected=expected, fields=list(PROFILE))
    if member.user.full_name != full_name.strip():
        member.user.full_name = full_name.strip()
        member.user.save(update_fields=["full_name"])
        changed.append("full_name")
    if changed:
        trail.record(events.PROFILE_CHANGE, member, by=by, at=at, changed=changed)


# ---- Setting up


@transaction.atomic
def start_practice(values: dict[str, Any], *, at: datetime) -> Practice:
    """Make the first practice of an empty installation, still without people.

    Called by the wizard, whose visitor has shown the code from the server's console. Asked again before
    there is an owner, it changes the practice it made. Raises AlreadySetUp once somebody is a member.
    """
    if Member.objects.exists():
        raise AlreadySetUp("This practice has an owner already. Sign in.")
    values = check_settings(values)
    practice = Practice.objects.order_by("created_at").first() or Practice()
    for name, value in values.items():
        setattr(practice, name, value)
    practice.save()
    return practice


@transaction.atomic
def make_owner(
    practice: Practice,
    *,
    full_name: str,
    email: str,
    password: str,
    also_professional: bool,
    credentials: str,
    title: str,
    at: datetime,
) -> Member:
    """Make the first owner, who may also be the practice's professional. Records practice:member:join.

    Raises AlreadySetUp once somebody is a member, Refusal for a weak password.
    """
    Practice.objects.select_for_update().get(pk=practice.pk)  # One first owner, however often it is sent.
    if Member.objects.exists():
        raise AlreadySetUp("This practice has an owner already. Sign in.")
    user = User(email=email.strip().lower(), full_name=full_name.strip())
    check_password(password, user)
    user.set_password(password)
    user.save()
    roles = [str(Role.OWNER)] + ([str(Role.PROFESSIONAL)] if also_professional else [])
    member = Member.objects.create(
        practice=practice, user=user, roles=roles, credentials=credentials.strip(), title=title.strip()
    )
    trail.record(events.MEMBER_JOIN, member, by=member, at=at, roles=roles, first=True)
    return member


@transaction.atomic
def finish_setup(practice: Practice, *, reader: str = "", by: Member, at: datetime) -> None:
    """Open the practice's pages: the wizard is done. Records practice:setup:done.

    reader: who will read the working rules that nobody has approved yet. Raises Refusal when some are open and nobody
    is named: they would stay so unseen.
    """
    permissions.check(by, Permission.SETTINGS_MANAGE)
    left = len(knowledge.needing_approval(practice))
    reader = reader.strip()
    if left and not reader:
        raise Refusal(
            f"{left} working rule{'s are' if left > 1 else ' is'} not ticked. Approve, or name who will read and "
            "approve them.",
            field="reader",
        )
    practice.setup_done_at = at
    practice.rules_read_by = reader if left else ""
    practice.save_version(expected=None)
    trail.record(events.PRACTICE_SETUP, practice, by=by, at=at, practice=practice, rules_left_open=left)
