"""Keys of the dynamic field: how people ask for them, and whether any row has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError, InvalidInput
from ..text.names import missing_name, nearest

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

DYNAMIC = "$meta"
"""The field in which a collection keeps what its schema does not name: a JSON object a row."""
COUNT = "count(*)"

QUOTED = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
NAME = re.compile(rf"(?:\[\s*{QUOTED}\s*\]|[^,])+")
KEY = re.compile(rf"{re.escape(DYNAMIC)}\s*\[\s*({QUOTED})\s*\]")
KEY_HINT = """write it as '$meta["key"]'"""
REMEMBERED = 100
"""Other keys that are kept, to name them in a hint."""


def names_in(text: str | None) -> list[str]:
    """The names of `a,b,$meta["c,d"]`."""
    return [name for each in NAME.findall(text or "") if (name := each.strip())]


def is_count(name: str) -> bool:
    """Whether it is count(*), in any case of letters, as servers read it."""
    return name.strip().lower() == COUNT


def dynamic_key(schema: CollectionSchema, name: str, known: Sequence[str]) -> str | None:
    """The key of the dynamic field that a name means; None for one of the known fields.

    Raises CliError where the collection has no such field, and can't have such a key.
    """
    if name in known or (name == DYNAMIC and schema.enable_dynamic_field):
        return None
    if not schema.enable_dynamic_field:
        raise missing_name("field", name, known, before=f"{schema.name} has ")
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
    """What no key of the dynamic field may be called: Milvus hides such a key, Milvus Lite takes it for the field."""
    structs = (each.name for each in schema.struct_array_fields)
    return frozenset((DYNAMIC, *(each.name for each in schema.fields), *structs))


def reserved_key(value: Mapping[str, Any], reserved: frozenset[str]) -> str | None:
    """The first such key of an object."""
    return None if reserved.isdisjoint(value) else next(key for key in value if key in reserved)


def dynamic_objects(values: Iterable[Any]) -> list[dict[str, Any]]:
    """The values of a decoded dynamic field, an object for each row."""
    return [each if isinstance(each, dict) else {} for each in values]


def _unquoted(text: str) -> str:
    """The text of a literal; empty where its escapes are none of JSON's."""
    inner = text[1:-1] if text[0] == '"' else text[1:-1].replace("\\'", "'").replace('"', '\\"')
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:
        return ""


class NoSuchKey(CliError):
    """A key of the dynamic field was asked for by name, and no row has it."""


class Wanted:
    """Keys that were asked for as fields are, until a row has had each of them.

    That only some rows have a key is what dynamic fields are for; a name that none has is a field that there is not.
    What is asked for as `$meta["key"]` is a key for certain, and null where no row has it.
    """

    def __init__(self, schema: CollectionSchema, keys: Iterable[str]) -> None:
        self._schema = schema
        self._missing = dict.fromkeys(keys)
        self._others: dict[str, None] = {}
        self._rows = 0

    @property
    def is_open(self) -> bool:
        """Whether there is a key that no row has had so far."""
        return bool(self._missing)

    def see(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """The objects of some rows."""
        if not self._missing:
            return
        self._rows += len(rows)
        for row in rows:
            for key in row:
                self._missing.pop(key, None)
                if len(self._others) < REMEMBERED:
                    self._others[key] = None

    def failure(self) -> CliError | None:
        """That none of the rows had a key, where that is so. No rows tell nothing."""
        if not self._missing or not self._rows:
            return None
        names = ", ".join(map(repr, self._missing))
        where = "the row has" if self._rows == 1 else f"any of the {self._rows:,} rows has"
        known = [*(field.name for field in self._schema.fields), *self._others]
        return NoSuchKey(
            f"field not found: {names} (not in the schema of {self._schema.name!r}, and no key that {where})",
            hint=nearest(next(iter(self._missing)), known) or f"fields: {', '.join(known)}",
        )

    def require(self) -> None:
        """Raises that failure."""
        failure = self.failure()
        if failure is not None:
            raise failure
