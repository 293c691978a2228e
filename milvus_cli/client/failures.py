"""Translates gRPC errors and Milvus's status codes into the errors of this program."""

import re
from collections.abc import Mapping
from typing import Any

import grpc

from ..connections.read_only import rpc_reads
from ..errors import (
    LOOK_FIRST,
    CliError,
    Fault,
    Interrupted,
    InvalidAnswer,
    NotAuthorized,
    ServerRefused,
    Unreachable,
    Unsupported,
)
from .not_found import HINTS, RATE_LIMIT, missing
from .privileges import Where, refusal
from .proxies import through_proxy

REASON_LENGTH = 500
SOURCE_PLACE = re.compile(r"^=> | at /\S+\.(?:h|cpp):\d+$")
"""Matches text that the core adds to a reason: `=> unsupported scalar type at /workspace/…/InsertRecord.h:446`."""

TRACE = "stack trace: "
FRAME = re.compile(r"(?:(?:attempt #\d+: )?stack trace: )?\S+\.(?:go|s):\d+ [^\s:]+(?:: |\n|$)")
"""Matches a line of a stack trace of Go, which Milvus writes before the reason where it has tried several times."""

NO_BYTES = re.compile(r"Expected bytes, got an? '\w+' object")
"""Milvus Lite's refusal of a number, true or false as the whole value of a JSON field."""

NOT_CONNECTED = ("failed to connect", "errors resolving", "DNS resolution failed")
"""Prefixes of grpc's details when no connection was established, so that the request was not sent."""

TIMEOUT_HINT = "the server may be frozen or overloaded: try a longer --timeout SECONDS"

# Details of UNAVAILABLE, first match wins: (part of the details, fault, message, hint).
UNAVAILABLE = (
    (
        "Connection refused",
        Fault.REFUSED,
        "nothing is listening at {address}",
        "check that the server is running, and its host and port (Milvus listens on 19530)",
    ),
    ("Domain name not found", Fault.UNKNOWN_HOST, "unknown host in {address}", "check the host's name"),
    ("Misformatted domain name", Fault.UNKNOWN_HOST, "invalid host name in {address}", "check the host's name"),
    ("DNS resolution failed", Fault.UNKNOWN_HOST, "unknown host in {address}", "check the host's name"),
    (
        "Hostname Verification",
        Fault.TLS,
        "the certificate of {address} is for another host",
        "connect by the name in the certificate, or give it: --server-name NAME",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        Fault.TLS,
        "the certificate of {address} is not trusted: {reason}",
        "give the CA that signed it: --ca FILE",
    ),
    ("WRONG_VERSION_NUMBER", Fault.TLS, "{address} does not speak TLS", "connect with http://, or --tlsmode 0"),
    (
        "TSI_DATA_CORRUPTED",
        Fault.TLS,
        "{address} requires a trusted client certificate",
        "mutual TLS needs --client-cert and --client-key, signed by the CA that the server knows",
    ),
    (
        "security handshaker",
        Fault.TLS,
        "the TLS certificates given for {address} can't be used",
        "--ca, --client-cert and --client-key name PEM files, the key that of the certificate",
    ),
    ("SSL_ERROR", Fault.TLS, "TLS with {address} failed: {reason}", "check --tlsmode, --ca and the certificates"),
    # 80 is the letter P of an HTTP/1 answer.
    (
        "got frame type 80",
        Fault.NOT_MILVUS,
        "{address} speaks HTTP, not gRPC",
        "connect to Milvus's gRPC port, 19530 by default; 9091 serves only health and metrics",
    ),
    ("Failed parsing HTTP/2", Fault.NOT_MILVUS, "{address} does not speak gRPC", "Milvus serves gRPC on 19530"),
    ("Network is unreachable", Fault.REFUSED, "no route to {address}", "check the network and the address"),
    ("No route to host", Fault.REFUSED, "no route to {address}", "check the network and the address"),
    ("receiving SETTINGS", Fault.SILENT, "{address} accepts connections but never responds", TIMEOUT_HINT),
    ("Endpoint closing", Fault.SILENT, "{address} accepts connections but never responds", TIMEOUT_HINT),
    ("handshaker shutdown", Fault.SILENT, "{address} does not respond", TIMEOUT_HINT),
    ("FD Shutdown", Fault.SILENT, "{address} does not respond", TIMEOUT_HINT),
    ("timed out", Fault.SILENT, "{address} does not respond", TIMEOUT_HINT),
    (
        "Handshake read failed",
        Fault.TLS,
        "{address} aborted the TLS handshake",
        "check the port and --tlsmode",
    ),
    (
        "Connection reset",
        Fault.REFUSED,
        "{address} closed the connection before it responded",
        "the server may be starting or stopping, or behind a proxy or firewall: try again",
    ),
)

PLAINTEXT_REFUSED = (
    "{address} closed the connection",
    "it may require TLS: connect with https://, or --tlsmode 1",
)


