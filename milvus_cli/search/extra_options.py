"""The options of a search that newer servers have, and those that they refer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..rows.filters import filled
from ..values.dynamic import names_in


@dataclass(frozen=True, kw_only=True)
class ExtraOptions:
    """Options as given, not yet checked. `ids` are the primary keys to search by."""

    texts: Sequence[str] = ()
    embed: str = ""
    field: str | None = None
    filter: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    fields: str | None = None
    group_by: str = ""
    group_as: str = ""
    strict_group_size: bool = False
    rerank: Sequence[str] = ()
    ids: str | None = None
    order_by: Sequence[str] = ()
    highlight: Sequence[str] = ()
    pre_tags: Sequence[str] = ()
    post_tags: Sequence[str] = ()
    fragment_size: int | None = None
    fragment_offset: int | None = None
    fragments: int | None = None
    chains: Sequence[str] = ()
    aggregate: str = ""
    analyzer: str = ""
    timezone: str = ""
    time_fields: str = ""
    namespace: str = ""

    @property
    def names(self) -> list[str]:
        """The output fields."""
        return names_in(self.fields)

    @property
    def expression(self) -> str:
        return filled(self.filter, self.parameters)
