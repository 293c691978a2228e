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
@option("--versions", is_flag=True, help="Print which Milvus each operation needs, as Markdown.")
def docs(session: Session, man: bool, markdown: bool, versions: bool) -> Text | Report:
    """Print the command reference.

    With -o json it includes all options, types and defaults for programs.

    \b
    Example: docs -o json
    Example: docs --man
    Example: docs --markdown
    Example: docs --versions
    """
    from ..grammar import reference

    pages = {"--man": reference.manual, "--markdown": reference.markdown, "--versions": reference.versions}
    chosen = [name for name, given in zip(pages, (man, markdown, versions), strict=True) if given]
    if len(chosen) > 1:
        raise InvalidInput(f"{' and '.join(chosen)} cannot be combined")
    return Text(pages[chosen[0]]()) if chosen else reference.report()
