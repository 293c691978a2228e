"""Complete definitions of collections: reads them from a server, and creates collections from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..client.leaked_alias import require_no_leaked_alias
from ..client.optional import supported
from ..client.wire.schema_pb2 import CollectionSchema, FunctionSchema
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
"""Attributes of a field that servers ignore if they don't support them, with their names in messages."""
DEFAULT_PARTITION = "_default"


@dataclass(frozen=True)
class Definition:
    """`shards` and `num_partitions` are 0 for the server's choice; `num_partitions` applies to a partition key.

    `partitions` excludes the default one. `unknown` names parts of the server's answer that are not represented here.
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
        """Returns the definition under another name."""
        schema = CollectionSchema()
        schema.CopyFrom(self.schema)
        schema.name = name
        return replace(self, schema=schema)


def create(client: Client, definition: Definition) -> None:
    """Creates the collection with its partitions and indexes.

    Raises CliError if the name exists: a server would accept an identical collection without creating it.
    """
    name = definition.name
    level = NUMBERS[collection_level(definition.consistency)]
    if definition.schema.external_source:
        client.require("RefreshExternalCollection")
    if client.call("HasCollection", collection_name=name).value:
        raise CliError(f"collection {name!r} already exists", hint=f"run `show collection {name}`")
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
        raise exc.with_context(default_hint="nothing was created; see `help create collection`") from exc
    for partition in definition.partitions:
        client.call("CreatePartition", collection_name=name, partition_name=partition)
    for index in definition.indexes:
        try:
            metric = index.metric or usual_metric(definition.schema, index.field)
            create_index(client, name, dataclasses.replace(index, metric=metric))
        except CliError as exc:
            raise exc.with_context(
                prefix=f"collection {name!r} was created, but not its index on {index.field!r}",
                default_hint=f"try another one with `create index -c {name} -f {index.field} -t TYPE -m METRIC`",
            ) from exc


def create_whole(client: Client, definition: Definition, *, optional: tuple[str, ...], server: str) -> list[str]:
    """Creates the collection, and returns the optional parts that the server accepted but did not keep.

    `optional` are beginnings of their names. Where another part is lost, the collection is deleted again; the CliError
    calls the server by the name in `server`.
    """
    create(client, definition)
    gone = not_kept(client, definition)
    lost = [each for each in gone if not each.startswith(optional)]
    if lost:
        client.call("DropCollection", collection_name=definition.name)
        raise CliError(f"{server} did not keep {', '.join(lost)}", hint="the collection was deleted again")
    return gone


def not_kept(client: Client, definition: Definition) -> list[str]:
    """Returns the parts of the schema that the server accepted but did not keep: older servers ignore unknown parts."""
    answer = client.call("DescribeCollection", collection_name=definition.name)
    kept = {field.name: field for field in answer.schema.fields}
    structs = {struct.name for struct in answer.schema.struct_array_fields}
    # By their outputs: Milvus Lite 2.5 keeps functions, but not their names.
    outputs = {name for function in answer.schema.functions for name in function.output_field_names}
    gone = [f"field {each.name!r}" for each in definition.schema.struct_array_fields if each.name not in structs]
    gone += [f"function {each.name!r}" for each in definition.schema.functions if not _is_in(outputs, each)]
    gone += [
        f"{what} of {field.name!r}"
        for field in definition.schema.fields
        for attribute, what in KEPT.items()
        if getattr(field, attribute) and field.name in kept and not getattr(kept[field.name], attribute)
    ]
    if definition.schema.description and not answer.schema.description:
        gone.append("the description of the collection")
    return gone


def _is_in(outputs: set[str], function: FunctionSchema) -> bool:
    return outputs.issuperset(function.output_field_names)


def fetch(client: Client, name: str) -> Definition:
    """Reads the definition of a collection or alias from the server."""
    answer = client.call("DescribeCollection", collection_name=name)
    shown = supported(client.call, "ShowPartitions", collection_name=name)
    return definition_of(answer, shown.partition_names if shown else (), indexes(client, name))


def definition_of(answer: DescribeCollectionResponse, partitions: Any, found: list[IndexDescription]) -> Definition:
    """Builds a definition from a server's answers, without values that only a server assigns."""
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
