"""Every setting of the practice on one page, each with its value and its effect, found by what is typed.

What another owner saved meanwhile stands beside.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.practice import forms, operations, presenters, settings_page
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Practice
from medexpro.practice.roles import Permission
from medexpro.web.pages import page, toast


@requires(Permission.SETTINGS_MANAGE)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change the practice's settings; `?q=` shows those that a word stands in."""
    practice = practice_of(request)
    if request.method == "POST":
        # Its own row: what is refused must not stand in the head of the page.
        practice = Practice.objects.get(pk=practice.pk)
    at = clock.now()
    form = forms.SettingsForm(request.POST or None, request.FILES or None, practice=practice, at=at)
    theirs: list[tuple[str, object, object]] = []
    if form.is_valid():
        expected = form.cleaned_data["version"]
        values = form.values()
        try:
            operations.change_settings(practice, values, expected=expected, by=member_of(request), at=at)
        except Conflict as conflict:
            theirs = [
                (form.fields[name].label, conflict.theirs.get(name), values[name])
                for name in values
                if name in form.fields and name in conflict.theirs and conflict.theirs[name] != values[name]
            ]
            form.add_error(None, str(conflict))
            form.hold("version", conflict.version)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "Settings are saved.")
            return redirect(request.get_full_path())
    # A form that comes back is shown whole: what it says may stand at any field.
    typed = "" if form.is_bound else request.GET.get("q", "").replace("\x00", "")[:80].strip()
    groups = presenters.settings_shown(form, settings_page.lines_of(member_of(request), at), typed)
    count = sum(one.shown for group in groups for one in group.settings)
    context = {"form": form, "groups": groups, "theirs": theirs, "nav": "settings", "now": practice}
    context |= {"typed": typed, "count": count, "of": sum(len(group.settings) for group in groups)}
    return page(request, "practice/settings.html", context, status=422 if form.is_bound else 200)
