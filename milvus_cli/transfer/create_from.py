"""Creates a collection that fits the rows of files, and inserts them."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from typing import IO, BinaryIO

from ..errors import LOOK_FIRST, CliError, Interrupted, InterruptedChange, InvalidInput, Partial
from ..files.column_notes import column_notes
from ..files.inference import MIXED, InferredColumn
from ..files.likely_keys import is_evident_key, likely_key, repeated_key
from ..files.rejects import rejection_text
from ..files.sample import Sample, one_column, read_columns
from ..files.separated import other_delimiter
from ..files.sources import STDIN, InputFile, find_files, identity
from ..files.text_layout import TextLayout
from ..result import Done, Text
from ..schema.declaration import declared, parse_field
from ..schema.features import NULLABLE
from ..schema.kinds import ValueShape, shape_of
from ..schema.schema import kind_of
from ..schema.schema_file import to_text, write_definition
from ..server.creating import CreateOptions, create_collection, described, settled
from ..server.existence import exact_row_count
from ..server.overview import type_text
from ..server.waiting import load
from ..session.session import Session
from ..text.names import missing_name
from ..values.dynamic import DYNAMIC
from ..values.encode import takes_none
from .checkpoint import RESUME_HINT
from .insert import insert_files
from .insert_job import InsertOptions, require_usable

GENERATED_KEYS = ("id", "pk", "row_id")
"""Names for a primary key that Milvus generates."""
BESIDE = {"dim": "--dim", "file": "--schema-file", "if_not_exists": "--if-not-exists"}
"""Options, by their fields, that can't be given beside --from."""
NEEDS_FILES = "these options are about the rows of data files"


@dataclass(frozen=True)
class CreateFromOptions(CreateOptions, TextLayout):
    """Options of `create collection`; `sources` are the files whose rows it takes, if there are any."""

    sources: tuple[str, ...] = ()
    format: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()
    rejects: str | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Plan:
    """The collection to create, and the insert into it."""

    create: CreateOptions
    insert: InsertOptions

    @property
    def commands(self) -> Sequence[str]:
        """The equivalent commands."""
        name = self.insert.collection
        return [_create_line(self.create), f"load collection -c {shlex.quote(name)}", insert_line(self.insert)]


def create_collection_from(session: Session, options: CreateFromOptions, read: Callable[[str], str]) -> Done | Text:
    """Creates the collection; from files, it also indexes and loads it, and inserts their rows."""
    if not options.sources:
        if options.rejects or options.mapping:
            name = "--rejects" if options.rejects else "--map"
            raise InvalidInput(f"{name} requires --from", hint=NEEDS_FILES)
        if options.dry_run:
            return described(session, options, read)
        return create_collection(session, options, read)
    files = find_files(options.sources, options.format)
    _require_clear(session, options, files)
    options = settled(options, session.console.note)
    with _kept_stdin(session, options.sources) as kept:
        sample = read_columns(files, _again(kept), options.layout, session.console.note)
        sample = replace(sample, inferred=_mapped(sample, dict(options.mapping)))
        plan = _plan(session, options, sample)
        if not options.dry_run:
            _require_new(session, plan)
        for note in column_notes(sample, {parse_field(each).name for each in options.fields}):
            session.console.note(note)
        if options.dry_run:
            return _described(plan)
        _agree(session, plan)
        _create(session, plan, read)
        return _inserted(session, plan, _again(kept))


def _create(session: Session, plan: Plan, read: Callable[[str], str]) -> None:
    """Creates, indexes and loads the collection. Raises Interrupted with the commands that go on, at any moment."""
    made = None
    try:
        made = create_collection(session, plan.create, read)
        load(session, plan.insert.collection)
        session.console.note(f"{made.message[:-1]}, indexed and loaded.")
    except (KeyboardInterrupt, Interrupted) as exc:
        hint = _after_interruption(session, plan, is_whole=made is not None)
        if not hint and isinstance(exc, InterruptedChange):
            raise exc.error from None
        raise Interrupted(hint=hint or "nothing was created: run the same command again") from None


