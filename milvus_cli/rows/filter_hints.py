"""Hints for refused filters: notations of other languages, and values that don't fit the type of their field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..schema.schema import is_vector, kind_of, params
from ..text.filter_words import COMPARISONS, KEY, NUMBERS, TEXTS
from .filters import LITERAL, quoted

if TYPE_CHECKING:
    from ..schema.schema import Field

Fields: TypeAlias = "Mapping[str, Field]"
"""The fields of a filter by name."""
Found: TypeAlias = "re.Match[str]"

NAME = r"[^\W\d]\w*"
OPERAND = rf"(?<![\w\"'.\]])(?P<field>{NAME})(?P<keys>(?:\[[^\]]*\])*)"
UNQUOTED = r"[+-]?\d[\w.]*(?:[-/:+][\w.:]+)*(?:\s\d\d?:\d\d[\w.:+-]*)?"
"""A number, or a date, a time or an identifier without the quotes that it needs."""
REST = r"[^\s()\[\]{}\"'&|,]"
"""A character of a word without quotes."""
VALUE = rf"(?P<value>{LITERAL}|{UNQUOTED}|(?:true|false)\b)"
HOLDS = r"(?P<word>i?contains|has|includes|i?starts\W?_?with|i?ends\W?_?with|ilike|rlike|match(?:es)?|regexp?|=~|~\*?)"
MISFIT = re.compile(r"incompatible|casted|cast value|comparisons|LIKE requires|like operation|no kernel")
"""In refusals of values that don't fit their field."""


NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?")


class Foreign(NamedTuple):
    """A notation that filters lack, and the hint for it; "" where it does not fit the field."""

    pattern: re.Pattern[str]
    hint: Callable[[Found, Fields], str]


class Misfit(NamedTuple):
    """A value that does not fit the type of its field: the reason, its position, and a hint."""

    reason: str
    position: int
    hint: str


def foreign_hint(expression: str, position: int | None, fields: Fields, *, has_keys: bool) -> str:
    """Returns a hint for the first notation of another language at a position; "" if there is none.

    With `has_keys`, an unknown name may be a key of the dynamic field.
    """
    for each in FOREIGN:
        for found in _outside_literals(each.pattern, expression):
            at_place = position is None or found.start() <= position <= found.end()
            field = found.groupdict().get("field")
            exists = has_keys or field is None or field in fields
            if at_place and exists and (hint := each.hint(found, fields)):
                return hint
    return ""


def misfit(expression: str, said: str, position: int | None, fields: Fields) -> Misfit | None:
    """Returns the value that a server says does not fit its field."""
    if not MISFIT.search(said):
        return None
    for found in _outside_literals(COMPARISON, expression):
        at_place = position is None or found.start() <= position <= found.end()
        if at_place and (reason := _misfit_of(found, fields)) is not None:
            return reason
    return None


def _outside_literals(pattern: re.Pattern[str], expression: str) -> Iterator[Found]:
    literals = [each.span() for each in re.finditer(LITERAL, expression, re.DOTALL)]
    for found in pattern.finditer(expression):
        if not any(start < found.start() < end for start, end in literals):
            yield found


def _type(found: Found, fields: Fields) -> str:
    """Returns the type of a match's field, KEY for a key of JSON or an unknown name, "" for an element."""
    field = fields.get(found["field"])
    kind = KEY if field is None else kind_of(field)
    return kind if not found["keys"] else KEY if kind in ("JSON", KEY) else ""


def _operand(found: Found) -> str:
    return f"{found['field']}{found['keys']}"


def _text(literal: str) -> str:
    """Returns the text in a literal, or of a number."""
    return re.sub(r"\\(.)", r"\1", literal[1:-1]) if literal[:1] in ("'", '"') else literal


def _value(literal: str) -> str:
    """Returns a value as filters write it: a text in double quotes, also if it came without any."""
    is_bare = literal[:1] == '"' or NUMBER.fullmatch(literal) or literal.lower() in ("true", "false")
    return literal if is_bare else quoted(_text(literal))


def _bound(literal: str, found: Found, fields: Fields) -> str:
    return quoted(_text(literal)) if _type(found, fields) in TEXTS else _value(literal)


