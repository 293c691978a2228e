"""Milvus's types are inferred from the values of files."""

from typing import Any

import pytest

from milvus_cli.files.inference import infer_columns
from milvus_cli.files.likely_keys import likely_key


def typed(values: list[Any], *, name: str = "c", text: bool = False) -> str:
    [column] = infer_columns({name: values}, text=text)
    return column.type


@pytest.mark.parametrize(
    ("values", "type"),
    [
        ([1, 2], "INT64"),
        ([1, 2.5], "DOUBLE"),
        ([True, False], "BOOL"),
        ([True, 1], "mixed"),
        ([2**63], "mixed"),
        (["a" * 200], "VARCHAR:512"),
        (["é" * 40_000], "VARCHAR:65535"),
        ([None], "VARCHAR:256"),
        ([{"a": 1}], "JSON"),
        ([{"1": 0.5, "7": 1.5}], "SPARSE_FLOAT_VECTOR"),
        ([{"indices": [1], "values": [0.5]}], "SPARSE_FLOAT_VECTOR"),
        ([[0.5, 1], [1, 2]], "FLOAT_VECTOR:2"),
        ([[1] * 8], "FLOAT_VECTOR:8"),
        ([[1, 2], [3, 4]], "FLOAT_VECTOR:2"),
        ([[1, 2], [3]], "ARRAY:INT64:16"),
        ([[0.5], [1.5, 2.5]], "ARRAY:DOUBLE:16"),
        ([[0.5, 1], [1.5]], "ARRAY:DOUBLE:16"),
        ([[0.5, 1], [1.5], [2, 3]], "FLOAT_VECTOR:2"),
        ([[0.5, 1], []], "FLOAT_VECTOR:2"),
        ([[0.5, 1], [], []], "ARRAY:DOUBLE:16"),
        ([[0.5, 1], [1, float("nan")]], "FLOAT_VECTOR:2"),
        ([[0.5, 1], [1, None]], "FLOAT_VECTOR:2"),
        ([[0.5, 1], [1, None], [None, 1]], "JSON"),
        ([[0.5, 1], [1, "a"]], "JSON"),
        ([[0.5, 1], [1, 2], [True, 1]], "JSON"),
        ([[1] * 10, [2] * 10, [3] * 4], "ARRAY:INT64:32"),
        ([["a"], []], "ARRAY:VARCHAR:256:16"),
        ([[[1.5]]], "JSON"),
        ([[]], "JSON"),
        ([1, "a"], "mixed"),
        ([{"a": 1}, [1]], "JSON"),
        ([{"2019": 123456789}], "JSON"),
    ],
)
def test_types_of_values(values: list[Any], type: str) -> None:
    assert typed(values) == type


@pytest.mark.parametrize(
    ("cells", "type"),
    [
        (["1", " 2"], "INT64"),
        (["1", "2.5", ""], "DOUBLE"),
        (["1e+3", "1.5E3", "1E-5"], "DOUBLE"),
        (["1E5"], "VARCHAR:256"),
        (["2e7", "1.5"], "VARCHAR:256"),
        (["true", "FALSE"], "BOOL"),
        (["01234", "99999"], "VARCHAR:256"),
        (["+4912345", "1"], "VARCHAR:256"),
        (["12345678901234567890.12", "1.5"], "VARCHAR:256"),
        (["1.50", "0.1", "123456789012345.5"], "DOUBLE"),
        (["1", "a"], "VARCHAR:256"),
        (["9223372036854775808"], "VARCHAR:256"),
        (["[0.1, 0.2]"], "FLOAT_VECTOR:2"),
        (["[0.1 0.2\n 0.3]"], "FLOAT_VECTOR:3"),
        (["[1.0, 2.0]", "[1.0, nan]"], "FLOAT_VECTOR:2"),
        (["[1.0, 2.0]", "[1.0, None]", "[]"], "JSON"),
        (["[1.0, 2.0]", "[1.0, NaN]", "[3.0, -inf]", "[1.5, 2]"], "FLOAT_VECTOR:2"),
        (["[0.1 0.2]", "[0.1 nan]"], "FLOAT_VECTOR:2"),
        (["[1.0, nan]", "[nan]"], "VARCHAR:256"),
        (["[0.5, 1]", "[broken"], "VARCHAR:256"),
        (["[0.5, 1]", "['nan', 1]"], "JSON"),
        (['{"a": 1}', "[1]"], "JSON"),
        (['{"a": 1}', ""], "JSON"),
        (["[broken"], "VARCHAR:256"),
    ],
)
def test_types_of_cells(cells: list[str], type: str) -> None:
    assert typed(cells, text=True) == type


def test_short_lists_of_numbers_are_vectors_only_by_their_name_or_where_there_are_no_others() -> None:
    columns: dict[str, list[Any]] = {"embedding": [[1, 2]], "place": [[1.5, 2.5]], "long": [[0.5] * 8]}
    assert [each.type for each in infer_columns(columns, text=False)] == [
        "FLOAT_VECTOR:2",
        "ARRAY:DOUBLE:16",
        "FLOAT_VECTOR:8",
    ]


def test_names_become_those_that_milvus_takes() -> None:
    names = ["doc id", "doc-id", "2x", "größe", "", "$meta"]
    assert [each.field for each in infer_columns({name: [1] for name in names}, text=False)] == [
        "doc_id",
        "doc_id_2",
        "_2x",
        "gr__e",
    ]


def test_valid_names_stay_whatever_the_order() -> None:
    names = ["x y", "x_y", "x-y", "x_y_2", "2", "_2"]
    assert [each.field for each in infer_columns({name: [1] for name in names}, text=False)] == [
        "x_y_3",
        "x_y",
        "x_y_4",
        "x_y_2",
        "_2_2",
        "_2",
    ]


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ({"n": [1, 2], "id": ["a", "b"]}, "id"),
        ({"t": ["a", "b"], "n": [1, 2]}, "n"),
        ({"id": [1, 1], "n": [1, 2]}, ""),
        ({"id": [1, 1], "n": [1, 2], "pk": ["a", "b"]}, "pk"),
        ({"id": [1, None]}, ""),
        ({"t": ["a", "b"]}, ""),
        ({"uuid": ["a", "b"], "pk": [1, 2]}, "pk"),
        ({"year": [1, 2], "Product ID": ["a", "b"]}, "Product_ID"),
        ({"n": [1, 2], "user-id": ["a", "b"]}, "user_id"),
        ({"price": [1, 2], "ID": [1, 2]}, "ID"),
        ({"user.id": [1, 2], "_id": [3, 4]}, "_id"),
        ({"category_id": [1, 1], "movieId": [1, 2]}, "movieId"),
        ({"category_id": [1, 1], "Item Nr.": [1, 2]}, "Item_Nr_"),
        ({"paid": [1, 2], "grid": ["a", "b"], "monkey": ["a", "b"]}, ""),
        ({"year": [1, 2], "created_at": [3, 4], "count": [5, 6], "PRICE": [7, 8]}, ""),
        ({"index": ["a", "b"], "row": [1.5, 2.5], "piano": [1, 2]}, ""),
        ({"id": [1, 1], "user_id": [1, 2]}, ""),
    ],
)
def test_the_likely_key(columns: dict[str, list[Any]], key: str) -> None:
    assert likely_key(infer_columns(columns, text=False)) == key


def test_words_of_filters_are_no_fields() -> None:
    columns = infer_columns({"id": [1, 2], "and": [1, 2], "Exists": [1, 2], "and_": [1, 2]}, text=False)
    assert [each.field for each in columns] == ["id", "and__2", "Exists_", "and_"]
