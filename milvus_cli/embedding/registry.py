"""Creates, lists, shows and deletes embedders."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from ..connections import secrets
from ..connections.embedders import Embedder
from ..errors import InvalidInput
from ..files.urls import shown_url
from ..result import Done, Record, Table
from ..session.session import Session
from .client import PROBE, embedding_client, require_token
from .endpoint import endpoint, is_exposed

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class EmbedderOptions:
    """The options of `create embedder`, unchecked."""

    name: str
    url: str = ""
    model: str = ""
    command: str = ""
    token: str | None = field(default=None, repr=False)
    token_env: str = ""
    dim: int = 0
    send_dim: bool = False
    batch_size: int = 0
    query_prefix: str = ""
    row_prefix: str = ""
    force: bool = False


def create_embedder(session: Session, options: EmbedderOptions) -> Done:
    """Stores an embedder; sends nothing."""
    embedder = _checked(options)
    forgotten = session.embedders.put(embedder, options.token or "", replaces=options.force)
    session.names_changed()
    if forgotten:
        session.console.note(
            f"note: the former {embedder.name!r} made other vectors: it is no longer remembered as the embedder of "
            f"{', '.join(map(str, forgotten))}"
        )
    if (options.token or options.token_env) and is_exposed(embedder.url):
        session.console.note(f"note: the token is sent unencrypted to {shown_url(embedder.url)}: https:// protects it")
    made = {"name": embedder.name, "url": embedder.url and shown_url(embedder.url), "command": embedder.command}
    return Done(f"Created embedder {embedder.name!r}.", {key: value for key, value in made.items() if value})


def embedder_table(session: Session) -> Table:
    columns = ("name", "url", "model", "command", "dim")
    return Table(columns, [[_shown(each)[name] for name in columns] for each in session.embedders.all()])


def embedder_record(session: Session, name: str, *, check: bool) -> Record:
    """Returns an embedder's parameters and fields; with `check` also what it returns for a text."""
    store = session.embedders
    embedder = store.get(name)
    values = {
        **_shown(embedder),
        "send_dim": embedder.sends_dim,
        "batch_size": embedder.batch_size or None,
        "query_prefix": embedder.query_prefix or None,
        "row_prefix": embedder.row_prefix or None,
        "token": _where_the_token_is(embedder),
        "fields": [str(each) for each in store.places(name)],
    }
    return Record({**values, **(_measured(session, embedder) if check else {})})


def _shown(embedder: Embedder) -> dict[str, object]:
    return {
        "name": embedder.name,
        "url": shown_url(embedder.url) if embedder.url else None,
        "model": embedder.model or None,
        "command": embedder.command or None,
        "dim": embedder.dim or None,
    }


def delete_embedder(session: Session, name: str) -> Done:
    session.embedders.delete(name)
    session.names_changed()
    return Done(f"Deleted embedder {name!r}.", {"name": name, "deleted": True})


def _checked(options: EmbedderOptions) -> Embedder:
    """Raises InvalidInput for options that make no embedder."""
    if not NAME.fullmatch(options.name):
        hint = "a letter, digit or '_', then at most 63 more, '-' or '.'"
        raise InvalidInput(f"invalid name {options.name!r}", hint=hint)
    if bool(options.url) == bool(options.command):
        raise InvalidInput("give either --url with --model, or --command")
    if options.command and (options.model or options.token or options.token_env or options.send_dim):
        raise InvalidInput("--model, --token, --token-env and --send-dim are for --url")
    if options.url and not options.model:
        raise InvalidInput("missing model", hint="--model NAME, as the server calls it")
    if options.token and options.token_env:
        raise InvalidInput("--token and --token-env cannot be combined")
    if options.token_env and not VARIABLE.fullmatch(options.token_env):
        # What was meant to be a name may be the token itself.
        raise InvalidInput(
            "--token-env: expected the name of an environment variable", hint="--token-env OPENAI_API_KEY"
        )
    require_token(options.token or "", "--token")
    if options.send_dim and not options.dim:
        raise InvalidInput("--send-dim needs --dim")
    return Embedder(
        options.name,
        url=endpoint(options.url) if options.url else "",
        model=options.model,
        command=options.command,
        dim=options.dim,
        sends_dim=options.send_dim,
        batch_size=options.batch_size,
        query_prefix=options.query_prefix,
        row_prefix=options.row_prefix,
        token_variable=options.token_env,
    )


def _where_the_token_is(embedder: Embedder) -> str | None:
    if embedder.token_variable:
        return f"in ${embedder.token_variable}"
    if not embedder.secret_in:
        return None
    return "in the store" if embedder.secret_in == secrets.FILE else "in the keyring"


def _measured(session: Session, embedder: Embedder) -> dict[str, object]:
    client = embedding_client(session, embedder, dim=embedder.dim)
    began = time.monotonic()
    (vector,) = client.embed([PROBE])
    length = sum(each * each for each in vector) ** 0.5
    if not any(vector):
        session.console.note(f"note: the vector of {PROBE!r} is all zeros, which COSINE can't compare")
    return {
        "measured_dim": len(vector),
        "vector_length": round(length, 4),
        "latency_ms": round((time.monotonic() - began) * 1000, 1),
    }
