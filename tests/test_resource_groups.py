"""Resource groups, replicas and segments on a real server with two query nodes; newer requests on a peer."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from pymilvus.grpc_gen import rg_pb2

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer, Handler, aborts, refuses, replies
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.official import common_pb2, grpc, milvus_pb2
from tests.support.query_node import Broker, QueryNode
from tests.support.recorder import run_here
from tests.support.typed import ROW, Typed, failed

DEFAULT = "__default_resource_group"
OK = replies(common_pb2.Status())
NODES = json.dumps(
    {
        "nodes_info": [
            {"identifier": 1, "infos": {"name": "querynode1", "hardware_infos": {"ip": "10.0.0.1:21123"}}},
            {"identifier": 2, "infos": {"name": "datanode2", "hardware_infos": {"ip": "10.0.0.2:21124"}}},
        ]
    }
)


def limit(nodes: int) -> rg_pb2.ResourceGroupLimit:
    return rg_pb2.ResourceGroupLimit(node_num=nodes)


CONFIG = rg_pb2.ResourceGroupConfig(
    requests=limit(1), limits=limit(3), transfer_from=[rg_pb2.ResourceGroupTransfer(resource_group=DEFAULT)]
)
GROUP = milvus_pb2.ResourceGroup(
    name="fast",
    capacity=3,
    num_available_node=2,
    num_loaded_replica={"book": 1},
    num_incoming_node={"album": 1},
    config=CONFIG,
    nodes=[
        common_pb2.NodeInfo(node_id=9, address="10.0.0.9:21123", hostname="nine"),
        common_pb2.NodeInfo(node_id=7, address="10.0.0.7:21123", hostname="seven"),
    ],
)
SEGMENTS = milvus_pb2.GetQuerySegmentInfoResponse(
    infos=[milvus_pb2.QuerySegmentInfo(segmentID=77, num_rows=5, mem_size=100, nodeIds=[1, 4], state=3)]
)
WRITES = ("CreateResourceGroup", "UpdateResourceGroups", "TransferNode", "TransferReplica", "LoadBalance")
HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(WRITES, OK),
    "DescribeResourceGroup": replies(milvus_pb2.DescribeResourceGroupResponse(resource_group=GROUP)),
    "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["album", "book"])),
    "HasCollection": replies(milvus_pb2.BoolResponse(value=True)),
    "GetQuerySegmentInfo": replies(SEGMENTS),
    "GetMetrics": replies(milvus_pb2.GetMetricsResponse(response=NODES)),
}


@pytest.fixture(scope="module")
def two_query_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """A Milvus with two query nodes for this module alone, as they are moved around."""
    with (
        Broker() as broker,
        MilvusServer(tmp_path_factory.mktemp("pair"), queue=broker.address) as server,
        QueryNode(tmp_path_factory.mktemp("node"), server),
    ):
        yield server


def eventually(look: Callable[[], Any], expected: Any) -> None:
    """Waits until a look returns the expected value: a server's view of its nodes is updated periodically."""
    until = time.monotonic() + 60
    while (found := look()) != expected:
        assert time.monotonic() < until, found
        time.sleep(0.1)


@dataclass
class Newer:
    """Commands on a server that supports everything."""

    peer: GrpcPeer
    home: Path

    def __call__(self, line: str) -> Run:
        return run_here(line.split(), self.home, self.peer.uri)

    def sent(self, method: str) -> Message:
        [request] = self.peer.requests(method)
        return request


@pytest.fixture
def newer_milvus(tmp_path: Path) -> Iterator[Newer]:
    """A peer that knows the requests of newer versions, and commands on it."""
    with GrpcPeer(HANDLERS) as peer:
        yield Newer(peer, tmp_path)


