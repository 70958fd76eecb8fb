"""An export made in the background for a member: how far it is, where it lies, when it goes.

What is known of it stands in a file beside it, in the home folder: the archive itself is a file too, and goes with it.
"""

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from medexpro.audit import trail
from medexpro.config.takeout.writing import ExportRefused, write_practice
from medexpro.kernel.refusals import Refusal
from medexpro.practice import permissions
from medexpro.practice.models import Member, Practice
from medexpro.practice.permissions import Permission

KEPT_FOR = timedelta(days=1)
DEAD_AFTER = timedelta(seconds=60)
_TOLD_EVERY = timedelta(seconds=1)
_STATE, _ARCHIVE = "state.json", "practice.zip"


class TakeoutRefused(Refusal):
    """The practice can't be taken out so."""


@dataclass
class State:
    """How far an export is. Times as ISO text; size: bytes of the archive, 0 until it is whole."""

    member_id: str
    member_name: str
    started_at: str
    worked_at: str
    done: int = 0
    total: int = 1
    what: str = ""
    size: int = 0
    failed: str = ""

    def is_working(self, at: datetime) -> bool:
        """Return whether somebody is at it."""
        silent = at - datetime.fromisoformat(self.worked_at)
        return not self.size and not self.failed and silent < DEAD_AFTER


def may(member: Member) -> bool:
    """Return whether a member may take the whole practice out: who runs it, and may take out every client's record."""
    return member.may(Permission.SETTINGS_MANAGE) and member.may(Permission.CLIENTS_EXPORT)


def check(member: Member) -> None:
    """Raise NotAllowed for a member who may not take the whole practice out."""
    permissions.check(member, Permission.SETTINGS_MANAGE)
    permissions.check(member, Permission.CLIENTS_EXPORT)


def state_of(practice: Practice) -> State | None:
    """Return how far the practice's export is; None where there is none."""
    try:
        return State(**json.loads((_folder(practice.pk) / _STATE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def archive_of(practice: Practice) -> Path | None:
    """Return the archive, once it is whole."""
    state = state_of(practice)
    path = _folder(practice.pk) / _ARCHIVE
    return path if state is not None and state.size and path.is_file() else None


def start(*, by: Member, at: datetime) -> bool:
    """Note that an export begins, in the place of the one before; return False where one is under way already."""
    check(by)
    before = state_of(by.practice)
    if before is not None and before.is_working(at):
        return False
    let_go(by.practice)
    moment = at.isoformat()
    _write(by.practice, State(str(by.pk), str(by), moment, moment))
    return True


def make(member: Member, *, now: Callable[[], datetime]) -> None:
    """Write the export and pack it. Whatever goes wrong is kept with it, in a sentence."""
    practice = member.practice
    state = state_of(practice)
    if state is None or state.member_id != str(member.pk) or state.size:
        return
    check(member)
    told_at = now()

    def tell(done: int, total: int, what: str) -> None:
        nonlocal told_at
        if now() - told_at >= _TOLD_EVERY:
            told_at = now()
            state.done, state.total, state.what, state.worked_at = done, total, what, told_at.isoformat()
            _write(practice, state)

    try:
        with tempfile.TemporaryDirectory(dir=_folder(practice.pk)) as scratch:
            folder = Path(scratch) / "practice"
            write_practice(practice, folder, by=member, at=now(), tell=tell)
            packed = Path(scratch) / _ARCHIVE
            _pack(folder, packed, lambda done, total: tell(done, total, "Packing"))
            packed.replace(_folder(practice.pk) / _ARCHIVE)
    except (ExportRefused, OSError) as error:
        state.failed = f"It could not be written: {error}"
    else:
        state.size = (_folder(practice.pk) / _ARCHIVE).stat().st_size
    state.worked_at = now().isoformat()
    _write(practice, state)


def hand_out(*, by: Member, at: datetime) -> Path:
    """Return the archive for a member to keep elsewhere; it is in the trail each time. Raises TakeoutRefused."""
    check(by)
    path = archive_of(by.practice)
    if path is None:
        raise TakeoutRefused("There is no export to download. Make one.")
    trail.record_export(by, "whole practice", at=at, bytes=path.stat().st_size)
    return path


def let_go(practice: Practice) -> None:
    """Remove an export."""
    shutil.rmtree(_folder(practice.pk), ignore_errors=True)


def clear_old(*, at: datetime) -> int:
    """Remove exports that are a day old; return how many."""
    gone = 0
    for practice in Practice.objects.all():
        state = state_of(practice)
        if state is not None and at - datetime.fromisoformat(state.worked_at) > KEPT_FOR:
            let_go(practice)
            gone += 1
    return gone


def _folder(practice_id: UUID) -> Path:
    return Path(settings.MEDEXPRO_HOME) / "exports" / practice_id.hex


def _write(practice: Practice, state: State) -> None:
    folder = _folder(practice.pk)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / f".{_STATE}.{os.getpid()}"
    new.write_text(json.dumps(asdict(state)), encoding="utf-8")
    new.replace(folder / _STATE)


def _pack(folder: Path, path: Path, tell: Callable[[int, int], None]) -> None:
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for done, one in enumerate(files):
            packed.write(one, f"practice/{one.relative_to(folder).as_posix()}")
            tell(done, len(files))
