"""Lists collections with one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..client.client import Client
from ..client.not_found import NO_INDEX
from ..client.optional import Permitted
from ..client.parallel import gather
from ..errors import ServerRefused
from .existence import row_count
from .progress import state_of

if TYPE_CHECKING:
    from ..client.wire.milvus_pb2 import IndexDescription


@dataclass(frozen=True)
class CollectionLine:
    """`rows` by statistics and `indexes` in words ("vector HNSW COSINE"); None if the server did not return them.

    `late` says that the answer did not come in time.
    """

    name: str
    state: str
    rows: int | None
    indexes: str | None
    late: bool


def lines(
    client: Client, names: Sequence[str], percentages: Mapping[str, int], permitted: Permitted, *, seconds: float
) -> list[CollectionLine]:
    """Requests statistics and indexes of all collections at once, within `seconds`; `percentages` are load states."""

    def ask(name: str, left: float) -> tuple[int | None, str | None]:
        return (permitted(row_count, client, name, timeout=left), permitted(_index_words, client, name, left))

    answers = gather(ask, names, seconds=seconds)
    return [
        CollectionLine(name, state_of(percentages.get(name)), *(answer or (None, None)), late=answer is None)
        for name, answer in zip(names, answers, strict=True)
    ]


def _index_words(client: Client, name: str, left: float) -> str:
    try:
        found = client.call("DescribeIndex", collection_name=name, timeout=left).index_descriptions
    except ServerRefused as exc:
        if exc.server_code == NO_INDEX:
            return ""
        raise
    return ", ".join(sorted(map(_index_text, found)))


def _index_text(index: IndexDescription) -> str:
    params = {pair.key: pair.value for pair in index.params}
    words = (index.field_name, params.get("index_type", ""), params.get("metric_type", ""))
    return " ".join(filter(None, words))
