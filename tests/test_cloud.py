"""Zilliz Cloud: its addresses and API keys, and what its clusters say when they refuse."""

import base64
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from milvus_cli.connections.environment import Config
from milvus_cli.connections.profile import parse_address
from milvus_cli.connections.resolve import Request, resolve
from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, refuses, replies
from tests.support.official import common_pb2, grpc, milvus_pb2
from tests.support.recorder import run_here
from tests.support.typed import failed

PRODUCT = "Zilliz Cloud Vector Database(Compatible with Milvus 2.6)"
HOST = "in03-1c39.serverless.gcp-us-west1.cloud.zilliz.com"
KEY = "0123456789abcdef0123456789abcdef"
STOPPED = "The action is unavailable under current cluster status STOPPED."
UNSUPPORTED = "Serverless clusters have no databases"
CLOUD = {
    "Connect": replies(
        milvus_pb2.ConnectResponse(server_info=common_pb2.ServerInfo(build_tags=PRODUCT, deploy_mode="DISTRIBUTED"))
    ),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="unknown-20260608-7ea6e3526")),
    "HasCollection": replies(milvus_pb2.BoolResponse(value=False)),
    "DescribeCollection": refuses(100, "collection not found[collection=book]"),
    "ListDatabases": aborts(
        grpc.StatusCode.PERMISSION_DENIED,
        "PrivilegeListDatabases: permission deny to db_1c39 in the `db_1c39` database",
    ),
    "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse()),
}


class Cloud(GrpcPeer):
    """A peer that answers as a cluster of Zilliz Cloud, with HANDLERS in place of some answers."""

    def __init__(self, **handlers: Handler) -> None:
        super().__init__({**CLOUD, **handlers})


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as peer:
        yield peer


def run(cli: Cli, peer: GrpcPeer, line: str) -> Run:
    return run_here(shlex.split(line), cli.home, peer.uri, token=KEY)


# Addresses


@pytest.mark.parametrize(
    ("text", "port", "secure"),
    [
        (f"https://{HOST}", 443, True),
        (f"https://{HOST}:19530", 19530, True),
        (HOST, 443, True),
        (f"{HOST}:19530", 19530, True),
        ("in01-12a.aws-us-west-2.vectordb.zillizcloud.com:19538", 19538, True),
        ("in01-12a.ali-cn-hangzhou.cloud.zilliz.com.cn", 443, True),
        ("notzilliz.com", None, None),
        ("zillizcloud.com.example", None, None),
    ],
)
def test_addresses_of_the_cloud_imply_tls_and_a_port(text: str, port: int | None, secure: bool | None) -> None:
    address = parse_address(text)
    assert (address.port, address.secure) == (port, secure)


@pytest.mark.parametrize("options", [{"uri": HOST}, {"host": HOST}, {"uri": f"https://{HOST}"}])
def test_a_port_beside_the_address_takes_the_place_of_the_implied_one(tmp_path: Path, options: dict[str, Any]) -> None:
    profile = resolve(Request(**options, port=19530), Config(tmp_path), None, str).profile
    assert (profile.address, profile.tls.name) == (f"{HOST}:19530", "one-way")


def test_the_cloud_has_no_management_port(cli: Cli) -> None:
    found = run_here(["show", "metrics"], cli.home, f"https://{HOST}")
    assert found == failed("Zilliz Cloud has no management port")


# Connecting


def test_an_api_key_is_sent_as_the_whole_token(cli: Cli, cloud: Cloud) -> None:
    found = run_here(["connect", cloud.address, "--token", KEY, "-o", "csv"], cli.home)
    assert found.out.splitlines()[1].startswith(f"default,{cloud.address},{PRODUCT},default,,off,connected,")
    sent = {key: value for key, value in cloud.calls[0].metadata if key == "authorization"}
    assert sent == {"authorization": base64.b64encode(KEY.encode()).decode()}
    shown = run_here(["show", "connection", "-o", "json"], cli.home).out
    assert (KEY in shown, '"credentials": "kept"' in shown) == (False, True)


def test_the_only_database_can_be_used_though_the_cloud_lists_none(cli: Cli, cloud: Cloud) -> None:
    assert run(cli, cloud, "use database default") == Run(0, "Using database 'default'.\n", "")
    assert run(cli, cloud, "list databases") == failed(
        "not permitted: PrivilegeListDatabases: permission deny to db_1c39 in the `db_1c39` database",
        "ask an administrator to run `grant privilege -r ROLE -p ListDatabases`",
        code=4,
    )


def test_a_rejected_key(cli: Cli) -> None:
    handler = aborts(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check api key is correct")
    with Cloud(Connect=handler) as peer:
        found = run(cli, peer, f"connect {peer.address} --token {KEY}")
    hint = "a token is user:password, or an API key"
    assert found == failed(f"{peer.address} rejected the token", hint, code=4)


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "UNKNOWN"])
@pytest.mark.parametrize("line", ["list collections", "delete collection book --yes"])
def test_a_cluster_that_is_suspended(cli: Cli, code: str, line: str) -> None:
    handler = aborts(getattr(grpc.StatusCode, code), STOPPED)
    with Cloud(ShowCollections=handler, DescribeCollection=handler, HasCollection=handler) as peer:
        found = run(cli, peer, line)
    message = f"the cluster at {peer.address} is not running (status STOPPED)"
    assert found == failed(message, "resume it in the console of Zilliz Cloud, and try again when it runs", code=3)


# Limits

CREATE = "create collection -c book -f id:INT64 -f vector:FLOAT_VECTOR:4 -p id"
LIMITS: list[tuple[str, dict[str, Handler], str, str]] = [
    (
        CREATE,
        {"CreateCollection": refuses(102, "exceeded the limit number of collections[limit=5]")},
        "exceeded the limit number of collections[limit=5]",
        "delete a collection first, or raise the server's limit",
    ),
    (
        CREATE,
        {"CreateCollection": refuses(8, "request is rejected by the rate limiter\nstack traces")},
        "request is rejected by the rate limiter",
        "the server limits the rate of requests: try again a little later",
    ),
    (
        "create database shop",
        {"CreateDatabase": refuses(65535, UNSUPPORTED)},
        UNSUPPORTED,
        "",
    ),
    (
        "list resource_groups",
        {"ListResourceGroups": aborts(grpc.StatusCode.UNIMPLEMENTED, "unknown method ListResourceGroups")},
        "this server has no resource groups",
        "",
    ),
]


@pytest.mark.parametrize(("line", "handlers", "message", "hint"), LIMITS)
def test_what_the_cloud_refuses_is_one_line(
    cli: Cli, line: str, handlers: dict[str, Any], message: str, hint: str
) -> None:
    with Cloud(**handlers) as peer:
        assert run(cli, peer, line) == failed(message, hint)


def test_a_full_cluster_stops_an_insert_at_the_first_refusal(cli: Cli) -> None:
    reason = "quota exceeded[reason=disk quota exceeded, please allocate more resources]"
    schema = {
        "DescribeCollection": replies(
            milvus_pb2.DescribeCollectionResponse(
                schema={"name": "book", "fields": [{"name": "id", "data_type": 5, "is_primary_key": True}]}
            )
        ),
        "Insert": replies(milvus_pb2.MutationResult(status=common_pb2.Status(error_code=1, code=9, reason=reason))),
    }
    with Cloud(**schema) as peer:
        found = run(cli, peer, "insert row -c book --row '{\"id\": 1}'")
        assert peer.methods.count("Insert") == 1
    assert found == failed(reason, "delete data, or give the server more room")
