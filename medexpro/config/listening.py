"""Where the practice is served: loopback unless a host name comes with a certificate or a declared proxy."""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1", "[::1]")
CHOSEN = ("ALLOWED_HOSTS", "TRUSTED_PROXIES", "PUBLIC_URL")


class ListeningRefused(Exception):
    """The settings would serve health data in a way we don't; the text is the sentence for the person who starts it."""


@dataclass(frozen=True)
class Listening:
    """Where to listen and what people type. certificate and key are set when we speak TLS ourselves."""

    bind: str
    port: int
    host: str
    url: str
    certificate: Path | None = None
    key: Path | None = None
    behind_proxy: bool = False

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that tells the web process how it is reached; see also `environment`."""
        if self.host in LOOPBACK_NAMES:
            return {}
        hosts = ",".join([self.host, "localhost", "127.0.0.1"])
        return {
            "BEHIND_TLS": "1",
            "ALLOWED_HOSTS": hosts,
            "TRUSTED_PROXIES": str(int(self.behind_proxy)),
            "PUBLIC_URL": self.url,
        }


def environment(where: Listening, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of our processes: what we were given, and how they are reached.

    Host names, proxies and the public address that somebody set themselves stay as set. The demo's letters lie in a folder
    of this machine, so their links lead back to it.
    """
    demo = {"PUBLIC_URL": where.url} if environ.get("MEDEXPRO_DEMO") == "1" else {}
    chosen = {name: environ[name] for name in CHOSEN if environ.get(name)}
    return {**environ, **demo, **where.settings, **chosen}


def is_loopback(address: str) -> bool:
    """Return whether an address or name can only be reached from this machine.

    >>> [is_loopback(a) for a in ("localhost", "127.0.0.2", "::1", "0.0.0.0", "practice.example.org")]
    [True, True, True, False, False]
    """
    if address in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def plan(environ: Mapping[str, str]) -> Listening:
    """Return where to listen, from PORT, MEDEXPRO_HOST, MEDEXPRO_BIND, MEDEXPRO_CERT, MEDEXPRO_KEY and BEHIND_TLS.

    Raises ListeningRefused for plain http that other machines could reach, a certificate that isn't there,
    and a port that is none.
    """
    port = _port(environ.get("PORT", "8000"))
    host = environ.get("MEDEXPRO_HOST", "").strip() or "localhost"
    _refuse_what_is_for_this_machine(environ, host)
    certificate, key = environ.get("MEDEXPRO_CERT", ""), environ.get("MEDEXPRO_KEY", "")
    behind_proxy = _is_on(environ, "BEHIND_TLS")
    if "/" in host or (":" in host and not is_loopback(host)):
        raise ListeningRefused(
            f"MEDEXPRO_HOST is “{host}”. Write the name alone, such as practice.example.org."
        )

    if certificate or key:
        files = _files(certificate, key)
        if is_loopback(host):
            raise ListeningRefused(
                "A certificate is given but no name: set MEDEXPRO_HOST to the name it was issued for."
            )
        bind = environ.get("MEDEXPRO_BIND", "0.0.0.0")  # noqa: S104  # Over TLS, to everyone who may reach it.
        return Listening(bind, port, host, _url("https", host, port), *files)

    bind = environ.get("MEDEXPRO_BIND", "127.0.0.1")
    if behind_proxy:
        if is_loopback(host):
            raise ListeningRefused(
                "BEHIND_TLS is set but no name: set MEDEXPRO_HOST to the name people type."
            )
        return Listening(bind, port, host, f"https://{host}", behind_proxy=True)
    if not is_loopback(host) or not is_loopback(bind):
        raise ListeningRefused(
            f"Health data is not served over plain http to other machines ({host if not is_loopback(host) else bind}). "
            "Give MEDEXPRO_HOST with MEDEXPRO_CERT and MEDEXPRO_KEY, or put a proxy in front and set BEHIND_TLS=1: "
            "docs/running/running.md shows both."
        )
    # Passkeys need the name: browsers treat http://localhost as secure, and no address with digits.
    return Listening(bind, port, "localhost", f"http://localhost:{port}")


def _refuse_what_is_for_this_machine(environ: Mapping[str, str], host: str) -> None:
    """Refuse to serve to others what only trying out is for, and a clock that stands still where people sign."""
    demo, debug, testing = (_is_on(environ, f"MEDEXPRO_{name}") for name in ("DEMO", "DEBUG", "TESTING"))
    if not is_loopback(host):
        if demo:
            raise ListeningRefused(
                "The demo’s password is known to everyone, so it is served to this machine only. "
                "Unset MEDEXPRO_HOST, or MEDEXPRO_DEMO."
            )
        if debug:
            raise ListeningRefused(
                "MEDEXPRO_DEBUG shows what the program holds to whoever meets an error. Unset it, or MEDEXPRO_HOST."
            )
    if environ.get("MEDEXPRO_NOW") and not (demo or testing):
        raise ListeningRefused(
            "MEDEXPRO_NOW stops the clock that signatures and the trail go by. It is for the demo and for tests: unset it."
        )


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


def refuse_taken_port(listening: Listening) -> None:
    """Raise ListeningRefused when another program listens where we would."""
    family = socket.AF_INET6 if ":" in listening.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listening.bind, listening.port))
        except PermissionError as error:
            raise ListeningRefused(
                f"Port {listening.port} needs administrator rights. Choose one above 1023, such as PORT=8000."
            ) from error
        except OSError as error:
            raise ListeningRefused(
                f"Port {listening.port} is in use by another program. "
                f"Stop it, or choose another, such as PORT={listening.port % 65535 + 1}."
            ) from error


def _port(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 65535:
        raise ListeningRefused(f"PORT is “{word}”. Write a number from 1 to 65535, such as PORT=8000.")
    return int(word)


def _files(certificate: str, key: str) -> tuple[Path, Path]:
    if not (certificate and key):
        raise ListeningRefused("MEDEXPRO_CERT and MEDEXPRO_KEY go together: set both.")
    for name, path in (("MEDEXPRO_CERT", certificate), ("MEDEXPRO_KEY", key)):
        try:
            Path(path).read_bytes()
        except OSError as error:
            raise ListeningRefused(f"{name} names {path}, which can't be read: {error.strerror}.") from error
    return Path(certificate), Path(key)


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{host}" if port == 443 else f"{scheme}://{host}:{port}"
