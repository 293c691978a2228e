"""Embedders under their names, and the vector fields that they fill, in the store of the connections."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import CliError, InvalidInput
from ..text.names import missing_name
from . import secrets
from .profile import Profile
from .store_file import StoreFile

# Stores of earlier versions lack these tables, and earlier versions ignore them.
TABLES = (
    "CREATE TABLE IF NOT EXISTS embedder "
    "(name TEXT PRIMARY KEY, definition TEXT NOT NULL, secret_in TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS embedder_secret (name TEXT PRIMARY KEY, token TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS embedded_field "
    "(server TEXT, database TEXT, collection TEXT, field TEXT, embedder TEXT NOT NULL, filled INTEGER NOT NULL, "
    "PRIMARY KEY (server, database, collection, field)) WITHOUT ROWID",
)
REMEMBER = (
    "INSERT INTO embedded_field VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (server, database, collection, field) DO UPDATE "
    "SET embedder = excluded.embedder, filled = excluded.filled WHERE excluded.filled OR NOT filled"
)
PLACES = "SELECT server, database, collection, field FROM embedded_field WHERE embedder = ? ORDER BY 1, 2, 3, 4"
IN_COLLECTION = "server = ? AND database = ? AND collection = ?"


@dataclass(frozen=True)
class Embedder:
    """Turns texts into vectors: a model behind an HTTP endpoint, or a command.

    `dim` is the length of its vectors, 0 if unknown; with `sends_dim` it is part of each request. `batch_size` is the
    most texts of one request, 0 for the default. `token_variable` names the environment variable with the token; one
    that is stored is fetched by `EmbedderStore.token`, from the place `secret_in`.
    """

    name: str
    url: str = ""
    model: str = ""
    command: str = ""
    dim: int = 0
    sends_dim: bool = False
    batch_size: int = 0
    query_prefix: str = ""
    row_prefix: str = ""
    token_variable: str = ""
    secret_in: str = ""

    @property
    def model_parts(self) -> tuple[object, ...]:
        """The values that its vectors depend on. Vectors of two embedders that differ here can't be compared."""
        dim = self.dim if self.sends_dim else 0
        return (self.url, self.model, self.command, dim, self.query_prefix, self.row_prefix)


class FieldPlace(NamedTuple):
    """A vector field. `server` is an address, or the directory of a Milvus Lite."""

    server: str
    database: str
    collection: str
    field: str

    def __str__(self) -> str:
        return f"{self.server}/{self.database}:{self.collection}.{self.field}"


class Remembered(NamedTuple):
    """The embedder of a field; `filled` if it has filled rows, not only searched."""

    embedder: str
    filled: bool


def field_place(profile: Profile, collection: str, field: str) -> FieldPlace:
    return FieldPlace(profile.lite or profile.address, profile.database, collection, field)


