"""Exports with a progress bar, to a file; or to standard output."""

from __future__ import annotations

from ..errors import InvalidInput
from ..output.values import harmless_json
from ..result import Done
from ..rpc.selection import Selection
from ..session import Session
from ..transfer.export import Export, Point, export_to_file, export_to_stream, point_of
from ..transfer.writers import Shape
from .metering import Meter


def export_to_path(session: Session, selection: Selection, path: str, shape: Shape, *, resume: bool) -> Done:
    """Raises as `export_to_file`."""
    profile = session.profile
    work = Export(selection, path, shape, f"{profile.address}/{profile.database}")
    begun = point_of(work) if resume else Point()
    with Meter(session, f"Exporting {selection.collection!r}", rows=begun.rows) as meter:
        done = export_to_file(
            session.client, work, begun,
            told=lambda point, rows: meter.moved(point.rows, point.bytes, point.rows / rows if rows else None),
        )  # fmt: skip
    rows = f"{done.rows} row{'' if done.rows == 1 else 's'}"
    return Done(f"Exported {rows} of {selection.collection!r} to {path}.",
                {"collection": selection.collection, "file": path, "format": shape.format, "count": done.rows,
                 "bytes": done.bytes})  # fmt: skip


def export_to_stdout(session: Session, selection: Selection, shape: Shape) -> None:
    """Page by page: the renderer's formats are for people and programs, and not what `insert file` reads back."""
    if shape.compression or shape.format == "parquet":
        raise InvalidInput("only text goes to standard output", hint="give --format csv, tsv, jsonl or json")
    console = session.console
    # A terminal escapes what it would obey, in JSON as JSON does: what is read there is still what was written.
    as_json = console.to_terminal and shape.format in ("json", "jsonl")
    write = (lambda data: console.write(harmless_json(data.decode()))) if as_json else console.write_bytes
    export_to_stream(session.client, selection, shape, write)
    console.flush()
