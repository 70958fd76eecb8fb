"""How the members are introduced."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.positioning import forms, operations, papers, presenters, voice
from medexpro.positioning.models import Bio
from medexpro.positioning.views.services import READS, printed
from medexpro.positioning.views.sheet import member_in
from medexpro.practice.access import member_of, practice_of, requires
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.web.pages import go_to, page, toast

EDIT = Permission.MARKETING_EDIT


@require_GET
@requires(EDIT)
def bios(request: HttpRequest) -> HttpResponse:
    """List the members with how they are introduced."""
    practice = practice_of(request)
    kept = {bio.member_id: bio for bio in Bio.objects.of(practice)}
    members = (
        Member.objects.of(practice).active().select_related("user", "practice").order_by("user__full_name")
    )
    profile = voice.profile_of(practice)
    rows = [(one, kept.get(one.pk), presenters.made_bio(one, kept.get(one.pk), profile)) for one in members]
    return page(request, "positioning/bios.html", {"nav": "", "tab": "bios", "rows": rows})


@requires(EDIT)
def bio(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Write how a member is introduced."""
    person = member_in(request, member_id)
    kept = Bio.objects.of(person.practice).filter(member=person).first()
    fields = ("background", "training", "text", "is_shown")
    initial = {name: getattr(kept, name) for name in fields} if kept else {}
    initial |= {"version": kept.version if kept else ""}
    form = forms.BioForm(
        request.POST or None, practice=person.practice, names=[person.user.full_name], initial=initial
    )
    if form.is_valid():
        try:
            saved = operations.keep_bio(
                person, **form.values(), expected=form.shown_version or (kept and kept.version + 1),
                by=member_of(request), at=clock.now(),
            )  # fmt: skip
        except Conflict as conflict:
            form.settle(conflict)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(saved, by=member_of(request), at=clock.now())
            toast(request, "The bio is kept.")
            return go_to(request, "positioning:bio", person.pk)
    made = presenters.made_bio(person, kept, voice.profile_of(person.practice))
    context = {"nav": "", "tab": "bios", "form": form, "person": person, "made": made}
    return page(request, "positioning/bio.html", context, status=422 if form.is_bound else 200)


@require_GET
@requires(*READS)
def bio_pdf(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Answer a member's bio as PDF."""
    person = member_in(request, member_id)
    return printed(request, "bio", lambda: papers.bio_pdf(person))
