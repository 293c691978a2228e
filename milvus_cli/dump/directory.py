"""The directory of a dump: whether it may be used, and removal of the files that a dump wrote there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ..errors import CliError, InvalidInput
from .manifest import JOURNAL, MANIFEST, read_manifest
from .stored import StoredDirectory, StoredDump, files_of

NOT_REPLACED = "it is not replaced: name another path"


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
        require_ours(StoredDirectory(directory))
    elif not unfinished:
        return
    # The manifest goes first: what remains if this is killed is incomplete.
    for name in (MANIFEST, JOURNAL):
        (directory / name).unlink(missing_ok=True)
    (directory / JOURNAL).touch()
    remove_strays(directory, {JOURNAL})
    (directory / JOURNAL).unlink()


def require_ours(stored: StoredDump) -> None:
    """Raises CliError if files that the dump did not write would be lost."""
    try:
        manifest, _ = read_manifest(stored)
    except CliError as exc:
        raise exc.with_context(hint=NOT_REPLACED) from exc
    known = {MANIFEST, JOURNAL, *(each.file for each in manifest.files)}
    others = [each for each in stored.files() if each not in known]
    if others:
        raise CliError(f"{stored.path} has files that are not of its dump, such as {others[0]}", hint=NOT_REPLACED)


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


def remove_all_but(directory: Path, name: str) -> None:
    """Removes everything in a directory but one file, hidden files too. Raises OSError."""
    for each in directory.iterdir():
        if each.name == name:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
