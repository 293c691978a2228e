"""The words of filters: what each means, the types of the fields that it is for, and the servers that have it."""

from __future__ import annotations

from typing import NamedTuple

NUMBERS = ("INT8", "INT16", "INT32", "INT64", "FLOAT", "DOUBLE")
TEXTS = ("VARCHAR", "TEXT")
ANALYZED = "analyzed"
"""Stands beside the types of a field whose texts the server analyzes."""

KEY = "JSON key"
"""The type of a key in a JSON field, or of the dynamic field: its values may have any type."""

JSON, ARRAYS, SHAPES = ("JSON", KEY), ("ARRAY",), ("GEOMETRY",)
SINGLE = (*NUMBERS, *TEXTS, "BOOL", KEY)
ORDERED = (*NUMBERS, *TEXTS, "TIMESTAMPTZ", KEY)


class FilterWord(NamedTuple):
    """A word of filters. Without `types` it fits any field; `since` is the first Milvus that has it."""

    note: str
    types: tuple[str, ...] = ()
    since: str = ""
    in_lite: bool = True


CONNECTIVES = {"and": FilterWord("both hold"), "or": FilterWord("one holds, or both")}
"""Words that follow a whole condition."""

COMPARISONS = {
    "==": FilterWord("equal", (*SINGLE, "TIMESTAMPTZ")),
    "!=": FilterWord("not equal", (*SINGLE, "TIMESTAMPTZ")),
    ">": FilterWord("greater than", ORDERED),
    ">=": FilterWord("greater than or equal", ORDERED),
    "<": FilterWord("less than", ORDERED),
    "<=": FilterWord("less than or equal", ORDERED),
}
OPERATORS = {
    **COMPARISONS,
    "in": FilterWord("one of a list: in [1, 2]", SINGLE),
    "not in": FilterWord("not in a list", SINGLE),
    "like": FilterWord('text by a pattern: like "A%"', (*TEXTS, KEY)),
    "is null": FilterWord("the value is null", since="2.5"),
    "is not null": FilterWord("the value is not null", since="2.5"),
}
"""Words that follow a field."""

STARTS = {
    "not": FilterWord("does not hold"),
    "exists": FilterWord("the JSON key exists", JSON),
}
FUNCTIONS = {
    "json_contains(": FilterWord("a JSON list has a value: (field, value)", JSON),
    "json_contains_all(": FilterWord("a JSON list has all values: (field, [1, 2])", JSON),
    "json_contains_any(": FilterWord("a JSON list has one of the values", JSON),
    "array_contains(": FilterWord("an ARRAY has a value: (field, value)", ARRAYS),
    "array_contains_all(": FilterWord("an ARRAY has all values: (field, [1, 2])", ARRAYS),
    "array_contains_any(": FilterWord("an ARRAY has one of the values", ARRAYS),
    "array_length(": FilterWord("the number of elements of an ARRAY: (field)", ARRAYS),
    "text_match(": FilterWord('an analyzed text has one of the words: (field, "words")', (ANALYZED,), "2.5"),
    "phrase_match(": FilterWord("an analyzed text has the words in their order", (ANALYZED,), "2.6", in_lite=False),
    "random_sample(": FilterWord("a random sample of rows: (0.01)", (), "2.6", in_lite=False),
    "st_within(": FilterWord('a shape lies within another: (field, "POLYGON (…)")', SHAPES, "2.6"),
    "st_contains(": FilterWord("a shape has another inside: (field, WKT)", SHAPES, "2.6"),
    "st_intersects(": FilterWord("two shapes share a point: (field, WKT)", SHAPES, "2.6"),
    "st_dwithin(": FilterWord("two shapes are near each other: (field, WKT, distance)", SHAPES, "2.6"),
    "st_equals(": FilterWord("two shapes are equal: (field, WKT)", SHAPES, "2.6", in_lite=False),
    "st_touches(": FilterWord("two shapes share only their borders: (field, WKT)", SHAPES, "2.6", in_lite=False),
    "st_overlaps(": FilterWord("two shapes overlap: (field, WKT)", SHAPES, "2.6", in_lite=False),
    "st_crosses(": FilterWord("two shapes cross: (field, WKT)", SHAPES, "2.6", in_lite=False),
}
NUMBER_FUNCTIONS = ("array_length",)
"""Functions whose value is a number, not a condition."""

FILTER_WORDS = {**CONNECTIVES, **OPERATORS, **STARTS, **FUNCTIONS}
