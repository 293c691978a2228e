"""The command that prints the command reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, option

if TYPE_CHECKING:
    from ..result import Report, Text
    from ..session.session import Session


@command("docs")
@option("--man", is_flag=True, help="Print the manual page for man.")
@option("--markdown", is_flag=True, help="Print the command reference as Markdown.")
@option("--versions", is_flag=True, help="Print which Milvus each operation needs, as Markdown.")
@option("--brief", is_flag=True, help="Print one page for authors of scripts, as Markdown.")
def docs(session: Session, man: bool, markdown: bool, versions: bool, brief: bool) -> Text | Report:
    """Print the command reference.

    With -o json it includes all options, types and defaults for programs.

    \b
    Example: docs -o json
    Example: docs --man
    Example: docs --markdown
    Example: docs --versions
    Example: docs --brief
    """
    from ..grammar.pages import page

    given = {"man": man, "markdown": markdown, "versions": versions, "brief": brief}
    return page([name for name, chosen in given.items() if chosen])
