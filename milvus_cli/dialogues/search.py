"""The questions of `search`, `search_iterator` and `hybrid_search`, as the collection needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import CliError, InvalidInput
from ..schema.index_types import SEARCH_PARAMETERS, check_search_params
from ..schema.indexes import field_index
from ..schema.schema import vector_fields
from ..search.check import describe_field, is_text_output
from ..search.hits import shown_fields
from ..search.legs import leg_text
from ..search.options import parse_params
from ..search.queries import read_key, read_queries
from ..search.reranker_text import parse_rerankers
from ..search.text_vectors import embedded_names
from ..server.progress import load_state, not_loaded_error
from ..text.names import missing_name
from ..values.dynamic import names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
    from ..grammar.dialogue import Interview

QUERIES = ("vectors", "texts", "like")
"""The ways to give a query."""


def ask_search(ask: Interview) -> None:
    """Asks for the query first, and then for a field that it fits."""
    collection, schema = _ask_collection(ask)
    vector = _ask_query(ask, schema, vector_fields(schema))
    field = _ask_field(ask, schema, "Vector field", vector)
    _ask_index(ask, collection, field)
    ask.ask("round_decimal", "Decimal places of distances", shown="-1")
    ask.ask("limit", "Hits per query")
    ask.ask("filter", "Filter (empty: none)")
    ask.ask("partitions", "Only in partitions (empty: all)")
    _ask_waiting(ask)


def ask_iterator(ask: Interview) -> None:
    _, schema = _ask_collection(ask)
    field = _ask_field(ask, schema, "Vector field")
    _ask_query(ask, schema, [field])
    ask.ask("batch_size", "Hits of the first request")
    ask.ask("most", "Hits in total (empty: all)", default="10")
    ask.ask("filter", "Filter (empty: none)")
    _ask_shown(ask, schema)


def ask_hybrid(ask: Interview) -> None:
    """Asks for one request after the other, then for the reranker."""
    _, schema = _ask_collection(ask)
    ask.note("Now the requests, one for each vector field; an empty field ends them.")
    legs = 0
    while field := _ask_leg_field(ask, schema, legs):
        ask.give("requests", _ask_leg(ask, schema, field))
        legs += 1
    ask.ask("rerank", "Reranker", default="rrf:60", whole=True, check=lambda text: parse_rerankers([text], legs))
    _ask_shown(ask, schema)


def _ask_waiting(ask: Interview) -> None:
    """Asks how long to wait for the answer, and how fresh it must be."""
    ask.ask("timeout", "Timeout in seconds", shown=f"{ask.session.timeout:g}")
    ask.ask("guarantee_timestamp", "Guarantee timestamp", shown="0")


def _ask_collection(ask: Interview) -> tuple[str, CollectionSchema]:
    """Asks for the collection. Raises CliError if it is not loaded: no other answer would help."""
    collection: str = ask.ask("collection", "Collection")
    client = ask.session.client
    if (state := load_state(client, collection)) == "not loaded":
        raise not_loaded_error(collection, state)
    return collection, client.call("DescribeCollection", collection_name=collection).schema


def _ask_query(ask: Interview, schema: CollectionSchema, fields: Sequence[FieldSchema]) -> str:
    """Asks for a vector that fits one of the fields, else for a text or an entity; returns the vector's text."""
    if any(ask.is_given(name) for name in QUERIES):
        return "".join(ask.value("vectors")[:1])
    outputs = [each for each in fields if is_text_output(schema, each.name)]
    texts = [each for each in fields if _takes_text(ask, schema, each)]
    if len(outputs) < len(fields):
        vector = _ask_vector(ask, [each for each in fields if each not in outputs], "by text" if texts else "")
        if vector:
            ask.give("vectors", vector)
            return vector
    if texts and (text := ask.text("Text to find (empty: search by an entity)")):
        ask.give("texts", text)
    else:
        ask.ask("like", "Id of the entity", needed=True, check=lambda text: read_key(schema, text))
    return ""


def _takes_text(ask: Interview, schema: CollectionSchema, field: FieldSchema) -> bool:
    """Returns whether a function of the server, or the embedder that the field has, makes its vectors of text."""
    embedded = embedded_names(ask.session, ask.session.client, schema)
    return field.name in embedded or is_text_output(schema, field.name)


