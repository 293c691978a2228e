"""A connection's parameters, and the notations for a server's address."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from ..errors import InvalidInput

DEFAULT_ALIAS = "default"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 19530
DEFAULT_DATABASE = "default"
DEFAULT_MANAGEMENT_PORT = 9091
ALIAS_PATTERN = re.compile(r"[^\W_][\w.@:+-]{0,127}")
HOST_PATTERN = re.compile(r"[\w.-]+|[0-9a-fA-F:.]+(%\w+)?", re.ASCII)

CLOUD_DOMAINS = ("zillizcloud.com", "zilliz.com", "zillizcloud.com.cn", "zilliz.com.cn")
"""Of Zilliz Cloud's clusters. They speak TLS only, and have no management port."""

SECURE_BY_SCHEME = {"http": False, "grpc": False, "https": True, "grpcs": True}
"""TLS by URI scheme; other schemes leave it open."""


@dataclass(frozen=True)
class Tls:
    """TLS settings. `mode` is Milvus's tlsMode: 0 plaintext, 1 one-way, 2 mutual. Certificates and keys are paths."""

    mode: int = 0
    ca: str = ""
    client_cert: str = ""
    client_key: str = ""
    server_name: str = ""

    @property
    def name(self) -> str:
        return ("off", "one-way", "mutual")[self.mode]


@dataclass(frozen=True)
class Address:
    """The parts of an address; None for missing ones. `secure` follows from the scheme, or from Zilliz Cloud's host.

    `port_implied` tells that the port does too.
    """

    host: str
    port: int | None = None
    secure: bool | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    port_implied: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Profile:
    """A connection, stored under its alias. `token` is `user:password` or an API key, and is stored separately."""

    alias: str = DEFAULT_ALIAS
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    database: str = DEFAULT_DATABASE
    token: str = field(default="", repr=False)
    tls: Tls = Tls()
    user_agent: str = ""
    management_port: int = DEFAULT_MANAGEMENT_PORT
    read_only: bool = False
    protected: bool = False
    lite: str = ""

    @property
    def address(self) -> str:
        """`host:port`, with brackets around an IPv6 address."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        return f"{'https' if self.tls.mode else 'http'}://{self.address}"

    @property
    def no_management(self) -> str:
        """Why the server has no management port; "" if it may have one."""
        if self.lite:
            return "Milvus Lite has no management port"
        return "Zilliz Cloud has no management port" if is_cloud(self.host) else ""

    @property
    def user(self) -> str:
        """The account in the token; "" for an API key and for no token."""
        return self.token.partition(":")[0] if ":" in self.token else ""


def parse_address(text: str) -> Address:
    """Parses `host`, `host:port`, `http(s)://…`, `tcp://…` or `milvus://user@host:port/database`.

    Raises InvalidInput with the invalid part, but never with the password.
    """
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "tcp", text
    scheme = scheme.lower()
    if not (scheme.isalnum() and text.isprintable()):
        # Not shown: this part may hold a password. urlsplit would ignore tabs and line breaks.
        raise InvalidInput("invalid address", hint="write host:port or http://host:port")
    if scheme not in ("http", "https", "tcp", "milvus", "grpc", "grpcs"):
        raise InvalidInput(f"unknown scheme {scheme!r} in the URI", hint="use http:// or https://, or host:port")
    if "@" in "".join(re.split("[/?#]", rest, maxsplit=1)[1:]):
        raise InvalidInput("a password in the URI has a /, ? or #", hint="write it as %2F, %3F or %23")
    try:
        parts = urlsplit(f"//{_bracketed(rest)}")
        host, port = parts.hostname or "", parts.port
    except ValueError as exc:
        shown = rest.rpartition("@")[2]
        raise InvalidInput(f"invalid address {shown!r}", hint="write host:port, with a port from 1 to 65535") from exc
    if not HOST_PATTERN.fullmatch(host):
        raise InvalidInput(f"invalid host {host!r}", hint="write a name or an IP address, such as 127.0.0.1:19530")
    if scheme == "http" and is_cloud(host):
        raise InvalidInput(f"{host} speaks TLS only, and http:// would send the token unencrypted", hint="use https://")
    secure = SECURE_BY_SCHEME.get(scheme, True if is_cloud(host) else None)
    return Address(
        host=host,
        port=checked_port(port) if port is not None else _default_port(scheme, host),
        secure=secure,
        port_implied=port is None,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
        database=unquote(parts.path.strip("/")) or None,
    )


def _bracketed(rest: str) -> str:
    """Puts brackets around a bare IPv6 address, as URLs require."""
    return f"[{rest}]" if rest.count(":") > 1 and re.fullmatch(r"[0-9a-fA-F:.]+", rest) else rest


def _default_port(scheme: str, host: str) -> int | None:
    # Zilliz Cloud's endpoints are https:// without a port, and listen on 443.
    return 443 if scheme == "https" or is_cloud(host) else None


def is_cloud(host: str) -> bool:
    """Reports whether a host is one of Zilliz Cloud's clusters."""
    return host.lower().rstrip(".").endswith(tuple(f".{domain}" for domain in CLOUD_DOMAINS))


def checked_port(port: int) -> int:
    if not 1 <= port <= 65535:
        raise InvalidInput(f"invalid port {port}", hint="a port is 1 to 65535; Milvus listens on 19530")
    return port


def checked_alias(alias: str) -> str:
    if not ALIAS_PATTERN.fullmatch(alias):
        raise InvalidInput(
            f"invalid alias {alias!r}",
            hint="an alias starts with a letter or digit and has letters, digits and . _ - @ : + (at most 128)",
        )
    return alias
