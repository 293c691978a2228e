"""Checks filters that match texts by their words, which servers refuse without a hint.

Milvus needs an index of the words, made for fields with enable_match. Milvus Lite matches any text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.versions import lacks
from ..errors import CliError
from ..schema.schema import params
from .filters import LITERAL

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

CALL = rf"(?is){LITERAL}|\b(?P<function>text_match|phrase_match)\s*\(\s*(?P<field>\w+)"
"""Compiled when a filter matches words: few do."""


def require_match(client: Client, expression: str, schema: CollectionSchema) -> None:
    """Raises CliError for a function that the server lacks, and for a field without an index of its words."""
    if "_match" not in expression.lower():
        return
    for found in re.finditer(CALL, expression):
        function = (found["function"] or "").lower()
        if function and lacks(function, client.version):
            raise client.unsupported(function)
        if not function or client.version.is_lite:
            continue
        field = next((each for each in schema.fields if each.name == found["field"]), None)
        if field is not None and params(field.type_params).get("enable_match", "").lower() != "true":
            raise CliError(
                f"{function} cannot search {field.name!r}, which was created without enable_match",
                hint=f'{field.name} like "%WORD%"; or create the field with enable_analyzer and enable_match',
            )