OF_TRANSPORT = (
    *("socket", "reset by peer", "recvmsg", "sendmsg", "goaway", "stream removed", "broken pipe", "ping", "keepalive"),
    *("endpoint", "transport", "rst_stream", "shutdown", "timed out", "cancel", "connection lost", "channel closed"),
)
"""Words in details of UNAVAILABLE from grpc itself; others are a server's, or a proxy's."""
CLUSTER_STATUS = re.compile(r"unavailable under current cluster status (\w+)")
"""Zilliz Cloud's details of UNKNOWN or UNAUTHENTICATED for a cluster that is suspended or being changed."""

NO_MESSAGE = "Exception deserializing response"
"""grpc's details for bytes that do not parse as the expected message."""

NO_DELETE_KEYS = "collection properties is empty"
"""Refusal of a request that only deletes properties by Milvus before 2.5, which does not know that field."""

NO_ROOM = "no space left on device"
"""In refusals of servers whose disk is full."""
ROOM_HINT = "make room on the server's disk, then try again"

ONLY_EXTERNAL = "alter collection schema operation is not supported for external collection"
"""Refusal of AlterCollectionSchema by servers that have it only for collections with external data."""

NO_GRANTOR = "fail to get authorization from the md"
"""Refusal of an anonymous grant by a Milvus without authorization, which records the grantor."""


def invalid(method: str, reason: str) -> InvalidAnswer:
    return InvalidAnswer(
        f"the server sent an invalid answer to {method}: {reason}",
        hint="run `server_version` to see which server it is",
    )


def failure(
    error: grpc.RpcError, method: str, address: str, seconds: float, *, secure: bool, fresh: bool, where: Where
) -> CliError:
    """Translates a grpc error. `fresh` is set if the channel has not completed a call yet."""
    code, details = error.code(), error.details() or ""
    if stopped := CLUSTER_STATUS.search(details):
        return _not_running(stopped[1], address)
    if code is grpc.StatusCode.UNAVAILABLE:
        return _unavailable(details, method, address, secure=secure, fresh=fresh)
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return silent(method, address, seconds)
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return _unimplemented(details, method, address)
    if code is grpc.StatusCode.UNAUTHENTICATED:
        return _unauthenticated(details, address)
    if code is grpc.StatusCode.PERMISSION_DENIED:
        hint = "ask an administrator to grant it"
        unnamed = NotAuthorized(f"not permitted: {short(details)}", hint=hint, fault=Fault.NOT_PERMITTED)
        return refusal(details, where) or unnamed
    if code is grpc.StatusCode.CANCELLED:
        return Interrupted() if "Channel closed" in details else lost(method, address)
    if code is grpc.StatusCode.INTERNAL and details.startswith(NO_MESSAGE):
        return unless_read(invalid(method, "it is not a valid protobuf message"), method)
    hint = ""
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        hint = HINTS[RATE_LIMIT] if "rate" in details.lower() else "use smaller requests"
    return ServerRefused(f"{method} failed: {short(details) or code.name}", hint=hint, fault=Fault.SAID_NO)


def _not_running(status: str, address: str) -> CliError:
    """Returns the error for a cluster of Zilliz Cloud in another state than RUNNING, whatever gRPC code that has."""
    return Unreachable(
        f"the cluster at {address} is not running (status {status})",
        hint="resume it in the console of Zilliz Cloud, and try again when it runs",
        fault=Fault.REFUSED,
    )


def check(status: Any, method: str, fields: Mapping[str, Any], database: str) -> None:
    """Raises ServerRefused for a `common.Status` that is not success; `fields` are those of the request.

    Milvus before 2.3 sets only `error_code`, Milvus Lite only `code`; since then both are set.
    """
    if not status.error_code and not status.code:
        return
    whole = _with_values_on_one_line(status.reason or status.detail, fields)
    reason = short(whole) or f"{method} failed"
    if status.code == 1 and "not implemented" in reason.lower():
        raise Unsupported(f"this server has no {method}: {reason}", method=method, server_code=status.code)
    if method == "AlterCollection" and NO_DELETE_KEYS in reason:
        raise Unsupported(reason, method="AlterCollection.delete_keys", server_code=status.code)
    if method == "AlterCollectionSchema" and ONLY_EXTERNAL in reason:
        raise Unsupported(reason, method=method, server_code=status.code)
    if NO_GRANTOR in reason:
        raise ServerRefused(
            "a grant notes who gave it, and this connection has no user",
            fault=Fault.SAID_NO,
            hint="connect with --username and --password, which this server does not check",
            server_code=status.code,
        )
    fault = Fault.SAID_NO
    if lacking := missing(status.code, reason, fields, database):
        message, hint = lacking.message, lacking.hint
    elif NO_BYTES.search(reason):
        message, hint = "Milvus Lite takes only objects, lists and texts as JSON", ""
    elif _is_full(whole, fields):
        message, hint, fault = f"the server's disk is full: {reason}", ROOM_HINT, Fault.NO_ROOM
    else:
        message, hint = reason, HINTS.get(status.code, "")
    raise ServerRefused(
        message,
        hint=hint,
        fault=fault,
        server_code=status.code or status.error_code,
        reason=whole.strip().partition("\n")[0],
    )


