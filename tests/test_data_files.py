"""Files as other programs write them, and broken ones: which rows are inserted, and what is reported."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import zstandard

from milvus_cli.app.history import carries_secret
from milvus_cli.connections.profile import Profile
from milvus_cli.session.clients import open_client
from milvus_cli.values.encode import encode_rows
from tests.support.cli import ROOT, Cli, Run
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed, failed

MAKE = "create collection -c {} -f id:INT64 -f title:VARCHAR:100 -f v:FLOAT_VECTOR:2 -p id --index v:FLAT:L2"


@pytest.fixture
def lite_in_tmp(cli: Cli, lite: LiteServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Commands on Milvus Lite; the current directory is empty."""
    monkeypatch.chdir(tmp_path)
    return Typed(cli, lite)


def nested(depth: int) -> str:
    return '{"a":' * depth + '"e"' + "}" * depth


def row(number: int, more: str = "") -> str:
    return f'{{{more}"id": {number}, "title": "a", "v": [1, 2]}}'


def test_the_counts_of_json_files_are_true(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("df_json")
    lite_in_tmp.all(MAKE.format("df_json"))
    inner = f'"refs": [{row(77)}], '
    texts = {
        "concat.json": f"[{row(1)}]\n[{row(2)}]\n",
        "empty_first.json": f'{{"errors": [], "data": [{row(3)}, {row(4)}]}}',
        "lines.json": f"{row(5)}\n{row(6)}\n",
        "nested.json": f"{row(7, inner)}\n{row(8, inner)}\n",
        "list.jsonl": f"[{row(9)}, {row(10)}]",
    }
    for number, (name, text) in enumerate(texts.items()):
        Path(name).write_text(text)
        known = f", which had {2 * number} and has {2 * number + 2}"
        assert lite_in_tmp(f"insert file -c df_json --ignore-unknown {name}") == Run(
            0, f"Inserted 2 of 2 rows into 'df_json'{known}.\n", ""
        )
    assert [each["id"] for each in lite_in_tmp.json("query -c df_json --limit 100")] == list(range(1, 11))
    Path("garbage.json").write_text(f"[{row(11)}] trailing garbage")
    assert lite_in_tmp("insert file -c df_json garbage.json").code == 1
    Path("two.json").write_text(f'{{"errors": [{{"no": 1}}], "data": [{row(12)}]}}')
    assert lite_in_tmp("insert file -c df_json two.json") == failed(
        "two.json: cannot tell which list holds the rows: 'errors' or 'data'", "keep only the rows", 2
    )
    lite_in_tmp.gone("df_json")


def test_a_row_that_is_too_deep_is_rejected_with_its_place(lite_in_tmp: Typed) -> None:
    lite_in_tmp.gone("df_deep")
    lite_in_tmp.all(MAKE.format("df_deep") + " --dynamic")
    for name, place in (("rows.jsonl", "line 2"), ("rows.json", "row 2")):
        rows = [row(1), row(2, f'"j": {nested(1_200)}, '), row(3)]
        Path(name).write_text("\n".join(rows) if name == "rows.jsonl" else f"[{','.join(rows)}]")
        run = lite_in_tmp(f"upsert file -c df_deep {name} --rejects rejects.jsonl")
        assert (run.code, run.out) == (5, "")
        assert run.err.startswith(f"{name}, {place}: nested too deeply\nerror: Upserted 2 of 3 rows")
        assert json.loads(Path("rejects.jsonl").read_text())["row"] == rows[1]
    lite_in_tmp.gone("df_deep")


@pytest.fixture
def deep_value(typed: Typed, is_lite: bool) -> Iterator[str]:
    """Deep JSON, which the collection `df_held` has in its JSON field `j` and under its dynamic key `d`."""
    # Milvus Lite accepts what Python's own parser accepts, and PyYAML fails before that.
    deep = nested(400 if is_lite else 1_200)
    typed.gone("df_held")
    typed.all(
        "create collection -c df_held -f id:INT64 -f j:JSON -f v:FLOAT_VECTOR:2 -p id --dynamic --index v:FLAT:L2",
    )
    client = open_client(Profile(host=typed.server.host, port=typed.server.port), timeout=60)
    try:
        schema = client.call("DescribeCollection", collection_name="df_held").schema
        columns = encode_rows([{"id": 1, "j": {"b": 1}, "v": [1, 2], "d": 1}], schema)
        for column in columns:
            if column.field_name == "j":
                column.scalars.json_data.data[0] = deep.encode()
            elif column.is_dynamic:
                column.scalars.json_data.data[0] = f'{{"d":{deep}}}'.encode()
        client.call("Insert", collection_name="df_held", fields_data=columns, num_rows=1)
    finally:
        client.close()
    typed.all("load collection df_held")
    yield deep
    typed.gone("df_held")


def test_a_deep_value_is_shown_whole_in_every_format(typed: Typed, deep_value: str) -> None:
    spaced = deep_value.replace(":", ": ")
    for line in (
        "query -c df_held --fields j,d",
        "get -c df_held --ids 1 --fields j,d",
        "search -c df_held --vector [1,2] --fields j,d",
    ):
        for output in ("json", "jsonl", "yaml", "csv", "tsv", "table", "vertical", "markdown"):
            run = typed(f"-o {output} {line}")
            assert (run.code, run.err) == (0, ""), (line, output, run.err)
            shown = spaced.replace('"', '""') if output in ("csv", "tsv") else spaced
            assert run.out.count(shown) == 2, (line, output)


def test_a_deep_value_is_exported_whole_to_every_format(typed: Typed, deep_value: str, tmp_path: Path) -> None:
    for name in ("jsonl", "json", "csv", "tsv", "parquet"):
        run = typed(f"export -c df_held {tmp_path}/out.{name}")
        assert (run.code, run.err) == (0, ""), (name, run)

    assert (tmp_path / "out.jsonl").read_text().replace(": ", ":").count(deep_value) == 2
    assert (tmp_path / "out.json").read_text().replace(": ", ":").count(deep_value) == 2
    assert (tmp_path / "out.csv").read_text().replace(": ", ":").count(deep_value.replace('"', '""')) == 2
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert table[0]["j"].replace(": ", ":") == deep_value


@pytest.fixture
def empty_df_csv(lite_in_tmp: Typed) -> Iterator[Typed]:
    """With an empty collection `df_csv` on Milvus Lite."""
    lite_in_tmp.gone("df_csv")
    lite_in_tmp.all(MAKE.format("df_csv"))
    yield lite_in_tmp
    lite_in_tmp.gone("df_csv")


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        (
            "semicolon.csv",
            '\ufeffid;title;v\n1;a;"[1, 2]"\n'.encode(),
            failed(
                "semicolon.csv: df_csv has no field 'id;title;v'",
                "the delimiter looks like ';': --delimiter ';'",
                2,
            ),
        ),
        (
            "tabs.csv",
            b"id\ttitle\tv\n1\ta\t[1]\n",
            failed(
                "tabs.csv: df_csv has no field 'id\\ttitle\\tv'", "the delimiter looks like '\\t': --delimiter '\\t'", 2
            ),
        ),
        (
            "wide.csv",
            "id,title,v\n".encode("utf-16"),
            failed("wide.csv: not UTF-8; it looks like UTF-16", "--encoding utf-16"),
        ),
    ],
    ids=["semicolons", "tabs", "UTF-16"],
)
def test_a_hint_says_what_a_file_is_instead_of_csv(
    empty_df_csv: Typed, name: str, content: bytes, refusal: Run
) -> None:
    Path(name).write_bytes(content)
    assert empty_df_csv(f"insert file -c df_csv {name}") == refusal


