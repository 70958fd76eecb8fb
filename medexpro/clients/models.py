"""Clients and what is recorded about them. Health facts are recorded as given; we name no cause."""

from datetime import date
from typing import Any, Self

from django.db import models

from medexpro.audit.sealing import sealed
from medexpro.kernel.ids import uuid7
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice, PracticeModel, VersionedModel
from medexpro.practice.querysets import PracticeQuerySet
from medexpro.providers.models import Provider


class Sex(models.TextChoices):
    """Sex as norm tables use it."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    OTHER = "other", "Another"
    UNKNOWN = "unknown", "Not recorded"


class Side(models.TextChoices):
    """The side of the body."""

    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    BOTH = "both", "Both"
    NONE = "none", "No side"


class ClientQuerySet(PracticeQuerySet):
    """Clients. One whose record became part of another is no client of anybody: only a way to that other one."""

    client_path = "self"

    def visible_to(self, member: Any, permission: permissions.Permission | None = None) -> Self:
        """Return the clients a member may know of."""
        return super().visible_to(member, permission).filter(merged_into=None)

    def known_as(self, external_id: str) -> "Client | None":
        """Return the client, among these, who came with an identifier of another record; None without one.

        Of a record that became part of another, it is the pointer: `survivor` is who has the record now.
        """
        return self.filter(external_id=external_id).first() if external_id else None


class Client(VersionedModel, PracticeModel):
    """One person we serve. Quick-add asks for a name only; the rest is asked before it is needed."""

    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80)
    preferred_name = models.CharField(max_length=80, blank=True)
    salutation = models.CharField(max_length=20, blank=True, help_text="In letters, such as Mrs.")
    pronouns = models.CharField(max_length=30, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    birth_date_changed_on = models.DateField(
        null=True, blank=True, editable=False,
        help_text="Last day on which one birth date took another's place: ages and percentiles were worked out anew",
    )  # fmt: skip
    sex = models.CharField(max_length=8, choices=Sex, default=Sex.UNKNOWN)
    dominant_hand = models.CharField(max_length=5, choices=Side, blank=True)
    height_cm = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    address = models.CharField(max_length=240, blank=True)
    language = models.CharField(max_length=40, blank=True)
    notes_to_staff = models.CharField(
        max_length=240, blank=True, help_text="Such as: hard of hearing, left side"
    )
    name_search = models.CharField(max_length=200, editable=False, help_text="Lower case, accents folded")
    phone_search = models.CharField(max_length=40, blank=True, editable=False, help_text="Digits only")
    external_id = models.CharField(
        max_length=120, blank=True, help_text="Identifier in the record it came from"
    )
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="merged_from",
        help_text="The record this one became part of; it is then only a pointer",
    )  # fmt: skip

    objects = ClientQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["practice", "family_name", "given_name"], name="clients_by_name"),
            models.Index(fields=["practice", "name_search"], name="clients_by_search"),
            models.Index(fields=["practice", "birth_date"], name="clients_by_birth_date"),
            models.Index(fields=["practice", "phone_search"], name="clients_by_phone"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "external_id"],
                name="an_imported_person_becomes_one_client",
                condition=~models.Q(external_id=""),
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | ~models.Q(merged_into=models.F("id")),
                name="a_record_is_not_part_of_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def survivor(self) -> "Client":
        """Return who has this person's record now: itself, unless it became part of another."""
        found = self
        while found.merged_into is not None:
            found = found.merged_into
        return found

    @property
    def name(self) -> str:
        """Return the name as we say it."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def formal_name(self) -> str:
        """Return the name as letters say it: Mrs. Ellery, else the full name."""
        return f"{self.salutation} {self.family_name}" if self.salutation else self.name

    @property
    def client(self) -> "Client":
        """Return itself, so that permission checks treat every record alike."""
        return self

    def age_on(self, day: date) -> int | None:
        """Return completed years on a day; None where the birth date is not recorded."""
        if self.birth_date is None:
            return None
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday

    def is_visible_to(self, member: Member, permission: permissions.Permission | None = None) -> bool:
        """Return whether the member may know of this client (their practice, and their scope).

        permission: what they want of the client; None asks for the client's name alone.
        """
        if member.practice_id != self.practice_id or self.merged_into_id is not None:
            return False
        if permissions.scope_of(member, permission) == "practice":
            return True
        return Client.objects.visible_to(member, permission).filter(pk=self.pk).exists()


class ClientRowQuerySet(PracticeQuerySet):
    """Rows that belong to one client."""

    client_path = "client"


class ClientRow(PracticeModel):
    """A row of one client's record."""

    objects = ClientRowQuerySet.as_manager()

    class Meta:
        abstract = True


class HealthRowQuerySet(ClientRowQuerySet):
    """Rows about a client's health: seen by those who read the record, of the clients whose record they read."""

    needs = permissions.Permission.HEALTH_READ


class HealthRow(ClientRow):
    """A row about one client's health."""

    objects = HealthRowQuerySet.as_manager()

    class Meta:
        abstract = True


