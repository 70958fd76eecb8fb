"""E-mail to fax: a letter to number@gateway with the PDF attached, which the gateway's operator sends as a fax.

The PDF is health data, so it leaves only over TLS, and only where the practice's operator has set the gateway up.
"""

import smtplib
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage

from medexpro.reports.faxing.failing import FaxFailed
from medexpro.reports.rules.fax import for_good, normalised

if TYPE_CHECKING:
    from medexpro.reports.faxing import Fax


class MailToFax:
    """The first gateway. FAX_GATEWAY: its domain. FAX_SENDER: the address it takes faxes from."""

    name = "mail"

    def obstacle(self, number: str) -> str:
        """Return why nothing can be faxed by mail now."""
        if not (settings.MEDEXPRO_DEMO or (settings.EMAIL_HOST and settings.EMAIL_USE_TLS)):
            return "No mail server with TLS is set up, so no fax can leave by itself. Fax it by hand."
        if not number.strip():
            return "Write the fax number it goes to."
        if not normalised(number):
            return "Write the fax number with its area code, digits only: 216-555-0117. Other countries begin with +."
        return ""

    def send(self, fax: "Fax") -> None:
        """Mail the fax to the gateway. Subject and text name nobody."""
        if wrong := self.obstacle(fax.number):
            raise FaxFailed(wrong, for_good=True)
        message = EmailMessage(
            f"Fax from {' '.join(fax.practice.split())}",
            "",
            from_email=settings.FAX_SENDER or settings.DEFAULT_FROM_EMAIL,
            to=[f"{normalised(fax.number)}@{settings.FAX_GATEWAY}"],
            attachments=[(fax.name, fax.pdf, "application/pdf")],
        )
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            raise _failed(error) from error


def _failed(error: Exception) -> FaxFailed:
    """Return what an error of the mail server means."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((answer[0] for answer in error.recipients.values()), default=500)
        if for_good(code):
            return FaxFailed("The fax gateway does not take this number.", for_good=True)
        return FaxFailed("The fax gateway asked to try this number later.")
    if isinstance(error, smtplib.SMTPResponseException):
        if for_good(error.smtp_code):
            return FaxFailed(
                f"The fax gateway refused it ({error.smtp_code}). Check the gateway’s sender and its account.",
                for_good=True,
            )
        return FaxFailed("The fax gateway asked to try again later.")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return FaxFailed(
            "The connection to the fax gateway broke off, so nobody knows whether it left. Ask, then send it again.",
            unsure=True,
        )
    if isinstance(error, smtplib.SMTPException):
        return FaxFailed(
            f"The fax gateway can’t be used as it is set up ({type(error).__name__}).", for_good=True
        )
    return FaxFailed("The mail server could not be reached.")
