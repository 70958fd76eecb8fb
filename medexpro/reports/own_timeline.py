"""What documents tell on the timeline: each one written, each sending. The desk sees which and how far, not what they say."""

from django.urls import reverse

from medexpro.practice.permissions import Permission
from medexpro.providers.models import Channel
from medexpro.record import timeline
from medexpro.record.timeline import CLIENT, Found, Kind, Line, joined
from medexpro.reports.models import Delivery, Document

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


def _page(row: Found, reads: bool) -> str:
    return reverse("reports:show", args=[row.ref]) if reads else ""
