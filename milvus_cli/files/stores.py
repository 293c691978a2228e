"""Reads and writes objects of object stores through fsspec, which is optional, and translates its errors."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from glob import has_magic
from typing import Any

from ..errors import CliError, InvalidInput, NotAuthorized, Unreachable
from ..text.packages import install_line
from .directories import Entry
from .urls import STORES, VERSION_ID, shown_url, store_of

READ_AHEAD = 4 << 20
"""Bytes requested at once of what is read from beginning to end."""
PART, PARTS = 5 << 20, 2_500
"""Minimum bytes of a part of an upload, which is held in memory, and the number of parts after which they grow.

S3 takes no smaller parts, and not more than 10,000 of them: enough for 250 GB.
"""
VERSIONS = ("ETag", "etag", "generation", "blob_id")
"""Names of the version of an object, in the answers of different stores."""
FAILURES = (
    ("botocore.exceptions", "NoCredentialsError", NotAuthorized),
    ("botocore.exceptions", "ConnectionError", Unreachable),
    ("botocore.exceptions", "HTTPClientError", Unreachable),
    ("botocore.exceptions", "BotoCoreError", CliError),
    ("aiohttp", "ClientError", Unreachable),
    ("fsspec.exceptions", "FSTimeoutError", Unreachable),
    ("google.auth.exceptions", "DefaultCredentialsError", NotAuthorized),
    ("google.auth.exceptions", "TransportError", Unreachable),
    ("google.auth.exceptions", "GoogleAuthError", CliError),
    ("gcsfs.retry", "HttpError", CliError),
    ("httpx", "TransportError", Unreachable),
    ("httpx", "HTTPError", CliError),
    ("httpx2", "TransportError", Unreachable),
    ("httpx2", "HTTPError", CliError),
    ("builtins", "PermissionError", NotAuthorized),
    ("builtins", "ConnectionError", Unreachable),
    ("builtins", "TimeoutError", Unreachable),
    ("builtins", "OSError", CliError),
    ("builtins", "ValueError", CliError),
)
"""Exceptions of the libraries, the first that fits, with what they become."""
WEB_URL = re.compile(r"https?://[^\s'\"<>]+")
CREDENTIALS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; for public buckets FSSPEC_S3_ANON=true",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS, or run `gcloud auth application-default login`",
    "hf": "set HF_TOKEN, or run `hf auth login`",
}


class Stores:
    """The directories of object stores: what the names of several objects begin with, up to a slash."""

    def entries(self, directory: str) -> Sequence[Entry]:
        with _translated(directory, "read"):
            store, path = _store(directory)
            found = store.ls(path, detail=True)
        own = path.rstrip("/")
        # An object with the name of the directory marks a directory that was made empty.
        names = {each["name"].rstrip("/").rpartition("/")[2]: each for each in found if each["name"].rstrip("/") != own}
        return [Entry(name, each["size"] or 0, each["type"] == "directory") for name, each in names.items()]

    def content(self, path: str) -> bytes:
        with ObjectStream(path, ahead=True) as stream:
            return stream.read()


def matching_objects(url: str) -> list[str]:
    """Returns the URLs of the objects and directories that a URL names or its wildcards match.

    Those of directories end in a slash. Raises CliError if there are none.
    """
    with _translated(url, "read"):
        store, path = _store(url)
        if VERSION_ID in url:
            return [url]
        if has_magic(path) and (found := store.glob(path.rstrip("/"), detail=True)):
            return [_marked(store.unstrip_protocol(name), each) for name, each in sorted(found.items())]
        return [_marked(url, store.info(path))]


def _marked(url: str, info: Any) -> str:
    return f"{url.rstrip('/')}/" if info["type"] == "directory" else url


class ObjectStream(io.RawIOBase):
    """An object read in ranges: with `ahead`, which suits reading from beginning to end, of more than is asked for.

    `version` identifies the version of its content, `size` is its length. Raises CliError if it can't be read.
    """

    def __init__(self, url: str, *, ahead: bool) -> None:
        super().__init__()
        self._url = url
        with _translated(url, "read"):
            store, path = _store(url)
            self._file = store.open(path, "rb", block_size=READ_AHEAD, cache_type="readahead" if ahead else "none")
            details = getattr(self._file, "details", None) or store.info(path)
        self.size: int | None = details["size"]
        self.version = next((str(details[name]) for name in VERSIONS if details.get(name)), "")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _translated(self._url, "read"):
            found: bytes = self._file.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def close(self) -> None:
        self._file.close()
        super().close()


def require_free_object(url: str, *, replace: bool) -> None:
    """Raises InvalidInput for an object that exists, unless it may be replaced."""
    with _translated(url, "write"):
        store, path = _store(url)
        if not replace and store.exists(path):
            raise InvalidInput(f"{shown_url(url)} exists", hint="add --force to replace it")


@contextmanager
def new_object(url: str, *, replace: bool) -> Iterator[ObjectWriter]:
    """Uploads what the block writes; the object appears when the block has ended, or not at all if it fails."""
    writer = ObjectWriter(url)
    try:
        yield writer
        require_free_object(url, replace=replace)
        writer.publish()
    except BaseException:
        writer.discard()
        raise


def remove_objects(url: str) -> None:
    """Removes the objects in a directory, which may be missing."""
    with _translated(url, "remove"), suppress(FileNotFoundError):
        store, path = _store(url)
        for each in store.find(path):
            store.rm_file(each)


class ObjectWriter:
    """A new object, uploaded in parts."""

    def __init__(self, url: str) -> None:
        self._url = url
        with _translated(url, "write"):
            store, path = _store(url)
            self._file = store.open(path, "wb", block_size=PART)

    def write(self, data: bytes) -> int:
        with _translated(self._url, "write"):
            part = max(PART, self._file.tell() // PARTS)
            # The file must not upload before its buffer is cut.
            self._file.blocksize = sys.maxsize
            written = int(self._file.write(data))
            self._file.blocksize = part
            if self._file.buffer.tell() >= part:
                self._fit_buffer()
                self._file.flush()
            return written

    def _fit_buffer(self) -> None:
        """Cuts the buffer to its content, which is then uploaded as it is: a part is held once less."""
        self._file.buffer.getvalue()

    def tell(self) -> int:
        return int(self._file.tell())

    def publish(self) -> None:
        with _translated(self._url, "write"):
            self._fit_buffer()
            self._file.close()

    def discard(self) -> None:
        # Otherwise the upload would be completed when the file is garbage-collected, also after a second Ctrl-C here.
        self._file.closed = True
        with suppress(*_failures()):
            self._file.discard()
            # huggingface_hub writes to a file on disk first, and leaves it.
            if copy := getattr(self._file, "temp_file", None):
                os.remove(copy.name)


def _store(url: str) -> tuple[Any, str]:
    """Returns fsspec's file system of a URL, and the path in it. Raises CliError if a package is missing."""
    scheme = store_of(url)
    if shown_url(url) != url:
        raise InvalidInput(f"credentials in a URL are not used: {shown_url(url)}", hint=CREDENTIALS[scheme])
    try:
        import logging

        from fsspec import get_filesystem_class

        # The libraries log what they also raise. Where nothing handles that, Python writes it to standard error.
        logging.lastResort = logging.NullHandler()

        # fsspec's url_to_fs would take :: in a key for a chain of URLs.
        kind = get_filesystem_class(scheme)
        plain = scheme + url[len(scheme) :]
        store, path = kind(**kind._get_kwargs_from_urls(plain)), str(kind._strip_protocol(plain))
    except ImportError as exc:
        raise CliError(
            f"{scheme}:// URLs need the packages fsspec and {STORES[scheme]}",
            hint=f"run `{install_line('fsspec', STORES[scheme])}`",
        ) from exc
    if not path:
        raise InvalidInput(f"{url} names no object", hint=f"give {scheme}://BUCKET/KEY")
    # Listings are kept for as long as the process lives, and a shell lives long.
    store.invalidate_cache()
    return store, path


