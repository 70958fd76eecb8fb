"""The archive: a tar of folders, compressed, encrypted in the age format, and open to anyone with the passphrase.

It is a plain tar of three members, so that it can be opened without this program:

    README.txt            how
    key.age               an age key, encrypted with the passphrase
    practice.tar.gz.age   the folders, encrypted to that key

A passphrase alone would make age hold everything in memory; with a key in between, any size streams through.
"""

import gzip
import io
import os
import secrets
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

KEY, CONTENTS, README = "key.age", "practice.tar.gz.age", "README.txt"
HOW = """This is a backup of a medical exercise practice, made by MedExPRO.

`medexpro restore FILE` puts it back. Without MedExPRO, with the tool age (age-encryption.org):

    tar -xf FILE
    age --decrypt --output key.txt key.age            (asks for the passphrase)
    age --decrypt --identity key.txt practice.tar.gz.age | tar -xz

manifest.json inside lists every file with its SHA-256.
"""


class BadArchive(Exception):
    """The file is no backup, is damaged, or the passphrase is another; the text is a sentence."""


def write(path: Path, passphrase: str, fill: Callable[[tarfile.TarFile], None]) -> None:
    """Write an archive; `fill` adds the members. The file appears under its name only when it is complete.

    Raises whatever `fill` raises, and OSError when the disk is full; nothing is left behind then.
    """
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    contents = partial.with_name(f"{partial.name}.contents")
    try:
        identity = pyrage.x25519.Identity.generate()
        with _new(contents) as out, _encrypting(out, identity.to_public()) as plain:
            with gzip.GzipFile(fileobj=plain, mode="wb", compresslevel=5, mtime=0) as packed:
                with tarfile.open(fileobj=packed, mode="w|") as tar:
                    fill(tar)
        with _new(partial) as out:
            with tarfile.open(fileobj=out, mode="w") as outer:
                _add_bytes(outer, README, HOW.encode())
                _add_bytes(outer, KEY, pyrage.passphrase.encrypt(str(identity).encode(), passphrase))
                outer.add(contents, CONTENTS, filter=_nobodys)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        contents.unlink(missing_ok=True)


def extract(path: Path, passphrase: str, folder: Path) -> None:
    """Unpack an archive into an empty folder. Raises BadArchive with a sentence when it can't be."""
    try:
        with tarfile.open(path, mode="r:") as outer:
            key, contents = _member(outer, KEY), _member(outer, CONTENTS)
            try:
                identity = pyrage.x25519.Identity.from_str(
                    pyrage.passphrase.decrypt(key.read(), passphrase).decode()
                )
            except pyrage.DecryptError as error:
                raise BadArchive("The passphrase is not the one this backup was made with.") from error
            with _decrypting(contents, identity) as plain, gzip.GzipFile(fileobj=plain) as packed:
                with tarfile.open(fileobj=packed, mode="r|") as tar:
                    for member in tar:
                        _extract_member(tar, member, folder)
    except FileNotFoundError as error:
        raise BadArchive(f"There is no file {path}.") from error
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, pyrage.DecryptError, OSError) as error:
        raise BadArchive(f"{path.name} is damaged or is no backup ({error}). Nothing was changed.") from error


def add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a small member from memory."""
    _add_bytes(tar, name, content)


def add_file(tar: tarfile.TarFile, name: str, path: Path) -> None:
    """Add a file under a name of ours; owner and time of the machine are left out."""
    tar.add(path, name, recursive=False, filter=_nobodys)


@contextmanager
def _encrypting(out: IO[bytes], recipient: Any) -> Iterator[IO[bytes]]:
    """Yield a file to write plain bytes to; they arrive encrypted in `out`."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def encrypt() -> None:
        with os.fdopen(read_end, "rb") as reader:
            try:
                pyrage.encrypt_io(reader, out, [recipient])
            except BaseException as error:
                failures.append(error)

    thread = threading.Thread(target=encrypt, name="encrypt", daemon=True)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as writer:
            yield writer
    except BrokenPipeError:
        if not failures:
            raise
    finally:
        thread.join()
    if failures:
        raise OSError(f"the archive could not be written: {failures[0]}")


@contextmanager
def _decrypting(source: IO[bytes], identity: Any) -> Iterator[IO[bytes]]:
    """Yield a file to read the plain bytes of `source` from."""
    read_end, write_end = os.pipe()
    failures: list[BaseException] = []

    def decrypt() -> None:
        with os.fdopen(write_end, "wb") as writer:
            try:
                pyrage.decrypt_io(source, writer, [identity])
            except BaseException as error:
                failures.append(error)

    thread = threading.Thread(target=decrypt, name="decrypt", daemon=True)
    thread.start()
    with os.fdopen(read_end, "rb") as reader:
        yield reader
        # Read on to the end: age checks what it hands out only with its last block.
        while reader.read(65536):
            pass
    thread.join()
    if failures:
        raise BadArchive("The backup is damaged: its contents don't match their seal. Nothing was changed.")


def _extract_member(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one member below `folder`. Plain files with plain names only: an archive may come from anywhere."""
    target = (folder / member.name).resolve()
    if not member.isfile() or not target.is_relative_to(folder.resolve()):
        raise BadArchive(
            f"The backup holds {member.name!r}, which is no plain file of ours. Nothing was changed."
        )
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = tar.extractfile(member)
    assert source is not None  # noqa: S101  # isfile() said so.
    with _new(target) as out:
        while block := source.read(1 << 20):
            out.write(block)


def _member(outer: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = outer.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise BadArchive("The file is no backup of a practice.")
    return member


def _new(path: Path) -> IO[bytes]:
    """Open a file that only its owner may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(_nobodys(info), io.BytesIO(content))


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
