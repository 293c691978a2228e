"""Checkpoint file of an insert, which outlives the process: the rows that have arrived, and those only sent."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..connections.private_files import make_private, read_whole, require_file
from ..errors import CliError, InvalidInput
from ..text.unwritable import unwritable

FILES_KEY = "state of the files"
"""Key of the files' identities in a job."""
TARGET_KEY = "target"
RESUME_HINT = "run the same command with --resume to continue"
FOLDER = re.compile("milvus_cli-[0-9a-f]{16}")
"""Name of the folder of an insert in a stage."""
INITIAL_SIZE = 4096
"""Initial size of the file in bytes: on a disk that fills up later it can still be overwritten in place."""


@dataclass(frozen=True, order=True)
class Mark:
    """A position: up to this row (its line, or its number) of this file; files are counted from 0."""

    file: int = 0
    line: int = 0


@dataclass
class StagedPart:
    """Rows between two marks that an import job of the server reads.

    `job` is its id, "" before that is known; `failed` are earlier ones, "" for one that was refused. `place` names the
    rows for the user, `folder` is their folder in the stage, and `files` are its files on the server.
    """

    begin: Mark
    end: Mark
    rows: int
    place: str
    folder: str
    files: list[str]
    job: str = ""
    failed: list[str] = field(default_factory=list)

    @property
    def has_failed(self) -> bool:
        """True if no job is at work on it."""
        return bool(self.failed) and not self.job


@dataclass
class InsertCounts:
    """Everything up to `done` has arrived or was rejected; what lies between `done` and `sent` may have arrived.

    `versions` maps URLs to the version of their content. `digest` covers the rows up to `done` of the current file, if
    that has no identity. Of an import, `read`, `rejected`, `rejects_size` and `digest` count up to `sent`; `parts` are
    at work, their files in `folder` of the stage, and `missed` rows were not imported though their job completed.
    """

    done: Mark = field(default_factory=Mark)
    sent: Mark = field(default_factory=Mark)
    read: int = 0
    inserted: int = 0
    rejected: int = 0
    doubtful: int = 0
    unknown: int = 0
    replaced: int = 0
    superseded: int = 0
    rejects_size: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    folder: str = ""
    parts: list[StagedPart] = field(default_factory=list)
    missed: int = 0

    @property
    def are_unsure(self) -> bool:
        """True if rows may be in that are not counted."""
        known = bool(self.parts) and all(each.has_failed for each in self.parts)
        return self.sent > self.done and not known

    @property
    def counted(self) -> int:
        """The rows that must be there at least: of those inserted, others with their keys have replaced some."""
        return self.inserted - self.replaced - self.superseded


@dataclass(frozen=True)
class Abandoned:
    """An earlier import that is not continued: its folder in the stage, rows that are in, and parts that may be."""

    folder: str = ""
    rows: int = 0
    parts: int = 0


