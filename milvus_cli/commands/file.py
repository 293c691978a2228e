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
    "-n",
    "--rows",
    "count",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="N",
    help="Number of rows to show.",
)
@format_option
@layout_options
@options("transfer.preview:PreviewOptions")
def show_file(session: Session, options: PreviewOptions) -> Report:
    """Preview a data file.

    Shows the format, the columns with matching field types, and the first rows. Reads only about the first 5,000 rows
    or 4 MB, so types and the primary key are guesses. A distinct column has whole numbers or texts, none of them twice,
    and could be the key. Create a collection from it with `create collection NAME --from
    FILE`.

    \b
    Example: show file books.csv
    Example: show file 'books/*.csv.gz' --rows 2
    """
    from ..transfer.preview import preview

    return preview(session, options)