def test_a_row_that_a_quote_made_of_several_lines_is_reported(empty_df_csv: Typed) -> None:
    Path("two.tsv").write_text('id\ttitle\tv\n1\t"hello\t[1,2]\n2\tb\t[1,2]\n3\tworld"\t[1,2]\n')
    assert empty_df_csv("insert file -c df_csv two.tsv") == Run(
        0,
        "Inserted 1 of 1 rows into 'df_csv', which had 0 and has 1.\n",
        "two.tsv, lines 2 to 4 are one row: a quote opens in line 2 and closes in line 4\n",
    )


def test_query_vectors_come_from_a_csv_file(empty_df_csv: Typed) -> None:
    empty_df_csv.all("""insert row -c df_csv --row '{"id": 1, "title": "a", "v": [1, 2]}'""")
    Path("queries.csv").write_text('"[1, 2]"\n"[2, 1]"\n')
    assert len(empty_df_csv.json("search -c df_csv --vector @queries.csv --limit 1")) == 2


class Secretive(BaseHTTPRequestHandler):
    """Serves data to clients with the password, and redirects others to forbidden places."""

    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        Secretive.asked.append((self.path, self.headers.get("Authorization")))
        place = {
            "/away": "/data.csv?token=geheim",
            "/file": "file:///etc/passwd",
            "/ftp": "ftp://ann:geheim@127.0.0.1/x?sig=geheim",
            "/round": "/round.csv?sig=geheim",
        }
        where = place.get(self.path.partition("?")[0].removesuffix(".csv"))
        if where or not self.path.startswith("/data"):
            self.send_response(302 if where else 404)
            if where:
                self.send_header("Location", where)
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'id,title,v\n1,a,"[1,2]"\n2,b,"[1]"\n')

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server_of_secret_urls() -> Iterator[int]:
    """The port of an HTTP server that remembers the URLs and passwords it was sent."""
    Secretive.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Secretive) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def empty_df_url(lite_in_tmp: Typed) -> Iterator[Typed]:
    """With an empty collection `df_url` on Milvus Lite."""
    lite_in_tmp.gone("df_url")
    lite_in_tmp.all(MAKE.format("df_url"))
    yield lite_in_tmp
    lite_in_tmp.gone("df_url")


