"""Commands that read the rows of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..command import collection_option, command
from ..result import Record

if TYPE_CHECKING:
    from ..session import Session


@command("count")
@collection_option
def count(session: Session, collection: str) -> Record:
    """Count the rows of a loaded collection exactly, beside what its statistics say.

    \b
    Example: count -c book
    """
    session.require_collection(collection)
    answer = session.client.call("Query", collection_name=collection, output_fields=["count(*)"])
    statistics = session.client.call("GetCollectionStatistics", collection_name=collection).stats
    return Record({
        "collection": collection,
        "exact": answer.fields_data[0].scalars.long_data.data[0],
        "statistics": next((int(pair.value) for pair in statistics if pair.key == "row_count"), None),
    })  # fmt: skip
