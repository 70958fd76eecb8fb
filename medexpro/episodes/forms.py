"""What people type about an episode."""

from typing import Any

from django import forms

from medexpro.clients.forms import SIDES, NewId
from medexpro.clients.models import Client, Condition, Side, Surgery
from medexpro.episodes.models import Category, EndReason, Episode, NextStep
from medexpro.episodes.rules.category import CHOSEN
from medexpro.practice.models import Member
from medexpro.practice.roles import Role
from medexpro.web.editing import EditForm
from medexpro.web.forms import DateField, Form, Picks


class Purpose(EditForm):
    """What an episode is for. The choices are the client's own facts and the practice's professionals."""

    title = forms.CharField(
        label="What it is for", max_length=160, help_text="Such as Right knee replacement: stairs and walking"
    )
    deficit = forms.CharField(
        label="What the client can’t do yet",
        max_length=240,
        required=False,
        help_text="In the client’s words",
    )
    surgery = forms.ChoiceField(label="Surgery", required=False)
    condition = forms.ChoiceField(label="Condition", required=False)
    side = forms.ChoiceField(label="Side", choices=SIDES, initial=Side.NONE)
    onset_on = DateField(
        label="Began on", required=False, help_text="The later of this and the surgery gives the category"
    )
    lead = forms.ChoiceField(label="Led by", required=False)
    next_provider_visit_on = DateField(
        label="Next visit with the provider",
        required=False,
        latest=None,
        help_text="The report goes out 2 days before",
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        self.of_client = {
            "surgery": {str(row.pk): row for row in Surgery.objects.filter(client=client, removed_at=None)},
            "condition": {
                str(row.pk): row for row in Condition.objects.filter(client=client, removed_at=None)
            },
            "lead": {
                str(row.pk): row
                for row in Member.objects.of(client.practice).active().select_related("user", "practice")
                if row.has_role(Role.PROFESSIONAL)
            },
        }
        super().__init__(*args, **kwargs)
        words = {"surgery": lambda row: row.procedure, "condition": lambda row: row.words, "lead": str}
        for name, rows in self.of_client.items():
            choices = [("", "None"), *((key, words[name](row)) for key, row in rows.items())]  # type: ignore[operator]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def over(cls, episode: Episode, data: Any = None, *, surgery: str = "") -> "Purpose":
        """Return the form over an episode, or over what was typed about it.

        surgery: the id of one that was just recorded for it; it is chosen, with its side, until saved.
        """
        form = cls(
            data, client=episode.client, initial=cls.shown(episode) | {"version": str(episode.version)}
        )
        if recorded := form.of_client["surgery"].get(surgery):
            form.initial |= {"surgery": surgery, "side": recorded.side}
        return form

    @staticmethod
    def shown(episode: Episode) -> dict[str, Any]:
        """Return an episode's values as the fields hold them."""
        plain = ("title", "deficit", "side", "onset_on", "next_provider_visit_on")
        linked = {
            name: str(getattr(episode, f"{name}_id") or "") for name in ("surgery", "condition", "lead")
        }
        return {name: getattr(episode, name) for name in plain} | linked

    def values(self) -> dict[str, Any]:
        """Return the arguments of `change` and `open_episode`."""
        values = super().values()
        return values | {name: rows.get(values[name]) for name, rows in self.of_client.items()}


class OpenEpisode(Purpose):
    """A new episode."""

    new_id = NewId()

    def values(self) -> dict[str, Any]:
        """Return the arguments of `open_episode`."""
        values = super().values()
        return values | {"id": values.pop("new_id")}


class Start(Form):
    """Starting service; the category follows from the dates unless a person chooses one of two."""

    category = forms.ChoiceField(
        label="Category",
        required=False,
        choices=[("", "As the dates give it"), *((c.value, c.label) for c in Category if c.value in CHOSEN)],
        widget=Picks(
            hints={
                "maintenance": "Little further change expected: holding function",
                "corrective": "Posture or muscle imbalance",
            }
        ),
    )
    category_reason = forms.CharField(label="Why this category", max_length=240, required=False)


class Why(Form):
    """The reason of a hold or a decline."""

    reason = forms.CharField(label="Why", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class WhyNot(Form):
    """A note on taking service up again."""

    reason = forms.CharField(
        label="Note", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class Discharge(Form):
    """Ending an episode."""

    ended_reason = forms.ChoiceField(label="Why it ends", choices=EndReason.choices, widget=Picks)
    goals_reached = forms.CharField(
        label="What the client can do now",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: stairs one foot per step, 14 steps",
    )
    words = forms.CharField(
        label="In more words", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_step = forms.ChoiceField(
        label="What comes next", choices=NextStep.choices, required=False, widget=Picks
    )
