"""The directory of a dump: whether it may be used, and removal of the files that a dump wrote there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import CliError, InvalidInput
from .manifest import JOURNAL, MANIFEST, read_manifest


def require_usable(directory: Path, *, replace: bool) -> None:
    """Raises InvalidInput for a path where no dump can be written: it must be new, empty, or have a dump.

    A complete dump is replaced only with `replace`.
    """
    if not directory.exists():
        return
    if not directory.is_dir():
        raise InvalidInput(f"{directory} is not a directory", hint="name a new directory")
    if (directory / MANIFEST).exists():
        if not replace:
            raise InvalidInput(
                f"{directory} has a complete dump", hint="name another directory; or replace it with --force"
            )
    elif not (directory / JOURNAL).exists() and any(files_of(directory)):
        raise InvalidInput(f"{directory} is not empty, and has no dump", hint="name a new directory")


def clear_dump(directory: Path, *, unfinished: bool) -> None:
    """Removes a complete dump, and one that is not if `unfinished` ones are to go."""
    if (directory / MANIFEST).exists():
        _require_ours(directory)
    elif not unfinished:
        return
    # The manifest goes first: what remains if this is killed is incomplete.
    for name in (MANIFEST, JOURNAL):
        (directory / name).unlink(missing_ok=True)
    (directory / JOURNAL).touch()
    remove_strays(directory, {JOURNAL})
    (directory / JOURNAL).unlink()


def _require_ours(directory: Path) -> None:
    """Raises CliError if files that the dump did not write would be lost."""
    try:
        manifest, _ = read_manifest(directory)
    except CliError as exc:
        raise exc.with_context(hint="it is not replaced: name another directory") from exc
    known = {MANIFEST, JOURNAL, *(each.file for each in manifest.files)}
    others = [each for each in files_of(directory) if each not in known]
    if others:
        raise CliError(
            f"{directory} has files that are not of its dump, such as {others[0]}", hint="name another directory"
        )


def files_of(directory: Path) -> Iterator[str]:
    """Yields the files below, as paths with slashes, without hidden ones."""
    for root, folders, names in os.walk(directory):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield (Path(root) / name).relative_to(directory).as_posix()


def remove_strays(directory: Path, known: Collection[str]) -> None:
    """Removes files that are not `known`, such as the drafts of a killed run, and folders that are empty then."""
    keep = {MANIFEST, JOURNAL, *known}
    for file in list(files_of(directory)):
        if file not in keep:
            (directory / file).unlink(missing_ok=True)
    for root, _, _ in os.walk(directory, topdown=False):
        if Path(root) != directory:
            with suppress(OSError):
                os.rmdir(root)


def remove_folder(directory: Path, folder: str) -> None:
    """Removes what an earlier run has written of a collection that has changed since."""
    shutil.rmtree(directory / folder, ignore_errors=True)
