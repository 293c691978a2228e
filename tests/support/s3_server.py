"""A store of objects that speaks enough of S3 for reading ranges, listing, and uploads in one or several parts."""

import re
import threading
from dataclasses import dataclass, field
from hashlib import md5
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from typing_extensions import Self

RANGE = re.compile(r"bytes=(\d+)-(\d+)")
FAILURES = {403: "AccessDenied", 503: "SlowDown"}
MESSAGES = {
    "NoSuchBucket": "The specified bucket does not exist",
    "NoSuchKey": "The specified key does not exist.",
    "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
    "AccessDenied": "Access Denied",
    "SlowDown": "Please reduce your request rate.",
}
PART_NUMBER = re.compile(rb"<PartNumber>(\d+)</PartNumber>")


@dataclass
class S3Server:
    """Objects by `bucket/key`. Those in `failing` answer with the status given there.

    For those in `broken` the connection is lost behind the first range of a read, and the first part of an upload.
    """

    buckets: set[str] = field(default_factory=lambda: {"books"})
    objects: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    bytes_sent: int = 0

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"store": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the AWS libraries find this server, and nothing else of this machine."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "reader",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def clear(self) -> None:
        """Forgets everything but the buckets."""
        for each in (self.objects, self.uploads, self.requests, self.failing, self.broken):
            each.clear()
        self.bytes_sent = 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: S3Server

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.name, self.query = unquote(parts.path[1:]), dict(parse_qsl(parts.query, keep_blank_values=True))
        self.store.requests.append(f"{self.command} {self.name}")
        bucket, _, key = self.name.partition("/")
        if status := self.store.failing.get(self.name):
            self._fail(status, FAILURES[status])
        elif bucket not in self.store.buckets:
            self._fail(404, "NoSuchBucket")
        elif not key:
            self._list(bucket)
        elif self.command in ("GET", "HEAD"):
            self._read()
        elif "uploads" in self.query or "uploadId" in self.query:
            self._upload(body)
        elif self.command == "DELETE":
            self.store.objects.pop(self.name, None)
            self._send(204, b"")
        else:
            self._put(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _do

    def _read(self) -> None:
        found = self.store.objects.get(self.name)
        if found is None:
            return self._fail(404, "NoSuchKey")
        tag = _tag(found)
        if self.headers.get("If-Match", tag) != tag:
            return self._fail(412, "PreconditionFailed")
        headers = {"ETag": tag, "Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT", "Accept-Ranges": "bytes"}
        wanted = RANGE.fullmatch(self.headers.get("Range", ""))
        if wanted is None:
            return self._send(200, found, headers)
        start, end = int(wanted[1]), min(int(wanted[2]), len(found) - 1)
        headers["Content-Range"] = f"bytes {start}-{end}/{len(found)}"
        # The first bytes arrive: a reader is in the middle of the object when the rest does not come.
        return self._send(206, found[start : end + 1], headers, cut=self.name in self.store.broken and start > 0)

    def _put(self, body: bytes) -> None:
        self.store.objects[self.name] = body
        return self._send(200, b"", {"ETag": _tag(body)})

    def _upload(self, body: bytes) -> None:
        uploads, number = self.store.uploads, self.query.get("uploadId", "")
        if "uploads" in self.query:
            uploads[self.name] = {}
            return self._xml("InitiateMultipartUploadResult", f"<UploadId>{escape(self.name)}</UploadId>")
        if self.command == "PUT":
            if self.name in self.store.broken and self.query["partNumber"] != "1":
                self.close_connection = True
                return None
            uploads[number][int(self.query["partNumber"])] = body
            return self._send(200, b"", {"ETag": _tag(body)})
        if self.command == "DELETE":
            del uploads[number]
            return self._send(204, b"")
        pieces = uploads.pop(number)
        whole = b"".join(pieces[int(each)] for each in PART_NUMBER.findall(body))
        self.store.objects[self.name] = whole
        return self._xml("CompleteMultipartUploadResult", f"<ETag>{escape(_tag(whole))}</ETag>")

    def _list(self, bucket: str) -> None:
        prefix, folders, items = self.query.get("prefix", ""), set[str](), list[str]()
        for name in sorted(self.store.objects):
            key = name.removeprefix(f"{bucket}/")
            if not name.startswith(f"{bucket}/{prefix}"):
                continue
            rest, slash, _ = key[len(prefix) :].partition("/")
            if slash and self.query.get("delimiter"):
                folders.add(f"{prefix}{rest}/")
                continue
            found = self.store.objects[name]
            items.append(
                f"<Contents><Key>{escape(key)}</Key><LastModified>2024-01-01T00:00:00Z</LastModified>"
                f"<ETag>{escape(_tag(found))}</ETag><Size>{len(found)}</Size></Contents>"
            )
        common = [f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(folders)]
        self._xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{''.join(items + common)}")

    def _xml(self, root: str, inside: str) -> None:
        self._send(200, f'<?xml version="1.0"?><{root}>{inside}</{root}>'.encode(), {"Content-Type": "text/xml"})

    def _fail(self, status: int, code: str) -> None:
        self._send(status, f"<Error><Code>{code}</Code><Message>{MESSAGES[code]}</Message></Error>".encode())

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            sent = body[: len(body) // 2] if cut else body
            self.wfile.write(sent)
            self.store.bytes_sent += len(sent)
        self.close_connection = self.close_connection or cut


def _tag(body: bytes) -> str:
    return f'"{md5(body, usedforsecurity=False).hexdigest()}"'
