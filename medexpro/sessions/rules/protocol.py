"""The command protocol: what a command is, which may be applied, when two people collide.

A device numbers its commands per session, sends them in order, and may send any of them again. The
server applies each once. What one device changed, another may not overwrite unseen.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

# What each kind touches: commands that touch the same thing from two devices collide. An empty target
# only adds (a reading, an answer to a finding) and never collides. {entry} is the exercise entry's id.
TARGETS = {
    "reading": "",
    "red_flags": "red_flags",
    "signs": "",
    "answer": "",
    "start": "",
    "log": "entry:{entry}",
    "unlog": "entry:{entry}",
    "skip": "entry:{entry}",
    "swap": "entry:{entry}",
    "add": "",
    "minutes": "minutes",
    "note": "note",
    "close": "close",
    "place": "place",
    "ready": "",
    "hold": "",
}

# What is looked up by its name, in any kind of body: only text can be one.
NAMES = (
    "measure",
    "unit",
    "moment",
    "entry",
    "new_entry",
    "exercise",
    "code",
    "decision",
    "response",
    "place",
)
DEEPEST = 8  # No body of ours nests deeper than four; the next one to read it must not be led down a well.


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command as a device sends it.

    id: made on the device. seq: 1, 2, 3 … per session and device. base_version: the session's version the
    page knew. at, sent_at: when it was made and when it was sent, by the device's clock; sent_at changes with every
    try and is no part of what the command says. body: what the kind needs.
    """

    id: UUID
    practice: UUID
    session: UUID
    device: str
    seq: int
    base_version: int
    kind: str
    at: datetime
    body: dict[str, Any]
    sent_at: datetime | None = None


UNTYPEABLE = "There is a character in it that no keyboard makes."


class Malformed(ValueError):
    """The command can't be read; the text says why, for the person who finds it in a log."""


def read_command(data: Any) -> Command:
    """Return a command from decoded JSON. Raises Malformed for wrong shapes, kinds and numbers."""
    try:
        command = msgspec.convert(data, Command, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from None
    except UnicodeEncodeError:
        raise Malformed(UNTYPEABLE) from None
    if command.kind not in TARGETS:
        raise Malformed(f"There is no command “{command.kind}”.")
    if not 1 <= command.seq <= 1_000_000 or not command.device or len(command.device) > 40:
        raise Malformed("A command needs a device and a place in its order.")
    if deeper_than(DEEPEST, command.body):
        raise Malformed("It holds lists in lists in lists.")
    try:
        text = json.dumps(command.body, ensure_ascii=False, default=str, allow_nan=False).encode()
        command.device.encode()
    except UnicodeEncodeError:
        raise Malformed(UNTYPEABLE) from None
    except ValueError:
        raise Malformed("There is a number in it that is none.") from None
    if b"\\u0000" in text or "\0" in command.device:
        raise Malformed(UNTYPEABLE)
    for when in (command.at, command.sent_at or command.at):
        if when.tzinfo is None:
            raise Malformed("A command's time needs an offset.")
        if not 2000 <= when.year < 3000:
            raise Malformed("A command's time is of another age.")
    if wrong := [name for name in NAMES if not isinstance(command.body.get(name), str | None)]:
        raise Malformed(f"{wrong[0]} is no name.")
    items = command.body.get("items")
    if isinstance(items, list) and not all(isinstance(item, str) for item in items):
        raise Malformed("One of the items is no name.")
    # Some offsets that can be read can't be stored.
    return msgspec.structs.replace(command, at=command.at.astimezone(UTC))


def deeper_than(levels: int, value: Any) -> bool:
    """Return whether lists and dicts are nested in each other more than `levels` deep.

    >>> deeper_than(2, [[1]]), deeper_than(2, [[{}]])
    (False, True)
    """
    if not isinstance(value, dict | list):
        return False
    inside = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(deeper_than(levels - 1, one) for one in inside)


def payload_hash(command: Command) -> str:
    """Return the SHA-256 of what the command says, so that the same id with another body is found out."""
    content = {
        "kind": command.kind,
        "session": str(command.session),
        "body": command.body,
        "seq": command.seq,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def target_of(command: Command) -> str:
    """Return the thing a command changes, or "" where it only adds."""
    return TARGETS[command.kind].format(entry=command.body.get("entry", ""))


def waits_for(seq: int, last_seq: int) -> int | None:
    """Return the number the device has to send first, or None when this one is next.

    >>> waits_for(3, 1), waits_for(2, 1)
    (2, None)
    """
    return last_seq + 1 if seq > last_seq + 1 else None


def collides(
    target: str, *, base_version: int, device: str, touched: Mapping[str, Mapping[str, Any]]
) -> bool:
    """Return whether another device changed the same thing after the version this command knew.

    touched: target to {"version", "device"} of the last command that changed it.
    """
    last = touched.get(target) if target else None
    return bool(last and last["device"] != device and last["version"] > base_version)
