"""Shows what an analyzer makes of texts, and how far apart it finds the words of a phrase in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..errors import InvalidInput
from ..result import Table, Value
from ..session.session import Session
from ..text.json import parse_json
from .existence import require_field

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import AnalyzerToken

DETAILS = ("start", "end", "position", "position_length")
EXAMPLE = '\'{"tokenizer": "standard", "filter": ["lowercase"]}\''


@dataclass(frozen=True)
class AnalyzeOptions:
    """The analyzer: its parameters as JSON, or that of a field; `names` chooses among several of a field."""

    collection: str | None = None
    field: str = ""
    params: str = ""
    names: Sequence[str] = ()
    detail: bool = False
    hashes: bool = False
    phrase: str = ""


def analyze(session: Session, texts: Sequence[str], options: AnalyzeOptions) -> Table:
    """The tokens of texts, with the number of the text if there are several."""
    client = session.client
    _check(options)
    if options.phrase:
        return _slop_table(client, texts, options)
    client.require("RunAnalyzer")
    results = client.call("RunAnalyzer", **_request(session, texts, options)).results
    rows = [
        (*((number,) if len(texts) > 1 else ()), *_row(token, options))
        for number, result in enumerate(results, 1)
        for token in result.tokens
    ]
    details = DETAILS if options.detail else ()
    hashes = ("hash",) if options.hashes else ()
    return Table((*(("text",) if len(texts) > 1 else ()), "token", *details, *hashes), rows)


def _check(options: AnalyzeOptions) -> None:
    """Raises InvalidInput for parameters that are no JSON object, and for options that contradict each other."""
    if bool(options.collection) != bool(options.field):
        raise InvalidInput("the analyzer of a field requires collection and field", hint="give -c NAME and -f FIELD")
    if options.collection and options.params:
        raise InvalidInput("--params and -c give two analyzers", hint="leave one of them out")
    if options.names and not options.collection:
        raise InvalidInput("--analyzer is a name among those of a field", hint="give -c NAME and -f FIELD")
    if options.phrase and (options.collection or options.detail or options.hashes):
        raise InvalidInput("--phrase takes an analyzer by --params, and no details", hint=f"--params {EXAMPLE}")
    if options.params and not isinstance(parse_json(options.params, "--params", f"--params {EXAMPLE}"), dict):
        raise InvalidInput("--params: expected a JSON object", hint=f"--params {EXAMPLE}")


def _request(session: Session, texts: Sequence[str], options: AnalyzeOptions) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "placeholder": [text.encode() for text in texts],
        "analyzer_params": options.params,
        "with_detail": options.detail,
        "with_hash": options.hashes,
    }
    if options.collection is None:
        return fields
    session.client.require("RunAnalyzer.field_name")
    session.require_collection(options.collection)
    require_field(session.client, options.collection, options.field)
    chosen = {"collection_name": options.collection, "field_name": options.field, "analyzer_names": options.names}
    return {**fields, **chosen}


def _row(token: AnalyzerToken, options: AnalyzeOptions) -> tuple[Value, ...]:
    details = (token.start_offset, token.end_offset, token.position, token.position_length)
    return (token.token, *(details if options.detail else ()), *((token.hash,) if options.hashes else ()))


def _slop_table(client: Client, texts: Sequence[str], options: AnalyzeOptions) -> Table:
    """Reports for each text whether phrase_match finds the phrase in it, and the smallest slop with which it does."""
    client.require("ComputePhraseMatchSlop")
    answer = client.call(
        "ComputePhraseMatchSlop", analyzer_params=options.params, query_text=options.phrase, data_texts=texts
    )
    pairs = zip(texts, answer.is_match, answer.slops, strict=False)
    return Table(("text", "match", "slop"), [(text, match, slop if match else None) for text, match, slop in pairs])
