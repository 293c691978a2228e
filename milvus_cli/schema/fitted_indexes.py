"""The indexes of a collection as another server can build them: under its names, of other types, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .index_types import PARAMETERS, USUAL
from .indexes import Index, one_by_one
from .schema import type_name, vector_fields

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..connections.version import Version
    from .definition import Definition

INDEXES_SINCE = {
    "INVERTED": "2.4",
    "SPARSE_INVERTED_INDEX": "2.4",
    "SPARSE_WAND": "2.4",
    "GPU_CAGRA": "2.4",
    "BITMAP": "2.5",
    "NGRAM": "2.6",
    "RTREE": "2.6",
    "MINHASH_LSH": "2.6",
    "IVF_RABITQ": "2.6",
}

# For Milvus Lite 3.2.
LITE_SCALAR_INDEXES = ("INVERTED",)
LITE_VECTOR_INDEXES = (
    "AUTOINDEX",
    "BRUTE_FORCE",
    "FLAT",
    "HNSW",
    "HNSW_SQ",
    "IVF_FLAT",
    "IVF_SQ8",
    "SPARSE_INVERTED_INDEX",
)

# For Milvus Lite 2.5, which reports no version.
EARLIER_SCALAR_INDEXES = ("", "INVERTED", "Trie")
EARLIER_FLOAT_INDEXES = ("AUTOINDEX", "FLAT", "IVF_FLAT")
EARLIER_SPARSE_INDEXES = ("SPARSE_INVERTED_INDEX", "SPARSE_WAND")

INDEX_NAMES = {"BRUTE_FORCE": "FLAT"}
"""Milvus's names for index types that have another name in Milvus Lite."""
SUBSTITUTES = {
    "BINARY_VECTOR": ("AUTOINDEX", "BIN_FLAT"),
    "SPARSE_FLOAT_VECTOR": ("SPARSE_INVERTED_INDEX", "AUTOINDEX"),
}
"""Types to build instead of one that the server lacks or refuses, where they are not AUTOINDEX and FLAT."""


def fitted(definition: Definition, version: Version, server: str) -> tuple[Definition, Sequence[str]]:
    """Returns the definition with indexes that a server has, and what becomes of the others, in words."""
    made, notes = list[Index](), list[str]()
    for index in definition.indexes:
        others = substitutes(definition.schema, index, version)
        if _has_index(definition.schema, index, version):
            made.append(_for_version(index, version))
            continue
        made += others[:1]
        notes.append(f"the index on {index.field!r} is {fate(others)}: {server} has no {index.type}")
    return replace(definition, indexes=tuple(made)), notes


def fate(others: Sequence[Index]) -> str:
    """Returns what becomes of an index of which the first of `others` takes the place."""
    return others[0].type if others else "left out"


def substitutes(schema: CollectionSchema, index: Index, version: Version) -> list[Index]:
    """Returns indexes with the same metric to try instead of another one; none for a field without vectors."""
    kind = _vector_type(schema, index.field)
    found = [_of_type(index, each) for each in SUBSTITUTES.get(kind, ("AUTOINDEX", "FLAT"))] if kind else []
    return [each for each in found if each.type != index.type and _has_index(schema, each, version)]


def _of_type(index: Index, kind: str) -> Index:
    params = {key: each for key, each in one_by_one(index.params).items() if key in PARAMETERS[kind]}
    return replace(index, type=kind, params=params)


def _for_version(index: Index, version: Version) -> Index:
    """Returns the index under its name there, with parameters that Milvus requires and Milvus Lite does not."""
    if version.is_lite:
        return index
    usual, given = USUAL.get(index.type, {}), one_by_one(index.params)
    params: Mapping[str, object] = index.params if usual.keys() <= given.keys() else {**usual, **given}
    return replace(index, type=INDEX_NAMES.get(index.type, index.type), params=params)


def _has_index(schema: CollectionSchema, index: Index, version: Version) -> bool:
    kind = _vector_type(schema, index.field)
    if version.is_lite:
        return index.type in (LITE_VECTOR_INDEXES if kind else LITE_SCALAR_INDEXES)
    if not version.text:
        return INDEX_NAMES.get(index.type, index.type) in _earlier_types(kind)
    return not version.before(INDEXES_SINCE.get(index.type, ""))


def _earlier_types(kind: str) -> Sequence[str]:
    """Returns the index types of Milvus Lite 2.5 for a type of vectors, or for all other fields."""
    if kind == "FLOAT_VECTOR":
        return EARLIER_FLOAT_INDEXES
    if kind == "SPARSE_FLOAT_VECTOR":
        return EARLIER_SPARSE_INDEXES
    return (("BIN_FLAT",) if kind == "BINARY_VECTOR" else ("FLAT",)) if kind else EARLIER_SCALAR_INDEXES


def _vector_type(schema: CollectionSchema, field: str) -> str:
    """Returns the type of a vector field, "" for another field."""
    return next((type_name(each.data_type) for each in vector_fields(schema) if each.name == field), "")
