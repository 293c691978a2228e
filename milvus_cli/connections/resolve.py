"""Resolves a connection's parameters: options, then the environment, then the saved connection, then defaults."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, NamedTuple

from ..errors import InvalidInput
from .environment import Config
from .lite_path import lite_path
from .profile import (
    DEFAULT_ALIAS,
    DEFAULT_DATABASE,
    DEFAULT_PORT,
    Address,
    Profile,
    Tls,
    checked_alias,
    checked_port,
    parse_address,
)

UNSENDABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")

Layer = dict[str, tuple[Any, str]]
"""Settings from one source: name to value and the source's name."""


@dataclass(frozen=True)
class Request:
    """The options of `connect`; None for those not given."""

    alias: str | None = None
    uri: str | None = None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    database: str | None = None
    tls_mode: int | None = None
    ca: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    server_name: str | None = None
    user_agent: str | None = None
    management_port: int | None = None
    read_only: bool | None = None
    protected: bool | None = None
    lite: str | None = None


class Resolved(NamedTuple):
    """A profile with the source of each of its settings."""

    profile: Profile
    sources: Mapping[str, str]


GUARDS = ("read_only", "protected")
"""Settings that a saved connection keeps until they are changed explicitly, even if its address changes."""

CONFLICTS = (
    ("uri", "host"),
    ("token", "user"),
    ("token", "password"),
    *(("lite", other) for other in ("uri", "host", "port", "token", "user", "password", "tls_mode", "ca")),
    ("lite", "client_cert"),
)


def resolve(request: Request, config: Config, saved: Profile | None, ask_password: Callable[[str], str]) -> Resolved:
    """Raises InvalidInput for invalid or conflicting values.

    The saved profile fills gaps only for its own server, so that its token is never sent to another one.
    """
    request = _with_lite(request)
    _refuse_conflicts(request)
    alias = checked_alias(request.alias if request.alias is not None else config.alias or DEFAULT_ALIAS)
    layers = [_from_flags(request)]
    if request.lite is None and request.uri is None and request.host is None and request.port is None:
        layers.append(_from_environment(config))
    elif config.token and request.lite is None:
        layers.append({"token": (config.token, "MILVUS_TOKEN")})
    if saved is not None:
        layers.append(_from_saved(saved, layers))
    values: Layer = {}
    for layer in layers:
        for name, value in layer.items():
            values.setdefault(name, value)
    _complete_token(request, values, ask_password)
    values["tls"] = _tls(request, values)
    names = {each.name for each in fields(Profile)}
    profile = replace(Profile(alias=alias), **{name: value for name, (value, _) in values.items() if name in names})
    _check_texts(profile)
    sources = {each.name: values[each.name][1] if each.name in values else "default" for each in fields(Profile)}
    return Resolved(profile, {**sources, "alias": _alias_source(request, config)})


def _with_lite(request: Request) -> Request:
    """Returns the request with a URI that is a path as the data directory of Milvus Lite."""
    path = lite_path(request.uri) if request.uri is not None and request.lite is None else None
    return request if path is None else replace(request, uri=None, lite=path)


def from_environment(config: Config) -> Resolved | None:
    """Returns the connection that MILVUS_URI describes, without an alias; None if it is not set."""
    if not config.uri:
        return None
    found = resolve(Request(), replace(config, alias=""), None, _no_password)
    return Resolved(replace(found.profile, alias=""), found.sources)


def _refuse_conflicts(request: Request) -> None:
    for one, other in CONFLICTS:
        if getattr(request, one) is not None and getattr(request, other) is not None:
            raise InvalidInput(f"{_flag(one)} and {_flag(other)} cannot be combined", hint="give one of them")
    if (request.client_cert is None) != (request.client_key is None):
        raise InvalidInput("mutual TLS needs both --client-cert and --client-key")
    if request.tls_mode == 0 and (request.ca or request.client_cert):
        raise InvalidInput("--tlsmode 0 is plaintext: it can't go with certificates", hint="leave --tlsmode out")
    if request.tls_mode == 2 and request.client_cert is None:
        raise InvalidInput("--tlsmode 2 is mutual TLS: it needs --client-cert and --client-key")
    if request.password is not None and request.user is None:
        raise InvalidInput("--password needs --username", hint="give both, or --token")


def _flag(name: str) -> str:
    return {"user": "--username", "tls_mode": "--tlsmode"}.get(name, "--" + name.replace("_", "-"))