def _after_interruption(session: Session, plan: Plan, *, is_whole: bool) -> str:
    """Returns "" if there is no collection. `is_whole` says that it has its indexes; it has no rows yet."""
    name = shlex.quote(plan.insert.collection)
    if is_whole:
        return f"the collection was created; run `load collection -c {name}`, then `{insert_line(plan.insert)}`"
    try:
        exists = bool(session.client.call("HasCollection", collection_name=plan.insert.collection).value)
    except CliError:
        return LOOK_FIRST
    if not exists:
        return ""
    return f"the collection may lack indexes; run `delete collection -c {name} --yes`, then the same command again"


def _require_clear(session: Session, options: CreateFromOptions, files: Sequence[InputFile]) -> None:
    for name, spelling in BESIDE.items():
        if getattr(options, name):
            raise InvalidInput(f"{spelling} and --from: give one of them")
    if not options.collection:
        raise InvalidInput("missing collection name", hint="create collection -c NAME --from FILE")
    require_usable(session, options, options.sources, files)
    pipe = next((each for each in files if each.path != STDIN and not each.is_url and not identity(each)), None)
    if pipe:
        raise InvalidInput(
            f"{pipe.name} is not a file, and is read twice",
            hint="give its rows on standard input: --from - --format FORMAT",
        )


def _kept_stdin(session: Session, sources: Sequence[str]) -> AbstractContextManager[IO[bytes] | None]:
    """Returns a copy of standard input, which is read twice, if it is one of the sources."""
    if STDIN not in sources:
        return nullcontext()
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    shutil.copyfileobj(session.console.stdin.buffer, copy)
    return copy


def _again(kept: IO[bytes] | None) -> BinaryIO | None:
    """Opens the copy once more from its beginning, as a reader of text closes what it has read."""
    if kept is None:
        return None
    kept.seek(0)
    return os.fdopen(os.dup(kept.fileno()), "rb")


def _mapped(sample: Sample, mapping: Mapping[str, str]) -> list[InferredColumn]:
    """Returns the columns with their fields by `mapping`, without those that it leaves out.

    Raises InvalidInput for columns that are not there, and for two with the same field.
    """
    for column in mapping:
        if column not in sample.columns:
            raise missing_name("column", column, sample.columns, before=f"{sample.file.name} has ", error=InvalidInput)
    fields = {each.name: mapping.get(each.name, each.field) for each in sample.inferred}
    found = [replace(each, field=fields[each.name]) for each in sample.inferred if fields[each.name]]
    for field, count in Counter(each.field for each in found).items():
        if count > 1:
            columns = " and ".join(repr(each.name) for each in found if each.field == field)
            raise InvalidInput(f"{columns} are for the same field {field!r}", hint="--map COLUMN= leaves one out")
    return found


def _plan(session: Session, options: CreateFromOptions, sample: Sample) -> Plan:
    """Raises InvalidInput for files without rows or vectors."""
    name, columns, sources = str(options.collection), sample.inferred, options.sources
    _require_readable(sample)
    given = {parse_field(each).name: each for each in options.fields}
    inexact = [each.field for each in columns if each.field in given and _is_number(given[each.field])]
    mixed = next((each for each in columns if each.type == MIXED and each.field not in given), None)
    if mixed:
        raise InvalidInput(
            f"{sample.file.name}: no type fits all values of {mixed.name!r}", hint=f"declare it: -f {mixed.field}:TYPE"
        )
    fields = [given.pop(each.field, each.declaration) for each in columns]
    fields += given.values()
    vectors = [field.name for field in map(parse_field, fields) if "VECTOR" in type_text(field)]
    if not vectors and not options.bm25:
        raise InvalidInput(
            f"{sample.file.name} has no vectors of one dimension, and a collection needs a vector field",
            hint="add one: -f NAME:FLOAT_VECTOR:DIM, or --bm25 TEXT:SPARSE for full text search",
        )
    options = _with_fields(replace(options, sources=(), fields=tuple(fields)), columns)
    create = _with_key(session, options, columns)
    if not options.nullable:
        create = replace(create, nullable=_nullable(session, create.primary, columns))
    create = replace(
        create,
        dynamic=options.dynamic or DYNAMIC in sample.columns,
        indexes=options.indexes or tuple(vectors),
    )
    _require_columns(create, name, sample)
    renamed = {each.name: each.field for each in columns if each.name != each.field}
    insert = InsertOptions(
        collection=name,
        paths=sources,
        format=options.format,
        rejects=options.rejects,
        mapping=tuple((renamed | dict(options.mapping)).items()),
        exact=sample.table.text,
        inexact=inexact if sample.table.text else (),
        **asdict(options.layout),
    )
    return Plan(create, insert)


