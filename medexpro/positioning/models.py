"""What the practice says of itself, kept once: the clarity sheet, the brand, the services, a bio for each member."""

from django.db import models

from medexpro.practice.models import Member, PracticeModel, VersionedModel


class Profile(VersionedModel, PracticeModel):
    """The practice's clarity sheet and brand. One for each practice, made when somebody first writes in it.

    own_texts: texts that were written by hand, by what they are for: {"text": as written, "drafted": what the sheet made
    of its answers at that time}. When the sheet makes another draft now, the text stays and says so.
    waiting: answers with words that don't belong into public; they are kept and nobody outside reads them.
    """

    slug = models.SlugField(
        max_length=60, unique=True, help_text="Its address, /p/<slug>/, over all practices"
    )
    whom = models.TextField(blank=True, help_text="Who we serve")
    problem = models.TextField(blank=True, help_text="Which problem they come with")
    result = models.TextField(blank=True, help_text="What they can do afterwards")
    not_do = models.TextField(blank=True, help_text="What we don’t do, one a line")
    proof = models.TextField(blank=True, help_text="Why somebody can believe it")
    waiting = models.JSONField(
        default=dict, help_text="Answers typed whose words nobody has kept or changed yet"
    )
    own_texts = models.JSONField(default=dict)
    colour = models.CharField(max_length=7, blank=True, help_text="#rrggbb; empty is the product’s own")
    accent = models.CharField(max_length=7, blank=True, help_text="#rrggbb; empty is derived from the colour")
    referrers_see_prices = models.BooleanField(default=False)
    cohort_minimum = models.PositiveSmallIntegerField(
        default=5, help_text="Figures of fewer clients are not made; never below 5"
    )
    published_at = models.DateTimeField(
        null=True, help_text="Since when the public page is open; empty: closed"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice"], name="one_profile_for_each_practice"),
            models.CheckConstraint(
                condition=models.Q(cohort_minimum__gte=5), name="no_figures_of_fewer_than_five_clients"
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class Service(VersionedModel, PracticeModel):
    """One line of the service menu. price_cents and price_words: one of them, or neither; words win."""

    name = models.CharField(max_length=80)
    condition = models.CharField(max_length=160, blank=True, help_text="After or with what")
    format = models.CharField(max_length=120, blank=True, help_text="Such as one to one, in the studio")
    length = models.CharField(max_length=120, blank=True, help_text="Such as 12 weeks, 2 visits a week")
    price_cents = models.PositiveIntegerField(null=True, blank=True)
    price_words = models.CharField(max_length=120, blank=True)
    whom = models.CharField(max_length=240, blank=True, help_text="Who it is for")
    referrer_gets = models.CharField(
        max_length=240, blank=True, help_text="What the referring provider receives"
    )
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["practice", "position"], name="services_in_order")]

    def __str__(self) -> str:
        return self.name


class Bio(VersionedModel, PracticeModel):
    """How one member is introduced. text: as written by hand, else drafted; drafted: what the draft was at that time."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="bio")
    background = models.TextField(blank=True, help_text="Work before and now, such as since when")
    training = models.TextField(blank=True, help_text="Degrees and certificates, one a line")
    text = models.TextField(blank=True)
    drafted = models.TextField(blank=True)
    is_shown = models.BooleanField(default=False, help_text="On the public page")

    def __str__(self) -> str:
        return str(self.member)