def _from_flags(request: Request) -> Layer:
    layer: Layer = {}
    source, text = ("--uri", request.uri) if request.uri is not None else ("--host", request.host)
    if text is not None:
        address = parse_address(text)
        if address.port is not None and not address.port_implied and request.port not in (None, address.port):
            raise InvalidInput(f"{source} with port {address.port} and --port {request.port} name two ports")
        layer.update(_from_address(address, source))
    if request.port is not None:
        layer["port"] = (checked_port(request.port), "--port")
    if request.token is not None:
        layer["token"] = (request.token, "--token")
    if request.user is not None and request.password is not None:
        layer["token"] = (f"{request.user}:{request.password}", "--username")
    for name in ("database", "user_agent", "management_port", "read_only", "protected", "lite"):
        value = getattr(request, name)
        if value is not None:
            layer[name] = (value, {"database": "--db"}.get(name, _flag(name)))
    if request.database == "":
        layer["database"] = (DEFAULT_DATABASE, "--db")
    return layer


def _from_address(address: Address, source: str) -> Layer:
    layer: Layer = {"host": (address.host, source)}
    if address.port is not None:
        layer["port"] = (address.port, source)
    if address.database is not None:
        layer["database"] = (address.database, source)
    if address.password is not None:
        layer["token"] = (f"{address.user}:{address.password}" if address.user else address.password, source)
    elif address.user:
        layer["user"] = (address.user, source)
    if address.secure is not None:
        layer["secure"] = (address.secure, source)
    return layer


def _from_environment(config: Config) -> Layer:
    layer: Layer = {}
    path = lite_path(config.uri)
    if path is not None:
        # Its token is for servers.
        return {"lite": (path, "MILVUS_URI")}
    if config.uri:
        layer.update(_from_address(parse_address(config.uri), "MILVUS_URI"))
    if config.token:
        layer["token"] = (config.token, "MILVUS_TOKEN")
    return layer


def _from_saved(saved: Profile, layers: list[Layer]) -> Layer:
    """Returns the saved settings, or only the guards when a higher layer names another server."""
    given = {name: value for layer in reversed(layers) for name, (value, _) in layer.items()}
    if given.keys() & {"host", "port", "lite"}:
        port = given.get("port", DEFAULT_PORT if "host" in given else saved.port)
        if (given.get("lite", ""), given.get("host", saved.host), port) != (saved.lite, saved.host, saved.port):
            return {name: (getattr(saved, name), "saved") for name in GUARDS}
    return {each.name: (getattr(saved, each.name), "saved") for each in fields(Profile) if each.name != "alias"}


def _complete_token(request: Request, values: Layer, ask_password: Callable[[str], str]) -> None:
    """Completes a user without password: with the known token if it is that user's, else by asking for a password."""
    if request.password is not None:
        return
    user, source = values.get("user", (None, "")) if request.user is None else (request.user, "--username")
    token, token_source = values.get("token", ("", ""))
    given_beside_address = request.user is None and token_source not in ("", "saved")
    if user is not None and not token.startswith(f"{user}:") and not given_beside_address:
        values["token"] = (f"{user}:{ask_password(user)}", source)


def _no_password(user: str) -> str:
    raise InvalidInput(f"MILVUS_URI has no password for {user!r}", hint="set MILVUS_TOKEN to user:password")


def _check_texts(profile: Profile) -> None:
    """Refuses texts that no header can carry, without showing them: one is the token."""
    if UNSENDABLE.search(profile.token):
        raise InvalidInput("the token or password has a line break or another control character")
    for option, text in (("--user-agent", profile.user_agent), ("--server-name", profile.tls.server_name)):
        if not (text.isascii() and text.isprintable()):
            raise InvalidInput(f"{option} takes plain ASCII text")


def _tls(request: Request, values: Layer) -> tuple[Tls, str]:
    """Returns the TLS settings and their source: options, then the address's scheme, then the saved profile."""
    saved, source = values.get("tls", (Tls(), "default"))
    secure, scheme_source = values.get("secure", (None, ""))
    changes = {
        name: value
        for name in ("ca", "client_cert", "client_key", "server_name")
        if (value := getattr(request, name)) is not None
    }
    if request.tls_mode is not None or changes:
        source = "--tlsmode" if request.tls_mode is not None else _flag(next(iter(changes)))
    elif secure is not None and secure != (saved.mode > 0):
        source = scheme_source
    if request.tls_mode == 0 or (secure is False and not changes and request.tls_mode is None):
        return Tls(), source
    tls = replace(saved, **changes)
    mode = 2 if tls.client_cert else max(saved.mode, request.tls_mode or 0, 1 if changes or secure else 0)
    return replace(tls, mode=mode), source


def _alias_source(request: Request, config: Config) -> str:
    if request.alias:
        return "--alias"
    return "MILVUS_ALIAS" if config.alias else "default"
