"""Who is behind a request: the session's row, the person, and the memberships they may work in. Two questions."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from medexpro.practice.models import Member, User
from medexpro.practice.prepared import Given, Prepared

_MEMBERSHIPS = Prepared[Member](
    lambda: (
        Member.objects.active()
        .filter(user=Given("user"))
        .select_related("practice", "user")
        .order_by("created_at", "pk")
    )
)
_SESSION = Prepared[Any](
    lambda: db.SessionStore.get_model_class().objects.filter(
        session_key=Given("key", CharField()), expire_date__gt=Given("now", DateTimeField())
    )
)


class SessionStore(db.SessionStore):
    """Django's sessions in the database, asked for by every request."""

    def _get_session_from_db(self) -> Any:
        row = _SESSION.first(key=self.session_key, now=timezone.now())
        if row is None:
            self._session_key = None
        return row


class PasswordBackend(ModelBackend):
    """Django's own sign-in with a password; who is signed in is read together with their memberships."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the person, with `memberships_now`: the active ones, the oldest first. None for who may not come in."""
        memberships = _MEMBERSHIPS(user=user_id)
        user: User | None = memberships[0].user if memberships else super().get_user(user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        for member in memberships:
            member.user = user
        user.memberships_now = memberships
        return user
