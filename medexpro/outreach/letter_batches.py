"""One kind of letter to many sources: each its own letter, drafted in one go, signed and sent by the worker one by one.

Doing it again is harmless: an open letter is gone on with, a signed one is only sent, and each is sent once.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from medexpro.kernel.refusals import Refusal
from medexpro.outreach import letter_sending, letters
from medexpro.outreach.letter_models import Letter
from medexpro.practice import permissions
from medexpro.practice.models import Member
from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.referrals.source_models import Source

log = logging.getLogger(__name__)

MOST = 100
# What may go to many: letters that name nobody.
KINDS = (Letter.Kind.INTRODUCTION, Letter.Kind.FOLLOW_UP)
# A link is shown once to one person, so it is nothing for many.
CHANNELS = (Channel.PRINT, Channel.FAX, Channel.EMAIL)


@transaction.atomic
def start(kind: str, chosen: Sequence[Source], *, id: UUID, by: Member, at: datetime) -> list[Letter]:
    """Draft a letter to each of the sources. id: of the batch, made by the page. Raises LetterRefused, with nothing drafted."""
    permissions.check(by, Permission.LETTERS_SEND)
    if kind not in KINDS:
        raise letters.LetterRefused("Choose an introduction or a follow-up.", field="kind")
    if not chosen:
        raise letters.LetterRefused("Tick to whom it goes first.")
    if len(chosen) > MOST:
        raise letters.LetterRefused(f"Write to up to {MOST} in one go.")
    made = [letters.draft(source, kind, by=by, at=at) for source in chosen]
    Letter.objects.filter(pk__in=[one.pk for one in made]).update(batch=id, problem="")
    return made


def finish(
    batch: UUID, channel: str, *, recently_signed_in: bool, site: str, by: Member, at: datetime
) -> None:
    """Give a batch to the worker, which signs and sends each letter as `by`, who has just shown who they are."""
    permissions.check(by, Permission.LETTERS_SEND)
    if channel not in CHANNELS:
        raise letters.LetterRefused("Choose how they go out.", field="channel")
    if not recently_signed_in:
        raise letters.SignInNeeded("Show that it is you: signing asks for your password or passkey again.")
    from medexpro.outreach.tasks import finish_batch

    with transaction.atomic():
        rows = Letter.objects.of(by.practice).filter(batch=batch, signed_at=None)
        rows.update(problem="")
        finish_batch.enqueue(str(batch), str(by.pk), channel, site)


def work(batch: UUID, channel: str, *, site: str, by: Member, now: Callable[[], datetime]) -> None:
    """Sign and send each letter of a batch; one that can't be says why, and the others go on."""
    rows = letters.rows_of(by).filter(batch=batch, state__in=(Letter.State.DRAFT, Letter.State.SIGNED))
    for letter in rows.order_by("number"):
        try:
            if letter.is_draft:
                letter = letters.sign(letter, recently_signed_in=True, site=site, by=by, at=now())
            once = uuid5(letter.pk, f"batch:{batch}")
            letter_sending.send(letter, channel, id=once, by=by, at=now())
        except Refusal as refusal:
            Letter.objects.filter(pk=letter.pk).update(problem=str(refusal)[:240])
        except Exception:
            # One letter that falls must not hold up the others; the page says so, and the log why.
            log.exception("a letter of a batch could not be finished")
            Letter.objects.filter(pk=letter.pk).update(
                problem="It could not be finished. Open it and sign it by itself."
            )
