"""Asks a person for a search, as the collection needs it, and shows the equivalent command line."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..schema.dialogue import ask
from ..schema.index_types import SEARCH_PARAMETERS, check_search_params
from ..schema.schema import vector_fields
from ..schema.vector_field import search_field
from ..session.session import Session
from ..text.names import missing_name
from ..values.dynamic import names_in
from .check import BM25, TEXT_EMBEDDING, describe_field, field_index
from .hits import shown_fields
from .legs import leg_text
from .options import SearchOptions, parse_params
from .queries import read_queries
from .reranker_text import parse_rerankers

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

# Options in the order of the line, with the answer that each takes.
WORDS = {
    "field": "-f",
    "vectors": "-v",
    "texts": "--text",
    "like": "--like",
    "requests": "--request",
    "rerank": "--rerank",
    "batch_size": "--batch-size",
    "limit": "-l",
    "most": "-l",
    "filter": "--filter",
    "partitions": "--partition",
    "fields": "--fields",
    "params": "--params",
}


def asked_search(options: SearchOptions) -> dict[str, Any]:
    """Returns a person's answers by option."""
    return _ask_search(options, "search", lambda: {"limit": _ask_number(options.session, "Hits", str(options.limit))})


def asked_iterator(options: SearchOptions, batch_size: int) -> dict[str, Any]:
    """Asks for what `search_iterator` lacks."""
    session = options.session

    def sizes() -> dict[str, Any]:
        first = _ask_number(session, "Hits of the first request", str(batch_size))
        return {"batch_size": first, "most": _ask_number(session, "Hits in all", "")}

    return _ask_search(options, "search_iterator", sizes)


def _ask_search(options: SearchOptions, command: str, sizes: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    session = options.session
    schema = _schema(session, options.collection)
    answers: dict[str, Any] = {}
    field = _ask_field(session, schema, options.field, "Vector field")
    if len(vector_fields(schema)) > 1:
        answers["field"] = field.name
    answers |= _ask_query(session, schema, field)
    answers |= sizes()
    answers |= _ask_rest(session, schema)
    answers["params"] = _ask_params(session, options.collection, field)
    _show_line(session, command, options.collection, answers)
    return answers


def asked_hybrid(session: Session, collection: str, limit: int) -> dict[str, Any]:
    """Asks for what `hybrid_search` lacks: one leg after the other, then the reranker."""
    schema = _schema(session, collection)
    session.console.note("Now the requests, one for each vector field; an empty field ends them.")
    legs: list[str] = []
    while True:
        field = _ask_field(session, schema, None, f"Vector field of request {len(legs) + 1}", optional=len(legs) > 0)
        if field is None:
            break
        leg = {"field": field.name}
        for key, value in _ask_query(session, schema, field).items():
            leg[{"vectors": "vector", "texts": "text"}.get(key, key)] = value if isinstance(value, str) else value[0]
        legs.append(leg_text({**leg, "limit": _ask_number(session, "  Hits of it", str(limit))}))

    def reranker(text: str) -> str:
        parse_rerankers([text], len(legs))
        return text

    answers: dict[str, Any] = {"requests": legs, "rerank": [ask(session.console, "Reranker", "rrf:60", reranker)]}
    answers["limit"] = _ask_number(session, "Hits", str(limit))
    answers |= _ask_rest(session, schema)
    _show_line(session, "hybrid_search", collection, answers)
    return answers


def _schema(session: Session, collection: str) -> CollectionSchema:
    session.require_collection(collection)
    schema: CollectionSchema = session.client.call("DescribeCollection", collection_name=collection).schema
    return schema


def _ask_field(
    session: Session, schema: CollectionSchema, given: str | None, question: str, *, optional: bool = False
) -> Any:
    """Asks for a vector field if there is a choice."""
    fields = {each.name: each for each in vector_fields(schema)}
    if given or (len(fields) == 1 and "request" not in question):
        return search_field(schema, given)

    def check(name: str) -> str:
        if name not in fields:
            raise missing_name("vector field", name, fields, f"one of {', '.join(fields)}", error=InvalidInput)
        return name

    known = ", ".join(f"{name} {describe_field(each)}" for name, each in fields.items())
    name = ask(session.console, f"{question} ({known})", check=check, optional=optional)
    return fields[name] if name else None


def _ask_query(session: Session, schema: CollectionSchema, field: FieldSchema) -> dict[str, Any]:
    kinds = [each.type for each in schema.functions if field.name in each.output_field_names]
    if BM25 in kinds or TEXT_EMBEDDING in kinds:
        return {"texts": [ask(session.console, "Text to find")]}

    def check(text: str) -> str:
        try:
            read_queries([text], field, bytes)
        except InvalidInput:
            raise
        except CliError as exc:
            raise InvalidInput(exc.message, hint=exc.hint) from exc
        return text

    what = f"Vector, a {describe_field(field)}, as JSON or @FILE (empty: that of an entity)"
    vector = ask(session.console, what, check=check, optional=True)
    return {"vectors": [vector]} if vector else {"like": ask(session.console, "Id of the entity")}


def _ask_rest(session: Session, schema: CollectionSchema) -> dict[str, Any]:
    def fields(text: str) -> str:
        try:
            shown_fields(schema, names_in(text))
        except CliError as exc:
            raise InvalidInput(exc.message, hint=exc.hint) from exc
        return text

    partitions = ask(session.console, "Only in partitions (empty: all)", optional=True)
    return {
        "filter": ask(session.console, "Filter (empty: none)", optional=True),
        "partitions": tuple(each.strip() for each in partitions.split(",") if each.strip()),
        "fields": ask(session.console, "Fields to show (empty: none, *: all)", check=fields, optional=True) or None,
    }


def _ask_params(session: Session, collection: str, field: FieldSchema) -> tuple[str, ...]:
    """Asks for parameters as KEY=VALUE words, naming those of the index."""
    index = field_index(session.client, collection, field.name)
    names = SEARCH_PARAMETERS.get(index.type, ()) if index else ()
    if index is None or not names:
        return ()

    def check(text: str) -> str:
        check_search_params(index.type, parse_params(text.split()))
        return text

    question = f"Parameters of the search, {' '.join(f'{name}=…' for name in names)} (empty: the server's choice)"
    return tuple(ask(session.console, question, check=check, optional=True).split())


def _ask_number(session: Session, question: str, default: str) -> int | None:
    def check(text: str) -> str:
        if not text.isdecimal() or not 1 <= len(text) < 10 or int(text) == 0:
            raise InvalidInput(f"{text!r} is no whole number")
        return text

    answer = ask(
        session.console, question if default else f"{question} (empty: all)", default, check, optional=not default
    )
    return int(answer) if answer else None


def _show_line(session: Session, command: str, collection: str, answers: Mapping[str, Any]) -> None:
    """Shows the equivalent command line."""
    words = [command, "-c", collection]
    for key, option in WORDS.items():
        value = answers.get(key)
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if each not in (None, ""):
                words += [option, str(each)]
    session.console.note(f"The same in one line:\n{shlex.join(words)}")
