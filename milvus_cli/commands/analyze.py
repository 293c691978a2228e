"""The command that shows what analyzers make of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, option, optional_collection_option, word
from ..grammar.options import options
from ..grammar.params import TEXT
from ..grammar.types import FIELD
from ..result import Table

if TYPE_CHECKING:
    from ..server.analyzer import AnalyzeOptions
    from ..session.session import Session


@command("analyze", needs="RunAnalyzer")
@word("texts", "--text", multiple=True, type=TEXT, metavar="TEXT", help="Text (repeatable). @FILE reads a file.")
@optional_collection_option("Collection whose field has the analyzer.")
@option("-f", "--field", default="", type=FIELD, metavar="FIELD", help="Field whose analyzer to run.")
@option("--analyzer", "names", multiple=True, metavar="NAME", help="Analyzer of a field that has several (repeatable).")
@option("--params", default="", type=TEXT, metavar="JSON", help="Analyzer as JSON. [default: the standard analyzer]")
@option("--detail", is_flag=True, help="Show offsets and positions.")
@option("--hash", "hashes", is_flag=True, help="Show the hash of each token.")
@option("--phrase", default="", metavar="TEXT", help="Show the slop with which phrase_match finds this in each text.")
@options("server.analyzer:AnalyzeOptions")
def analyze(session: Session, texts: tuple[str, ...], options: AnalyzeOptions) -> Table:
    """Show the tokens of a text.

    Runs the analyzer of a field, or one given by its parameters. Requires Milvus 2.5.11 or newer.

    \b
    Example: analyze 'The white whale' --params '{"type": "english"}' --detail
    Example: analyze 'The white whale' -c book -f title
    """
    from ..server import analyzer

    return analyzer.analyze(session, texts, options)
