"""What we remember of records brought in: what each fact said then, and files that wait for a person's yes."""

from django.db import models

from medexpro.clients.models import Client, ClientRow
from medexpro.practice.models import Member, PracticeModel


class ImportedFact(ClientRow):
    """What a file said of one fact when it was last brought in.

    With it the next file is compared: what the file changed is taken over, what people changed here stays.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="imported_facts")
    external_id = models.CharField(max_length=120)
    values = models.JSONField(help_text="Fields as the file gave them")
    sha256 = models.CharField(max_length=64, help_text="Of the file")
    imported_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "external_id"], name="an_imported_fact_is_remembered_once"
            )
        ]


class Upload(PracticeModel):
    """Files one member uploaded to look at before they are brought in. The content goes once they are, or in a day.

    Files about one person are brought in at once; about many, in the background: `people` says of how many.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    names = models.JSONField(default=list)
    contents = models.BinaryField(help_text="The files, packed; empty once brought in")
    uploaded_at = models.DateTimeField()
    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.JSONField(null=True, help_text="What was brought in, once it was")
    imported_at = models.DateTimeField(null=True)
    people = models.PositiveIntegerField(null=True, help_text="Of files about many; empty for one person's")
    all_new = models.BooleanField(default=False, help_text="Everybody is somebody new, whoever looks alike")
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True, help_text="When the last person was settled")
    done = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["practice", "uploaded_at"], name="uploads_by_time")]