# What is signed of a client goes from one record to another only while one of them is part of the other.
OF_ONE_PERSON = (
    "NOT EXISTS (SELECT 1 FROM clients_client one WHERE"
    " (one.id = OLD.client_id AND one.merged_into_id = NEW.client_id)"
    " OR (one.id = NEW.client_id AND one.merged_into_id = OLD.client_id))"
)


def follows_the_person(model: type[models.Model]) -> type[models.Model]:
    """Seal a model's rows to their client: nothing but merging two records of one person, or undoing it, moves them."""
    others = tuple(field.name for field in model._meta.concrete_fields if field.name != "client")
    return sealed(OF_ONE_PERSON, may_follow=others, lasting=False)(model)


def imported_once(name: str) -> models.UniqueConstraint:
    """Return the constraint that reading the same outside record twice adds nothing."""
    return models.UniqueConstraint(
        fields=["client", "external_id"], name=name, condition=~models.Q(external_id="")
    )


class Assignment(ClientRow):
    """A member looks after a client, from a day until a day. Assistants see assigned clients only."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="assignments")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="assignments")
    started_on = models.DateField()
    ended_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "member", "ended_on"], name="assignments_of_member")]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "member"],
                name="a_member_is_assigned_to_a_client_once_at_a_time",
                condition=models.Q(ended_on=None),
            )
        ]


class ContactPerson(VersionedModel, ClientRow):
    """Someone to call, or a guardian who signs for a minor."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=160)
    relation = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    is_emergency = models.BooleanField(default=False)
    is_guardian = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)


@follows_the_person
@sealed("OLD.withdrawn_at IS NOT NULL", may_follow=("client",))
@sealed(may_follow=("withdrawn_at", "withdrawn_reason", "client"))
class Consent(ClientRow):
    """One signed agreement: which text in which version, by whom, when. Withdrawn, never deleted."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=40, help_text="Key in data/consents.yaml")
    text_version = models.PositiveSmallIntegerField()
    text_hash = models.CharField(max_length=64)
    signed_name = models.CharField(max_length=160)
    signed_as = models.CharField(max_length=20, default="client", help_text="client or guardian")
    signature = models.TextField(
        blank=True, help_text="SVG path; empty where a name was typed or paper signed"
    )
    signed_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=240, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client", "kind"], name="consents_of_client")]


class Condition(VersionedModel, HealthRow):
    """A condition as recorded by a provider or told by the client: words, and a code where one was given."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="conditions")
    words = models.CharField(max_length=240, help_text="As recorded")
    icd10 = models.CharField(max_length=10, blank=True, help_text="ICD-10-CM with dot; never guessed")
    icd10_release = models.CharField(max_length=20, blank=True)
    snomed = models.CharField(max_length=20, blank=True)
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    onset_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(
        max_length=120, blank=True, help_text="Who said so: a provider, the client, an import"
    )
    provider = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    effects = models.JSONField(default=list, help_text="History ids of the gate rules, ticked by a person")
    to_confirm = models.JSONField(
        default=list, help_text="History ids that its code or words suggest and nobody has answered"
    )
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client"], name="conditions_of_client")]
        constraints = [imported_once("an_imported_condition_is_kept_once")]

    def __str__(self) -> str:
        return self.words


class Surgery(VersionedModel, HealthRow):
    """An operation: joint, side, date, approach, surgeon. Weeks since surgery are counted from it."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="surgeries")
    procedure = models.CharField(max_length=240, help_text="As recorded")
    procedure_tag = models.CharField(
        max_length=60,
        blank=True,
        help_text="Population tag of the reference data, such as total_knee_replacement",
    )
    joint = models.CharField(max_length=20, blank=True, help_text="knee, hip, shoulder …")
    side = models.CharField(max_length=5, choices=Side, default=Side.NONE)
    performed_on = models.DateField(null=True, blank=True)
    approach = models.CharField(max_length=40, blank=True, help_text="Such as posterior or anterior")
    surgeon = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    surgeon_words = models.CharField(max_length=160, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client"], name="surgeries_of_client")]
        constraints = [imported_once("an_imported_surgery_is_kept_once")]

    def weeks_on(self, day: date) -> int | None:
        """Return completed weeks since surgery on a day."""
        return (day - self.performed_on).days // 7 if self.performed_on else None


class Medication(VersionedModel, HealthRow):
    """A medicine as recorded. `effects` are history ids of the gate rules, such as hr_affecting_medicine."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="medications")
    words = models.CharField(max_length=240, help_text="As recorded, with dose where given")
    effects = models.JSONField(default=list, help_text="History ids of the gate rules, ticked by a person")
    to_confirm = models.JSONField(
        default=list, help_text="History ids that its name suggests and nobody has answered"
    )
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client"], name="medications_of_client")]
        constraints = [imported_once("an_imported_medication_is_kept_once")]


