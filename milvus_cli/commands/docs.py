"""The command that writes the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..command import command, option
from ..errors import InvalidInput
from ..result import Text

if TYPE_CHECKING:
    from ..session import Session


@command("docs")
@option("--man", is_flag=True, help="The manual page, for man.")
@option("--markdown", is_flag=True, help="The command reference, in Markdown.")
def docs(session: Session, man: bool, markdown: bool) -> Text:
    """Write the manual page or the whole command reference.

    \b
    Example: docs --man
    Example: docs --markdown
    """
    from .. import reference

    if man == markdown:
        raise InvalidInput("docs what?", hint="give --man or --markdown")
    return Text(reference.manual() if man else reference.markdown())
