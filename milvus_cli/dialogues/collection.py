"""The questions of `create collection`: the collection, then its fields one by one, then full text search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.dialogue import EMPTY_TEXT
from ..schema.declaration import ANALYZERS, parse_default, parse_plain_field
from ..schema.field_json import DEFAULTS, read_type, write_field
from ..schema.kinds import FIELD_TYPES, ValueShape, shape_of
from ..schema.schema import DENSE_VECTORS, ELEMENT_TYPES, PRIMARY_TYPES, check_limits, check_name
from ..text.consistency import DEFAULT_LEVEL, collection_level

if TYPE_CHECKING:
    from ..grammar.dialogue import Interview

LEVELS = ("Strong", "Bounded", "Session", "Eventually")
"""Consistency levels by the numbers of this dialogue, which are not those of the protocol."""

END = "an empty name ends them"


@dataclass(frozen=True)
class Field:
    """A declared field: its declaration in the notation of -f, and what the later questions depend on."""

    name: str
    type: str
    primary: bool


def ask_collection(ask: Interview) -> None:
    ask.ask("collection", "Name of the collection", needed=True, check=lambda text: check_name(text, "collection"))
    ask.ask_flag("auto_id", "Let Milvus generate primary keys (auto id)")
    ask.ask("description", "Description")
    ask.ask_flag("dynamic", "Enable the dynamic field")
    _ask_level(ask)
    ask.ask("shards", "Shards", shown="1")
    _ask_bm25(ask, _ask_fields(ask))


def _ask_level(ask: Interview) -> None:
    """Asks for a consistency level by its name or by its number in LEVELS."""
    if ask.is_given("consistency"):
        return
    numbered = ", ".join(f"{number} {name}" for number, name in enumerate(LEVELS))
    answer = ask.text(
        f"Consistency level ({numbered})",
        default=DEFAULT_LEVEL,
        check=lambda text: collection_level(_level(text)),
        offered=lambda text: ask.among(LEVELS, text),
    )
    if collection_level(_level(answer)) != DEFAULT_LEVEL:
        ask.give("consistency", collection_level(_level(answer)))


def _level(text: str) -> str:
    return LEVELS[int(text)] if text in ("0", "1", "2", "3") else text


def _ask_fields(ask: Interview) -> list[Field]:
    ask.note(f"Now the fields, one by one; {END}.")
    fields: list[Field] = []
    while True:
        name = ask.text(f"Field {len(fields) + 1}, its name", check=lambda text: _require_free(text, fields))
        if name:
            fields.append(_ask_field(ask, name, fields))
        elif any(each.primary for each in fields):
            return fields
        else:
            ask.note("It needs a primary field: an INT64 or a VARCHAR.")


def _ask_field(ask: Interview, name: str, before: list[Field]) -> Field:
    kind = _ask_type(ask, "  Type", FIELD_TYPES)
    description = ask.text("  Description")
    primary = not any(each.primary for each in before) and kind in PRIMARY_TYPES
    primary = primary and ask.yes("  Is it the primary field?")
    text = _ask_sizes(ask, name, kind)
    if description:
        text = json.dumps({**write_field(parse_plain_field(text)), "description": description}, ensure_ascii=False)
    ask.give("fields", text)
    if primary:
        ask.give("primary", name)
    elif not kind.endswith("_VECTOR"):
        _ask_absence(ask, name, kind)
    return Field(name, kind, primary)


def _ask_sizes(ask: Interview, name: str, kind: str) -> str:
    """Asks for what the type needs; returns the field's declaration."""
    text, sized = f"{name}:{kind}", kind
    if kind == "ARRAY":
        sized = _ask_type(ask, "  Type of its elements", ELEMENT_TYPES)
        text = _ask_size(ask, f"{text}:{sized}", "  Capacity", "100")
    if sized == "VARCHAR":
        text = _ask_size(ask, text, "  Length", "65535")
    if kind in DENSE_VECTORS:
        text = _ask_size(ask, text, "  Dimension")
    return text


def _ask_type(ask: Interview, question: str, types: Iterable[str]) -> str:
    answer = ask.text(
        question,
        needed=True,
        check=lambda text: read_type(text, "the field", types),
        offered=lambda text: ask.among(types, text),
    )
    return read_type(answer, "the field", types)


def _ask_size(ask: Interview, text: str, question: str, default: str = "") -> str:
    """Asks for the declaration's next argument until the whole can be parsed; returns it."""
    check: Callable[[str], object] = lambda answer: check_limits(parse_plain_field(f"{text}:{answer}"))  # noqa: E731
    return f"{text}:{ask.text(question, default=default, needed=True, check=check)}"


def _ask_absence(ask: Interview, name: str, kind: str) -> None:
    """Asks what may stand for a missing value."""
    if ask.yes("  May it be null?"):
        ask.give("nullable", name)
    if kind in DEFAULTS:
        default = _ask_default(ask, name, kind)
        if default is not None:
            ask.give("defaults", f"{name}={default}")


def _ask_default(ask: Interview, name: str, kind: str) -> str | None:
    is_text = shape_of(kind) is ValueShape.TEXT
    field = parse_plain_field(f"{name}:{kind}")

    def read(answer: str) -> str:
        return "" if is_text and answer == EMPTY_TEXT else answer

    answer = ask.text(
        f"  Default value (empty: none{f'; {EMPTY_TEXT}: an empty text' if is_text else ''})",
        check=lambda text: parse_default(field, read(text)),
    )
    return read(answer) if answer else None


def _ask_bm25(ask: Interview, fields: list[Field]) -> None:
    """Asks for a text field and the sparse vector field that is filled from it."""
    texts = [each.name for each in fields if each.type == "VARCHAR" and not each.primary]
    if not texts or not ask.yes("Add full text search (a BM25 function)?"):
        return
    sparse = [each.name for each in fields if each.type == "SPARSE_FLOAT_VECTOR"]
    source = ask.choice("  Text field", texts, default=texts[0])
    target = ask.text(
        "  Sparse vector field, added where it is missing",
        default=sparse[0] if sparse else f"{source}_sparse",
        check=lambda text: check_name(text, "field"),
    )
    analyzer = ask.choice("  Analyzer", ANALYZERS, default=ANALYZERS[0])
    ask.give("bm25", ":".join([source, target, *([analyzer] if analyzer != ANALYZERS[0] else [])]))


def _require_free(name: str, fields: list[Field]) -> None:
    check_name(name, "field")
    if name in [each.name for each in fields]:
        raise InvalidInput(f"there is a field {name!r}")
