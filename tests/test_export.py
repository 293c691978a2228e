"""Exports on Milvus and Milvus Lite, read back by Python's own readers; interrupted and resumed."""

import csv
import gzip
import io
import json
import os
import resource
import shlex
import signal
import struct
from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet
import pytest
import zstandard

from milvus_cli.client.client import Client
from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldData
from milvus_cli.connections.profile import Profile
from milvus_cli.files.writers import FileShape, writer_of
from milvus_cli.rows.selection import Selection, chosen_fields
from milvus_cli.schema.declaration import Declaration, declared
from milvus_cli.session.clients import open_client
from milvus_cli.transfer import export
from milvus_cli.values.decode import decode_column
from milvus_cli.values.encode import encode_rows
from tests.support.cli import Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.process import ServerProcess
from tests.support.typed import Typed, failed, on_milvus
from tests.values.test_codec import FIELDS, ROWS, schema_of

TYPES = (
    "id:INT64",
    "b:BOOL",
    "i8:INT8",
    "i16:INT16",
    "i32:INT32",
    "f:FLOAT",
    "d:DOUBLE",
    "t:VARCHAR:100",
    "j:JSON",
    "a:ARRAY:INT64:8",
    "at:ARRAY:VARCHAR:8:8",
    "v:FLOAT_VECTOR:3",
)
AWKWARD: list[dict[str, Any]] = [
    {
        "id": -(2**63) + 1,
        "b": True,
        "i8": -128,
        "i16": -(2**15),
        "i32": -(2**31),
        "f": 0.1,
        "d": 0.1,
        "t": "",
        "j": {"a": [1, None, "ü漢🦅"], "n": 2**63 - 1, "f": 1e-7},
        "a": [-(2**63), 2**63 - 1],
        "at": ["x", 'q"', ","],
        "v": [0.1, -0.001, 3.4028235e38],
        "color": "red",
        "deep": {"x": [1.5]},
    },
    {
        "id": 0,
        "b": False,
        "i8": 0,
        "i16": 0,
        "i32": 0,
        "f": 1e-45,
        "d": 5e-324,
        "t": 'a,"b"\tc\nd\r\ne;f',
        "j": {},
        "a": [],
        "at": [],
        "v": [1e-7, 1e-5, 16777216.0],
    },
    {
        "id": 1,
        "b": False,
        "i8": 0,
        "i16": 0,
        "i32": 0,
        "f": 3.4028235e38,
        "d": 1.7e308,
        "t": "nul\0 漢🦅\u2028\\n",
        "j": {"line": "a\nb"},
        "a": [0],
        "at": [""],
        "v": [-0.0, 1e13, 1e20],
        "n": 2**53 + 1,
    },
    {
        "id": 2**63 - 2,
        "b": True,
        "i8": 127,
        "i16": 2**15 - 1,
        "i32": 2**31 - 1,
        "f": -0.0,
        "d": -0.0,
        "t": "NULL",
        "j": {"s": "\x7f\x1b"},
        "a": [1],
        "at": ["漢"],
        "v": [1.1754944e-38, 1e-45, 0.3],
    },
]
MANY = 20_000
FEWER = 3_000
"""On Milvus Lite, which has no limit of rows and takes long for a page."""


def client_of(server: ServerProcess) -> Client:
    return open_client(Profile(host=server.host, port=server.port), timeout=60)


def make_filled(client: Client, name: str, schema: CollectionSchema, columns: list[FieldData], rows: int) -> None:
    """Creates a loaded collection with these rows."""
    schema.name = name
    if client.call("HasCollection", collection_name=name).value:
        client.call("DropCollection", collection_name=name)
    client.call("CreateCollection", collection_name=name, schema=schema.SerializeToString(), shards_num=2)
    client.call("Insert", collection_name=name, fields_data=columns, num_rows=rows)
    index = [{"key": "index_type", "value": "FLAT"}, {"key": "metric_type", "value": "L2"}]
    client.call("CreateIndex", collection_name=name, field_name="v", index_name="v", extra_params=index)
    client.call("LoadCollection", collection_name=name)