def test_reasons_and_rejects_of_a_url_show_none_of_its_secrets(empty_df_url: Typed, server_of_secret_urls: int) -> None:
    place = f"127.0.0.1:{server_of_secret_urls}"
    shown = f"http://***@{place}/data.csv?token=***&n=***"
    run = empty_df_url(
        f"insert file -c df_url 'http://me:geheim%21@{place}/data.csv?token=geheim&n=1' --rejects r.jsonl"
    )
    assert run.code == 5
    assert run.err.startswith(f"{shown}, line 3, column 'v': ")
    assert json.loads(Path("r.jsonl").read_text())["file"] == shown
    assert Secretive.asked == [("/data.csv?token=geheim&n=1", "Basic bWU6Z2VoZWltIQ==")]


def test_errors_of_a_url_show_none_of_its_secrets(empty_df_url: Typed, server_of_secret_urls: int) -> None:
    place = f"127.0.0.1:{server_of_secret_urls}"
    told = {
        "none.csv?sig=geheim": failed(f"http://***@{place}/none.csv?sig=***: HTTP 404 Not Found"),
        "file.csv?sig=geheim": failed(
            f"http://***@{place}/file.csv?sig=***: HTTP 302 Found: redirected to file:///etc/passwd "
            "(only http and https are followed)"
        ),
        "ftp.csv": failed(
            f"http://***@{place}/ftp.csv: HTTP 302 Found: redirected to ftp://***@127.0.0.1/x?sig=*** "
            "(only http and https are followed)"
        ),
        "round.csv?sig=geheim": failed(
            f"http://***@{place}/round.csv?sig=***: HTTP 302 Found: redirected to http://{place}/round.csv?sig=*** "
            "(too many redirects)"
        ),
        "x?geheim": failed(
            f"http://***@{place}/x?***: unknown file format",
            "give --format: csv, tsv, json, jsonl, parquet, arrow, npy, npz",
            2,
        ),
        "a b.csv?sig=geheim": failed(
            f"invalid URL: http://***@{place}/a b.csv?sig=***", "write a space in it as %20", 2
        ),
    }
    for path, expected in told.items():
        assert empty_df_url(f"insert file -c df_url 'http://me:geheim@{place}/{path}'") == expected


