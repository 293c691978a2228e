"""Runs commands in this process: their output is recorded, and there is no terminal to ask on."""

import io
from collections.abc import Sequence
from pathlib import Path

from milvus_cli.app.runner import execute
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.output.console import Console
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from tests.support.cli import Run


class Recorder(Console):
    def __init__(self, given: str | bytes = "") -> None:
        super().__init__()
        self.out, self.err = _stream(), _stream()
        buffer = io.BufferedReader(io.BytesIO(given.encode() if isinstance(given, str) else given))
        self.stdin = io.TextIOWrapper(buffer, "utf-8", newline="")
        self.stdout, self.stderr = self.out, self.err

    def written(self) -> tuple[str, str]:
        """The text on stdout and on stderr."""
        return _text(self.out), _text(self.err)


def run_here(argv: Sequence[str], home: Path, uri: str = "", *, token: str = "", input: str | bytes = "") -> Run:
    """A one-shot command with MILVUS_URI and MILVUS_TOKEN set, and INPUT on stdin, without the process around it."""
    console = Recorder(input)
    session = Session(Config(home, uri=uri, token=token), console, load(home / "config.toml", {}), catalog=Catalog)
    try:
        return Run(execute(argv, session), *console.written())
    finally:
        session.close()


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
