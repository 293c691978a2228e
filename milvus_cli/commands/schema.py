"""Commands that make a collection and show all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..errors import CliError, InvalidInput
from ..grammar.command import collection_option, command, option, word
from ..grammar.params import read_value
from ..grammar.types import COLLECTION_PROPERTY, CONSISTENCY, DECLARED_FIELD, FIELD_DECLARATION, FILE, INDEX_DECLARATION
from ..result import Done, Report, Text
from ..text.json import parse_json

if TYPE_CHECKING:
    from ..schema.definition import Definition
    from ..session.session import Session

DDL = "ddl"
# Options that a schema file stands instead of, by their parameters.
OF_FIELDS = {
    "primary": "-p",
    "auto_id": "-a",
    "description": "-d",
    "nullable": "--nullable",
    "defaults": "--default",
    "partition_key": "--partition-key",
    "clustering_key": "--clustering-key",
    "bm25": "--bm25",
    "indexes": "--index",
}
BY_OPTIONS = "name it with -f NAME:TYPE and -p FIELD, --dim N, or --schema-file FILE"


@command("create collection")
@word(
    "collection", "-c", "--collection-name", "--collection", needed=False, metavar="NAME", help="The collection's name."
)
@option(
    "-f",
    "--schema-field",
    "--field",
    "fields",
    multiple=True,
    type=FIELD_DECLARATION,
    metavar="NAME:TYPE[:ARG]",
    help="A field; ARG is a vector's dimension, a VARCHAR's length, an ARRAY's element type and capacity. "
    "JSON is taken too.",
)
@option(
    "-p",
    "--schema-primary-field",
    "--primary",
    "primary",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="The primary field.",
)
@option("-a", "--schema-auto-id", "--auto-id", "auto_id", is_flag=True, help="Let Milvus give out the primary keys.")
@option("-d", "--schema-description", "--description", "description", default="", metavar="TEXT", help="A description.")
@option(
    "--dim",
    type=click.IntRange(1, 32_768),
    metavar="N",
    help="Instead of fields: an id, a vector of N dimensions with a COSINE index, a dynamic field; loaded.",
)
@option(
    "--schema-file",
    "--schema",
    "file",
    type=FILE,
    metavar="FILE",
    help="Instead of fields: a JSON file as -o ddl of show collection prints it, - for standard input.",
)
@option("--dynamic", is_flag=True, help="Take values that have no field of their own.")
@option("--nullable", multiple=True, type=DECLARED_FIELD, metavar="FIELD", help="A field that may be null; repeatable.")
@option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="A field's default; repeatable.")
@option(
    "--partition-key",
    type=DECLARED_FIELD,
    default="",
    metavar="FIELD",
    help="Spread rows over partitions by this field.",
)
@option(
    "--clustering-key", type=DECLARED_FIELD, default="", metavar="FIELD", help="Compact rows together by this field."
)
@option(
    "--bm25",
    multiple=True,
    metavar="TEXT:SPARSE[:ANALYZER]",
    help="Fill the sparse vector field, added when missing, from the VARCHAR field, for full text search; repeatable.",
)
@option(
    "--index",
    "indexes",
    multiple=True,
    type=INDEX_DECLARATION,
    metavar="FIELD[:TYPE[:METRIC[:KEY=VALUE…]]]",
    help="An index to build, AUTOINDEX when no type is given; repeatable.",
)
@option("--shards", type=click.IntRange(1, 64), metavar="N", help="Shards; the server's choice when not given.")
@option(
    "--partitions",
    "num_partitions",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="Partitions for a partition key; the server's choice when not given.",
)
@option(
    "--consistency",
    type=CONSISTENCY,
    default="",
    metavar="LEVEL",
    help="What its reads see unless they say so [Bounded].",
)
@option(
    "--property",
    "properties",
    multiple=True,
    type=COLLECTION_PROPERTY,
    metavar="KEY=VALUE",
    help="A property of the collection, e.g. collection.ttl.seconds=3600; repeatable.",
)
@option("--if-not-exists", is_flag=True, help="Don't fail when it exists; leave it as it is.")
def create_collection(session: Session, if_not_exists: bool, dim: int | None, file: str | None, **given: Any) -> Done:
    """Create a collection: from fields, in a quick set-up, or from a schema file. Without these it asks, on a terminal.

    \b
    Example: create collection -c book -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id
    Example: create collection album --dim 4
    """
    from ..schema.definition import create, lost
    from ..schema.features import lacking_types

    definition = _definition(session, dim, file, given)
    name = definition.name
    if if_not_exists and session.client.call("HasCollection", collection_name=name).value:
        return Done(f"Collection {name!r} exists.", {"collection": name, "created": False})
    create(session.client, definition)
    gone = lost(session.client, definition)
    if gone:
        session.console.note(f"note: this server did not keep {', '.join(gone)}")
    lacks = lacking_types(session.client, definition.schema)
    if lacks:
        session.console.note(f"note: this server will take no rows, as it lacks {'; '.join(lacks)}")
    if dim is not None:
        _load(session, name)
    loaded = ", indexed and loaded" if dim is not None else ""
    return Done(f"Created collection {name!r}{loaded}.", {"collection": name, "created": True})


@command("show collection", formats=(DDL,))
@collection_option
def show_collection(session: Session, collection: str) -> Report | Text:
    """Show a collection: fields, indexes, load state, counts, aliases, partitions, properties.

    EXACT counts the rows of a loaded collection by a query; STATISTICS lag behind, and still count deleted rows.
    With -o ddl it is a schema file, which create collection --schema-file takes.

    \b
    Example: show collection -c book
    Example: show collection book -o ddl
    """
    session.require_collection(collection)
    if session.output == DDL:
        from ..schema.definition import fetch
        from ..schema.schema_file import to_text, write_definition

        definition = fetch(session.client, collection)
        if definition.unknown:
            session.console.note(
                f"note: not in this definition, as this client does not know it: {', '.join(definition.unknown)}"
            )
        return Text(to_text(write_definition(definition)))
    from ..client.optional import Permitted
    from ..server.overview import overview

    permitted = Permitted()
    report = overview(session.client, collection, permitted)
    permitted.tell(session.console.note)
    return report


def _definition(session: Session, dim: int | None, file: str | None, given: dict[str, Any]) -> Definition:
    """From what was given: one of the three ways, or the dialogue."""
    from ..schema.declaration import Declaration, command_line, declared, quick

    name, fields = given.pop("collection") or "", given["fields"]
    if sum((bool(fields), dim is not None, file is not None)) > 1:
        raise InvalidInput("-f, --dim and --schema-file are three ways to the same: give one of them")
    if file is not None:
        return _from_file(session, file, name, given)
    if not fields and dim is None:
        if not session.interactive:
            what = f"no fields for collection {name!r}" if name else "no collection is named"
            raise InvalidInput(what, hint=BY_OPTIONS)
        from ..schema.dialogue import ask_collection

        answers = ask_collection(session.console, name)
        session.console.note(f"The same in one line:\n{command_line(answers)}")
        return declared(answers)
    if not name:
        name = _ask_or_refuse(session, "Collection: ", "missing option '-c'")
    declaration = Declaration(name, **{key: value for key, value in given.items() if value})
    return declared(declaration if dim is None else quick(declaration, dim))


def _from_file(session: Session, file: str, name: str, given: dict[str, Any]) -> Definition:
    """The file's definition; of the options those that say nothing of fields stand above it."""
    from dataclasses import replace

    from ..schema.schema_file import HINT, read_definition

    for each, option_ in OF_FIELDS.items():
        if given[each]:
            raise InvalidInput(f"{option_} and --schema-file: the file says it")
    text = read_value("-" if file == "-" else f"@{file}", session)
    definition = read_definition(parse_json(text, "the schema", HINT), name=name)
    if given["dynamic"]:
        definition.schema.enable_dynamic_field = True
    return replace(
        definition,
        shards=given["shards"] or definition.shards,
        consistency=given["consistency"] or definition.consistency,
        num_partitions=given["num_partitions"] or definition.num_partitions,
        properties={**definition.properties, **dict(given["properties"])},
    )


def _ask_or_refuse(session: Session, question: str, refusal: str) -> str:
    if not session.interactive:
        raise InvalidInput(refusal, hint=BY_OPTIONS)
    return session.console.ask(question)


def _load(session: Session, name: str) -> None:
    from ..server.waiting import load

    try:
        load(session, name)
    except CliError as exc:
        exc.message = f"collection {name!r} is made and indexed, but not loaded: {exc.message}"
        raise
