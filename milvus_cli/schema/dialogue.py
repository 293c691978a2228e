"""Asks for a collection's definition, field by field; repeats a question after an invalid answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..errors import InvalidInput
from ..output.console import Console
from ..text.consistency import DEFAULT_LEVEL, collection_level
from .declaration import ANALYZERS, Declaration, parse_default, parse_index, parse_plain_field
from .field_json import DEFAULTS, read_type
from .kinds import FIELD_TYPES
from .schema import DENSE_VECTORS, ELEMENT_TYPES, PRIMARY_TYPES, check_limits, check_name

END = "an empty name ends them"
USUAL_INDEXES = {"BINARY_VECTOR": "BIN_FLAT:HAMMING", "SPARSE_FLOAT_VECTOR": "SPARSE_INVERTED_INDEX:IP"}
"""Default indexes of types for which AUTOINDEX with COSINE is not suitable."""


@dataclass(frozen=True)
class Field:
    """A declared field with the answers about it."""

    text: str
    name: str
    type: str
    primary: bool = False
    auto_id: bool = False
    nullable: bool = False
    default: str = ""
    bm25: str = ""
    index: str = ""


def ask_collection(console: Console, name: str) -> Declaration:
    """Asks for the declaration of a collection. Raises InvalidInput when the dialogue is ended with Ctrl-D."""

    def named(text: str) -> str:
        check_name(text, "collection")
        return text

    name = name or ask(console, "Name of the collection", check=named)
    fields = _ask_fields(console)
    primary = next(each for each in fields if each.primary)
    return Declaration(
        name,
        tuple(each.text for each in fields),
        primary=primary.name,
        auto_id=primary.auto_id,
        nullable=tuple(each.name for each in fields if each.nullable),
        defaults=tuple(f"{each.name}={each.default}" for each in fields if each.default),
        bm25=tuple(each.bm25 for each in fields if each.bm25),
        indexes=tuple(each.index for each in fields if each.index),
        dynamic=yes(console, "Take values without a field of their own (dynamic field)?"),
        consistency=ask(console, "Consistency level", DEFAULT_LEVEL, collection_level),
        shards=int(ask(console, "Shards", "1", lambda text: str(_whole(text)))),
        description=ask(console, "Description", optional=True),
    )


def _ask_fields(console: Console) -> list[Field]:
    console.note(f"Now the fields, one by one; {END}. Enter takes what stands in brackets.")
    fields: list[Field] = []
    while True:
        name = ask(console, f"Field {len(fields) + 1}", check=lambda text: _free(text, fields), optional=True)
        if not name and any(each.primary for each in fields):
            return fields
        if not name:
            console.note("It needs a primary field: an INT64 or a VARCHAR.")
            continue
        fields.append(_ask_field(console, name, fields))


def _ask_field(console: Console, name: str, before: list[Field]) -> Field:
    primary = not any(each.primary for each in before)
    kind, text = _ask_type(console, name, "INT64" if primary else "")
    if primary and kind in PRIMARY_TYPES and yes(console, "  Is it the primary field?", default=True):
        return Field(text, name, kind, primary=True, auto_id=yes(console, "  Let Milvus give out its values?"))
    if kind.endswith("_VECTOR"):
        return _ask_vector(console, Field(text, name, kind), before)
    return Field(
        text, name, kind, nullable=yes(console, "  May it be null?"), default=_ask_default(console, kind, text)
    )


def _ask_type(console: Console, name: str, usual: str) -> tuple[str, str]:
    """Asks for a type; returns it, and the field's declaration with sizes."""
    kind = ask(console, "  Type", usual, lambda text: _type(text, FIELD_TYPES))
    text, sized = f"{name}:{kind}", kind
    if kind == "ARRAY":
        sized = ask(console, "  Type of its elements", check=lambda text: _type(text, ELEMENT_TYPES))
        text = _complete(console, f"{text}:{sized}", "  Capacity", "100")
    if sized == "VARCHAR":
        text = _complete(console, text, "  Length", "65535")
    if kind in DENSE_VECTORS:
        text = _complete(console, text, "  Dimension")
    return kind, text


def _ask_default(console: Console, kind: str, text: str) -> str:
    def check(answer: str) -> str:
        parse_default(parse_plain_field(text), answer)
        return answer

    return ask(console, "  Default value, if any", check=check, optional=True) if kind in DEFAULTS else ""


def _ask_vector(console: Console, field: Field, before: list[Field]) -> Field:
    def check(answer: str) -> str:
        if answer.lower() == "none":
            return ""
        parse_index(f"{field.name}:{answer}")
        return f"{field.name}:{answer}"

    bm25 = _ask_bm25(console, field.name, before) if field.type == "SPARSE_FLOAT_VECTOR" else ""
    usual = USUAL_INDEXES.get(field.type, "AUTOINDEX:COSINE")
    index = ask(console, "  Index, or none", "SPARSE_INVERTED_INDEX:BM25" if bm25 else usual, check)
    return replace(field, bm25=bm25, index=index)


def _ask_bm25(console: Console, name: str, before: list[Field]) -> str:
    """Asks for a text field to fill the vector from; returns `text:sparse:analyzer`, or "" for none."""
    texts = [each.name for each in before if each.type == "VARCHAR" and not each.primary]
    if not texts:
        return ""
    question = f"  Fill it from a text, for full text search ({', '.join(texts)})"
    source = ask(console, question, check=lambda text: _one_of(text, texts), optional=True)
    if not source:
        return ""
    analyzer = ask(console, "  Analyzer", ANALYZERS[0], lambda text: _one_of(text, ANALYZERS))
    return f"{source}:{name}" + (f":{analyzer}" if analyzer != ANALYZERS[0] else "")


def _complete(console: Console, text: str, question: str, default: str = "") -> str:
    """Asks for the declaration's next argument until the whole can be parsed; returns it."""

    def check(answer: str) -> str:
        check_limits(parse_plain_field(f"{text}:{answer}"))
        return f"{text}:{answer}"

    return ask(console, question, default, check)


def _type(text: str, types: Iterable[str]) -> str:
    return read_type(text or None, "the field", types)


def _one_of(text: str, words: Sequence[str]) -> str:
    if text not in words:
        raise InvalidInput(f"{text!r} is none of: {', '.join(words)}")
    return text


def _free(name: str, fields: list[Field]) -> str:
    check_name(name, "field")
    if name in [each.name for each in fields]:
        raise InvalidInput(f"there is a field {name!r}")
    return name


def _whole(text: str) -> int:
    if not text.isdecimal() or not 1 <= len(text) < 5:
        raise InvalidInput(f"{text!r} is no whole number")
    return int(text)


def yes(console: Console, question: str, *, default: bool = False) -> bool:
    answer = console.ask(f"{question} [{'Y/n' if default else 'y/N'}] ").lower()
    return answer.startswith("y") if answer else default


def ask(
    console: Console, question: str, default: str = "", check: Callable[[str], str] = str, *, optional: bool = False
) -> str:
    """Asks until `check` accepts the answer, and returns the checked value; "" if the answer is optional."""
    while True:
        answer = console.ask(f"{question}{f' [{default}]' if default else ''}: ") or default
        if not answer and optional:
            return ""
        try:
            return check(answer)
        except InvalidInput as exc:
            console.note(f"{exc.message}{f' ({exc.hint})' if exc.hint else ''}")
