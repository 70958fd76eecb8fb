"""A client's story: drafted from one episode's record without what could name them, written by a member, agreed to by the
client in these very words, and shown in public only while that agreement holds.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from medexpro.assessments.outcomes import outcomes
from medexpro.assessments.rules.change import Verdict
from medexpro.audit.trail import record
from medexpro.clients.agreements import kinds
from medexpro.clients.models import ContactPerson
from medexpro.clients.operations.agreements import sign_consent
from medexpro.episodes.models import Episode, Status
from medexpro.kernel.refusals import Refusal
from medexpro.knowledge.library import library_of
from medexpro.marketing import proof_events as events
from medexpro.marketing.models import Story, StoryConsent, StoryVersion
from medexpro.marketing.rules import stories as rules
from medexpro.marketing.rules.stories import Facts, Known, Removed
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Provider
from medexpro.sessions.models import SessionLog, SessionState

KIND = "story"
MOST_CHANGES = 3
LONGEST = 4000


class StoryRefused(Refusal):
    """A story can't be kept or shown so."""


@transaction.atomic
def draft(episode: Episode, *, by: Member, at: datetime) -> Story:
    """Draft a story from an episode's record; the one that is there where there is one already.

    Raises StoryRefused for an episode that has not ended: a story is told when it is over.
    """
    _check(episode, by)
    if episode.status != Status.DISCHARGED:
        raise StoryRefused("A story is told of an episode that is over. Discharge it first.")
    there = Story.objects.of(episode.practice).filter(episode=episode, put_away_at=None).first()
    if there:
        return there
    title, text, removed = _first_words(episode)
    story = Story.objects.create(practice=episode.practice, episode=episode, drafted_by=by, drafted_at=at)
    _add(story, title, text, removed, by=by, at=at)
    record(
        events.STORY_DRAFTED, story, by=by, at=at, client=episode.client, removed=[one.key for one in removed]
    )
    return story


@transaction.atomic
def write(
    story: Story, title: str, text: str, *, version: int | None, by: Member, at: datetime
) -> StoryVersion:
    """Keep a story in a member's words as its next version; the same words make none.

    What could name the client is refused with the kinds found, never taken out silently: the words are the member's.
    Raises Conflict when somebody saved since `version`, StoryRefused for what could name somebody.
    """
    _check(story.episode, by)
    _still_worked_on(story)
    title, text = " ".join(title.split()), _plain(text)
    if not title or not text:
        raise StoryRefused(
            "A title is needed." if not title else "Words are needed.", field="title" if not title else "text"
        )
    if len(text) > LONGEST:
        raise StoryRefused(f"At most {LONGEST} characters.", field="text")
    known = known_of(story.episode)
    for field, words in (("title", title), ("text", text)):
        if found := rules.left_in(words, known):
            named = ", ".join(one.identifier.name.lower() for one in found)
            raise StoryRefused(f"This could name somebody: {named}. Say it without.", field=field)
    newest = newest_of(story)
    if newest and (newest.title, newest.text) == (title, text):
        return newest
    story.save_version(expected=version, fields=[])
    made = _add(
        story, title, text, [Removed(**one) for one in newest.removed] if newest else [], by=by, at=at
    )
    record(events.STORY_WRITTEN, story, by=by, at=at, client=story.episode.client, number=made.number)
    return made


@transaction.atomic
def agree(
    version: StoryVersion, *, signed_name: str, signed_as: str = "client", signature: str = "", by: Member, at: datetime
) -> StoryConsent:  # fmt: skip
    """Record that the client agreed that these very words are told in public. Raises Refusal as signing any text does."""
    episode = version.episode
    _check(episode, by)
    _still_worked_on(version.story)
    if version.number != newest_of(version.story).number:
        raise StoryRefused("The story was changed since. The client agrees to the words as they are now.")
    if (there := _agreed(version)) is not None:
        return there
    text = kinds()[KIND].current(episode.practice.day(at))
    consent = sign_consent(
        episode.client, kind=KIND, version=text.version, signed_name=signed_name, signed_as=signed_as, signature=signature,
        by=by, at=at,
    )  # fmt: skip
    made = StoryConsent.objects.create(
        practice=episode.practice, episode=episode, version=version, consent=consent, recorded_by=by, recorded_at=at,
        signed_name=" ".join(signed_name.split())[:160], signed_as=signed_as, signature=signature,
    )  # fmt: skip
    detail = {"number": version.number, "text": version.text_hash[:12]}
    record(events.STORY_AGREED, version.story, by=by, at=at, client=episode.client, **detail)
    return made


