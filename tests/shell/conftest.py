"""Sessions and completers of the shell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from milvus_cli.app.runner import execute
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.output.console import Console
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.shell.completer import ShellCompleter
from tests.support.grpc_peer import GrpcPeer
from tests.support.names_peer import HANDLERS, Complete


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session connected to a peer with a few names, under the alias dev."""
    made = Session(Config(home=tmp_path / "home"), Console(), load(tmp_path / "none", {}), Options(quiet=True), Catalog)
    with GrpcPeer(HANDLERS) as peer:
        assert execute(["connect", peer.address, "-a", "dev"], made) == 0
        yield made
        made.close()


@pytest.fixture
def complete(session: Session) -> Complete:
    """Returns the lines that a line may be completed to."""
    session.catalog.patience = 5
    completer = ShellCompleter(session)

    def texts(line: str) -> list[str]:
        found = list(completer.get_completions(Document(line), CompleteEvent()))
        assert completer.failure == ""
        return [line[: len(line) + each.start_position] + each.text for each in found]

    return texts
