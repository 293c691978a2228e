"""Exports a selection to a file: under another name until it is whole, and so that it can go on after any end."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import CliError, Interrupted, InvalidAnswer, ServerRefused, Unreachable
from ..rpc.client import Client
from ..rpc.dynamic import NoSuchKey, Wanted
from ..rpc.selection import Decoded, Selection, exact_count
from .cursor import Cursor
from .writers import Shape, compressor, writer_of


@dataclass(frozen=True)
class Export:
    """What goes where. `origin` is the address and database, for a resumed export to be the same one."""

    selection: Selection
    path: str
    shape: Shape
    origin: str

    @property
    def part(self) -> str:
        """The file while it is not whole."""
        return f"{self.path}.part"

    @property
    def identity(self) -> dict[str, Any]:
        chosen = self.selection
        return {"origin": self.origin, "collection": chosen.collection, "filter": chosen.filter,
                "fields": list(chosen.fields.shown), "partitions": list(chosen.partitions),
                "shape": asdict(self.shape),
                "schema": chosen.schema.SerializeToString(deterministic=True).hex()}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """How much of a part file is complete: bytes, rows, and the key of the last of these."""

    bytes: int = 0
    rows: int = 0
    last: Any = None


Told = Callable[[Point, int], None]
"""Takes where the export is, and how many rows there were when it began."""


def export_to_file(client: Client, export: Export, begun: Point, *, told: Told) -> Point:
    """Writes the file from where it begins or goes on, and returns its size, rows and last key.

    Raises CliError where it can't be written, or has fewer rows than the server counts; what is done is kept for
    `resume` where that can help.
    """
    point = begun
    with _resumable(export), _writing(export), _tidied(export):
        before = exact_count(client, export.selection)
        with open(export.part, "r+b" if begun.bytes else "wb") as file:
            file.truncate(begun.bytes)
            file.seek(begun.bytes)
            for point in _pages(client, export, begun, file.write):
                file.flush()
                _keep(export, point)
                told(point, before)
            file.flush()
            os.fsync(file.fileno())
        _check_count(client, export.selection, point.rows, before)
        _finish(export)
    return replace(point, bytes=os.path.getsize(export.path))


def export_to_stream(client: Client, selection: Selection, shape: Shape, write: Callable[[bytes], object]) -> None:
    """The same without a file to go on with."""
    before = exact_count(client, selection)
    points = [Point(), *_pages(client, Export(selection, "-", shape, ""), Point(), write)]
    _check_count(client, selection, points[-1].rows, before)


def _pages(client: Client, export: Export, point: Point, write: Callable[[bytes], object]) -> Iterator[Point]:
    """Writes head, pages and tail; where each page ends."""
    writer, compress = writer_of(export.shape, export.selection), compressor(export.shape.compression)
    if not point.bytes:
        head = compress(writer.head)
        write(head)
        point = Point(len(head))
    # Rows of an earlier run may have had a key that the rest lacks.
    wanted = Wanted(export.selection.schema, () if point.rows else export.selection.fields.keys)
    for page in Cursor(client, export.selection).pages(point.last):
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


def _check_count(client: Client, selection: Selection, rows: int, before: int) -> None:
    """Rows that were deleted meanwhile are no loss: so the lower of two counts is what there must be."""
    if rows >= before:
        return
    wanted = min(before, exact_count(client, selection))
    if rows < wanted:
        raise CliError(
            f"not all rows came: {rows} of {wanted}, by the server's exact count",
            hint="several rows with one primary key are counted, and can't be read one by one; "
            "Milvus 2.3 never gives out the key 9223372036854775807",
        )


def point_of(export: Export) -> Point:
    """Where a part file may go on; the beginning, where there is none. Raises CliError for one of another export."""
    try:
        with open(f"{export.part}.json", encoding="utf-8") as file:
            state = json.load(file)
        point, size = Point(**state["point"]), os.path.getsize(export.part)
    except FileNotFoundError:
        return Point()
    except (OSError, ValueError, TypeError, KeyError) as exc:
        raise CliError(f"can't go on with {export.part}: {exc}", hint="begin anew: leave out --resume") from exc
    if state.get("identity") != export.identity or size < point.bytes:
        raise CliError(f"{export.part} is of another export", hint="begin anew: leave out --resume")
    return point


def _keep(export: Export, point: Point) -> None:
    """A state is replaced in one step, after the bytes that it tells of are in the file."""
    state = f"{export.part}.json"
    try:
        with open(f"{state}.new", "w", encoding="utf-8") as file:
            json.dump({"identity": export.identity, "point": asdict(point)}, file)
        os.replace(f"{state}.new", state)
    except OSError:
        _remove(f"{state}.new")
        raise


def _finish(export: Export) -> None:
    if export.shape.format == "parquet":
        from .arrow import to_parquet

        whole = f"{export.part}.parquet"
        try:
            to_parquet(export.part, whole, export.selection)
        except OSError:
            _remove(whole)
            raise
        os.replace(whole, export.path)
        os.remove(export.part)
    else:
        os.replace(export.part, export.path)
    _remove(f"{export.part}.json")


def _remove(path: str) -> None:
    with suppress(FileNotFoundError):
        os.remove(path)


@contextmanager
def _tidied(export: Export) -> Iterator[None]:
    """Within it, a failure leaves no part file that nothing can go on with."""
    try:
        yield
    except NoSuchKey:
        _remove(f"{export.part}.json")
        _remove(export.part)
        raise
    except BaseException:
        if not os.path.exists(f"{export.part}.json"):
            _remove(export.part)
        raise


@contextmanager
def _writing(export: Export) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        hint = (
            "make room; then go on with the same command and --resume" if os.path.exists(f"{export.part}.json") else ""
        )
        # pyarrow has words of its own around those of the system.
        reason = os.strerror(exc.errno) if exc.errno else exc
        raise CliError(f"can't write {export.part}: {reason}", hint=hint) from exc


@contextmanager
def _resumable(export: Export) -> Iterator[None]:
    """Within it, an end before time tells how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{export.path} is not whole", hint="go on with the same command and --resume") from None
    except (InvalidAnswer, ServerRefused, Unreachable) as exc:
        if os.path.exists(f"{export.part}.json"):
            exc.hint = f"{exc.hint}; then go on with --resume" if exc.hint else "go on with --resume"
        raise
