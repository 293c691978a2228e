"""The command that looks at files of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import argument, command, option
from ..grammar.file_options import format_option, layout_options
from ..grammar.options import options
from ..grammar.types import FILE
from ..result import Report

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.preview import PreviewOptions


@command("show file")
@argument("paths", nargs=-1, required=True, type=FILE, metavar="FILE...")
@option(
    "-n", "--rows", "count", type=click.IntRange(min=0), default=5, show_default=True, metavar="N", help="Rows to show."
)
@format_option
@layout_options
@options("transfer.preview:PreviewOptions")
def show_file(session: Session, options: PreviewOptions) -> Report:
    """Show what is in a file before it is inserted: format, columns with the fields that fit them, first rows.

    It reads what `insert file` reads, but only about the first 5,000 rows or 4 MB. Types and the likely key are guesses
    from these rows. `create collection NAME --from FILE` makes a collection of them.

    \b
    Example: show file books.csv
    Example: show file 'books/*.csv.gz' --rows 2
    """
    from ..transfer.preview import preview

    return preview(session, options)
