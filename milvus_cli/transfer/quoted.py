"""Finds files with text keys that Milvus Lite 2 would run as SQL, before any of them is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import CliError
from ..rows.write_target import WriteTarget
from ..schema.schema import kind_of, primary_field
from ..values.quoted_keys import TO_LITE_3, quoted_key, why_refused
from .checkpoint import Mark
from .intake import RowEncoder
from .pipeline import Job, read_steps

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema
    from ..files.sources import InputFile
    from .side import Side


def has_pasted_keys(side: Side, schema: CollectionSchema) -> bool:
    """Reports whether the server pastes the keys of an upsert of these rows into SQL."""
    key = primary_field(schema)
    return side.version.pastes_keys and key is not None and kind_of(key) == "VARCHAR"


def require_unquoted(schema: CollectionSchema, files: Sequence[InputFile]) -> None:
    """Reads the keys of all rows. Raises CliError for the first one with a quote."""
    job = Job(files, RowEncoder(WriteTarget(schema.name, "", schema), {}), None)
    key = quoted_key(key for step in read_steps(job, Mark()) for key in step.batch.keys)
    if key is not None:
        raise CliError(why_refused(key), hint=TO_LITE_3)
