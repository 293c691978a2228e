"""Exports a selection to a file, under a temporary name until it is complete; an interrupted export can resume."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

from ..client.client import Client
from ..connections.private_files import open_own, require_file
from ..errors import CliError, Interrupted, InvalidAnswer, ServerRefused, Unreachable
from ..files.arrow import to_columnar
from ..files.writers import COLUMNAR_FORMATS, FileShape, compressor, writer_of
from ..rows.changes import SchemaChanged
from ..rows.cursor import PAGE_BYTES, Cursor
from ..rows.patience import NO_PATIENCE, Patience
from ..rows.selection import Decoded, Selection, exact_count
from ..text.unwritable import unwritable
from ..values.dynamic import NoSuchKey, Wanted

WITHOUT_LINKS = (errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL)
"""Errors of file systems without hard links, such as those of memory cards."""


@dataclass(frozen=True)
class Export:
    """Source and destination of an export.

    For a resumed export `origin` (address and database) identifies the server, and `made` the collection, see
    `collection_identity`. The server is asked for pages of `page_bytes`, and retried with `patience` when it is lost.
    An existing file is replaced only with `replaces`.
    """

    selection: Selection
    path: str
    shape: FileShape
    origin: str
    made: tuple[object, ...] = ()
    patience: Patience = NO_PATIENCE
    replaces: bool = False
    page_bytes: int = PAGE_BYTES

    @cached_property
    def file(self) -> str:
        """Resolves the path. A symbolic link stays, and its target is written, as with the shell's `>`."""
        return os.path.realpath(self.path) if os.path.islink(self.path) else self.path

    @property
    def part(self) -> str:
        """Path of the incomplete file."""
        return f"{self.file}.part"

    @property
    def state(self) -> str:
        """Path of the state file, which records how much of the part file is complete."""
        return f"{self.part}.json"

    @property
    def identity(self) -> dict[str, Any]:
        chosen = self.selection
        return {
            "origin": self.origin,
            "collection": chosen.collection,
            "made": list(self.made),
            "filter": chosen.filter,
            "fields": list(chosen.fields.shown),
            "partitions": list(chosen.partitions),
            "shape": self.shape.identity,
            "schema": chosen.schema.SerializeToString(deterministic=True).hex(),
        }


@dataclass(frozen=True)
class Point:
    """The complete portion of a part file: its bytes, its rows, and the key of its last row."""

    bytes: int = 0
    rows: int = 0
    last: Any = None


Reporter = Callable[[Point, int], None]
"""Takes the position of the export, and the number of rows when it began."""


def export_to_file(client: Client, export: Export, begun: Point, *, report: Reporter) -> Point:
    """Writes the file from `begun` on, and returns its size, rows and last key.

    Raises CliError if the file can't be written, or has fewer rows than the server counts. What is complete is kept
    for `--resume` where that can help. The caller must hold the lock of the file.
    """
    point = begun
    with _resumable(export), _writing(export):
        before = export.patience.tried(lambda: exact_count(client, export.selection))
        part = _open_part(export)
        with _tidied(export):
            with os.fdopen(part, "r+b") as file:
                if not begun.bytes:
                    _remove(export.state)
                file.truncate(begun.bytes)
                file.seek(begun.bytes)
                for point in _pages(client, export, begun, file.write):
                    file.flush()
                    _save_state(export, point)
                    report(point, before)
                file.flush()
                os.fsync(file.fileno())
            require_complete(client, export.selection, point.rows, before, export.patience)
            _require_same(export, begun, point.rows, before)
            _complete_file(export)
    return replace(point, bytes=os.path.getsize(export.file))


def _open_part(export: Export) -> int:
    try:
        return open_own(export.part, 0o666)
    except OSError as exc:
        hint = "remove it, or export to another file" if os.path.lexists(export.part) else ""
        raise unwritable(export.part, exc, hint=hint) from exc


def export_to_stream(
    client: Client,
    export: Export,
    write: Callable[[bytes], object],
    report: Reporter = lambda point, rows: None,
) -> int:
    """Like `export_to_file`, but to a stream, which can't be resumed; returns the number of rows."""
    before = export.patience.tried(lambda: exact_count(client, export.selection))
    rows = 0
    for point in _pages(client, export, Point(), write):
        rows = point.rows
        report(point, before)
    require_complete(client, export.selection, rows, before, export.patience)
    return rows


def _pages(client: Client, export: Export, point: Point, write: Callable[[bytes], object]) -> Iterator[Point]:
    """Writes head, pages and tail; yields the position after each page."""
    writer, compress = writer_of(export.shape, export.selection), compressor(export.shape.compression)
    if not point.bytes:
        head = compress(writer.head)
        write(head)
        point = Point(len(head))
    # A key named in --fields may occur only in the rows that an earlier run has written.
    wanted = Wanted(export.selection.schema, () if point.rows else export.selection.fields.keys)
    cursor = Cursor(client, export.selection, page_bytes=export.page_bytes, patience=export.patience)
    for page in cursor.pages(point.last):
        if not page.keys:
            break
        if wanted.is_open:
            wanted.see(Decoded(page.columns, export.selection).dynamic)
        data = compress(writer.page(page.columns, len(page.keys), first=not point.rows))
        write(data)
        point = Point(point.bytes + len(data), point.rows + len(page.keys), page.last)
        yield point
    wanted.require()
    write(compress(writer.tail))


