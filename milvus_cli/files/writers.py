"""Writes pages of rows as bytes of a file: CSV, TSV, JSON Lines, JSON, Parquet or Arrow, compressed page by page."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..rows.selection import Selection
from ..text.names import nearest
from ..text.packages import install_line
from ..values.dynamic import DYNAMIC, reserved_names
from .arrow import ArrowWriter
from .encoded_writer import FileWriter, encoded
from .separated_writer import SeparatedWriter
from .text_layout import PLAIN, TextLayout
from .texts import flattened, texts_of

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldData

OUTPUT_FORMATS = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "pq": "parquet",
    "arrow": "arrow",
    "feather": "arrow",
    "ipc": "arrow",
}
"""Formats by file extension; each has a line in WRITERS."""
COLUMNAR_FORMATS = ("parquet", "arrow")
"""Formats that are made of the pages when all have come, and are not compressed as a whole."""
OUTPUT_COMPRESSIONS = {"gz": "gz", "zst": "zst", "zstd": "zst"}
GZIP_LEVEL = 1
"""Higher levels take far longer to compress digits by another tenth."""


@dataclass(frozen=True)
class FileShape:
    """A file's format and compression ("", "gz" or "zst"), and the layout of a text file, with a byte order mark."""

    format: str
    compression: str = ""
    layout: TextLayout = PLAIN
    bom: bool = False

    @property
    def identity(self) -> Mapping[str, Any]:
        return {
            "format": self.format,
            "compression": self.compression,
            "layout": dict(self.layout.given),
            "bom": self.bom,
        }


def file_shape(path: str, wanted: str | None) -> FileShape:
    """Returns the format of a path's extension, or of `wanted`: `jsonl`, `csv.gz`. Raises InvalidInput for others."""
    words = wanted.lower().split(".") if wanted else [each[1:].lower() for each in PurePath(path).suffixes[-2:]]
    compression = OUTPUT_COMPRESSIONS.get(words[-1], "") if words else ""
    word = "".join(words[-2:-1] if compression else words[-1:])
    if path == "-" and not wanted:
        return FileShape("jsonl")
    if word not in OUTPUT_FORMATS or (OUTPUT_FORMATS[word] in COLUMNAR_FORMATS and compression):
        known = ", ".join(dict.fromkeys(OUTPUT_FORMATS.values()))
        hint = nearest(word, OUTPUT_FORMATS) or f"formats: {known}, and .gz or .zst of text"
        raise InvalidInput(
            f"{wanted!r} is not a file format" if wanted else f"unknown file format: {path!r}",
            hint=hint if wanted else f"give --format; {hint}",
        )
    return FileShape(OUTPUT_FORMATS[word], compression)


def writer_of(shape: FileShape, selection: Selection) -> FileWriter:
    """Raises CliError if a package that the format needs is missing."""
    return WRITERS[shape.format](shape, selection)


def compressor(compression: str) -> Callable[[bytes], bytes]:
    """Returns a compressor; each call writes a whole member or frame, so that a file can be cut between calls."""
    if compression == "gz":
        return lambda data: gzip.compress(data, GZIP_LEVEL, mtime=0) if data else b""
    if compression == "zst":
        compress = _zstandard().ZstdCompressor().compress
        return lambda data: bytes(compress(data)) if data else b""
    return bytes


class JsonWriter:
    """Writes a list of objects, each on its own line; with `lines` only the objects."""

    def __init__(self, selection: Selection, *, lines: bool) -> None:
        self._selection = selection
        self._lines = lines
        self._reserved = reserved_names(selection.schema)
        self._flat = selection.fields.flat and DYNAMIC not in selection.fields.shown
        self.head, self.tail = (b"", b"") if lines else (b"[\n", b"\n]\n")

    def page(self, columns: Sequence[FieldData], rows: int, *, first: bool) -> bytes:
        texts = texts_of(columns, self._selection.fields, rows)
        dynamic = texts.pop(DYNAMIC) if self._flat else None
        escaped = [json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in texts]
        members = "{" + ",".join(f"{name}:%s" for name in escaped)
        values = ([text or "null" for text in column] for column in texts.values())
        objects = [members % row for row in zip(*values, strict=True)]
        if dynamic is not None:
            objects = [
                begun + flattened(texts, rest, self._reserved) for begun, rest in zip(objects, dynamic, strict=True)
            ]
        separator = "}\n" if self._lines else "},\n"
        text = separator.join(objects) + ("}\n" if self._lines else "}")
        return text.encode() if self._lines or first else (",\n" + text).encode()


def _columnar(shape: FileShape, selection: Selection) -> FileWriter:
    return ArrowWriter(selection)


def _separated(shape: FileShape, selection: Selection) -> FileWriter:
    return encoded(SeparatedWriter(selection, shape.format, shape.layout), shape.layout.encoding, bom=shape.bom)


def _json(shape: FileShape, selection: Selection) -> FileWriter:
    return encoded(JsonWriter(selection, lines=shape.format == "jsonl"), shape.layout.encoding, bom=shape.bom)


WRITERS: Mapping[str, Callable[[FileShape, Selection], FileWriter]] = {
    "csv": _separated,
    "tsv": _separated,
    "json": _json,
    "jsonl": _json,
    "parquet": _columnar,
    "arrow": _columnar,
}


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError:
        raise CliError(
            "writing .zst needs the package zstandard", hint=f"run `{install_line('zstandard')}`, or write .gz"
        ) from None
    return zstandard