def _is_number(declaration: str) -> bool:
    return shape_of(kind_of(parse_field(declaration))) in (ValueShape.WHOLE, ValueShape.NUMBER)


def _require_columns(create: CreateFromOptions, name: str, sample: Sample) -> None:
    """Raises InvalidInput for a field that no column fills, before anything is created."""
    filled = {each.field for each in sample.inferred}
    for field in declared(create.declaration(name)).schema.fields:
        if field.name not in filled and not (field.autoID or field.is_function_output or takes_none(field)):
            columns = ", ".join(each.field for each in sample.inferred)
            raise InvalidInput(
                f"{sample.file.name} has no column for {field.name!r}",
                hint=f"add --nullable {field.name}, or name one of its columns: {columns}",
            )


def _require_readable(sample: Sample) -> None:
    """Raises InvalidInput for a file that has no rows, or is read in another layout than it has."""
    if other_delimiter(sample.table):
        raise one_column(sample)
    if broken := sample.not_decoded:
        raise InvalidInput(f"{sample.file.name}: {broken}")
    if sample.rejected and not sample.count:
        raise InvalidInput(f"no row can be read: {rejection_text(sample.file.name, sample.rejected[0])}")
    if not sample.count:
        raise InvalidInput(f"{sample.file.name} has no rows to make fields of", hint="declare them: -f NAME:TYPE")


def _with_fields(options: CreateFromOptions, columns: Sequence[InferredColumn]) -> CreateFromOptions:
    """Returns the options with the names of fields where they give those of columns."""
    taken = {parse_field(each).name for each in options.fields}
    fields = {each.name: each.field for each in columns if each.name not in taken}
    return replace(
        options,
        primary=fields.get(options.primary or "", options.primary),
        nullable=tuple(fields.get(each, each) for each in options.nullable),
    )


def _with_key(session: Session, options: CreateFromOptions, columns: Sequence[InferredColumn]) -> CreateFromOptions:
    """Chooses the primary key: the one given, the likely one, or one that Milvus generates."""
    if options.primary:
        return options
    if key := likely_key(columns):
        if not is_evident_key(columns, key):
            column = next(each.name for each in columns if each.field == key)
            session.console.note(f"note: {column!r} becomes the primary key; -p FIELD chooses another")
        return replace(options, primary=key)
    taken = {parse_field(each).name for each in options.fields}
    name = next(each for each in (*GENERATED_KEYS, "_generated_id") if each not in taken)
    repeated = repeated_key(columns)
    why = f"{repeated!r} repeats or lacks values" if repeated else "no column looks like a primary key"
    session.console.note(f"note: {why}: Milvus generates {name!r}; -p FIELD chooses one")
    return replace(options, primary=name, auto_id=True, fields=(f"{name}:INT64", *options.fields))


def _nullable(session: Session, primary: str, columns: Sequence[InferredColumn]) -> tuple[str, ...]:
    found = tuple(each.field for each in columns if each.nulls and not each.is_vector and each.field != primary)
    version = session.client.version
    if not found or version.is_lite or not version.before(NULLABLE):
        return found
    session.console.note(
        f"note: {version.product} has no nullable fields: rows without a value for {', '.join(found)} "
        "are rejected, or get an empty text"
    )
    return ()