@pytest.fixture(scope="module")
def server_with_rows(server: ServerProcess) -> ServerProcess:
    """A server with collections `awkward` (every type) and `many` (more rows than one query returns)."""
    schema = schema_of(*TYPES, dynamic=True)
    many = declared(Declaration("many", ("id:INT64", "v:FLOAT_VECTOR:2"), primary="id")).schema
    rows = FEWER if isinstance(server, LiteServer) else MANY
    ids, numbers = FieldData(type=DataType.Int64, field_name="id"), FieldData(type=DataType.FloatVector, field_name="v")
    # Unordered, so that a server can't return them in insertion order.
    ids.scalars.long_data.data.extend(number * 7919 % rows for number in range(rows))
    numbers.vectors.dim = 2
    numbers.vectors.float_vector.data.extend(each / 8 for key in ids.scalars.long_data.data for each in (key, -key))
    client = client_of(server)
    make_filled(client, "awkward", schema, encode_rows(AWKWARD, schema), len(AWKWARD))
    make_filled(client, "many", many, [ids, numbers], rows)
    client.close()
    return server


@pytest.fixture
def awkward_and_many(
    typed: Typed, server_with_rows: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Typed:
    """With collections `awkward` and `many` on each kind of server in turn; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return typed


def bits(row: dict[str, Any]) -> dict[str, Any]:
    """Replaces float32s by their bits, so that -0.0 and 0.0 differ."""
    return {
        **row,
        "f": struct.pack("<f", row["f"]),
        "d": struct.pack("<d", row["d"]),
        "v": struct.pack("<3f", *row["v"]),
    }


EXPECTED = [bits(row) for row in AWKWARD]
NAMES = [field.partition(":")[0] for field in TYPES]


@pytest.mark.parametrize("file", ["x.jsonl", "x.json", "x.ndjson.gz", "x.jsonl.zst"])
def test_json_has_every_row_bit_for_bit(awkward_and_many: Typed, file: str) -> None:
    assert awkward_and_many(f"export -c awkward {file}") == Run(0, f"Exported 4 rows of 'awkward' to {file}.\n", "")
    text = text_of(Path(file))
    rows = json.loads(text) if file == "x.json" else [json.loads(line) for line in text.split("\n")[:-1]]
    assert [bits(row) for row in rows] == EXPECTED
    assert [list(row)[: len(NAMES)] for row in rows] == [NAMES] * 4
    assert os.listdir() == [file]


@pytest.mark.parametrize(("file", "delimiter"), [("x.csv", ","), ("x.tsv", "\t"), ("x.csv.gz", ",")])
def test_csv_has_every_row_bit_for_bit(awkward_and_many: Typed, file: str, delimiter: str) -> None:
    assert awkward_and_many(f"export awkward {file}").code == 0
    # Python before 3.11 refuses NUL.
    table = list(csv.reader(io.StringIO(text_of(Path(file)).replace("\0", "\ue000"), newline=""), delimiter=delimiter))
    assert table[0] == [*NAMES, "$meta"]
    rows = []
    for cells in table[1:]:
        row = dict(zip(table[0], cells, strict=True))
        values: dict[str, Any] = {name: text if name == "t" else json.loads(text) for name, text in row.items()}
        values["t"] = values["t"].replace("\ue000", "\0")
        dynamic: dict[str, Any] = values.pop("$meta")
        rows.append({**values, **dynamic})
    assert [bits(row) for row in rows] == EXPECTED


def test_parquet_has_every_row_bit_for_bit(awkward_and_many: Typed) -> None:
    assert awkward_and_many("export -c awkward x.parquet").code == 0
    table = pyarrow.parquet.read_table("x.parquet")
    assert {name: str(table.schema.field(name).type) for name in table.schema.names} == {
        "id": "int64",
        "b": "bool",
        "i8": "int8",
        "i16": "int16",
        "i32": "int32",
        "f": "float",
        "d": "double",
        "t": "string",
        "j": "string",
        "a": "list<element: int64>",
        "at": "list<element: string>",
        "v": "list<element: float>",
        "$meta": "string",
    }
    rows = []
    for row in table.to_pylist():
        dynamic = json.loads(row.pop("$meta"))
        rows.append({**row, "j": json.loads(row["j"]), **dynamic})
    assert [bits(row) for row in rows] == EXPECTED
    assert os.listdir() == ["x.parquet"]


def text_of(file: Path) -> str:
    raw = file.read_bytes()
    if file.suffix == ".gz":
        raw = gzip.decompress(raw)
    if file.suffix == ".zst":
        raw = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True).readall()
    return raw.decode()


def test_export_of_chosen_rows_and_fields(awkward_and_many: Typed) -> None:
    line = "export -c awkward x.csv --filter 'id in {ids}' --param 'ids=[0, 1]' --fields id,n,t -p _default"
    assert awkward_and_many.json(line) == {
        "message": "Exported 2 rows of 'awkward' to x.csv.",
        "collection": "awkward",
        "file": "x.csv",
        "format": "csv",
        "count": 2,
        "bytes": os.path.getsize("x.csv"),
    }
    assert (
        Path("x.csv").read_bytes()
        == 'id,n,t\n0,,"a,""b""\tc\nd\r\ne;f"\n1,9007199254740993,nul\0 漢🦅\u2028\\n\n'.encode()
    )


def test_export_of_no_rows_is_whole_too(awkward_and_many: Typed) -> None:
    expected = {"x.csv": "id,t\n", "x.jsonl": "", "x.json": "[\n\n]\n"}
    for file, text in expected.items():
        found = awkward_and_many(f"export awkward {file} -e 'id == 5' --fields id,t")
        assert found.out == f"Exported 0 rows of 'awkward' to {file}.\n"
        assert Path(file).read_text() == text
    assert awkward_and_many("export awkward x.parquet -e 'id == 5' --fields id,t").code == 0
    assert pyarrow.parquet.read_table("x.parquet").to_pylist() == []


def test_export_to_standard_output(awkward_and_many: Typed) -> None:
    found = awkward_and_many("export -c awkward - --format csv --fields id,t -e 'id < 0'")
    assert found == Run(0, 'id,t\n-9223372036854775807,""\n', "")
    assert awkward_and_many("export awkward - --fields id -e 'id < 0'") == Run(0, '{"id":-9223372036854775807}\n', "")
    assert awkward_and_many("export awkward - --format parquet") == failed(
        "only text goes to standard output", "give --format csv, tsv, jsonl or json", code=2
    )


def test_a_file_that_exists_is_replaced_only_by_force(awkward_and_many: Typed) -> None:
    Path("x.csv").write_text("precious")
    assert awkward_and_many("export awkward x.csv") == failed("x.csv exists", "add --force to replace it", code=2)
    assert Path("x.csv").read_text() == "precious"
    assert awkward_and_many("export awkward x.csv --fields id --force").code == 0
    assert Path("x.csv").read_text().startswith("id\n-9223372036854775807\n")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (
            "awkward x.xyz",
            failed(
                "unknown file format: 'x.xyz'",
                "give --format; formats: csv, tsv, json, jsonl, parquet, arrow, and .gz or .zst of text",
                code=2,
            ),
        ),
        ("awkward x --format cvs", failed("'cvs' is not a file format", "did you mean csv?", code=2)),
        ("awkward x.csv --fields id -e 'id = 1'", None),
        ("awkward /nosuch/x.csv", failed("can't write /nosuch/x.csv.part: No such file or directory")),
        (
            "awkward x.csv -p nosuch",
            failed("partition 'nosuch' not found in 'awkward'", "run `list partitions -c awkward`"),
        ),
        ("nosuchthing x.csv", None),
    ],
)
def test_an_export_that_fails_leaves_no_file(awkward_and_many: Typed, line: str, error: Run | None) -> None:
    found = awkward_and_many(f"export {line}")
    assert found == error if error else (found.code, found.out) == (1, "")
    assert os.listdir() == []


def test_export_of_more_rows_than_one_query_returns_is_complete(awkward_and_many: Typed, is_lite: bool) -> None:
    many = FEWER if is_lite else MANY
    assert awkward_and_many("export -c many x.jsonl").out == f"Exported {many:,} rows of 'many' to x.jsonl.\n"
    with open("x.jsonl", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    assert rows == [{"id": key, "v": [key / 8, -key / 8]} for key in range(many)]


def test_query_of_more_rows_than_one_answer_holds_returns_them_all(awkward_and_many: Typed, is_lite: bool) -> None:
    lines = awkward_and_many("query many --fields id -o csv").out.splitlines()
    assert lines == ["id", *map(str, range(FEWER if is_lite else MANY))]


@on_milvus  # The server makes no difference.
def test_an_export_resumes_where_it_was_killed(
    cli: Cli, server_with_rows: ServerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cli.directory)
    typed, line = Typed(cli, server_with_rows), "export -c many x.jsonl"
    # The process kills itself once its third page is in the file, but its state is not.
    process = cli.start(*shlex.split(line), env={**typed.env, "PYTHONPATH": str(killing(cli.directory))})
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not Path("x.jsonl").exists()
    assert 0 < json.loads(Path("x.jsonl.part.json").read_text())["point"]["rows"] < MANY

    assert typed(f"{line} --resume -e 'id > 1'") == failed(
        "x.jsonl.part is of another export", "start over without --resume"
    )
    assert typed(f"{line} --resume") == Run(0, f"Exported {MANY:,} rows of 'many' to x.jsonl.\n", "")
    assert keys_in(Path("x.jsonl")) == list(range(MANY))
    assert sorted(path.name for path in cli.directory.glob("x.*")) == ["x.jsonl"]


@pytest.mark.parametrize("file", ["x.json", "x.csv.gz", "x.parquet", "x.arrow"])
def test_an_export_resumes_where_ctrl_c_ended_it(
    awkward_and_many: Typed, is_lite: bool, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    if is_lite and file not in ("x.parquet", "x.arrow"):
        pytest.skip("the server makes no difference")
    many, keep = FEWER if is_lite else MANY, export._save_state
    kept = []

    def interrupted(*given: Any) -> None:
        keep(*given)
        kept.append(given)
        if len(kept) == (1 if is_lite else 2):
            raise KeyboardInterrupt

    monkeypatch.setattr(export, "_save_state", interrupted)
    assert awkward_and_many(f"export -c many {file}") == Run(
        130, "", f"error: {file} is incomplete\nhint: run the same command with --resume\n"
    )
    assert awkward_and_many(f"export -c many {file} --resume") == Run(
        0, f"Exported {many:,} rows of 'many' to {file}.\n", ""
    )
    assert keys_in(Path(file)) == list(range(many))
    assert os.listdir() == [file]


@pytest.mark.parametrize("file", ["x.jsonl", "x.parquet"])
def test_an_export_to_a_full_disk_resumes_when_there_is_room(
    awkward_and_many: Typed, is_lite: bool, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    if not is_lite:
        pytest.skip("the server makes no difference")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (45_000, limits[1]))
    try:
        found = awkward_and_many(f"export -c many {file}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    hint = "make room; then run the same command with --resume"
    assert found == failed(f"can't write {file}.part: File too large", hint)
    assert json.loads(Path(f"{file}.part.json").read_text())["point"]["rows"] > 0
    if file == "x.parquet":
        # The pages fit on the disk, but the file made of them does not.
        finish = export._complete_file

        def filling(*given: Any) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
            finish(*given)

        monkeypatch.setattr(export, "_complete_file", filling)
        try:
            assert awkward_and_many(f"export -c many {file} --resume") == failed(
                "can't write x.parquet.part: File too large", hint
            )
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        monkeypatch.setattr(export, "_complete_file", finish)
    assert awkward_and_many(f"export -c many {file} --resume") == Run(
        0, f"Exported {FEWER:,} rows of 'many' to {file}.\n", ""
    )
    assert keys_in(Path(file)) == list(range(FEWER))
    assert os.listdir() == [file]


def killing(directory: Path) -> Path:
    """A sitecustomize that kills the process between the third page and its state."""
    from tests.support.cli import ROOT

    (directory / "site").mkdir()
    (directory / "site" / "sitecustomize.py").write_text(f"""
import os, sys
sys.path.append({str(ROOT)!r})
replaced = []
replace = os.replace
def counting(source, target):
    if target.endswith(".part.json"):
        replaced.append(target)
        if len(replaced) == 3:
            os.kill(os.getpid(), 9)
    replace(source, target)
os.replace = counting
""")
    return directory / "site"


def keys_in(file: Path) -> list[int]:
    if file.suffix == ".parquet":
        return list(pyarrow.parquet.read_table(file)["id"].to_pylist())
    if file.suffix == ".arrow":
        return list(pyarrow.ipc.open_file(file).read_all()["id"].to_pylist())
    if file.suffix == ".gz":
        return [int(row[0]) for row in list(csv.reader(io.StringIO(gzip.decompress(file.read_bytes()).decode())))[1:]]
    text = file.read_text()
    rows = json.loads(text) if file.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
    return [row["id"] for row in rows]


def test_a_file_with_fewer_rows_than_the_server_counts_is_an_error(milvus: MilvusServer, cli: Cli) -> None:
    """Milvus counts a key as often as it was inserted, and returns it once."""
    typed = Typed(cli, milvus)
    typed.make("twice", index=True)
    row = '{"id": 1, "title": "", "vector": [1, 2, 3, 4]}'
    typed.all("load twice", f"insert row -c twice --row '[{row}, {row}]'")
    file = cli.directory / "x.csv"
    found = typed(f"export twice {shlex.quote(str(file))}")
    assert (found.code, found.out) == (1, "")
    assert found.err.startswith(
        "error: incomplete export: 1 of 2 rows, by the server's exact count\nhint: several rows"
    )
    assert not file.exists()
    typed.gone("twice")


# Without a server


def exported_page(shape: str, *fields: str, rows: list[dict[str, Any]], nullable: bool = False) -> bytes:
    schema = schema_of(*fields)
    for field in schema.fields:
        field.nullable = nullable and not field.is_primary_key
    columns = encode_rows(rows, schema)
    writer = writer_of(FileShape(shape), Selection(schema, "book", chosen_fields(schema, None)))
    return writer.head + writer.page(columns, len(rows), first=True) + writer.tail


def test_an_empty_text_and_null_differ_in_every_format() -> None:
    rows: list[dict[str, Any]] = [{"id": 1, "t": ""}, {"id": 2, "t": None}, {"id": 3, "t": "NULL"}]
    fields = ("id:INT64", "t:VARCHAR")
    assert {shape: exported_page(shape, *fields, rows=rows, nullable=True) for shape in ("csv", "jsonl")} == {
        "csv": b'id,t\n1,""\n2,\n3,NULL\n',
        "jsonl": b'{"id":1,"t":""}\n{"id":2,"t":null}\n{"id":3,"t":"NULL"}\n',
    }
    stream = exported_page("parquet", *fields, rows=rows, nullable=True)
    assert pyarrow.ipc.open_stream(stream).read_all()["t"].to_pylist() == ["", None, "NULL"]


@pytest.mark.parametrize("name", [each.partition(":")[0] for each in FIELDS[1:]])
def test_every_type_is_written_as_it_is_decoded(name: str) -> None:
    declared_fields = [each for each in FIELDS if each.partition(":")[0] in ("id", name)]
    rows = [{"id": row["id"], name: row[name]} for row in ROWS] + [{"id": 7, name: None}]
    lines = exported_page("jsonl", *declared_fields, rows=rows, nullable=True).decode().split("\n")[:-1]
    assert [json.loads(line)[name] for line in lines] == [row[name] for row in rows]
    table = list(csv.reader(io.StringIO(exported_page("csv", *declared_fields, rows=rows[:1]).decode(), newline="")))
    assert (table[1][1] if isinstance(rows[0][name], str) else json.loads(table[1][1])) == rows[0][name]
    stream = exported_page("parquet", *declared_fields, rows=rows, nullable=True)
    values = pyarrow.ipc.open_stream(stream).read_all()[name].to_pylist()
    schema = schema_of(*declared_fields)
    schema.fields[1].nullable = True
    back = [json.loads(value) if name in ("j", "s") and value is not None else value for value in values]
    _, column = encode_rows([{"id": 1, name: each} for each in back], schema)
    assert decode_column(column) == [row[name] for row in rows]


def test_numbers_that_json_lacks_are_named() -> None:
    rows = [{"id": 1, "f": 0.0, "v": [0.0, 1.0]}]
    schema = schema_of("id:INT64", "f:FLOAT", "v:FLOAT_VECTOR:2")
    columns = encode_rows(rows, schema)
    columns[1].scalars.float_data.data[0] = numpy.nan
    columns[2].vectors.float_vector.data[0] = -numpy.inf
    selection = Selection(schema, "book", chosen_fields(schema, None))
    found = [writer_of(FileShape(shape), selection).page(columns, 1, first=True) for shape in ("jsonl", "csv")]
    assert found == [b'{"id":1,"f":"NaN","v":["-Infinity",1.0]}\n', b'1,NaN,"[""-Infinity"",1.0]"\n']
