"""What only helps must not hinder: calls whose answers a command can do without, where a user may not make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import Fault, NotAuthorized

Answer = TypeVar("Answer")


class Permitted:
    """Asks, and gets None where this user may not; `missing` are the privileges that it takes."""

    def __init__(self) -> None:
        self.missing: set[str] = set()

    def __call__(self, ask: Callable[..., Answer], *given: Any, **named: Any) -> Answer | None:
        try:
            return ask(*given, **named)
        except NotAuthorized as exc:
            if exc.fault is not Fault.NOT_PERMITTED:
                raise
            self.missing.add(exc.privilege)
            return None

    def tell(self, note: Callable[[str], None]) -> None:
        """Says what kept answers away, if anything did."""
        if self.missing:
            named = ", ".join(sorted(filter(None, self.missing)))
            note(f"note: not all is shown, as that takes {named or 'more privileges'}")


def permitted(ask: Callable[..., Answer], *given: Any, **named: Any) -> Answer | None:
    """For a single such call."""
    return Permitted()(ask, *given, **named)
