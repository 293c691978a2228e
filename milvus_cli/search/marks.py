"""Reads what comes with a hit besides its fields: the matching element, the group value, highlighted text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..client.failures import invalid
from ..errors import CliError
from ..schema.nested import is_nested
from ..schema.schema import primary_field
from ..values.decode import decode_column

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldData, SearchResultData
    from .extra_options import ExtraOptions

ELEMENT = "element"

LISTS = 200
"""The difference of the PlaceholderType of a list of vectors to that of one."""


def highlighted_field(text: str) -> str:
    """Returns the field of `FIELD` or `FIELD=WORDS`."""
    return text.partition("=")[0].strip()


class Mark(NamedTuple):
    """A column of this kind; `source` is the field that it tells about."""

    kind: Literal["element", "group", "highlight"]
    source: str = ""

    @property
    def column(self) -> str:
        return {"element": ELEMENT, "group": self.source, "highlight": f"{self.source}_highlight"}[self.kind]


def hit_marks(
    asked: ExtraOptions, schema: CollectionSchema, shown: Sequence[str], *, kind: int, field: str
) -> Sequence[Mark]:
    """Returns the marks of a search of this field, with queries of this kind, beside the columns that are shown."""
    if not (asked.group_by or asked.highlight or schema.struct_array_fields):
        return ()
    primary = primary_field(schema)
    found = [Mark("element")] if is_nested(field) and kind < LISTS else []
    if asked.group_by and asked.group_by not in shown and asked.group_by != (primary.name if primary else ""):
        found.append(Mark("group", asked.group_by))
    return [*found, *(Mark("highlight", name) for name in dict.fromkeys(map(highlighted_field, asked.highlight)))]


def mark_columns(results: SearchResultData, marks: Sequence[Mark], count: int) -> list[Sequence[Any]]:
    """Returns the values of each mark, one per hit; None where the server sent none."""
    found = [READERS[each.kind](results, each.source) for each in marks]
    for mark, values in zip(marks, found, strict=True):
        if count and not values and mark.kind == "group":
            raise CliError(
                f"this server does not tell the {mark.source!r} of its groups",
                hint=f"ask for it: --fields {mark.source}",
            )
    return [values or [None] * count for values in found]


def _elements(results: SearchResultData, source: str) -> Sequence[Any]:
    return results.element_indices.data


def _groups(results: SearchResultData, source: str) -> Sequence[Any]:
    """Reads the values that hits are grouped by; for a path in JSON they come under the name of its field."""
    columns: list[FieldData] = list(results.group_by_field_values)
    if not columns and results.HasField("group_by_field_value"):
        columns = [results.group_by_field_value]
    named = next((each for each in columns if each.field_name == source), None)
    chosen = named if named is not None else next(iter(columns), None)
    return decode_column(chosen) if chosen is not None else ()


def _highlights(results: SearchResultData, source: str) -> Sequence[Any]:
    found = next((each for each in results.highlight_results if each.field_name == source), None)
    if found is None and results.highlight_results and results.scores:
        raise invalid("Search", f"highlights of {source!r} were requested and are missing")
    return [list(each.fragments) for each in found.datas] if found is not None else ()


READERS = {"element": _elements, "group": _groups, "highlight": _highlights}
