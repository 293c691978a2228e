"""Makes the collection that a copy or a restore fills: its definition, partitions, indexes, load state and count."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..client.optional import permitted
from ..errors import CliError, NotAuthorized, ServerRefused
from ..rows.writing import is_busy
from ..schema.definition import DEFAULT_PARTITION, create_whole
from ..schema.fitted_indexes import fate, substitutes
from ..schema.indexes import create_index, indexes, one_by_one
from ..schema.schema import DEFAULT_MAX_LENGTH, all_fields, params, type_name
from ..server.existence import row_count
from ..server.waiting import flush, load, part_of_job, wait_indexed
from ..text.consistency import DEFAULT_LEVEL

if TYPE_CHECKING:
    from ..schema.definition import Definition
    from ..schema.indexes import Index
    from ..session.session import Session
    from .side import Side


def portable_definition(source: Side) -> Definition:
    """Returns the source's definition, with defaults for parts that Milvus requires and Milvus Lite does not store."""
    definition = source.definition()
    if not source.version.is_lite:
        return definition
    for field in all_fields(definition.schema):
        if type_name(field.element_type) == "VARCHAR" and "max_length" not in params(field.type_params):
            field.type_params.add(key="max_length", value=str(DEFAULT_MAX_LENGTH))
    return replace(definition, consistency=DEFAULT_LEVEL, shards=0)


def require_known(side: Side, definition: Definition, verb: str) -> None:
    """Raises CliError for parts of the definition that this client does not know, which would be lost or drop.

    `verb` is what is done to the collection, such as "copy".
    """
    if definition.unknown:
        raise CliError(
            f"refusing to {verb}: this client does not know {', '.join(definition.unknown)} of {side}",
            hint=f"nothing was {past(verb)}; a newer milvus_cli may know it",
        )
    if definition.schema.external_source:
        raise CliError(
            f"refusing to {verb}: {side} is an external collection, whose rows stay in its source",
            hint="make another one of that source, from the schema file that `show collection -o ddl` prints",
        )


def past(verb: str) -> str:
    """Returns the participle of "copy", "dump" or "restore"."""
    return f"{verb[:-1]}ied" if verb.endswith("y") else f"{verb.removesuffix('e')}ed"


def create_empty(target: Side, definition: Definition) -> None:
    """Creates the collection without indexes, and deletes it again if the server did not store what the rows need."""
    bare, optional = replace(definition, indexes=()), ("the description", "the clustering")
    create_whole(target.client, bare, optional=optional, server=target.where)


def require_partition(target: Side, partition: str) -> None:
    """Creates a partition that an interrupted job has not created yet, or that an existing target lacks."""
    if not partition or partition == DEFAULT_PARTITION:
        return
    there = permitted(target.client.call, "HasPartition", collection_name=target.collection, partition_name=partition)
    if there is None or not there.value:
        target.client.call("CreatePartition", collection_name=target.collection, partition_name=partition)


def build_indexes(session: Session, target: Side, definition: Definition) -> list[str]:
    """Builds the indexes that the target lacks; returns those that the server refuses, with reasons.

    An index that is refused for its type or parameters is noted; a vector field has another one then.
    """
    client, name, refused = target.client, target.collection, []
    there = {each.field_name for each in indexes(client, name)}
    for index in definition.indexes:
        if index.field not in there:
            try:
                create_index(client, name, index)
            except (ServerRefused, NotAuthorized) as exc:
                others = substitutes(definition.schema, index, target.version)
                made = _built(target, others) if isinstance(exc, ServerRefused) and not is_busy(exc) else None
                if made is None:
                    refused.append(f"the index on {index.field!r}: {exc.message}")
                else:
                    session.console.note(f"note: {_refusal(target, index, made, exc.message)}")
    return refused


def _built(target: Side, others: Sequence[Index]) -> Sequence[Index] | None:
    """Builds the first index that the server takes, and returns it; nothing where none is needed, None if it can't."""
    if not others:
        return []
    for index in others:
        with suppress(ServerRefused):
            create_index(target.client, target.collection, index)
            return [index]
    return None


def _refusal(target: Side, index: Index, made: Sequence[Index], reason: str) -> str:
    given = "".join(f" --param {key}:{value}" for key, value in one_by_one(index.params).items())
    metric = f" -m {index.metric}" if index.metric else ""
    line = f"create index -c {target.collection} -f {index.field} -t {index.type}{metric}{given}{target.options}"
    what = f"the index on {index.field!r} of {target.collection!r} is {fate(made)}"
    return f"{what}: the server refused {index.type} ({reason.rstrip(': ')}); to build it, `{line}`"


def index_and_load(session: Session, target: Side, definition: Definition, *, wants_load: bool) -> list[str]:
    """Builds indexes and loads the collection; returns what the server refused."""
    refused = build_indexes(session, target, definition)
    with part_of_job():
        if definition.indexes and not refused:
            wait_indexed(target.view(session), target.collection)
        if wants_load and not target.loaded():
            try:
                load(target.view(session), target.collection)
            except (ServerRefused, NotAuthorized) as exc:
                refused.append(f"loading it: {exc.message}")
    return refused


def target_count(session: Session, side: Side) -> int:
    """Counts exactly if the collection is loaded, else by statistics after a flush, exact if nothing was deleted."""
    if side.loaded():
        return side.count()
    flush(side.view(session), side.collection)
    return row_count(side.client, side.collection) or 0