def _is_full(reason: str, fields: Mapping[str, Any]) -> bool:
    """Reports whether a reason is a full disk; words of the request, which reasons repeat, are none."""
    said = [value.lower() for value in fields.values() if isinstance(value, str)]
    return NO_ROOM in reason.lower() and not any(NO_ROOM in each for each in said)


def _with_values_on_one_line(reason: str, fields: Mapping[str, Any]) -> str:
    """Escapes the ends of lines in values of the request, which a reason repeats: they do not end its first line."""
    for value in fields.values():
        if isinstance(value, str) and "\n" in value:
            reason = reason.replace(value, value.replace("\n", "\\n"))
    return reason


def unless_read(error: InvalidAnswer, method: str) -> InvalidAnswer:
    """Returns the error; for a write, with the warning that the server may have executed it."""
    return error if rpc_reads(method) else InvalidAnswer(f"{error.message}: outcome unknown", hint=LOOK_FIRST)


def short(reason: str) -> str:
    """Returns the first line of a reason, cut: servers append kilobytes of stack trace, and places in their source."""
    if TRACE in reason.partition("\n")[0]:
        reason = FRAME.sub("", reason)
    line = SOURCE_PLACE.sub("", reason.strip().partition("\n")[0]).strip()
    return line if len(line) <= REASON_LENGTH else line[:REASON_LENGTH] + "…"


def _unavailable(details: str, method: str, address: str, *, secure: bool, fresh: bool) -> CliError:
    if not details.startswith(NOT_CONNECTED):
        is_own = any(word in details.lower() for word in OF_TRANSPORT)
        return lost(method, address, "" if is_own else short(details))
    reason = short(details.rpartition("last error: ")[2])
    return through_proxy(_not_connected(details, reason, address, secure=secure, fresh=fresh), address, reason)


def _not_connected(details: str, reason: str, address: str, *, secure: bool, fresh: bool) -> Unreachable:
    for words, fault, message, hint in UNAVAILABLE:
        if words in details:
            return Unreachable(message.format(address=address, reason=_tls_reason(details)), hint=hint, fault=fault)
    if fresh and not secure and "Socket closed" in details:
        message, hint = PLAINTEXT_REFUSED
        return Unreachable(message.format(address=address), hint=hint, fault=Fault.TLS)
    return Unreachable(f"can't connect to {address}: {reason}", hint="check host, port and TLS", fault=Fault.REFUSED)


def lost(method: str, address: str, reason: str = "") -> CliError:
    """Returns the error for a connection that broke during a call; the outcome of a write is unknown."""
    message = f"the connection to {address} was lost during {method}" + (f" ({reason})" if reason else "")
    if rpc_reads(method):
        return Unreachable(message, fault=Fault.LOST, hint="is the server up? try again")
    return Unreachable(
        f"{message}: outcome unknown",
        hint=LOOK_FIRST,
        fault=Fault.LOST,
    )


def silent(method: str, address: str, seconds: float) -> CliError:
    unknown = "" if rpc_reads(method) else ": outcome unknown"
    return Unreachable(
        f"{address} did not respond to {method} within {seconds:g} s{unknown}",
        hint=TIMEOUT_HINT,
        fault=Fault.SILENT,
    )


def _unimplemented(details: str, method: str, address: str) -> CliError:
    if "unknown service" in details or "404" in details:
        return Unreachable(
            f"{address} is not a Milvus server", hint="Milvus serves gRPC on 19530", fault=Fault.NOT_MILVUS
        )
    return Unsupported(f"this server has no {method}", method=method)


def _unauthenticated(details: str, address: str) -> CliError:
    if "missing authorization" in details:
        return NotAuthorized(
            f"{address} requires credentials",
            fault=Fault.NOT_AUTHENTICATED,
            hint="connect with --username and --password, or --token user:password",
        )
    if "username and password" in details:
        return NotAuthorized(
            f"{address} rejected the user name or password",
            fault=Fault.NOT_AUTHENTICATED,
            hint="check both; a new Milvus has the user root with the password Milvus",
        )
    if "api key" in details:
        message = f"{address} rejected the token"
    else:
        message = f"{address} rejected the credentials: {short(details)}"
    return NotAuthorized(message, fault=Fault.NOT_AUTHENTICATED, hint="a token is user:password, or an API key")


def _tls_reason(details: str) -> str:
    """Returns the reason in `…CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate…`."""
    return details.rpartition("CERTIFICATE_VERIFY_FAILED: ")[2].partition(":")[0].strip() or "handshake failed"
