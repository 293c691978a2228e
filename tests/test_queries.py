"""Query vectors from JSON, files and standard input."""

import json
import struct
import tracemalloc
from pathlib import Path

import numpy
import pytest

from milvus_cli.client.wire.schema_pb2 import FieldSchema
from milvus_cli.errors import CliError, InvalidInput
from milvus_cli.schema.schema import type_number
from milvus_cli.search.queries import read_queries, text_queries

ROWS = [[1.5, -2.0, 0.25, 3.0], [0.5, 0.125, 2.0, -1.0]]
FLOATS = [struct.pack("<4f", *row) for row in ROWS]


def field(kind: str = "FLOAT_VECTOR", dim: int | None = 4) -> FieldSchema:
    found = FieldSchema(name="v", data_type=type_number(kind))
    if dim is not None:
        found.type_params.add(key="dim", value=str(dim))
    return found


def read(source: str, where: FieldSchema | None = None, standard_input: bytes = b"") -> list[bytes]:
    return list(read_queries([source], where or field(), lambda: standard_input).values)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.json", json.dumps(ROWS)),
        ("q.jsonl", "\n".join(map(json.dumps, ROWS))),
        ("q.jsonl", "\n\n".join(json.dumps({"id": 3, "v": row}) for row in ROWS) + "\n"),
        ("q.json", json.dumps([{"v": row} for row in ROWS], indent=2)),
        ("q.csv", "\n".join(",".join(map(str, row)) for row in ROWS)),
        ("q.csv", "id,v\n" + "\n".join(f'{number},"{row}"' for number, row in enumerate(ROWS))),
        ("q.txt", "\n".join(",".join(map(str, row)) for row in ROWS)),
        ("q.json", "\ufeff" + json.dumps(ROWS)),
    ],
)
def test_vectors_come_from_files_and_from_standard_input(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    assert read(f"@{file}") == FLOATS
    assert read("-", standard_input=content.encode()) == FLOATS


def test_several_sources_are_read_one_after_the_other(tmp_path: Path) -> None:
    file = tmp_path / "q.json"
    file.write_text(json.dumps(ROWS[1]))
    found = read_queries([json.dumps(ROWS[0]), f"@{file}"], field(), bytes)
    assert (found.kind, list(found.values)) == (type_number("FLOAT_VECTOR"), FLOATS)


@pytest.mark.parametrize(
    ("kind", "dim", "dtype"),
    [("FLOAT_VECTOR", 4, "<f4"), ("FLOAT16_VECTOR", 4, "<f2"), ("INT8_VECTOR", 4, "|i1"), ("BINARY_VECTOR", 32, "|u1")],
)
def test_an_array_of_the_fields_own_type_goes_byte_for_byte(tmp_path: Path, kind: str, dim: int, dtype: str) -> None:
    array = numpy.arange(12, dtype=dtype).reshape(3, 4)
    file = tmp_path / "q.npy"
    numpy.save(file, array)
    assert read(f"@{file}", field(kind, dim)) == [row.tobytes() for row in array]
    assert read("-", field(kind, dim), file.read_bytes()) == [row.tobytes() for row in array]
    numpy.save(file, array[1])
    assert read(f"@{file}", field(kind, dim)) == [array[1].tobytes()]


def test_an_array_of_another_type_is_converted(tmp_path: Path) -> None:
    file = tmp_path / "q.npy"
    for dtype in ("<f8", "<f2"):
        numpy.save(file, numpy.array(ROWS, dtype=dtype))
        assert read(f"@{file}") == FLOATS
    numpy.save(file, numpy.array([[1, 2, 3, 4]], dtype="<i8"))
    assert read(f"@{file}") == [struct.pack("<4f", 1, 2, 3, 4)]


def test_sparse_vectors_are_objects(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"3": 0.5, "1": 2}\n{"id": 7, "v": {"9": 1.0}}')
    assert read(f"@{file}", field("SPARSE_FLOAT_VECTOR", None)) == [
        struct.pack("<IfIf", 1, 2, 3, 0.5),
        struct.pack("<If", 9, 1),
    ]


def test_texts_travel_as_they_are() -> None:
    assert text_queries(["größe", ""]).values == ["größe".encode(), b""]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.json", "[]", "{file}, line 1: 'v' takes a list of 4 numbers, not 0 numbers"),
        ("q.json", "[[1,2,3,4],\n[1,2]]", "{file}, line 2: 'v' takes a list of 4 numbers, not 2 numbers"),
        (
            "q.json",
            "[[1,2,3,4],[1,2,Infinity,3]]",
            "{file}, line 1: invalid vector: number 3 is Infinity, expected finite numbers",
        ),
        ("q.jsonl", "[1,2,3,4]\n[1,2", "{file}, line 2 has no closing bracket"),
        (
            "pandas.csv",
            "0,1,2,3\n1.5,2.5,3.5,4.5\n",
            "{file}, line 1 is 0,1,…, which looks like the header that pandas writes",
        ),
        ("q.csv", 'v,id,v\n"[1,2,3,4]",1,"[5,6,7,8]"\n', "{file}, line 1 has 2 columns called 'v'"),
        ("q.txt", "1\n2\n3\n", "{file}, line 1: 'v' takes a list of 4 numbers, not 1 numbers"),
        ("q.txt", "1\n2\n3\n4\n5\n", "{file}, line 1: 'v' takes a list of 4 numbers, not 1 numbers"),
        ("q.txt", "1\n2\n3\n4 5\n", "{file}, line 1: 'v' takes a list of 4 numbers, not 1 numbers"),
        ("q.jsonl", '{"w": [1,2,3,4]}', "{file}, line 1: the row has no 'v'"),
        ("q.csv", "a,b,c,d", "{file}, line 1 has 'a', which is not a number"),
        ("q.csv", "", "{file} has no vector"),
        ("q.npy", "nothing", "{file} is not an NPY file"),
    ],
)
def test_invalid_files_of_vectors_are_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    with pytest.raises(CliError) as failure:
        read(f"@{file}")
    assert failure.value.message.startswith(message.format(file=file))