def _require_new(session: Session, plan: Plan) -> None:
    """Raises CliError if the collection exists, as after an interruption."""
    name = plan.insert.collection
    if session.client.call("HasCollection", collection_name=name).value:
        line = insert_line(plan.insert)
        raise CliError(
            f"collection {name!r} already exists",
            hint=f"run `{line}` to insert the rows, with --resume if it was begun",
        )


def _agree(session: Session, plan: Plan) -> None:
    """Shows the fields and asks, on a terminal. Raises CliError for a no."""
    if not session.interactive or session.options.yes:
        return
    definition = declared(plan.create.declaration(plan.insert.collection))
    for field in definition.schema.fields:
        marks = [", primary key" if field.is_primary_key else "", ", nullable" if field.nullable else ""]
        session.console.note(f"  {field.name}: {type_text(field)}{''.join(marks)}")
    question = f"Create collection {plan.insert.collection!r} with these fields, and insert the rows? [Y/n] "
    if session.console.ask(question).lower() not in ("", "y", "yes"):
        raise CliError("canceled")


def _inserted(session: Session, plan: Plan, stdin: BinaryIO | None) -> Done:
    line = insert_line(plan.insert)
    try:
        return insert_files(session, plan.insert, stdin)
    except KeyboardInterrupt:
        # The insert itself ends an interruption of its rows as Interrupted, and before those none was sent.
        raise Interrupted(hint=f"the collection was created; insert its rows with `{line}`") from None
    except CliError as exc:
        if RESUME_HINT in exc.hint:
            raise exc.with_context(hint=f"the collection was created; continue with `{line} --resume`") from exc
        # To insert rows again that are in would double them: the insert's own hint says how to continue.
        if not _is_empty(session, plan.insert.collection):
            raise
        if isinstance(exc, (Partial, InvalidInput)):
            # The same rows would be rejected again.
            name = shlex.quote(plan.insert.collection)
            more = f"the collection was created, without rows; `delete collection -c {name} --yes` deletes it"
            raise exc.with_context(more_hint=more) from exc
        raise exc.with_context(more_hint=f"the collection was created; insert its rows with `{line}`") from exc


def _is_empty(session: Session, collection: str) -> bool:
    """Reports whether the collection is known to have no rows."""
    try:
        return exact_row_count(session.client, collection) == 0
    except CliError:
        return False


def _described(plan: Plan) -> Text:
    schema = write_definition(declared(plan.create.declaration(plan.insert.collection)))
    lines = "\n".join(f"milvus_cli {each}" for each in plan.commands)
    return Text(f"{to_text(schema)}\n{lines}", {"schema": schema, "commands": list(plan.commands)})


def _create_line(options: CreateOptions) -> str:
    words = ["create", "collection", "-c", str(options.collection)]
    for field in options.fields:
        words += ["-f", field]
    words += ["-p", options.primary, *(["-a"] if options.auto_id else []), *(["--dynamic"] if options.dynamic else [])]
    for spelling, values in (
        ("--nullable", options.nullable),
        ("--default", options.defaults),
        ("--bm25", options.bm25),
        ("--function", options.functions),
        ("--index", options.indexes),
    ):
        for value in values:
            words += [spelling, value]
    return shlex.join(words)


def insert_line(options: InsertOptions) -> str:
    """Returns the command that inserts the files."""
    words = ["insert", "file", "-c", options.collection, *options.paths]
    words += ["--format", options.format] if options.format else []
    words += ["--exact-numbers"] if options.exact else []
    for field in options.inexact:
        words += ["--inexact", field]
    words += ["--rejects", options.rejects] if options.rejects else []
    for column, field in options.mapping:
        words += ["--map", f"{column}={field}"]
    for option, value in options.given.items():
        for each in value if isinstance(value, list) and option == "--null" else [value]:
            words += [option] if each is True else [option, ",".join(each) if isinstance(each, list) else str(each)]
    return shlex.join(words)
