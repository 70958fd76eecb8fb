"""The page on which a professional says what is known about a client for the safety gates."""

from datetime import date
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from medexpro.audit.trail import record_read
from medexpro.clearance import histories
from medexpro.clearance.operations import tell_history
from medexpro.clearance.screening_views import episode_of
from medexpro.episodes.models import Episode
from medexpro.kernel import clock
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web import forms
from medexpro.web.pages import go_to, page, toast


class TellForm(forms.Form):
    """One thing known about a client, or one that does not hold any more."""

    history = django_forms.ChoiceField(label="What is known")
    present = django_forms.ChoiceField(
        label="Does it hold?", choices=[("yes", "It is so"), ("no", "It is not so")], widget=forms.Picks
    )
    words = django_forms.CharField(
        label="Who said so, quoted", max_length=240, required=False, help_text="Needed when it loosens a rule"
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["history"].choices = [  # type: ignore[attr-defined]
            (key, history.professional) for key, history in histories.on_file().items()
        ]


@requires(Permission.RECORD_READ)
def known(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Show what the safety gates know about a client, and where it stands."""
    asked = {"history": request.GET.get("history", ""), "present": request.GET.get("present", "")}
    return _page(request, episode_of(request, episode_id), TellForm(initial=asked))


@require_POST
@requires(Permission.CLEARANCE_DECIDE)
def tell(request: HttpRequest, episode_id: Any) -> HttpResponse:
    """Say one thing more that is known, or take one back."""
    episode = episode_of(request, episode_id)
    form = TellForm(request.POST)
    if form.is_valid():
        values = form.values() | {"present": form.cleaned_data["present"] == "yes"}
        try:
            tell_history(episode, **values, by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "It is recorded.")
            return go_to(request, "clearance:known", episode.pk)
    return _page(request, episode, form, status=422)


def _page(request: HttpRequest, episode: Episode, form: TellForm, status: int = 200) -> HttpResponse:
    member, at = member_of(request), clock.now()
    record_read(member, episode.client, "clearance", at=at)
    context = {
        "nav": "clients",
        "episode": episode,
        "rows": _rows(episode, episode.practice.day(at)),
        "form": form,
        "may_decide": member.may(Permission.CLEARANCE_DECIDE),
    }
    return page(request, "clearance/known.html", context, status=status)


def _rows(episode: Episode, on: date) -> list[dict[str, Any]]:
    """Return what holds, each history once with every place that says so; what waits for an answer comes first."""
    rows: dict[str, dict[str, Any]] = {}
    for one in histories.known(episode, on):
        row = rows.setdefault(
            one.history,
            {
                "key": one.history,
                "says": library().histories[one.history].professional,
                "where": [],
                "places": set(),
                "suggested": True,
            },
        )
        row["where"].append(one.where)
        row["places"].add(one.place)
        row["suggested"] = row["suggested"] and one.suggested
    for row in rows.values():
        # The health record is answered there. A surgery's release is said here, whatever its day tells.
        on_file = row["key"] in histories.on_file()
        row["answered_here"] = on_file and bool(row["places"] & {"told", "referral", "dates"})
        row["answered_there"] = "record" in row["places"]
    return sorted(rows.values(), key=lambda row: not row["suggested"])
