"""Finds the HTTP proxy through which grpc connects: it takes one from the environment, without a word."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import Fault, Unreachable

VARIABLES = ("grpc_proxy", "https_proxy", "http_proxy")
"""The first that is set counts, also for connections without TLS. grpc does not read them in capitals."""
EXCEPTIONS = ("no_grpc_proxy", "no_proxy")
REASONS = {
    Fault.REFUSED: "it refuses the connection",
    Fault.UNKNOWN_HOST: "unknown host",
    Fault.SILENT: "it does not respond",
    Fault.TLS: "it closes the connection",
}
"""Faults that a proxy can cause: the server is not known to have them."""


class Proxy(NamedTuple):
    """A proxy without its credentials, and the variable that names it."""

    variable: str
    address: str


def proxy_of(host: str, environ: Mapping[str, str] = os.environ) -> Proxy | None:
    """Returns the proxy for connections to a host; None where they are direct, as on this machine."""
    variable = next((name for name in VARIABLES if environ.get(name)), "")
    url = urlsplit(environ.get(variable, ""))
    if url.scheme != "http" or is_loopback(host):
        return None
    exceptions = next((environ[name] for name in EXCEPTIONS if environ.get(name)), "")
    if any(_covers(each.strip(), host) for each in exceptions.split(",")):
        return None
    return Proxy(variable, url.netloc.rpartition("@")[2])


def is_loopback(host: str) -> bool:
    """Reports whether a host is this machine, which no proxy reaches."""
    found = _ip(host)
    return host.lower() == "localhost" if found is None else found.is_loopback


def through_proxy(error: Unreachable, address: str, reason: str) -> Unreachable:
    """Returns the error of a connection that was not made, with the proxy if there is one; `reason` is grpc's."""
    host = address.rpartition(":")[0].strip("[]")
    proxy = proxy_of(host)
    if proxy is None or error.fault not in REASONS or (error.fault is Fault.TLS and "Socket closed" not in reason):
        return error
    why = REASONS.get(error.fault, reason) if "response code" not in reason else reason.rpartition("HTTP ")[2]
    return Unreachable(
        f"no connection to {address} through the proxy {proxy.address}: {why}",
        hint=f"{proxy.variable} names the proxy: to connect without it, add {host} to no_proxy",
        fault=error.fault,
    )


def _covers(entry: str, host: str) -> bool:
    found = _ip(host)
    if "/" in entry and found is not None:
        try:
            return found in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    return bool(entry) and host.lower().endswith(entry.lower())


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
