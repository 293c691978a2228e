"""Connections under their aliases, kept in one SQLite file that many processes share."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import CliError
from . import secrets
from .profile import Profile, Tls
from .store_file import StoreFile

STORE_COLUMNS = "alias, profile, user, connected, server_version, last_used, secret_in"
PUT = (
    f"INSERT INTO connection ({STORE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (alias) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in STORE_COLUMNS.split(", ")[1:])
)


class Saved(NamedTuple):
    """A stored connection. `profile.token` is empty: `Store.token` fetches it. `last_used` is Unix time in seconds."""

    profile: Profile
    user: str
    connected: bool
    server_version: str
    last_used: float
    secret_in: str

    @property
    def alias(self) -> str:
        return self.profile.alias


class Store:
    """The connections in the store file under `home`. Knows nothing of servers.

    The file is open only during a call, or while `all` is iterated. Every method raises CliError when it can't be
    read or written. `notice` receives messages about a corrupt file and a locked keyring.
    """

    def __init__(self, home: Path, notice: Callable[[str], None]) -> None:
        self._file = StoreFile(home, notice)
        self._notice = notice

    @property
    def home(self) -> Path:
        return self._file.home

    @property
    def path(self) -> Path:
        return self._file.path

    def get(self, alias: str) -> Saved | None:
        return self._file.cached(("get", alias), lambda: next(self._select("WHERE alias = ?", alias), None))

    def all(self) -> Iterator[Saved]:
        """Yields all connections by alias, one at a time: 65,536 of them take no more memory than one."""
        return self._select("ORDER BY alias")

    def aliases(self) -> list[str]:
        with self._file.reading() as database:
            rows = database.execute("SELECT alias FROM connection ORDER BY alias") if database else ()
            return [row[0] for row in rows]

    def current(self) -> str:
        """Returns the alias that commands use by default; "" when there is none."""
        return self._file.cached("current", lambda: self._value("SELECT current FROM state"))

    def token(self, saved: Saved) -> str:
        """Returns the secret of a stored connection; "", with a notice, when the keyring does not return it."""
        if saved.secret_in == secrets.FILE:
            query = "SELECT token FROM secret WHERE alias = ?"
            return self._file.cached(("token", saved.alias), lambda: self._value(query, saved.alias))
        token = secrets.fetch(saved.secret_in)
        if saved.secret_in and not token:
            self._notice(f"The keyring did not give the credentials of {saved.alias!r}: is it locked?")
        return token

    def put(self, profile: Profile, server_version: str) -> None:
        """Stores a connection that was just opened, and makes it current."""
        secret_in = secrets.keep(profile.alias, profile.token)
        values = (profile.alias, _to_json(profile), profile.user, True, server_version, time.time(), secret_in)
        try:
            with self._file.writing() as database:
                former = _secret_in(database, profile.alias)
                database.execute(PUT, values)
                _put_secret(database, profile.alias, profile.token, secret_in)
                database.execute("UPDATE state SET current = ?", (profile.alias,))
        except BaseException:
            secrets.forget(secret_in)
            raise
        secrets.forget(former)

    def change(self, alias: str, **changes: object) -> None:
        """Replaces fields of a stored profile (such as `database`), not its token."""
        with self._file.writing() as database:
            row = database.execute("SELECT profile FROM connection WHERE alias = ?", (alias,)).fetchone()
            if row is None:
                return
            profile = replace(_from_json(alias, row[0]), **changes)  # type: ignore[arg-type]
            database.execute("UPDATE connection SET profile = ? WHERE alias = ?", (_to_json(profile), alias))

    def replace_token(self, alias: str, token: str) -> None:
        """Replaces the secret of a stored connection."""
        secret_in = secrets.keep(alias, token)
        try:
            with self._file.writing() as database:
                former = _secret_in(database, alias)
                found = database.execute("UPDATE connection SET secret_in = ? WHERE alias = ?", (secret_in, alias))
                if found.rowcount:
                    _put_secret(database, alias, token, secret_in)
        except BaseException:
            secrets.forget(secret_in)
            raise
        secrets.forget(former if found.rowcount else secret_in)

    def make_current(self, alias: str) -> None:
        with self._file.writing() as database:
            database.execute("UPDATE state SET current = ?", (alias,))

    def mark_disconnected(self, alias: str | None) -> int:
        """Marks one alias, or all for None, as disconnected; returns how many were connected. Profiles are kept."""
        with self._file.writing() as database:
            where, values = ("", ()) if alias is None else (" AND alias = ?", (alias,))
            return database.execute(f"UPDATE connection SET connected = 0 WHERE connected = 1{where}", values).rowcount

    def rename(self, old: str, new: str) -> None:
        with self._file.writing() as database:
            database.execute("UPDATE connection SET alias = ? WHERE alias = ?", (new, old))
            database.execute("UPDATE secret SET alias = ? WHERE alias = ?", (new, old))
            database.execute("UPDATE state SET current = ? WHERE current = ?", (new, old))

    def delete(self, alias: str) -> None:
        with self._file.writing() as database:
            former = _secret_in(database, alias)
            database.execute("DELETE FROM connection WHERE alias = ?", (alias,))
        secrets.forget(former)

    def _select(self, clause: str, *values: object) -> Iterator[Saved]:
        with self._file.reading() as database:
            for row in database.execute(f"SELECT {STORE_COLUMNS} FROM connection {clause}", values) if database else ():
                yield Saved(_from_json(row[0], row[1]), row[2], bool(row[3]), *row[4:])

    def _value(self, query: str, *values: object) -> str:
        """Returns the single value of a query; "" when it has no row."""
        with self._file.reading() as database:
            row = database.execute(query, values).fetchone() if database else None
            return str(row[0]) if row else ""


def _put_secret(database: sqlite3.Connection, alias: str, token: str, secret_in: str) -> None:
    database.execute("DELETE FROM secret WHERE alias = ?", (alias,))
    if secret_in == secrets.FILE:
        database.execute("INSERT INTO secret VALUES (?, ?)", (alias, token))


def _secret_in(database: sqlite3.Connection, alias: str) -> str:
    row = database.execute("SELECT secret_in FROM connection WHERE alias = ?", (alias,)).fetchone()
    return str(row[0]) if row else ""


def _to_json(profile: Profile) -> str:
    values = asdict(replace(profile, token=""))
    del values["alias"], values["token"]
    return json.dumps(values)


def _from_json(alias: str, text: str) -> Profile:
    """Ignores keys of newer versions of milvus_cli. Raises CliError for an unreadable row."""
    try:
        values = json.loads(text)
        tls = Tls(**_known(Tls, values.pop("tls", {})))
        return Profile(alias=alias, **{**_known(Profile, values), "tls": tls})
    except (ValueError, TypeError, AttributeError) as exc:
        raise CliError(
            f"connection {alias!r} can't be read from the store",
            hint=f"connect it again, or forget it with `delete connection {alias}`",
        ) from exc


def _known(kind: type[Profile] | type[Tls], values: dict[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)} - {"alias", "token"}
    return {name: value for name, value in values.items() if name in names}
