"""Pages of rows by rising key, on Milvus and on Milvus Lite, and samples of them."""

from milvus_cli.rpc.client import Client
from milvus_cli.rpc.wire.milvus_pb2 import QueryResults
from milvus_cli.rpc.wire.schema_pb2 import DataType, FieldData
from milvus_cli.vectors.pages import (
    Page,
    after,
    joined,
    key_pages,
    page_of,
    pages_of,
    sample_keys,
    up_to,
    vector_bytes,
    vector_pages,
)
from milvus_cli.vectors.target import Keys, find_target
from tests.vectors.conftest import NUMBERS, TEXTS


def test_pages_go_through_all_keys_of_all_segments_in_order(client: Client) -> None:
    target = find_target(client, "checks_numbers", None)
    pages = list(key_pages(client, target.keys, rows=9))
    assert [key for page in pages for key in page.keys] == sorted(NUMBERS)
    assert max(len(page.keys) for page in pages) <= 9
    whole = joined(vector_pages(client, target))
    assert (whole.keys, len(whole.vectors)) == (sorted(NUMBERS), len(NUMBERS))
    chosen = joined(pages_of(client, target, [5, 7, 10**9]))
    expected = {key: whole.vectors[whole.keys.index(key)] for key in (5, 7)}
    assert dict(zip(chosen.keys, chosen.vectors, strict=True)) == expected


def test_pages_go_through_keys_of_text(client: Client) -> None:
    target = find_target(client, "checks_texts", "v")
    found = [key for page in key_pages(client, target.keys, rows=7) for key in page.keys]
    assert found == sorted(TEXTS)
    assert sorted(joined(pages_of(client, target, TEXTS[-6:])).keys) == sorted(TEXTS[-6:])


def test_rows_without_a_vector_are_left_out() -> None:
    """Milvus sends either a place for each row or only the vectors that there are."""
    keys = FieldData(type=DataType.Int64, field_name="id")
    keys.scalars.long_data.data.extend([1, 2, 3])
    for bits in (b"abc", b"ac"):
        column = FieldData(type=DataType.BinaryVector, field_name="v", valid_data=[True, False, True])
        column.vectors.dim, column.vectors.binary_vector = 8, bits
        page = page_of(QueryResults(fields_data=[keys, column]), Keys("c", "id", is_text=False), "v")
        assert page == Page([1, 3], [b"a", b"c"])


def test_vectors_are_cut_into_the_bytes_of_each() -> None:
    column = FieldData(type=DataType.FloatVector, field_name="v")
    column.vectors.dim = 2
    assert vector_bytes(column) == []
    column.vectors.float_vector.data.extend([1.0, 2.0, 3.0, 4.0])
    assert vector_bytes(column) == [b"\0\0\x80?\0\0\0@", b"\0\0@@\0\0\x80@"]
    column = FieldData(type=DataType.BFloat16Vector, field_name="v")
    column.vectors.dim, column.vectors.bfloat16_vector = 1, b"abcd"
    assert vector_bytes(column) == [b"ab", b"cd"]


def test_a_sample_is_the_same_for_the_same_seed_and_has_no_key_twice() -> None:
    pages = [Page(range(start, start + 100)) for start in range(0, 1000, 100)]
    keys, total = sample_keys(pages, 50, seed=1)
    assert (len(set(keys)), total) == (50, 1000)
    assert sample_keys(pages, 50, seed=1) == (keys, 1000)
    assert sample_keys(pages, 50, seed=2)[0] != keys
    assert sample_keys(pages, 5000, seed=1)[0] == list(range(1000))


def test_every_row_is_as_likely_in_a_sample() -> None:
    pages = [Page(range(10)), Page(range(10, 20))]
    counts = [0] * 20
    for seed in range(2000):
        for key in sample_keys(pages, 5, seed)[0]:
            counts[key] += 1
    assert min(counts) > 400
    assert max(counts) < 600


def test_expressions_say_what_int64_and_text_can() -> None:
    numbers, texts = Keys("c", "id", is_text=False), Keys("c", "id", is_text=True)
    assert after(numbers, 5) == "id > 5"
    assert after(numbers, -(2**63)) == "id >= -9223372036854775807"
    assert up_to(numbers, -(2**63)) == "id < -9223372036854775807"
    assert (after(texts, 'a"b\\'), up_to(texts, "é")) == ('id > "a\\"b\\\\"', 'id <= "é"')
