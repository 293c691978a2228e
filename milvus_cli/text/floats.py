"""Floats of 32 and 16 bits: packed numbers of messages, shortest digits, and bfloat16, which struct lacks."""

import json
import math
import struct
from collections.abc import Callable
from typing import Any

from .numbers import not_finite_name

MANY_BYTES = 1 << 16
"""Size from which numpy saves more time than its import takes."""

BLOCK = 1 << 16
"""Numbers converted at once; several copies of their digits are in memory meanwhile."""

TOPS: dict[str, tuple[int, bytes]] = {
    "f": (4, b"\x7f\xff"),
    "e": (2, bytes([*range(0x7C, 0x80), *range(0xFC, 0x100)])),
    "": (2, b"\x7f\xff"),
}
"""Size of a number and the last bytes of NaNs and infinities, by struct's format character; "" is bfloat16."""

ROUND = b"\0\0"
"""First bytes of a float32 with few binary digits; all powers of two have them."""

SMALLEST_NORMAL = 2.0**-126
"""Smallest normal float32; below it, numbers have fewer than six significant digits."""


float32 = struct.Struct("<f").pack


def shortest(value: float) -> float:
    """Returns the double with the fewest digits that is the same float32: 0.001 for 0.0010000000474974513."""
    packed = float32(value)
    if packed[:2] == ROUND or abs(value) < SMALLEST_NORMAL:
        return shortest_of(value, 6 if abs(value) >= SMALLEST_NORMAL else 1, 9, float32)
    # A number that needs more than eight digits needs exactly nine, except powers of two.
    most = float(f"{value:.8g}")
    if float32(most) != packed:
        return float(f"{value:.9g}")
    fewest = float(f"{value:.6g}")
    if float32(fewest) == packed:
        return fewest
    seven = float(f"{value:.7g}")
    return seven if float32(seven) == packed else most


def shortest_of(value: float, fewest: int, most: int, pack: Callable[[float], bytes]) -> float:
    """Like `shortest`, for the format of `pack`. Tries `fewest` digits and more; `most` are always enough."""
    packed = pack(value)
    for digits in range(fewest, most):
        short = float(f"{value:.{digits}g}")
        try:
            if pack(short) == packed:
                return short
        except OverflowError:
            continue
    return float(f"{value:.{most}g}")


def bfloat16(value: float) -> bytes:
    """Returns the upper half of a float32, rounded to nearest even. Raises OverflowError if it is too large."""
    (bits,) = struct.unpack("<I", struct.pack("<f", value))
    if value == value:
        bits += 0x7FFF + (bits >> 16 & 1)
    if bits & 0x7FFF0000 == 0x7F800000 and math.isfinite(value):
        raise OverflowError(value)
    return struct.pack("<H", bits >> 16 & 0xFFFF)


def first_not_finite(raw: bytes | memoryview, code: str) -> tuple[int, float] | None:
    """Returns the index and value of the first NaN or infinity among packed numbers. `code` is a key of TOPS.

    Scans the last bytes at C speed: few finite numbers have one of those in TOPS.
    """
    size, tops = TOPS[code]
    last = bytes(raw)[size - 1 :: size]
    if not any(top in last for top in tops):
        return None
    for position, top in enumerate(last):
        if top in tops:
            value = _unpacked(bytes(raw[position * size : position * size + size]), code)
            if not math.isfinite(value):
                return position, value
    return None


def _unpacked(raw: bytes, code: str) -> float:
    found: tuple[float] = struct.unpack(f"<{code}", raw) if code else struct.unpack("<f", b"\0\0" + raw)
    return found[0]


def packed(numbers: Any, size: int = 4) -> memoryview:
    """Returns a message's packed numbers, `size` bytes each, without making Python floats.

    They are the message's only field, so its last bytes.
    """
    whole = memoryview(numbers.SerializeToString())
    return whole[len(whole) - len(numbers.data) * size :]


def fill_packed(numbers: Any, raw: bytes | memoryview) -> None:
    """Sets a message's packed numbers. Parsing a packed field takes a third of the time of appending its numbers."""
    numbers.ParseFromString(b"\x0a" + _varint(len(raw)) + raw)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def float32_rows(raw: bytes | memoryview, width: int) -> list[list[float]]:
    """Returns packed float32s, `width` to a row, as doubles with the shortest digits."""
    numbers = _many(raw, width)
    if numbers is not None and bool(numbers.max() - numbers.min() < math.inf):
        rows: list[list[float]] = json.loads(_digits(numbers))
        return rows
    flat = [shortest(number) for (number,) in struct.iter_unpack("<f", raw)]
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def float32_texts(raw: bytes | memoryview, width: int) -> list[str]:
    """Returns packed float32s, `width` to a row, as JSON lists of shortest digits in Python's notation.

    Infinities and NaN, which JSON lacks, become the strings "Infinity", "-Infinity" and "NaN".
    """
    numbers = _many(raw, width)
    if numbers is not None:
        rows = max(1, BLOCK // width)
        return [text for start in range(0, len(numbers), rows) for text in _fast_texts(numbers[start : start + rows])]
    texts = [_text(shortest(number)) for (number,) in struct.iter_unpack("<f", raw)]
    return [f"[{','.join(texts[start : start + width])}]" for start in range(0, len(texts), width)]


def _text(number: float) -> str:
    return repr(number) if math.isfinite(number) else f'"{not_finite_name(number)}"'


def _many(raw: bytes | memoryview, width: int) -> Any:
    """Returns an array of rows if there are many numbers, and numpy and orjson are installed; else None."""
    if len(raw) < MANY_BYTES:
        return None
    try:
        import numpy
        import orjson  # noqa: F401
    except ImportError:
        return None
    return numpy.frombuffer(raw, "<f4").reshape(-1, width)


def _digits(numbers: Any) -> str:
    import orjson

    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY).decode("ascii")


def _fast_texts(numbers: Any) -> list[str]:
    import numpy

    texts = [f"[{each}]" for each in _digits(numbers)[2:-2].split("],[")]
    # Within these bounds orjson and Python write no exponent; beyond, orjson's notation depends on its version.
    size = numpy.abs(numbers)
    plain = ((size >= 1e-4) & (size < 1e13)) | (size == 0)
    for row in numpy.flatnonzero(~plain.all(axis=1)).tolist():
        if numpy.isfinite(numbers[row]).all():
            texts[row] = f"[{','.join(map(repr, json.loads(texts[row])))}]"
        else:
            texts[row] = f"[{','.join(_text(shortest(number)) for number in numbers[row].tolist())}]"
    return texts
