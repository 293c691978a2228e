"""Messages for missing objects, from the refusals of Milvus 2.3.5 and Milvus Lite 3.2.2."""

from typing import Any

import pytest

from milvus_cli.client.not_found import LIST_COLLECTIONS, LIST_DATABASES, Missing, missing

BOOK = {"collection_name": "book"}
FOUND = Missing("collection 'book' not found", LIST_COLLECTIONS)


@pytest.mark.parametrize(
    ("code", "reason", "fields", "found"),
    [
        (100, "collection not found[database=default][collection=book]", BOOK, FOUND),
        (100, "can't find collection collection not found[database=default][collection=book]", BOOK, FOUND),
        (100, "timestamp = 470: collection not found[database=1][collection=book]", {"oldName": "book"}, FOUND),
        (100, "collection 'book' does not exist", BOOK, FOUND),
        (100, "collection not found[database=default][collection=book]", {"collectionName": "book"}, FOUND),
        (100, "collection not found[database=default][collection=book]", {"collection_names": ["book"]}, FOUND),
        (
            100,
            "collection not found[database=shop][collection=book]",
            {**BOOK, "db_name": "shop"},
            Missing("collection 'book' not found in database 'shop'", LIST_COLLECTIONS),
        ),
        (
            100,
            "collection not found[collection=470646296551504549]",
            BOOK,
            Missing(
                "collection 'book' not found",
                f"{LIST_COLLECTIONS}; one that is shown and not found has a leaked alias: run `delete alias book`",
            ),
        ),
        (
            100,
            "alias 'novel' does not exist",
            {"alias": "novel"},
            Missing("alias 'novel' not found", "run `list aliases`"),
        ),
        (100, "collection not found[collection=book]", {**BOOK, "alias": "novel"}, FOUND),
        (
            1600,
            "alias not found[database=default][alias=novel]",
            {"alias": "novel"},
            Missing("alias 'novel' not found", "run `list aliases`"),
        ),
        (
            101,
            "failed to query: collection not loaded[collection=470646296551504549]",
            BOOK,
            Missing("collection 'book' is not loaded", "load it first with `load collection -c book`"),
        ),
        (
            200,
            "partition not found[partition=old]",
            {**BOOK, "partition_names": ["new", "old"]},
            Missing("partition 'old' not found in 'book'", "run `list partitions -c book`"),
        ),
        (
            200,
            "old",
            {**BOOK, "partition_name": "old"},
            Missing("partition 'old' not found in 'book'", "run `list partitions -c book`"),
        ),
        (200, "partition not found[partition=4706]", {**BOOK, "partition_name": "old"}, None),
        (
            700,
            "index not found[collection=book]",
            BOOK,
            Missing("'book' has no index", "create one first with `create index -c book`"),
        ),
        (
            700,
            "index not found[indexName=by_v]",
            {**BOOK, "index_name": "by_v"},
            Missing("index 'by_v' not found on 'book'", "run `list indexes -c book`"),
        ),
        (800, "database not found[database=default]", {}, Missing("database 'default' not found", LIST_DATABASES)),
        (1, "database 'default' does not exist", {}, Missing("database 'default' not found", LIST_DATABASES)),
        (65535, "metric type not match: invalid parameter[expected=L2][actual=IP]", BOOK, None),
    ],
)
def test_a_refusal_is_known_by_its_code_and_the_names_of_the_request(
    code: int, reason: str, fields: dict[str, Any], found: Missing | None
) -> None:
    assert missing(code, reason, fields, "default") == found
