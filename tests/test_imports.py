"""What a command does not need, it does not load: that is where start-up time goes."""

import subprocess
import sys

import pytest

from tests.support.cli import Cli

SHOW_LOADED = """\
import sys
from milvus_cli.cli import main
main(sys.argv[1:])
print(*sys.modules, file=sys.stderr)
"""
NEVER = {"pymilvus", "numpy", "pandas", "keyring", "milvus_lite"}
DOORS = {"grpc", "google.protobuf", "tabulate", "wcwidth", "prompt_toolkit", "yaml"}
STORE = {"sqlite3", "milvus_cli.session", "milvus_cli.connections.store"}
LITE = {"subprocess", "milvus_cli.servers.lite"}


@pytest.mark.parametrize(
    ("argv", "forbidden"),
    [
        (["--version"], NEVER | DOORS | STORE | LITE | {"milvus_cli.commands.connection"}),
        (["--help"], NEVER | DOORS | STORE | LITE),
        (["list", "connections", "-o", "json"], NEVER | DOORS | LITE),
        (["list", "connections"], NEVER | (DOORS - {"tabulate", "wcwidth"}) | LITE),
    ],
    ids=["version", "help", "json", "table"],
)
def test_a_command_loads_only_what_it_needs(argv: list[str], forbidden: set[str], cli: Cli) -> None:
    done = subprocess.run([sys.executable, "-c", SHOW_LOADED, *argv], env=cli.environment(), cwd=cli.directory,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert forbidden & set(done.stderr.split()) == set()