@pytest.mark.parametrize(
    ("header", "begin"),
    [
        ("0\t1\t2\t3", "0,1"),
        ("0 1 2 3", "0,1"),
        ("    0      1    2    3", "0,1"),
        ("1,2,3,4", "1,2"),
        ("1\t2\t3\t4", "1,2"),
        ("0.0,1.0,2.0,3.0", "0.0,1.0"),
        ("0.0 1.0 2.0 3.0", "0.0,1.0"),
        ("0,1,2,3,", "0,1"),
    ],
)
def test_a_header_of_numbers_in_sequence_is_refused(tmp_path: Path, header: str, begin: str) -> None:
    mark = next(each for each in (",", "\t", " ") if each in header)
    file = tmp_path / "q.txt"
    file.write_text("\n".join([header, "", *(mark.join(map(str, row)) for row in ROWS)]))
    with pytest.raises(InvalidInput) as failure:
        read(f"@{file}")
    message = f"{file}, line 1 is {begin},…, which looks like the header that pandas writes"
    assert failure.value.message == message


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ("0 1 2 3\n", [[0, 1, 2, 3]]),
        ("1,2,3,4", [[1, 2, 3, 4]]),
        ("[0, 1, 2, 3]\n[1, 2, 3, 4]\n", [[0, 1, 2, 3], [1, 2, 3, 4]]),
        ("3 1 0 2\n0 1 2 3\n", [[3, 1, 0, 2], [0, 1, 2, 3]]),
        ("2 3 4 5\n0 1 2 3\n", [[2, 3, 4, 5], [0, 1, 2, 3]]),
    ],
)
def test_other_whole_numbers_are_vectors(tmp_path: Path, content: str, wanted: list[list[int]]) -> None:
    file = tmp_path / "q.txt"
    file.write_text(content)
    assert read(f"@{file}") == [struct.pack("<4f", *row) for row in wanted]


