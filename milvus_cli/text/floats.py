"""Floats of 32 and 16 bits: as messages have them, their shortest digits, and bfloat16, which struct does not know."""

import json
import math
import struct
from collections.abc import Callable
from typing import Any

NAMES = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
MANY_BYTES = 1 << 16
"""Importing numpy takes as long as it saves with so many."""

BLOCK = 1 << 16
"""Numbers that are written at once: several copies of their digits are held then."""

TOPS: dict[str, tuple[int, bytes]] = {
    "f": (4, b"\x7f\xff"),
    "e": (2, bytes([*range(0x7C, 0x80), *range(0xFC, 0x100)])),
    "": (2, b"\x7f\xff"),
}
"""Size and last bytes of numbers that may be NaN or infinite, by what struct calls them; "" is bfloat16."""

ROUND = b"\0\0"
"""How a float32 begins that has few digits, in binary: all powers of two are among them."""

SMALLEST_NORMAL = 2.0**-126
"""Of float32: below it numbers have fewer than the six digits that every other one has."""


float32 = struct.Struct("<f").pack


def shortest(value: float) -> float:
    """The double that prints a float32 with its fewest digits: 0.001 for 0.0010000000474974513."""
    packed = float32(value)
    if packed[:2] == ROUND or abs(value) < SMALLEST_NORMAL:
        return shortest_of(value, 6 if abs(value) >= SMALLEST_NORMAL else 1, 9, float32)
    # What does not fit with eight digits fits with nine only, but for powers of two.
    most = float(f"{value:.8g}")
    if float32(most) != packed:
        return float(f"{value:.9g}")
    fewest = float(f"{value:.6g}")
    if float32(fewest) == packed:
        return fewest
    seven = float(f"{value:.7g}")
    return seven if float32(seven) == packed else most


def shortest_of(value: float, fewest: int, most: int, pack: Callable[[float], bytes]) -> float:
    """The same among the numbers that `pack` makes the same bytes; `most` digits are always enough."""
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
    """The upper half of a float32, rounded to nearest even. Raises OverflowError for what is too large."""
    (bits,) = struct.unpack("<I", struct.pack("<f", value))
    if value == value:
        bits += 0x7FFF + (bits >> 16 & 1)
    if bits & 0x7FFF0000 == 0x7F800000 and math.isfinite(value):
        raise OverflowError(value)
    return struct.pack("<H", bits >> 16 & 0xFFFF)


def first_not_finite(raw: bytes | memoryview, code: str) -> tuple[int, float] | None:
    """The first NaN or infinity among packed numbers, with its place from 0. `code` is one of TOPS.

    The last bytes are scanned at C speed: few finite numbers, if any, have one of those in TOPS.
    """
    size, tops = TOPS[code]
    last = bytes(raw)[size - 1 :: size]
    if not any(top in last for top in tops):
        return None
    for place, top in enumerate(last):
        if top in tops:
            value = _unpacked(bytes(raw[place * size : place * size + size]), code)
            if not math.isfinite(value):
                return place, value
    return None


def _unpacked(raw: bytes, code: str) -> float:
    found: tuple[float] = struct.unpack(f"<{code}", raw) if code else struct.unpack("<f", b"\0\0" + raw)
    return found[0]


def packed(numbers: Any, size: int = 4) -> memoryview:
    """The bytes of a message's numbers, `size` each: they are its only field, so come last. No Python float is made."""
    whole = memoryview(numbers.SerializeToString())
    return whole[len(whole) - len(numbers.data) * size :]


def fill_packed(numbers: Any, raw: bytes | memoryview) -> None:
    """The other way: parsing a packed field costs a third of appending its numbers one by one."""
    numbers.ParseFromString(b"\x0a" + _varint(len(raw)) + raw)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def float32_rows(raw: bytes | memoryview, width: int) -> list[list[float]]:
    """Packed float32s, `width` to a row, as the doubles with their shortest digits."""
    numbers = _many(raw, width)
    if numbers is not None and bool(numbers.max() - numbers.min() < math.inf):
        rows: list[list[float]] = json.loads(_digits(numbers))
        return rows
    flat = [shortest(number) for (number,) in struct.iter_unpack("<f", raw)]
    return [flat[start : start + width] for start in range(0, len(flat), width)]


def float32_texts(raw: bytes | memoryview, width: int) -> list[str]:
    """Packed float32s, `width` to a row, as JSON lists of their shortest digits, written as Python does.

    Infinities and NaN, which JSON has not, are the strings "Infinity", "-Infinity" and "NaN".
    """
    numbers = _many(raw, width)
    if numbers is not None:
        rows = max(1, BLOCK // width)
        return [text for start in range(0, len(numbers), rows) for text in _fast_texts(numbers[start : start + rows])]
    texts = [_text(shortest(number)) for (number,) in struct.iter_unpack("<f", raw)]
    return [f"[{','.join(texts[start : start + width])}]" for start in range(0, len(texts), width)]


def _text(number: float) -> str:
    return repr(number) if math.isfinite(number) else f'"{NAMES[repr(number)]}"'


def _many(raw: bytes | memoryview, width: int) -> Any:
    """An array of rows, where there are many numbers, and numpy and orjson are installed."""
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
    # In these bounds both write a number without an exponent; beyond, orjson's way depends on its version.
    size = numpy.abs(numbers)
    plain = ((size >= 1e-4) & (size < 1e13)) | (size == 0)
    for row in numpy.flatnonzero(~plain.all(axis=1)).tolist():
        if numpy.isfinite(numbers[row]).all():
            texts[row] = f"[{','.join(map(repr, json.loads(texts[row])))}]"
        else:
            texts[row] = f"[{','.join(_text(shortest(number)) for number in numbers[row].tolist())}]"
    return texts
