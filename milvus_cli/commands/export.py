"""Writes the rows of a collection to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, option, param_option, word
from ..grammar.types import CONSISTENCY, FIELDS, FILE, FILTER, PARTITION, FiniteRange, Words
from ..result import Done

if TYPE_CHECKING:
    from ..session.session import Session

FORMAT = Words(
    "format",
    {
        "csv": 'null is empty, an empty text is ""',
        "tsv": "as csv, with tabs",
        "jsonl": "an object a line",
        "json": "a list of objects",
        "parquet": "columns; needs pyarrow",
        "csv.gz": "compressed; so are the others with .gz or .zst",
    },
)


@command("export collection")
@collection_option
@word("file", "--file", type=FILE, metavar="FILE", help="The file, which may be a plain word; - is stdout.")
@option("--format", "wanted", type=FORMAT, metavar="FORMAT", help="csv, tsv, jsonl, json, parquet; by the extension.")
@option(
    "-e",
    "--expr",
    "--filter",
    "expression",
    type=FILTER,
    default="",
    metavar="EXPR",
    help="Only the rows for which this holds.",
)
@param_option
@option("--fields", type=FIELDS, metavar="A,B", help="Fields to write; all when not given.")
@option(
    "-p",
    "--partition",
    "partitions",
    type=PARTITION,
    multiple=True,
    metavar="NAME",
    help="Only of this partition (repeatable).",
)
@option(
    "--consistency",
    type=CONSISTENCY,
    default="Strong",
    show_default=True,
    metavar="LEVEL",
    help="How fresh the rows must be.",
)
@option("--resume", is_flag=True, help="Go on with a file that an earlier run did not end.")
@option(
    "--retry",
    "patience",
    type=FiniteRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Keep retrying a lost server for this many seconds.",
)
@option("--force", is_flag=True, help="Replace a file that exists; so does --yes.")
def export_collection(
    session: Session,
    collection: str,
    file: str,
    wanted: str | None,
    expression: str,
    parameters: tuple[tuple[str, str], ...],
    fields: str | None,
    partitions: tuple[str, ...],
    consistency: str,
    resume: bool,
    patience: float,
    force: bool,
) -> Done | None:
    """Write all rows, or those for which a filter holds, to a file, as `insert file` reads them back.

    The rows come in the order of the primary key, however many. They are counted before; a file with fewer is an error.
    The file is FILE.part until it is whole; --resume goes on with one after Ctrl-C or anything else.

    \b
    Example: export collection -c book books.jsonl --force
    """
    from ..files.memory import share_one_heap
    from ..files.writers import file_shape
    from ..rows.filters import filled
    from ..rows.patience import Patience
    from ..rows.selection import selected
    from ..transfer.export import Export, require_replaceable
    from ..transfer.export_job import export_to_path, export_to_stdout

    share_one_heap()
    shape, may_replace = file_shape(file, wanted), bool(force or session.options.yes)
    if file != "-":
        require_replaceable(file, replace=may_replace)
    selection = selected(
        session.client,
        collection,
        fields=fields,
        filter=filled(expression, parameters),
        partitions=partitions,
        consistency=consistency,
    )
    profile = session.profile
    work = Export(selection, file, shape, f"{profile.address}/{profile.database}", Patience(patience), may_replace)
    if file == "-":
        export_to_stdout(session, work)
        return None
    return export_to_path(session, work, resume=resume)
