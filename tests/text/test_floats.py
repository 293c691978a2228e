"""Texts of float32s are the same with and without numpy and orjson."""

import builtins
import json
import struct
from typing import Any

import numpy
import pytest

from milvus_cli.text import floats
from milvus_cli.text.floats import float32_rows, float32_texts

WIDTH = 64


def random_bits(count: int) -> bytes:
    """Any float32: small, large, subnormal, and sometimes NaN."""
    return bytes(numpy.random.default_rng(7).integers(0, 2**32, count, dtype=numpy.uint32).astype("<u4").tobytes())


def near_one(count: int) -> bytes:
    """Numbers typical of vectors: a few below 0.0001, which Python writes with an exponent."""
    return bytes((numpy.random.default_rng(7).standard_normal(count) * 0.05).astype("<f4").tobytes())


@pytest.fixture
def without_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulates a missing numpy."""
    original = builtins.__import__

    def without_numpy(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "numpy":
            raise ImportError(name)
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_numpy)


@pytest.mark.parametrize("make", [random_bits, near_one])
def test_numpy_writes_the_same_digits_as_python(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = make(WIDTH * 260)
    assert len(raw) >= floats.MANY_BYTES
    fast, rows = float32_texts(raw, WIDTH), float32_rows(raw, WIDTH)
    monkeypatch.setattr(floats, "MANY_BYTES", len(raw) + 1)
    assert float32_texts(raw, WIDTH) == fast
    assert repr(float32_rows(raw, WIDTH)) == repr(rows)


def test_texts_are_the_same_bits_again() -> None:
    raw = near_one(WIDTH * 260)
    numbers = [number for text in float32_texts(raw, WIDTH) for number in json.loads(text)]
    assert struct.pack(f"<{len(numbers)}f", *numbers) == raw


def test_many_numbers_are_written_without_numpy_too(without_numpy: None) -> None:
    raw = struct.pack("<4f", 0.1, -0.0, 1e-7, float("inf")) * (floats.MANY_BYTES // 16)
    assert set(float32_texts(raw, 4)) == {'[0.1,-0.0,1e-07,"Infinity"]'}
    assert float32_rows(raw, 4)[0] == [0.1, -0.0, 1e-7, float("inf")]
