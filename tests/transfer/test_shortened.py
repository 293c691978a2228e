"""Tables of differences show where two vectors begin to differ, not all of their numbers."""

from typing import Any

import pytest

from milvus_cli.transfer.shortened import shortened
from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.typed import Typed

LONG = [float(number) for number in range(100)]
SPARSE = {str(number): 0.5 for number in range(100)}


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (LONG, [9.0, *LONG[1:]], ("[0.0, 1.0, … ×100]", "[9.0, 1.0, … ×100]")),
        (LONG, [*LONG[:50], 9.0, *LONG[51:]], ("[… 51: 50.0, 51.0, … ×100]", "[… 51: 9.0, 51.0, … ×100]")),
        (LONG, [*LONG[:99], 9.0], ("[… 100: 99.0 ×100]", "[… 100: 9.0 ×100]")),
        (LONG, LONG[:6], ("[… 7: 6.0, 7.0, … ×100]", "[… ×6]")),
        (LONG, None, ("[0.0, 1.0, … ×100]", None)),
        ([1.0, 2.0], [1.0, 3.0], ([1.0, 2.0], [1.0, 3.0])),
        (SPARSE, {**SPARSE, "17": 2.0}, ("{… 17: 0.5, … ×100}", "{… 17: 2.0, … ×100}")),
        (SPARSE, {**SPARSE, "200": 2.0}, ("{… 200: …, … ×100}", "{… 200: 2.0, … ×101}")),
        ({"k": 1}, "text", ({"k": 1}, "text")),
    ],
)
def test_values_are_shortened_to_where_they_differ(a: Any, b: Any, wanted: tuple[Any, Any]) -> None:
    assert shortened(a, b) == wanted


def test_diff_shortens_vectors_for_people_and_not_for_programs(cli: Cli, lite: LiteServer) -> None:
    typed = Typed(cli, lite)
    for name, last in (("short_a", 1.0), ("short_b", 2.0)):
        typed.gone(name)
        vector = [*[0.5] * 7, last]
        typed.all(
            f"create collection -c {name} -f id:INT64 -f v:FLOAT_VECTOR:8 -p id --index v",
            f'insert row -c {name} --row \'{{"id": 1, "v": {vector}}}\'',
            f"load collection {name}",
        )
    run, found = typed("diff short_a short_b"), typed("diff short_a short_b -o json")
    typed.gone("short_a", "short_b")
    assert "│ row 1: v │ [… 8: 1.0 ×8] │ [… 8: 2.0 ×8] │" in run.out
    assert '"a": [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0]' in found.out
