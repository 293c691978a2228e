"""Creates a collection from the options of `create collection`, or a schema file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ..errors import CliError, InvalidInput
from ..result import Done, Text
from ..schema.declaration import Declaration, declared, quick
from ..schema.definition import create_whole
from ..schema.features import require_parts
from ..schema.schema_file import HINT, read_definition, to_text, write_definition
from ..text.consistency import DEFAULT_LEVEL
from ..text.json import parse_json
from ..text.yes_no import yes_or_no
from .waiting import load

if TYPE_CHECKING:
    from ..schema.definition import Definition
    from ..session.session import Session

BY_FILE = {
    "primary": "-p",
    "auto_id": "-a",
    "description": "-d",
    "nullable": "--nullable",
    "defaults": "--default",
    "partition_key": "--partition-key",
    "clustering_key": "--clustering-key",
    "bm25": "--bm25",
    "functions": "--function",
    "indexes": "--index",
}
"""Options, by their fields, that can't be given beside a schema file."""

BY_OPTIONS = "give -f NAME:TYPE and -p FIELD, --dim N, --schema-file FILE, or --from FILE"


@dataclass(frozen=True)
class CreateOptions:
    """Options of `create collection`. `file` is the path of a schema file; `dim` asks for the quick set-up."""

    collection: str | None = None
    fields: tuple[str, ...] = ()
    primary: str = ""
    auto_id: bool = False
    description: str = ""
    description_or_dynamic: str | None = None
    dim: int | None = None
    file: str | None = None
    dynamic: bool = False
    nullable: tuple[str, ...] = ()
    defaults: tuple[str, ...] = ()
    partition_key: str = ""
    clustering_key: str = ""
    bm25: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    shards: int | None = None
    num_partitions: int | None = None
    consistency: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    if_not_exists: bool = False

    def declaration(self, name: str) -> Declaration:
        return Declaration(
            name,
            fields=self.fields,
            primary=self.primary,
            auto_id=self.auto_id,
            description=self.description,
            dynamic=self.dynamic,
            partition_key=self.partition_key,
            clustering_key=self.clustering_key,
            nullable=self.nullable,
            defaults=self.defaults,
            bm25=self.bm25,
            functions=self.functions,
            shards=self.shards or 0,
            consistency=self.consistency or DEFAULT_LEVEL,
            num_partitions=self.num_partitions or 0,
            properties=self.properties,
            indexes=self.indexes,
        )


Options = TypeVar("Options", bound=CreateOptions)


def create_collection(session: Session, options: CreateOptions, read: Callable[[str], str]) -> Done:
    """Creates the collection; with `dim` it also loads it. `read` returns the text of a schema file."""
    definition = _definition(settled(options, session.console.note), read)
    name = definition.name
    if options.if_not_exists and session.client.call("HasCollection", collection_name=name).value:
        return Done(f"Collection {name!r} already exists.", {"collection": name, "created": False})
    require_parts(session.client, definition.schema)
    gone = create_whole(session.client, definition, optional=("nullable", "the "), server="this server")
    if gone:
        session.console.note(f"note: this server did not keep {', '.join(gone)}")
    if options.dim is not None:
        _load(session, name)
    made = {"collection": name, "created": True}
    if options.dim is None:
        return Done(f"Created collection {name!r}.", made)
    fields = " and ".join(each.name for each in definition.schema.fields)
    rest = f"Its fields are {fields}; other columns of rows go into the dynamic field."
    return Done(f"Created collection {name!r}, indexed and loaded. {rest}", made)


def described(session: Session, options: CreateOptions, read: Callable[[str], str]) -> Text:
    """The schema file of the collection that these options would create. Asks no server."""
    definition = _definition(settled(options, session.console.note), read)
    return Text(to_text(write_definition(definition)))


def settled(options: Options, note: Callable[[str], None]) -> Options:
    """Decides what -d means: a description, or in scripts for Milvus 2.2 to 2.4 the dynamic field."""
    given = options.description_or_dynamic
    if not given:
        return options
    dynamic = yes_or_no(given)
    if dynamic is not None:
        state = "enabled" if dynamic else "disabled"
        note(f"note: the dynamic field is {state} (-d is --is-dynamic here; a description is --description TEXT)")
        return replace(options, description_or_dynamic=None, dynamic=dynamic or options.dynamic)
    if options.description:
        raise InvalidInput("-d and --description are two descriptions", hint="give one of them")
    note(f"note: the description is {given!r} (-d is --description here; the dynamic field is --dynamic)")
    return replace(options, description_or_dynamic=None, description=given)


def _definition(options: CreateOptions, read: Callable[[str], str]) -> Definition:
    """Raises InvalidInput when the options say too much or too little."""
    name, fields, dim = options.collection or "", options.fields, options.dim
    if sum((bool(fields), dim is not None, options.file is not None)) > 1:
        raise InvalidInput("-f, --dim and --schema-file cannot be combined")
    if options.file is not None:
        return _from_file(options, name, read)
    if not fields and dim is None:
        if not name:
            raise InvalidInput("missing collection name", hint=f"-c NAME, and {BY_OPTIONS}")
        raise InvalidInput(f"no fields for collection {name!r}", hint=BY_OPTIONS)
    if not name:
        raise InvalidInput("missing collection name", hint="-c NAME")
    declaration = options.declaration(name)
    return declared(declaration if dim is None else quick(declaration, dim))


def _from_file(options: CreateOptions, name: str, read: Callable[[str], str]) -> Definition:
    """The definition in the file, with what other options change in it."""
    for each, spelling in BY_FILE.items():
        if getattr(options, each):
            raise InvalidInput(f"{spelling} and --schema-file: the file says it")
    definition = read_definition(parse_json(read(str(options.file)), "the schema", HINT), name=name)
    if options.dynamic:
        definition.schema.enable_dynamic_field = True
    return replace(
        definition,
        shards=options.shards or definition.shards,
        consistency=options.consistency or definition.consistency,
        num_partitions=options.num_partitions or definition.num_partitions,
        properties={**definition.properties, **dict(options.properties)},
    )


def _load(session: Session, name: str) -> None:
    try:
        load(session, name)
    except CliError as exc:
        raise exc.with_context(prefix=f"collection {name!r} was created and indexed, but not loaded") from exc
