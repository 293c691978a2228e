"""The questions of `create index`: the field, and the parameters of the chosen type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..schema.index_types import (
    PARAMETERS,
    USUAL,
    check_index,
    check_index_param,
    known_index_type,
    usual_metric,
    usual_type,
)
from ..schema.nested import nested_names
from ..schema.schema import check_name, vector_fields

if TYPE_CHECKING:
    from ..grammar.dialogue import Interview


def ask_index(ask: Interview) -> None:
    collection: str = ask.ask("collection", "Collection")
    schema = ask.session.client.call("DescribeCollection", collection_name=collection).schema
    vectors = [each.name for each in vector_fields(schema)]
    names = [*(each.name for each in schema.fields), *nested_names(schema)]
    ask.ask(
        "field",
        f"Field ({', '.join(names)})",
        default=vectors[0] if len(vectors) == 1 else "",
        needed=True,
    )
    ask.ask("name", "Name of the index (empty: chosen by the server)", check=lambda text: check_name(text, "index"))
    field: str = ask.value("field")
    usual = usual_type(schema, field)
    ask.ask("index_type", "Index type", shown=usual, check=_require_type)
    kind = known_index_type(ask.value("index_type") or usual)
    metric = usual_metric(schema, field)
    if metric:
        ask.ask("metric", "Metric", shown=metric, check=lambda text: check_index(kind, text.upper(), ()))
    for name in () if ask.is_given("params") else PARAMETERS.get(kind, ()):
        _ask_param(ask, kind, name)
    ask.ask("timeout", "Timeout in seconds", shown=f"{ask.session.timeout:g}")


def _require_type(text: str) -> None:
    check_index(known_index_type(text), None, ())


def _ask_param(ask: Interview, kind: str, name: str) -> None:
    usual = USUAL.get(kind, {}).get(name)
    answer = ask.text(
        f"{name}{'' if usual is not None else ' (empty: none)'}",
        default="" if usual is None else str(usual),
        check=_parameter(kind, name),
    )
    if answer:
        ask.give("params", f"{name}:{answer}")


def _parameter(kind: str, name: str) -> Callable[[str], None]:
    return lambda text: check_index_param(kind, name, text)
