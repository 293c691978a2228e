"""Query texts that an embedder turns into vectors: which field and embedder a search means, and the vectors."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..connections.embedders import EmbedderStore, field_place
from ..embedding.client import SEARCH_PATIENCE, embedding_client
from ..embedding.field import (
    fillable_fields,
    mixing_note,
    remembered_embedder,
    require_dimension,
    require_fillable,
    require_metric,
    vector_packer,
)
from ..errors import CliError, InvalidInput
from ..rows.patience import Patience
from ..schema.vector_field import search_field
from .check import text_function

if TYPE_CHECKING:
    from ..client.client import Client
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema
    from ..session.session import Session


class TextSearch(Protocol):
    """A search that may have texts. `embedded` caches their vectors by field and embedder."""

    @property
    def session(self) -> Session: ...
    @property
    def client(self) -> Client: ...
    @property
    def collection(self) -> str: ...
    @property
    def field(self) -> str | None: ...
    @property
    def embed(self) -> str: ...
    @property
    def embedded(self) -> dict[tuple[str, str], dict[str, bytes]]: ...
    @property
    def embedding_times(self) -> list[float]: ...


@dataclass(frozen=True)
class EmbeddedField:
    """A vector field to search by text, and the name of the embedder that makes the vectors."""

    field: FieldSchema
    embedder: str


def embedded_field(asked: TextSearch, schema: CollectionSchema) -> EmbeddedField:
    """Returns the field that texts search with --embed, or else with the embedder that it is known to have.

    Raises CliError if neither exists.
    """
    if asked.embed:
        return EmbeddedField(_chosen_field(asked, schema), asked.embed)
    found = [each for each in _known(asked, schema) if asked.field in (None, each.field.name)]
    if len(found) > 1:
        names = " or ".join(each.field.name for each in found)
        raise InvalidInput(
            f"{schema.name} has {len(found)} vector fields with an embedder", hint=f"give one: -f {names}"
        )
    if not found:
        text_function(schema, asked.field)
        raise InvalidInput(f"{schema.name} converts texts itself", hint="search it with --text")
    return found[0]


def vectors_for(asked: TextSearch, schema: CollectionSchema, found: EmbeddedField, texts: Sequence[str]) -> list[bytes]:
    """Embeds texts that were not embedded before in this search, and remembers an embedder that was chosen."""
    require_fillable(schema, found.field)
    known = asked.embedded.setdefault((found.field.name, found.embedder), {})
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        began = time.monotonic()
        known.update(zip(missing, _embedded(asked, schema, found, missing), strict=True))
        asked.embedding_times.append((time.monotonic() - began) * 1000)
    return [known[text] for text in texts]


def _embedded(asked: TextSearch, schema: CollectionSchema, found: EmbeddedField, texts: Sequence[str]) -> list[bytes]:
    store, field = asked.session.embedders, found.field
    embedder = store.get(found.embedder)
    require_dimension(embedder, embedder.dim, field)
    require_metric(asked.client, asked.collection, field.name)
    if any(not text.strip() for text in texts):
        raise InvalidInput("a query text is empty")
    client = embedding_client(asked.session, embedder, dim=0, patience=Patience(SEARCH_PATIENCE))
    pack, vectors = vector_packer(embedder, field), []
    for batch in client.batches(embedder.query_prefix + text for text in texts):
        for vector in client.embed(batch):
            require_dimension(embedder, len(vector), field)
            vectors.append(pack(vector))
    if asked.embed:
        _remember(store, asked, schema, found)
        _tell_mixing(store, asked, schema, found)
    return vectors


def _tell_mixing(store: EmbedderStore, asked: TextSearch, schema: CollectionSchema, found: EmbeddedField) -> None:
    """Notes that another embedder filled the field; one that only searched it may have been a mistake."""
    known = store.remembered(field_place(asked.client.profile, schema.name, found.field.name))
    if known and known.filled and known.embedder != found.embedder:
        asked.session.console.note(mixing_note(found.field.name, known.embedder, found.embedder))


def _remember(store: EmbedderStore, asked: TextSearch, schema: CollectionSchema, found: EmbeddedField) -> None:
    place = field_place(asked.client.profile, schema.name, found.field.name)
    try:
        store.remember(place, found.embedder, filled=False)
    except CliError as exc:
        asked.session.console.note(f"note: the embedder is not remembered: {exc.message}")


def embedded_names(session: Session, client: Client, schema: CollectionSchema) -> set[str]:
    """Returns the vector fields whose embedder is known."""
    fields = fillable_fields(schema)
    return {each.name for each in fields if remembered_embedder(session.embedders, client, schema.name, each.name)}


def _chosen_field(asked: TextSearch, schema: CollectionSchema) -> FieldSchema:
    """Returns the field to search: the one given, the only one that can be, or the only one with this embedder."""
    fields = fillable_fields(schema)
    if asked.field is None and len(fields) > 1:
        fields = [each.field for each in _known(asked, schema) if each.embedder == asked.embed]
    return fields[0] if asked.field is None and len(fields) == 1 else search_field(schema, asked.field)


def _known(asked: TextSearch, schema: CollectionSchema) -> list[EmbeddedField]:
    store, client = asked.session.embedders, asked.client
    names = [(each, remembered_embedder(store, client, schema.name, each.name)) for each in fillable_fields(schema)]
    return [EmbeddedField(field, name) for field, name in names if name]
