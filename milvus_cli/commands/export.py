"""The command that exports rows to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, option, retry_option, word
from ..grammar.file_options import delimiter_option, encoding_option, null_option, quote_option
from ..grammar.offered import Words
from ..grammar.options import options
from ..grammar.row_options import consistency_option, fields_option, filter_options, partitions_option
from ..grammar.types import FILE
from ..result import Done

if TYPE_CHECKING:
    from ..session.session import Session
    from ..transfer.export_job import ExportOptions

FORMAT = Words(
    "format",
    {
        "csv": 'null is empty, an empty text is ""',
        "tsv": "as csv, with tabs",
        "jsonl": "an object a line",
        "json": "a list of objects",
        "parquet": "columns; needs pyarrow",
        "arrow": "columns, for programs that map files; needs pyarrow",
        "csv.gz": "compressed; so are the others with .gz or .zst",
    },
)


@command("export collection")
@collection_option
@word("file", "--file", type=FILE, metavar="FILE", help="The file, which may be a plain word; - is stdout.")
@option(
    "--format", "wanted", type=FORMAT, metavar="FORMAT", help="csv, tsv, jsonl, json, parquet, arrow; by the extension."
)
@delimiter_option
@quote_option
@null_option
@encoding_option
@option("--no-header", is_flag=True, help="Leave out the names of the columns.")
@option("--bom", is_flag=True, help="Begin with a byte order mark, by which Excel knows UTF-8.")
@filter_options
@fields_option("Fields to write; all when not given.")
@partitions_option("Only of this partition (repeatable).")
@consistency_option
@option("--resume", is_flag=True, help="Go on with a file that an earlier run did not end.")
@retry_option
@option("--force", is_flag=True, help="Replace a file that exists; so does --yes.")
@options("transfer.export_job:ExportOptions")
def export_collection(session: Session, options: ExportOptions) -> Done | None:
    """Write all rows, or those for which a filter holds, to a file, as `insert file` reads them back.

    The rows come in the order of the primary key, however many. They are counted before; a file with fewer is an error.
    The file is FILE.part until it is whole; --resume goes on with one after Ctrl-C or anything else.

    \b
    Example: export collection -c book books.jsonl --force
    """
    from ..transfer.export_job import export_collection

    return export_collection(session, options)