def _between_hint(found: Found, fields: Fields) -> str:
    low, high = (_bound(found[name], found, fields) for name in ("low", "high"))
    return f"{_operand(found)} >= {low} and {_operand(found)} <= {high}"


def _member_hint(found: Found, fields: Fields) -> str:
    kind, operand, value = _type(found, fields), _operand(found), found["value"]
    if kind == "ARRAY":
        return f"array_contains({operand}, {_value(value)})"
    if kind in ("JSON", KEY):
        return f"json_contains({operand}, {_value(value)})"
    return _like_hint(found, fields, f"%{_text(value)}%") if kind in TEXTS else ""


def _in_hint(found: Found, fields: Fields) -> str:
    hint = _member_hint(found, fields)
    return f"not ({hint})" if hint and found["not"] else hint


def _like_hint(found: Found, fields: Fields, pattern: str) -> str:
    operand, field = _operand(found), fields.get(found["field"])
    hint = f"{operand} like {quoted(pattern)}"
    matches = field is not None and params(field.type_params).get("enable_match", "").lower() == "true"
    return f"{hint}; whole words: text_match({operand}, {_value(found['value'])})" if matches else hint


def _holds_hint(found: Found, fields: Fields) -> str:
    word, text = found["word"].lower(), _text(found["value"])
    kind = _type(found, fields)
    if kind in ("ARRAY", "JSON"):
        return _member_hint(found, fields)
    if kind not in (*TEXTS, KEY):
        return ""
    if "like" in word:
        return _like_hint(found, fields, text)
    before, after = "" if "start" in word else "%", "" if "end" in word else "%"
    return _like_hint(found, fields, f"{before}{text}{after}")


def _path_hint(found: Found, fields: Fields) -> str:
    field = fields.get(found["field"])
    if field is not None and kind_of(field) != "JSON":
        return ""
    keys = "".join(f"[{json.dumps(key, ensure_ascii=False)}]" for key in re.findall(r"\w+", found["path"]))
    return f"keys of JSON are written {_operand(found)}{keys}"


def _list_hint(found: Found, fields: Fields) -> str:
    items = found["items"].strip().removeprefix("(").removesuffix(")").strip()
    return f"lists are written in square brackets: {_operand(found)} {found['word']} [{items}]"


def _length_hint(found: Found, fields: Fields) -> str:
    return f"array_length({_operand(found)})" if _type(found, fields) in ("ARRAY", "") else ""


def _bare_hint(found: Found, fields: Fields) -> str:
    word = found["bare"]
    if word in fields:
        return ""
    if word.lower() in ("null", "none", "nil"):
        return f"{_operand(found)} is {'not ' if found['operator'] == '!=' else ''}null"
    return f"texts are written in quotes: {_operand(found)} {found['operator']} {quoted(word)}"


def _unquoted_hint(found: Found, fields: Fields) -> str:
    value = found["pattern"] or found["value"]
    if NUMBER.fullmatch(value) or _type(found, fields) not in (*TEXTS, KEY):
        return ""
    return f"texts are written in quotes: {_operand(found)} {found['operator']} {quoted(value)}"


def _quoted_field_hint(found: Found, fields: Fields) -> str:
    return f"fields are written without quotes: {found['field']}" if found["field"] in fields else ""


def _foreign(pattern: str, hint: Callable[[Found, Fields], str]) -> Foreign:
    return Foreign(re.compile(pattern, re.IGNORECASE | re.DOTALL), hint)


