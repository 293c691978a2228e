"""Adds functions to collections, changes their parameters, and removes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..client.client import Client
from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema, FunctionSchema, FunctionType
from ..errors import InvalidInput
from ..result import Done, Removal
from ..schema.declaration import parse_index, parse_plain_field
from ..schema.field_json import as_param
from ..schema.indexes import Index
from ..schema.schema import check_limits, check_name, pairs, params
from ..schema.schema_file import function_type
from ..session.session import Session
from ..text.names import missing_name
from .collections import Properties
from .existence import require_function

OUTPUTS: Mapping[int, str] = {FunctionType.BM25: "SPARSE_FLOAT_VECTOR"}
"""Types of the output field of functions whose output has no size."""
INDEXES: Mapping[int, Index] = {
    FunctionType.BM25: Index("", type="SPARSE_INVERTED_INDEX", metric="BM25"),
    FunctionType.MinHash: Index("", type="MINHASH_LSH", metric="MHJACCARD"),
}
"""Default indexes of output fields."""


@dataclass(frozen=True)
class NewFunctionOptions:
    """Options of `create function`. `field` declares the output field if it is new, `index` its index."""

    collection: str
    name: str
    kind: str
    inputs: tuple[str, ...]
    output: str = ""
    field: str = ""
    index: str = ""
    params: tuple[tuple[str, str], ...] = ()
    description: str = ""


def create_function(session: Session, options: NewFunctionOptions) -> Done:
    """Adds a function of an existing output field; a new field comes with its index, in the same request."""
    kind = function_type(options.kind, "--type")
    new = _new_field(options, kind)
    output = options.output or (new.name if new else "")
    if not output:
        raise InvalidInput("missing output field", hint="--output-field FIELD, or -f NAME:TYPE for a new one")
    check_name(options.name, "function")
    client, collection = session.client, options.collection
    client.require("AddCollectionFunction")
    session.require_collection(collection)
    schema: CollectionSchema = client.call("DescribeCollection", collection_name=collection).schema
    _require_inputs(schema, options)
    function = _function(options, kind, output)
    there = output in (each.name for each in schema.fields)
    if there and new is not None:
        raise InvalidInput(
            f"field {output!r} already exists in {collection!r}", hint=f"--output-field {output}, without -f"
        )
    if not there and new is None:
        new = _usual_field(schema, kind, output)
    if new is None:
        _refuse_index(options)
        client.call("AddCollectionFunction", collection_name=collection, functionSchema=function)
    else:
        _create_with_output(client, options, function, new)
    made = {"collection": collection, "function": options.name, "output": output, "field_created": new is not None}
    also = f" with its new field {output!r}" if new is not None else ""
    return Done(f"Added function {options.name!r}{also} to {collection!r}.", made)


def alter_function(
    session: Session,
    collection: str,
    name: str,
    *,
    properties: Properties,
    keys: Sequence[str],
    description: str | None,
) -> Done:
    """Changes parameters and the description; the request repeats the rest of the function."""
    client = session.client
    client.require("AlterCollectionFunction")
    session.require_collection(collection)
    found = require_function(client, collection, name)
    given = params(found.params)
    missing = next((key for key in keys if key not in given), None)
    if missing:
        has = f"it has: {', '.join(given) or 'none'}"
        raise missing_name("parameter", missing, given, has, before=f"function {name!r} has ")
    values = {**{key: value for key, value in given.items() if key not in keys}, **dict(properties)}
    function = FunctionSchema(
        name=name,
        description=found.description if description is None else description,
        type=found.type,
        input_field_names=found.input_field_names,
        output_field_names=found.output_field_names,
        params=pairs(values),
    )
    client.call("AlterCollectionFunction", collection_name=collection, function_name=name, functionSchema=function)
    changed = [*(key for key, _ in properties), *keys, *(["description"] if description is not None else [])]
    made = {"collection": collection, "function": name, "changed": changed}
    return Done(f"Changed {', '.join(changed)} of function {name!r} of {collection!r}.", made)


def function_removal(session: Session, collection: str, name: str) -> Removal:
    """The removal of a function: since Milvus 3.0 with its output fields, which earlier ones keep."""
    client = session.client
    client.require("DropCollectionFunction")
    session.require_collection(collection)
    outputs = list(require_function(client, collection, name).output_field_names)
    fields = ", ".join(map(repr, outputs))
    whole = not client.version.before("3.0")
    drop = {"function_name": name, "drop_function_output_fields": True}

    def act() -> None:
        if whole:
            client.call("AlterCollectionSchema", collection_name=collection, action={"drop_request": drop})
        else:
            client.call("DropCollectionFunction", collection_name=collection, function_name=name)

    return Removal(
        "delete",
        f"function {name!r} of {collection!r}",
        f"with its output field {fields} and the index of it" if whole else f"but not its output field {fields}",
        {"collection": collection, "function": name, "fields": outputs if whole else []},
        act,
        loses_data=whole,
    )


def _new_field(options: NewFunctionOptions, kind: int) -> FieldSchema | None:
    """The output field that -f declares. Raises InvalidInput if --output-field names another one."""
    if not options.field:
        return None
    field = parse_plain_field(options.field)
    check_name(field.name, "field")
    check_limits(field)
    if options.output not in ("", field.name):
        raise InvalidInput(
            f"-f declares {field.name!r}, and --output-field is {options.output!r}", hint="give one of them"
        )
    return field


def _usual_field(schema: CollectionSchema, kind: int, output: str) -> FieldSchema:
    """The output field of a function that leaves no choice of it. Raises CliError for others."""
    if kind not in OUTPUTS:
        names = [each.name for each in schema.fields]
        hint = f"add it with -f {output}:TYPE, e.g. -f {output}:BINARY_VECTOR:1024"
        raise missing_name("field", output, names, hint, after=f" in {schema.name!r}")
    return parse_plain_field(f"{output}:{OUTPUTS[kind]}")


def _require_inputs(schema: CollectionSchema, options: NewFunctionOptions) -> None:
    names = [each.name for each in schema.fields]
    for name in options.inputs:
        if name not in names:
            raise missing_name("field", name, names, f"show collection {schema.name}", after=f" in {schema.name!r}")
    if any(each.name == options.name for each in schema.functions):
        raise InvalidInput(f"function {options.name!r} already exists in {schema.name!r}", hint="take another name")


def _function(options: NewFunctionOptions, kind: int, output: str) -> FunctionSchema:
    return FunctionSchema(
        name=options.name,
        description=options.description,
        type=kind,  # type: ignore[arg-type]
        input_field_names=options.inputs,
        output_field_names=[output],
        params=pairs(dict(options.params)),
    )


def _refuse_index(options: NewFunctionOptions) -> None:
    if options.index:
        raise InvalidInput(
            f"--index is for a new output field, and {options.output!r} exists",
            hint=f"create index -c {options.collection} -f {options.output}",
        )


def _create_with_output(
    client: Client, options: NewFunctionOptions, function: FunctionSchema, field: FieldSchema
) -> None:
    """Adds function, field and index at once: a server fills the field of existing rows when it has an index."""
    client.require("AlterCollectionSchema.new_output")
    index = _bound_index(options.index, function.type, field.name)
    given = {key: as_param(each) for key, each in index.params.items()}
    metric = {"metric_type": index.metric} if index.metric else {}
    info = {"field_schema": field, "extra_params": pairs({**metric, **given, "index_type": index.type})}
    added = {"field_infos": [info], "func_schema": [function]}
    client.call("AlterCollectionSchema", collection_name=options.collection, action={"add_request": added})


def _bound_index(text: str, kind: int, field: str) -> Index:
    """The index that --index declares, else the usual one. Raises InvalidInput for another field."""
    usual = INDEXES.get(kind, Index(""))
    if not text:
        return replace(usual, field=field)
    index = parse_index(text)
    if index.field != field:
        raise InvalidInput(f"--index is on {index.field!r}, and the output field is {field!r}")
    return index if index.metric else replace(index, metric=usual.metric)