def test_a_redirect_to_another_address_gets_no_password(empty_df_url: Typed, server_of_secret_urls: int) -> None:
    assert (
        empty_df_url(f"insert file -c df_url 'http://me:geheim@127.0.0.1:{server_of_secret_urls}/away.csv'").code == 5
    )
    assert Secretive.asked == [("/away.csv", "Basic bWU6Z2VoZWlt"), ("/data.csv?token=geheim", None)]


def test_a_job_keeps_none_of_the_secrets_of_its_url(empty_df_url: Typed, server_of_secret_urls: int) -> None:
    url = f"http://me:geheim@127.0.0.1:{server_of_secret_urls}/data.csv?token=geheim"
    run = empty_df_url(f"insert file -c df_url '{url}' --strict --checkpoint kept.json")
    assert (run.code, "geheim" in run.err) == (1, False)
    kept = [each for each in empty_df_url.cli.home.rglob("*") if each.is_file() and b"geheim" in each.read_bytes()]
    assert kept == []


def test_a_line_with_the_secret_of_a_url_is_known() -> None:
    assert carries_secret("insert file -c df_url http://me:geheim@127.0.0.1/data.csv?token=geheim")
    assert carries_secret("insert file -c df_url https://x/data.csv?token=geheim")
    assert not carries_secret("insert file -c df_url https://x/data.csv")


def test_a_checkpoint_keeps_no_secret(lite_in_tmp: Typed) -> None:
    from milvus_cli.transfer.insert_job import without_secret

    one, other = (without_secret(f"https://me:geheim@x/a.csv?id={number}") for number in (1, 2))
    assert one != other
    assert {each.partition(" ")[0] for each in (one, other)} == {"https://***@x/a.csv?id=***"}
    assert without_secret("/home/a.csv?id=1") == "/home/a.csv?id=1"


READ = """
import sys
from milvus_cli.errors import CliError
from milvus_cli.files.json_rows import RowKeys, read_json_rows
from milvus_cli.files.separated import read_separated
from milvus_cli.files.sources import find_files, open_source
with open_source(find_files(sys.argv[1:], None)[0]) as source:
    try:
        table = read_separated(source) if source.file.format == "csv" else read_json_rows(source, RowKeys())
        print(sum(len(chunk.lines) + len(chunk.bad) for chunk in table.chunks))
    except CliError as exc:
        print(exc.message)
peak = next(int(line.split()[1]) >> 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print("under 150 MiB" if peak < 150 else f"{peak} MiB")
"""


@pytest.mark.parametrize(
    ("name", "begin", "told"),
    [
        ("line.csv.zst", b"id,t\n1,", "{}, line 2: longer than 16 MiB"),
        ("header.csv.gz", b"", "{}, line 1: longer than 16 MiB"),
        ("line.jsonl.zst", b'{"id": 1}\n', "2"),
        ("item.json.gz", b'[{"id": 1}, "', "{}, value 2 of the list in line 1: longer than 16 MiB, or without an end"),
    ],
)
def test_a_small_file_that_becomes_large_takes_little_memory(
    name: str, begin: bytes, told: str, tmp_path: Path
) -> None:
    import gzip

    path = tmp_path / name
    if name.endswith("zst"):
        compressor = zstandard.ZstdCompressor(level=3).compressobj()
        parts = [compressor.compress(each) for each in (begin, *[b"x" * (1 << 20)] * 700)]
        path.write_bytes(b"".join((*parts, compressor.flush())))
        assert path.stat().st_size < 100_000
    else:
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(begin)
            for _ in range(100):
                file.write(b"x" * (1 << 20))
    done = subprocess.run(
        [sys.executable, "-c", READ, path], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (
        0,
        f"{told.format(path)}\nunder 150 MiB\n",
        "",
    )


def test_one_read_has_a_size_limit(lite_in_tmp: Typed) -> None:
    with Path("large.txt").open("wb") as file:
        file.truncate((64 << 20) + 2)
    assert lite_in_tmp("insert row -c x --row @large.txt") == failed("large.txt is larger than 64 MiB")
    assert lite_in_tmp.cli("-f", "large.txt", env=lite_in_tmp.env) == failed("large.txt is larger than 64 MiB")
