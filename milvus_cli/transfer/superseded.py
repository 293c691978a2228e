"""Counts rows replaced by later rows with the same key, for any number of rows: keys go to a temporary file."""

from __future__ import annotations

import os
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

KEYS_IN_MEMORY = 250_000
"""Keys held in memory at once."""
SAMPLES_PER_BLOCK = 16
"""Keys sampled from each block, to find bounds that split all keys evenly."""
KEYS_READ = 512
"""Keys read at once."""


@dataclass(frozen=True)
class Block:
    """Distinct keys as sorted numbers, from `start` to `stop` in the file."""

    low: int
    high: int
    start: int
    stop: int


class KeyCounter:
    """The keys of all batches; each batch has distinct keys. Text keys count by their hashes."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._blocks: list[Block] = []
        self._size = 0

    def add(self, keys: Sequence[Any]) -> None:
        """Adds the keys of a batch."""
        numbers = array("q", sorted(key if isinstance(key, int) else hash(key) for key in keys))
        if not numbers:
            return
        numbers.tofile(self._file)
        self._blocks.append(Block(numbers[0], numbers[-1], self._size, self._size + len(numbers)))
        self._size += len(numbers)

    def repeated(self) -> int:
        """Returns the number of added keys minus the number of distinct ones."""
        self._file.flush()
        return sum(self._repeated(group) for group in self._overlapping() if len(group) > 1)

    def close(self) -> None:
        self._file.close()

    def _overlapping(self) -> Iterator[list[Block]]:
        """Yields groups of blocks that may share keys; files sorted by key have none."""
        group: list[Block] = []
        highest = 0
        for block in sorted(self._blocks, key=lambda each: each.low):
            if group and block.low > highest:
                yield group
                group = []
            highest = max(highest, block.high) if group else block.high
            group.append(block)
        if group:
            yield group

    def _repeated(self, blocks: Sequence[Block]) -> int:
        total, different = sum(block.stop - block.start for block in blocks), 0
        positions = [block.start for block in blocks]
        for bound in self._bounds(blocks, -(-total // KEYS_IN_MEMORY)):
            seen: set[int] = set()
            for number, block in enumerate(blocks):
                positions[number] = self._take(seen, positions[number], block.stop, bound)
            different += len(seen)
        return total - different

    def _take(self, seen: set[int], position: int, stop: int, bound: int) -> int:
        """Adds the keys below `bound`, from `position` in a block; returns the position of the rest."""
        while position < stop:
            numbers = self._read(position, min(stop, position + KEYS_READ))
            below = bisect_left(numbers, bound)
            seen.update(numbers[:below])
            position += below
            if below < len(numbers):
                break
        return position

    def _read(self, start: int, stop: int) -> array[int]:
        numbers = array("q")
        size = numbers.itemsize
        numbers.frombytes(os.pread(self._file.fileno(), (stop - start) * size, start * size))
        return numbers

    def _bounds(self, blocks: Sequence[Block], parts: int) -> Sequence[int]:
        """Returns values that split the keys evenly; the last one is above all keys."""
        samples = sorted(
            self._read(position, position + 1)[0]
            for block in blocks
            for position in range(block.start, block.stop, max(1, (block.stop - block.start) // SAMPLES_PER_BLOCK))
        )
        inner = {samples[len(samples) * part // parts] for part in range(1, parts)}
        return [*sorted(inner), max(block.high for block in blocks) + 1]