@transaction.atomic
def publish(story: Story, *, by: Member, at: datetime) -> Story:
    """Show the newest words in public. Refused without an agreement of the client to these very words."""
    _check(story.episode, by)
    _still_worked_on(story)
    newest = newest_of(story)
    if _agreed(newest) is None:
        raise StoryRefused(
            "First the client agrees to these very words. An agreement to an earlier text says nothing of them."
        )
    if story.published_number == newest.number:
        return story
    story.published_number, story.published_by, story.published_at = newest.number, by, at
    story.save_version(expected=None)
    record(events.STORY_PUBLISHED, story, by=by, at=at, client=story.episode.client, number=newest.number)
    return story


@transaction.atomic
def withdraw(story: Story, *, put_away: bool = False, by: Member, at: datetime) -> Story:
    """Take a story off the public page; put_away: and work on it no more."""
    _check(story.episode, by)
    if story.published_number is not None:
        story.published_number = story.published_by = story.published_at = None
        record(events.STORY_BACK, story, by=by, at=at, client=story.episode.client)
    if put_away and story.put_away_at is None:
        story.put_away_at = at
        record(events.STORY_AWAY, story, by=by, at=at, client=story.episode.client)
    story.save_version(expected=None)
    return story


@dataclass(frozen=True)
class Told:
    """A story as the public page shows it: words, and the day they were published. Nothing leads back to a record."""

    title: str
    paragraphs: Sequence[str]
    on: date


def published_of(practice: Practice) -> list[Told]:
    """Return the stories that stand in public, the newest first: only those whose agreement holds at this moment. One query."""
    holds = StoryConsent.objects.filter(
        version=OuterRef("pk"), consent__withdrawn_at=None, consent__kind=KIND
    )
    rows = StoryVersion.objects.of(practice).filter(
        Exists(Story.objects.filter(pk=OuterRef("story"), published_number=OuterRef("number"), put_away_at=None)), Exists(holds)
    )  # fmt: skip
    listed = rows.select_related("story").order_by("-story__published_at")
    return [
        Told(one.title, tuple(one.text.split("\n\n")), practice.day(one.story.published_at)) for one in listed
    ]


def newest_of(story: Story) -> StoryVersion | None:
    """Return the newest words of a story."""
    rows = StoryVersion.objects.of(story.practice).filter(story=story)
    return rows.select_related("episode__client", "story").order_by("-number").first()


def agreement_of(version: StoryVersion) -> StoryConsent | None:
    """Return the client's agreement to these very words that was recorded last, also one that was withdrawn."""
    rows = version.consents.select_related("consent", "recorded_by__user")
    return rows.order_by("-recorded_at", "-pk").first()


def _agreed(version: StoryVersion) -> StoryConsent | None:
    return version.consents.filter(consent__withdrawn_at=None, consent__kind=KIND).first()


def known_of(episode: Episode) -> Known:
    """Return what on record names somebody around an episode: the client, those beside them, providers, members, places."""
    client, practice = episode.client, episode.practice
    people = [
        (name, "the client")
        for name in (client.name, client.given_name, client.family_name, client.preferred_name)
    ]
    contacts = ContactPerson.objects.filter(client=client).values_list("name", flat=True)
    people += [(part, "somebody close") for name in contacts for part in (name, *name.split())]
    providers = Provider.objects.of(practice).values_list("given_name", "family_name", "organisation__name")
    people += [
        (name, "the provider")
        for given, family, place in providers
        for name in (f"{given} {family}", family, place or "")
    ]
    members = Member.objects.of(practice).values_list("user__full_name", flat=True)
    people += [
        (part, "our team") for name in members for part in (name, name.split()[-1] if name.split() else "")
    ]
    addresses = [part.strip() for text in (client.address, practice.address) for part in text.split(",")]
    places = [part for part in addresses if len(part) > 3 and part != practice.state]
    places += [
        digits for part in addresses for digits in part.split() if digits.isdigit() and len(digits) == 5
    ]
    numbers = [one for one in (client.phone, client.external_id) if one]
    return Known([one for one in people if len(one[0].strip()) > 1], [*places, *numbers])