class EmbedderStore:
    """The embedders in the store file under `home`. Raises CliError as Store does."""

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self._file = StoreFile(home, notice)
        self._notice = notice

    def all(self) -> list[Embedder]:
        """Returns all embedders by name."""
        rows = self._rows("embedder", "SELECT name, definition, secret_in FROM embedder ORDER BY name")
        return [_from_json(*row) for row in rows]

    def names(self) -> list[str]:
        return [each.name for each in self.all()]

    def get(self, name: str) -> Embedder:
        """Raises InvalidInput, with the nearest names, for one that does not exist."""
        found = {each.name: each for each in self.all()}
        if name not in found:
            otherwise = "`list embedders` shows them" if found else "`create embedder NAME --url URL` makes one"
            raise missing_name("embedder", name, found, otherwise, error=InvalidInput)
        return found[name]

    def token(self, embedder: Embedder) -> str:
        """Returns the stored token; "", with a notice, when the keyring does not return it."""
        if embedder.secret_in == secrets.FILE:
            query = "SELECT token FROM embedder_secret WHERE name = ?"
            return next((str(row[0]) for row in self._rows("embedder_secret", query, embedder.name)), "")
        token = secrets.fetch(embedder.secret_in)
        if embedder.secret_in and not token:
            self._notice(f"The keyring did not give the token of embedder {embedder.name!r}: is it locked?")
        return token

    def put(self, embedder: Embedder, token: str, *, replaces: bool) -> list[FieldPlace]:
        """Stores an embedder. Raises InvalidInput for a name that is taken, unless it may be replaced.

        Returns the fields of the replaced one, which are forgotten if its vectors were others.
        """
        forgotten: list[FieldPlace] = []
        secret_in = secrets.keep(f"embedder {embedder.name}", token)
        former = ""
        try:
            with self._writing() as database:
                query = "SELECT name, definition, secret_in FROM embedder WHERE name = ?"
                row = database.execute(query, (embedder.name,)).fetchone()
                if row is not None and not replaces:
                    raise InvalidInput(f"embedder {embedder.name!r} exists", hint="add --force to replace it")
                former = str(row[2]) if row else ""
                if row is not None and not _is_same_model(row, embedder):
                    forgotten = [FieldPlace(*each) for each in database.execute(PLACES, (embedder.name,))]
                    database.execute("DELETE FROM embedded_field WHERE embedder = ?", (embedder.name,))
                database.execute("DELETE FROM embedder WHERE name = ?", (embedder.name,))
                database.execute("DELETE FROM embedder_secret WHERE name = ?", (embedder.name,))
                database.execute("INSERT INTO embedder VALUES (?, ?, ?)", (embedder.name, _json(embedder), secret_in))
                if secret_in == secrets.FILE:
                    database.execute("INSERT INTO embedder_secret VALUES (?, ?)", (embedder.name, token))
        except BaseException:
            secrets.forget(secret_in)
            raise
        secrets.forget(former)
        return forgotten

    def delete(self, name: str) -> None:
        """Deletes an embedder, its token, and what is remembered of it. Raises InvalidInput for a missing one."""
        former = self.get(name)
        with self._writing() as database:
            database.execute("DELETE FROM embedder WHERE name = ?", (name,))
            database.execute("DELETE FROM embedder_secret WHERE name = ?", (name,))
            database.execute("DELETE FROM embedded_field WHERE embedder = ?", (name,))
        secrets.forget(former.secret_in)

    def remember(self, place: FieldPlace, embedder: str, *, filled: bool) -> None:
        """Remembers a field's embedder. One that has filled rows is replaced only by another that has."""
        known = self.remembered(place)
        if known == Remembered(embedder, filled) or (known and known.filled and not filled):
            return
        with self._writing() as database:
            database.execute(REMEMBER, (*place, embedder, filled))

    def remembered(self, place: FieldPlace) -> Remembered | None:
        query = f"SELECT embedder, filled FROM embedded_field WHERE {IN_COLLECTION} AND field = ?"
        rows = self._rows("embedded_field", query, *place)
        return next((Remembered(str(row[0]), bool(row[1])) for row in rows), None)

    def places(self, embedder: str) -> list[FieldPlace]:
        """Returns the fields whose embedder this is."""
        return [FieldPlace(*row) for row in self._rows("embedded_field", PLACES, embedder)]

    def forget_collection(self, profile: Profile, collection: str) -> None:
        """Forgets the embedders of a collection that was deleted: another one may get its name."""
        place = field_place(profile, collection, "")
        if self._is_known(place):
            with self._writing() as database:
                database.execute(f"DELETE FROM embedded_field WHERE {IN_COLLECTION}", place[:3])

    def rename_collection(self, profile: Profile, collection: str, new_name: str, database_name: str) -> None:
        """Remembers the embedders of a collection under its new name, and in another database if one is given."""
        place = field_place(profile, collection, "")
        if self._is_known(place):
            self.forget_collection(replace(profile, database=database_name or profile.database), new_name)
            with self._writing() as database:
                to = (database_name or place.database, new_name)
                query = f"UPDATE embedded_field SET database = ?, collection = ? WHERE {IN_COLLECTION}"
                database.execute(query, (*to, *place[:3]))

    def _is_known(self, place: FieldPlace) -> bool:
        """Returns whether the embedder of any field of the collection is remembered."""
        return bool(self._rows("embedded_field", f"SELECT 1 FROM embedded_field WHERE {IN_COLLECTION}", *place[:3]))

    def _rows(self, table: str, query: str, *values: object) -> list[Any]:
        """Returns the rows of a query; none as long as its table was never written."""
        with self._file.reading() as database:
            if database is None:
                return []
            known = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
            return database.execute(query, values).fetchall() if known.fetchone() else []

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._file.writing() as database:
            for statement in TABLES:
                database.execute(statement)
            yield database


def _json(embedder: Embedder) -> str:
    values = asdict(embedder)
    del values["name"], values["secret_in"]
    return json.dumps(values)


def _is_same_model(row: tuple[str, str, str], embedder: Embedder) -> bool:
    """Returns whether a stored embedder makes the same vectors; one that can't be read may have made others."""
    try:
        return _from_json(*row).model_parts == embedder.model_parts
    except CliError:
        return False


def _from_json(name: str, text: str, secret_in: str) -> Embedder:
    """Ignores keys of newer versions of milvus_cli. Raises CliError for an unreadable row."""
    known = {each.name for each in fields(Embedder)} - {"name", "secret_in"}
    try:
        values = {key: value for key, value in json.loads(text).items() if key in known}
        return replace(Embedder(name, **values), secret_in=secret_in)
    except (ValueError, TypeError, AttributeError) as exc:
        hint = f"forget it with `delete embedder {name}`, and create it again"
        raise CliError(f"embedder {name!r} can't be read from the store", hint=hint) from exc
