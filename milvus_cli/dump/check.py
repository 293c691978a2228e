"""Checks and shows a dump without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..output.progress import Progress
from ..result import Report, Section, Table
from ..text.counts import byte_size
from .manifest import DumpFile, Manifest, read_manifest
from .tar import open_dump
from .verify import Finding, extra_files, findings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..session.session import Session
    from .stored import StoredDump


def check_dump(session: Session, path: str) -> Report:
    """Compares sizes, checksums and row counts with the manifest; the exit code is 1 if something differs."""
    stored = open_dump(path)
    manifest, _ = read_manifest(stored)
    found = [*checked_files(session, stored, list(manifest.files)), *extra_files(stored, manifest)]
    rows = [(each.file, each.problem, each.expected, each.found) for each in found]
    table = Table(("file", "problem", "expected", "found"), rows)
    values = {
        "path": path,
        "intact": not found,
        "files": sum(1 for _ in manifest.files) + 1,
        "collections": len(manifest.collections),
        "rows": manifest.rows,
        "bytes": _size(manifest),
    }
    return Report(values, [Section("problems", table, [vars(each) for each in found])], 1 if found else 0)


def checked_files(session: Session, stored: StoredDump, files: Iterable[DumpFile]) -> list[Finding]:
    """Compares files with a progress bar."""
    known = list(files)
    total, done = sum(each.bytes for each in known), 0
    with Progress(session.console, "Checking the dump", quiet=session.quiet) as bar:

        def seen(file: DumpFile) -> None:
            nonlocal done
            done += file.bytes
            bar.show(done / total if total else None, f"{byte_size(done)} of {byte_size(total)}")

        return list(findings(stored, known, seen=seen))


def show_dump(path: str) -> Report:
    """Lists the collections of a complete dump, as its manifest has them."""
    manifest, _ = read_manifest(open_dump(path))
    columns = ("database", "collection", "rows", "parts", "bytes", "loaded", "aliases")
    rows = [
        (
            each.database,
            each.collection,
            each.rows if manifest.with_rows else None,
            len(each.parts),
            each.bytes,
            each.loaded,
            ", ".join(each.aliases),
        )
        for each in manifest.collections
    ]
    items = [
        {**dict(zip(columns, row, strict=True)), "aliases": list(each.aliases), "read_at": list(each.read_at)}
        for row, each in zip(rows, manifest.collections, strict=True)
    ]
    values = {
        "path": path,
        "format": manifest.format,
        "server": manifest.server or None,
        "address": manifest.address,
        "started": manifest.started,
        "finished": manifest.finished,
        "schemas": manifest.with_schemas,
        "filter": manifest.filter or None,
        "access": manifest.access is not None,
        "databases": [each.database for each in manifest.databases],
        "rows": manifest.rows if manifest.with_rows else None,
        "bytes": _size(manifest),
    }
    return Report(values, [Section("collections", Table(columns, rows, optional=("aliases", "loaded")), items)])


def _size(manifest: Manifest) -> int:
    return sum(each.bytes for each in manifest.files)
