"""Groups keys that are linked, directly or through others, with union-find. Memory holds the linked keys only."""

from __future__ import annotations

from typing import Any

from .pages import Key


class Groups:
    def __init__(self) -> None:
        self._parents: dict[Key, Key] = {}

    def link(self, one: Key, other: Key) -> None:
        """Puts two keys into one group."""
        first, second = sorted((self._root(one), self._root(other)))
        self._parents[first] = first
        self._parents[second] = first
        for key in (one, other):
            self._parents.setdefault(key, first)

    def linked(self, one: Key, other: Key) -> bool:
        return one == other or (one in self._parents and self._root(one) == self._root(other))

    def all(self) -> list[list[Key]]:
        """Returns the groups in the order of their lowest keys, each with its keys in order."""
        found: dict[Key, list[Any]] = {}
        for key in sorted(self._parents):
            found.setdefault(self._root(key), []).append(key)
        return list(found.values())

    def _root(self, key: Key) -> Key:
        """Returns the lowest key of a group; shortens the path to it."""
        root = key
        while self._parents.get(root, root) != root:
            root = self._parents[root]
        while self._parents.get(key, root) != root:
            self._parents[key], key = root, self._parents[key]
        return root
