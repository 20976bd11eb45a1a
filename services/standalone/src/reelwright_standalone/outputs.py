"""Puts a finished project's files beside the recording: each whole or not at all, and nobody's own file overwritten."""

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from reelwright_chassis.store.port import Store
from reelwright_standalone.errors import InputError
from reelwright_standalone.tables import MADE


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def refuse_foreign(store: Store, paths: Iterable[Path], *, edited: Iterable[Path] = ()) -> None:
    """Raises `InputError` for a file that is in the way and that we did not make, or that was changed since.

    `edited` are files that this very run was told to read (`--plan`, `--script`): their edits are taken up, not lost.
    """
    given = {path.resolve() for path in edited}
    for path in paths:
        digest = _digest_in_the_way(path)
        if digest and path.resolve() not in given and await store.get(MADE, {"sha256": digest}) is None:
            raise InputError(_foreign(path))


def _digest_in_the_way(path: Path) -> str:
    """The hash of the file that lies there, "" when there is none. Raises `InputError` where no file can be put."""
    try:
        _refuse_folder(path.parent)
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise InputError(f"{str(path)!r} is in the way and is not a plain file; move it, or choose another -o.")
        return sha256_of(path) if path.exists() else ""
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written ({error.strerror}); choose another -o.") from error


def _foreign(path: Path) -> str:
    """What to do about a file in the way that is not as we made it."""
    for ending, option in ((".plan.yaml", "--plan"), (".transcript.txt", "--script")):
        if path.name.endswith(ending):
            return (
                f"{str(path)!r} is not as Reelwright wrote it; use it by {option} {path.name}, or add --force to "
                "overwrite it."
            )
    return f"{str(path)!r} exists and was not made by Reelwright; add --force to overwrite it."


def _refuse_folder(folder: Path) -> None:
    """Raises `InputError` for a folder that nothing can be written to, before any work is done for it."""
    there = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{str(there)!r} is no folder that can be written to; choose another place by -o.")


async def place(store: Store, path: Path, write: Callable[[Path], object]) -> None:
    """`write` fills a temporary file beside `path`, which then takes the name at once; remembered as ours. A file that
    lies there already is left as it is. Raises `InputError` when it cannot be written.
    """
    try:
        await _place(store, path, write)
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(
            f"{str(path)!r} cannot be written ({why}); make room, or choose another place by -o."
        ) from error


async def _place(store: Store, path: Path, write: Callable[[Path], object]) -> None:
    with temporary_beside(path) as temporary:
        write(temporary)
        digest = sha256_of(temporary)
        # Remembered first: killed between the two, the file that lies there is still known, and so is the new one.
        await store.put(MADE, {"sha256": digest, "made_at": time.time()})
        if not _holds(path, digest):
            temporary.replace(path)


def _holds(path: Path, digest: str) -> bool:
    return path.exists() and sha256_of(path) == digest


@contextlib.contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """A new hidden file in the same folder, so that a rename is atomic; it is gone afterwards.

    Its name follows from `path`: what a killed process left is removed when the same file is written again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:12]
    temporary = path.with_name(f".reelwright-{digest}{path.suffix}")
    temporary.unlink(missing_ok=True)
    temporary.touch(exist_ok=False)
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
