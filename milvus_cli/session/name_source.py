"""The source of the names that completion and hints offer, as a session sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..text.names import OFFERED, Names

LOCAL = ("connections", "uris")
"""Kinds of names that the connection store has, and no server."""


class NameSource(Protocol):
    """Answers with the names that it knows of a kind.

    `patience` is how many seconds to wait for names that were never heard, `limit` how many a person is offered
    at once (None: all). `on_news` is called when other names have come; `failure` is the traceback of a bug.
    """

    patience: float
    limit: int | None
    on_news: Callable[[], None]
    failure: str

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names: ...

    def changed(self) -> None: ...

    def close(self) -> None: ...


class NoNames:
    """The source of a session that completes nothing."""

    patience = 0.0
    limit: int | None = OFFERED
    failure = ""

    def __init__(self) -> None:
        self.on_news: Callable[[], None] = lambda: None

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names:
        return Names()

    def changed(self) -> None:
        """Nothing is known, before and after."""

    def close(self) -> None:
        """Nothing is open."""
