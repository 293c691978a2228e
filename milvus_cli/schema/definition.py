"""All that makes a collection, apart from its rows: read from a server, and made on one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.leaked_alias import require_no_leaked_alias
from ..client.wire.schema_pb2 import CollectionSchema
from ..errors import CliError, ServerRefused
from ..text.consistency import DEFAULT_LEVEL, NUMBERS, collection_level, level_name
from .index_types import usual_metric
from .indexes import Index, create_index, index_of, indexes
from .schema import pairs, params
from .unknown import unknown_parts

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import DescribeCollectionResponse, IndexDescription

KEPT = {
    "nullable": "nullable",
    "is_clustering_key": "the clustering key",
    "is_partition_key": "the partition key",
    "description": "the description",
}
"""Attributes of a field that servers ignore where they don't know them, and what people call them."""
DEFAULT_PARTITION = "_default"


@dataclass(frozen=True)
class Definition:
    """`shards` and `num_partitions` are the server's choice where 0; `num_partitions` is only for a partition key.

    `partitions` are those beside the default one. `unknown` says what the server told that is not in here.
    """

    schema: CollectionSchema
    shards: int = 0
    consistency: str = DEFAULT_LEVEL
    properties: Mapping[str, str] = dataclasses.field(default_factory=dict)
    num_partitions: int = 0
    partitions: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def has_partition_key(self) -> bool:
        return any(each.is_partition_key for each in self.schema.fields)

    def named(self, name: str) -> Definition:
        """The same under another name."""
        schema = CollectionSchema()
        schema.CopyFrom(self.schema)
        schema.name = name
        return replace(self, schema=schema)


def create(client: Client, definition: Definition) -> None:
    """Makes the collection, its partitions and its indexes.

    Raises CliError where there is one of that name: a server would say yes to an equal one, and make nothing.
    """
    name = definition.name
    level = NUMBERS[collection_level(definition.consistency)]
    if client.call("HasCollection", collection_name=name).value:
        raise CliError(f"collection {name!r} exists", hint=f"see it with: show collection {name}")
    require_no_leaked_alias(client, name)
    try:
        client.call(
            "CreateCollection",
            collection_name=name,
            schema=definition.schema.SerializeToString(),
            shards_num=definition.shards,
            consistency_level=level,
            properties=pairs(dict(definition.properties)),
            num_partitions=definition.num_partitions,
        )
    except ServerRefused as exc:
        raise exc.with_context(default_hint="nothing was made; see: help create collection") from exc
    for partition in definition.partitions:
        client.call("CreatePartition", collection_name=name, partition_name=partition)
    for index in definition.indexes:
        try:
            metric = index.metric or usual_metric(definition.schema, index.field)
            create_index(client, name, dataclasses.replace(index, metric=metric))
        except CliError as exc:
            raise exc.with_context(
                prefix=f"collection {name!r} is made, but not its index on {index.field!r}",
                default_hint=f"try another one: create index -c {name} -f {index.field} -t TYPE -m METRIC",
            ) from exc


def lost(client: Client, definition: Definition) -> list[str]:
    """What the server did not keep of the schema, though it said yes: older ones ignore what they do not know."""
    answer = client.call("DescribeCollection", collection_name=definition.name)
    kept = {field.name: field for field in answer.schema.fields}
    structs = {struct.name for struct in answer.schema.struct_array_fields}
    functions = {function.name for function in answer.schema.functions}
    gone = [f"field {each.name!r}" for each in definition.schema.struct_array_fields if each.name not in structs]
    gone += [f"function {each.name!r}" for each in definition.schema.functions if each.name not in functions]
    return gone + [
        f"{what} of {field.name!r}"
        for field in definition.schema.fields
        for attribute, what in KEPT.items()
        if getattr(field, attribute) and field.name in kept and not getattr(kept[field.name], attribute)
    ]


def fetch(client: Client, name: str) -> Definition:
    """The definition of a collection, or of what an alias stands for."""
    answer = client.call("DescribeCollection", collection_name=name)
    partitions = client.call("ShowPartitions", collection_name=name).partition_names
    return definition_of(answer, partitions, indexes(client, name))


def definition_of(answer: DescribeCollectionResponse, partitions: Any, found: list[IndexDescription]) -> Definition:
    """From what a server says of a collection; what only the server gives out is left out."""
    definition = Definition(
        schema=answer.schema,
        shards=answer.shards_num,
        consistency=level_name(answer.consistency_level),
        properties=params(answer.properties),
        indexes=tuple(index_of(each) for each in found),
        unknown=unknown_parts(answer, found),
    )
    if definition.has_partition_key:
        return replace(definition, num_partitions=len(partitions))
    return replace(definition, partitions=tuple(sorted(each for each in partitions if each != DEFAULT_PARTITION)))
