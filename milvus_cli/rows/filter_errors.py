"""Errors of filters: what a server refuses is shown with a caret, and a hint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from ..errors import CliError, ServerRefused
from ..schema.schema import row_fields
from ..text.names import nearest
from .filter_hints import Fields, foreign_hint, misfit
from .filters import LITERAL, pointed

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

WORD_PATTERN = re.compile(rf"{LITERAL}|\{{\w+\}}|(?P<word>[^\W\d]\w*)(?P<call>\s*\()?", re.DOTALL)
KEYWORDS = {"and", "or", "not", "in", "like", "is", "null", "exists", "true", "false"}

# How refusals of a filter begin: Milvus gives the position as line:column from 0, Milvus Lite as column from 1.
MILVUS = "cannot parse expression: "
NOT_BOOLEAN = "predicate is not a boolean expression: "
NO_KERNEL = re.compile(r"Function '\w+' has no kernel matching input types.*", re.DOTALL)
"""Milvus Lite on values of other types."""
NOT_EVALUATED = ("=> unsupported data type JSON", "=> unsupported expr proto node")
"""Milvus 2.3 on conditions without a field, or with one side that is neither a field nor a value."""
LITE_CODE = 6
PATTERN = "unsupported pattern "
REASONS = (
    (re.compile(r".*'<EOF>'.*"), "unexpected end of the filter"),
    (re.compile(r"(?:mismatched|extraneous) input ('.*?') expecting .*"), r"unexpected \1"),
    (re.compile(r"token recognition error at: '([^\s']+).*"), r"unexpected '\1'"),
    (re.compile(r"no viable alternative at input .*"), "expected a value or a condition"),
    (re.compile(r"unexpected end of expression"), "unexpected end of the filter"),
    (re.compile(r"field (\S+) not exist"), r"unknown field '\1'"),
    (re.compile(r"(.*) got ''"), r"\1, but it ends"),
    (re.compile(r'strconv\.ParseInt: parsing "(.*)": value out of range'), r"\1 is out of the range of INT64"),
    (re.compile(r"unsupported pattern: (.*), only prefix pattern match .*"), r"unsupported pattern '\1'"),
    (re.compile(r"invalid expression: .*", re.DOTALL), "it is not a condition"),
)
SINCE = {
    "minimum_should_match": "2.6",
    "phrase_match": "2.6",
    "text_match": "2.5",
    "is null": "2.5",
    "is not null": "2.5",
}
"""Words of filters, with the first Milvus that has them."""


class Refusal(NamedTuple):
    """The server's reason, its words for it, and the position of the error if it is known."""

    reason: str
    position: int | None
    said: str


@contextmanager
def explaining_filter_errors(expression: str, schema: CollectionSchema) -> Iterator[None]:
    """Turns a server's refusal of the filter into a CliError with a caret and a hint."""
    try:
        yield
    except ServerRefused as exc:
        found = _refusal(exc, expression)
        if found is None:
            raise
        message, hint = _explained(expression, found, schema)
        raise CliError(message, hint=hint, fault=exc.fault, server_code=exc.server_code) from exc


def _filterable(schema: CollectionSchema) -> Fields:
    """Returns the fields of filters by name, without those that Milvus computes and its dynamic field."""
    hidden = {field.name for field in schema.fields if field.is_function_output or field.is_dynamic}
    return {field.name: field for field in row_fields(schema) if field.name not in hidden}


def _explained(expression: str, refusal: Refusal, schema: CollectionSchema) -> tuple[str, str]:
    """Returns message and hint."""
    fields = _filterable(schema)
    reason, position, hint = refusal.reason, refusal.position, ""
    if (found := misfit(expression, refusal.said, position, fields)) is not None:
        reason, position, hint = found
    shown = "" if position is None else f"\n{pointed(expression, position)}"
    hint = hint or _filter_hint(expression, refusal, fields, has_keys=schema.enable_dynamic_field)
    return f"invalid filter: {reason}{shown}", hint


def _refusal(error: ServerRefused, expression: str) -> Refusal | None:
    """Returns None if the refusal is not about the filter."""
    text = error.reason or error.message
    _, milvus, reason = text.partition(f"{MILVUS}{expression}, error: ")
    if milvus:
        found = re.match(r"line \d+:(\d+) ", reason)
        position = int(found[1]) if found else None
        reason = reason[found.end() :] if found else reason.removesuffix(": invalid parameter")
    elif NOT_BOOLEAN in text:
        return Refusal("it is not a condition", None, text)
    elif NO_KERNEL.fullmatch(text) or any(each in text for each in NOT_EVALUATED):
        return Refusal("the server can't compare these values", None, text)
    else:
        found = re.search(r" at column (\d+)$", text)
        if found is None or error.server_code != LITE_CODE:
            return None
        reason, position = text[: found.start()], int(found[1]) - 1
    said = reason
    for pattern, words in REASONS:
        if pattern.fullmatch(reason):
            reason = pattern.sub(words, reason)
            break
    if position is None:
        position = _position_of(expression, reason)
    return Refusal(reason, None if position is None else min(position, len(expression)), said)


def _position_of(expression: str, reason: str) -> int | None:
    """Returns the position of an unknown field."""
    name = reason.removeprefix("unknown field '").removesuffix("'")
    return next((position for word, position in _field_words(expression).items() if word == name), None)


def _field_words(expression: str) -> Mapping[str, int]:
    """Returns the words of a filter that may be fields, with their first positions."""
    found: dict[str, int] = {}
    for match in WORD_PATTERN.finditer(expression):
        word = match["word"]
        if word and not match["call"] and word.lower() not in KEYWORDS:
            found.setdefault(word, match.start())
    return found


def _is_after(expression: str, word: str, position: int | None) -> bool:
    """Reports whether a position is that of a word, or of the character that follows it."""
    if position is None:
        return False
    return expression[:position].lower().rstrip().endswith(word) or expression[position:].lower().startswith(word)


def _filter_hint(expression: str, refusal: Refusal, fields: Fields, *, has_keys: bool) -> str:
    position = refusal.position
    if hint := foreign_hint(expression, position, fields, has_keys=has_keys):
        return hint
    for word, since in SINCE.items():
        if word in expression.lower() and (word in refusal.said or _is_after(expression, word, position)):
            return f"{word} requires Milvus {since}"
    if refusal.reason.startswith(PATTERN):
        return "patterns with more than a % at their end require Milvus 2.4"
    if position is not None and re.match("=(?!=)", expression[position:]):
        return "equality is written =="
    unknown = [word for word in _field_words(expression) if word not in fields]
    near = next((hint for word in unknown if (hint := nearest(word, fields))), "")
    is_about_fields = bool(unknown) or "field" in refusal.said
    return near or (f"fields: {', '.join(fields)}" if is_about_fields else "help filters")
