"""Keeps the vectors of the last rows of an insert, so that an interrupted one goes on without embedding them again.

An embedder may return other digits the second time, and then a row that has arrived could not be recognized.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from ..connections.embedders import Embedder
from ..connections.private_files import make_private
from ..errors import CliError
from ..text.unwritable import unwritable

DIGEST_SIZE = 16
KEPT = 8
"""Parts that are kept of each field: more than can be on their way at once."""


class VectorJournal:
    """Vectors by the digest of their text, in a file for each part of the rows and each field, in `directory`.

    What an earlier run left is read with `resume`, and else removed.
    """

    def __init__(self, directory: Path, *, resume: bool) -> None:
        self._directory = directory
        if not resume:
            self.remove()
        self._number = max((int(each.name.partition(".")[0]) for each in self._files("*")), default=0)

    def earlier(self, field: str, size: int) -> dict[bytes, bytes]:
        """Returns the vectors of a field that an earlier run left; each has `size` bytes."""
        found, step = dict[bytes, bytes](), DIGEST_SIZE + size
        for path in self._files(field):
            try:
                data = path.read_bytes()
            except OSError as exc:
                raise CliError(f"can't read {path}: {exc.strerror}") from exc
            if len(data) % step == 0:
                records = [data[start : start + step] for start in range(0, len(data), step)]
                found.update((record[:DIGEST_SIZE], record[DIGEST_SIZE:]) for record in records)
        return found

    def keep(self, field: str, vectors: Mapping[bytes, bytes]) -> None:
        """Keeps the vectors of a part before it is sent. Raises CliError if they can't be written."""
        self._number += 1
        path = self._directory / f"{self._number:08d}.{field}"
        draft = self._directory / f"{path.name}.new"
        try:
            make_private(self._directory)
            draft.write_bytes(b"".join(digest + vector for digest, vector in vectors.items()))
            draft.replace(path)
            for old in self._files(field)[:-KEPT]:
                old.unlink(missing_ok=True)
        except OSError as exc:
            hint = "make room, or name a file on another disk: --checkpoint FILE"
            raise unwritable(path, exc, hint=hint) from exc

    def remove(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)

    def _files(self, field: str) -> list[Path]:
        """Returns the files of a field from the oldest to the newest."""
        found = self._directory.glob(f"[0-9]*.{field}")
        return sorted(each for each in found if each.suffix != ".new")


def text_digest(embedder: Embedder, text: str) -> bytes:
    """Identifies a text and what embeds it, at whatever address."""
    made = json.dumps([*definition(embedder), text])
    return hashlib.blake2b(made.encode(), digest_size=DIGEST_SIZE).digest()


def definition(embedder: Embedder) -> list[object]:
    """Returns what an embedder's vectors depend on."""
    return [embedder.model, embedder.command, embedder.dim, embedder.row_prefix]
