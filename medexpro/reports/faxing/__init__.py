"""How a fax leaves: by a gateway the settings name, else by a person at the machine.

A gateway is a small object. A new one is written beside `by_mail.py` and named in GATEWAYS; whoever sends asks `gateway()`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

from medexpro.reports.faxing.by_hand import ByHand
from medexpro.reports.faxing.by_mail import MailToFax


@dataclass(frozen=True)
class Fax:
    """One fax ready to go. number: as on file. pdf: cover sheet and document. name: of the file; names no client."""

    number: str
    pdf: bytes
    name: str
    practice: str


class Gateway(Protocol):
    """What takes a fax. name: kept with each delivery; empty for a person at the machine."""

    name: str

    def obstacle(self, number: str) -> str:
        """Return why nothing can be faxed to a number by this way now, in a sentence; empty when it can."""

    def send(self, fax: Fax) -> None:
        """Hand the fax over. Raises FaxFailed when it was not taken."""


# By the setting that turns one on; the first that is set is used.
GATEWAYS: tuple[tuple[str, Callable[[], Gateway]], ...] = (("FAX_GATEWAY", MailToFax),)


def gateway() -> Gateway:
    """Return the gateway the settings name; a person at the machine where they name none."""
    for setting, make in GATEWAYS:
        if getattr(settings, setting, ""):
            return make()
    return ByHand()
