"""Compares the files of a dump with its manifest, without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import CliError
from ..files.arrow import parquet_rows
from .manifest import JOURNAL, MANIFEST, DumpFile, Manifest, Part, digest
from .stored import StoredDump

CHECK_HINT = "`check dump PATH` lists all; take an unaltered copy of the dump"


@dataclass(frozen=True)
class Finding:
    """A file that differs from the manifest: what was expected, and what is there."""

    file: str
    problem: str
    expected: object
    found: object


def _ignore(file: DumpFile) -> None:
    pass


def findings(
    stored: StoredDump, files: Iterable[DumpFile], *, seen: Callable[[DumpFile], None] = _ignore
) -> Iterator[Finding]:
    """Yields what is wrong with the files. `seen` is called after each. Raises CliError if one can't be read."""
    for each in files:
        try:
            finding = _compared(stored, each)
        except OSError as exc:
            raise CliError(f"can't read {stored.path / each.file}: {exc.strerror or exc}") from exc
        if finding is not None:
            yield finding
        seen(each)


def _compared(stored: StoredDump, file: DumpFile) -> Finding | None:
    size = stored.size(file.file)
    if size is None:
        return Finding(file.file, "missing", file.bytes, None)
    if size != file.bytes:
        return Finding(file.file, "another size", file.bytes, size)
    with stored.open(file.file) as opened:
        found = digest(opened)
        if found != file.sha256:
            return Finding(file.file, "another checksum", file.sha256, found)
        opened.seek(0)
        if isinstance(file, Part) and (rows := _rows(opened, stored.path / file.file)) not in (file.rows, None):
            return Finding(file.file, "another number of rows", file.rows, rows)
    return None


def _rows(file: BinaryIO, path: Path) -> int | None:
    """Counts the rows of a part; None for Parquet without pyarrow."""
    if path.suffix == ".parquet":
        return parquet_rows(file, str(path))
    return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


def extra_files(stored: StoredDump, manifest: Manifest) -> Iterator[Finding]:
    """Yields files that the manifest does not name. Hidden files, which systems leave, don't count."""
    known = {MANIFEST, *(each.file for each in manifest.files)}
    for file in stored.files():
        if file not in known:
            unfinished = "an unfinished dump" if file == JOURNAL else "not in the manifest"
            yield Finding(file, unfinished, None, stored.size(file))


def require_unaltered(stored: StoredDump, found: Iterable[Finding]) -> None:
    """Raises CliError if there are any findings."""
    problems = list(found)
    if problems:
        first = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise CliError(
            f"refusing to restore: {stored.path} was altered or is incomplete: {first.file}: {first.problem}{more}",
            hint=CHECK_HINT,
        )