def require_complete(client: Client, selection: Selection, rows: int, before: int, patience: Patience) -> None:
    """Compares the exported rows with the lower of two counts: rows deleted meanwhile are not missing."""
    if rows >= before:
        return
    wanted = min(before, patience.tried(lambda: exact_count(client, selection)))
    if rows < wanted:
        raise CliError(
            f"incomplete export: {rows:,} of {wanted:,} rows, by the server's exact count",
            hint="several rows with one primary key are counted, and can't be read one by one; "
            "Milvus 2.3 never returns the key 9223372036854775807",
        )


def _require_same(export: Export, begun: Point, rows: int, before: int) -> None:
    """Raises CliError if a resumed export may have rows of a collection that nothing identifies, and was made again."""
    if begun.rows and not export.made and rows > before:
        raise CliError(
            f"the export has {rows:,} rows, and the collection {before:,}: rows were deleted, or it was made again",
            hint="start over without --resume",
        )


def clear_published(export: Export) -> None:
    """Removes the part file of an export that was killed after publishing its file. Requires the file's lock."""
    with suppress(FileNotFoundError):
        if os.path.samestat(os.lstat(export.part), os.lstat(export.file)):
            _remove(export.state)
            _remove(export.part)


def point_of(export: Export) -> Point:
    """Returns the position from which a part file can resume, or the start. Raises CliError for another export's."""
    try:
        with open(export.state, encoding="utf-8", opener=_not_a_link) as file:
            state = json.load(file)
        point, size = Point(**state["point"]), os.lstat(export.part).st_size
    except FileNotFoundError:
        return Point()
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise CliError(f"can't continue {export.part}: {exc}", hint="start over without --resume") from exc
    if state.get("identity") != export.identity or size < point.bytes:
        raise CliError(f"{export.part} is of another export", hint="start over without --resume")
    return point


def _not_a_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW)


def _save_state(export: Export, point: Point) -> None:
    """Replaces the state file atomically, after the bytes that it describes were written."""
    draft = f"{export.state}.new"
    _remove(draft)
    try:
        with open(draft, "x", encoding="utf-8") as file:
            json.dump({"identity": export.identity, "point": asdict(point)}, file)
        os.replace(draft, export.state)
    except OSError:
        _remove(draft)
        raise


def _complete_file(export: Export) -> None:
    if export.shape.format in COLUMNAR_FORMATS:
        whole = f"{export.part}.{export.shape.format}"
        _remove(whole)
        try:
            open(whole, "xb").close()
            to_columnar(export.part, whole, export.selection, export.shape.format)
            _publish(export, whole)
        except (OSError, CliError):
            _remove(whole)
            raise
        os.remove(export.part)
    else:
        _publish(export, export.part)
    _remove(export.state)


def _publish(export: Export, whole: str) -> None:
    """Gives the complete file its name. Raises CliError if the name was taken meanwhile and must not be replaced."""
    if export.replaces:
        require_file(export.file)
        os.replace(whole, export.file)
        return
    try:
        _publish_anew(whole, export.file)
    except FileExistsError:
        if not os.path.exists(export.state):
            _save_state(export, Point())
        raise CliError(
            f"{export.path} was created meanwhile and is not replaced: the rows are in {export.part}",
            hint="to replace it, add --resume --force",
        ) from None


def _publish_anew(whole: str, file: str) -> None:
    """Raises FileExistsError if anything has the name, at the last moment."""
    try:
        os.link(whole, file)
    except OSError as exc:
        if exc.errno not in WITHOUT_LINKS:
            raise
    else:
        os.remove(whole)
        return
    # Claim the name with an empty file, which is then ours to replace.
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(whole, file)
    except OSError:
        _remove(file)
        raise


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.remove(path)


@contextmanager
def _tidied(export: Export) -> Iterator[None]:
    """Removes a part file that can't be resumed when the block fails."""
    try:
        yield
    except NoSuchKey:
        _remove(export.state)
        _remove(export.part)
        raise
    except BaseException:
        if not os.path.exists(export.state):
            _remove(export.part)
        raise


@contextmanager
def _writing(export: Export) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        hint = "make room; then run the same command with --resume" if os.path.exists(export.state) else ""
        raise unwritable(export.part, exc, hint=hint) from exc


@contextmanager
def _resumable(export: Export) -> Iterator[None]:
    """Adds a hint on how to resume to errors that end the block early."""
    try:
        yield
    except KeyboardInterrupt:
        if not os.path.exists(export.state):
            raise Interrupted(f"{export.path} was not written") from None
        raise Interrupted(f"{export.path} is incomplete", hint="run the same command with --resume") from None
    except SchemaChanged as exc:
        if not os.path.exists(export.state):
            raise
        hint = f"start over without --resume; {export.part} has the rows read before, until then"
        raise exc.with_context(more_hint=hint) from exc
    except (InvalidAnswer, ServerRefused, Unreachable) as exc:
        if not os.path.exists(export.state):
            raise
        raise exc.with_context(
            more_hint="then run it again with --resume" if exc.hint else "run it again with --resume"
        ) from exc
