"""Compares the lengths of a file of rows and the NPY files beside it before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from ..errors import InvalidInput
from ..files.row_stream import RowStream
from ..files.side_columns import read_arrays, require_length, require_other_names
from ..files.sources import InputFile, Source, identity, open_source
from ..files.tables import WantedColumns, open_table
from ..files.text_layout import TextLayout
from ..output.progress import Progress
from ..session.session import Session


def require_equal_lengths(session: Session, files: Sequence[InputFile], layout: TextLayout) -> None:
    """Counts the rows of the first file. Raises CliError if an array has more or fewer, or the name of a column.

    Raises InvalidInput for pipes, which can't be read twice.
    """
    pipe = next((each for each in files if not each.is_url and not identity(each)), None)
    if pipe is not None:
        raise InvalidInput(
            f"{pipe.name} can't be read twice, and rows beside NPY files are counted first", hint="save it to a file"
        )
    main, *others = files
    with ExitStack() as stack:
        arrays = read_arrays([stack.enter_context(open_source(each)) for each in others])
        source = stack.enter_context(open_source(main))
        table = open_table([source], WantedColumns(), layout)
        require_other_names(main.name, [*(table.columns or ()), *(name for name, _ in main.columns)], arrays)
        if table.rows is None:
            rows, columns = _counted(session, source, table)
            require_other_names(main.name, columns, arrays)
        else:
            rows = table.rows
        require_length(main.name, rows, arrays)


def _counted(session: Session, source: Source, table: RowStream) -> tuple[int, Sequence[str]]:
    rows, columns = 0, dict[str, None]()
    with Progress(session.console, f"Counting the rows of {source.file.name}", quiet=session.quiet) as bar:
        for chunk in table.chunks:
            rows += len(chunk.lines) + len(chunk.bad)
            columns |= dict.fromkeys(chunk.columns)
            bar.show(source.position / source.total if source.total else None, f"{rows:,} rows")
    return rows, [*columns]
