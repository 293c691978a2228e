"""Generates rows that fit a schema, with clustered vectors: the same seed gives the same rows on every machine."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, and_
from random import Random
from typing import TYPE_CHECKING, Any

from ..client.wire.schema_pb2 import FieldSchema
from ..files.row_stream import CHUNK_SIZE, Chunk
from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.schema import is_vector, kind_of, params, primary_field, short_name, type_name
from ..text.floats import bfloat16
from ..text.timestamps import instant
from ..values.encode import ABSENT, is_writable, taken_fields
from ..values.packing import Packed, dense_fields, dimension, row_size, vector_kind

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, StructArrayFieldSchema
    from ..schema.schema import Field

VOCABULARY = (
    "amber",
    "book",
    "cloud",
    "dune",
    "ember",
    "field",
    "grove",
    "harbor",
    "iris",
    "jade",
    "kite",
    "lake",
    "maple",
    "north",
    "ocean",
    "pine",
    "quartz",
    "river",
    "stone",
    "tide",
    "umber",
    "vale",
    "willow",
    "zenith",
)
COLORS = ("red", "green", "blue", "yellow", "black", "white")
INTEGER_LIMITS = {"INT8": 100, "INT16": 1_000}
NULL_SHARE = 0.1
"""Share of nulls in nullable fields."""
NOISE_POOL = 1 << 14
SPREAD = 0.15
"""Standard deviation around the center of a cluster; centers have coordinates about 1 apart."""
LARGEST_SPARSE = 10_000
LARGEST_INT8 = 127
LONGEST_LIST = 5
YEAR_2024 = 1_704_067_200_000_000
YEAR = 365 * 86_400_000_000
"""Both in microseconds; YEAR_2024 since 1970."""
ROW_BYTES = 200
"""Approximate bytes of a row apart from its vectors."""


@dataclass(frozen=True)
class Recipe:
    """`first` is the first primary key, if the rows bring their keys."""

    count: int
    seed: int = 1
    clusters: int = 20
    first: int = 1


ColumnMaker = Callable[[Sequence[int], Sequence[int]], Sequence[Any]]
"""Returns the values of a column, given the row numbers and the cluster of each row."""
ValueMaker = Callable[[Random, int], Any]
"""Returns one value for a row of the given cluster."""


def fake_chunks(schema: CollectionSchema, recipe: Recipe) -> Iterator[Chunk]:
    makers = _makers(schema, recipe)
    choose = Random(f"{recipe.seed} clusters")
    size = max(1, CHUNK_SIZE // (ROW_BYTES + sum(map(row_size, dense_fields(schema)))))
    for start in range(0, recipe.count, size):
        rows = range(start, min(start + size, recipe.count))
        clusters = [choose.randrange(recipe.clusters) for _ in rows]
        columns = {name: make(rows, clusters) for name, make in makers.items()}
        yield Chunk(columns, [row + 1 for row in rows], unit="row")


def _makers(schema: CollectionSchema, recipe: Recipe) -> dict[str, ColumnMaker]:
    found = {
        field.name: _maker(field, recipe) for field in taken_fields(schema, (), upsert=False) if is_writable(field)
    }
    primary = primary_field(schema)
    if primary and primary.name in found:
        found[primary.name] = _key_maker(primary, recipe)
    if schema.enable_dynamic_field and "color" not in found:
        found["color"] = _each(Random(f"{recipe.seed} color"), lambda random, cluster: random.choice(COLORS))
    return found


def _key_maker(field: FieldSchema, recipe: Recipe) -> ColumnMaker:
    if kind_of(field) == "VARCHAR":
        return lambda rows, clusters: [f"{row + recipe.first:08}" for row in rows]
    return lambda rows, clusters: [row + recipe.first for row in rows]


def _maker(field: Field, recipe: Recipe) -> ColumnMaker:
    random = Random(f"{recipe.seed} {field.name}")
    make = _column_maker(field, random, recipe.clusters)
    if not field.nullable:
        return make
    return lambda rows, clusters: [ABSENT if random.random() < NULL_SHARE else value for value in make(rows, clusters)]


def _column_maker(field: Field, random: Random, clusters: int) -> ColumnMaker:
    if not isinstance(field, FieldSchema):
        return _struct_maker(field, random, clusters)
    if is_vector(field):
        return _vector_maker(field, random, clusters)
    if type_name(field.data_type) == "ARRAY":
        element = _fake_value(field, type_name(field.element_type))
        most = min(LONGEST_LIST, int(params(field.type_params)["max_capacity"]))
        return _each(random, lambda random, cluster: [element(random, cluster) for _ in range(random.randint(0, most))])
    return _each(random, _fake_value(field, type_name(field.data_type)))


def _struct_maker(struct: StructArrayFieldSchema, random: Random, clusters: int) -> ColumnMaker:
    """Makes a few objects a row; each of their fields is made like a column."""
    most = min(LONGEST_LIST, int(params(struct.fields[0].type_params).get("max_capacity", LONGEST_LIST)))
    makers = {short_name(struct.name, field.name): _inner(field, random, clusters) for field in struct.fields}

    def make(rows: Sequence[int], chosen: Sequence[int]) -> Sequence[Any]:
        found = []
        for row, cluster in zip(rows, chosen, strict=True):
            count = random.randint(0, most)
            columns = [make([row] * count, [cluster] * count) for make in makers.values()]
            found.append([dict(zip(makers, each, strict=True)) for each in zip(*columns, strict=True)])
        return found

    return make


def _inner(field: FieldSchema, random: Random, clusters: int) -> ColumnMaker:
    if shape_of(vector_kind(field)) is ValueShape.DENSE:
        return _vector_maker(field, random, clusters)
    return _each(random, _fake_value(field, type_name(field.element_type)))


def _each(random: Random, one: ValueMaker) -> ColumnMaker:
    return lambda rows, clusters: [one(random, cluster) for cluster in clusters]


def _fake_value(field: FieldSchema, kind: str) -> ValueMaker:
    if kind in LITERAL_MAKERS:
        return LITERAL_MAKERS[kind]
    if shape_of(kind) is ValueShape.TEXT:
        return _text_maker(field)
    if shape_of(kind) is ValueShape.WHOLE:
        highest = INTEGER_LIMITS.get(kind, 1_000_000)
        return lambda random, cluster: int(random.random() * highest)
    # Types that can't be generated fail when they are encoded.
    return VALUE_MAKERS.get(shape_of(kind), lambda random, cluster: "")


def _text_maker(field: FieldSchema) -> ValueMaker:
    longest = int(params(field.type_params).get("max_length", 100))
    if field.is_partition_key:
        return lambda random, cluster: f"group {cluster}"[:longest]
    return lambda random, cluster: " ".join(random.choices(VOCABULARY, k=random.randint(2, 5)))[:longest]


def _document(random: Random, cluster: int) -> dict[str, Any]:
    return {
        "color": random.choice(COLORS),
        "price": round(random.random() * 100, 2),
        "cluster": cluster,
        "tags": random.sample(VOCABULARY, 2),
    }


def _point(random: Random, cluster: int) -> str:
    return f"POINT ({round(random.uniform(-180, 180), 4)} {round(random.uniform(-90, 90), 4)})"


def _timestamp(random: Random, cluster: int) -> str:
    return str(instant(YEAR_2024 + random.randrange(YEAR)))


LITERAL_MAKERS: dict[str, ValueMaker] = {"GEOMETRY": _point, "TIMESTAMPTZ": _timestamp}
VALUE_MAKERS: dict[ValueShape | None, ValueMaker] = {
    ValueShape.BOOLEAN: lambda random, cluster: random.random() < 0.5,
    ValueShape.NUMBER: lambda random, cluster: round(random.random() * 100, 3),
    ValueShape.JSON: _document,
}


def _vector_maker(field: FieldSchema, random: Random, clusters: int) -> ColumnMaker:
    kind = vector_kind(field)
    if shape_of(kind) is ValueShape.SPARSE:
        return _sparse_maker(random, clusters)
    size = dimension(field)
    if kind == "BINARY_VECTOR":
        return _binary_maker(random, size, clusters)
    middles = [[random.gauss(0, 1) for _ in range(size)] for _ in range(clusters)]
    pack = _number_packer(kind, size)
    noise = [random.gauss(0, SPREAD) for _ in range(NOISE_POOL + size)]
    offset = random.random

    def make(rows: Sequence[int], chosen: Sequence[int]) -> Sequence[bytes]:
        # Adding two windows of one pool of noise is fast without numpy, and makes every row different.
        found = []
        for cluster in chosen:
            one, other = int(offset() * NOISE_POOL), int(offset() * NOISE_POOL)
            near = map(add, middles[cluster], noise[one : one + size])
            found.append(pack(map(add, near, noise[other : other + size])))
        return Packed(b"".join(found), row_size(field))

    return make


def _number_packer(kind: str, size: int) -> Callable[[Iterator[float]], bytes]:
    if kind == "BFLOAT16_VECTOR":
        return lambda values: b"".join(map(bfloat16, values))
    form = struct.Struct(f"<{size}{FIELD_TYPES[kind].code}")
    if kind == "INT8_VECTOR":
        return lambda values: form.pack(*(max(-LARGEST_INT8, min(LARGEST_INT8, round(each * 30))) for each in values))
    return lambda values: form.pack(*values)


def _binary_maker(random: Random, size: int, clusters: int) -> ColumnMaker:
    """One pattern per cluster, with about one in sixteen bits flipped."""
    middles = [random.getrandbits(size) for _ in range(clusters)]

    def one(random: Random, cluster: int) -> bytes:
        flipped = reduce(and_, (random.getrandbits(size) for _ in range(4)))
        return (middles[cluster] ^ flipped).to_bytes(size // 8, "little")

    return _each(random, one)


def _sparse_maker(random: Random, clusters: int) -> ColumnMaker:
    """Each cluster has its own indexes; a row has some of them."""
    own = [random.sample(range(LARGEST_SPARSE), 24) for _ in range(clusters)]

    def one(random: Random, cluster: int) -> dict[str, float]:
        return {str(index): round(0.1 + random.random(), 4) for index in sorted(random.sample(own[cluster], 8))}

    return _each(random, one)
