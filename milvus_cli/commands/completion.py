"""The command that prints completion scripts for bash, zsh and fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, word
from ..grammar.offered import OneOf
from ..result import Text

if TYPE_CHECKING:
    from ..session.session import Session


@command("completion")
@word("shell", "--shell", type=OneOf(["bash", "zsh", "fish"]), metavar="SHELL", help="Shell: bash, zsh or fish.")
def completion(session: Session, shell: str) -> Text:
    """Print a shell completion script.

    The script completes commands, options and names in bash, zsh or fish.

    \b
    Example: completion bash
    """
    from ..completion.tab import source

    return Text(source(shell))
