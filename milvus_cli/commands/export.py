"""The command that exports rows to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, option, retry_option, word
from ..grammar.file_options import decimal_option, delimiter_option, encoding_option, null_option, quote_option
from ..grammar.offered import Words
from ..grammar.options import options
from ..grammar.row_options import consistency_option, fields_option, filter_options, partitions_option, sample_options
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
@word("file", "--file", type=FILE, metavar="FILE", help="Output file, or - for standard output.")
@option(
    "--format",
    "wanted",
    type=FORMAT,
    metavar="FORMAT",
    help="File format: csv, tsv, jsonl, json, parquet or arrow. [default: by file extension]",
)
@delimiter_option
@decimal_option
@quote_option
@null_option
@encoding_option
@option("--no-header", is_flag=True, help="Do not write column names.")
@option("--bom", is_flag=True, help="Start with a byte order mark, so that Excel detects UTF-8.")
@filter_options
@fields_option("Fields to write. [default: all]")
@sample_options
@partitions_option("Restrict to this partition (repeatable).")
@consistency_option
@option("--resume", is_flag=True, help="Continue an interrupted export.")
@retry_option
@option("--force", is_flag=True, help="Replace an existing file, like --yes.")
@options("transfer.export_job:ExportOptions")
def export_collection(session: Session, options: ExportOptions) -> Done | None:
    """Export rows to a file.

    Writes all rows, or those that match a filter, in primary key order and in a format that `insert file` reads. The
    rows are counted first: a file with fewer rows is an error. The file is called FILE.part until it is complete.
    --resume continues an interrupted export. FILE may be an s3://, gs:// or hf:// URL: the object appears when it is
    complete, and its export can't be resumed.

    \b
    Example: export collection -c book books.jsonl --force
    """
    from ..transfer.export_job import export_collection

    return export_collection(session, options)
