"""Repeated keys are counted without holding all of them in memory."""

import random

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


def test_keys_of_any_kind_are_counted_once() -> None:
    assert counted() == 0
    assert counted([1, 2], [3, 4], []) == 0
    assert counted([4, 1], [1, 3], [1]) == 2
    assert counted(["a", "b"], ["b", "ü"], ["b"]) == 2
    assert counted([2**63 - 1, -(2**63)], [2**63 - 1]) == 1


def test_more_keys_than_are_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(superseded, "KEYS_IN_MEMORY", 500)
    monkeypatch.setattr(superseded, "KEYS_READ", 16)
    for seed in range(20):
        chance = random.Random(seed)
        starts = [chance.randrange(-3_000, 3_000) for _ in range(10)]
        batches = [chance.sample(range(start, start + chance.randrange(400, 4_000)), 300) for start in starts]
        every = [key for batch in batches for key in batch]
        assert counted(*batches) == len(every) - len(set(every))
