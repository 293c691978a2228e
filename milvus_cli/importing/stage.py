"""Places for files that a server imports: a directory that it shares with this machine, or an object store."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from ..connections.private_files import make_private
from ..errors import InvalidInput
from ..files.stores import new_object, remove_objects
from ..files.urls import SCHEME, shown_url, store_of
from ..text.unwritable import room_hint, unwritable

BLOCK = 1 << 20
"""Bytes copied at once."""
READABLE = ("s3", "gs")
"""Object stores that Milvus reads."""
STAGES = "name a directory that the server reads too, or s3://BUCKET/PREFIX in its object store"


def folder_name() -> str:
    """Returns a new name for the folder of one run in a stage."""
    return f"milvus_cli-{token_hex(8)}"


class Stage(Protocol):
    """Files lie in folders; `name` is the path of one in the stage, as in "milvus_cli-0f3a/1".

    `made`, `published` and `put` raise OSError, and CliError for an object store.
    """

    def made(self, name: str) -> Path:
        """Makes an empty folder, and returns where on this machine its files are to be written."""

    def published(self, name: str) -> list[str]:
        """Puts the files of a folder where the server reads them, and returns their paths there."""

    def put(self, name: str, files: Sequence[Path]) -> list[str]:
        """Copies files to a folder where the server reads them, and returns their paths there."""

    def remove(self, name: str) -> None:
        """Removes a folder, which may be missing, with all that is in it."""


def open_stage(text: str) -> Stage:
    """Returns the stage of `DIRECTORY`, `DIRECTORY=PATH_ON_THE_SERVER` or a URL. Raises InvalidInput."""
    if SCHEME.match(text):
        if store_of(text) not in READABLE:
            raise InvalidInput(f"--stage {shown_url(text)}: not an object store that Milvus reads", hint=STAGES)
        if not text.partition("://")[2].partition("/")[0]:
            raise InvalidInput(f"--stage {text}: missing bucket", hint=STAGES)
        return ObjectStage(text.rstrip("/"))
    path, equals, there = (text, "", "") if os.path.isdir(text) else text.partition("=")
    if not os.path.isdir(path):
        raise InvalidInput(f"--stage: directory {path!r} not found", hint=STAGES)
    if equals and not there:
        raise InvalidInput(f"--stage {text}: missing path on the server", hint=STAGES)
    here = os.path.abspath(path)
    return SharedStage(Path(here), there.rstrip("/") or here)


class SharedStage:
    """A directory of this machine that the server sees as `there`."""

    def __init__(self, here: Path, there: str) -> None:
        self._here = here
        self._there = there

    def made(self, name: str) -> Path:
        return _fresh(self._here / name)

    def published(self, name: str) -> list[str]:
        return [f"{self._there}/{name}/{file}" for file in sorted(os.listdir(self._here / name))]

    def put(self, name: str, files: Sequence[Path]) -> list[str]:
        folder = self.made(name)
        for each in files:
            shutil.copyfile(each, folder / each.name)
        return self.published(name)

    def remove(self, name: str) -> None:
        shutil.rmtree(self._here / name, ignore_errors=True)


class ObjectStage:
    """A prefix in the bucket of the server's object store. On the server, paths are without the bucket.

    Files are written to the directory for temporary files, where others can't read them, and uploaded.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._key = url.partition("://")[2].partition("/")[2]
        self._scratch = Path(tempfile.gettempdir())

    def made(self, name: str) -> Path:
        folder = self._scratch / name
        make_private(folder.parent)
        return _fresh(folder)

    def published(self, name: str) -> list[str]:
        folder = self._scratch / name
        paths = self.put(name, sorted(folder.iterdir()))
        shutil.rmtree(folder, ignore_errors=True)
        return paths

    def put(self, name: str, files: Sequence[Path]) -> list[str]:
        for each in files:
            with each.open("rb") as source, new_object(f"{self._url}/{name}/{each.name}", replace=True) as target:
                while data := source.read(BLOCK):
                    target.write(data)
        return [f"{self._key}/{name}/{each.name}".lstrip("/") for each in files]

    def remove(self, name: str) -> None:
        shutil.rmtree(self._scratch / name, ignore_errors=True)
        remove_objects(f"{self._url}/{name}")


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@contextmanager
def staging() -> Iterator[None]:
    """Within it, files are written to a stage. Raises CliError instead of OSError."""
    try:
        yield
    except OSError as exc:
        hint = "make room in the stage" if room_hint(exc) else STAGES
        raise unwritable(exc.filename or "the files of a part", exc, hint=hint) from exc
