"""Letters about a relationship that wait for somebody: an improvement to write of, a draft to sign, a signed one to send."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse

from medexpro.outreach import improvements
from medexpro.outreach.letter_models import Improvement, Letter, LetterDelivery
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.today.owed import Found, Owed, first_of
from medexpro.web import words


def results_to_tell(look: Any, upto: int) -> Found:
    """Return clients who improved and whose referring provider has not been written to. One query."""
    if not look.member.may(Permission.REPORTS_WRITE):
        return Found()
    rows = improvements.to_tell(look.member, look.day)
    return Found([_result(one) for one in rows[:upto]], len(rows))


def _result(one: Improvement) -> Owed:
    provider, count = one.episode.referral.provider, len(one.keys)  # type: ignore[union-attr]
    measures = (
        f"{count} {'measure' if count == 1 else 'measures'} better by more than must be passed to count"
    )
    why = f"Measured {words.day(one.on, 'short')}: {measures}. {provider.short_name} sent them"  # type: ignore[union-attr]
    url = reverse("providers:show", args=[provider.pk]) + "#worklist"  # type: ignore[union-attr]
    return Owed(str(one.episode.client), why, "Write", url, episode=one.episode_id)


def letters_to_finish(look: Any, upto: int) -> Found:
    """Return letters drafted and not signed, signed and not sent, the oldest first; an e-mail in the queue is on its way."""
    leaving = LetterDelivery.objects.filter(
        letter=OuterRef("pk"), channel=Channel.EMAIL, delivered_at=None, failed_reason=""
    )
    waiting = Letter.objects.visible_to(look.member).filter(
        Q(state=Letter.State.DRAFT) | Q(state=Letter.State.SIGNED) & ~Exists(leaving)
    )
    rows = waiting.select_related(
        "source__provider", "source__organisation", "episode__client", "practice"
    ).defer("pdf", "snapshot", "words")
    found, total = first_of(rows.order_by(Coalesce(F("signed_at"), F("drafted_at")), "pk"), upto)
    return Found([_letter(one, look) for one in found], total)


def _letter(one: Letter, look: Any) -> Owed:
    drafted = one.state == Letter.State.DRAFT
    on = one.practice.day(one.drafted_at if drafted else one.signed_at or one.drafted_at)
    said = "drafted" if drafted else "signed, not sent"
    about = f" · {one.client}" if one.client else ""
    why = f"{one}{about}, {said} {words.day(on, 'short')}"
    if one.source.is_retired:
        why = f"{why}. {one.source.short_name} is no longer active: choose who gets it"
    url = reverse("outreach:letter", args=[one.pk]) + ("" if drafted else "#send")
    return Owed(one.source.name, why, "Go on" if drafted else "Send", url, late=not drafted and on < look.day)
