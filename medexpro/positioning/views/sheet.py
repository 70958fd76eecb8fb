"""The clarity sheet: five questions on one page, kept while they are typed, with everything that is made of them beside."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.positioning import forms, operations, presenters, voice
from medexpro.positioning.models import Bio, Profile
from medexpro.positioning.rules.drafts import ANSWERS
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast, wants_part

EDIT = Permission.MARKETING_EDIT


@require_GET
@requires(EDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Show where the practice's voice stands, and whether the public page is open."""
    return _index(request)


def _index(request: HttpRequest, form: forms.OpenPage | None = None) -> HttpResponse:
    practice = practice_of(request)
    profile = voice.profile_of(practice)
    slug = profile.slug or operations.slugs.slug_of(practice.name)
    behind = [one for one in presenters.made_of(practice, profile) if one.step.behind]
    context = {
        "nav": "", "tab": "index", "profile": profile, "form": form or forms.OpenPage(initial={"slug": slug}), "behind": behind,
        "answered": presenters.answered(profile), "questions": len(ANSWERS), "services": voice.services_of(practice),
        "bios": Bio.objects.of(practice).filter(is_shown=True).count(), "colour": profile.colour or voice.COLOUR,
        "line": voice.text_of("line", profile, voice.sheet_of(practice, profile)),
    }  # fmt: skip
    return page(request, "positioning/index.html", context, status=422 if form else 200)


@requires(EDIT)
def clarity(request: HttpRequest) -> HttpResponse:
    """Ask the five questions; what is typed is kept at once, and what is made of it is shown beside."""
    practice, member = practice_of(request), member_of(request)
    profile = voice.profile_of(practice)
    if request.method != "POST":
        return _clarity(request, _stored(profile, practice), profile)
    form = forms.Sheet(request.POST, practice=practice, initial=_answers(profile))
    form.is_valid()
    try:
        profile = operations.change_sheet(
            practice,
            form.good,
            waiting=form.waiting,
            expected=_expected(form, profile),
            by=member,
            at=clock.now(),
        )
        form.keep_let_stand(profile, by=member, at=clock.now())
    except Conflict as conflict:
        form.settle(conflict)
        return (
            _kept(request, profile, form, conflict=True)
            if wants_part(request)
            else _clarity(request, form, profile, 422)
        )
    if wants_part(request):
        return _kept(request, profile, form)
    if form.errors:
        form.hold("version", profile.version)
        return _clarity(request, form, profile, 422)
    toast(request, "The sheet is kept.")
    return go_to(request, "positioning:clarity")


def _expected(form: forms.Sheet, profile: Profile) -> int | None:
    """Return the version the page showed; a sheet that was not there had none."""
    return form.shown_version or (None if profile._state.adding else profile.version + 1)


def _answers(profile: Profile) -> dict[str, Any]:
    found: dict[str, Any] = {field: profile.waiting.get(field, getattr(profile, field)) for field in ANSWERS}
    return found | {"version": "" if profile._state.adding else profile.version}


def _stored(profile: Profile, practice: Practice) -> forms.Sheet:
    """Return the form with what is kept; answers that wait are asked about again."""
    initial = _answers(profile)
    form = forms.Sheet(initial=initial, practice=practice)
    if not profile.waiting:
        return form
    data = {name: str(value) for name, value in initial.items()} | {"base": str(form.initial.get("base", ""))}
    again = forms.Sheet(data, initial=initial, practice=practice)
    again.is_valid()
    return again


def _beside(request: HttpRequest, profile: Profile) -> dict[str, Any]:
    member, practice = member_of(request), practice_of(request)
    bio = Bio.objects.of(practice).filter(member=member).first()
    return {
        "made": [*presenters.made_of(practice, profile), presenters.made_bio(member, bio, profile)],
        "menu": [voice.service_text(one) for one in voice.services_of(practice)],
        "waits": [presenters.ANSWER_NAMES[field] for field in profile.waiting],
    }


def _clarity(request: HttpRequest, form: forms.Sheet, profile: Profile, status: int = 200) -> HttpResponse:
    asked = [(bound, forms.QUESTIONS[bound.name][2]) for bound in form.visible_fields()]
    context = {"nav": "", "tab": "clarity", "form": form, "asked": asked, "profile": profile} | _beside(
        request, profile
    )
    return page(request, "positioning/clarity.html", context, status=status)


def _kept(
    request: HttpRequest, profile: Profile, form: forms.Sheet, *, conflict: bool = False
) -> HttpResponse:
    """Answer what a pause in typing sent: the texts as they are now, and whether anything is not kept."""
    long = (
        []
        if conflict
        else [
            bound.label for bound in form.visible_fields() if bound.errors and bound.name not in form.waiting
        ]
    )
    context = {"form": form, "live": True, "conflict": conflict, "long": long, "profile": profile}
    return page(request, "positioning/clarity.html", context | _beside(request, profile), part="made")


@requires(EDIT)
def text(request: HttpRequest, text_key: str) -> HttpResponse:
    """Write one text by hand, beside what the sheet makes now."""
    practice = practice_of(request)
    profile = voice.profile_of(practice)
    if text_key not in presenters.TEXT_NAMES:
        raise Http404
    made = presenters.made(text_key, voice.TEXTS[text_key](voice.sheet_of(practice, profile)), profile)
    form = forms.OwnText(request.POST or None, practice=practice, initial={"text": made.step.text})
    if form.is_valid():
        try:
            profile = operations.keep_text(
                practice, text_key, form.values()["text"], by=member_of(request), at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(profile, by=member_of(request), at=clock.now())
            toast(
                request,
                "The text is kept." if text_key in profile.own_texts else "The text follows the sheet.",
            )
            return go_to(request, "positioning:clarity")
    context = {"nav": "", "tab": "clarity", "form": form, "made": made}
    return page(request, "positioning/text.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires(EDIT)
def take(request: HttpRequest, text_key: str) -> HttpResponse:
    """Take the text made from the sheet in the place of the one written by hand."""
    if text_key not in presenters.TEXT_NAMES:
        raise Http404
    operations.take_new(practice_of(request), text_key, by=member_of(request), at=clock.now())
    toast(request, "The new text stands.")
    return go_to(request, "positioning:clarity")


@require_POST
@requires(EDIT)
def open_page(request: HttpRequest) -> HttpResponse:
    """Open the public page at its address."""
    form = forms.OpenPage(request.POST)
    if form.is_valid():
        try:
            operations.open_page(practice_of(request), **form.values(), by=member_of(request), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            toast(request, "The public page is open.")
            return go_to(request, "positioning:index")
    return _index(request, form)


@require_POST
@requires(EDIT)
def close_page(request: HttpRequest) -> HttpResponse:
    """Close the public page."""
    if told(
        request, lambda: operations.close_page(practice_of(request), by=member_of(request), at=clock.now())
    ):
        toast(request, "The public page is closed.")
    return go_to(request, "positioning:index")


def member_in(request: HttpRequest, member_id: Any) -> Member:
    """Return a member of the practice, or answer 404."""
    found = (
        Member.objects.of(practice_of(request))
        .select_related("user", "practice")
        .filter(pk=member_id)
        .first()
    )
    if found is None:
        raise Http404
    return found
