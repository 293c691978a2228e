"""Opens files as streams of rows, whatever their format."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .columnar import read_arrow, read_parquet
from .encodings import as_utf8
from .json_rows import RowKeys, read_json_rows
from .npy_tables import read_npys, read_npz
from .path_columns import with_path_columns
from .row_stream import Dense, RowStream
from .separated import read_separated
from .side_columns import with_side_columns
from .sources import InputFile, Source, files_of_rows
from .text_layout import PLAIN, TEXT_FORMATS, TextLayout


@dataclass(frozen=True)
class WantedColumns:
    """The columns of a collection that a reader needs: keys of JSON objects, dense vectors, and texts."""

    keys: RowKeys = field(default_factory=RowKeys)
    dense: Mapping[str, Dense] = field(default_factory=dict)
    texts: Collection[str] = ()


def group_tables(files: Sequence[InputFile]) -> Sequence[Sequence[InputFile]]:
    """Groups files by table: NPY files are the columns of one table, or of the file of rows before them."""
    return [files] if files[-1].format == "npy" else [[each] for each in files]


def open_table(sources: Sequence[Source], wanted: WantedColumns, layout: TextLayout = PLAIN) -> RowStream:
    """Returns the rows of the sources of one table. Raises CliError for files that are not of their format."""
    file = sources[0].file
    beside = sources[len(files_of_rows([each.file for each in sources])) :]
    others = {name for name, _ in file.columns} | {each.file.column_name for each in beside}
    keys = replace(wanted.keys, required=wanted.keys.required - others)
    table = _read_table(sources, replace(wanted, keys=keys), layout)
    if beside:
        table = with_side_columns(table, beside, file.name, wanted.dense)
    return with_path_columns(table, file.columns, file.name)


def _read_table(sources: Sequence[Source], wanted: WantedColumns, layout: TextLayout) -> RowStream:
    source, kind = sources[0], sources[0].file.format
    if kind in TEXT_FORMATS:
        as_utf8(source, layout.encoding)
    if kind == "npy":
        return read_npys(sources, wanted.dense)
    return READERS[kind](source, wanted, layout)


READERS: Mapping[str, Callable[[Source, WantedColumns, TextLayout], RowStream]] = {
    "csv": lambda source, wanted, layout: read_separated(source, layout),
    "tsv": lambda source, wanted, layout: read_separated(source, layout),
    "json": lambda source, wanted, layout: read_json_rows(source, wanted.keys),
    "jsonl": lambda source, wanted, layout: read_json_rows(source, wanted.keys),
    "parquet": lambda source, wanted, layout: read_parquet(source, wanted.dense, wanted.texts),
    "arrow": lambda source, wanted, layout: read_arrow(source, wanted.dense, wanted.texts),
    "npz": lambda source, wanted, layout: read_npz(source, wanted.dense),
}
"""Readers of one file by format; NPY files are read together."""
