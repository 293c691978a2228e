"""Numbers as top shows them."""

import pytest

from milvus_cli.monitor.numbers import rate, size, span, whole


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (3_605, "1 h"),
        (90_000, "1 d 1 h"),
        (86_461, "1 d"),
    ],
)
def test_a_span_has_two_units(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_rates_lose_their_digits_when_they_are_large() -> None:
    assert [rate(each) for each in (None, 0.0, 12.34, 999.94, 12_345.6)] == ["-", "0.0", "12.3", "999.9", "12,346"]


def test_counts_and_sizes() -> None:
    assert [whole(each) for each in (None, 0, 1_234_567.0)] == ["-", "0", "1,234,567"]
    assert [size(each) for each in (None, 0, 1_536, 5 * 1024**3)] == ["-", "0 B", "1.5 KiB", "5 GiB"]


def test_a_size_just_below_the_next_unit_has_no_exponent() -> None:
    assert [size(each) for each in (999, 1_000, 1_023, 1_023 * 1024**2)] == ["999 B", "1,000 B", "1,023 B", "1,023 MiB"]