def test_a_group_gets_a_node_gives_it_back_and_is_deleted(cli: Cli, two_query_nodes: MilvusServer) -> None:
    here = Typed(cli, two_query_nodes)
    row = {"resource_group": "few", "nodes": 0, "capacity": 0, "requests": None, "limits": None, "replicas": 0}
    all_nodes = {**row, "resource_group": DEFAULT, "nodes": 2, "capacity": 1_000_000}
    assert here("create resource_group few") == Run(0, "Created resource group 'few'.\n", "")
    assert here.json("list resource_groups") == [all_nodes, row]

    assert here(f"transfer node --source {DEFAULT} --target few") == Run(
        0, f"Moved 1 node from '{DEFAULT}' to 'few'.\n", ""
    )
    assert here.json("list resource_groups") == [{**all_nodes, "nodes": 1}, {**row, "nodes": 1, "capacity": 1}]
    assert here.json("show resource_group few") == {
        "resource_group": "few",
        "nodes": 1,
        "capacity": 1,
        "requests": None,
        "limits": None,
        "transfer_from": [],
        "transfer_to": [],
        "collections": [],
        "members": [],
    }

    assert here(f"transfer node --source {DEFAULT} --target few --num 2") == failed(
        "nodes not enough", "run `list resource_groups` to see how many each group has"
    )
    assert here("transfer node --source few --target few") == failed(
        "source and target are the same group 'few'", code=2
    )
    assert here("delete resource_group few -y").code == 1

    assert here.json(f"transfer node --source few --target {DEFAULT}")["nodes"] == 1
    assert here("delete resource_group few --dry-run") == Run(
        0, f"Would delete resource group 'few' on {here.place}, which has 0 nodes.\n", ""
    )
    assert here("delete resource_group few") == Run(0, "Deleted resource group 'few'.\n", "")
    assert here.json("list resource_groups") == [all_nodes]


def test_segments_and_a_replica_move_between_two_query_nodes(cli: Cli, two_query_nodes: MilvusServer) -> None:
    here = Typed(cli, two_query_nodes)
    here.make("moved")
    here.all(
        "create partition -c moved -p second",
        f"insert row -c moved --row '{ROW.format(id=1)}'",
        f"insert row -c moved -p second --row '{ROW.format(id=2)}'",
        "flush moved",
        "create index -c moved -f vector -t FLAT -m L2",
        "load moved",
    )
    replica = here.json("show replicas moved")[0]
    one, other = replica["nodes"]

    def holders() -> dict[int, list[int]]:
        return {each["segment"]: each["nodes"] for each in here.json("show query_segment_info moved")}

    here.all(f"load_balance -c moved -s {one} -d {other}")
    eventually(lambda: len(holders()), 2)
    first, second = sorted(holders())
    eventually(holders, {first: [other], second: [other]})
    assert here(f"load_balance -c moved -s {other} -d {one}") == Run(
        0, f"Moved 2 segments of 'moved' from node {other}.\n", ""
    )
    eventually(holders, {first: [one], second: [one]})
    assert here.json(f"load_balance -s {one} -d {other} -ss {second}") == {
        "message": f"Moved 1 segment of 'moved' from node {one}.",
        "collection": "moved",
        "source": one,
        "targets": [other],
        "segments": [second],
    }
    eventually(holders, {first: [one], second: [other]})
    assert here(f"load_balance -c moved -s {one} -d 999") == failed(
        "destination node not found in the same replica: node not found[node=999]",
        "run `show query_segment_info moved` to see which nodes hold what",
    )

    def serving(group: str) -> list[tuple[int, int, int]]:
        """Replicas of the group, foreign nodes that serve them, and its own nodes that serve foreign replicas."""
        found = here.json(f"show resource_group {group}")["collections"]
        return [(each["replicas"], each["outgoing_nodes"], each["incoming_nodes"]) for each in found]

    here.all("create resource_group apart", f"transfer node --source {DEFAULT} --target apart")
    eventually(lambda: (serving(DEFAULT), serving("apart")), ([(1, 1, 0)], [(0, 0, 1)]))
    assert here(f"transfer replica -c moved --source {DEFAULT} --target apart") == Run(
        0, f"Moved 1 replica of 'moved' from '{DEFAULT}' to 'apart'.\n", ""
    )
    eventually(lambda: (serving(DEFAULT), serving("apart")), ([(0, 0, 1)], [(1, 1, 0)]))
    assert [each["resource_group"] for each in here.json("show replicas moved")] == ["apart"]
    refused = here(f"transfer replica -c moved --source {DEFAULT} --target apart")
    assert (refused.code, refused.err.splitlines()[1]) == (1, "hint: run `show replicas moved` to see where they are")
    assert here.json("count moved")["exact"] == 2
    here.all(
        f"transfer replica -c moved --source apart --target {DEFAULT}",
        f"transfer node --source apart --target {DEFAULT}",
        "delete resource_group apart -y",
    )
    here.gone("moved")


