"""What every record of the reference data shares: the mark on a figure, and the frozen base."""

from enum import StrEnum

import msgspec


class Verification(StrEnum):
    """How far a figure has been checked against its source.

    verified_primary: read in the paper or the publisher's own page. verified_secondary: read in a reproduction
    that names the source. house_rule: a working rule of this project, approved by a named member of the practice.
    unverified: known only from memory; never in force.
    """

    VERIFIED_PRIMARY = "verified_primary"
    VERIFIED_SECONDARY = "verified_secondary"
    HOUSE_RULE = "house_rule"
    UNVERIFIED = "unverified"

    @property
    def in_force(self) -> bool:
        """Tell whether a figure with this mark may be used."""
        return self is not Verification.UNVERIFIED

    @property
    def label(self) -> str:
        """Return how the mark is said on screen and paper."""
        return MARK_LABELS[self]


MARK_LABELS = {
    Verification.VERIFIED_PRIMARY: "Read in the source",
    Verification.VERIFIED_SECONDARY: "Read in a reproduction of the source",
    Verification.HOUSE_RULE: "The practice’s working rule",
    Verification.UNVERIFIED: "Not verified, not in force",
}


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The common base: frozen, named fields only, an unknown field is an error."""
