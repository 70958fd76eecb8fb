"""One-time links: invitations into the practice, and new passwords."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from medexpro.audit import trail
from medexpro.kernel.refusals import NotAllowed, Refusal
from medexpro.practice import events, operations, permissions, tokens
from medexpro.practice.models import Invitation, Member, PasswordLink, User
from medexpro.practice.roles import Permission

INVITATION_LASTS = timedelta(days=7)
PASSWORD_LINK_LASTS = timedelta(hours=24)
MAILED_LINK_LASTS = timedelta(hours=2)


class LinkInvalid(Refusal):
    """A one-time link is used, taken back, too old, or never was."""


class AlreadyMember(Refusal):
    """The address belongs to someone who is in the practice already."""


class SharedSignIn(Refusal):
    """The person works in another practice too; one practice must not take over how they sign in there."""


# ---- Invitations


@transaction.atomic
def invite(
    *, email: str, full_name: str, roles: Iterable[str], by: Member, at: datetime
) -> tuple[Invitation, str]:
    """Invite someone into the practice for 7 days; return the invitation and its token, shown once.

    An open invitation of the same address is replaced. Records practice:invitation:make.
    Raises AlreadyMember, Refusal at a field.
    """
    permissions.check(by, Permission.MEMBERS_MANAGE)
    email = email.strip().lower()
    if Member.objects.of(by.practice).filter(user__email=email).exists():
        raise AlreadyMember(
            "This person is in the practice already. Change their roles instead.", field="email"
        )
    open_invitations(by).filter(email=email).update(revoked_at=at)
    invitation = Invitation(
        practice=by.practice,
        email=email,
        full_name=full_name.strip(),
        roles=operations.check_roles(roles),
        invited_by=by,
        expires_at=at + INVITATION_LASTS,
    )
    token = tokens.token_for(invitation)
    invitation.token_hash = tokens.hash_of(token)
    invitation.save(force_insert=True)
    trail.record(events.INVITE, invitation, by=by, at=at, roles=invitation.roles)
    return invitation, token


def open_invitations(member: Member):
    """Return the practice's invitations that wait for an answer, those too old included."""
    return Invitation.objects.of(member.practice).filter(accepted_at=None, revoked_at=None)


@transaction.atomic
def revoke(invitation: Invitation, *, by: Member, at: datetime) -> None:
    """Take an invitation back; its link leads nowhere from now on. Records practice:invitation:revoke."""
    permissions.check(by, Permission.MEMBERS_MANAGE, invitation)
    if invitation.accepted_at:
        raise Refusal("This invitation was accepted. End the membership instead.")
    invitation.revoked_at = at
    invitation.save(update_fields=["revoked_at"])
    trail.record(events.INVITATION_REVOKE, invitation, by=by, at=at)


def find_invitation(token: str, *, at: datetime, lock: bool = False) -> Invitation:
    """Return the open invitation a token belongs to. Raises LinkInvalid."""
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects
    invitation = (
        rows.select_related("practice", "invited_by__user")
        .filter(token_hash=tokens.hash_of(token), accepted_at=None, revoked_at=None, expires_at__gt=at)
        .first()
    )
    if invitation is None:
        raise LinkInvalid("This invitation was used, taken back, or is older than 7 days. Ask for a new one.")
    return invitation


@transaction.atomic
def accept(token: str, *, full_name: str = "", password: str = "", user: User | None, at: datetime) -> Member:
    """Make a member of whoever holds the link; return the membership. Records practice:member:join.

    user: the person signed in with the invited address, who then needs no new password; None makes a new
    account. Raises LinkInvalid, Refusal at a field, NotAllowed when someone else is signed in.
    """
    invitation = find_invitation(token, at=at, lock=True)
    known = User.objects.filter(email=invitation.email).first()
    if user is not None and user.email != invitation.email:
        raise NotAllowed("This invitation is for another address. Sign out, then open the link again.")
    if user is None:
        if known is not None:
            raise Refusal("You have an account already. Sign in with it, then open the link again.")
        user = User(email=invitation.email, full_name=full_name.strip() or invitation.full_name)
        operations.check_password(password, user)
        user.set_password(password)
        user.save()
    member, _ = Member.objects.get_or_create(
        practice=invitation.practice, user=user, defaults={"roles": invitation.roles}
    )
    invitation.accepted_at = at
    invitation.save(update_fields=["accepted_at"])
    trail.record(events.MEMBER_JOIN, member, by=member, at=at, roles=member.roles)
    return member


