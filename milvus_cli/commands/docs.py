"""The command that prints the command reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.command import command, option
from ..result import Report, Text

if TYPE_CHECKING:
    from ..session.session import Session


@command("docs")
@option("--man", is_flag=True, help="Print the manual page for man.")
@option("--markdown", is_flag=True, help="Print the command reference as Markdown.")
def docs(session: Session, man: bool, markdown: bool) -> Text | Report:
    """Print the command reference.

    With -o json it includes all options, types and defaults for programs.

    \b
    Example: docs -o json
    Example: docs --man
    Example: docs --markdown
    """
    from ..grammar import reference

    if man and markdown:
        raise InvalidInput("--man and --markdown cannot be combined")
    if man or markdown:
        return Text(reference.manual() if man else reference.markdown())
    return reference.report()