@contextmanager
def _translated(url: str, verb: str) -> Iterator[None]:
    try:
        yield
    except _failures() as exc:
        # Without the cause: its text may have a URL that is signed, and `--debug` would show it.
        raise _failure(exc, url, verb) from None


def _failures() -> tuple[type[Exception], ...]:
    return tuple(kind for kind, _ in _known())


def _known() -> Iterator[tuple[type[Exception], type[CliError]]]:
    """Yields the exceptions of the modules that are loaded: others can't have been raised."""
    for module, name, ours in FAILURES:
        if kind := getattr(sys.modules.get(module), name, None):
            yield kind, ours


def _failure(exc: Exception, url: str, verb: str) -> CliError:
    name = shown_url(url)
    if isinstance(exc, FileNotFoundError) and verb == "read":
        return InvalidInput(f"file {name} not found")
    if type(exc).__name__ == "FileExpired":
        return CliError(f"{name} changed while it was read", hint="wait until nothing writes to it")
    kind = NotAuthorized if _is_denied(exc) else next(ours for theirs, ours in _known() if isinstance(exc, theirs))
    text = " ".join(str(getattr(exc, "strerror", None) or exc or type(exc).__name__).split())
    reason = WEB_URL.sub(lambda found: shown_url(found[0]), text)
    return kind(f"can't {verb} {name}: {reason}", hint=CREDENTIALS[store_of(url)] if kind is NotAuthorized else "")


def _is_denied(exc: Exception) -> bool:
    """Returns True for HTTP 401 and 403, as gcsfs and huggingface_hub report them."""
    status = getattr(exc, "code", None) or getattr(getattr(exc, "response", None), "status_code", None)
    return status in (401, 403) or str(exc).startswith("Forbidden: ")
