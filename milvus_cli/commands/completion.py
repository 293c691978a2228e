"""The command that prints completion scripts for bash, zsh and fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, word
from ..grammar.offered import OneOf
from ..result import Text

if TYPE_CHECKING:
    from ..session.session import Session


@command("completion")
@word("shell", "--shell", type=OneOf(["bash", "zsh", "fish"]), metavar="SHELL", help="bash, zsh or fish.")
def completion(session: Session, shell: str) -> Text:
    """Print the script by which a shell completes commands, options and names.

    \b
    Example: completion bash
    """
    from ..completion.tab import source

    return Text(source(shell))
