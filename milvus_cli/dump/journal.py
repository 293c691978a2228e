"""A journal: one JSON object per line for each step that is done, so that a killed job can continue.

A step is appended after its effect. The last line of a killed job may be cut, and is then ignored.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..connections.private_files import make_private, open_own
from ..errors import CliError
from ..text.unwritable import unwritable

Event = Mapping[str, Any]
IDENTITY = "job"


class Journal:
    """The steps of one job. `identity` describes the job; safe to use from several threads."""

    def __init__(self, path: Path, identity: Event) -> None:
        self.path = path
        self._identity = json.loads(json.dumps(identity))
        self._lock = threading.Lock()
        self._file = -1
        self._is_empty = True

    def begun(self) -> Sequence[Event]:
        """Opens the file and returns the steps of earlier runs. Raises CliError if they are of another job."""
        try:
            if not self.path.parent.exists():
                make_private(self.path.parent)
            self._file = open_own(str(self.path), 0o600)
            events, end = _events(self.path.read_bytes())
            os.ftruncate(self._file, end)
            os.lseek(self._file, 0, os.SEEK_END)
        except OSError as exc:
            raise self._failed(exc) from exc
        if not events:
            self.add({IDENTITY: self._identity})
            self._is_empty = True
            return []
        self._is_empty = len(events) == 1
        different = _different(events[0].get(IDENTITY), self._identity)
        if different:
            self.close()
            raise CliError(
                f"{self.path} is of another job: it had another {', '.join(different)}",
                hint="run it as before, or start over with --force",
            )
        return events[1:]

    def earlier(self) -> Sequence[Event]:
        """Returns the steps of earlier runs without opening the file to write."""
        try:
            return _events(self.path.read_bytes())[0][1:]
        except FileNotFoundError:
            return []
        except OSError as exc:
            raise CliError(f"can't read {self.path}: {exc.strerror}") from exc

    def add(self, event: Event) -> None:
        """Appends a step, and waits until it is on the disk. Raises CliError."""
        line = json.dumps(event, ensure_ascii=False).encode(errors="surrogatepass") + b"\n"
        try:
            with self._lock:
                if os.write(self._file, line) < len(line):
                    raise OSError(28, os.strerror(28))
                os.fsync(self._file)
                self._is_empty = False
        except OSError as exc:
            raise self._failed(exc) from exc

    def finish(self) -> None:
        """Deletes the file: the job is done."""
        self._is_empty = True
        self.close()

    def close(self) -> None:
        """Closes the file, and deletes it if no step was done."""
        if self._file >= 0 and self._is_empty:
            self.path.unlink(missing_ok=True)
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _failed(self, error: OSError) -> CliError:
        return unwritable(self.path, error, hint="make room; then run the same command again")


def _events(data: bytes) -> tuple[list[Event], int]:
    """Returns the whole lines, and where they end."""
    events: list[Event] = []
    end = 0
    for line in data.splitlines(keepends=True):
        try:
            event = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            event = None
        if not isinstance(event, dict):
            break
        events.append(event)
        end += len(line)
    return events, end


def _different(one: Any, other: Mapping[str, Any]) -> list[str]:
    """Returns the parts in which two descriptions of jobs differ."""
    if not isinstance(one, dict):
        return ["description"]
    return [key for key in other if one.get(key) != other[key]]
