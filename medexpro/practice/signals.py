"""What happens when someone signs in or out, whichever way they did."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from medexpro.audit import trail
from medexpro.kernel import clock
from medexpro.practice import events, factors, locking
from medexpro.practice.middleware import SESSION_KEY
from medexpro.practice.models import Member, User

PRACTICES = "practices"


def member_of(request: HttpRequest, user: User) -> Member | None:
    """Return the membership a session works in, or will."""
    members = Member.objects.active().filter(user=user).select_related("practice", "user")
    chosen = request.session.get(SESSION_KEY)
    return (members.filter(pk=chosen).first() if chosen else None) or members.order_by("created_at").first()


def count_practices(request: HttpRequest, user: User) -> None:
    """Keep in the session how many practices the person works in, so that the menu offers a change or not."""
    request.session[PRACTICES] = Member.objects.active().filter(user=user).count()


@receiver(user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Open the screen, and record the sign-in."""
    locking.unlock(request)
    request.session.pop(factors.SESSION_KEY, None)
    count_practices(request, user)
    if member := member_of(request, user):
        trail.record(events.SIGN_IN, member, by=member, at=clock.now())


@receiver(user_logged_out)
def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Record the sign-out."""
    if user is not None and (member := member_of(request, user)):
        trail.record(events.SIGN_OUT, member, by=member, at=clock.now())
