"""A real SMTP server beside a test: it takes letters, refuses them, asks to try later, or hangs up in the middle."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller as AnyController
from aiosmtpd.smtp import SMTP

REFUSED = "550 5.1.1 No such mailbox here"
LATER = "451 4.7.1 Greylisted, try again later"


@dataclass(frozen=True)
class Letter:
    """One letter the server took: envelope and message."""

    sender: str
    to: tuple[str, ...]
    raw: bytes
    secure: bool

    @property
    def message(self) -> EmailMessage:
        """Return the message as a mail program reads it."""
        return message_from_bytes(self.raw, policy=policy.default)  # type: ignore[return-value]

    @property
    def text(self) -> str:
        """Return the words of its plain part."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""


@dataclass
class Server:
    """A server at work. answers: what it says to an address at RCPT; at_data: to anybody after the message.

    hang_up_at: "rcpt" or "data" ends the connection there without a word; "after_data" takes the letter first.
    """

    host: str = ""
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    at_data: str = ""
    hang_up_at: str = ""
    tries: list[str] = field(default_factory=list)

    def refuse(self, address: str, answer: str = REFUSED) -> None:
        """Refuse an address from now on."""
        self.answers[address.lower()] = answer

    def defer(self, address: str, answer: str = LATER) -> None:
        """Ask to try an address later, from now on."""
        self.answers[address.lower()] = answer

    def accept(self, address: str) -> None:
        """Take letters to an address again."""
        self.answers.pop(address.lower(), None)

    # ---- What aiosmtpd calls

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        self.tries.append(address)
        if self.hang_up_at == "rcpt":
            server.transport.abort()
        if answer := self.answers.get(address.lower()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.hang_up_at == "data":
            server.transport.abort()
            return "421 Gone"
        if self.at_data:
            return self.at_data
        self.letters.append(
            Letter(
                envelope.mail_from,
                tuple(envelope.rcpt_tos),
                bytes(envelope.content),
                session.ssl is not None,
            )
        )
        if self.hang_up_at == "after_data":
            server.transport.abort()
        return "250 OK, taken"


class Controller(AnyController):
    """Takes whatever port the system gives, and then knocks at that one."""

    def _trigger_server(self) -> None:
        if self.server is not None:
            self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextmanager
def serving(**more: Any) -> Iterator[Server]:
    """Run a server on a free port of this machine. more: as aiosmtpd's Controller takes it, such as tls_context."""
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=0, **more)
    controller.start()
    try:
        handler.host, handler.port = controller.hostname, controller.port
        yield handler
    finally:
        controller.stop()


def point_at(settings: Any, server: Server) -> None:
    """Let the product send by a server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 10


@pytest.fixture
def smtp_server(settings: Any) -> Iterator[Server]:
    """Return a server that the product sends by for this test; what left lies in `letters`."""
    with serving() as server:
        point_at(settings, server)
        yield server
