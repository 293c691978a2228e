"""Geometries and timestamps, as text and in the servers' encoding."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milvus_cli.text.timestamps import in_utc, instant, microseconds
from milvus_cli.text.wkt import plain, require_wkt, wkt

GOOD = (
    "POINT (1 2)",
    "point(1 -2.5e-3)",
    "POINT Z (1 2 3)",
    "POINT ZM (1 2 3 4)",
    "POINT EMPTY",
    " LINESTRING (0 0, 1 1) ",
    "POLYGON ((0 0, 1 0, 1 1, 0 0), (0.1 0.1, .2 0.1, 0.2 2., 0.1 0.1))",
    "MULTIPOINT (1 2, 3 4)",
    "MULTIPOINT ((1 2), (3 4))",
    "MULTILINESTRING ((0 0, 1 1), EMPTY)",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))",
    "GEOMETRYCOLLECTION (POINT (1 2), GEOMETRYCOLLECTION EMPTY)",
)


@pytest.mark.parametrize("text", GOOD)
def test_a_geometry_in_wkt_is_taken_as_it_is(text: str) -> None:
    assert require_wkt(text) == text
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("CIRCLE (1 2)", "unknown geometry 'CIRCLE'"),
        ("POINT", "expected '(', got the end"),
        ("POINT (1)", "a point has 2 to 4 numbers, not 1"),
        ("POINT (1 nan)", "a point has 2 to 4 numbers, not 1"),
        ("POINT (1 2, 3 4)", "expected ')', got ','"),
        ("POINT (1 2) x", "expected the end, got 'x'"),
        ("POINT (1 2;)", "';)' has no meaning there"),
        ("SRID=4326;POINT (1 2)", "'=4326;POINT (1 2)' has no meaning there"),
        ("POLYGON (0 0, 1 1)", "expected '(', got '0'"),
        ("POLYGON ((0 0, 1 1)", "expected ')', got the end"),
        ("GEOMETRYCOLLECTION (" * 200, "unknown geometry 'GEOMETRYCOLLECTION'"),
    ],
)
def test_an_invalid_geometry_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        require_wkt(text)
    assert str(caught.value) == reason


def wkb(number: int, *parts: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}BI", order == "<", number) + b"".join(parts)


def points(*numbers: float, order: str = "<") -> bytes:
    return struct.pack(f"{order}{len(numbers)}d", *numbers)


COUNT = {each: struct.pack("<I", each) for each in range(4)}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (wkb(1, points(0.1, -2)), "POINT (0.1 -2)"),
        (wkb(1, points(1e300, -0.0, order=">"), order=">"), "POINT (1e+300 -0)"),
        (wkb(3001, points(1, 2, 3, 4)), "POINT ZM (1 2 3 4)"),
        (wkb(1, points(float("nan"), float("nan"))), "POINT EMPTY"),
        (wkb(2, COUNT[2], points(0, 0, 1, 1)), "LINESTRING (0 0, 1 1)"),
        (wkb(3, COUNT[2], COUNT[1], points(0, 0), COUNT[0]), "POLYGON ((0 0), EMPTY)"),
        (wkb(4, COUNT[2], wkb(1, points(1, 2)), wkb(1, points(3, 4))), "MULTIPOINT ((1 2), (3 4))"),
        (wkb(6, COUNT[1], wkb(3, COUNT[1], COUNT[1], points(0, 0))), "MULTIPOLYGON (((0 0)))"),
        (
            wkb(7, COUNT[2], wkb(1, points(1, 2)), wkb(2, COUNT[0])),
            "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING EMPTY)",
        ),
        (wkb(1, points(1)), wkb(1, points(1)).hex()),
        (wkb(99, points(1)), wkb(99, points(1)).hex()),
        (wkb(7, COUNT[1]) * 200, (wkb(7, COUNT[1]) * 200).hex()),
        (wkb(1, points(1, 2)) + b"x", (wkb(1, points(1, 2)) + b"x").hex()),
        (b"", ""),
    ],
)
def test_a_geometry_in_wkb_is_shown_in_wkt_and_an_invalid_one_as_its_bytes(raw: bytes, text: str) -> None:
    assert wkt(raw) == text
    if " (" in text:
        assert require_wkt(text) == text


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_every_moment_of_the_calendar_comes_back(since: int) -> None:
    text = instant(since)
    assert microseconds(text) == since
    assert in_utc(text) == text


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("2026-01-31 12:00z", "2026-01-31T12:00:00Z"),
        ("2026-01-31T12:00:00.5+05:45", "2026-01-31T06:15:00.500000Z"),
        ("2026-01-31T12:00:00.123456000-0800", "2026-01-31T20:00:00.123456Z"),
        ("2026-01-31T23:00:00-02", "2026-02-01T01:00:00Z"),
        ("2026-01-31T12:00:00", "2026-01-31T12:00:00"),
        ("2026-01-31", "2026-01-31"),
        ("0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00"),
    ],
)
def test_a_moment_is_sent_in_utc_where_it_has_a_zone(text: str, utc: str) -> None:
    assert in_utc(text) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1769860800",
        "2026-01-31T25:00Z",
        "2026-13-01T00:00Z",
        "2026-01-31T12:00:00+24:00",
        "2026-01-31T12:00:00.1234567Z",
        "2026-01-31T12:00:00Z x",
        "٢٠٢٦-01-31T12:00:00Z",
    ],
)
def test_an_invalid_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        in_utc(text)
