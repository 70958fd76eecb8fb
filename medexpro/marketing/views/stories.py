"""Stories: drafted from a record, written, agreed to by the client, shown in public while the agreement holds."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_POST

from medexpro.audit.trail import record_list, record_read
from medexpro.clients.agreements import kinds
from medexpro.clients.presenters import signer
from medexpro.clients.state import contacts_of
from medexpro.episodes.models import Episode, Status
from medexpro.kernel import clock
from medexpro.kernel.refusals import Conflict, Refusal
from medexpro.marketing import proof_forms
from medexpro.marketing import stories as operations
from medexpro.marketing.models import Story
from medexpro.marketing.rules.stories import IDENTIFIERS, Removed
from medexpro.practice.access import member_of, requires
from medexpro.practice.permissions import Permission
from medexpro.web.editing import told
from medexpro.web.pages import go_to, page, toast

READ = Permission.RECORD_READ
SHOWN = 60


@require_GET
@requires(READ)
def stories(request: HttpRequest) -> HttpResponse:
    """List the stories of the clients this member reads, and the episodes a story could be told of."""
    member, at = member_of(request), clock.now()
    rows = (
        Story.objects.visible_to(member, READ)
        .filter(put_away_at=None)
        .select_related("episode__client", "practice")
    )
    listed = list(rows.order_by("-drafted_at")[:SHOWN])
    told_of = {one.episode_id for one in listed}
    over = (
        Episode.objects.visible_to(member, READ)
        .filter(status=Status.DISCHARGED, started_on__isnull=False)
        .exclude(stories__put_away_at=None, stories__isnull=False)
        .select_related("client")
        .order_by("-ended_on")[:SHOWN]
    )
    free = [one for one in over if one.pk not in told_of]
    record_list(member, "stories", at=at, count=len(listed) + len(free))
    context = {
        "nav": "", "tab": "proof", "rows": [(one, standing_of(one)) for one in listed], "free": free,
        "writes": member.may(Permission.MARKETING_EDIT),
    }  # fmt: skip
    return page(request, "marketing/stories.html", context)


def standing_of(story: Story) -> tuple[str, str]:
    """Return where a story stands, in words and as a chip."""
    newest = operations.newest_of(story)
    agreement = operations.agreement_of(newest) if newest else None
    if agreement and agreement.consent.withdrawn_at:
        return "Agreement withdrawn", "stop"
    if story.published_number and newest and story.published_number == newest.number:
        return "In public", "ok"
    if story.published_number:
        return "An earlier text is in public", "hold"
    return ("Agreed, not published", "info") if agreement else ("Not agreed yet", "plain")


@require_POST
@requires(READ)
def draft(request: HttpRequest, episode_id: UUID) -> HttpResponse:
    """Draft a story from an episode."""
    rows = Episode.objects.visible_to(member_of(request), READ).select_related(
        "client", "practice", "surgery"
    )
    episode = get_object_or_404(rows, pk=episode_id)
    made = told(request, lambda: operations.draft(episode, by=member_of(request), at=clock.now()))
    return go_to(request, "marketing:story", made.pk) if made else go_to(request, "marketing:stories")


def _story(request: HttpRequest, story_id: UUID) -> Story:
    rows = Story.objects.visible_to(member_of(request), READ).select_related(
        "episode__client", "episode__practice", "practice"
    )
    return get_object_or_404(rows, pk=story_id)


@requires(READ)
def story(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Read a story beside what was left out of it, and write at it."""
    found, member = _story(request, story_id), member_of(request)
    newest = operations.newest_of(found)
    initial = {"title": newest.title, "text": newest.text, "version": found.version}
    form = proof_forms.StoryForm(request.POST or None, practice=found.practice, initial=initial)
    if form.is_valid():
        try:
            kept = operations.write(
                found, **form.values(), version=form.shown_version, by=member, at=clock.now()
            )
        except Conflict as conflict:
            theirs = {"title": newest.title, "text": newest.text}
            form.settle(Conflict(str(conflict), theirs=theirs, version=conflict.version))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            form.keep_let_stand(kept, by=member, at=clock.now())
            toast(
                request,
                "The words are kept. The client agrees to these very words before they are published.",
            )
            return go_to(request, "marketing:story", found.pk)
    return _page(request, found, form)


def _page(
    request: HttpRequest, found: Story, form: proof_forms.StoryForm | None = None, agree: proof_forms.AgreeForm | None = None
) -> HttpResponse:  # fmt: skip
    member, at = member_of(request), clock.now()
    record_read(member, found.episode.client, "story", at=at)
    newest = operations.newest_of(found)
    day = found.practice.day(at)
    client = found.episode.client
    removed = [Removed(**one) for one in newest.removed]
    initial = signer(client, contacts_of(client), day) | {"number": newest.number}
    context = {
        "nav": "", "tab": "proof", "story": found, "newest": newest, "client": client, "standing": standing_of(found),
        "form": form or proof_forms.StoryForm(
            practice=found.practice, initial={"title": newest.title, "text": newest.text, "version": found.version}
        ),
        "agree": agree or proof_forms.AgreeForm(initial=initial), "agreement": operations.agreement_of(newest),
        "consent": kinds()[operations.KIND].current(day), "removed": removed,
        "identifiers": [(one, next((cut for cut in removed if cut.key == one.key), None)) for one in IDENTIFIERS],
        "writes": member.may(Permission.MARKETING_EDIT) and found.put_away_at is None,
        "signs": member.may(Permission.CONSENTS_RECORD),
    }  # fmt: skip
    bound = (form is not None and form.is_bound) or agree is not None
    return page(request, "marketing/story.html", context, status=422 if bound else 200)


@require_POST
@requires(READ)
def agree(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Record the client's agreement to the words as they are."""
    found = _story(request, story_id)
    newest = operations.newest_of(found)
    form = proof_forms.AgreeForm(request.POST)
    if form.is_valid():
        if str(newest.number) != form.cleaned_data["number"]:
            form.add_error(
                None, "The story was changed since this page was opened. Read the words as they are now."
            )
        else:
            try:
                operations.agree(newest, **form.values(), by=member_of(request), at=clock.now())
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                toast(request, "Agreed to these very words.")
                return go_to(request, "marketing:story", found.pk)
    return _page(request, found, None, form)


@require_POST
@requires(READ)
def publish(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Show a story in public."""
    found = _story(request, story_id)
    if told(request, lambda: operations.publish(found, by=member_of(request), at=clock.now())):
        toast(request, "The story stands in public while the client’s agreement holds.")
    return go_to(request, "marketing:story", found.pk)


@require_POST
@requires(READ)
def withdraw(request: HttpRequest, story_id: UUID) -> HttpResponse:
    """Take a story off the public page; with `away`, work on it no more."""
    found, away = _story(request, story_id), bool(request.POST.get("away"))
    if told(
        request, lambda: operations.withdraw(found, put_away=away, by=member_of(request), at=clock.now())
    ):
        toast(request, "Put away." if away else "The story is off the public page.")
    return go_to(request, "marketing:stories") if away else go_to(request, "marketing:story", found.pk)
