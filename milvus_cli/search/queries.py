"""Reads query vectors: from options, files (NPY or text), standard input, texts, or an entity's vector.

Vectors of an NPY file with the field's own type are sent unchanged, byte for byte.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..client.client import Client
from ..connections.private_files import read_whole
from ..errors import CliError, InvalidInput
from ..files.npy import NPY_MAGIC, NpyArray, read_npy
from ..rows.filters import none_of, one_of, quoted
from ..rows.selection import parse_key, parse_keys
from ..schema.schema import primary_field, type_name
from ..text.names import nearest
from ..text.unreadable import unreadable
from ..values.columns import raw_values
from ..values.packing import dimension, pack_queries
from .marks import LISTS
from .request import Queries
from .vector_text import FORMS, Found, UnreadableVector, vectors_in, vectors_of_file

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema, FieldSchema

SAME_BYTES = {"FLOAT_VECTOR": "<f4", "FLOAT16_VECTOR": "<f2", "INT8_VECTOR": "|i1", "BINARY_VECTOR": "|u1"}
"""The NPY type with the same bytes as each type of vector field."""

LARGEST = 256 << 20
"""Largest file of query vectors, in bytes: the text of vectors that fill a message of 64 MiB."""

TEXT = 21
"""The PlaceholderType of a text."""

TEXT_MEMBER = "text"
"""The member of a row that is embedded, where the row has no vector."""

Query = bytes | str
"""An encoded vector, or a text that is still to be embedded."""

Embed = Callable[[Sequence[str]], Sequence[bytes]]
"""Returns the encoded vectors of texts. Raises CliError if there is no embedder."""


class KeyQueries(Queries):
    """Primary keys as the queries: the server searches by the vectors of their rows."""

    @property
    def size(self) -> int:
        return 1

    def fields(self) -> dict[str, Any]:
        keys = "int_id" if isinstance(self.values[0], int) else "str_id"
        return {"ids": {keys: {"data": self.values}}}


def read_queries(
    sources: Sequence[str], field: FieldSchema, standard_input: Callable[[], bytes], embed: Embed | None = None
) -> Queries:
    """Returns the vectors of all sources: texts, `@FILE` or a path, `-`.

    `embed` is called for rows that have a text instead of a vector. Raises InvalidInput; CliError for an unreadable
    file.
    """
    values = [value for source in sources for value in _read(source, field, standard_input)]
    return Queries(field.data_type, _without_texts(values, embed))


def read_lists(sources: Sequence[str], field: FieldSchema, standard_input: Callable[[], bytes]) -> Queries:
    """Like `read_queries`, with all vectors of a source as one query: for lists of vectors, which MAX_SIM compares."""
    lists = [_without_texts(_read(source, field, standard_input), None) for source in sources]
    return Queries(field.data_type + LISTS, [b"".join(vectors) for vectors in lists])


def _without_texts(queries: Sequence[Query], embed: Embed | None) -> Sequence[bytes]:
    """Returns the queries with vectors in place of texts."""
    texts = [each for each in queries if isinstance(each, str)]
    if texts and embed is None:
        raise InvalidInput("expected a vector, got a row with a text")
    vectors = iter(embed(texts) if texts and embed else ())
    return [next(vectors) if isinstance(each, str) else each for each in queries]


def key_queries(given: str, schema: CollectionSchema) -> Queries:
    """Returns the queries by the vectors that rows with these primary keys have. Raises InvalidInput."""
    return KeyQueries(0, parse_keys(given, schema))


def numbered(vectors: Iterable[Any]) -> Iterator[tuple[str, Any]]:
    """Yields vectors with the words that tell them in an error."""
    return ((f"query vector {number}", vector) for number, vector in enumerate(vectors, start=1))


def text_queries(texts: Sequence[str]) -> Queries:
    """Returns the queries for a field that a function of the server fills."""
    return Queries(TEXT, [text.encode() for text in texts])


def entity_query(
    client: Client, schema: CollectionSchema, field: FieldSchema, given: str, collection: str
) -> tuple[Queries, str]:
    """Returns the vector of the entity with this id (for BM25 its text), and the filter that excludes the entity."""
    name, key = read_key(schema, given)
    source = _input_of(schema, field)
    answer = client.call(
        "Query",
        collection_name=collection,
        expr=one_of(name, [key]),
        output_fields=[source],
        consistency_level="Strong",
    )
    column = next((each for each in answer.fields_data if each.field_name == source), None)
    value = raw_values(column, 1)[0] if column is not None else None
    if value is None:
        raise CliError(
            f"{schema.name} has no entity with {name} {quoted(key)}", hint=f"query -c {schema.name} shows some"
        )
    others = none_of(name, key)
    if source == field.name:
        return Queries(field.data_type, pack_queries(numbered([value]), field)), others
    return Queries(TEXT, [value.encode() if isinstance(value, str) else value]), others


def read_key(schema: CollectionSchema, given: str) -> tuple[str, Any]:
    """Returns the primary field and the key that a text gives. Raises InvalidInput for one of another type."""
    primary = primary_field(schema)
    if primary is None:
        raise CliError(f"{schema.name} has no primary field")
    return primary.name, parse_key(given, schema)


def _input_of(schema: CollectionSchema, field: FieldSchema) -> str:
    """Returns the field to read: for a BM25 vector, which is not stored with the row, its text field."""
    for function in schema.functions:
        if function.type == 1 and field.name in function.output_field_names:
            return function.input_field_names[0]
    return field.name


def _read(source: str, field: FieldSchema, standard_input: Callable[[], bytes]) -> Sequence[Query]:
    """Reads `-`, `@FILE`, a vector, or else a path: what can be read as a vector is never a path."""
    if source == "-":
        return _from_bytes(standard_input(), "standard input", field)
    if source.startswith("@") and not source.startswith("@@"):
        return _from_file(source[1:], field)
    text = source.removeprefix("@")
    try:
        found = list(vectors_in(io.StringIO(text, newline=""), sparse=_is_sparse(field)))
    except UnreadableVector as exc:
        if os.path.exists(source):
            return _from_file(source, field)
        raise _unreadable_text(text, exc) from exc
    if not found:
        raise InvalidInput("the vector is empty", hint=FORMS)
    return _packed(numbered(value for _, value in _joined(found, field)), field)


def _unreadable_text(text: str, error: UnreadableVector) -> InvalidInput:
    if re.search(r"[\s,\[({\"]", text):
        return InvalidInput(f"the vector {error.reason}", hint=error.hint)
    folder = os.path.dirname(text)
    names = [os.path.join(folder, each) for each in os.listdir(folder or ".")] if os.path.isdir(folder or ".") else []
    return InvalidInput(
        f"{text[:80]!r} is neither a vector nor a file",
        hint=nearest(text, names) or "write a vector as [0.1, 0.2, …], or the path of a file",
    )


def _from_file(path: str, field: FieldSchema) -> Sequence[Query]:
    try:
        with open(path, "rb") as file:
            if path.lower().endswith(".npy"):
                return _from_npy(read_npy(file, path), field)
            content = read_whole(file, path, LARGEST)
    except OSError as exc:
        raise unreadable(path, exc) from exc
    return _from_bytes(content, path, field)


def _from_bytes(content: bytes, name: str, field: FieldSchema) -> Sequence[Query]:
    """Reads NPY, which its first bytes tell, or text. Vectors of a text are packed one by one, which saves memory."""
    if content.startswith(NPY_MAGIC):
        return _from_npy(read_npy(io.BytesIO(content), name), field)
    lines = io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")
    try:
        found = vectors_of_file(lines, field.name, sparse=_is_sparse(field))
        vectors = _packed(((f"{name}, line {line}", value) for line, value in _joined(found, field)), field)
    except UnreadableVector as exc:
        raise InvalidInput(f"{name}, line {exc.line} {exc.reason}", hint=exc.hint) from exc
    except UnicodeDecodeError:
        raise CliError(f"{name} is neither text nor an NPY file") from None
    if not vectors:
        raise CliError(f"{name} has no vector")
    return vectors


def _joined(found: Iterable[Found], field: FieldSchema) -> Iterator[Found]:
    """Joins single numbers into one vector if there are exactly as many as it has, as numpy.savetxt writes one."""
    width, vectors, taken = 0 if _is_sparse(field) else _width(field), iter(found), []
    for each in vectors:
        taken.append(each)
        if not isinstance(each[1], list) or len(each[1]) != 1 or len(taken) > width:
            yield from taken
            yield from vectors
            return
    if len(taken) == width:
        yield taken[0][0], [number for _, (number,) in taken]
    else:
        yield from taken


def _packed(found: Iterable[tuple[str, Any]], field: FieldSchema) -> Sequence[Query]:
    """Encodes vectors, each given with its place. For rows, as other commands write them, takes the field's value.

    The text of a row without one stays as it is.
    """
    return [_query(place, value, field) for place, value in found]


def _query(place: str, value: Any, field: FieldSchema) -> Query:
    text = value.get(TEXT_MEMBER) if isinstance(value, dict) and field.name not in value else None
    if isinstance(text, str) and not _is_sparse(field):
        return text
    return pack_queries([(place, _vector_in(value, field, place))], field)[0]


def _vector_in(value: Any, field: FieldSchema, place: str) -> Any:
    if isinstance(value, dict) and field.name in value:
        return value[field.name]
    if isinstance(value, dict) and not _is_sparse(field):
        raise InvalidInput(
            f"{place}: the row has no {field.name!r}", hint=f"it has {', '.join(map(repr, value)) or 'nothing'}"
        )
    return value


def _is_sparse(field: FieldSchema) -> bool:
    return type_name(field.data_type) == "SPARSE_FLOAT_VECTOR"


def _from_npy(array: NpyArray, field: FieldSchema) -> Sequence[bytes]:
    kind, width = type_name(field.data_type), array.width if len(array.shape) > 1 else array.length
    wanted = _width(field)
    if width != wanted:
        raise InvalidInput(f"{array.name} has vectors of {width} numbers, and {field.name!r} takes {wanted}")
    if not array.length:
        raise CliError(f"{array.name} has no vector")
    if array.dtype != SAME_BYTES.get(kind):
        rows = list(array.rows())
        return pack_queries(numbered(rows if len(array.shape) > 1 else [rows]), field)
    if array.length * array.row_size > LARGEST:
        raise CliError(f"{array.name} has more than {LARGEST >> 20} MiB of query vectors")
    raw = b"".join(array.blocks())
    size = width * array.item_size
    return pack_queries(numbered(raw[start : start + size] for start in range(0, len(raw), size)), field)


def _width(field: FieldSchema) -> int:
    """Returns the numbers per vector in a file; a binary vector has a byte for 8 dimensions."""
    if _is_sparse(field):
        raise InvalidInput(f"{field.name!r} takes sparse vectors, and NPY files hold none", hint="give JSON")
    return dimension(field) // 8 if type_name(field.data_type) == "BINARY_VECTOR" else dimension(field)
