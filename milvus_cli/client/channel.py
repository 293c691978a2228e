"""Opens gRPC channels: keepalive, reconnects, message sizes and TLS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import grpc

from ..connections.profile import Profile
from ..errors import InvalidInput
from .proxies import is_loopback

# Milvus 2.3 answers pings faster than every 5 s, and Milvus Lite any on long calls, by closing the connection.
CHANNEL_OPTIONS: Mapping[str, int | str] = {
    "grpc.keepalive_time_ms": 10_000,
    "grpc.keepalive_timeout_ms": 3_000,
    "grpc.http2.ping_timeout_ms": 3_000,
    "grpc.keepalive_permit_without_calls": 0,
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1_000,
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
    # Two aliases of one address must not share an authenticated connection.
    "grpc.use_local_subchannel_pool": 1,
}


def open_channel(profile: Profile, timeout: float) -> grpc.Channel:
    """Opens a channel to a server. Raises InvalidInput for a PEM file that can't be read."""
    # Give up connecting after half the deadline: the error then says more than an exceeded deadline.
    connect_ms = max(1, int(timeout * 500))
    options = {**CHANNEL_OPTIONS, "grpc.min_reconnect_backoff_ms": connect_ms}
    if is_loopback(profile.host):
        # grpc would go through the proxy of the environment, which reaches another machine's loopback.
        options["grpc.enable_http_proxy"] = 0
    if profile.user_agent:
        options["grpc.primary_user_agent"] = profile.user_agent
    if not profile.tls.mode:
        return grpc.insecure_channel(profile.address, options=list(options.items()))
    tls = profile.tls
    if tls.server_name:
        options["grpc.ssl_target_name_override"] = tls.server_name
        options["grpc.default_authority"] = tls.server_name
    credentials = grpc.ssl_channel_credentials(
        root_certificates=_pem(tls.ca, "--ca") if tls.ca else _system_roots(),
        private_key=_pem(tls.client_key, "--client-key"),
        certificate_chain=_pem(tls.client_cert, "--client-cert"),
    )
    return grpc.secure_channel(profile.address, credentials, options=list(options.items()))


def _system_roots() -> bytes | None:
    """Returns the system's CAs, or those of SSL_CERT_FILE; None, for grpc's own list, if Python finds no such file."""
    import ssl

    path = ssl.get_default_verify_paths().cafile
    return Path(path).read_bytes() if path else None


def _pem(path: str, option: str) -> bytes | None:
    if not path:
        return None
    try:
        content = Path(path).read_bytes()
    except OSError as exc:
        raise InvalidInput(f"{option}: can't read {path}: {exc.strerror}", hint="give the path of a PEM file") from exc
    if b"-----BEGIN" not in content:
        raise InvalidInput(f"{option}: {path} is not a PEM file", hint="it should have a line -----BEGIN …-----")
    return content
