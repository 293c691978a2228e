"""Embeds rows while they are inserted: a text of each row becomes its vector, before the row is encoded.

Requests run ahead of the rows that are sent, by a part of bounded size.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..embedding.client import EmbeddingClient
from ..embedding.failures import TextRefused
from ..embedding.workers import Workers
from ..errors import CliError
from ..files.row_stream import Chunk
from ..values.encode import ABSENT, takes_none
from ..values.invalid import BadValue
from ..values.packing import row_size
from .intake import Filling, Prepared
from .vector_journal import VectorJournal, text_digest

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import FieldSchema

PART_ROWS = 500
"""Fewest rows of a part, unless their vectors are large: requests to Milvus of fewer rows are slow."""
PART_BYTES = 8 << 20
"""Most bytes of the vectors of a part."""
AHEAD = 1
"""Parts that are embedded while another is sent."""
LEAVING_SECONDS = 1.0

Vector = bytes | TextRefused


@dataclass(frozen=True)
class FieldFiller:
    """Fills a vector field from the text in a column, named as the file or the collection has it.

    `metric` is that of the field's index, "" if it has none.
    """

    text: str
    field: FieldSchema
    client: EmbeddingClient
    pack: Callable[[list[float]], bytes]
    metric: str = ""

    @property
    def column(self) -> str:
        """The name of the column that is added: no column of a file has it."""
        return f"\0{self.field.name}"

    def digest(self, text: str) -> bytes:
        return text_digest(self.client.embedder, text)

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """Returns the vectors of one batch, and for a text that was refused why."""
        prefix = self.client.embedder.row_prefix
        found = self.client.parts([prefix + text for text in texts])
        return [each if isinstance(each, TextRefused) else self._packed(each) for each in found]

    def _packed(self, vector: list[float]) -> Vector:
        if self.metric == "COSINE" and not any(vector):
            return TextRefused(
                f"embedder {self.client.embedder.name!r}: its vector is all zeros, which COSINE can't compare"
            )
        return self.pack(vector)


@dataclass(frozen=True)
class Part:
    """Rows whose vectors are on their way: for each filler the texts of the rows, and the batches asked for."""

    rows: Prepared
    texts: Sequence[Sequence[Any]]
    pending: Sequence[Sequence[tuple[Sequence[str], Future[list[Vector]]]]]


class RowEmbedder:
    """Fills vector fields of rows. `partial` keeps the vectors of rows without a text, as a partial upsert does."""

    def __init__(
        self, fillers: Sequence[FieldFiller], journal: VectorJournal, stopped: threading.Event, *, partial: bool
    ) -> None:
        self._fillers = fillers
        self._journal = journal
        self._stopped = stopped
        self._partial = partial
        self.failure: CliError | None = None
        self._workers = Workers(max(each.client.in_flight for each in fillers))
        self._known = {each.column: journal.earlier(each.field.name, row_size(each.field)) for each in fillers}

    @property
    def filling(self) -> Filling:
        names, texts = [each.field.name for each in self._fillers], [each.text for each in self._fillers]
        return Filling(names, texts, self.fill)

    def fill(self, rows: Iterator[Prepared]) -> Iterator[Prepared]:
        waiting: deque[Part] = deque()
        for each in rows:
            size = self._part_rows
            for chunk in each.chunk.cut(range(size, len(each.chunk.lines), size)):
                waiting.append(self._begun(each._replace(chunk=chunk)))
                if len(waiting) > AHEAD:
                    yield self._finished(waiting.popleft())
        while waiting:
            yield self._finished(waiting.popleft())

    def stop(self) -> None:
        self._stopped.set()
        self._workers.stop(LEAVING_SECONDS)

    @property
    def _part_rows(self) -> int:
        wanted = max(each.client.batch_size * each.client.in_flight for each in self._fillers)
        return max(1, min(max(PART_ROWS, wanted), PART_BYTES // max(row_size(each.field) for each in self._fillers)))

    def _begun(self, rows: Prepared) -> Part:
        texts = [_texts(rows, each, keeps_absent=self._partial) for each in self._fillers]
        return Part(rows, texts, [self._asked(each, own) for each, own in zip(self._fillers, texts, strict=True)])

    def _asked(self, filler: FieldFiller, texts: Sequence[Any]) -> list[tuple[Sequence[str], Future[list[Vector]]]]:
        """Starts the requests for the texts that have no vector yet; equal texts are sent once."""
        known = self._known[filler.column]
        wanted = dict.fromkeys(text for text in texts if type(text) is Text)
        missing = [text for text in wanted if filler.digest(text) not in known]
        batches = filler.client.batches(missing)
        return [(batch, self._workers.submit(partial(filler.embed, batch))) for batch in batches]

    def _finished(self, part: Part) -> Prepared:
        """Returns the rows with their vectors; rows that have none are rejected."""
        encoder, chunk, table = part.rows
        columns = {}
        errors: dict[int, BadValue] = {}
        for filler, texts, pending in zip(self._fillers, part.texts, part.pending, strict=True):
            vectors = self._vectors(filler, texts, pending)
            columns[filler.column] = [_value(each, vectors, row, filler, errors) for row, each in enumerate(texts)]
        bad = [encoder.rejected(chunk, row, error, table) for row, error in sorted(errors.items())]
        whole = Chunk({**chunk.columns, **columns}, chunk.lines, unit=chunk.unit)
        good = whole.pick([row for row in range(len(chunk.lines)) if row not in errors]) if errors else whole
        mapping = {**encoder.mapping, **{each.column: each.field.name for each in self._fillers}}
        filled = replace(encoder, mapping=mapping, filled=frozenset(columns))
        return Prepared(filled, replace(good, bad=[*chunk.bad, *bad]), table)

    def _vectors(
        self, filler: FieldFiller, texts: Sequence[Any], pending: Sequence[tuple[Sequence[str], Future[list[Vector]]]]
    ) -> Mapping[str, Vector]:
        """Waits for the vectors of a part, and keeps them until its rows have arrived."""
        known = self._known[filler.column]
        found: dict[str, Vector] = {}
        for batch, future in pending:
            try:
                found.update(zip(batch, future.result(), strict=True))
            except CliError as exc:
                self.failure = exc
                raise
        for text in texts:
            if type(text) is Text and text not in found:
                found[text] = known[filler.digest(text)]
        kept = {filler.digest(text): each for text, each in found.items() if isinstance(each, bytes)}
        if kept:
            self._journal.keep(filler.field.name, kept)
        return found


class Text(str):
    """A text to embed, apart from values that a row brings."""

    __slots__ = ()


def _texts(rows: Prepared, filler: FieldFiller, *, keeps_absent: bool) -> Sequence[Any]:
    """Returns for each row its Text, the vector that it brings, or the reason why it has neither, as BadValue."""
    encoder, chunk, table = rows
    by_field = {encoder.field_of(column, table): values for column, values in chunk.columns.items()}
    by_name = {encoder.mapping.get(column) or column: values for column, values in chunk.columns.items()}
    nothing = [ABSENT] * len(chunk.lines)
    texts = by_name.get(filler.text, nothing)
    vectors = by_field.get(filler.field.name, nothing)
    found: list[Any] = []
    for row, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
        if vector is not ABSENT and vector is not None:
            found.append(vector)
        elif isinstance(text, str) and text.strip():
            found.append(Text(text))
        elif text is ABSENT and keeps_absent:
            found.append(ABSENT)
        elif (text is ABSENT or text is None) and takes_none(filler.field):
            found.append(None)
        else:
            what = "has no text to embed" if text in (ABSENT, None, "") or isinstance(text, str) else "is not a text"
            found.append(BadValue(row, filler.text, what))
    return found


def _value(
    given: Any, vectors: Mapping[str, Vector], row: int, filler: FieldFiller, errors: dict[int, BadValue]
) -> Any:
    """Returns the vector of a row; adds the reason to `errors` if it has none."""
    if isinstance(given, BadValue):
        errors[row] = given
        return None
    if type(given) is not Text:
        return given
    vector = vectors[given]
    if isinstance(vector, TextRefused):
        errors[row] = BadValue(row, filler.text, vector.message)
        return None
    return vector
