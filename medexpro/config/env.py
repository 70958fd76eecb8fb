"""Settings come from the environment; secrets also from files. A wrong one stops the start with a sentence."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return a setting; NAME_FILE, when set, names a file that holds it."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which can't be read: {error.strerror}."
            ) from error
    return os.environ.get(name, default)


def flag(name: str, default: bool = False) -> bool:
    """Return a yes-or-no setting: 1, true, yes, on; 0, false, no, off."""
    word = os.environ.get(name, "").strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off"}:
        return False
    if word == "":
        return default
    raise ImproperlyConfigured(f"{name} is “{word}”. Write 1 or 0.")


def number(name: str, default: int) -> int:
    """Return a whole-number setting."""
    word = os.environ.get(name, "").strip()
    if not word:
        return default
    if not word.isdigit():
        raise ImproperlyConfigured(f"{name} is “{word}”. Write a whole number, such as {default}.")
    return int(word)


def home(default: Path) -> Path:
    """Return the folder that holds the database, files and keys, made if need be, closed to other users."""
    path = Path(os.environ.get("MEDEXPRO_HOME") or default).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ImproperlyConfigured(
            f"MEDEXPRO_HOME is {path}, which can't be made: {error.strerror}."
        ) from error
    return path


def secret_key(folder: Path) -> str:
    """Return SECRET_KEY from the environment, else the one kept in the home folder, made on first use."""
    if given := text("SECRET_KEY"):
        return given
    path = folder / "secret.key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    key = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
    return key


def database(folder: Path) -> dict:
    """Return Django's database setting: PostgreSQL where DATABASE_URL names one, else SQLite in the home folder."""
    from urllib.parse import parse_qs, unquote, urlsplit

    url = text("DATABASE_URL")
    if not url or url.startswith("sqlite"):
        return {
            "ENGINE": "medexpro.config.db.sqlite",
            "NAME": str(folder / "db.sqlite3"),
            "OPTIONS": {"synchronous": text("SQLITE_SYNCHRONOUS", "FULL")},
            "CONN_MAX_AGE": None,
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL starts with neither postgres:// nor sqlite:.")
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": number("DATABASE_POOL", 8)}} | query,
    }
