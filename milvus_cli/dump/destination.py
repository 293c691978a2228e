"""Where a dump is written: a directory, or a tar file whose files are in a directory beside it until all are there."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import CliError, InvalidInput
from ..output.progress import Progress
from ..text.counts import byte_size
from .directory import NOT_REPLACED, clear_dump, remove_all_but, require_ours, require_usable
from .journal import Journal
from .manifest import JOURNAL, MANIFEST, Manifest, sync, write_manifest
from .packing import PACKED, pack
from .progress import DumpProgress
from .tar import StoredTar, is_tar, partial_of

if TYPE_CHECKING:
    from ..session.session import Session

ARCHIVES = (".tgz", ".tbz2", ".txz", ".zip")
NAME_TAR = "name a file that ends in .tar; its rows in Parquet are compressed"


class Destination(Protocol):
    """`directory` has the files until the dump is complete, and `locked` is the file that a job locks."""

    @property
    def directory(self) -> Path: ...

    @property
    def locked(self) -> Path: ...

    def require_usable(self, *, replace: bool) -> None:
        """Raises InvalidInput for a path where no dump can be written; a complete one needs `replace`."""

    def clear(self, *, unfinished: bool) -> None:
        """Removes what must not be continued, and all that was begun if `unfinished`."""

    def publish(self, session: Session, manifest: Manifest) -> None:
        """Makes a complete dump of the files. Raises OSError."""

    def leave(self) -> None:
        """Removes what is of no use to the next run."""


class ToDirectory:
    """Writes a dump as a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.locked = directory / MANIFEST

    def require_usable(self, *, replace: bool) -> None:
        require_usable(self.directory, replace=replace)

    def clear(self, *, unfinished: bool) -> None:
        clear_dump(self.directory, unfinished=unfinished)

    def publish(self, session: Session, manifest: Manifest) -> None:
        write_manifest(self.directory, manifest)

    def leave(self) -> None:
        pass


class ToTar:
    """Writes a dump as a tar file. A complete one that is replaced stays until the new one is complete."""

    def __init__(self, path: Path) -> None:
        self.locked = path
        # A symbolic link stays one, and its target is replaced.
        self._target = path.resolve() if path.is_symlink() else path
        self.directory = partial_of(self._target)

    def require_usable(self, *, replace: bool) -> None:
        target = self._target
        if target.exists() and not target.is_file():
            raise InvalidInput(f"{target} is not a file", hint="name a new .tar file")
        if target.exists():
            _require_replaceable(target)
            if not (replace or self._replaces()):
                raise InvalidInput(
                    f"{target} has a complete dump", hint="name another file; or replace it with --force"
                )
        if not (self.directory / JOURNAL).exists():
            require_usable(self.directory, replace=replace)

    def clear(self, *, unfinished: bool) -> None:
        # Its journal tells that it is not packed yet.
        if (self.directory / JOURNAL).exists():
            (self.directory / MANIFEST).unlink(missing_ok=True)
        clear_dump(self.directory, unfinished=unfinished)

    def publish(self, session: Session, manifest: Manifest) -> None:
        write_manifest(self.directory, manifest)
        packed, done = self.directory / PACKED, 0
        total = sum(each.bytes for each in manifest.files)
        with Progress(session.console, "Packing the dump", quiet=session.quiet) as bar:

            def seen(size: int) -> None:
                nonlocal done
                done += size
                bar.show(done / total if total else None, f"{byte_size(done)} of {byte_size(total)}")

            pack(self.directory, manifest, packed, folder=self._target.stem, seen=seen)
        packed.replace(self._target)
        sync(self._target.parent)
        # The journal goes last: the next run could not tell what it may remove without it.
        remove_all_but(self.directory, JOURNAL)

    def leave(self) -> None:
        with suppress(OSError):
            self.directory.rmdir()

    def _replaces(self) -> bool:
        return DumpProgress(Journal(self.directory / JOURNAL, {}).earlier()).replaces


def destination_of(path: str) -> Destination:
    """Raises InvalidInput for names of other archives, which would become names of directories."""
    found = Path(path)
    if not found.is_dir() and (found.suffix.lower() in ARCHIVES or ".tar" in map(str.lower, found.suffixes[:-1])):
        raise InvalidInput(f"can't write {found}: a dump in one file is an uncompressed tar file", hint=NAME_TAR)
    return ToTar(found) if is_tar(found) else ToDirectory(found)


def _require_replaceable(target: Path) -> None:
    """Raises CliError for a file that is not a dump, or has other files too."""
    try:
        stored = StoredTar(target)
    except CliError as exc:
        raise exc.with_context(hint=NOT_REPLACED) from exc
    require_ours(stored)
