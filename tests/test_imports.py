"""The cost of a start: which packages each way in imports, and which it does not."""

import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from tests.support.cli import ROOT, Cli
from tests.support.grpc_peer import GrpcPeer, replies
from tests.support.official import milvus_pb2

HEAVY = ("grpc", "google.protobuf", "prompt_toolkit", "pymilvus", "pandas", "numpy", "keyring", "fsspec")
RARE = {"getpass", "tty", "logging", "concurrent.futures"}
"""Modules of the standard library that cost a start milliseconds and few commands need."""

RUN = """
import sys
from milvus_cli.cli import main

code = main(sys.argv[1:])
sys.stdout.flush()
print(*sorted(sys.modules), file=open("modules", "w"))
sys.exit(code)
"""


def modules_after(cli: Cli, *argv: str) -> set[str]:
    """The modules imported once the command has run."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, *argv],
        cwd=cli.directory,
        env=cli.environment(),
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return set((cli.directory / "modules").read_text().split())


@pytest.fixture
def connected_cli(cli: Cli) -> Cli:
    """milvus_cli with a saved connection."""
    with GrpcPeer() as peer:
        assert cli("connect", "-h", peer.host, "-p", str(peer.port)).code == 0
    return cli


@pytest.mark.parametrize(
    "argv",
    [["--version"], ["--help"], ["version"], ["list", "connections"], ["list", "connections", "-o", "json"]],
    ids=" ".join,
)
def test_commands_without_a_server_import_nothing_heavy(connected_cli: Cli, argv: list[str]) -> None:
    assert modules_after(connected_cli, *argv) & {*HEAVY, *RARE} == set()


@pytest.mark.parametrize("argv", [["--version"], ["--help"]], ids=" ".join)
def test_version_and_help_need_no_store_and_no_format(cli: Cli, argv: list[str]) -> None:
    assert modules_after(cli, *argv) & {"sqlite3", "wcwidth", "yaml", "ssl"} == set()


def test_json_needs_no_table_no_yaml_and_no_prompt(cli: Cli) -> None:
    with GrpcPeer({"ShowCollections": replies(milvus_pb2.ShowCollectionsResponse())}) as peer:
        assert cli("connect", "-h", peer.host, "-p", str(peer.port)).code == 0
        found = modules_after(cli, "list", "collections", "-o", "json")
    assert "grpc" in found
    heavy = {"wcwidth", "jmespath", "prompt_toolkit", "yaml", "pymilvus", "pandas", "numpy", "keyring"}
    assert found & heavy == set()


def test_a_table_of_ascii_text_needs_no_package_of_others(connected_cli: Cli) -> None:
    found = modules_after(connected_cli, "list", "connections", "-o", "table")
    assert found & {"wcwidth", "jmespath", "yaml"} == set()


def test_a_query_needs_its_library_alone(connected_cli: Cli) -> None:
    found = modules_after(connected_cli, "list", "connections", "--query", "[].alias")
    assert found & {"wcwidth", "jmespath", "yaml"} == {"jmespath"}


def test_a_preview_of_vectors_in_parquet_needs_neither_numpy_nor_pyarrow_compute(cli: Cli) -> None:
    """pyarrow.compute takes 0.2 s to load, and pyarrow itself would load numpy."""
    even = pyarrow.array([[0.5, 1.5]], pyarrow.list_(pyarrow.float32(), 2))
    parquet.write_table(pyarrow.table({"id": [1], "v": [[0.5, 1.5]], "even": even}), cli.directory / "v.parquet")
    found = modules_after(cli, "show", "file", "v.parquet")
    assert "pyarrow.parquet" in found
    assert found & {"numpy", "pyarrow.compute"} == set()


def test_pymilvus_can_be_imported_beside_our_generated_code(tmp_path: Path) -> None:
    """Protobuf refuses two files that define one symbol."""
    code = "import milvus_cli.client.client, pymilvus, milvus_cli.client.wire.milvus_pb2"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