class Checkpoint:
    """The checkpoint file of one job.

    `job` describes the job as JSON values by name. `anew` tells the user how to repeat the whole job without inserting
    rows twice. Nothing is written before `begin`, which requires the job's lock.
    """

    def __init__(self, path: Path = Path(), job: Mapping[str, Any] = MappingProxyType({}), *, anew: str = "") -> None:
        self.path = path
        self._job = dict(job)
        self._anew = anew
        self._file: int | None = None
        self.progress = InsertCounts()
        self.abandoned = Abandoned()

    def begin(self, *, resume: bool, restart: bool, rows: int | None) -> bool:
        """Opens the file, and returns True if the job continues an earlier run.

        `rows` are those in the collection, if that is known. Raises InvalidInput if an earlier run stopped midway and
        neither flag says what to do about it. Raises CliError if there is no file to resume from, unless the collection
        is empty: a finished job deletes its file, and resuming would send everything twice.
        """
        require_file(str(self.path))
        self.abandoned = self._earlier_import()
        found = None if restart else self._load()
        if found is not None and found.sent > Mark():
            if not resume:
                raise InvalidInput(
                    f"an earlier run of this insert stopped after {found.read:,} rows"
                    + ("; rows that were on their way may be in too" if found.sent > found.done else ""),
                    hint="--resume continues it; --restart sends all rows again",
                )
            self.progress = found
            self.abandoned = Abandoned()
        elif resume and found is None and rows != 0:
            raise CliError(
                "there is nothing to resume",
                hint="it may have finished: check the row count before running it without --resume",
            )
        try:
            make_private(self.path.parent)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            if restart:
                os.ftruncate(self._file, 0)
            self._write(self._file)
        except OSError as exc:
            self.close()
            raise self._failed(exc, "name a file on another disk: --checkpoint FILE") from exc
        return self.progress.sent > Mark()

    def recognize(self, key: str, name: str, version: str) -> None:
        """Raises InvalidInput if a URL's content has changed since the interrupted insert read it.

        `key` identifies the URL without its secrets, which must not be stored in the file; `name` is for the message.
        """
        if version and self.progress.versions.setdefault(key, version) != version:
            raise InvalidInput(f"{name} has changed since an earlier insert was interrupted", hint=self._anew)

    def save(self) -> None:
        """Raises CliError if the file can't be written."""
        if self._file is None:
            return
        try:
            self._write(self._file)
        except OSError as exc:
            raise self._failed(exc, f"make room; then {RESUME_HINT}") from exc

    def _write(self, file: int) -> None:
        text = json.dumps({"job": self._job, **asdict(self.progress)}, ensure_ascii=False).encode()
        size = max(INITIAL_SIZE, len(text) + 1)
        if os.pwrite(file, text.ljust(size - 1) + b"\n", 0) < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def finish(self) -> None:
        """Deletes the file: the job is complete."""
        self.progress = InsertCounts()
        self.close()

    def close(self) -> None:
        """Closes the file, and deletes it if nothing was sent."""
        if self.progress.sent == Mark() and self._file is not None:
            self.path.unlink(missing_ok=True)
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _load(self) -> InsertCounts | None:
        try:
            with self.path.open(encoding="utf-8") as file:
                text = read_whole(file, str(self.path))
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise CliError(f"can't read the checkpoint {self.path}: {exc.strerror}") from exc
        if not text:
            return None
        try:
            values: dict[str, Any] = json.loads(text)
            job = values.pop("job")
            done, sent = (Mark(**values.pop(name)) for name in ("done", "sent"))
            parts = [
                StagedPart(Mark(**each.pop("begin")), Mark(**each.pop("end")), **each)
                for each in values.pop("parts", ())
            ]
            found = InsertCounts(done, sent, parts=parts, **values)
        except (ValueError, TypeError, KeyError) as exc:
            raise CliError(f"{self.path} is not a checkpoint", hint="remove it to start over") from exc
        # A value that an older version did not store counts as equal.
        different = [name for name, value in self._job.items() if job.get(name, value) != value]
        if different and found.sent > Mark():
            raise InvalidInput(
                f"an earlier insert was interrupted after {found.inserted:,} rows were in, and had another "
                f"{' and '.join(different)}",
                hint=self._hint(different),
            )
        return found

    def _earlier_import(self) -> Abandoned:
        """Returns what an earlier import left, also if the rest of the file is unusable."""
        try:
            found: Any = json.loads(self.path.read_bytes())
            earlier = Abandoned(str(found["folder"]), int(found["inserted"]), len(found["parts"]))
        except (OSError, ValueError, TypeError, KeyError):
            return Abandoned()
        return earlier if FOLDER.fullmatch(earlier.folder) else Abandoned()

    def _hint(self, different: Sequence[str]) -> str:
        if FILES_KEY in different:
            return self._anew
        if all(name.startswith("--") for name in different):
            return f"give {', '.join(different)} as before; or {self._anew}"
        if TARGET_KEY in different:
            return "name another file with --checkpoint; --restart forgets the earlier insert"
        return "--restart starts over"

    def _failed(self, error: OSError, hint: str) -> CliError:
        return unwritable(f"the checkpoint {self.path}", error, hint=hint)


def marks_in(path: Path) -> tuple[Mark, Mark]:
    """Returns the marks `done` and `sent` of a job that was interrupted; those of the beginning if there is no file."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Mark(**values["done"]), Mark(**values["sent"])
    except (OSError, ValueError, TypeError, KeyError):
        return Mark(), Mark()


def default_path(home: Path, words: Sequence[str]) -> Path:
    """Returns the path of the checkpoint for a job described by `words`."""
    return home / "inserts" / f"{hashlib.sha256(chr(0).join(words).encode(errors='replace')).hexdigest()[:16]}.json"
