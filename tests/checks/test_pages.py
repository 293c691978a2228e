"""Pages of rows in key order, and samples, on Milvus and Milvus Lite."""

from milvus_cli.checks.pages import VectorPage, joined, key_pages, page_of, pages_of, sample_keys, vector_pages
from milvus_cli.checks.target import CheckedCollection, find_keys, find_target
from milvus_cli.client.client import Client
from milvus_cli.client.wire.schema_pb2 import CollectionSchema, DataType, FieldData, FieldSchema
from milvus_cli.rows.selection import Fields, Selection
from tests.checks.conftest import NUMBERS, TEXTS


def test_pages_go_through_all_keys_of_all_segments_in_order(client: Client) -> None:
    target = find_target(client, "checks_numbers", None)
    pages = list(key_pages(client, target.keys, rows=9))
    assert [key for page in pages for key in page.keys] == sorted(NUMBERS)
    # Milvus 2.3 may return more rows than requested, if it has merged them already.
    assert len(pages) > 2
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


def test_pages_have_all_keys_though_several_rows_share_one(client: Client) -> None:
    """Milvus 2.3 counts all rows of a key to a page's limit, and shows one."""
    pages = list(key_pages(client, find_keys(client, "checks_twice"), rows=4))
    assert [key for page in pages for key in page.keys] == [*range(100), 200]


def test_rows_without_a_vector_are_left_out() -> None:
    """Milvus sends either an entry per row, or only the vectors that exist."""
    keys = FieldData(type=DataType.Int64, field_name="id")
    keys.scalars.long_data.data.extend([1, 2, 3])
    primary = FieldSchema(name="id", data_type=DataType.Int64, is_primary_key=True)
    schema = CollectionSchema(fields=[primary, FieldSchema(name="v", data_type=DataType.BinaryVector)])
    target = CheckedCollection(Selection(schema, "c", Fields(("id",), ("id",), flat=False)), schema.fields[1])
    for bits in (b"abc", b"ac"):
        column = FieldData(type=DataType.BinaryVector, field_name="v", valid_data=[True, False, True])
        column.vectors.dim, column.vectors.binary_vector = 8, bits
        assert page_of([keys, column], target) == VectorPage([1, 3], [b"a", b"c"])


def test_a_sample_is_the_same_for_the_same_seed_and_has_no_key_twice() -> None:
    pages = [VectorPage(range(start, start + 100)) for start in range(0, 1000, 100)]
    keys, total = sample_keys(pages, 50, seed=1)
    assert (len(set(keys)), total) == (50, 1000)
    assert sample_keys(pages, 50, seed=1) == (keys, 1000)
    assert sample_keys(pages, 50, seed=2)[0] != keys
    assert sample_keys(pages, 5000, seed=1)[0] == list(range(1000))


def test_every_row_is_as_likely_in_a_sample() -> None:
    pages = [VectorPage(range(10)), VectorPage(range(10, 20))]
    counts = [0] * 20
    for seed in range(2000):
        for key in sample_keys(pages, 5, seed)[0]:
            counts[key] += 1
    assert min(counts) > 400
    assert max(counts) < 600
