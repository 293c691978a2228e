"""Parameter types: each is the only place that says what may be typed for its parameters."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from .catalog import Name, Names, named

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .session import Session

LIMIT = 200
"""Candidates offered at once: more than anyone reads, and drawing each costs time."""


class Offered(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A type that takes any text, and offers some."""


class ObjectName(Offered):
    """The name of a thing that exists; `owner` is the parameter with the collection that it belongs to."""

    def __init__(self, kind: str, *, owner: str = "") -> None:
        self.name = kind
        self.owner = owner

    def names(self, ctx: click.Context) -> Names:
        """The names that the session's catalog knows, on the connection and in the database that the line names."""
        session: Session | None = ctx.obj
        owner = _given(ctx, self.owner) if self.owner else ""
        if session is None or (self.owner and not owner):
            return ()
        alias, database = _given(ctx, "alias"), _given(ctx, "database")
        return session.catalog.names(self.name, of=owner, alias=alias, database=database)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(best(incomplete, self.names(ctx)))


class ObjectNames(ObjectName):
    """Several names with commas between."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, comma, last = incomplete.rpartition(",")
        taken = before.split(",")
        free = [each for each in self.names(ctx) if each.text not in taken]
        return items(best(last.lstrip(), free), prefix=before + comma)


class Words(Offered):
    """Any text; these words are offered, each with a note."""

    def __init__(self, name: str, words: Mapping[str, str]) -> None:
        self.name = name
        self.words = words

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(best(incomplete, named(self.words.items())))


class OneOf(click.Choice[str]):
    """One of these words, offered as others are: those that begin with what was typed first, then those near it."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(best(incomplete, named((word, "") for word in self.choices)))


class FieldDeclaration(Offered):
    """NAME:TYPE[:ARGUMENT]: the types are offered after the colon."""

    name = "field declaration"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from .rpc.schema import TYPES

        before, colon, word = incomplete.rpartition(":")
        if not colon or (":" in before and before.rpartition(":")[2].upper() != "ARRAY"):
            return []
        return items(best(word, named((each, "") for each in TYPES)), prefix=before + colon)


class DeclaredField(Offered):
    """The name of a field that this line declares."""

    name = "declared field"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        declared = (text.partition(":") for text in ctx.params.get("fields") or ())
        return items(best(incomplete, named((name, kind) for name, _, kind in declared)))


class CommandWords(Offered):
    """The words of a command."""

    name = "command"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from .complete import commands

        return commands(list(ctx.params.get(str(param.name)) or ()), incomplete)


class FileOrText(Offered):
    """Text; after @ the path of a file."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if not incomplete.startswith("@") or incomplete.startswith("@@"):
            return []
        return items(paths(incomplete[1:]), prefix="@")


def best(incomplete: str, names: Sequence[Name], limit: int = LIMIT) -> list[Name]:
    """The names that begin with the text, then those that have it inside, then those with its letters in that order."""
    text = incomplete.casefold()
    found = [each for each in names if each.folded.startswith(text)]
    if len(found) < limit and text:
        found += [each for each in names if text in each.folded and not each.folded.startswith(text)]
    if len(found) < limit and len(text) > 1:
        scattered = re.compile("[^\n]*?".join(map(re.escape, text))).search
        found += [each for each in names if text not in each.folded and scattered(each.folded)]
    return found[:limit]


def items(names: Iterable[Name], *, prefix: str = "") -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(prefix + each.text, help=each.note or None) for each in names]


def paths(incomplete: str, *, files: bool = True) -> list[Name]:
    """Files (or directories only) that go on from the text; a directory ends with a slash, as more may follow."""
    folder, start = os.path.split(incomplete)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = [(os.path.join(folder, each.name) + (os.sep if each.is_dir() else ""), "") for each in entries
                     if each.name.startswith(start) and (start or not each.name.startswith("."))
                     and (files or each.is_dir())]  # fmt: skip
    except OSError:
        return []
    return list(named(sorted(found)))[:LIMIT]


def _given(ctx: click.Context, name: str) -> str:
    value: Any = ctx.params.get(name)
    return value if isinstance(value, str) else ""


CONNECTION = ObjectName("connections")
URI = ObjectName("uris")
DATABASE = ObjectName("databases")
COLLECTION = ObjectName("collections")
COLLECTION_ALIAS = ObjectName("aliases")
PARTITION = ObjectName("partitions", owner="collection")
FIELD = ObjectName("fields", owner="collection")
FIELDS = ObjectNames("fields", owner="collection")
VECTOR_FIELD = ObjectName("vector_fields", owner="collection")
INDEX = ObjectName("indexes", owner="collection")
USER = ObjectName("users")
ROLE = ObjectName("roles")

FILE = click.Path()
DIRECTORY = click.Path(file_okay=False)
FIELD_DECLARATION = FieldDeclaration()
DECLARED_FIELD = DeclaredField()
COMMAND = CommandWords()

CONSISTENCY = Words("consistency level", {
    "Strong": "sees every write before the read",
    "Bounded": "may lag by some seconds",
    "Session": "sees this client's own writes",
    "Eventually": "sees what is there",
})  # fmt: skip
METRIC = Words("metric", {
    "COSINE": "angle; higher is nearer",
    "IP": "inner product; higher is nearer",
    "L2": "Euclidean distance, squared; lower is nearer",
    "HAMMING": "binary vectors: bits that differ",
    "JACCARD": "binary vectors: bits not shared",
    "SUBSTRUCTURE": "binary vectors: one lies within the other",
    "SUPERSTRUCTURE": "binary vectors: one holds the other",
    "BM25": "full text, on a sparse vector",
})  # fmt: skip
INDEX_TYPE = Words("index type", {
    "AUTOINDEX": "the server's choice",
    "HNSW": "graph: M, efConstruction",
    "FLAT": "exact search",
    "IVF_FLAT": "clusters: nlist",
    "IVF_SQ8": "clusters, 1 byte a number: nlist",
    "IVF_PQ": "clusters, product quantization: nlist, m, nbits",
    "SCANN": "clusters, fast quantization: nlist",
    "DISKANN": "graph on disk",
    "BIN_FLAT": "binary vectors, exact",
    "BIN_IVF_FLAT": "binary vectors, clusters: nlist",
    "SPARSE_INVERTED_INDEX": "sparse vectors",
    "SPARSE_WAND": "sparse vectors, approximate",
    "GPU_IVF_FLAT": "clusters on a GPU: nlist",
    "GPU_IVF_PQ": "clusters on a GPU, product quantization: nlist, m",
    "GPU_CAGRA": "graph on a GPU",
    "INVERTED": "scalar fields",
    "BITMAP": "scalar fields with few values",
    "STL_SORT": "numbers",
    "TRIE": "VARCHAR, by prefix",
})  # fmt: skip
