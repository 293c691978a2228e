"""Opens row sources (files, patterns, standard input and URLs, compressed or not) as streams of bytes."""

from __future__ import annotations

import glob
import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, TextIO, cast

from ..errors import CliError, InvalidInput
from ..text.names import nearest
from ..text.packages import install_line
from ..text.unreadable import unreadable
from .block_stream import BlockStream
from .directories import Disks, below, data_files, pattern_matches, require_one_format
from .path_columns import PathColumns, path_columns
from .spans import Span, SpanStream, state_of
from .stores import ObjectStream, Stores, matching_objects
from .urls import WEB, is_url, is_web, path_of, refuse_scheme, shown_url, store_of

STDIN = "-"
INPUT_FORMATS = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
    "pq": "parquet",
    "arrow": "arrow",
    "arrows": "arrow",
    "feather": "arrow",
    "ipc": "arrow",
    "npy": "npy",
    "npz": "npz",
}
"""Formats by file extension."""
WORKBOOK, PICKLE = "save the sheet as CSV UTF-8", "write the data as Parquet, as with pandas' DataFrame.to_parquet"
NOT_READ = {"xlsx": WORKBOOK, "xls": WORKBOOK, "ods": WORKBOOK, "pkl": PICKLE, "pickle": PICKLE}
"""Hints for files whose formats are not read, by extension."""
INPUT_COMPRESSIONS = {"gz": "gzip", "zst": "zstd", "zstd": "zstd"}
COMPRESSION_MAGIC = {b"\x1f\x8b\x08": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
"""Compression by content: servers compress what they send, and files get renamed."""
NPY_NAME = re.compile(r"\.npy(?:\.\w+)?$", re.IGNORECASE)
NAMED_COLUMN = re.compile(r"(?P<column>[^\W\d]\w*)=(?P<file>.+\.npy(?:\.\w+)?)", re.IGNORECASE | re.DOTALL)
"""An NPY file with the name of its column."""
MAY_BE_EMPTY = ("csv", "tsv", "json", "jsonl")
BUFFER = 1 << 18
COMPRESSED_PIECE = 1 << 9
"""Bytes decompressed at once: 4 bytes may expand to 128 KiB, and zstandard's decompressor has no limit."""


@dataclass(frozen=True)
class InputFile:
    """A file, URL or `-`, with its format, its compression, and the columns that its path gives.

    `column` is the name given to the column of an NPY file, if it is not the file's. With a `span` only these bytes of
    the file at `path` are read.
    """

    path: str
    format: str
    compression: str = ""
    columns: PathColumns = ()
    column: str = ""
    span: Span | None = None

    @property
    def is_url(self) -> bool:
        return is_url(self.path)

    @property
    def name(self) -> str:
        """Name for messages and files, without the secrets of a URL."""
        if self.span is not None:
            return f"{self.path}/{self.span.name}"
        return "standard input" if self.path == STDIN else shown_url(self.path) if self.is_url else self.path

    @property
    def column_name(self) -> str:
        """The column of an NPY file: the one given, else `vector` of `data/vector.npy.gz`."""
        return self.column or os.path.basename(path_of(self.path) if self.is_url else self.path).partition(".")[0]


def find_files(paths: Sequence[str], wanted: str | None) -> list[InputFile]:
    """Returns the named files, with patterns and directories expanded. A file of rows comes before its NPY columns.

    Raises InvalidInput for a path that can't hold rows.
    """
    files = _with_npy_apart([file for given in paths for file in _given_files(given, wanted)])
    files.sort(key=lambda file: file.format == "npy")
    if files[-1].format == "npy" and len(files) > 1 and files[1].format != "npy":
        rows = [file.name for file in files if file.format != "npy"]
        raise InvalidInput(
            f"{len(rows)} files of rows beside NPY files: {', '.join(rows[:2])}{', …' if len(rows) > 2 else ''}",
            hint="NPY files are columns of one table: give one file of rows with them",
        )
    twice = [file.name for file in files if [each.path for each in files].count(file.path) > 1]
    if twice:
        raise InvalidInput(f"{twice[0]} is given twice")
    return files


def files_of_rows(files: Sequence[InputFile]) -> Sequence[InputFile]:
    """Returns the files without the NPY files beside a file of rows, if they are such."""
    return files[:1] if len(files) > 1 and files[0].format != "npy" and files[1].format == "npy" else files


def _with_npy_apart(files: Sequence[InputFile]) -> list[InputFile]:
    """Returns the files; those named as NPY have this format beside others, whatever an option says of the others."""
    named = [NPY_NAME.search(path_of(file.path) if file.is_url else file.path) is not None for file in files]
    if all(named):
        return list(files)
    return [replace(file, format="npy") if npy else file for file, npy in zip(files, named, strict=True)]


def file_within(path: str, span: Span) -> InputFile:
    """Returns the file that lies within another one. Raises InvalidInput if its name tells no format."""
    return replace(_input_file(span.name, None), path=path, span=span)


def _given_files(given: str, wanted: str | None) -> list[InputFile]:
    """Returns the files of a path or pattern; of `COLUMN=FILE` the NPY file of this column."""
    named = NAMED_COLUMN.fullmatch(given)
    if named and not os.path.exists(given) and not glob.glob(given):
        found = [replace(file, column=named["column"]) for file in _given_files(named["file"], wanted and "npy")]
        if len(found) > 1:
            raise InvalidInput(f"{given} matches {len(found)} files", hint="a column has one file")
        return found
    return [file for path in _matches(given) for file in _files_at(path, given, wanted)]


def _files_at(path: str, given: str, wanted: str | None) -> list[InputFile]:
    """Returns the file of a path, or those of a directory; `given` is the path or the pattern for it."""
    named = pattern_matches(given, path)
    in_store = store_of(path) != ""
    if not (path.endswith("/") if in_store else os.path.isdir(path)):
        return [replace(_input_file(path, wanted), columns=path_columns(named))]
    own = _format_of(path)
    sizes = dict(data_files(path, Stores() if in_store else Disks()))
    files = [
        replace(_input_file(each, wanted, own), columns=path_columns([*named, *below(path, each)])) for each in sizes
    ]
    require_one_format(path, [(each.path, each.format) for each in files])
    # Spark writes an empty file for a part without rows.
    filled = [each for each in files if each.format not in MAY_BE_EMPTY or sizes[each.path]]
    if not filled:
        raise InvalidInput(f"{path} has only empty files")
    return filled


def _matches(path: str) -> list[str]:
    if path == STDIN or is_web(path):
        return [path]
    if store_of(path):
        return matching_objects(path)
    path = os.path.expanduser(path)
    if os.path.exists(path):
        return [path]
    found = sorted(glob.glob(path))
    if not found:
        refuse_scheme(path, "read", *WEB)
        folder = os.path.dirname(path)
        with suppress(OSError):
            names = [os.path.join(folder, each) for each in os.listdir(folder or ".")]
            raise InvalidInput(f"file {path} not found", hint=nearest(path, names))
        raise InvalidInput(f"file {path} not found")
    return found


def _input_file(path: str, wanted: str | None, otherwise: str | None = None) -> InputFile:
    """`wanted` is the format whatever the name, and `otherwise` that of a name without one."""
    last = os.path.basename(path_of(path) if is_url(path) else path)
    words = last.lower().split(".")[1:]
    compression = INPUT_COMPRESSIONS.get(words[-1], "") if words else ""
    if compression:
        words.pop()
    kind = wanted or (INPUT_FORMATS.get(words[-1]) if words else None) or otherwise
    if kind is None:
        known = f"give --format: {', '.join(dict.fromkeys(INPUT_FORMATS.values()))}"
        hint = NOT_READ.get(words[-1], known) if words else known
        raise InvalidInput(f"{InputFile(path, '').name}: unknown file format", hint=hint)
    return InputFile(path, kind, compression)


def _format_of(directory: str) -> str | None:
    """Returns the format that the name of a directory tells, as `books.parquet/`."""
    return INPUT_FORMATS.get(os.path.basename(os.path.abspath(directory)).lower().rpartition(".")[2])


@dataclass
class Source:
    """An open source. `stream` is decompressed; `total` is the stored size, None if unknown.

    Readers that bypass the stream set `read` to the bytes so far. Readers that decode it set `text`, which would
    close the stream when it is garbage-collected. A stream may be a part of a text: it begins after `before` lines, and
    a reader that meets its end within a row sets `cut`.
    """

    file: InputFile
    stream: BinaryIO
    raw: BinaryIO
    total: int | None
    opened: str
    read: int = 0
    text: TextIO | None = None
    encoding: str = "utf-8"
    before: int = 0
    cut: bool = False
    note: Callable[[str], None] = field(default=lambda text: None)
    """Takes notes for the user about the content."""

    @property
    def position(self) -> int:
        """Bytes consumed, as stored."""
        return self.read or (self.raw.tell() if self.total is not None else 0)

    def require_unchanged(self) -> None:
        """Raises CliError if the file has changed since it was opened."""
        if not self.file.is_url and identity(self.file) != self.opened:
            raise CliError(f"{self.file.name} changed while it was read", hint="wait until nothing writes to it")


def identity(file: InputFile) -> str:
    """Identifies the state of a file; empty for pipes, devices, URLs and standard input."""
    if file.path == STDIN or file.is_url:
        return ""
    try:
        state = state_of(os.stat(file.path))
    except OSError as exc:
        raise unreadable(file.path, exc) from exc
    return state if file.span is None else f"{state}:{file.span.start}+{file.span.size}"


@contextmanager
def open_source(
    file: InputFile, stdin: BinaryIO | None = None, note: Callable[[str], None] = lambda text: None
) -> Iterator[Source]:
    """Opens a source, and closes it at the end. Raises CliError for read errors, including those inside the block."""
    raw = _open_raw(file, stdin)
    try:
        is_whole = identity(file) and file.span is None
        total = os.fstat(raw.fileno()).st_size if is_whole else getattr(raw, "size", None)
        opened = str(getattr(raw, "version", "")) if file.is_url else identity(file)
        raw = io.BufferedReader(raw, BUFFER) if isinstance(raw, io.RawIOBase) else raw
        begin = raw.peek(4) if isinstance(raw, io.BufferedReader) else b""
        if file.is_url and total is None and not begin:
            raise CliError(f"{file.name}: the server sent no data")
        if not file.compression:
            file = replace(
                file,
                compression=next((COMPRESSION_MAGIC[each] for each in COMPRESSION_MAGIC if begin.startswith(each)), ""),
            )
        stream = _decompressed(raw, file)
        yield Source(file, stream, raw, total, opened, note=note)
    except (EOFError, zlib.error) as exc:
        raise CliError(f"{file.name} is cut off or broken: {exc}") from exc
    except OSError as exc:
        raise CliError(f"can't read {file.name}: {exc.strerror or exc}") from exc
    finally:
        if file.path != STDIN:
            raw.close()


def _open_raw(file: InputFile, stdin: BinaryIO | None) -> BinaryIO:
    if file.path == STDIN:
        return stdin or sys.stdin.buffer
    if store_of(file.path):
        by_columns = file.format == "parquet"
        stream = ObjectStream(file.path, ahead=not by_columns)
        return cast(BinaryIO, BlockStream(stream) if by_columns else stream)
    if file.is_url:
        # urllib's HTTP client takes about 35 ms to load, and most inserts and searches read no URL.
        from .web import open_url

        return cast(BinaryIO, open_url(file.path, file.name))
    try:
        if file.span is not None:
            return cast(BinaryIO, SpanStream(file.path, file.span))
        return open(file.path, "rb", buffering=BUFFER)
    except OSError as exc:
        raise unreadable(file.path, exc) from exc


def _decompressed(raw: BinaryIO, file: InputFile) -> BinaryIO:
    if file.compression == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb"))
    if file.compression == "zstd":
        return _zstd(raw, file)
    return raw


def _zstd(raw: BinaryIO, file: InputFile) -> BinaryIO:
    try:
        import zstandard
    except ImportError:
        raise CliError(
            f"{file.name}: zstd needs the package zstandard", hint=f"run `{install_line('zstandard')}`, or use gzip"
        ) from None
    return io.BufferedReader(_Zstd(raw, zstandard), BUFFER)


class _Zstd(io.RawIOBase):
    """Decompresses consecutive frames; zstandard's own reader silently ends a file that is cut off."""

    def __init__(self, raw: BinaryIO, zstandard: Any) -> None:
        self._raw = raw
        self._start, self._error = zstandard.ZstdDecompressor, zstandard.ZstdError
        self._frame: Any = None
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            found = self._raw.read(COMPRESSED_PIECE)
            if not found:
                if self._frame is not None:
                    raise EOFError("the last frame has no end")
                return 0
            self._ready = memoryview(self._feed(found))
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size

    def _feed(self, data: bytes) -> bytes:
        out = []
        while data:
            self._frame = self._frame or self._start().decompressobj()
            try:
                out.append(self._frame.decompress(data))
            except self._error as exc:
                raise EOFError(str(exc)) from exc
            data = b""
            if self._frame.eof:
                data, self._frame = self._frame.unused_data, None
        return b"".join(out)