class Allergy(VersionedModel, HealthRow):
    """An allergy or intolerance as recorded."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="allergies")
    words = models.CharField(max_length=240)
    reaction = models.CharField(max_length=240, blank=True)
    source = models.CharField(max_length=120, blank=True)
    recorded_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=120, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client"], name="allergies_of_client")]
        constraints = [imported_once("an_imported_allergy_is_kept_once")]


class OutsideReading(HealthRow):
    """A vital sign another record brought along: a dated fact, not one of our measurements."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="outside_readings")
    measure = models.CharField(
        max_length=40, help_text="Measure id of the reference data, else the code's words"
    )
    words = models.CharField(max_length=160)
    value = models.DecimalField(max_digits=14, decimal_places=6)
    unit = models.CharField(max_length=20)
    at = models.DateTimeField()
    source = models.CharField(max_length=120, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client", "measure", "-at"], name="outside_readings")]
        constraints = [imported_once("an_imported_reading_is_kept_once")]


def upload_path(instance: "ClientDocument", filename: str) -> str:
    """Return a random name under the practice's folder; what the file was called stays in the row."""
    return f"{instance.practice_id}/{uuid7().hex}"


class ClientDocument(ClientRow):
    """A paper or photo on file: type checked, size limited, stored under a random name, served with checks."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(
        max_length=20,
        choices=[
            ("referral", "Referral"),
            ("clearance", "Clearance"),
            ("instruction", "Provider's instruction"),
            ("record", "Medical record"),
            ("photo", "Photo"),
            ("other", "Other"),
        ],
        default="other",
    )
    title = models.CharField(max_length=160)
    file = models.FileField(upload_to=upload_path)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "client", "-added_at"], name="documents_of_client")]

    def __str__(self) -> str:
        return self.title


class ClientSheet(PracticeModel):
    """A list of clients (CSV) that one member brings in: kept for a day, and what became of it for good."""

    class Step(models.TextChoices):
        """How far it is."""

        COLUMNS = "columns", "Choosing columns"
        LOOKING = "looking", "Looking through all rows"
        LOOKED = "looked", "Looked through"
        ADDING = "adding", "Bringing in"
        DONE = "done", "Brought in"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    contents = models.BinaryField(help_text="The file, packed; empty after a day")
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20)
    skip = models.PositiveSmallIntegerField(default=0, help_text="Bytes of a mark before the text")
    delimiter = models.CharField(max_length=1)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=list, help_text="What each column is; empty where it is left out")
    day_order = models.CharField(max_length=5, blank=True)
    step = models.CharField(max_length=8, choices=Step, default=Step.COLUMNS)
    total_rows = models.PositiveIntegerField()
    done_rows = models.PositiveIntegerField(default=0, help_text="Rows settled in this step")
    counts = models.JSONField(default=dict, help_text="Rows by what became of them")
    others = models.PositiveIntegerField(
        null=True, help_text="Clients from elsewhere when it had been looked through"
    )
    uploaded_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, help_text="When the last rows were settled")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "uploaded_at"], name="lists_by_time")]

    def __str__(self) -> str:
        return self.name


class SheetRow(PracticeModel):
    """A row of a list that did not simply become a client, and why. chosen: bring it in all the same."""

    sheet = models.ForeignKey(ClientSheet, on_delete=models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(help_text="As a spreadsheet counts; the headings are row 1")
    state = models.CharField(max_length=8)
    name = models.CharField(max_length=170, blank=True)
    why = models.TextField()
    chosen = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "row"], name="a_row_of_a_list_is_told_once"),
        ]


class ImportedRow(ClientRow):
    """Who a row of a list was, so that the same row never makes a second client."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="imported_rows")
    fingerprint = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64, help_text="Of the list")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "fingerprint"], name="a_row_of_a_list_becomes_one_client"
            )
        ]


class ClientMerge(PracticeModel):
    """Two records of one person became one: which stayed, what moved, what it changed. Undone, it stays on file.

    moved: table to the ids of its rows. changed: what the merge itself wrote into rows, as {table, id, field, before,
    after}; of the client that stayed too.
    """

    kept = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges_away")
    moved = models.JSONField(default=dict)
    changed = models.JSONField(default=list)
    merged_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField()
    undone_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "kept", "undone_at"], name="merges_of_client")]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"],
                name="a_record_becomes_part_of_one_other",
                condition=models.Q(undone_at=None),
            ),
            models.CheckConstraint(
                condition=~models.Q(kept=models.F("gone")), name="a_merge_is_of_two_records"
            ),
        ]


class LikelyPair(PracticeModel):
    """Two records that may be of one person: found by the rule, or named by a member; and what somebody said to it.

    The record with the smaller id stands first.
    """

    first = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list, help_text="What agrees, the strongest first")
    score = models.PositiveSmallIntegerField(default=0)
    proposed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    parted_by = models.ForeignKey(
        Member,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who said: not the same person",
    )
    parted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["practice", "parted_at", "-score"], name="likely_pairs"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="a_pair_is_asked_about_once"),
            models.CheckConstraint(
                condition=models.Q(first__lt=models.F("second")), name="a_pair_stands_in_order"
            ),
        ]


class DuplicateLook(PracticeModel):
    """When all clients of a practice were last compared with each other, and the newest change known then."""

    practice = models.OneToOneField(Practice, on_delete=models.PROTECT, related_name="+")
    looked_at = models.DateTimeField()
    newest = models.DateTimeField(null=True)
    clients = models.PositiveIntegerField()
