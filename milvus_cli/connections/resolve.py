"""Decides a connection's parameters: flag, then environment, then what the alias saved, then Milvus's defaults."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ..config import Config
from ..errors import InvalidInput
from .profile import DEFAULT_ALIAS, DEFAULT_PORT, Address, Profile, Tls, checked_alias, checked_port, parse_address


Layer = dict[str, tuple[Any, str]]
"""Settings that one place gives: name to value and the place's name."""


@dataclass(frozen=True)
class Request:
    """What `connect` was given; None where nothing was."""

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


@dataclass(frozen=True)
class Resolved:
    """A profile, and for each of its settings where the value came from."""

    profile: Profile
    sources: Mapping[str, str]


CONFLICTS = (
    ("uri", "host"),
    ("uri", "port"),
    ("token", "user"),
    ("token", "password"),
    *(("lite", other) for other in ("uri", "host", "port", "token", "user", "password", "tls_mode", "ca")),
    ("lite", "client_cert"),
)


def resolve(
    request: Request, config: Config, saved: Profile | None, ask_password: Callable[[str], str]
) -> Resolved:
    """Raises InvalidInput for values that can't be, or can't be together.

    The saved profile fills gaps only for the server that it was saved for: its token goes nowhere else.
    """
    _refuse_conflicts(request)
    alias = checked_alias(request.alias or config.alias or DEFAULT_ALIAS)
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
    profile = replace(Profile(alias=alias), **{name: value for name, (value, _) in values.items() if name != "tls"})
    profile = replace(profile, tls=_tls(request, values))
    sources = {each.name: values[each.name][1] if each.name in values else "default" for each in fields(Profile)}
    return Resolved(profile, {**sources, "alias": _alias_source(request, config)})


def from_environment(config: Config) -> Resolved | None:
    """The connection that MILVUS_URI alone describes, under no alias; None where it is not set."""
    if not config.uri:
        return None
    found = resolve(Request(), replace(config, alias=""), None, ask_password=str)
    return Resolved(replace(found.profile, alias=""), found.sources)


def _refuse_conflicts(request: Request) -> None:
    for one, other in CONFLICTS:
        if getattr(request, one) is not None and getattr(request, other) is not None:
            raise InvalidInput(f"{_flag(one)} and {_flag(other)} can't be together", hint="give one of them")
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
    address = parse_address(request.uri) if request.uri is not None else None
    if request.host is not None:
        address = parse_address(request.host)
        if address.port is not None and request.port is not None and address.port != request.port:
            raise InvalidInput(f"--host {request.host} and --port {request.port} name two ports")
    if address is not None:
        layer.update(_from_address(address, "--uri" if request.uri is not None else "--host"))
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
    return layer


def _from_address(address: Address, source: str) -> Layer:
    layer: Layer = {"host": (address.host, source)}
    if address.port is not None:
        layer["port"] = (address.port, source)
    if address.database is not None:
        layer["database"] = (address.database, source)
    if address.password is not None:
        layer["token"] = (f"{address.user}:{address.password}" if address.user else address.password, source)
    if address.secure:
        layer["tls"] = (Tls(mode=1), source)
    return layer


def _from_environment(config: Config) -> Layer:
    layer: Layer = {}
    if config.uri:
        layer.update(_from_address(parse_address(config.uri), "MILVUS_URI"))
    if config.token:
        layer["token"] = (config.token, "MILVUS_TOKEN")
    return layer


def _from_saved(saved: Profile, layers: list[Layer]) -> Layer:
    """What the alias saved, unless the layers above name another server."""
    given = {name: value for layer in reversed(layers) for name, (value, _) in layer.items()}
    if given.keys() & {"host", "port", "lite"}:
        port = given.get("port", DEFAULT_PORT if "host" in given else saved.port)
        if (given.get("lite", ""), given.get("host", saved.host), port) != (saved.lite, saved.host, saved.port):
            return {}
    return {each.name: (getattr(saved, each.name), "saved") for each in fields(Profile) if each.name != "alias"}


def _complete_token(request: Request, values: Layer, ask_password: Callable[[str], str]) -> None:
    """A user given without a password takes the token at hand if it is that user's; else the person is asked."""
    if request.user is None or request.password is not None:
        return
    token = values.get("token", ("", ""))[0]
    if not token.startswith(f"{request.user}:"):
        values["token"] = (f"{request.user}:{ask_password(request.user)}", "--username")


def _tls(request: Request, values: Layer) -> Tls:
    """The TLS settings: flags over those of the address or the saved profile."""
    base: Tls = values["tls"][0] if "tls" in values else Tls()
    if request.tls_mode == 0:
        return Tls()
    changes = {
        name: value
        for name in ("ca", "client_cert", "client_key", "server_name")
        if (value := getattr(request, name)) is not None
    }
    tls = replace(base, **changes)
    mode = 2 if tls.client_cert else max(base.mode, request.tls_mode or 0, 1 if changes else 0)
    return replace(tls, mode=mode)


def _alias_source(request: Request, config: Config) -> str:
    if request.alias:
        return "--alias"
    return "MILVUS_ALIAS" if config.alias else "default"
