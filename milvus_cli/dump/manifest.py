"""The manifest of a dump: what it contains, with a checksum of each file and of the manifest itself.

It is written last, so that a dump without one is incomplete.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ..connections.private_files import LARGEST, write_whole
from ..errors import CliError, InvalidInput
from ..server.chosen import CollectionName
from .manifest_form import is_inside, manifest_problem
from .stored import StoredDump, text_of

FORMAT = 1
"""Version of the format; a dump of a newer one is refused."""
MANIFEST, JOURNAL, ACCESS, SCHEMA = "manifest.json", "progress.jsonl", "access.json", "schema.json"
CHECKSUM = "sha256"
LARGEST_MANIFEST = 16 * LARGEST
"""Bytes: 100,000 collections take about 60 MB."""
BLOCK = 1 << 20
MAKE_ONE = "`dump PATH` makes one"
UNALTERED = "take an unaltered copy of the dump"
CONTINUE = "run the `dump` that was interrupted again, which continues it"


@dataclass(frozen=True)
class DumpFile:
    """A file of the dump; `file` is its path in the dump, with slashes."""

    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Part(DumpFile):
    """A file with rows of one partition; the partition is "" where a key decides it."""

    partition: str
    rows: int


@dataclass(frozen=True)
class DumpedCollection:
    """A collection of the dump. `schema` is None in a dump of rows only.

    `read_at` are the times at which rows were read: more than one if the dump was interrupted meanwhile.
    """

    database: str
    collection: str
    rows: int
    loaded: bool
    aliases: Sequence[str]
    partitions: Sequence[str]
    read_at: Sequence[str]
    schema: DumpFile | None
    parts: Sequence[Part]

    @property
    def name(self) -> CollectionName:
        return CollectionName(self.database, self.collection)

    @property
    def files(self) -> Iterator[DumpFile]:
        if self.schema is not None:
            yield self.schema
        yield from self.parts

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.files)


@dataclass(frozen=True)
class DumpedDatabase:
    """A database of the dump. `properties` are None where the server keeps none."""

    database: str
    properties: Mapping[str, str] | None


@dataclass(frozen=True)
class Manifest:
    """`server` is the version that the server reported, and `with_rows` False for a dump of schemas only."""

    format: int
    program: str
    server: str
    address: str
    started: str
    finished: str
    with_schemas: bool
    with_rows: bool
    filter: str
    databases: Sequence[DumpedDatabase]
    access: DumpFile | None
    collections: Sequence[DumpedCollection]

    @property
    def files(self) -> Iterator[DumpFile]:
        if self.access is not None:
            yield self.access
        for each in self.collections:
            yield from each.files

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.collections)


def write_manifest(directory: Path, manifest: Manifest) -> str:
    """Writes the file at once, and returns its checksum. Raises OSError, and CliError for names that it can't have."""
    value = asdict(manifest)
    problem = manifest_problem(json.loads(json.dumps(value)))
    if problem:
        raise CliError(f"can't write {directory / MANIFEST}: {problem}", hint="--exclude leaves collections out")
    checksum = _checksum(value)
    text = json.dumps({**value, CHECKSUM: checksum}, ensure_ascii=False, indent=1) + "\n"
    write_whole(directory / MANIFEST, text, replace=True)
    sync(directory / MANIFEST)
    return checksum


def read_manifest(stored: StoredDump) -> tuple[Manifest, str]:
    """Returns the manifest and its checksum.

    Raises CliError for a dump that is incomplete or was altered, and for one of a newer format.
    """
    path = stored.path / MANIFEST
    try:
        text = text_of(stored, MANIFEST, LARGEST_MANIFEST)
    except (FileNotFoundError, NotADirectoryError):
        raise _absent(stored) from None
    try:
        value = json.loads(text)
        checksum = value.pop(CHECKSUM)
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError):
        raise _altered(path) from None
    if isinstance(value.get("format"), int) and value["format"] > FORMAT:
        raise CliError(
            f"{stored.path} is a dump of format {value['format']}, and this milvus_cli reads {FORMAT}",
            hint="use a newer milvus_cli",
        )
    if _checksum(value) != checksum:
        raise _altered(path)
    problem = manifest_problem(value)
    if problem:
        raise CliError(f"{path} is not a valid manifest: {problem}", hint=UNALTERED)
    return _manifest(value), checksum


def _absent(stored: StoredDump) -> CliError:
    if stored.size(JOURNAL) is not None:
        return CliError(f"{stored.path} is an incomplete dump: it has no {MANIFEST}", hint=CONTINUE)
    if not stored.path.exists():
        return InvalidInput(f"{stored.path} not found", hint=MAKE_ONE)
    return CliError(f"{stored.path} is not a dump: it has no {MANIFEST}", hint=MAKE_ONE)


def _altered(path: Path) -> CliError:
    return CliError(f"{path} was altered: it does not match its own checksum", hint=UNALTERED)


def _checksum(value: Mapping[str, Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _manifest(value: Mapping[str, Any]) -> Manifest:
    return Manifest(
        **{
            **value,
            "databases": [DumpedDatabase(**each) for each in value["databases"]],
            "access": _file(value["access"]),
            "collections": [dumped_collection(each) for each in value["collections"]],
        }
    )


def dumped_collection(value: Mapping[str, Any]) -> DumpedCollection:
    """Builds a collection from the object that `asdict` makes of it. Raises KeyError, TypeError or ValueError."""
    parts = [Part(**each) for each in value["parts"]]
    for each in parts:
        _require_inside(each.file)
    return DumpedCollection(**{**value, "schema": _file(value["schema"]), "parts": parts})


def _file(value: Mapping[str, Any] | None) -> DumpFile | None:
    if value is None:
        return None
    _require_inside(value["file"])
    return DumpFile(**value)


def _require_inside(file: str) -> None:
    """Raises ValueError for a path that leads out of the dump."""
    if not is_inside(file):
        raise ValueError(file)


def digest(file: BinaryIO) -> str:
    """Returns the SHA-256 of an open file. Raises OSError."""
    found = hashlib.sha256()
    while block := file.read(BLOCK):
        found.update(block)
    return found.hexdigest()


def dump_file(directory: Path, file: str) -> DumpFile:
    """Describes a file of the dump that is complete, after its bytes have reached the disk. Raises OSError."""
    path = directory / file
    sync(path)
    with open(path, "rb") as opened:
        return DumpFile(file, os.fstat(opened.fileno()).st_size, digest(opened))


def sync(path: Path) -> None:
    """Waits until a file is on its disk. Raises OSError."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