def test_an_array_of_another_width_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "q.npy"
    numpy.save(file, numpy.zeros((2, 3), dtype="<f4"))
    with pytest.raises(CliError, match="has vectors of 3 numbers, and 'v' takes 4"):
        read(f"@{file}")
    numpy.save(file, numpy.array([[1, 2, 3, 4], [1, 2, numpy.nan, 4]], dtype="<f4"))
    with pytest.raises(CliError, match="query vector 2: invalid vector: number 3 is NaN"):
        read(f"@{file}")
    numpy.save(file, numpy.zeros((0, 4), dtype="<f4"))
    with pytest.raises(CliError, match="has no vector"):
        read(f"@{file}")
    with pytest.raises(CliError, match="can't read"):
        read(f"@{tmp_path}/nothing.npy")
    file.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(CliError, match="is neither text nor an NPY file"):
        read(f"@{file.rename(tmp_path / 'q.json')}")


ARRAY = numpy.array(ROWS, dtype="f4")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\n".join(f'"{row}"' for row in ROWS), id="quoted, as the references have it"),
        pytest.param("\r\n".join(f'"{row}"' for row in ROWS) + "\r\n", id="quoted, with the ends of Windows"),
        pytest.param("\n".join(f'"{row}",' for row in ROWS), id="quoted, with a comma after it"),
        pytest.param(f'"{ROWS[0]}"\n{ROWS[1]}\n', id="one quoted, one not"),
        pytest.param("\n".join(map(str, ROWS)), id="not quoted"),
        pytest.param(",\n".join(map(str, ROWS)) + ",\n", id="a comma after each line"),
        pytest.param(" ".join(map(str, ROWS)), id="on one line"),
        pytest.param(json.dumps(ROWS, indent=1), id="a number a line"),
        pytest.param("\n".join(" ".join(map(str, row)) for row in ROWS), id="bare, with spaces"),
        pytest.param("\n".join("\t".join(map(str, row)) for row in ROWS), id="bare, with tabs"),
        pytest.param("\n".join(", ".join(map(str, row)) + "," for row in ROWS), id="bare, with a comma at the end"),
        pytest.param("\ufeff" + "\n".join(", ".join(map(str, row)) for row in ROWS), id="bare, with a byte order mark"),
        pytest.param("\n".join(" ".join(f"{each:.18e}" for each in row) for row in ROWS), id="numpy.savetxt"),
        pytest.param("# a b c\n" + "\n".join(" ".join(map(str, row)) for row in ROWS), id="below a comment of numpy"),
        pytest.param(str(ARRAY), id="str of an array"),
        pytest.param("\n".join(map(str, ARRAY)), id="str of each row"),
        pytest.param("\n".join(f'"{row}"' for row in ARRAY), id="str of each row, quoted"),
        pytest.param(repr(ARRAY), id="repr of an array"),
        pytest.param("\n".join(map(repr, ARRAY)), id="repr of each row"),
        pytest.param(repr(list(ARRAY)), id="a list of arrays"),
        pytest.param(repr(list(map(list, ARRAY))), id="lists of numbers of numpy"),
        pytest.param(repr(tuple(map(tuple, ROWS))), id="tuples"),
        pytest.param("\n".join(numpy.array2string(row, max_line_width=12) for row in ARRAY), id="arrays over lines"),
        pytest.param(
            "\n".join(f'"{numpy.array2string(row, max_line_width=12)}"' for row in ARRAY), id="quoted, over lines"
        ),
        pytest.param(
            f"tensor({ROWS}, device='cuda:0', grad_fn=<SliceBackward0>)".replace("], [", "],\n        ["), id="PyTorch"
        ),
        pytest.param(
            "\n".join(f"Parameter containing:\ntensor({row}, requires_grad=True)" for row in ROWS),
            id="parameters of PyTorch",
        ),
        pytest.param(
            "id,v\n" + "\n".join(f'{number},"{row}"' for number, row in enumerate(ARRAY)),
            id="pandas, a column of arrays",
        ),
        pytest.param(
            "v,id\n" + "\n".join(f'"{numpy.array2string(row, max_line_width=12)}",7' for row in ARRAY),
            id="pandas, arrays over lines",
        ),
    ],
)
def test_vectors_come_as_other_programs_write_them(tmp_path: Path, content: str) -> None:
    file = tmp_path / "q.csv"
    file.write_bytes(content.encode())
    assert read(f"@{file}") == FLOATS
    assert read("-", standard_input=content.encode()) == FLOATS
    if not content.startswith(("\ufeff", "id,", "v,")):
        assert read(content) == FLOATS


