"""Options of the commands that search for the queries of a file."""

from __future__ import annotations

from .command import option
from .types import FIELD, FILE

queries_option = option(
    "--queries",
    needed=True,
    type=FILE,
    metavar="FILE",
    help='Queries as JSON lines: {"id": …, "vector": …} or {"id": …, "text": …}.',
)
document_option = option(
    "--doc-field",
    "document",
    type=FIELD,
    metavar="FIELD",
    help="Field with the id of a row's document. [default: the primary key]",
)
