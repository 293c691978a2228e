"""The global options of one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..output.objects import Query


@dataclass(frozen=True)
class Options:
    """The global options; None where not given. `scripted` says that the line stands in a script."""

    alias: str | None = None
    database: str | None = None
    output: str | None = None
    yes: bool | None = None
    no_input: bool | None = None
    quiet: bool | None = None
    timeout: float | None = None
    debug: bool | None = None
    color: str | None = None
    no_header: bool | None = None
    query: Query | None = None
    scripted: bool | None = None

    def over(self, other: Options) -> Options:
        """Returns these options, completed by the other's where they are None."""
        return other.but({name: value for name, value in vars(self).items() if value is not None})

    def but(self, given: Mapping[str, Any]) -> Options:
        return Options(**{**vars(self), **given})
