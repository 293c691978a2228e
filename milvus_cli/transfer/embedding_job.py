"""Prepares the embedding of an insert's rows: what `--embed` means, and whether the embedder fits the field."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..connections.embedders import EmbedderStore, field_place
from ..embedding.client import PROBE, embedding_client
from ..embedding.field import (
    mixing_note,
    remembered_embedder,
    require_dimension,
    require_fillable,
    require_metric,
    vector_packer,
)
from ..errors import CliError, InvalidInput
from ..rows.patience import Patience
from ..rows.write_target import WriteTarget
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of, row_fields
from ..schema.vector_field import search_field
from ..session.session import Session
from .checkpoint import InsertCounts, Mark
from .embedding import FieldFiller, RowEmbedder
from .insert_job import InsertOptions
from .intake import Filling
from .vector_journal import VectorJournal, definition

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

WORTH_TELLING = 1.0
"""Seconds of waiting for a busy embedder before that is told."""


class EmbeddedText(NamedTuple):
    """A text column, the vector field that it fills, and the embedder; "" for the one that the field has."""

    text: str
    vector: str
    embedder: str


class InsertEmbedding:
    """The embedding of one insert's rows; without `--embed` it does nothing.

    Making it sends a first text to each embedder. Raises CliError for a field that can't be filled, and for an embedder
    that does not work or makes vectors of another dimension.
    """

    def __init__(self, session: Session, options: InsertOptions, target: WriteTarget) -> None:
        names = [vector for _, vector, _ in options.embeds]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise InvalidInput(f"--embed fills {twice!r} twice")
        self._session = session
        self._target = target
        self._resume = options.resume
        self._stopped = threading.Event()
        patience = options.patience
        self._fillers = [
            _filler(session, _by_field(each, dict(options.mapping)), target, patience, self._stopped)
            for each in options.embeds
        ]
        self._journal: VectorJournal | None = None
        self._rows: RowEmbedder | None = None

    @property
    def described(self) -> list[object]:
        """The values that an insert must have in common with the interrupted one that it resumes."""
        return [[each.text, each.field.name, *definition(each.client.embedder)] for each in self._fillers]

    def begin(self, checkpoint: Path) -> Filling:
        """Returns what fills the rows. The vectors on their way are kept beside the checkpoint."""
        if not self._fillers:
            return Filling()
        self._journal = VectorJournal(checkpoint.with_name(f"{checkpoint.name}.vectors"), resume=self._resume)
        self._rows = RowEmbedder(self._fillers, self._journal, self._stopped, partial=self._target.partial)
        return self._rows.filling

    def has_raised(self, error: CliError) -> bool:
        """Returns whether an error comes from an embedder, and not from the files."""
        return self._rows is not None and error is self._rows.failure

    def finish(self) -> None:
        """Forgets the kept vectors: all rows have arrived."""
        if self._journal:
            self._journal.remove()

    def close(self, counts: InsertCounts) -> None:
        """Ends the requests in flight, and remembers the embedder of each field if rows have arrived."""
        if self._rows:
            self._rows.stop()
        if counts.inserted:
            self._remember()
        if counts.sent == Mark():
            self.finish()

    def _remember(self) -> None:
        store = self._session.embedders
        for each in self._fillers:
            place = field_place(self._session.client.profile, self._target.schema.name, each.field.name)
            try:
                store.remember(place, each.client.embedder.name, filled=True)
            except CliError as exc:
                # The rows are in.
                self._session.console.note(
                    f"note: the embedder of {each.field.name!r} is not remembered: {exc.message}"
                )


def _by_field(asked: Sequence[str], mapping: Mapping[str, str]) -> EmbeddedText:
    """Returns what --embed asks for; a column that is mapped gets the name of its field, which rejected rows have."""
    text, vector, embedder = asked
    is_own = text in mapping.values()
    return EmbeddedText(text if is_own else mapping.get(text) or text, vector, embedder)


def _filler(
    session: Session, asked: EmbeddedText, target: WriteTarget, seconds: float, stopped: threading.Event
) -> FieldFiller:
    field = search_field(target.schema, asked.vector)
    _require_text(target.schema, asked.text)
    require_fillable(target.schema, field)
    metric = require_metric(session.client, target.collection, field.name)
    store = session.embedders
    known = remembered_embedder(store, session.client, target.schema.name, field.name)
    embedder = store.get(asked.embedder or known or _missing(store, field.name))
    require_dimension(embedder, embedder.dim, field)
    if known and known != embedder.name:
        session.console.note(mixing_note(field.name, known, embedder.name))
    patience = Patience(seconds, _Waiting(session, embedder.name), stopped)
    client = embedding_client(session, embedder, dim=0, patience=patience)
    (vector,) = client.embed([PROBE])
    require_dimension(embedder, len(vector), field)
    client.dim = len(vector)
    return FieldFiller(asked.text, field, client, vector_packer(embedder, field), metric)


def _require_text(schema: CollectionSchema, name: str) -> None:
    """Raises InvalidInput for a field of another type than text; a column of the files alone may have any name."""
    field = next((each for each in row_fields(schema) if each.name == name), None)
    if field is not None and shape_of(kind_of(field)) is not ValueShape.TEXT:
        raise InvalidInput(f"--embed: expected a text field, got {name!r}, whose type is {kind_of(field)}")


def _missing(store: EmbedderStore, field: str) -> str:
    known = store.names()
    raise InvalidInput(
        f"no embedder is known for {field!r}", hint=f"give one: --embed TEXT:{field}={known[0] if known else 'NAME'}"
    )


class _Waiting:
    """Tells once that an embedder keeps the insert waiting."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._told = False

    def __call__(self, seconds: float, patience: float) -> None:
        if seconds >= WORTH_TELLING and not self._told and not self._session.quiet:
            self._told = True
            self._session.console.note(f"note: embedder {self._name!r} is busy: trying again for {patience:g} s")
