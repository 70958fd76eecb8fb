"""Practices, users, members, invitations, and the bases every practice's row stands on."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import MinValueValidator
from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.kernel.ids import uuid7
from medexpro.kernel.refusals import Conflict
from medexpro.practice import permissions
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.practice.roles import ROLE_NAMES, Permission, Role


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who can sign in. email: their login; kept in lower case."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in. What they may do hangs on their memberships, not on the person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    full_name = models.CharField(max_length=160)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # The active memberships of who is signed in; set for one request, where the person is read (identity.py).
    memberships_now: "Sequence[Member]" = ()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    # allauth asks for these; there is no separate user name.
    is_staff = False
    is_superuser = False

    objects = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.email


class VersionedModel(models.Model):
    """An editable record. Two people editing: the second one sees both and loses nothing."""

    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def save_version(self, *, expected: int | None, fields: list[str] | None = None) -> None:
        """Save as the next version, if the stored one is still `expected`.

        expected: the version the page showed; None takes the one this instance was loaded with.
        Raises Conflict, with the stored values of `fields`, when somebody saved in between.
        """
        expected = self.version if expected is None else expected
        table = type(self)._base_manager
        if not table.filter(pk=self.pk, version=expected).update(version=expected + 1):
            theirs = table.filter(pk=self.pk).values(*(fields or [])).first() or {}
            current = table.filter(pk=self.pk).values_list("version", flat=True).first()
            raise Conflict(
                "Someone else changed this while you were typing. Both versions are shown; choose and save again.",
                theirs=theirs,
                version=current,
            )
        self.version = expected + 1
        self.save()


class Practice(VersionedModel):
    """One practice: its name, its paper, its working rules."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=160)
    time_zone = models.CharField(max_length=60, default="America/New_York")
    country = models.CharField(max_length=2, default="US")
    state = models.CharField(max_length=40, blank=True)
    units = models.CharField(
        max_length=8, default="us", choices=[("us", "US (lb, in)"), ("metric", "Metric (kg, cm)")]
    )
    paper = models.CharField(
        max_length=10, default="us-letter", choices=[("us-letter", "US Letter"), ("a4", "A4")]
    )
    # Letterhead
    address = models.CharField(max_length=240, blank=True, help_text="One line, as it prints")
    phone = models.CharField(max_length=40, blank=True)
    fax = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    website = models.CharField(max_length=160, blank=True)
    logo = models.TextField(
        blank=True, help_text="SVG source, checked at upload; empty prints the product's mark"
    )
    # Working rules
    professionals_see = models.CharField(
        max_length=8,
        default="all",
        choices=[("all", "All clients of the practice"), ("own", "Only their own clients")],
    )
    second_factor_required = models.BooleanField(default=True)
    idle_minutes = models.PositiveSmallIntegerField(default=10, validators=[MinValueValidator(1)])
    session_idle_minutes = models.PositiveSmallIntegerField(default=60, validators=[MinValueValidator(1)])
    reassess_days = models.PositiveSmallIntegerField(default=30, help_text="30 at most")
    remind_hours = models.PositiveSmallIntegerField(
        default=0, help_text="Hours before a booking at which its client is reminded; 0 reminds nobody"
    )
    feed_names = models.CharField(
        max_length=8,
        default="initials",
        choices=[("initials", "Clients’ initials"), ("names", "Clients’ names")],
    )
    screening_keep_days = models.PositiveSmallIntegerField(
        default=30, help_text="Days after a screening day at which its participants are let go of"
    )
    grip_alert_kg = models.PositiveSmallIntegerField(
        default=0,
        help_text="Kilograms below the own best from where on grip is told; 0 takes the change in force",
    )
    reimbursement_on = models.BooleanField(default=False, editable=False)
    setup_done_at = models.DateTimeField(null=True, editable=False)
    rules_read_by = models.CharField(
        max_length=160, blank=True, editable=False, help_text="Who is to read the rules left open at set-up"
    )
    is_demo = models.BooleanField(default=False, editable=False)
    # Raised with every change to the practice's own knowledge, so that each process sees it at once; see knowledge.own.
    knowledge_stamp = models.PositiveBigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reassess_days__gte=7, reassess_days__lte=30),
                name="reassessment_is_due_within_30_days",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        """Save everything but the stamp of the knowledge: it is only ever raised in the database itself."""
        if not self._state.adding and kwargs.get("update_fields") is None:
            fields = [field.name for field in self._meta.concrete_fields if not field.primary_key]
            kwargs["update_fields"] = [name for name in fields if name != "knowledge_stamp"]
        super().save(**kwargs)

    @property
    def tz(self) -> ZoneInfo:
        """Return the practice's time zone; its days begin and end there."""
        return ZoneInfo(self.time_zone)

    def local(self, at: datetime) -> datetime:
        """Return an instant as the practice's clock on the wall shows it."""
        return at.astimezone(self.tz)

    def day(self, at: datetime) -> date:
        """Return the practice's local day of an instant."""
        return self.local(at).date()


class PracticeModel(models.Model):
    """A row that belongs to a practice. Indexes of subclasses lead with `practice`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PracticeQuerySet.as_manager()

    class Meta:
        abstract = True


class MemberQuerySet(PracticeQuerySet):
    def active(self):
        """Return members who may sign in to the practice."""
        return self.filter(is_active=True, user__is_active=True)


class Member(VersionedModel, PracticeModel):
    """One person in one practice: their roles there, and how they sign."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = models.JSONField(default=list, help_text="List of Role values")
    credentials = models.CharField(max_length=60, blank=True, help_text="After the name, such as MES")
    title = models.CharField(
        max_length=120, blank=True, help_text="On documents, such as Medical Exercise Specialist"
    )
    phone = models.CharField(max_length=40, blank=True)
    signature = models.TextField(
        blank=True, help_text="SVG path of the drawn signature; empty prints the name"
    )
    mentor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="mentees"
    )
    is_active = models.BooleanField(default=True)

    # Set by the middleware for one request, while this session has a record open by break-glass.
    opened_client_id: Any = None

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "user"], name="one_membership_per_person_and_practice"
            )
        ]

    def __str__(self) -> str:
        return self.user.full_name

    def may(self, permission: Permission) -> bool:
        """Return whether the roles allow this at all. Operations check again, with the record."""
        return permissions.may(self, permission)

    def has_role(self, role: Role) -> bool:
        """Return whether the member holds the role."""
        return role in self.roles

    @property
    def role_names(self) -> str:
        """Return the roles in words."""
        return ", ".join(ROLE_NAMES[Role(role)] for role in self.roles)

    @property
    def signing_name(self) -> str:
        """Return the name as it stands under a document, with credentials."""
        return f"{self.user.full_name}, {self.credentials}" if self.credentials else self.user.full_name


class Invitation(PracticeModel):
    """A one-time link that makes a member of whoever holds it, sent by mail or handed over."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    full_name = models.CharField(max_length=160)
    roles = models.JSONField(default=list)
    token_hash = models.CharField(
        max_length=64, unique=True, help_text="SHA-256 of the token; the link is shown once"
    )
    invited_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class PasswordLink(models.Model):
    """A one-time link by which a person sets a new password: mailed, or handed over by the owner."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_links")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


@sealed(may_follow=("ends_at",))
class BreakGlass(PracticeModel):
    """An owner's look into one client's record: reason, end, notice. Every page read in it is in the trail too."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    client_id = models.UUIDField(help_text="Clients live above this area")
    reason = models.TextField()
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
