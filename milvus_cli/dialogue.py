"""Asks a person for a collection, field by field. What is wrong is said, and asked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import InvalidInput
from .output.console import Console

if TYPE_CHECKING:
    from .rpc.declaration import Declaration
    from .rpc.wire.schema_pb2 import FieldSchema

END = "an empty name ends them"


@dataclass(frozen=True)
class Field:
    """A declared field, and what was said about it."""

    text: str
    name: str
    type: str
    primary: bool = False
    auto_id: bool = False
    nullable: bool = False


def ask_collection(console: Console, name: str) -> Declaration:
    """The declaration of a collection. Raises InvalidInput when the person ends the dialogue with Ctrl-D."""
    from .rpc.declaration import Declaration
    from .rpc.definition import level_name, level_number
    from .rpc.schema import check_name

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
        dynamic=yes(console, "Take values without a field of their own (dynamic field)?"),
        consistency=ask(console, "Consistency level", "Bounded", lambda text: level_name(level_number(text))),
        shards=int(ask(console, "Shards", "1", lambda text: str(_whole(text)))),
        description=ask(console, "Description", optional=True),
    )


def _ask_fields(console: Console) -> list[Field]:
    console.note(f"Now the fields, one by one; {END}. The first INT64 or VARCHAR that you say so is the primary field.")
    fields: list[Field] = []
    while True:
        name = ask(console, f"Field {len(fields) + 1}", check=lambda text: _free(text, fields), optional=True)
        if not name and any(each.primary for each in fields):
            return fields
        if not name:
            console.note("It needs a primary field: an INT64 or a VARCHAR.")
            continue
        fields.append(_ask_field(console, name, primary=not any(each.primary for each in fields)))


def _ask_field(console: Console, name: str, *, primary: bool) -> Field:
    from .rpc.declaration import parse_plain_field
    from .rpc.schema import DENSE_VECTORS, ELEMENT_TYPES, PRIMARY_TYPES, TYPES

    kind = ask(console, "  Type", "INT64" if primary else "", lambda text: _type(text, TYPES))
    text, sized = f"{name}:{kind}", kind
    if kind == "ARRAY":
        sized = ask(console, "  Type of its elements", check=lambda text: _type(text, ELEMENT_TYPES))
        text = _complete(console, f"{text}:{sized}", "  Capacity", "100", parse_plain_field)
    if sized == "VARCHAR":
        text = _complete(console, text, "  Length", "65535", parse_plain_field)
    if kind in DENSE_VECTORS:
        text = _complete(console, text, "  Dimension", "", parse_plain_field)
    if primary and kind in PRIMARY_TYPES and yes(console, "  Is it the primary field?", default=True):
        return Field(text, name, kind, primary=True, auto_id=yes(console, "  Let Milvus give out its values?"))
    nullable = not kind.endswith("_VECTOR") and yes(console, "  May it be null?")
    return Field(text, name, kind, nullable=nullable)


def _complete(console: Console, text: str, question: str, default: str, parse: Callable[[str], FieldSchema]) -> str:
    """The declaration with the next argument, asked for until both can be read."""

    def check(answer: str) -> str:
        from .rpc.schema import check_limits

        field = parse(f"{text}:{answer}")
        check_limits(field)
        return f"{text}:{answer}"

    return ask(console, question, default, check)


def _type(text: str, types: Iterable[str]) -> str:
    from .rpc.field_json import read_type

    return read_type(text or None, "the field", types)


def _free(name: str, fields: list[Field]) -> str:
    from .rpc.schema import check_name

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
    """An answer that `check` takes; empty where it may be left out."""
    while True:
        answer = console.ask(f"{question}{f' [{default}]' if default else ''}: ") or default
        if not answer and optional:
            return ""
        try:
            return check(answer)
        except InvalidInput as exc:
            console.note(f"{exc.message}{f' ({exc.hint})' if exc.hint else ''}")
