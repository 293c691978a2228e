"""Highlights the words of a search in the texts of its hits: which words, and how they are marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..rows.filters import LITERAL
from ..schema.schema import pairs
from .check import text_function
from .hits import shown_fields
from .marks import highlighted_field

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from .extra_options import ExtraOptions

LEXICAL = 0
"""The HighlightType that marks words; the other one asks a model of Zilliz Cloud."""
ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def highlighter(asked: ExtraOptions, schema: CollectionSchema) -> dict[str, Any]:
    """Returns the fields of a Highlighter, with the parameters of pymilvus's LexicalHighlighter. Raises CliError."""
    queries: list[dict[str, str]] = []
    by_search_text = False
    for each in asked.highlight:
        words = list(_words(asked, schema, each))
        by_search_text = by_search_text or None in words
        queries += [
            {"type": "TextMatch", "field": highlighted_field(each), "text": text} for text in words if text is not None
        ]
    given: dict[str, Any] = {
        "pre_tags": list(asked.pre_tags) or None,
        "post_tags": list(asked.post_tags) or None,
        "fragment_offset": asked.fragment_offset,
        "fragment_size": asked.fragment_size,
        "num_of_fragments": asked.fragments,
        "highlight_query": queries or None,
        "highlight_search_text": by_search_text or None,
    }
    values = {
        key: json.dumps(value) if isinstance(value, list) else value
        for key, value in given.items()
        if value is not None
    }
    return {"type": LEXICAL, "params": pairs(values)}


def _words(asked: ExtraOptions, schema: CollectionSchema, given: str) -> Iterator[str | None]:
    """Yields texts whose words are highlighted in a field; None stands for the text that is searched by BM25."""
    field, (_, equals, words) = highlighted_field(given), given.partition("=")
    shown_fields(schema, [field])
    if equals:
        yield words.strip()
        return
    if asked.texts and field in text_function(schema, asked.field).input_field_names:
        yield None
        return
    matched = re.findall(rf"text_match\s*\(\s*{re.escape(field)}\s*,\s*({LITERAL})", asked.expression, re.IGNORECASE)
    if not matched:
        raise InvalidInput(
            f"nothing to highlight in {field!r}: it is not searched by --text, and the filter has no text_match of it",
            hint=f"give the words: --highlight '{field}=WORDS'",
        )
    for each in matched:
        yield ESCAPED.sub(r"\1", each[1:-1])