@pytest.mark.parametrize("heading", ["", "# one vector\n", "v\n"])
def test_a_number_per_line_is_one_vector_if_they_are_as_many_as_it_has(tmp_path: Path, heading: str) -> None:
    text = heading + "\n".join(f"{number:.18e}" for number in ROWS[0]) + "\n"
    file = tmp_path / "q.txt"
    file.write_text(text)
    assert read(f"@{file}") == read("-", standard_input=text.encode()) == FLOATS[:1]
    assert read(text.removeprefix("v\n")) == FLOATS[:1]


def test_a_number_per_line_is_a_vector_each_where_vectors_have_one_number(tmp_path: Path) -> None:
    (tmp_path / "q.txt").write_text("1\n2\n")
    assert read(f"@{tmp_path}/q.txt", field(dim=1)) == [struct.pack("<f", 1), struct.pack("<f", 2)]


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
def test_every_digit_that_numpy_prints_arrives(tmp_path: Path, kind: str) -> None:
    row = numpy.array([1e-30, 123456.79, -3.0e20, 1 / 3], dtype=kind)
    file = tmp_path / "q.txt"
    with numpy.printoptions(precision=17):
        file.write_text(f"{row}\n{row!r}\n")
    assert read(f"@{file}") == [row.astype("<f4").tobytes()] * 2


def test_whole_numbers_with_a_point_are_bytes_and_bits() -> None:
    assert read(str(numpy.array([1.0, -2.0, 3.0, 127.0])), field("INT8_VECTOR")) == [bytes([1, 254, 3, 127])]
    assert read("1 255 0 7", field("BINARY_VECTOR", 32)) == [bytes([1, 255, 0, 7])]


def test_sparse_vectors_come_quoted_and_as_pairs(tmp_path: Path) -> None:
    sparse = field("SPARSE_FLOAT_VECTOR", None)
    wanted = [struct.pack("<IfIf", 1, 2, 3, 0.5), struct.pack("<If", 9, 1)]
    file = tmp_path / "q.csv"
    for content in (
        '"{""3"": 0.5, ""1"": 2}"\n"{""9"": 1}"',
        "[[3, 0.5], [1, 2]]\n[[9, 1]]",
        "[[[3, 0.5], [1, 2]], [[9, 1]]]",
        '[{"3": 0.5, "1": 2}, {"9": 1}]',
    ):
        file.write_text(content)
        assert read(f"@{file}", sparse) == wanted, content
        assert read(content, sparse) == wanted, content


def test_a_path_needs_no_at_sign_where_it_can_not_be_a_vector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.csv").write_text("\n".join(f'"{row}"' for row in ROWS))
    numpy.save(tmp_path / "q.npy", ARRAY)
    # A value that can be read as a vector is one, even if a file has that name.
    (tmp_path / "1,2,3,4").write_text("9,9,9,9")
    (tmp_path / "two words").write_text("1 2 3 4")
    assert [read(each) for each in ("q.csv", "./q.csv", str(tmp_path / "q.csv"), "q.npy")] == [FLOATS] * 4
    assert read("1,2,3,4") == read("two words") == [struct.pack("<4f", 1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("q.cvs", "'q.cvs' is neither a vector nor a file", "did you mean q.csv?"),
        ("nowhere/q", "'nowhere/q' is neither a vector nor a file", "write a vector as [0.1, 0.2, …], or the path"),
        ("folder", "can't read folder: Is a directory", ""),
        ("white whale", "the vector has 'white', which is not a number", "write a vector as [0.1, 0.2, …]"),
        ("", "the vector is empty", "write a vector as"),
        ("[" * 100_000, "the vector has no closing bracket", ""),
        ("[" * 100_000 + "]" * 100_000, "the vector is nested too deeply", ""),
        ("null", "'null' is neither a vector nor a file", ""),
        ("1", "query vector 1: 'v' takes a list of 4 numbers, not 1 numbers", ""),
        ('"a"', "the vector has 'a', which is not a number", ""),
        ("[1, 2, 3, 4]]", "the vector has an unexpected ]", ""),
        ("[1, 2, 3, 4] 5", "the vector has an unexpected '5'", ""),
        ("[[1, 2, 3, 4],, [1, 2, 3, 4]]", "the vector is not JSON", ""),
        ("[1, 2 3, 4]", "the vector has '2 3', which is not a number", ""),
        ("1_0, 2, 3, 4", "the vector has '1_0', which is not a number", ""),
    ],
)
def test_an_invalid_typed_vector_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, message: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.csv").write_text("1,2,3,4")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CliError) as failure:
        read(source)
    assert (failure.value.message[: len(message)], failure.value.hint[: len(hint)]) == (message, hint)


