"""The answers of a server with a few names: collections, fields, users and so on."""

from collections.abc import Callable
from typing import TypeAlias

from tests.support.grpc_peer import Handler, replies
from tests.support.official import common_pb2, milvus_pb2, schema_pb2

Complete: TypeAlias = Callable[[str], list[str]]
"""Returns the lines that a line may be completed to."""

SCHEMA = schema_pb2.CollectionSchema(
    name="book",
    fields=[
        schema_pb2.FieldSchema(name="id", data_type=5, is_primary_key=True),
        schema_pb2.FieldSchema(name="title", data_type=21),
        schema_pb2.FieldSchema(
            name="vector", data_type=101, type_params=[common_pb2.KeyValuePair(key="dim", value="4")]
        ),
    ],
)
COLLECTIONS = milvus_pb2.ShowCollectionsResponse(collection_names=["book", "notebook", "my own", "it's"])
HANDLERS: dict[str, Handler] = {
    "ShowCollections": replies(COLLECTIONS),
    "DescribeCollection": replies(milvus_pb2.DescribeCollectionResponse(schema=SCHEMA)),
    "DescribeIndex": replies(
        milvus_pb2.DescribeIndexResponse(
            index_descriptions=[
                milvus_pb2.IndexDescription(
                    field_name="vector", params=[common_pb2.KeyValuePair(key="index_type", value="IVF_FLAT")]
                )
            ]
        )
    ),
    "ListResourceGroups": replies(milvus_pb2.ListResourceGroupsResponse(resource_groups=["rg_fast", "rg_slow"])),
    "ShowPartitions": replies(milvus_pb2.ShowPartitionsResponse(partition_names=["_default", "old"])),
    "ListDatabases": replies(milvus_pb2.ListDatabasesResponse(db_names=["archive", "default"])),
    "ListCredUsers": replies(milvus_pb2.ListCredUsersResponse(usernames=["ann", "root"])),
    "SelectRole": replies(
        milvus_pb2.SelectRoleResponse(
            results=[milvus_pb2.RoleResult(role=milvus_pb2.RoleEntity(name=name)) for name in ("public", "reader")]
        )
    ),
    "ListSnapshots": replies(milvus_pb2.ListSnapshotsResponse(snapshots=["nightly", "weekly"])),
    "ListRowPolicies": replies(
        milvus_pb2.ListRowPoliciesResponse(policies=[milvus_pb2.RowPolicy(policy_name="recent", using_expr="id > 100")])
    ),
    "ListFileResources": replies(
        milvus_pb2.ListFileResourcesResponse(resources=[milvus_pb2.FileResourceInfo(name="stop_words", path="a.txt")])
    ),
    "GetUserTags": replies(milvus_pb2.GetUserTagsResponse(tags={"team": "search", "area": "eu"})),
    "ListPrivilegeGroups": replies(
        milvus_pb2.ListPrivilegeGroupsResponse(privilege_groups=[milvus_pb2.PrivilegeGroupInfo(group_name="loaders")])
    ),
}
