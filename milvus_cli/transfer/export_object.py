"""Exports to an object of an object store, by an upload that is published when it is complete."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from ..errors import Interrupted, InvalidAnswer, InvalidInput, ServerRefused, Unreachable
from ..files.arrow import to_columnar
from ..files.memory import give_back
from ..files.stores import ObjectWriter, new_object, require_free_object
from ..files.urls import shown_url
from ..files.writers import COLUMNAR_FORMATS
from ..output.terminal_modes import ending_as_interrupted
from ..result import Done
from ..rows.changes import SchemaChanged
from ..session.session import Session
from ..text.counts import counted
from .export import Export, Reporter, export_to_stream
from .job_locks import key_lock
from .meter import Meter

AGAIN = "export again from the beginning: an upload can't be resumed"


def require_new_object(url: str, *, replace: bool, resume: bool) -> None:
    """Raises InvalidInput for an object that exists and must not be replaced, and for `resume`."""
    if resume:
        raise InvalidInput(
            f"an export to {shown_url(url)} can't be resumed",
            hint="leave out --resume, or export to a file",
        )
    require_free_object(url, replace=replace)


def export_to_object(session: Session, work: Export) -> Done:
    """Raises CliError if the server or the store fails; then there is no object, or the one from before."""
    collection, name = work.selection.collection, shown_url(work.path)
    with (
        # Unfinished parts of an upload are kept, and paid for, until it is canceled.
        ending_as_interrupted(),
        key_lock(session, ("export", work.path), f"exporting {collection!r} to {name}"),
        _not_resumable(name),
        Meter(session, f"Exporting {collection!r}") as meter,
    ):
        export = replace(work, patience=replace(work.patience, retrying=meter.retrying))
        with new_object(work.path, replace=work.replaces) as target:
            rows = _write(
                session,
                export,
                target,
                lambda point, rows: meter.moved(point.rows, point.bytes, point.rows / rows if rows else None),
            )
    return exported(work, name, rows, target.tell())


def exported(work: Export, name: str, rows: int, size: int) -> Done:
    """Returns the result of an export to the file or object `name`."""
    collection = work.selection.collection
    return Done(
        f"Exported {counted(rows, 'row')} of {collection!r} to {name}.",
        {"collection": collection, "file": name, "format": work.shape.format, "count": rows, "bytes": size},
    )


def _write(session: Session, export: Export, target: ObjectWriter, report: Reporter) -> int:
    """Writes columns to a file on disk first: uploading them while they are made would take more memory."""
    if export.shape.format not in COLUMNAR_FORMATS:
        return export_to_stream(session.client, export, target.write, report)
    with tempfile.NamedTemporaryFile() as streams, tempfile.NamedTemporaryFile() as whole:
        rows = export_to_stream(session.client, export, streams.write, report)
        streams.flush()
        to_columnar(streams.name, whole.name, export.selection, export.shape.format)
        give_back()
        shutil.copyfileobj(whole, target)
    return rows


@contextmanager
def _not_resumable(name: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(f"{name} was not written", hint=AGAIN) from None
    except (InvalidAnswer, SchemaChanged, ServerRefused, Unreachable) as exc:
        raise exc.with_context(suffix=f"{name} was not written", more_hint=AGAIN) from exc