# ---- New passwords


@transaction.atomic
def make_password_link(member: Member, *, by: Member, at: datetime) -> str:
    """Make a link by which a member sets a new password within 24 hours; return its token, shown once.

    The owner hands it over. A second factor stays as it is. Records practice:password:link.
    Raises SharedSignIn for a person who works in another practice too: only their own mailbox can reset
    a password that opens another practice's records.
    """
    permissions.check(by, Permission.MEMBERS_MANAGE, member)
    check_not_shared(member)
    token = new_password_link(member.user, made_by=by, expires_at=at + PASSWORD_LINK_LASTS)
    trail.record(events.PASSWORD_LINK, member, by=by, at=at)
    return token


@transaction.atomic
def mail_password_link(email: str, *, at: datetime) -> tuple[User, str] | None:
    """Make a link for an address that is somebody's, to be mailed; None where it is nobody's.

    Called by the task that mails it, so that the page that asks takes the same time for every address.
    """
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        return None
    token = new_password_link(user, made_by=None, expires_at=at + MAILED_LINK_LASTS)
    for member in Member.objects.active().filter(user=user).select_related("practice"):
        trail.record(events.PASSWORD_LINK, member, by=None, at=at, mailed=True)
    return user, token


def new_password_link(user: User, *, made_by: Member | None, expires_at: datetime) -> str:
    """Keep a new link's hash and return its token; older links of the person stop working."""
    token = tokens.new_token()
    PasswordLink.objects.filter(user=user, used_at=None).delete()
    PasswordLink.objects.create(
        user=user, token_hash=tokens.hash_of(token), made_by=made_by, expires_at=expires_at
    )
    return token


def find_password_link(token: str, *, at: datetime) -> PasswordLink:
    """Return the unused link a token belongs to. Raises LinkInvalid."""
    link = (
        PasswordLink.objects.select_related("user")
        .filter(token_hash=tokens.hash_of(token), used_at=None, expires_at__gt=at, user__is_active=True)
        .first()
    )
    if link is None:
        raise LinkInvalid("This link was used or is too old. Ask for a new one.")
    return link


@transaction.atomic
def set_password(token: str, *, password: str, at: datetime) -> User:
    """Set a new password by a link, which is used up; every session of the person ends.

    Records practice:password:set in each of their practices. Raises LinkInvalid, Refusal for a weak one.
    """
    link = find_password_link(token, at=at)
    operations.check_password(password, link.user)
    if not PasswordLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at):
        raise LinkInvalid("This link was used or is too old. Ask for a new one.")
    save_password(link.user, password, at=at)
    return link.user


@transaction.atomic
def change_password(user: User, *, password: str, at: datetime) -> None:
    """Set one's own new password; other sessions end. Raises Refusal for a weak one."""
    operations.check_password(password, user)
    save_password(user, password, at=at)


def save_password(user: User, password: str, *, at: datetime) -> None:
    """Keep a password and record it in each of the person's practices."""
    user.set_password(password)
    user.save(update_fields=["password"])
    for member in Member.objects.active().filter(user=user).select_related("practice", "user"):
        trail.record(events.PASSWORD_SET, member, by=member, at=at)


def check_not_shared(member: Member) -> None:
    """Raise SharedSignIn where the person is a member of another practice too."""
    if Member.objects.active().filter(user=member.user).exclude(practice=member.practice).exists():
        raise SharedSignIn(
            f"{member} works in another practice too. Only the link on the sign-in page resets their password."
        )
