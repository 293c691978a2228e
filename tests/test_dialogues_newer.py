"""Dialogues about operations that only newer servers have, on a peer that says it is one: each request is compared."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from google.protobuf.message import Message
from pymilvus.grpc_gen import rg_pb2

from tests.support.grpc_peer import GrpcPeer, Handler, aborts, replies, writes
from tests.support.official import common_pb2, grpc, milvus_pb2, schema_pb2
from tests.support.talker import Talker
from tests.support.terminal import Terminal

DEFAULT = "__default_resource_group"
WRITES = (
    "AddCollectionField",
    "AlterCollection",
    "AlterCollectionField",
    "AlterDatabase",
    "CreateResourceGroup",
    "TransferReplica",
    "UpdateResourceGroups",
    "Upsert",
)
INFO = common_pb2.ServerInfo(build_tags="v2.6.4", deploy_mode="STANDALONE")


def limit(nodes: int) -> rg_pb2.ResourceGroupLimit:
    return rg_pb2.ResourceGroupLimit(node_num=nodes)


CONFIG = rg_pb2.ResourceGroupConfig(
    requests=limit(1), limits=limit(3), transfer_from=[rg_pb2.ResourceGroupTransfer(resource_group=DEFAULT)]
)
SCHEMA = schema_pb2.CollectionSchema(
    name="book",
    fields=[
        schema_pb2.FieldSchema(fieldID=100, name="id", data_type=schema_pb2.Int64, is_primary_key=True),
        schema_pb2.FieldSchema(
            fieldID=101,
            name="title",
            data_type=schema_pb2.VarChar,
            type_params=[common_pb2.KeyValuePair(key="max_length", value="200")],
        ),
    ],
)


def has_book(request: Any, context: object) -> Message:
    answer: Message = milvus_pb2.BoolResponse(value=request.collection_name == "book")
    return answer


def groups(request: Any, context: object) -> Message:
    """Describes the group `fast` with settings, and others without."""
    name = request.resource_group
    group = milvus_pb2.ResourceGroup(name=name, config=CONFIG if name == "fast" else None)
    answer: Message = milvus_pb2.DescribeResourceGroupResponse(resource_group=group)
    return answer


HANDLERS: dict[str, Handler] = {
    "Connect": replies(milvus_pb2.ConnectResponse(server_info=INFO, identifier=1)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.6.4")),
    "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["default", "shop"])),
    "ShowCollections": replies(milvus_pb2.ShowCollectionsResponse(collection_names=["book"])),
    "HasCollection": has_book,
    "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=SCHEMA, collection_name="book")),
    "ListResourceGroups": replies(milvus_pb2.ListResourceGroupsResponse(resource_groups=[DEFAULT, "fast", "slow"])),
    "DescribeResourceGroup": groups,
    **dict.fromkeys(WRITES, replies(common_pb2.Status())),
    "Upsert": writes,
}


@pytest.fixture
def newer_milvus() -> Iterator[GrpcPeer]:
    """A server that says it is Milvus 2.6."""
    with GrpcPeer(HANDLERS) as peer:
        yield peer


@pytest.fixture
def talk(terminal: Callable[..., Terminal], newer_milvus: GrpcPeer) -> Talker:
    """Dialogues with that server."""
    return Talker(terminal, newer_milvus.uri)


def sent(peer: GrpcPeer) -> list[tuple[str, Message]]:
    """The writes that arrived."""
    return [(call.method, call.request) for call in peer.calls if call.method in WRITES]


def config(requests: int, limits: int, before: rg_pb2.ResourceGroupConfig | None = None) -> rg_pb2.ResourceGroupConfig:
    """These settings over those that a group has."""
    made = rg_pb2.ResourceGroupConfig()
    made.CopyFrom(before or rg_pb2.ResourceGroupConfig())
    made.requests.node_num, made.limits.node_num = requests, limits
    return made


def test_update_resource_group_asks_for_the_group_and_its_numbers_of_nodes(
    talk: Talker, newer_milvus: GrpcPeer
) -> None:
    line = talk(
        "update resource_group",
        ("Name of the resource group:", "fats"),
        ("resource group 'fats' not found (did you mean fast?)", "fast"),
        ("requests.node_num [1]:", "many"),
        ("'many' is not an integer", "4"),
        ("limits.node_num [4]:", "2"),
        ("limits.node_num must be at least 4, which is requests.node_num", "8"),
    )
    assert line == "update resource_group -n fast --requests 4 --limits 8"
    request = milvus_pb2.UpdateResourceGroupsRequest(resource_groups={"fast": config(4, 8, CONFIG)})
    assert sent(newer_milvus) == [("UpdateResourceGroups", request)]


@pytest.mark.parametrize(
    ("name", "numbers", "settings"), [("fast", (1, 3), config(1, 3, CONFIG)), ("slow", (0, 0), config(0, 0))]
)
def test_update_resource_group_takes_the_present_numbers_by_enter(
    talk: Talker, newer_milvus: GrpcPeer, name: str, numbers: tuple[int, int], settings: rg_pb2.ResourceGroupConfig
) -> None:
    requests, limits = numbers
    line = talk(
        f"update resource_group {name}",
        (f"requests.node_num [{requests}]:", ""),
        (f"limits.node_num [{limits}]:", ""),
    )
    assert line == f"update resource_group {name} --requests {requests} --limits {limits}"
    request = milvus_pb2.UpdateResourceGroupsRequest(resource_groups={name: settings})
    assert sent(newer_milvus) == [("UpdateResourceGroups", request)]


def test_create_resource_group_asks_for_numbers_of_nodes_if_there_are_limits(
    talk: Talker, newer_milvus: GrpcPeer
) -> None:
    line = talk(
        "create resource_group",
        ("Name of the resource group:", "1x"),
        ("invalid name '1x' of a resource group", "fast"),
        ("Configure node limits? [y/N]:", "y"),
        ("requests.node_num [0]:", "1"),
        ("limits.node_num [1]:", "3"),
    )
    assert line == "create resource_group -n fast --requests 1 --limits 3"
    request = milvus_pb2.CreateResourceGroupRequest(resource_group="fast", config=config(1, 3))
    assert sent(newer_milvus) == [("CreateResourceGroup", request)]


def test_alter_database_asks_for_the_database_and_one_property(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk(
        "alter database",
        ("Database:", "shpo"),
        ("database 'shpo' not found (did you mean shop?)", "shop"),
        ("Property key:", "database.max.collections"),
        ("Property value:", "100"),
    )
    assert line == "alter database --db shop --set database.max.collections=100"
    pair = common_pb2.KeyValuePair(key="database.max.collections", value="100")
    assert sent(newer_milvus) == [("AlterDatabase", milvus_pb2.AlterDatabaseRequest(db_name="shop", properties=[pair]))]


def test_alter_collection_field_asks_for_the_field_and_one_property(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk(
        "alter collection_field",
        ("Collection:", "boko"),
        ("collection 'boko' not found", "book"),
        ("Field:", "titel"),
        ("field 'titel' not found in 'book' (did you mean title?)", "title"),
        ("Property key:", ""),
        ("an answer is required", "max_length"),
        ("Property value:", "400"),
    )
    assert line == "alter collection_field -c book -f title --set max_length=400"
    request = milvus_pb2.AlterCollectionFieldRequest(
        collection_name="book",
        field_name="title",
        properties=[common_pb2.KeyValuePair(key="max_length", value="400")],
    )
    assert sent(newer_milvus) == [("AlterCollectionField", request)]


def test_create_field_asks_for_what_is_missing(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk("create field", ("Collection:", "book"), ("Field", "year:INT16"))
    assert line == "create field -c book -f year:INT16"
    field = schema_pb2.FieldSchema(name="year", data_type=schema_pb2.Int16, nullable=True)
    request = milvus_pb2.AddCollectionFieldRequest(collection_name="book", schema=field.SerializeToString())
    assert sent(newer_milvus) == [("AddCollectionField", request)]


def test_a_partial_upsert_asks_for_no_more_than_the_key(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk(
        "upsert row --partial",
        ("Collection", "book"),
        ("Partition", ""),
        ("id, INT64:", "1"),
        ("title, VARCHAR(200)", ""),
    )
    assert line == """upsert row --partial -c book --row '{"id": 1}'"""
    assert [method for method, _ in sent(newer_milvus)] == ["Upsert"]


def test_alter_collection_properties_asks_for_one_property(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk(
        "alter collection_properties",
        ("Collection:", "book"),
        ("Property key:", "mmap.enabled"),
        ("Property value:", "true"),
    )
    assert line == "alter collection_properties -c book --set mmap.enabled=true"
    request = milvus_pb2.AlterCollectionRequest(
        collection_name="book", properties=[common_pb2.KeyValuePair(key="mmap.enabled", value="true")]
    )
    assert sent(newer_milvus) == [("AlterCollection", request)]


def test_transfer_replica_asks_for_two_groups_a_collection_and_a_number(talk: Talker, newer_milvus: GrpcPeer) -> None:
    line = talk(
        "transfer replica",
        ("Source (group to move from):", "slwo"),
        ("resource group 'slwo' not found (did you mean slow?)", "slow"),
        ("Target (group to move to):", "slow"),
        ("source and target are the same group 'slow'", "fast"),
        ("Collection:", "book"),
        ("Num (number of replicas) [1]:", "0"),
        ("must be at least 1, got 0", "2"),
    )
    assert line == "transfer replica --source slow --target fast -c book --num 2"
    request = milvus_pb2.TransferReplicaRequest(
        source_resource_group="slow", target_resource_group="fast", collection_name="book", num_replica=2
    )
    assert sent(newer_milvus) == [("TransferReplica", request)]


def test_a_name_given_on_the_line_is_checked_before_the_first_question(talk: Talker, newer_milvus: GrpcPeer) -> None:
    shell = talk.start("alter collection_field -c book -f titel")
    assert shell.wait_exit() == 2
    assert shell.text == "error: field 'titel' not found in 'book'\nhint: did you mean title?"
    assert sent(newer_milvus) == []


def test_any_name_passes_where_the_names_may_not_be_listed(terminal: Callable[..., Terminal]) -> None:
    denied = aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeListResourceGroups: permission deny to ann")
    with GrpcPeer({**HANDLERS, "ListResourceGroups": denied}) as peer:
        line = Talker(terminal, peer.uri)(
            "transfer replica",
            ("Source (group to move from):", "north"),
            ("Target (group to move to):", "south"),
            ("Collection:", "book"),
            ("Num (number of replicas) [1]:", ""),
        )
        assert line == "transfer replica --source north --target south -c book"
        assert [method for method, _ in sent(peer)] == ["TransferReplica"]
