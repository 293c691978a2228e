"""Checks the form of a manifest: types, names, paths, and sums. A right checksum does not tell who wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ..schema.definition import DEFAULT_PARTITION

Check = Callable[[Any], str]
"""Returns what is wrong with a value after the path to it, such as ".rows: …"; "" if nothing is."""
SHOWN = 40
"""Characters of a wrong value that are shown."""
LARGEST_COUNT = 2**63
DIGEST = re.compile(r"[0-9a-f]{64}")


def manifest_problem(value: Any) -> str:
    """Returns the first problem of a manifest without its checksum; "" if it has none."""
    problem = MANIFEST(value)
    return problem.removeprefix(".") or next(_contradictions(value), "")


def is_inside(file: str) -> bool:
    """Returns whether a path can't lead out of the dump."""
    path = PurePosixPath(file)
    return not path.is_absolute() and ".." not in path.parts


def _plain(what: str, holds: Callable[[Any], bool]) -> Check:
    def check(value: Any) -> str:
        if holds(value):
            return ""
        shown = ascii(value)
        return f": expected {what}, got {shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + '…'}"

    return check


def _object(fields: Mapping[str, Check]) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, dict):
            return _OBJECT(value)
        for name in fields.keys() ^ value.keys():
            return f".{ascii(name)[1:-1]}: {'missing' if name in fields else 'unknown'}"
        return next((f".{name}{found}" for name, each in fields.items() if (found := each(value[name]))), "")

    return check


def _list(item: Check) -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, list):
            return _LIST(value)
        return next((f"[{number}]{found}" for number, each in enumerate(value) if (found := item(each))), "")

    return check


def _or_null(check: Check) -> Check:
    return lambda value: "" if value is None else check(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < LARGEST_COUNT


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != "" and value.isprintable() and is_inside(value)


def _is_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


_OBJECT = _plain("an object", lambda value: False)
_LIST = _plain("a list", lambda value: False)
TEXT = _plain("a string", lambda value: isinstance(value, str))
FLAG = _plain("true or false", lambda value: isinstance(value, bool))
COUNT = _plain("a count", _is_count)
NAME = _plain("a name", _is_name)
FILE = {
    "file": _plain("a path in the dump", _is_name),
    "bytes": COUNT,
    "sha256": _plain("a SHA-256 checksum", lambda value: isinstance(value, str) and bool(DIGEST.fullmatch(value))),
}
PARTITION = _plain("a partition", lambda value: value == "" or _is_name(value))
COLLECTION = {
    "database": NAME,
    "collection": NAME,
    "rows": COUNT,
    "loaded": FLAG,
    "aliases": _list(NAME),
    "partitions": _list(NAME),
    "read_at": _list(TEXT),
    "schema": _or_null(_object(FILE)),
    "parts": _list(_object({**FILE, "partition": PARTITION, "rows": COUNT})),
}
DATABASE = {"database": NAME, "properties": _or_null(_plain("an object of strings", _is_map))}
MANIFEST = _object(
    {
        "format": COUNT,
        **dict.fromkeys(("program", "server", "address", "started", "finished"), TEXT),
        "with_schemas": FLAG,
        "with_rows": FLAG,
        "filter": TEXT,
        "databases": _list(_object(DATABASE)),
        "access": _or_null(_object(FILE)),
        "collections": _list(_object(COLLECTION)),
    }
)


def _contradictions(value: Mapping[str, Any]) -> Iterator[str]:
    """Yields where values of the right types contradict each other."""
    files, names = list[str](), list[tuple[str, str]]()
    for number, each in enumerate(value["collections"]):
        where, parts = f"collections[{number}]", each["parts"]
        names.append((each["database"], each["collection"]))
        files += [part["file"] for part in parts]
        rows = sum(part["rows"] for part in parts)
        if rows != each["rows"]:
            yield f"{where}.rows: {each['rows']:,}, and its parts have {rows:,}"
        unknown = {part["partition"] for part in parts} - {"", DEFAULT_PARTITION, *each["partitions"]}
        if unknown:
            yield f"{where}.partitions: {min(unknown)!r} of a part is missing"
    for what, found in (("files", Counter(files)), ("collections", Counter("/".join(each) for each in names))):
        yield from (f"{what}: {each!r} is there twice" for each, count in found.items() if count > 1)
