"""Reads a dump in one tar file without extracting it: nothing in it decides where anything is written.

It may be one of ours, or one that `tar` made of the directory of a dump.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from ..errors import CliError, InvalidInput
from ..files.sources import InputFile, file_within
from ..files.spans import Span, SpanStream, state_of
from .manifest import CONTINUE, JOURNAL, MAKE_ONE, MANIFEST, UNALTERED
from .manifest_form import is_inside
from .stored import StoredDirectory, StoredDump

if TYPE_CHECKING:
    from tarfile import TarInfo

BEGINNINGS = {
    b"\x1f\x8b": ("gzip", "gunzip"),
    b"BZh": ("bzip2", "bunzip2"),
    b"\xfd7zXZ": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("zstd", "unzstd"),
}
"""First bytes of compressed files, with the name of the compression and the program that decompresses them."""
MAGIC_AT = 257
"""Where the header of a tar file has its magic number. Its first bytes are a name."""
BROKEN = (tarfile.TarError, ValueError, OverflowError, IndexError, MemoryError)
"""Errors of tarfile for what it can't read."""
REPACK = "pack the directory of the dump again: `tar cf dump.tar DIRECTORY`"


class StoredTar:
    """A dump as a tar file. Raises CliError for one that is compressed, truncated, or has other things than a dump."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unpacking = f"extract it with `tar xf {path}`, and "
        found = _members(path)
        top = _top(found)
        named = [(_name_below(path, top, name), span) for name, span in found.items()]
        self._spans = {name: replace(span, name=name) for name, span in named if name}

    def files(self) -> Iterator[str]:
        return iter(sorted(self._spans))

    def size(self, file: str) -> int | None:
        span = self._spans.get(file)
        return span.size if span is not None else None

    def open(self, file: str) -> BinaryIO:
        if file not in self._spans:
            raise FileNotFoundError(file)
        return cast(BinaryIO, io.BufferedReader(SpanStream(str(self.path), self._spans[file])))

    def to_insert(self, file: str) -> InputFile:
        return file_within(str(self.path), self._spans[file])


def is_tar(path: Path) -> bool:
    """Returns whether a dump to this path is one file, by its name."""
    return path.suffix.lower() == ".tar"


def partial_of(path: Path) -> Path:
    """Returns the directory that has a dump to a tar file until it is complete."""
    return path.with_name(f"{path.name}.partial")


def open_dump(path: str) -> StoredDump:
    """Opens a dump to read. Raises CliError for a tar file that is missing or is none."""
    found = Path(path)
    if found.is_file():
        return StoredTar(found)
    if is_tar(found) and not found.exists():
        if partial_of(found).is_dir():
            raise CliError(f"{found} is incomplete: its files are still in {partial_of(found)}", hint=CONTINUE)
        raise InvalidInput(f"{found} not found", hint=MAKE_ONE)
    return StoredDirectory(found)


def _members(path: Path) -> Mapping[str, Span]:
    """Returns the files by their names in the tar file."""
    try:
        with open(path, "rb") as file:
            _require_uncompressed(path, file)
            return _spans(path, file)
    except BROKEN as exc:
        raise CliError(f"{path} is not a tar file, or is damaged: {exc}", hint=UNALTERED) from exc
    except OSError as exc:
        raise CliError(f"can't read {path}: {exc.strerror or exc}") from exc


def _require_uncompressed(path: Path, file: BinaryIO) -> None:
    begin = file.read(tarfile.BLOCKSIZE)
    file.seek(0)
    if begin[MAGIC_AT:].startswith(b"ustar"):
        return
    for magic, (name, program) in BEGINNINGS.items():
        if begin.startswith(magic):
            raise CliError(
                f"{path} is compressed with {name}, and a dump is read from an uncompressed tar file",
                hint=f"decompress it: `{program} < {path} > dump.tar`",
            )


def _spans(path: Path, file: BinaryIO) -> Mapping[str, Span]:
    """Raises CliError for anything but files and directories, and for a tar file without an end."""
    whole, found, last = os.fstat(file.fileno()), dict[str, Span](), -1
    with tarfile.open(fileobj=file, mode="r:") as tar:
        while (member := tar.next()) is not None:
            # It keeps all members, which take much memory.
            tar.members = []  # type: ignore[attr-defined]
            if member.offset <= last or member.size < 0:
                raise CliError(f"{path} is damaged: its members overlap", hint=UNALTERED)
            last, name = member.offset, _plain_name(path, member)
            if member.offset_data + member.size > whole.st_size:
                raise CliError(f"{path} is truncated: {name!r} is cut off", hint=UNALTERED)
            if name in found:
                raise CliError(f"{path} has {name!r} twice", hint=REPACK)
            if not member.isdir():
                found[name] = Span(name, member.offset_data, member.size, state_of(whole))
        _require_end(path, file, tar.offset)
    return found


def _require_end(path: Path, file: BinaryIO, end: int) -> None:
    """Raises CliError unless the members end with a block of zeros: tarfile also takes a wrong header as the end."""
    file.seek(end)
    block = file.read(tarfile.BLOCKSIZE)
    if len(block) < tarfile.BLOCKSIZE:
        raise CliError(f"{path} is truncated: it has no end-of-archive marker", hint=UNALTERED)
    if block.strip(b"\0"):
        raise CliError(f"{path} is damaged: invalid header at byte {end:,}", hint=UNALTERED)


def _plain_name(path: Path, member: TarInfo) -> str:
    """Returns the name without "./" before. Raises CliError for what a dump does not have."""
    kind = _kind(member)
    if kind:
        raise CliError(f"{path} has a {kind}: {member.name!r} (a dump has only files)", hint=REPACK)
    if not is_inside(member.name):
        raise CliError(f"{path} has a path that leads out of it: {member.name!r}", hint=REPACK)
    return str(PurePosixPath(member.name))


def _kind(member: TarInfo) -> str:
    """Returns in words what a member is; "" for a file or a directory."""
    if member.issym() or member.islnk():
        return "symbolic link" if member.issym() else "hard link"
    if member.issparse():
        return "sparse file"
    return "" if member.isfile() or member.isdir() else "device or pipe"


def _top(names: Iterable[str]) -> str:
    """Returns the folder of the dump, which has its manifest or journal; "" if it is in none."""
    folders = [str(path.parent) for path in map(PurePosixPath, names) if path.name in (MANIFEST, JOURNAL)]
    top = min(folders, key=lambda each: (len(PurePosixPath(each).parts), each), default="")
    return "" if top == "." else top


def _name_below(path: Path, top: str, name: str) -> str:
    """Returns the name in the dump; "" for a hidden file. Raises CliError for a file beside the dump."""
    below = name.removeprefix(f"{top}/") if top else name
    if any(each.startswith(".") for each in below.split("/")):
        return ""
    if top and below == name:
        raise CliError(f"{path} has a dump in {top!r}, and other files beside it: {name!r}", hint=REPACK)
    return below