def _first_words(episode: Episode) -> tuple[str, str, list[Removed]]:
    """Return title and text of a draft from the record, and what was left out of it."""
    practice, end = episode.practice, episode.ended_on
    known, removed = known_of(episode), []
    rare = is_rare(episode)
    what = _by_kind(episode) if rare else f"{'after' if episode.surgery_id else 'with'} {_low(episode.title)}"
    cleaned = []
    for words in (what, _low(episode.deficit), _low(episode.goals_reached)):
        left, found = rules.cleaned(words, known)
        cleaned.append(_low(left))
        removed.append(found)
    if rare:
        removed.append([Removed("unique", 1)])
    found = [one for one in outcomes(episode, end) if one.change is not None]
    better = [one for one in found if one.verdict is Verdict.BETTER]
    counts = {kind: sum(1 for one in found if one.verdict is kind) for kind in Verdict}
    told = sorted(better, key=lambda one: not one.is_substantial)[:MOST_CHANGES]
    changes, taken = rules.cleaned(" ".join(one.sentence for one in told), known)
    begun = episode.started_on or episode.opened_on
    age = episode.client.age_on(end)
    if age is not None:
        removed.append([Removed("dates", 1)])
    facts = Facts(
        who=rules.decade(age), what=cleaned[0], deficit=cleaned[1], goals=cleaned[2], weeks=rules.span((end - begun).days),
        sessions=SessionLog.objects.of(practice).filter(episode=episode, state=SessionState.SIGNED).count(),
        better=counts[Verdict.BETTER], worse=counts[Verdict.WORSE], same=counts[Verdict.NO_MEASURABLE_CHANGE],
        changes=[changes] if changes else [],
    )  # fmt: skip
    title, text = rules.drafted(facts)
    return title, text, rules.together(*removed, taken)


def is_rare(episode: Episode) -> bool:
    """Return whether fewer than five clients of the practice share what the episode is for: then it would be a mark."""
    mine = set(episode.population)
    if not mine:
        return True
    others = (
        Episode.objects.of(episode.practice)
        .exclude(client=episode.client)
        .values_list("client_id", "population")
    )
    sharing = {client for client, tags in others if mine & set(tags)}
    return len(sharing) + 1 < rules.RARE_BELOW


def _by_kind(episode: Episode) -> str:
    """Return what an episode is for by its kind: after a surgery or injury, or with a long-term condition."""
    tags = library_of(episode.practice).tags
    named = {tags[tag].kind for tag in episode.population if tag in tags}
    if episode.surgery_id or "procedure" in named:
        return "after a surgery"
    return "with a long-term condition" if "condition" in named else "after medical care had ended"


def _add(
    story: Story, title: str, text: str, removed: Sequence[Removed], *, by: Member, at: datetime
) -> StoryVersion:
    newest = StoryVersion.objects.of(story.practice).filter(story=story).order_by("-number").first()
    return StoryVersion.objects.create(
        practice=story.practice, story=story, episode=story.episode, number=newest.number + 1 if newest else 1, title=title[:120],
        text=text, text_hash=hashlib.sha256(f"{title[:120]}\n{text}".encode()).hexdigest(),
        removed=[{"key": one.key, "times": one.times} for one in removed], written_by=by, written_at=at,
    )  # fmt: skip


def _check(episode: Episode, by: Member) -> None:
    """Let only those through who may write for the public and read this record."""
    permissions.check(by, Permission.MARKETING_EDIT, episode)
    permissions.check(by, Permission.RECORD_READ, episode)


def _still_worked_on(story: Story) -> None:
    if story.put_away_at is not None:
        raise StoryRefused("This story was put away.")


def _plain(text: str) -> str:
    return "\n\n".join(
        " ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()
    )


def _low(text: str) -> str:
    words = text.strip()
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
