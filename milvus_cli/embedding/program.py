"""Runs a command that reads texts as JSON lines and prints a vector for each, as a JSON list on a line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from ..connections.embedders import Embedder
from ..errors import CliError, Interrupted, InvalidAnswer
from .endpoint import checked_vector, shortened

SHELL = "/bin/sh"
LAST_WORDS = 300
"""Bytes of the command's error output that are shown."""
LOOK_SECONDS = 0.25
"""Seconds between two looks whether the command is to be ended."""


def embed_by_command(
    embedder: Embedder, texts: Sequence[str], seconds: float, stopped: threading.Event
) -> list[list[float]]:
    """Starts the command for these texts and returns their vectors. Raises CliError and InvalidAnswer.

    The command is ended after `seconds`, and once `stopped` is set.
    """
    lines = "".join(f"{json.dumps({'text': text})}\n" for text in texts).encode()
    # Error output goes to a file: a pipe that nobody reads would stop the command.
    with tempfile.TemporaryFile() as errors:
        try:
            argv = [SHELL, "-c", embedder.command]
            pipe = subprocess.PIPE
            process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=errors, start_new_session=True)
        except OSError as exc:
            raise CliError(f"can't run the command: {exc.strerror}") from exc
        try:
            output = _finished(process, lines, seconds, stopped)
        finally:
            _end(process)
        if process.returncode:
            raise CliError(_how_it_ended(process.returncode, errors))
    return _vectors(output, len(texts))


def _finished(process: subprocess.Popen[bytes], lines: bytes, seconds: float, stopped: threading.Event) -> bytes:
    until = time.monotonic() + seconds
    left: bytes | None = lines
    while True:
        try:
            output: bytes = process.communicate(left, timeout=min(LOOK_SECONDS, seconds))[0]
            return output
        except subprocess.TimeoutExpired:
            # What it has not read yet is kept for the next look.
            left = None
            if stopped.is_set():
                raise Interrupted() from None
        if time.monotonic() > until:
            raise CliError(f"the command did not finish within {seconds:g} s", hint="--timeout SECONDS gives it longer")


def _how_it_ended(code: int, errors: IO[bytes]) -> str:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - LAST_WORDS))
    words = " ".join(errors.read().decode("utf-8", "replace").split())
    how = f"exited with {code}" if code > 0 else f"was ended by {signal.Signals(-code).name}"
    return f"the command {how}" + (f": {words}" if words else "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a command that still runs, with the processes that it started."""
    if process.poll() is None:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _vectors(output: bytes, count: int) -> list[list[float]]:
    lines = [line for line in output.split(b"\n") if line.strip()]
    found = []
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, list):
            text = shortened(line.decode("utf-8", "replace"))
            raise InvalidAnswer(
                f"line {number} of the command's output is not a JSON list: {text!r}",
                hint="print a vector as [0.1, 0.2, …] for each text, and messages to standard error",
            )
        found.append(checked_vector(value, f"line {number}"))
    if len(found) != count:
        raise InvalidAnswer(f"the command printed {len(found)} vectors for {count} texts")
    return found