FOREIGN = (
    _foreign(rf"{OPERAND}(?P<path>(?:\.{NAME})+)", _path_hint),
    _foreign(rf"{OPERAND}(?P<path>(?:->>?['\"]?\w+['\"]?)+)", _path_hint),
    _foreign(rf"(?<!\w)(?P<field>{NAME})(?P<keys>)(?P<path>\[\s*{NAME}\s*\])", _path_hint),
    _foreign(rf"{VALUE}\s+(?P<not>not\s+)?in\s+{OPERAND}(?!\s*\()", _in_hint),
    _foreign(rf"{OPERAND}\s*{HOLDS}\s*{VALUE}", _holds_hint),
    _foreign(rf"(?<!\w){HOLDS}\s*\(\s*{OPERAND}\s*,\s*{VALUE}\s*\)", _holds_hint),
    _foreign(
        rf"{OPERAND}\s+not\s+like\s+{VALUE}",
        lambda found, fields: f"not ({_operand(found)} like {_value(found['value'])})",
    ),
    _foreign(
        rf"{OPERAND}\s+between\s+(?P<low>{LITERAL}|\S+)\s+and\s+(?P<high>{LITERAL}|[^\s)]+)",
        _between_hint,
    ),
    _foreign(rf"{OPERAND}\s+(?P<word>(?:not\s+)?in)\s*(?P<items>\([^()]*\)|[^\s\[{{()\w].*|\d.*)", _list_hint),
    _foreign(rf"\b(?:len|length|size|cardinality|array_size)\s*\(\s*{OPERAND}\s*\)", _length_hint),
    _foreign(rf"[\"'`](?P<field>{NAME})[\"'`](?=\s*(?:[=!<>]|in\b|like\b))", _quoted_field_hint),
    _foreign(rf"{OPERAND}\s*(?P<operator>[=!]=)\s*(?P<bare>{NAME}(?![\w(\[.]){REST}*)", _bare_hint),
    _foreign(rf"{OPERAND}\s+(?P<operator>like)\s+(?P<bare>{NAME}(?![\w(\[.]){REST}*|%{REST}*)", _bare_hint),
    _foreign(
        rf"{OPERAND}\s*(?P<operator>[=!<>]=|[<>]|like\b(?=\s*(?P<pattern>(?:{UNQUOTED}){REST}*)))"
        rf"\s*(?P<value>{UNQUOTED})",
        _unquoted_hint,
    ),
    _foreign(r"<>", lambda found, fields: "inequality is written !="),
    _foreign(
        r"(?-i:\b(?:AND|OR|NOT|IN|LIKE)\b)",
        lambda found, fields: "Milvus 2.3 has and, or, not, in and like in lower case only",
    ),
    _foreign(r"^\s*where\b", lambda found, fields: "leave out where: a filter is only the condition"),
)
"""Notations of SQL, JavaScript, Python and other databases; the first that fits gives the hint."""

COMPARISON = re.compile(
    rf"{OPERAND}\s*(?P<operator>==|!=|<=|>=|<|>|\blike\b|\b(?:not\s+)?in\s*\[)\s*{VALUE}", re.IGNORECASE | re.DOTALL
)


def _misfit_of(found: Found, fields: Fields) -> Misfit | None:
    name, operator, value = found["field"], found["operator"], found["value"]
    field = fields.get(name)
    if field is None or (found["keys"] and kind_of(field) != "ARRAY"):
        return None
    kind, like = kind_of(field), operator.lower() == "like"
    hint = _fitting(found, kind, is_vector=is_vector(field))
    if hint is None:
        return None
    reason = f"like needs a text, and {name!r} is {kind}" if like else f"expected {kind} for {name!r}, got {value}"
    return Misfit(reason, found.start("value"), hint)


def _fitting(found: Found, kind: str, *, is_vector: bool) -> str | None:
    """Returns a hint for a value that a field of this type does not compare with; None for one that fits."""
    operand, operator, value = _operand(found), found["operator"], found["value"]
    is_text, is_truth = value[0] in "\"'", value.lower() in ("true", "false")
    if is_vector:
        return "vectors can't be compared in a filter: help searching"
    if kind == "ARRAY" and not found["keys"]:
        return f"array_contains({operand}, {_value(value)})"
    if kind == "JSON":
        return f'compare one of its keys: {operand}["KEY"] {operator} {value}'
    if kind in NUMBERS and (is_text or is_truth):
        number = _text(value) if NUMBER.fullmatch(_text(value)) else "1"
        return f"numbers are written without quotes: {operand} {operator if operator in COMPARISONS else '=='} {number}"
    if kind in TEXTS and not is_text:
        return f"texts are written in quotes: {operand} {operator} {quoted(value)}"
    return f"{operand} == true" if kind == "BOOL" and not is_truth else None
