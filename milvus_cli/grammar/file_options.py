"""Options about files of rows, shared by the commands that read or write them."""

from __future__ import annotations

import click

from .command import all_of, option
from .offered import OneOf
from .value_types import Character, ColumnNames, Encoding

FORMATS = ("csv", "tsv", "json", "jsonl", "parquet", "arrow", "npy", "npz")

format_option = option("--format", type=OneOf(FORMATS), help="The format, if the file's name does not tell.")
delimiter_option = option(
    "--delimiter",
    type=Character(),
    metavar="CHAR",
    help="What separates the values of CSV and TSV files; \\t is a tab.",
)
quote_option = option(
    "--quote",
    type=Character(optional=True),
    default='"',
    metavar="CHAR",
    help="The quote of CSV and TSV files; '' takes quotes as plain text.",
)
null_option = option(
    "--null",
    "nulls",
    multiple=True,
    type=click.STRING,
    metavar="TEXT",
    help="A text that means null, in quotes too (repeatable).",
)
encoding_option = option(
    "--encoding",
    type=Encoding(),
    default="utf-8",
    show_default=True,
    metavar="NAME",
    help="The encoding of text files.",
)
layout_options = all_of(
    delimiter_option,
    quote_option,
    null_option,
    encoding_option,
    option("--no-header", is_flag=True, help="The first line is a row; --columns names the columns."),
    option(
        "--columns",
        type=ColumnNames(),
        default=(),
        metavar="A,B,C",
        help="Names of the columns, instead of a header's.",
    ),
    option(
        "--skip", type=click.IntRange(min=0), default=0, metavar="N", help="Skip this many lines before the header."
    ),
)
