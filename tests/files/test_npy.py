"""NPY files are read as numpy writes them."""

import io
from typing import Any

import numpy
import pytest

from milvus_cli.errors import CliError
from milvus_cli.files.npy import NPY_MAGIC, read_npy


class Dribble(io.BytesIO):
    """Like a pipe: never more than three bytes at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3 if size is None or size < 0 else min(3, size))


def saved(array: Any, version: tuple[int, int] | None = None) -> bytes:
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version)
    return file.getvalue()


def refusal(data: bytes) -> tuple[str, str]:
    with pytest.raises(CliError) as caught:
        list(read_npy(io.BytesIO(data), "x.npy").rows())
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize("dtype", ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", "U3"])
@pytest.mark.parametrize("shape", [(6,), (3, 2), (1, 6), (0,), (0, 6)])
def test_every_type_is_read(dtype: str, shape: tuple[int, ...]) -> None:
    array = numpy.array([0, 1, 0, 1, 1, 127][: int(numpy.prod(shape))]).astype(dtype).reshape(shape)
    found = read_npy(io.BytesIO(saved(array)), "x.npy")
    assert (found.shape, found.dtype, found.row_size) == (shape, array.dtype.str, found.width * array.itemsize)
    assert list(found.rows()) == array.tolist()


def test_extremes_stay_exact() -> None:
    whole = numpy.array([-(2**63), 2**63 - 1])
    assert list(read_npy(io.BytesIO(saved(whole)), "x").rows()) == [-(2**63), 2**63 - 1]
    floats = numpy.array([[3.4028235e38, 1e-45]], numpy.float32)
    assert b"".join(read_npy(io.BytesIO(saved(floats)), "x").blocks()) == floats.tobytes()


def test_text_keeps_its_characters() -> None:
    text = numpy.array(["", "ü漢🦅", "a\nb"])
    assert list(read_npy(io.BytesIO(saved(text)), "x").rows()) == ["", "ü漢🦅", "a\nb"]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(version: tuple[int, int]) -> None:
    array = numpy.arange(4, dtype="<i4").reshape(2, 2)
    assert list(read_npy(io.BytesIO(saved(array, version)), "x").rows()) == [[0, 1], [2, 3]]


def test_blocks_are_whole_rows_as_they_lie_in_the_file() -> None:
    array = numpy.arange(14, dtype="<f4").reshape(7, 2)
    blocks = list(read_npy(Dribble(saved(array)), "x").blocks(rows=3))
    assert [len(each) // 8 for each in blocks] == [3, 3, 1]
    assert b"".join(blocks) == array.tobytes()


def test_a_file_that_is_cut_off_is_refused_with_the_size_it_has() -> None:
    data = saved(numpy.zeros((1000, 2), "<f8"))
    assert refusal(data[:-20]) == ("x.npy is cut off: it has 998 of 1,000 rows", "")
    assert refusal(data + b"x") == ("x.npy has data beyond its 1,000 rows", "")


def test_another_file_than_npy_is_refused() -> None:
    for data in (b"", b"id,v\n", NPY_MAGIC, NPY_MAGIC + b"\x07\x00\x01\x00", NPY_MAGIC + b"\x02\x00\xff\xff\xff\xff"):
        assert refusal(data) == ("x.npy is not an NPY file", "")
    for header in (b"{}", b"[", b"7", b"{'descr': '<f4', 'fortran_order': False, 'shape': 3}", b"(" * 9999):
        data = NPY_MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header
        assert refusal(data) == ("x.npy is not an NPY file: its header can't be read", "")


@pytest.mark.parametrize(
    ("values", "dtype", "texts"),
    [
        (["2024-01-31", "1969-12-31"], "M8[D]", ["2024-01-31", "1969-12-31"]),
        (["2024-01-31", "1969-12-31"], "M8[s]", ["2024-01-31T00:00:00Z", "1969-12-31T00:00:00Z"]),
        (["2024-01-31T01:02:03.5"], "M8[ns]", ["2024-01-31T01:02:03.500000000Z"]),
        ([93_784, -1], "m8[s]", ["P1DT2H3M4S", "-P0DT0H0M1S"]),
        ([19_500, -1], "m8[ms]", ["P0DT0H0M19.5S", "-P0DT0H0M0.001S"]),
    ],
)
def test_dates_timestamps_and_durations_are_texts(values: list[Any], dtype: str, texts: list[str]) -> None:
    array = numpy.array([*values, "NaT"], dtype)
    assert list(read_npy(io.BytesIO(saved(array)), "x.npy").rows()) == [*texts, None]


@pytest.mark.parametrize(
    ("array", "held", "hint"),
    [
        (numpy.zeros(2, ">f4"), "'>f4'", "save array.astype('<f4')"),
        (numpy.zeros(2, ">U3"), "'>U3'", "save array.astype('<U3')"),
        (numpy.zeros(2, "c8"), "'<c8'", "save two arrays: array.real and array.imag"),
        (numpy.zeros(2, "S5"), "'|S5'", "save text: array.astype(str)"),
        (numpy.zeros(2, "M8[h]"), "'<M8[h]'", "save array.astype('<M8[s]'), or '<M8[D]' for dates"),
        (numpy.zeros(2, "m8[D]"), "'<m8[D]'", "save array.astype('<m8[s]')"),
        (numpy.zeros(2, "longdouble"), "'<f16'", "save array.astype('<f8')"),
        (numpy.zeros(2, "O"), "Python objects", "save an array of numbers or of texts (dtype str)"),
        (
            numpy.zeros(2, "i4,f4"),
            "[('f0', '<i4'), ('f1', '<f4')]",
            "save each field as an array of its own: array['name']",
        ),
    ],
)
def test_a_type_that_no_field_has_is_refused_with_one_that_can_be_read(array: Any, held: str, hint: str) -> None:
    assert refusal(saved(array)) == (f"x.npy holds {held}", hint)


@pytest.mark.parametrize("dtype", [">f4", ">U3", "S5", "M8[h]", "m8[D]", "longdouble"])
def test_the_hints_make_arrays_that_can_be_read(dtype: str) -> None:
    array = numpy.zeros(1, dtype)
    call = refusal(saved(array))[1].partition("array")[2].partition(",")[0]
    found = eval(f"array{call}", {"array": array, "str": str})
    assert list(read_npy(io.BytesIO(saved(found)), "x.npy").rows())


def test_raw_bytes_are_refused_with_the_types_that_can_be_read() -> None:
    known = (
        "little-endian b1, i1, u1, i2, u2, i4, u4, i8, u8, f2, f4, f8, M8[D], M8[s], M8[ms], M8[us], M8[ns], "
        "m8[s], m8[ms], m8[us], m8[ns] and text (U) can be read"
    )
    assert refusal(saved(numpy.zeros(2, "V4"))) == ("x.npy holds '|V4'", known)


def test_fortran_order_is_refused_with_the_call_that_changes_it() -> None:
    array = numpy.asfortranarray(numpy.zeros((2, 3)))
    assert refusal(saved(array)) == ("x.npy is in Fortran order", "save numpy.ascontiguousarray(array)")


@pytest.mark.parametrize("shape", [(), (2, 2, 2), (2, 0)])
def test_an_array_of_neither_numbers_nor_vectors_is_refused(shape: tuple[int, ...]) -> None:
    hint = "one dimension is for numbers, two are for vectors"
    assert refusal(saved(numpy.zeros(shape))) == (f"x.npy has the shape {shape}", hint)


def headed(header: str) -> bytes:
    return NPY_MAGIC + b"\x01\x00" + len(header).to_bytes(2, "little") + header.encode("latin-1") + b"\0" * 64


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ("(-1, 4)", "x.npy is not an NPY file: invalid shape in its header"),
        ("(2.0, 4)", "x.npy is not an NPY file: invalid shape in its header"),
        ("(True, 4)", "x.npy is not an NPY file: invalid shape in its header"),
        (f"(0x{'f' * 20000}, 4)", "x.npy is not an NPY file: invalid shape in its header"),
        (f"({'9' * 20000}, 4)", "x.npy is not an NPY file: its header can't be read"),
        ("[2, 4]", "x.npy is not an NPY file: its header can't be read"),
        ("()", "x.npy has the shape ()"),
        ("(1, 2, 3)", "x.npy has the shape (1, 2, 3)"),
        (f"({', '.join(['1'] * 9000)})", f"x.npy has the shape ({'1, ' * 19}1,"),
        ("(1, 9223372036854775807)", "x.npy: a row has 36,893,488,147,419,103,228 bytes, more than 67,108,864"),
        ("(9223372036854775807, 4)", "x.npy is cut off: it has 4 of 9,223,372,036,854,775,807 rows"),
        ("(9223372036854775807,)", "x.npy is cut off: it has 16 of 9,223,372,036,854,775,807 rows"),
    ],
)
def test_an_impossible_shape_is_refused(shape: str, message: str) -> None:
    data = headed(f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}")
    assert refusal(data)[0] == message


@pytest.mark.parametrize(
    ("descr", "message"),
    [
        ("'|O'", "x.npy holds Python objects"),
        (f"'<U{'9' * 9000}'", f"x.npy holds '<U{'9' * 57}"),
        ("'<U99999999'", "x.npy: a row has 399,999,996 bytes, more than 67,108,864"),
        ("7", "x.npy holds 7"),
    ],
)
def test_an_impossible_type_is_refused(descr: str, message: str) -> None:
    data = headed(f"{{'descr': {descr}, 'fortran_order': False, 'shape': (1,)}}")
    assert refusal(data)[0] == message


def test_invalid_characters_in_text_are_refused() -> None:
    data = headed("{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}")[:-64] + b"\xff\xff\xff\xff"
    assert refusal(data)[0] == "x.npy holds text that is not UTF-32"