def test_milvus_2_3_has_no_requests_and_limits(cli: Cli, two_query_nodes: MilvusServer) -> None:
    here = Typed(cli, two_query_nodes)
    message = "resource group 'wanting' was created, but this server takes no requests and limits (requires Milvus 2.4)"
    hint = "transfer node --source GROUP --target GROUP --num N moves nodes"
    assert here("create resource_group -n wanting --requests 1") == failed(message, hint)
    assert here("update resource_group -n wanting --requests 1") == failed(
        "Milvus 2.3.5 has no update resource_group (requires Milvus 2.4)"
    )
    here.all("delete resource_group wanting -y")


@pytest.mark.parametrize(
    "line",
    [
        "show resource_group nosuch",
        "delete resource_group nosuch -y",
        "transfer node --source nosuch --target x",
        "transfer replica -c nosuch --source x --target y",
        "load_balance -s 1 -c nosuch",
    ],
)
def test_a_missing_object_exits_1(cli: Cli, two_query_nodes: MilvusServer, line: str) -> None:
    run = Typed(cli, two_query_nodes)(line)
    assert (run.code, run.out) == (1, "")
    assert "nosuch" in run.err


def test_milvus_lite_has_no_resource_groups(cli: Cli, lite: LiteServer) -> None:
    here = Typed(cli, lite)
    for line in (
        "create resource_group x",
        "list resource_groups",
        "show resource_group x",
        "delete resource_group x -y",
        "update resource_group x --limits 1",
        "transfer node --source x --target y",
        "transfer replica -c x --source x --target y",
    ):
        assert here(line) == failed("Milvus Lite 3.2.2 has no resource groups"), line


def test_a_change_keeps_limits_that_it_does_not_name(newer_milvus: Newer) -> None:
    assert newer_milvus("update resource_group fast --limits 5 --transfer-to slow") == Run(
        0, "Updated resource group 'fast'.\n", ""
    )
    config = rg_pb2.ResourceGroupConfig()
    config.CopyFrom(CONFIG)
    config.limits.node_num = 5
    config.transfer_to.add(resource_group="slow")
    assert newer_milvus.sent("UpdateResourceGroups") == milvus_pb2.UpdateResourceGroupsRequest(
        resource_groups={"fast": config}
    )


def test_a_change_of_nothing_exits_2(newer_milvus: Newer) -> None:
    assert newer_milvus("update resource_group fast") == failed(
        "nothing to change", "give --requests, --limits, --transfer-from or --transfer-to", code=2
    )


def test_a_new_group_may_have_requests_and_limits(newer_milvus: Newer) -> None:
    assert newer_milvus("create resource_group fast --requests 1 --limits 3").code == 0
    config = rg_pb2.ResourceGroupConfig(requests=limit(1), limits=limit(3))
    assert newer_milvus.sent("CreateResourceGroup") == milvus_pb2.CreateResourceGroupRequest(
        resource_group="fast", config=config
    )


def test_a_group_of_a_newer_server_is_shown_with_its_nodes(newer_milvus: Newer) -> None:
    run = newer_milvus("show resource_group fast -o json")
    assert json.loads(run.out) == {
        "resource_group": "fast",
        "nodes": 2,
        "capacity": 3,
        "requests": 1,
        "limits": 3,
        "transfer_from": [DEFAULT],
        "transfer_to": [],
        "collections": [
            {"collection": "album", "replicas": 0, "outgoing_nodes": 0, "incoming_nodes": 1},
            {"collection": "book", "replicas": 1, "outgoing_nodes": 0, "incoming_nodes": 0},
        ],
        "members": [
            {"node": 7, "address": "10.0.0.7:21123", "hostname": "seven"},
            {"node": 9, "address": "10.0.0.9:21123", "hostname": "nine"},
        ],
    }


