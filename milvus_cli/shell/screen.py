"""The terminal that prompts are drawn on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.output.defaults import create_output

if TYPE_CHECKING:
    from prompt_toolkit.output import Output

    from ..output.console import Console


def screen(console: Console) -> Output | None:
    """Returns the terminal behind stderr if stdout is a file, which is for data; None for prompt_toolkit's choice."""
    elsewhere = console.stderr_is_terminal and not console.to_terminal
    return create_output(always_prefer_tty=True) if elsewhere else None
