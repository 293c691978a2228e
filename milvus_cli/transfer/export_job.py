"""Exports to a file with a progress bar, or to standard output."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from ..connections.private_files import require_free
from ..errors import InvalidInput
from ..files.memory import give_back_large_blocks, share_one_heap
from ..files.sources import InputFile
from ..files.text_layout import TEXT_FORMATS, UTF8, TextLayout
from ..files.urls import refuse_scheme, store_of
from ..files.writers import COLUMNAR_FORMATS, FileShape, file_shape
from ..output.values import harmless_json
from ..result import Done
from ..rows.cursor import PAGE_BYTES
from ..rows.options import RowOptions
from ..rows.patience import Patience
from ..server.existence import collection_identity
from ..server.lost_vectors import warn_of_lost_vectors
from ..session.session import Session
from .export import Export, Point, clear_published, export_to_file, export_to_stream, point_of
from .export_object import export_to_object, exported, require_new_object
from .job_locks import file_lock
from .meter import Meter

STORE_PAGE_BYTES = 1 << 20
"""Bytes of a page that becomes text for a store: its text takes eight times as much memory, beside parts of uploads."""


@dataclass(frozen=True)
class ExportOptions(TextLayout, RowOptions):
    """Options of `export collection`. `wanted` is the format, where the file's name does not say it."""

    file: str = "-"
    wanted: str | None = None
    resume: bool = False
    patience: float = 60.0
    force: bool = False
    bom: bool = False

    @property
    def shape(self) -> FileShape:
        """Raises InvalidInput for options that have no meaning for the format."""
        shape = file_shape(self.file, self.wanted)
        self.require_use([InputFile(self.file, shape.format)])
        if self.bom and shape.format not in TEXT_FORMATS:
            raise InvalidInput(f"--bom is for text files, and this is {shape.format}")
        if len(self.nulls) > 1:
            raise InvalidInput("--null is given twice", hint="give one of them")
        return replace(shape, layout=self.layout, bom=self.bom)


def export_collection(session: Session, options: ExportOptions) -> Done | None:
    """Exports to a file; to standard output where that is the file, and then returns None."""
    share_one_heap()
    shape = options.shape
    replaces = bool(options.force or session.options.yes)
    in_store = store_of(options.file) != ""
    if in_store:
        # The packages of the stores take 40 MiB themselves.
        give_back_large_blocks()
        require_new_object(options.file, replace=replaces, resume=options.resume)
    elif options.file != "-":
        if not os.path.isdir(os.path.dirname(options.file)):
            refuse_scheme(options.file, "write to")
        require_free(options.file, replace=replaces)
    selection = options.selection(session.client)
    warn_of_lost_vectors(session.console, session.client, selection.collection, selection.fields.asked)
    profile = session.profile
    work = Export(
        selection,
        options.file,
        shape,
        origin=f"{profile.address}/{profile.database}",
        made=collection_identity(session.client.call("DescribeCollection", collection_name=selection.collection)),
        patience=Patience(options.patience),
        replaces=replaces,
        page_bytes=STORE_PAGE_BYTES if in_store and shape.format in TEXT_FORMATS else PAGE_BYTES,
    )
    if options.file == "-":
        export_to_stdout(session, work)
        return None
    if in_store:
        return export_to_object(session, work)
    return export_to_path(session, work, resume=options.resume)


def export_to_path(session: Session, work: Export, *, resume: bool) -> Done:
    """Raises as `export_to_file`, and CliError if another process exports to the same file."""
    collection = work.selection.collection
    with file_lock(session, work.file, f"exporting {collection!r} to {work.path}", what=work.part):
        clear_published(work)
        # Another process may have written it since the command checked.
        require_free(work.path, replace=work.replaces)
        begun = point_of(work) if resume else Point()
        with Meter(session, f"Exporting {collection!r}", rows=begun.rows) as meter:
            patience = replace(work.patience, retrying=meter.retrying)
            done = export_to_file(
                session.client,
                replace(work, patience=patience),
                begun,
                report=lambda point, rows: meter.moved(point.rows, point.bytes, point.rows / rows if rows else None),
            )
    return exported(work, work.path, done.rows, done.bytes)


def export_to_stdout(session: Session, work: Export) -> None:
    """Exports page by page in a file format that `insert file` can read back, unlike the renderer's formats."""
    if work.shape.compression or work.shape.format in COLUMNAR_FORMATS:
        raise InvalidInput("only text goes to standard output", hint="give --format csv, tsv, jsonl or json")
    console = session.console
    if console.to_terminal:
        layout = replace(work.shape.layout, encoding=UTF8)
        work = replace(work, shape=replace(work.shape, layout=layout, bom=False))
    # On a terminal JSON's own escapes are used, so that the output remains the same JSON.
    as_json = console.to_terminal and work.shape.format in ("json", "jsonl")
    write = (lambda data: console.write(harmless_json(data.decode()))) if as_json else console.write_bytes
    export_to_stream(session.client, work, write)
    console.flush()
