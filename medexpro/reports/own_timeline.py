"""What documents tell on the timeline: each one written, each sending. The desk sees which and how far, not what they say."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line, joined
from medexpro.reports.answer_models import Answer, Question
from medexpro.reports.models import Delivery, Document, Reply

SEE = (Permission.REPORTS_READ, Permission.REPORTS_STATUS)


def register() -> None:
    """Tell of documents, when the app starts."""
    timeline.add(
        Kind("document", "reports", "reports", SEE, documents, "drafted_at", document,
             plain=("kind", "number", "state", "provider__family_name"), who="drafted_by")
    )  # fmt: skip
    timeline.add(
        Kind("delivery", "reports", "send", SEE, deliveries, "sent_at", delivery,
             plain=("document__kind", "document__number", "channel", "document__provider__family_name"),
             who="sent_by", ref="document_id")
    )  # fmt: skip
    timeline.add(
        Kind("question", "reports", "question", (Permission.REPORTS_READ,), questions, "asked_at", question,
             plain=("provider__family_name", "channel"), told="text", who="asked_by")
    )  # fmt: skip
    timeline.add(
        Kind("answer", "reports", "msg", (Permission.RECORD_READ,), answers, "answered_at", answer,
             plain=("provider__family_name", "name", "credential", "how"), told="words", who="recorded_by")
    )  # fmt: skip


def documents():
    """Return the client's documents."""
    return Document.objects.filter(episode__client=CLIENT)


def document(row: Found, reads: bool) -> Line:
    """Return a document as a line."""
    kind, number, state, provider = row.plain
    said = joined(Document.State(state).label, f"to {provider}")
    return Line(f"{Document.Kind(kind).label} {number}", _page(row, reads), said)


def deliveries():
    """Return every sending of the client's documents."""
    return Delivery.objects.filter(episode__client=CLIENT)


def delivery(row: Found, reads: bool) -> Line:
    """Return a sending as a line."""
    kind, number, channel, provider = row.plain
    said = joined(f"to {provider}", Channel(channel).label)
    return Line(f"Sent: {Document.Kind(kind).label} {number}", _page(row, reads), said)


def questions():
    """Return every question about the client."""
    return Question.objects.filter(episode__client=CLIENT)


def question(row: Found, reads: bool) -> Line:
    """Return a question as a line."""
    provider, channel = row.plain
    said = joined(Channel(channel).label, row.told)
    return Line(f"Asked {provider}", reverse("reports:question", args=[row.id]), said)


def answers():
    """Return every answer about the client."""
    return Answer.objects.filter(episode__client=CLIENT)


def answer(row: Found, reads: bool) -> Line:
    """Return an answer as a line."""
    provider, name, credential, how = row.plain
    said = joined(joined(name, credential), Reply(how).label, row.told)
    return Line(f"Answer for {provider}", reverse("reports:answer", args=[row.id]), said)


def _page(row: Found, reads: bool) -> str:
    return reverse("reports:show", args=[row.ref]) if reads else ""
