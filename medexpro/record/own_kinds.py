"""What this area tells on the timeline: papers on file, agreements, surgeries, messages, disclosures. And its tabs."""

from django.db.models import Q
from django.urls import reverse

from medexpro.clients import agreements, panels
from medexpro.clients.models import ClientDocument, Consent, Surgery
from medexpro.clients.panels import Tab
from medexpro.practice.permissions import Permission
from medexpro.record import timeline
from medexpro.record.models import Disclosure, Message, MessageTo
from medexpro.record.timeline import CLIENT, MEMBER, Found, Kind, Line, joined

KNOWS = (Permission.CLIENTS_LIST, Permission.RECORD_READ)


def register() -> None:
    """Take places on the chart, and tell what the area of clients keeps, when the app starts."""
    panels.add_tab(
        Tab(
            "timeline", "Timeline", lambda chart: reverse("record:timeline", args=[chart.client.pk]), None, 15
        )
    )
    panels.add_tab(
        Tab("messages", "Messages", lambda chart: reverse("record:messages", args=[chart.client.pk]),
            Permission.MESSAGES_USE, 17)
    )  # fmt: skip
    timeline.add(
        Kind("paper", "papers", "doc", (Permission.DOCUMENTS_READ, Permission.DOCUMENTS_ADD), papers, "added_at", paper,
             plain=("kind",), told="title", who="added_by", ref="client_id")
    )  # fmt: skip
    timeline.add(
        Kind("agreement", "agreements", "sign", KNOWS, consents, "signed_at", signed,
             plain=("kind", "signed_name"), who="recorded_by", ref="client_id")
    )  # fmt: skip
    timeline.add(
        Kind("agreement_withdrawn", "agreements", "ban", KNOWS, consents, "withdrawn_at", withdrawn,
             plain=("kind",), told="withdrawn_reason", ref="client_id")
    )  # fmt: skip
    timeline.add(
        Kind("surgery", "referrals", "surgery", (Permission.HEALTH_READ,), surgeries, "performed_on", surgery,
             plain=("procedure", "surgeon_words"), ref="client_id", is_day=True)
    )  # fmt: skip
    timeline.add(
        Kind("message", "messages", "msg", (Permission.MESSAGES_USE,), messages, "at", message,
             plain=("text",), who="by", ref="client_id")
    )  # fmt: skip
    timeline.add(
        Kind("disclosure", "disclosures", "external", (Permission.CLIENTS_EXPORT,), disclosures, "at", disclosure,
             plain=("recipient", "reason"), who="by", ref="client_id")
    )  # fmt: skip


def papers():
    """Return the papers put on file and not taken off again."""
    return ClientDocument.objects.filter(client=CLIENT, removed_at=None)


def paper(row: Found, reads: bool) -> Line:
    """Return a paper as a line; its title stands with what people wrote."""
    kind = dict(ClientDocument._meta.get_field("kind").choices).get(row.plain[0], row.plain[0])
    return Line(f"On file: {kind}", reverse("clients:documents", args=[row.ref]))


def consents():
    """Return the client's agreements."""
    return Consent.objects.filter(client=CLIENT)


def signed(row: Found, reads: bool) -> Line:
    """Return a signing as a line."""
    by = f"by {row.plain[1]}"
    return Line(f"Signed: {_agreement(row)}", reverse("clients:agreements", args=[row.ref]), by)


def withdrawn(row: Found, reads: bool) -> Line:
    """Return a withdrawal as a line."""
    return Line(f"Withdrawn: {_agreement(row)}", reverse("clients:agreements", args=[row.ref]))


def surgeries():
    """Return the client's surgeries."""
    return Surgery.objects.filter(client=CLIENT, removed_at=None)


def surgery(row: Found, reads: bool) -> Line:
    """Return a surgery as a line."""
    return Line(f"Surgery: {row.plain[0]}", reverse("clients:health", args=[row.ref]), row.plain[1])


def messages():
    """Return the messages the member may read."""
    mine = MessageTo.objects.filter(member=MEMBER).values("message")
    return Message.objects.filter(client=CLIENT).filter(Q(by=MEMBER) | Q(to_team=True) | Q(pk__in=mine))


def message(row: Found, reads: bool) -> Line:
    """Return a message as a line."""
    return Line("Message to colleagues", reverse("record:messages", args=[row.ref]), row.plain[0])


def disclosures():
    """Return to whom the record was given."""
    return Disclosure.objects.filter(client=CLIENT).exclude(taken_at=None)


def disclosure(row: Found, reads: bool) -> Line:
    """Return a disclosure as a line."""
    return Line("Whole record given out", reverse("takeout:client", args=[row.ref]), joined(*row.plain[:2]))


def _agreement(row: Found) -> str:
    known = agreements.kinds().get(row.plain[0])
    return known.name if known else row.plain[0]
