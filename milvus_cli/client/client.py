"""The gRPC client: one generic call, with metadata, deadline, retry, and errors of our own."""

import base64
import threading
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeAlias

import grpc
from google.protobuf.message_factory import GetMessageClass

from ..connections.profile import Profile
from ..connections.read_only import require_writable, rpc_reads
from ..connections.version import Version
from ..errors import (
    CliError,
    Fault,
    InterruptedChange,
    InvalidAnswer,
    InvalidInput,
    ServerRefused,
    Unreachable,
    Unsupported,
)
from . import failures
from .channel import open_channel
from .interrupts import Call, interruptible, undisturbed
from .not_found import DEFAULT_DATABASE, NO_COLLECTION, NO_DATABASE, database_of, no_database
from .optional import permitted, supported
from .privileges import where_of
from .versions import OPERATIONS, lacking, lacks
from .wire import milvus_pb2

SERVICE = "milvus.proto.milvus.MilvusService"
WRITING_ROWS = ("Insert", "Upsert", "Delete")


@dataclass(frozen=True)
class Trace:
    """A finished RPC, for `--debug`. `status` is OK or the failure; `milliseconds` is from request to answer."""

    method: str
    address: str
    database: str
    milliseconds: float
    status: str


WITHOUT_DATABASE = ("Connect", "GetVersion", "ListDatabases")
"""RPCs that do not act on a database."""


class Channel:
    """A grpc channel that caches its methods."""

    def __init__(self, profile: Profile, timeout: float) -> None:
        self._channel = open_channel(profile, timeout)
        self._methods: dict[str, Any] = {}

    def method(self, name: str) -> Any:
        """Returns grpc's callable for a method, which takes a serialized request."""
        if name not in self._methods:
            read = _types(name)[1].FromString
            self._methods[name] = self._channel.unary_unary(f"/{SERVICE}/{name}", response_deserializer=read)
        return self._methods[name]

    def close(self) -> None:
        with undisturbed():
            self._channel.close()


class Link:
    """A channel with its history, shared by all copies of a client.

    `answered` is set after the first answer, `written` is the timestamp of the last write of rows, and `changes`
    counts the calls that did not only read, `losses` the channels that were lost. `has_databases` is set once a server
    without a version has listed some.
    """

    def __init__(self, profile: Profile, timeout: float) -> None:
        self._open = partial(Channel, profile, timeout)
        self._lock = threading.Lock()
        self._lost: Channel | None = None
        self.losses = 0
        self.channel = self._open()
        self.answered = False
        self.written = 0
        self.changes = 0
        self.version: Version | None = None
        self.has_databases = False

    def renew(self, lost: Channel) -> None:
        """Opens a new channel: a lost one would wait before it reconnects.

        Of several calls lost together, the first one opens the channel for all of them. The lost one is closed with the
        next: closed now, it would end calls of other threads as if they had been interrupted.
        """
        with self._lock:
            if self.channel is not lost:
                return
            former, self._lost, self.channel = self._lost, lost, self._open()
            self.losses += 1
            # The restarted server may be another release.
            self.version = None
        if former is not None:
            former.close()

    def close(self) -> None:
        for each in (self._lost, self.channel):
            if each is not None:
                each.close()


Check: TypeAlias = Callable[[str, Mapping[str, Any], Any], None]