def test_replicas_are_moved(newer_milvus: Newer) -> None:
    assert newer_milvus("transfer replica -c book --source a --target b --num 2") == Run(
        0, "Moved 2 replicas of 'book' from 'a' to 'b'.\n", ""
    )
    assert newer_milvus.sent("TransferReplica") == milvus_pb2.TransferReplicaRequest(
        source_resource_group="a", target_resource_group="b", collection_name="book", num_replica=2
    )


@pytest.mark.parametrize(("given", "collection"), [("", "album"), ("-c book ", "book")])
def test_segments_are_moved_without_a_collection_as_in_old_scripts(
    newer_milvus: Newer, given: str, collection: str
) -> None:
    run = newer_milvus(f"load_balance {given}-s 1 -d 2 -d 3 -ss 77 -ss 78")
    assert run == Run(0, f"Moved 2 segments of '{collection}' from node 1.\n", "")
    assert newer_milvus.sent("LoadBalance") == milvus_pb2.LoadBalanceRequest(
        src_nodeID=1, dst_nodeIDs=[2, 3], sealed_segmentIDs=[77, 78], collectionName=collection
    )


def test_segments_that_no_node_has_are_not_moved(newer_milvus: Newer) -> None:
    assert newer_milvus("load_balance -s 1 -ss 5") == failed(
        "no loaded collection has segment 5", "show query_segment_info -c NAME"
    )
    assert newer_milvus("load_balance -s 1") == failed(
        "which collection?", "give -c COLLECTION, or segments of it with -ss", code=2
    )
    assert newer_milvus("load_balance -c book -s 1 -d 1") == failed("node 1 can't both give and get", code=2)
    assert newer_milvus.peer.requests("LoadBalance") == []

    assert newer_milvus("load_balance -c book -s 9") == Run(
        0, "Node 9 has no sealed segments of 'book': nothing moved.\n", ""
    )


def test_segments_are_moved_by_a_user_who_may_not_list_them(tmp_path: Path) -> None:
    denied = aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeGetStatistics: permission deny to ann")
    with GrpcPeer({**HANDLERS, "GetQuerySegmentInfo": denied}) as peer:
        run = run_here(["load_balance", "-c", "book", "-s", "1"], tmp_path, peer.uri)
    assert run == Run(0, "Moved segments of 'book' from node 1.\n", "")


@pytest.mark.parametrize(
    ("handlers", "addresses"),
    [
        ({}, ["10.0.0.1:21123", None]),
        ({"GetMetrics": refuses(65535, "no")}, [None, None]),
        ({"GetMetrics": replies(milvus_pb2.GetMetricsResponse(response="no JSON"))}, [None, None]),
    ],
    ids=["told", "refused", "not JSON"],
)
def test_segments_show_the_addresses_of_their_nodes(
    tmp_path: Path, handlers: dict[str, Handler], addresses: list[Any]
) -> None:
    with GrpcPeer({**HANDLERS, **handlers}) as peer:
        run = run_here(["show", "query_segment_info", "book", "-o", "json"], tmp_path, peer.uri)
    assert json.loads(run.out) == [
        {
            "segment": 77,
            "state": "Sealed",
            "partition_id": 0,
            "rows": 5,
            "memory_bytes": 100,
            "index": "",
            "nodes": [1, 4],
            "addresses": addresses,
        }
    ]


@pytest.mark.parametrize(
    "line",
    [
        "create resource_group x",
        "update resource_group x --limits 1",
        "transfer node --source x --target y",
        "transfer replica -c x --source x --target y",
        "load_balance -c x -s 1",
    ],
)
def test_a_read_only_connection_changes_nothing(newer_milvus: Newer, line: str) -> None:
    assert run_here(["connect", newer_milvus.peer.uri, "--read-only"], newer_milvus.home, "").code == 0
    run = run_here(line.split(), newer_milvus.home, "")
    assert (run.code, "connection 'default' is read-only" in run.err) == (1, True)
    assert [each for each in newer_milvus.peer.methods if each in WRITES] == []
