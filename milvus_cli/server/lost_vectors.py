"""Warns before reads after which Milvus 2.3 may not find its own vectors again.

With local storage, a query that returns the vectors of a field under IVF_SQ8 can remove the segment's file of vectors:
the next index then never builds, and the collection never loads.
"""

from __future__ import annotations

from collections.abc import Collection

from ..client.client import Client
from ..client.optional import permitted
from ..output.console import Console
from ..schema.indexes import indexes

FIXED_IN = "2.4"


def warn_of_lost_vectors(console: Console, client: Client, collection: str, fields: Collection[str]) -> None:
    """Writes a note if one of the fields to be read has such an index on such a server."""
    if not client.version.before(FIXED_IN):
        return
    for each in permitted(indexes, client, collection) or ():
        params = {pair.key: pair.value for pair in each.params}
        if each.field_name in fields and params.get("index_type") == "IVF_SQ8":
            console.note(
                f"note: with local storage, {client.version.product} can lose the vectors of {each.field_name!r} when "
                f"they are read under IVF_SQ8: keep a copy, and don't replace the index afterwards"
            )
