"""The source of the names that completion and hints offer, as a session sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..text.names import OFFERED, Names

LOCAL = ("connections", "uris", "saved_commands", "embedders")
"""Kinds of names that this machine knows without a server."""


class NameSource(Protocol):
    """Returns the known names of a kind.

    `patience` is how long to wait for names not received yet, in seconds; `limit` is how many a person is offered
    at once (None: all). `on_news` is called when names have changed; `failure` is the traceback of a bug.
    """

    patience: float
    limit: int | None
    on_news: Callable[[], None]
    failure: str

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names: ...

    def changed(self) -> None: ...

    def close(self) -> None: ...


class NoNames:
    """The name source of a session without completion."""

    patience = 0.0
    limit: int | None = OFFERED
    failure = ""

    def __init__(self) -> None:
        self.on_news: Callable[[], None] = lambda: None

    def names(self, kind: str, *, of: str = "", alias: str = "", database: str = "") -> Names:
        return Names()

    def changed(self) -> None:
        """Does nothing: there are no names."""

    def close(self) -> None:
        """Does nothing: there are no connections."""
