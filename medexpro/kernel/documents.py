"""The six documents that go out to a provider."""

from enum import StrEnum


class DocumentKind(StrEnum):
    """One of the six (DESIGN section 1), in the order of an episode."""

    ACKNOWLEDGEMENT = "acknowledgement"
    INTRODUCTORY = "introductory_letter"
    SUMMARY = "assessment_summary"
    PROGRESS = "progress_report"
    CHANGE = "change_in_status"
    DISCHARGE = "discharge_summary"


DOCUMENT_NAMES = {
    DocumentKind.ACKNOWLEDGEMENT: "Acknowledgement",
    DocumentKind.INTRODUCTORY: "Introductory letter",
    DocumentKind.SUMMARY: "Assessment summary",
    DocumentKind.PROGRESS: "Progress report",
    DocumentKind.CHANGE: "Change in status",
    DocumentKind.DISCHARGE: "Discharge summary",
}
# A change in status is a matter of safety: no provider is left without it.
ALWAYS_SENT = frozenset({DocumentKind.CHANGE})
# How often a provider may hear how a client is doing, in days.
SHORTEST_REPORT_DAYS, LONGEST_REPORT_DAYS = 7, 30
