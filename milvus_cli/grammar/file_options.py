"""Options about files of rows, shared by the commands that read or write them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .command import all_of, option
from .offered import KeyValue, OneOf
from .types import FILE, KEPT_FILE
from .value_types import Character, ColumnNames, Encoding

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "arrow", "npy", "npz")

format_option = option("--format", type=OneOf(FORMATS), help="File format. [default: by file extension]")
delimiter_option = option(
    "--delimiter",
    type=Character(),
    metavar="CHAR",
    help="Delimiter of CSV and TSV files. \\t is a tab.",
)
quote_option = option(
    "--quote",
    type=Character(optional=True),
    default='"',
    metavar="CHAR",
    help="Quote character of CSV and TSV files. '' disables quoting.",
)
null_option = option(
    "--null",
    "nulls",
    multiple=True,
    type=click.STRING,
    metavar="TEXT",
    help="Text to read as null, also when quoted (repeatable).",
)
encoding_option = option(
    "--encoding",
    type=Encoding(),
    default="utf-8",
    show_default=True,
    metavar="NAME",
    help="Encoding of text files.",
)
map_option = option(
    "--map",
    "mapping",
    multiple=True,
    type=KeyValue({}),
    metavar="COLUMN=FIELD",
    help="Field for a column with another name. COLUMN= skips the column (repeatable).",
)
rejects_option = option(
    "--rejects", type=KEPT_FILE, metavar="FILE", help="Write rejected rows and reasons to this JSON Lines file."
)
decimal_option = option(
    "--decimal",
    type=click.Choice((".", ",")),
    default=".",
    show_default=True,
    metavar="CHAR",
    help="Decimal separator of numbers in CSV and TSV files. With a comma, points separate thousands.",
)
layout_options = all_of(
    delimiter_option,
    decimal_option,
    quote_option,
    null_option,
    encoding_option,
    option("--no-header", is_flag=True, help="Treat the first line as a row. Name the columns with --columns."),
    option(
        "--columns",
        type=ColumnNames(),
        default=(),
        metavar="A,B,C",
        help="Column names, instead of a header line.",
    ),
    option(
        "--skip", type=click.IntRange(min=0), default=0, metavar="N", help="Skip this many lines before the header."
    ),
)


def stage_option(text: str, **attributes: Any) -> Callable[[Any], Any]:
    """The option for a place whose files the server imports; `text` is the begin of its help."""
    places = (
        "a directory that the server reads too, DIRECTORY=PATH if it sees that as PATH, or s3://BUCKET/PREFIX or "
        "gs://BUCKET/PREFIX in its object store."
    )
    given = {"default": "", "type": FILE, "metavar": "PLACE", "help": f"{text}{places}", **attributes}
    return option("--stage", **given)
