"""The only way to carry out something destructive: describe it, ask, then act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..connections.read_only import require_writable
from ..result import Done, Removal

if TYPE_CHECKING:
    from .session import Session


def carry_out(session: Session, removal: Removal, *, dry_run: bool) -> Done:
    """Asks for confirmation of a removal, then does it. With `dry_run` it only describes it."""
    done = f"{removal.verb}d"
    target = f"{removal.thing} on {session.place}" + (f", {removal.also}" if removal.also else "")
    require_writable(session.profile, f"nothing was {done}")
    if dry_run:
        return Done(f"Would {removal.verb} {target}.", {**removal.made, done: False})
    session.confirm(f"{removal.verb.capitalize()} {target}?", loses_data=removal.loses_data)
    removal.act()
    return Done(f"{done.capitalize()} {removal.thing}.", {**removal.made, done: True})
