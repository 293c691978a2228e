"""Finds the files of a table in a directory, as Spark, Dask, Polars and Hugging Face's datasets write them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import has_magic
from typing import Any, Protocol

from ..errors import CliError, InvalidInput
from .path_columns import is_partition

SPLITS = "dataset_dict.json"
"""A file that datasets' save_to_disk writes beside the directories of several datasets."""
DATASET_FILES = ("state.json", "dataset_info.json")
"""Files that datasets' save_to_disk writes beside the data; the first has the names of the data files."""
VERSIONED = {"_delta_log": "Delta Lake", ".hoodie": "Hudi"}
"""Directories of table formats that keep files of deleted rows."""
OTHER_FILES = re.compile(r"[._].*|.*\.crc")
"""Markers, metadata, checksums and hidden files."""
NUMBER = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class Entry:
    """A file or a directory in a directory; `size` is in bytes."""

    name: str
    size: int
    is_directory: bool


class Storage(Protocol):
    """A place that has directories: the disks of this machine, or an object store."""

    def entries(self, directory: str) -> Sequence[Entry]: ...

    def content(self, path: str) -> bytes: ...


class Disks:
    """The files of this machine."""

    def entries(self, directory: str) -> Sequence[Entry]:
        with os.scandir(directory) as found:
            return [Entry(each.name, each.stat().st_size, each.is_dir()) for each in found]

    def content(self, path: str) -> bytes:
        with open(path, "rb") as file:
            return file.read()


def data_files(directory: str, storage: Storage) -> list[tuple[str, int]]:
    """Returns the data files in a directory and its partitions, with their sizes, numbers in their names in order.

    Raises InvalidInput if there are none, or if the directory holds other tables too.
    """
    try:
        found = list(_files(directory, storage))
    except OSError as exc:
        raise CliError(f"can't read {exc.filename or directory}: {exc.strerror}") from exc
    if not found:
        raise InvalidInput(f"{directory} has no data files")
    return found


def below(directory: str, path: str) -> Sequence[str]:
    """Returns the names of the directories of a file, from the last of `directory` on."""
    start = os.path.dirname(os.path.abspath(directory))
    return os.path.relpath(os.path.abspath(path), start).split(os.sep)[:-1]


def pattern_matches(pattern: str, path: str) -> Sequence[str]:
    """Returns the names of directories in `path` that a wildcard stands for."""
    pairs = zip(os.path.dirname(pattern).split(os.sep), os.path.dirname(path).split(os.sep), strict=False)
    return [name for wanted, name in pairs if has_magic(wanted)]


def require_one_format(directory: str, formats: Sequence[tuple[str, str]]) -> None:
    """Raises InvalidInput for files of several formats; `formats` has the format of each path."""
    first = {kind: path for path, kind in reversed(formats)}
    if len(first) > 1:
        told = ", ".join(f"{os.path.relpath(path, directory)} is {kind}" for kind, path in sorted(first.items()))
        raise InvalidInput(
            f"{directory} has files of several formats: {told}",
            hint=f"name those of one: '{directory.rstrip('/')}/*.csv'",
        )


def _files(directory: str, storage: Storage) -> Iterator[tuple[str, int]]:
    entries = {each.name: each for each in storage.entries(directory)}
    names = sorted(entries, key=_natural)
    for name, what in VERSIONED.items():
        if name in names:
            raise InvalidInput(
                f"{directory} is a {what} table, which also has files of deleted rows", hint="write its rows as Parquet"
            )
    if SPLITS in names:
        splits = [each for each in names if entries[each].is_directory]
        raise InvalidInput(f"{directory} holds several datasets: {', '.join(splits)}", hint="name the directory of one")
    if set(DATASET_FILES) <= set(names):
        # Beside the data files there may be others, which datasets has cached.
        names = _dataset_files(os.path.join(directory, DATASET_FILES[0]), storage)
    for name in names:
        path = os.path.join(directory, name)
        if OTHER_FILES.fullmatch(name):
            continue
        if name not in entries:
            raise CliError(f"file {path} not found")
        if not entries[name].is_directory:
            yield path, entries[name].size
        elif is_partition(name):
            yield from _files(path, storage)
        else:
            raise InvalidInput(f"{directory} has directories that are not partitions", hint=f"name one: {path}")


def _dataset_files(path: str, storage: Storage) -> list[str]:
    """Returns the names of the data files of a saved dataset."""
    try:
        state: Any = json.loads(storage.content(path))
        return [os.path.basename(each["filename"]) for each in state["_data_files"]]
    except (ValueError, KeyError, TypeError) as exc:
        raise CliError(f"{path} does not name the data files") from exc


def _natural(name: str) -> list[tuple[int, str]]:
    """Returns a sort key that puts part-2 before part-10."""
    return [(int(each), "") if each.isdigit() else (-1, each) for each in NUMBER.split(name)]
