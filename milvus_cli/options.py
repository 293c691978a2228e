"""The global options, as one line gives them."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Options:
    """The global options; None where not given."""

    alias: str | None = None
    database: str | None = None
    output: str | None = None
    yes: bool | None = None
    no_input: bool | None = None
    quiet: bool | None = None
    timeout: float | None = None
    debug: bool | None = None
    color: str | None = None

    def over(self, other: Options) -> Options:
        """These, and the other's where these say nothing."""
        return Options(
            *(
                getattr(other, each.name) if (mine := getattr(self, each.name)) is None else mine
                for each in fields(self)
            )
        )
