"""Compares definitions of collections, ignoring differences that servers cause themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..connections.version import Version
from .definition import Definition
from .field_json import as_json, as_param
from .indexes import Index, one_by_one
from .schema_file import write_definition

TEXT_LENGTH = "max_length of texts"
OF_LITE = {
    "consistency_level": "consistency level (Milvus Lite reports Strong for all)",
    "shards_num": "shards (Milvus Lite has one)",
    "description": "descriptions (Milvus Lite keeps none)",
    "is_clustering_key": "clustering key (Milvus Lite keeps none)",
    TEXT_LENGTH: "lengths of texts in arrays (Milvus Lite keeps none)",
    "index_name": "index names (Milvus Lite names an index after its field)",
}
"""Values that Milvus Lite does not keep, by key of a schema file."""
NO_PARAMS = "parameters of indexes that have none on Milvus Lite (it drops those sent one by one)"
WORDS = {
    "enable_dynamic_field": "dynamic field",
    "is_primary": "primary",
    "shards_num": "shards",
    "num_partitions": "partitions",
    "default_value": "default",
}
PARTS = ("fields", "functions", "indexes")


@dataclass(frozen=True)
class Difference:
    """A value that is `a` on one side and `b` on the other; None if it is missing.

    Differences between rows have the `key` of the row, and the `field`.
    """

    what: str
    a: Any
    b: Any
    key: Any = None
    field: str | None = None


@dataclass(frozen=True)
class Compared:
    """`left_out` describes values that were not compared, because a server does not keep them.

    `unknown` names parts that this program does not support, so that it cannot compare them.
    """

    differences: Sequence[Difference]
    left_out: Sequence[str]
    unknown: Sequence[str] = ()


def compare(a: Definition, b: Definition, versions: tuple[Version, Version]) -> Compared:
    """Compares all but the collections' names and the order of parts. `versions` are those of the servers."""
    ignored = set().union(*map(_not_kept, versions))
    if 0 in (a.shards, b.shards):
        # Not told by Milvus Lite before 3.0.
        a, b = (replace(each, shards=0) for each in (a, b))
    views = [_view(each) for each in (a, b)]
    left_out = [
        words
        for key, words in OF_LITE.items()
        if key in ignored and _of_key(views[0], views[1], key) != _of_key(views[1], views[0], key)
    ]
    plain = [{name: _without(value, ignored) for name, value in view.items() if name not in ignored} for view in views]
    dropped = _drop_params(plain, versions)
    found = [each for name in _names(*plain) for each in _between(name, plain[0].get(name), plain[1].get(name))]
    unknown = [
        f"{part} of {side} (unknown to this client)" for side, each in (("a", a), ("b", b)) for part in each.unknown
    ]
    return Compared(found, [*left_out, *([NO_PARAMS] if dropped else [])], unknown)


def _not_kept(version: Version) -> Collection[str]:
    """Returns the keys of values that a server does not keep. Milvus Lite 2 reports no version."""
    return OF_LITE if version.is_lite else () if version.text else ("consistency_level",)


def field_differences(a: Definition, b: Definition, versions: tuple[Version, Version]) -> list[Difference]:
    """Returns only the differences that make rows of one collection invalid in the other."""
    return [each for each in compare(a, b, versions).differences if each.what.startswith(("field ", "dynamic field"))]


def _view(definition: Definition) -> dict[str, Any]:
    """Returns values by their names in messages; fields, functions and indexes are dicts of attributes."""
    written = write_definition(definition)
    view: dict[str, Any] = {key: value for key, value in written.items() if key not in (*PARTS, "properties")}
    view.pop("collection_name", None)
    view |= {f"property {key}": value for key, value in written.get("properties", {}).items()}
    for part in ("fields", "functions"):
        for each in written.get(part, []):
            view[f"{part[:-1]} {each['name']}"] = _attributes(each)
    for index in definition.indexes:
        view[f"index on {index.field}"] = _index(index)
    return view


def _attributes(part: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the attributes of a field or function. An array's max_length limits its elements, so it is renamed."""
    found = {key: value for key, value in part.items() if key != "name"}
    if part.get("type") == "ARRAY" and "max_length" in found:
        found[TEXT_LENGTH] = found.pop("max_length")
    return found


def _index(index: Index) -> dict[str, Any]:
    # Milvus Lite 2 repeats the dimension of the field.
    given = {key: as_param(value) for key, value in one_by_one(index.params).items() if key != "dim"}
    return {"index_name": index.name, "index_type": index.type, "metric_type": index.metric or None, "params": given}


def _of_key(view: Mapping[str, Any], other: Mapping[str, Any], key: str) -> list[Any]:
    """Returns all values of a key, in the view and in its parts that both views have."""
    return [
        view.get(key),
        *(each.get(key) for name, each in sorted(view.items()) if isinstance(each, dict) and name in other),
    ]


def _without(value: Any, keys: set[str]) -> Any:
    return {key: each for key, each in value.items() if key not in keys} if isinstance(value, dict) else value


def _drop_params(views: Sequence[dict[str, Any]], versions: tuple[Version, Version]) -> bool:
    """Drops index parameters if Milvus Lite reports none, because they are unknown then; returns whether it did."""
    dropped = False
    for name in set(views[0]) & set(views[1]):
        a, b = (view[name] for view in views)
        if not name.startswith("index on ") or a["params"] == b["params"]:
            continue
        told = (part["params"] for part, version in zip((a, b), versions, strict=True) if version.is_lite)
        if not all(told):
            a["params"] = b["params"] = {}
            dropped = True
    return dropped


def _names(*views: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for view in views for name in view))


def _between(name: str, a: Any, b: Any) -> Iterator[Difference]:
    if isinstance(a, dict) and isinstance(b, dict):
        for key in _names(a, b):
            yield from _between(f"{name}: {WORDS.get(key, key.replace('_', ' '))}", a.get(key), b.get(key))
    elif a != b:
        yield Difference(WORDS.get(name, name.replace("_", " ") if " " not in name else name), _told(a), _told(b))


def _told(value: Any) -> Any:
    """Returns a dict as one line of JSON, and other values unchanged."""
    return as_json({key: each for key, each in value.items() if each}) if isinstance(value, dict) else value