class Client:
    """A client of one server. Safe to share between threads; copies for another database share the channel.

    `check` is called with a method, the fields of its request and its answer, and raises InvalidAnswer for an
    inconsistent one.
    """

    def __init__(
        self, profile: Profile, *, timeout: float, check: Check, trace: Callable[[Trace], None] | None = None
    ) -> None:
        self.profile = profile
        self.timeout = timeout
        self.chosen_timeout: float | None = None
        self.check = check
        self._trace = trace
        self._link = Link(profile, timeout)

    def call(self, method: str, *, timeout: float | None = None, **fields: Any) -> Any:
        """Sends `<method>Request(**fields)` and returns the checked response message.

        Raises Unreachable, NotAuthorized, ServerRefused, Unsupported, InvalidAnswer or Interrupted. KeyboardInterrupt
        cancels the call.
        """
        return self.request(method, timeout=timeout, **fields).result()

    def start(self, method: str, *, timeout: float | None = None, **fields: Any) -> "Pending":
        """Sends the request without waiting; `result()` of the returned call returns or raises what `call` does."""
        pending = self.request(method, timeout=timeout, **fields)
        pending.start()
        return pending

    def request(self, method: str, *, timeout: float | None = None, **fields: Any) -> "Pending":
        """Prepares a call, which is sent by `start()` or `result()`."""
        if not rpc_reads(method):
            require_writable(self.profile, f"{method} was not sent")
        if method not in WITHOUT_DATABASE and database_of(fields, self.profile.database) != DEFAULT_DATABASE:
            self._require_databases()
        return Pending(self, method, fields, timeout or self.timeout)

    @property
    def written(self) -> int:
        """Hybrid timestamp of this client's last write of rows; 0 before the first."""
        return self._link.written

    @property
    def version(self) -> Version:
        """The server's version, requested once per channel; empty if the server does not report it.

        Raises like `call` if there is no answer.
        """
        if self._link.version is None:
            answer = permitted(supported, self.call, "GetVersion")
            self._link.version = Version(answer.version if answer else "")
        return self._link.version

    def require(self, method: str) -> None:
        """Raises Unsupported if the server is known to lack an operation of OPERATIONS."""
        if lacks(method, self.version):
            raise self.unsupported(method)

    def _require_databases(self) -> None:
        """Raises Unsupported if the server has no databases: it would ignore the name, and act on the only one."""
        try:
            is_unknown = not self.version.text
        except CliError:
            # The request itself tells why.
            return
        if is_unknown and not self._link.has_databases:
            permitted(self.call, "ListDatabases")
            self._link.has_databases = True

    def unsupported(self, method: str, *, server_code: int | None = None) -> Unsupported:
        """Returns the error for an operation that this server lacks, with its version and the one that has it."""
        try:
            version = self.version
        except CliError:
            version = Version()
        return Unsupported(lacking(method, version), method=method, server_code=server_code)

    def _explained(self, refusal: ServerRefused, fields: Mapping[str, Any]) -> ServerRefused:
        """Returns the refusal of a missing collection, or of its database: Milvus 2.3 doesn't tell them apart."""
        database = database_of(fields, self.profile.database)
        if refusal.server_code != NO_COLLECTION or database == DEFAULT_DATABASE:
            return refusal
        try:
            listed = permitted(self.call, "ListDatabases")
        except CliError:
            return refusal
        if listed is None or database in listed.db_names:
            return refusal
        lacking = no_database(database)
        return ServerRefused(
            lacking.message, hint=lacking.hint, fault=refusal.fault, server_code=NO_DATABASE, reason=refusal.reason
        )

    @property
    def losses(self) -> int:
        """Number of times that the connection was lost; the server may have crashed."""
        return self._link.losses

    @property
    def changes(self) -> int:
        """Number of this client's calls that did not only read."""
        return self._link.changes

    def with_options(
        self,
        *,
        database: str,
        timeout: float,
        chosen_timeout: float | None = None,
        trace: Callable[[Trace], None] | None = None,
    ) -> "Client":
        """Returns a client on the same channel with another database and deadline, and another trace if given.

        `chosen_timeout` is the deadline if the user chose it: it applies also to calls that take longer by default.
        """
        other = copy(self)
        if database != self.profile.database:
            other.profile = replace(self.profile, database=database)
        other.timeout = timeout
        other.chosen_timeout = chosen_timeout or self.chosen_timeout
        other._trace = trace or self._trace
        return other

    def close(self) -> None:
        self._link.close()

    def _metadata(self) -> list[tuple[str, str]]:
        database = self.profile.database
        if not (database.isascii() and database.isprintable()):
            raise InvalidInput(f"invalid database name {database!r}", hint="a name has letters, digits and _")
        pairs = [("client-request-unixmsec", str(time.time_ns() // 1_000_000)), ("dbname", database)]
        if self.profile.token:
            pairs.append(("authorization", base64.b64encode(self.profile.token.encode()).decode()))
        return pairs

    def _report(self, method: str, started: float, outcome: str) -> None:
        if self._trace is not None:
            trace = Trace(
                method=method,
                address=self.profile.address,
                database=self.profile.database,
                milliseconds=(time.monotonic() - started) * 1000,
                status=outcome,
            )
            self._trace(trace)


class Pending:
    """An RPC, sent or not. Without `start()` it costs less, because grpc waits in the calling thread."""

    def __init__(self, client: Client, method: str, fields: Mapping[str, Any], seconds: float) -> None:
        self._client = client
        self._method, self._fields, self._seconds = method, fields, seconds
        self._started = time.monotonic()
        self._call: Call | None = None

    def start(self) -> None:
        """Sends the request without waiting."""
        self._call = Call(self._sending(waits=False))

    def result(self) -> Any:
        """Waits for the answer. Raises like `Client.call`."""
        client = self._client
        try:
            response = self._answer_or_again()
        except (CliError, KeyboardInterrupt) as exc:
            said = exc.reason if isinstance(exc, ServerRefused) else ""
            client._report(self._method, self._started, said or str(exc) or "cancelled")
            if isinstance(exc, Unsupported) and exc.method in OPERATIONS:
                raise client.unsupported(exc.method, server_code=exc.server_code) from exc
            if isinstance(exc, ServerRefused) and (explained := client._explained(exc, self._fields)) is not exc:
                raise explained from exc
            if not isinstance(exc, KeyboardInterrupt) or rpc_reads(self._method):
                raise
        else:
            client._report(self._method, self._started, "OK")
            return response
        # Not above: the call, which ends when nothing refers to it any more, would stay in the context of this error.
        raise InterruptedChange(self._method)

    def _sending(self, *, waits: bool) -> Callable[[], Any]:
        """Returns a function that sends the request, and waits for the answer or returns grpc's future."""
        self._channel = self._client._link.channel
        rpc = self._channel.method(self._method)
        # Serialized here: grpc would keep the message in memory beside its bytes.
        try:
            request = _types(self._method)[0](**self._fields).SerializeToString()
        except UnicodeEncodeError:
            raise
        except ValueError as exc:
            raise InvalidInput(f"cannot send {self._method}: {str(exc)[:1].lower()}{str(exc)[1:]}") from exc
        send = rpc if waits else rpc.future
        return partial(send, request, timeout=self._seconds, metadata=self._client._metadata())

    def _answer(self) -> Any:
        client, link = self._client, self._client._link
        try:
            response = self._call.result() if self._call else interruptible(self._sending(waits=True))
        except grpc.RpcError as exc:
            profile = client.profile
            raise failures.failure(
                exc,
                self._method,
                profile.address,
                self._seconds,
                secure=profile.tls.mode > 0,
                fresh=not link.answered,
                where=where_of(self._method, self._fields, profile.database),
            ) from exc
        link.answered = True
        status = _status(response)
        # GetReplicateInfo answers without a status.
        if hasattr(status, "error_code"):
            failures.check(status, self._method, self._fields, client.profile.database)
        if not rpc_reads(self._method):
            link.changes += 1
        if self._method in WRITING_ROWS:
            link.written = max(link.written, response.timestamp)
        try:
            client.check(self._method, self._fields, response)
        except InvalidAnswer as exc:
            raise failures.unless_read(exc, self._method) from None
        return response

    def _answer_or_again(self) -> Any:
        """Retries once over a new channel after an earlier answer, if the call only reads or was never sent."""
        link = self._client._link
        try:
            return self._answer()
        except Unreachable as exc:
            unsent = exc.fault is Fault.REFUSED
            if not link.answered or not (unsent or (exc.fault is Fault.LOST and rpc_reads(self._method))):
                raise
        link.renew(self._channel)
        self._call = None
        return self._answer()


def _status(response: Any) -> Any:
    """Returns the status in an answer, or the answer if it is a status."""
    return getattr(response, "status", None) or getattr(response, "alter_status", response)


@cache
def _types(method: str) -> tuple[Any, Any]:
    descriptor = milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"].methods_by_name[method]
    return GetMessageClass(descriptor.input_type), GetMessageClass(descriptor.output_type)
