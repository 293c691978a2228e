"""Query vectors from what was typed: JSON, or a file of .npy, .json or .jsonl."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from ..jsontext import parse_json
from ..rpc.encode import encode_vectors
from ..rpc.search import parse_vectors
from ..transfer.npy import read_npy

if TYPE_CHECKING:
    from ..rpc.wire.schema_pb2 import FieldSchema


def read_queries(text: str, field: FieldSchema) -> list[bytes]:
    """Each as a serialized PlaceholderGroup; `@FILE` is read. Raises CliError and InvalidInput."""
    vectors = list(_from_file(text[1:])) if text.startswith("@") else parse_vectors(text)
    if not vectors:
        raise CliError(f"{text[1:]} holds no vectors")
    return [encode_vectors([each], field) for each in vectors]


def _from_file(path: str) -> Iterator[Any]:
    try:
        if path.endswith(".npy"):
            with open(path, "rb") as stream:
                yield from read_npy(stream, path).rows()
            return
        with open(path, encoding="utf-8") as file:
            if not path.endswith((".jsonl", ".ndjson")):
                yield from parse_vectors(file.read())
                return
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield parse_json(line, f"{path}:{number}", "write it as [0.1, 0.2, …]")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise CliError(f"can't read {path}: {reason}") from exc
