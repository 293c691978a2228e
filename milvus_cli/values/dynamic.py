"""Keys of the dynamic field: parses them, and detects those that no row has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..schema.nested import nested_names
from ..text.names import missing_name, nearest

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

DYNAMIC = "$meta"
"""The dynamic field, with a JSON object per row for values without a field of their own."""
COUNT = "count(*)"

QUOTED = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
NAME = re.compile(rf"(?:\[\s*{QUOTED}\s*\]|[^,])+")
KEY = re.compile(rf"{re.escape(DYNAMIC)}\s*\[\s*({QUOTED})\s*\]")
KEY_HINT = """write it as '$meta["key"]'"""
REMEMBERED = 100
"""Most other keys that are kept for a hint."""


def names_in(text: str | None) -> list[str]:
    """Splits a list of names such as `a,b,$meta["c,d"]`."""
    return [name for each in NAME.findall(text or "") if (name := each.strip())]


def is_count(name: str) -> bool:
    """Reports whether a name is count(*), in any case, like servers."""
    return name.strip().lower() == COUNT


def dynamic_key(schema: CollectionSchema, name: str, known: Sequence[str]) -> str | None:
    """Returns the key of the dynamic field that a name denotes; None for a known field.

    Raises CliError for a name that is neither a field nor a possible key.
    """
    if name in known or (name == DYNAMIC and schema.enable_dynamic_field):
        return None
    if not schema.enable_dynamic_field:
        missing = missing_name("field", name, known, before=f"{schema.name} has ")
        raise missing.with_context(hint=_whole_hint(name, known))
    if not name.startswith(f"{DYNAMIC}["):
        return name
    found = KEY.fullmatch(name)
    key = _unquoted(found[1]) if found else ""
    if not key or key == DYNAMIC:
        raise InvalidInput(f"invalid key of the dynamic field: {name}", hint=KEY_HINT)
    if key in known:
        raise InvalidInput(
            f"{key!r} is a field of {schema.name}, not a key of its dynamic field", hint=f"--fields {key}"
        )
    return key


def reserved_names(schema: CollectionSchema) -> frozenset[str]:
    """Returns names that are invalid as dynamic keys: Milvus hides such a key, Milvus Lite reads it as the field."""
    structs = (each.name for each in schema.struct_array_fields)
    return frozenset((DYNAMIC, *(each.name for each in schema.fields), *structs, *nested_names(schema)))


def reserved_key(value: Mapping[str, Any], reserved: frozenset[str]) -> str | None:
    """Returns the first reserved key of an object; None without one."""
    return None if reserved.isdisjoint(value) else next(key for key in value if key in reserved)


def dynamic_objects(values: Iterable[Any]) -> list[dict[str, Any]]:
    """Returns the values of a decoded dynamic field, a dict for each row."""
    return [each if isinstance(each, dict) else {} for each in values]


def _whole_hint(name: str, known: Sequence[str]) -> str:
    """Returns a hint for a part of a known field, such as `metadata["page"]` or `metadata.page`, else ""."""
    field = re.split(r"[\[.]", name, maxsplit=1)[0].strip()
    return f"fields are read whole: --fields {field}" if field != name and field in known else ""


def _unquoted(text: str) -> str:
    """Returns the text of a quoted literal; "" if its escapes are not JSON's."""
    inner = text[1:-1] if text[0] == '"' else text[1:-1].replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:
        return ""


class NoSuchKey(CliError):
    """A requested key of the dynamic field is in no row."""


class Wanted:
    """Requested keys of the dynamic field that no row has had so far.

    A plain name that is in no row at all is probably a mistyped field; one that some rows lack is normal. Keys
    requested as `$meta["key"]` are not tracked: they are null if no row has them.
    """

    def __init__(self, schema: CollectionSchema, keys: Iterable[str]) -> None:
        self._schema = schema
        self._missing = dict.fromkeys(keys)
        self._others: dict[str, None] = {}
        self._rows = 0

    @property
    def is_open(self) -> bool:
        """Reports whether a key is still missing from all rows."""
        return bool(self._missing)

    def see(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Records the keys of some rows."""
        if not self._missing:
            return
        self._rows += len(rows)
        for row in rows:
            for key in row:
                self._missing.pop(key, None)
                if len(self._others) < REMEMBERED:
                    self._others[key] = None

    def failure(self) -> CliError | None:
        """Returns an error if no row had a key; None without rows."""
        if not self._missing or not self._rows:
            return None
        first, names = next(iter(self._missing)), ", ".join(map(repr, self._missing))
        where = "the row has" if self._rows == 1 else f"any of the {self._rows:,} rows has"
        known = [*(field.name for field in self._schema.fields), *self._others]
        return NoSuchKey(
            f"field not found: {names} (not in the schema of {self._schema.name!r}, and no key that {where})",
            hint=_whole_hint(first, known) or nearest(first, known) or f"fields: {', '.join(known)}",
        )

    def require(self) -> None:
        """Raises the error of `failure`, if any."""
        failure = self.failure()
        if failure is not None:
            raise failure