def _ask_vector(ask: Interview, fields: Sequence[FieldSchema], otherwise: str = "") -> str:
    kinds = " or ".join(dict.fromkeys(describe_field(each) for each in fields))
    return ask.text(
        f"Vector, {kinds}, as JSON or the path of a file (empty: search {otherwise or 'by an entity'})",
        check=lambda text: _fits_any(text, fields),
        offered=lambda text: ask.offered("vectors", text) if "vectors" in ask.names else [],
    )


def _fits_any(text: str, fields: Sequence[FieldSchema]) -> None:
    """Raises the reason why a vector does not fit the first field, unless it fits another."""
    reasons = []
    for field in fields:
        try:
            read_queries([text], field, bytes)
            return
        except CliError as exc:
            reasons.append(exc)
    raise reasons[0]


def _ask_field(ask: Interview, schema: CollectionSchema, question: str, vector: str = "") -> FieldSchema:
    """Asks for a vector field; Enter takes the first that the vector or text given before fits."""
    fields = {each.name: each for each in vector_fields(schema)}
    likely = [each.name for each in fields.values() if _suits(ask, schema, each, vector)]

    def check(name: str) -> None:
        _require_known(name, list(fields))
        if vector:
            read_queries([vector], fields[name], bytes)

    ask.ask("field", _field_question(schema, question), default=(likely or list(fields))[0], check=check)
    return fields[ask.value("field")]


def _suits(ask: Interview, schema: CollectionSchema, field: FieldSchema, vector: str) -> bool:
    if ask.value("texts") or is_text_output(schema, field.name):
        return bool(ask.value("texts")) and _takes_text(ask, schema, field)
    try:
        return not vector or bool(read_queries([vector], field, bytes))
    except CliError:
        return False


def _ask_index(ask: Interview, collection: str, field: FieldSchema) -> None:
    """Asks for the metric where the index does not tell, and for the parameters of the index."""
    index = field_index(ask.session.client, collection, field.name)
    if index is None or not index.metric:
        ask.ask("metric", "Metric (empty: chosen by the server)")
    if index is None or ask.is_given("params"):
        return
    for name in SEARCH_PARAMETERS.get(index.type, ()):
        answer = ask.text(f"{name} (empty: chosen by the server)", check=_search_param(index.type, name))
        if answer:
            ask.give("params", f"{name}={answer}")


def _search_param(index_type: str, name: str) -> Callable[[str], None]:
    return lambda text: check_search_params(index_type, parse_params([f"{name}={text}"]))


def _ask_leg_field(ask: Interview, schema: CollectionSchema, legs: int) -> FieldSchema | None:
    fields = {each.name: each for each in vector_fields(schema)}
    name = ask.text(
        _field_question(schema, f"Vector field of request {legs + 1}"),
        needed=legs == 0,
        check=lambda text: _require_known(text, list(fields)),
        offered=lambda text: ask.among(list(fields), text),
    )
    return fields.get(name)


def _ask_leg(ask: Interview, schema: CollectionSchema, field: FieldSchema) -> str:
    """Returns a request in the notation of --request."""
    leg: dict[str, object] = {"field": field.name}
    takes_text, is_output = _takes_text(ask, schema, field), is_text_output(schema, field.name)
    if not is_output and (vector := _ask_vector(ask, [field], "by text" if takes_text else "")):
        leg["vector"] = vector
    elif takes_text and (text := ask.text("  Text to find", needed=is_output)):
        leg["text"] = text
    else:
        leg["like"] = ask.text("  Id of the entity", needed=True, check=lambda text: read_key(schema, text))
    leg["limit"] = ask.text("  Hits of this request", default=str(ask.value("limit")), check=_require_whole)
    return leg_text(leg)


def _field_question(schema: CollectionSchema, question: str) -> str:
    return f"{question} ({', '.join(f'{each.name} {describe_field(each)}' for each in vector_fields(schema))})"


def _require_known(name: str, fields: Sequence[str]) -> None:
    if name not in fields:
        raise missing_name("vector field", name, fields, f"one of {', '.join(fields)}", error=InvalidInput)


def _ask_shown(ask: Interview, schema: CollectionSchema) -> None:
    ask.ask("fields", "Fields to show (empty: none, *: all)", check=lambda text: shown_fields(schema, names_in(text)))


def _require_whole(text: str) -> None:
    if not text.isdecimal() or not 1 <= len(text) < 10 or int(text) == 0:
        raise InvalidInput(f"{text!r} is not an integer above 0")
