"""The demo's answers from providers: one question answered by its link, one limit that waits for a member."""

from datetime import datetime, timedelta
from decimal import Decimal

from medexpro.config.demo.people import House
from medexpro.episodes.models import Status
from medexpro.kernel.ids import uuid7
from medexpro.reports import answering, asking
from medexpro.reports.answer_models import Question
from medexpro.reports.models import Delivery, Document

# A report that was sent by link lately, to be answered.
STANDING = (Document.State.SENT, Document.State.RECEIVED, Document.State.ACKNOWLEDGED)


def come_in(house: House, now: datetime) -> None:
    """Let one provider's office answer a report with a looser limit, and another a question."""
    rows = Delivery.objects.filter(
        practice=house.practice, channel="link", document__kind=Document.Kind.PROGRESS, document__state__in=STANDING,
        document__episode__status=Status.ACTIVE, expires_at__gt=now,
    ).select_related("document__provider", "episode__client", "episode__practice", "practice", "sent_by")  # fmt: skip
    seen: list[Delivery] = []
    for one in rows.order_by("-sent_at"):
        if one.document.provider_id not in {known.document.provider_id for known in seen}:
            seen.append(one)
    if not seen:
        return
    at = now - timedelta(hours=3)
    report = seen[0]
    limit = answering.LimitSaid("bp_systolic", ">", Decimal(170), "session")
    answering.answer(
        report, answering.Said(ticks=["Change limits"], words="Up to 170 is fine by now.", limits=[limit]), _of(report),
        id=uuid7(), at=at,
    )  # fmt: skip
    about = seen[-1]
    asked = asking.ask(
        about.episode, about.document.provider, "May stairs be climbed without the rail by now?", "link",
        document=about.document, by=about.sent_by, at=now - timedelta(days=2),
    ).question  # fmt: skip
    answering.answer(
        asked,
        answering.Said(words="Yes, from this week on."),
        _of(asked),
        id=uuid7(),
        at=at + timedelta(hours=1),
    )


def _of(source: Delivery | Question) -> answering.Speaker:
    return answering.Speaker("Nina Sol", "PA-C", answering.meaning_of(source))
