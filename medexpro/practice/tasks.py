"""What the practice's worker does: mail links and notices, seal the trail."""

from django.conf import settings
from django.core.mail import send_mail
from django_tasks import task

from medexpro.audit import chain
from medexpro.audit.models import Event
from medexpro.kernel import clock
from medexpro.practice import links, tokens
from medexpro.practice.models import BreakGlass, Invitation, Member
from medexpro.practice.roles import Role


@task()
def seal_trails() -> int:
    """Seal every practice's unsealed events into its chain; return how many."""
    practices = Event.objects.unsealed().order_by().values_list("practice_id", flat=True).distinct()
    return sum(chain.seal_all(practice_id) for practice_id in list(practices))


@task()
def mail_password_link(email: str, base_url: str) -> None:
    """Mail a link for a new password, if the address is somebody's. The page that asked took no notice of that."""
    made = links.mail_password_link(email, at=clock.now())
    if made is None:
        return
    user, token = made
    send_mail(
        f"Your new password for {settings.PRODUCT['name']}",
        f"Hello {user.full_name},\n\nset a new password with this link within 2 hours:\n\n"
        f"{base_url.rstrip('/')}/password/{token}/\n\nIf you did not ask for it, do nothing.\n",
        None,
        [user.email],
    )


@task()
def mail_invitation(invitation_id: str, base_url: str) -> None:
    """Mail an invitation's link, unless it was answered, taken back, or made under another secret key."""
    invitation = Invitation.objects.select_related("practice", "invited_by__user").get(pk=invitation_id)
    token = tokens.token_for(invitation)
    if invitation.accepted_at or invitation.revoked_at or tokens.hash_of(token) != invitation.token_hash:
        return
    address = f"{base_url.rstrip('/')}/join/{token}/"
    send_mail(
        f"{invitation.practice.name} invites you",
        f"Hello {invitation.full_name},\n\n{invitation.invited_by} invites you to {invitation.practice.name}. "
        f"Accept within 7 days:\n\n{address}\n",
        None,
        [invitation.email],
    )


@task()
def tell_of_break_glass(look_id: str) -> None:
    """Mail the professionals that an owner opened a client's record. Names no client: mail is not private."""
    look = BreakGlass.objects.select_related("practice", "member__user").get(pk=look_id)
    members = Member.objects.of(look.practice).active().select_related("user")
    told = [one.user.email for one in members if Role.PROFESSIONAL in one.roles and one.pk != look.member_id]
    if not told or not settings.EMAIL_HOST:
        return
    when = look.practice.local(look.opened_at)
    send_mail(
        f"{look.practice.name}: a client's record was opened by the owner",
        f"{look.member} opened one client's record on {when:%B %d at %H:%M} and gave a reason. "
        f"Sign in to read whose record and why.\n",
        None,
        told,
    )


# Every five minutes: what is older than that can't be changed without leaving a trace.
PERIODIC = [(seal_trails, 300)]
# Mail is not sent twice. Who waits for a link asks again; a record that was opened stands under Today as well.
ONCE = [(mail_password_link, None), (mail_invitation, None), (tell_of_break_glass, None)]