GOOD = '"[1, 2, 3, 4]"\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (GOOD + '"[1, 2, 3"\n' + GOOD, "line 2 has no closing bracket"),
        (GOOD + "\n\n" + '"[1, 2, 3]"\n', "line 4: 'v' takes a list of 4 numbers, not 3 numbers"),
        (GOOD + '"[1, 2, 3, ""x""]"\n', "line 2: \"x\" does not fit in 'v', a FLOAT_VECTOR"),
        (GOOD + '"[1, 2, 3, NaN]"\n', "line 2: invalid vector: number 4 is NaN, expected finite numbers"),
        (GOOD + "[1. 2. nan 4.]\n", "line 2: invalid vector: number 3 is NaN, expected finite numbers"),
        (GOOD + "1 2 1e999 4\n", "line 2: invalid vector: number 3 is Infinity, expected finite numbers"),
        (GOOD + '"[1, 2, 3, 4]","[5, 6, 7, 8]"\n', "line 2 has 2 columns where one vector is expected"),
        (GOOD + "0,5;1,5;2,5;3,5\n", "line 2 has '5;1', which is not a number"),
        (GOOD + "1,,3,4\n", "line 2 has '', which is not a number"),
        (GOOD + "[0.1 0.2 ... 0.3 0.4]\n", "line 2 is cut off: it was printed with '...' in place of most numbers"),
        (GOOD + f"{numpy.zeros(2000)}", "line 2 is cut off: it was printed with '...' in place of most numbers"),
        (GOOD + '{"v": [1, 2, 3, 4], "id": 1, "v": [4, 3, 2, 1]}', "line 2 has a repeated key 'v'"),
        ('[\n{"v": [1, 2, 3, 4]},\n{\n"v": [1, 2, 3, 4],\n"v": [4, 3, 2, 1]}]', "line 3 has a repeated key 'v'"),
        ("[[1, 2, 3, 4],\n [1, 2,\n 3, 4],\n [1, 2]]", "line 4: 'v' takes a list of 4 numbers, not 2 numbers"),
        ('id,v\n1,"[1, 2, 3, 4]"\n\n2,\n', "line 4 has no vector where one is expected"),
        ('id,v\n1,"[1, 2,\n3, 4]"\n2,"[1 2 3]"\n', "line 4: 'v' takes a list of 4 numbers, not 3 numbers"),
        ('id,v\n1,"[1, 2, 3, 4] [1, 2, 3, 4]"\n', "line 2 has 2 vectors where one is expected"),
        ("0 1\n<html>", "line 1: 'v' takes a list of 4 numbers, not 2 numbers"),
    ],
)
def test_the_line_of_a_bad_vector_is_reported(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "q.csv"
    file.write_text(content)
    with pytest.raises(InvalidInput) as failure:
        read(f"@{file}")
    assert failure.value.message == f"{file}, {message}"


def test_a_repeated_index_of_a_sparse_vector_is_an_error() -> None:
    with pytest.raises(InvalidInput) as failure:
        read('{"1": 0.5, "1": 2}', field("SPARSE_FLOAT_VECTOR", None))
    assert (failure.value.message, failure.value.hint) == ("the vector has a repeated key '1'", "remove the duplicates")


def test_queries_are_packed_as_they_are_read_and_take_little_memory() -> None:
    wide, count = field(dim=1000), 500
    line = json.dumps([0.5] * 1000)
    for content in (f"{line}\n" * count, f"[{', '.join([line] * count)}]"):
        given = content.encode()
        tracemalloc.start()
        found = read("-", wide, given)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # As Python's own numbers they are 16 MB.
        assert len(found) == count
        assert peak < 4 * len(given) + 4_100 * count
