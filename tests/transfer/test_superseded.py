"""Repeated keys are counted without holding all of them in memory."""

import random
from typing import Any

import pytest

from milvus_cli.transfer import superseded
from milvus_cli.transfer.superseded import KeyCounter


def counted(*batches: list[int] | list[str]) -> int:
    keys = KeyCounter()
    try:
        for each in batches:
            keys.add(each)
        return keys.repeated()
    finally:
        keys.close()


@pytest.mark.parametrize(
    ("batches", "superseded"),
    [
        ([], 0),
        ([[1, 2], [3, 4], []], 0),
        ([[4, 1], [1, 3], [1]], 2),
        ([["a", "b"], ["b", "ü"], ["b"]], 2),
        ([[2**63 - 1, -(2**63)], [2**63 - 1]], 1),
    ],
    ids=["no batch", "no key again", "numbers", "texts", "limits of INT64"],
)
def test_each_row_whose_key_came_before_is_counted(batches: Any, superseded: int) -> None:
    assert counted(*batches) == superseded


def test_more_keys_than_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superseded, "KEYS_IN_MEMORY", 500)
    monkeypatch.setattr(superseded, "KEYS_READ", 16)
    for seed in range(20):
        chance = random.Random(seed)
        starts = [chance.randrange(-3_000, 3_000) for _ in range(10)]
        batches = [chance.sample(range(start, start + chance.randrange(400, 4_000)), 300) for start in starts]
        every = [key for batch in batches for key in batch]
        assert counted(*batches) == len(every) - len(set(every))
