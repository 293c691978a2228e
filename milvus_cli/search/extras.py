"""Adds the options of newer servers to a search request: top-level parameters and further fields.

Servers ignore what they don't know, so that each option is checked against the version before anything is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..client.versions import lacks
from ..errors import InvalidInput
from ..rows.ordering import ordered, ordering_fields
from ..schema.nested import is_nested
from ..schema.schema import require_scalars
from .grouping import JSON_TYPES, is_json_path
from .hits import shown_fields
from .request import Extras

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.schema_pb2 import CollectionSchema
    from .extra_options import ExtraOptions

OPERATIONS = {
    "aggregate": "Search.search_aggregation",
    "analyzer": "Search.analyzer_name",
    "chains": "Search.function_chains",
    "highlight": "Search.highlighter",
    "ids": "Search.ids",
    "namespace": "namespace",
    "order_by": "Search.order_by_fields",
    "strict_group_size": "Search.strict_group_size",
    "time_fields": "Search.timezone",
    "timezone": "Search.timezone",
}
"""The operations that options need, by the names of their parameters."""

APART = (
    ("aggregate", "group_by"),
    ("chains", "rerank"),
    ("order_by", "chains"),
    ("order_by", "rerank"),
    ("aggregate", "order_by"),
    ("aggregate", "highlight"),
)
"""Options that servers don't take together."""

SPELLINGS = {"chains": "--chain", "aggregate": "--aggregate"}


def require_operations(client: Client, asked: ExtraOptions) -> None:
    """Raises CliError for an option that the server lacks, and InvalidInput for options that exclude each other."""
    for name, operation in OPERATIONS.items():
        if getattr(asked, name) and lacks(operation, client.version):
            raise client.unsupported(operation)
    for one, other in APART:
        if getattr(asked, one) and getattr(asked, other):
            raise InvalidInput(f"{_spelled(one)} and {_spelled(other)} cannot be combined")
    if is_json_path(asked.group_by) and lacks("Search.json_path", client.version):
        raise client.unsupported("Search.json_path")
    if asked.group_as and not is_json_path(asked.group_by):
        raise InvalidInput("--group-as needs --group-by with a path in JSON", hint="""--group-by 'info["author"]'""")
    if asked.field and is_nested(asked.field) and lacks("Search.structs", client.version):
        raise client.unsupported("Search.structs")
    if asked.embed and asked.analyzer:
        raise InvalidInput("--embed and --analyzer cannot be combined: an embedder analyzes no text")
    if asked.analyzer and not asked.texts:
        raise InvalidInput("--analyzer needs --text: only texts are analyzed")
    if asked.strict_group_size and not asked.group_by:
        raise InvalidInput("--strict-group-size needs --group-by")


def extras(
    asked: ExtraOptions, schema: CollectionSchema, json_path: str, templates: Mapping[str, Any]
) -> Extras | None:
    """Returns what the options ask beside the query; None for a plain search. Raises InvalidInput."""
    beside, fields = dict(_beside(asked, schema, json_path)), dict(_fields(asked, schema))
    if templates:
        fields["expr_template_values"] = templates
    return Extras(beside, fields) if beside or fields else None


def _beside(asked: ExtraOptions, schema: CollectionSchema, json_path: str) -> Iterator[tuple[str, Any]]:
    if json_path:
        yield "json_path", json_path
    if asked.group_as:
        yield "json_type", JSON_TYPES[asked.group_as]
    if asked.strict_group_size:
        yield "strict_group_size", True
    if asked.order_by:
        ordering = ordering_fields(asked.order_by)
        shown_fields(schema, ordering)
        require_scalars(schema, ordering, "--order-by")
        yield "order_by_fields", ordered(asked.order_by)
    for key, value in (
        ("analyzer_name", asked.analyzer),
        ("timezone", asked.timezone),
        ("time_fields", asked.time_fields),
    ):
        if value:
            yield key, value


def _fields(asked: ExtraOptions, schema: CollectionSchema) -> Iterator[tuple[str, Any]]:
    # Few searches need these modules, and importing all of them takes longer than a search.
    if asked.highlight:
        from .highlight import highlighter

        yield "highlighter", highlighter(asked, schema)
    if asked.chains:
        from .chains import chains

        yield "function_chains", chains(asked.chains)
    if asked.aggregate:
        from .aggregation import aggregation, grouped_fields

        spec = aggregation(asked.aggregate)
        require_scalars(schema, grouped_fields(spec), "--aggregate")
        yield "search_aggregation", spec
    if asked.namespace:
        yield "namespace", asked.namespace


def _spelled(name: str) -> str:
    return SPELLINGS.get(name, f"--{name.replace('_', '-')}")
