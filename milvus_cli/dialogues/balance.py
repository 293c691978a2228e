"""The questions of `load_balance`: which segments move, and between which nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..grammar.dialogue import Interview


def ask_balance(ask: Interview) -> None:
    """Asks for the collection unless segments are given, which tell it."""
    if not ask.is_given("segments"):
        ask.ask("collection", "Collection", needed=True)
    ask.ask("source", "Source node")
    ask.ask("targets", "Target nodes (empty: any)")
    ask.ask("segments", "Segments to move (empty: all)")
