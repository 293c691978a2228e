"""The layout of text files: delimiter, quote, nulls, encoding and header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..errors import InvalidInput
from .sources import InputFile, files_of_rows

SEPARATED = ("csv", "tsv")
TEXT_FORMATS = (*SEPARATED, "json", "jsonl")
DELIMITERS = {"csv": ",", "tsv": "\t"}
"""Delimiters by format."""
UTF8 = "utf-8"
POINT, COMMA = ".", ","
OPTION_NAMES = {"nulls": "--null", "no_header": "--no-header"}
"""Options whose names are not those of the fields."""


@dataclass(frozen=True)
class TextLayout:
    """The layout of a text file. Without `delimiter`, it is that of the format; without `quote`, quotes are plain text.

    Cells equal to one of `nulls` are null. `columns` name the columns, in place of the header if there is one.
    `skip` is the number of lines before the header, and `decimal` the decimal separator of numbers.
    """

    delimiter: str | None = None
    quote: str = '"'
    nulls: Sequence[str] = ()
    encoding: str = UTF8
    no_header: bool = False
    columns: Sequence[str] = ()
    skip: int = 0
    decimal: str = POINT

    @property
    def layout(self) -> TextLayout:
        """This layout alone, where it is part of other options."""
        return TextLayout(**{name: getattr(self, name) for name in LAYOUT_FIELDS})

    @property
    def given(self) -> Mapping[str, Any]:
        """The values that differ from the defaults, by the name of their option."""
        chosen = {name: getattr(self, name) for name in LAYOUT_FIELDS}
        return {
            OPTION_NAMES.get(name, f"--{name}"): list(value) if isinstance(value, tuple) else value
            for name, value in chosen.items()
            if value != LAYOUT_FIELDS[name]
        }

    def require_use(self, files: Sequence[InputFile]) -> None:
        """Raises InvalidInput for options that have no meaning for the format of one of the files."""
        for file in files_of_rows(files):
            for option in self.given:
                if file.format not in (TEXT_FORMATS if option == "--encoding" else SEPARATED):
                    what = "text files" if option == "--encoding" else "CSV and TSV files"
                    raise InvalidInput(f"{option} is for {what}, and {file.name} is {file.format}")


LAYOUT_FIELDS = {each.name: each.default for each in fields(TextLayout)}
PLAIN = TextLayout()
"""The layout of a file of which nothing else was said."""
