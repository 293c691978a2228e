"""Packs the files of a dump into a tar file, below one folder, as `tar` itself extracts them."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..errors import CliError
from .manifest import MANIFEST, Manifest, sync

PACKED = "packed.draft"
"""The tar file that is being written. It is none of the dump's files, so that a later run removes it."""
OWNER_ONLY, EVERYBODY = 0o600, 0o666
"""Modes before the umask: access control has hashes of passwords."""


def pack(directory: Path, manifest: Manifest, target: Path, *, folder: str, seen: Callable[[int], None]) -> None:
    """Writes all files of the manifest, and itself as the last one; `seen` takes the bytes of each when it is packed.

    Leaves nothing behind if it is interrupted. Raises OSError, and CliError for files that are not as in the manifest.
    """
    mode = EVERYBODY if manifest.access is None else OWNER_ONLY
    try:
        target.unlink(missing_ok=True)
        with (
            open(target, "xb", opener=partial(os.open, mode=mode)) as opened,
            tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for file in manifest.files:
                _add(tar, directory / file.file, f"{folder}/{file.file}", file.bytes)
                seen(file.bytes)
            _add(tar, directory / MANIFEST, f"{folder}/{MANIFEST}", (directory / MANIFEST).stat().st_size)
        sync(target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _add(tar: tarfile.TarFile, path: Path, name: str, size: int) -> None:
    with open(path, "rb") as file:
        found = os.fstat(file.fileno())
        if found.st_size != size:
            raise CliError(f"{path} changed after it was written", hint="start over with --force")
        member = tarfile.TarInfo(name)
        member.size, member.mtime, member.mode = size, int(found.st_mtime), found.st_mode & 0o777
        tar.addfile(member, file)
    # It keeps all members, which take much memory.
    tar.members = []  # type: ignore[attr-defined]
