"""Makes optional calls: they return None instead of failing if the user lacks the privilege, or the server the RPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..errors import Fault, NotAuthorized, Unsupported

Answer = TypeVar("Answer")


class Permitted:
    """Makes optional calls, and collects the missing privileges."""

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
        """Writes a note about the missing privileges, if any."""
        if self.missing:
            named = ", ".join(sorted(filter(None, self.missing)))
            note(f"note: some information is not shown, because it requires {named or 'more privileges'}")


def permitted(ask: Callable[..., Answer], *given: Any, **named: Any) -> Answer | None:
    """Makes one optional call."""
    return Permitted()(ask, *given, **named)


def supported(ask: Callable[..., Answer], *given: Any, **named: Any) -> Answer | None:
    """Makes one call that the server may lack."""
    try:
        return ask(*given, **named)
    except Unsupported:
        return None
