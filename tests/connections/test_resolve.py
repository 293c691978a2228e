"""The sources of a connection's parameters, and the notations for an address."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from milvus_cli.connections.environment import Config
from milvus_cli.connections.profile import Address, Profile, Tls, checked_alias, parse_address
from milvus_cli.connections.resolve import Request, Resolved, from_environment, resolve
from milvus_cli.errors import InvalidInput

CONFIG = Config(home=Path("/home"))
ENVIRONMENT = Config(home=Path("/home"), alias="env", uri="https://env.example:1/envdb", token="env:token")
SAVED = Profile(
    alias="prod",
    host="saved.example",
    port=443,
    database="books",
    token="root:saved",
    tls=Tls(mode=1, ca="/ca.pem", server_name="name"),
    user_agent="agent",
    management_port=9092,
    read_only=True,
    protected=True,
)
ALL_SAVED = dict.fromkeys(
    ("host", "port", "database", "token", "tls", "user_agent", "management_port", "read_only", "protected", "lite"),
    "saved",
)


def never(user: str) -> str:
    raise AssertionError("nobody is to be asked")


def resolved(saved: Profile | None = None, config: Config = CONFIG, /, **given: Any) -> Resolved:
    return resolve(Request(**given), config, saved, never)


def profile(saved: Profile | None = None, config: Config = CONFIG, /, **given: Any) -> Profile:
    return resolved(saved, config, **given).profile


def refusal(saved: Profile | None = None, config: Config = CONFIG, /, **given: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        resolved(saved, config, **given)
    return caught.value.message


# Precedence


def test_without_anything_the_documented_defaults_hold() -> None:
    assert resolved() == Resolved(
        Profile(alias="default", host="127.0.0.1", port=19530, database="default"),
        {"alias": "default", **dict.fromkeys(ALL_SAVED, "default")},
    )


def test_the_environment_overrides_the_defaults() -> None:
    found = resolved(None, ENVIRONMENT)
    expected = Profile(alias="env", host="env.example", port=1, database="envdb", token="env:token", tls=Tls(mode=1))
    assert found.profile == expected
    from_uri = dict.fromkeys(("host", "port", "database", "tls"), "MILVUS_URI")
    assert found.sources == {
        **dict.fromkeys(ALL_SAVED, "default"),
        **from_uri,
        "alias": "MILVUS_ALIAS",
        "token": "MILVUS_TOKEN",
    }


def test_saved_parameters_override_the_defaults() -> None:
    assert resolved(SAVED, alias="prod") == Resolved(SAVED, {**ALL_SAVED, "alias": "--alias"})


def test_the_environment_overrides_saved_parameters() -> None:
    found = resolved(SAVED, replace(ENVIRONMENT, uri="saved.example:443/envdb"), alias="prod")
    assert found.profile == replace(SAVED, database="envdb", token="env:token")
    from_uri = dict.fromkeys(("host", "port", "database"), "MILVUS_URI")
    assert found.sources == {**ALL_SAVED, **from_uri, "token": "MILVUS_TOKEN", "alias": "--alias"}


def test_flags_override_everything() -> None:
    given: dict[str, Any] = {
        "alias": "flag",
        "host": "flag.example",
        "port": 2,
        "database": "flagdb",
        "token": "flag:token",
        "tls_mode": 1,
        "user_agent": "flagged",
        "management_port": 3,
        "read_only": False,
        "protected": False,
    }
    found = resolved(SAVED, ENVIRONMENT, **given)
    expected = Profile(
        alias="flag",
        host="flag.example",
        port=2,
        database="flagdb",
        token="flag:token",
        tls=Tls(mode=1),
        user_agent="flagged",
        management_port=3,
    )
    assert found.profile == expected
    assert found.sources == {
        "alias": "--alias",
        "host": "--host",
        "port": "--port",
        "database": "--db",
        "token": "--token",
        "tls": "--tlsmode",
        "user_agent": "--user-agent",
        "management_port": "--management-port",
        "read_only": "--read-only",
        "protected": "--protected",
        "lite": "default",
    }


def test_an_address_on_the_line_leaves_the_address_of_the_environment_out() -> None:
    assert profile(None, ENVIRONMENT, host="h") == Profile(alias="env", host="h", token="env:token")


def test_an_embedded_server_takes_nothing_from_the_environment() -> None:
    assert profile(None, ENVIRONMENT, lite="/data") == Profile(alias="env", lite="/data")


def test_a_flag_changes_one_saved_parameter_and_keeps_the_rest() -> None:
    assert profile(SAVED, alias="prod", database="films") == replace(SAVED, database="films")
    assert profile(SAVED, alias="prod", read_only=False) == replace(SAVED, read_only=False)
    assert profile(SAVED, alias="prod", ca="/new.pem").tls == replace(SAVED.tls, ca="/new.pem")
    assert profile(SAVED, alias="prod", tls_mode=0).tls == Tls()


def test_the_environment_alone_describes_a_connection_without_an_alias() -> None:
    assert from_environment(CONFIG) is None
    found = from_environment(ENVIRONMENT)
    assert found is not None
    assert found.profile == Profile(
        alias="", host="env.example", port=1, database="envdb", token="env:token", tls=Tls(mode=1)
    )


# Credentials


@pytest.mark.parametrize(
    "given",
    [
        {"host": "other.example", "port": 443},
        {"host": "saved.example", "port": 444},
        {"host": "saved.example"},
        {"port": 19530},
        {"uri": "https://saved.example:444"},
        {"uri": "http://other.example:443"},
        {"uri": "other.example"},
        {"lite": "/data"},
    ],
)
def test_the_saved_token_never_goes_to_another_address(given: dict[str, Any]) -> None:
    assert profile(SAVED, alias="prod", **given).token == ""


def test_the_saved_token_never_goes_to_the_address_of_the_environment() -> None:
    assert profile(SAVED, replace(CONFIG, uri="http://other.example:443"), alias="prod").token == ""


def test_the_saved_token_of_an_embedded_server_never_goes_to_its_old_port() -> None:
    saved = replace(SAVED, host="127.0.0.1", port=19530, lite="/data")
    assert profile(saved, alias="prod", host="127.0.0.1", port=19530).token == ""


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "saved.example", "port": 443},
        {"port": 443},
        {"uri": "https://saved.example"},
        {"uri": "saved.example:443/films"},
    ],
)
def test_the_saved_token_goes_where_it_was_saved_for(given: dict[str, Any]) -> None:
    assert profile(SAVED, alias="prod", **given).token == "root:saved"


def test_user_and_password_make_a_token() -> None:
    found = resolved(user="root", password="a:b")
    assert (found.profile.token, found.profile.user, found.sources["token"]) == ("root:a:b", "root", "--username")


def test_the_address_carries_a_token() -> None:
    assert profile(uri="http://root:p%40ss@h:1").token == "root:p@ss"
    assert profile(uri="https://:api-key@h").token == "api-key"


def test_a_user_without_a_password_keeps_the_token_of_that_user() -> None:
    assert profile(SAVED, alias="prod", user="root").token == "root:saved"


def test_a_user_without_a_password_is_asked_for_one() -> None:
    asked: list[str] = []

    def ask(user: str) -> str:
        asked.append(user)
        return "typed"

    assert resolve(Request(alias="prod", user="other"), CONFIG, SAVED, ask).profile.token == "other:typed"
    assert asked == ["other"]


def test_no_secret_is_in_the_text_of_requested_or_resolved_parameters() -> None:
    request = Request(user="root", password="Sesam", token="Sesam")
    found = resolved(user="root", password="Sesam")
    assert "Sesam" not in f"{request} {found} {parse_address('http://u:Sesam@h')} {replace(CONFIG, token='Sesam')}"


# Conflicts


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"uri": "h", "host": "h"}, "--uri and --host cannot be combined"),
        ({"uri": "h:1", "port": 2}, "--uri with port 1 and --port 2 name two ports"),
        ({"token": "t", "user": "u"}, "--token and --username cannot be combined"),
        ({"token": "t", "password": "p"}, "--token and --password cannot be combined"),
        ({"lite": "/d", "uri": "h"}, "--lite and --uri cannot be combined"),
        ({"lite": "/d", "host": "h"}, "--lite and --host cannot be combined"),
        ({"lite": "/d", "port": 1}, "--lite and --port cannot be combined"),
        ({"lite": "/d", "token": "t"}, "--lite and --token cannot be combined"),
        ({"lite": "/d", "user": "u"}, "--lite and --username cannot be combined"),
        ({"lite": "/d", "tls_mode": 1}, "--lite and --tlsmode cannot be combined"),
        ({"lite": "/d", "ca": "/c"}, "--lite and --ca cannot be combined"),
        ({"client_cert": "/c"}, "mutual TLS needs both --client-cert and --client-key"),
        ({"client_key": "/k"}, "mutual TLS needs both --client-cert and --client-key"),
        ({"tls_mode": 0, "ca": "/c"}, "--tlsmode 0 is plaintext: it can't go with certificates"),
        ({"tls_mode": 2}, "--tlsmode 2 is mutual TLS: it needs --client-cert and --client-key"),
        ({"password": "p"}, "--password needs --username"),
        ({"host": "h:1", "port": 2}, "--host with port 1 and --port 2 name two ports"),
        ({"port": 0}, "invalid port 0"),
        ({"port": 65536}, "invalid port 65536"),
    ],
)
def test_options_that_exclude_each_other_are_refused(given: dict[str, Any], message: str) -> None:
    assert refusal(**given) == message


def test_the_same_port_twice_is_not_a_conflict() -> None:
    assert profile(host="h:7", port=7) == Profile(host="h", port=7)


def test_certificates_imply_tls() -> None:
    assert profile(ca="/ca").tls == Tls(mode=1, ca="/ca")
    assert profile(server_name="n").tls == Tls(mode=1, server_name="n")
    assert profile(client_cert="/c", client_key="/k").tls == Tls(mode=2, client_cert="/c", client_key="/k")
    assert profile(uri="https://h", ca="/ca").tls == Tls(mode=1, ca="/ca")


# Addresses


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost", Address("localhost")),
        ("127.0.0.1:19530", Address("127.0.0.1", 19530)),
        ("my_host.example:1", Address("my_host.example", 1)),
        ("tcp://h:1", Address("h", 1)),
        ("http://h", Address("h", secure=False)),
        ("http://h:1", Address("h", 1, secure=False)),
        ("http://h:1/", Address("h", 1, secure=False)),
        ("http://h:1/books", Address("h", 1, secure=False, database="books")),
        ("https://in01.example.zillizcloud.com", Address("in01.example.zillizcloud.com", 443, secure=True)),
        ("https://h:19530", Address("h", 19530, secure=True)),
        ("HTTPS://H:19530", Address("h", 19530, secure=True)),
        ("grpc://h:1", Address("h", 1, secure=False)),
        ("grpcs://h:1", Address("h", 1, secure=True)),
        ("milvus://root@h:1/books", Address("h", 1, user="root", database="books")),
        ("milvus://root:p%2Fss@h/b%20k", Address("h", user="root", password="p/ss", database="b k")),
        ("root:p@ss@h:1", Address("h", 1, user="root", password="p@ss")),
        ("::1", Address("::1")),
        ("[::1]", Address("::1")),
        ("[::1]:19530", Address("::1", 19530)),
        ("http://[2001:db8::1]:1/d", Address("2001:db8::1", 1, secure=False, database="d")),
        ("fe80::1", Address("fe80::1")),
        ("[fe80::1%eth0]:1", Address("fe80::1%eth0", 1)),
    ],
)
def test_an_address_has_many_forms(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        ":1",
        "http://",
        "http://:1",
        "h:0",
        "h:65536",
        "h:-1",
        "h:x",
        "h:1:2",
        "ftp://h",
        "[::1",
        "::1]:1",
        "a b",
        "h\n:1",
        "http://h\x00",
        "http://in03-1c39.serverless.gcp-us-west1.cloud.zilliz.com",
        "-\u202e",
        "héllo",
        "[h]:1",
        "[1.2.3.4]:1",
        "milvus://u:p/w@h",
    ],
)
def test_an_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_address(text)


def test_an_ipv6_address_is_shown_in_brackets() -> None:
    found = profile(uri="https://[::1]:1")
    assert (found.address, found.uri) == ("[::1]:1", "https://[::1]:1")


@given(st.text() | st.text(alphabet="a1:/@[]%?#.\\ \t", max_size=20).map("http://".__add__))
def test_no_text_makes_parsing_fail_in_another_way(text: str) -> None:
    with suppress(InvalidInput):
        parse_address(text)


@given(
    st.sampled_from(["", "http://", "https://", "milvus://", "ftp://", "tcp://"]),
    st.text(alphabet="root", max_size=4),
    st.text(alphabet="ab:/@[]?#%&=.℀\x00\n ", max_size=8),
    st.sampled_from(["h", "h:1", "h:x", "h:99999", "[::1", "a b", "", "h/db", "h:1/db?x"]),
)
@example("", "root", "://", "h:1")
@example("http://", "root", "/x", "h:1")
@example("http://", "root", "℀", "h")
def test_no_password_is_shown_in_a_refusal(scheme: str, user: str, rest: str, host: str) -> None:
    assert "sesam" not in _refusal_of(f"{scheme}{user}:Sesam{rest}@{host}").lower()


def _refusal_of(text: str) -> str:
    try:
        parse_address(text)
    except InvalidInput as exc:
        return f"{exc.message} {exc.hint}"
    return ""


# Aliases


@pytest.mark.parametrize("alias", ["a", "7", "prod-eu.1", "me@home:1+2", "ä", "漢字", "a" * 128])
def test_an_alias_is_a_word(alias: str) -> None:
    assert checked_alias(alias) == alias


@pytest.mark.parametrize("alias", ["", "-a", ".a", "_a", "a b", "a/b", "a\n", "a\x1b", "a" * 129, "\u202e"])
def test_an_invalid_alias_is_refused(alias: str) -> None:
    assert refusal(alias=alias or "-") == f"invalid alias {alias or '-'!r}"
