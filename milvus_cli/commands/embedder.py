"""Commands for embedders, which turn texts into vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..grammar.command import argument, command, option, word
from ..grammar.options import options
from ..grammar.types import EMBEDDER
from ..result import Done, Record, Table

if TYPE_CHECKING:
    from ..embedding.registry import EmbedderOptions
    from ..session.session import Session


@command("create embedder")
@argument("name", metavar="NAME")
@option(
    "--url", default="", metavar="URL", help="OpenAI-compatible API, with or without /v1 and /embeddings at its end."
)
@option("--model", default="", metavar="NAME", help="Model, as the server calls it.")
@option("--command", default="", metavar="CMD", help="Command that reads texts and prints vectors, instead of --url.")
@option(
    "--token",
    secret=True,
    metavar="TOKEN",
    help="Token that the server requires, or @FILE. - asks or reads standard input.",
)
@option("--token-env", default="", metavar="NAME", help="Read the token from this environment variable at each use.")
@option("--dim", type=click.IntRange(1, 32_768), default=0, metavar="N", help="Dimension of the vectors.")
@option("--send-dim", is_flag=True, help="Ask the model for vectors of --dim numbers, which not every model can make.")
@option(
    "--batch-size",
    type=click.IntRange(1, 100_000),
    default=0,
    metavar="N",
    help="Texts per request. [default: 32, or 1000 of a command]",
)
@option("--query-prefix", default="", metavar="TEXT", help="Text to put before each query, as some models require.")
@option("--row-prefix", default="", metavar="TEXT", help="Text to put before the text of each row.")
@option("--force", is_flag=True, help="Replace an embedder of this name.")
@options("embedding.registry:EmbedderOptions")
def create_embedder(session: Session, options: EmbedderOptions) -> Done:
    """Create an embedder of texts.

    It turns texts of rows and queries into vectors: a model of any server with OpenAI's embeddings API, or a command.
    Nothing is sent: `show embedder --check` tries it. `help embedding` describes both.

    \b
    Example: create embedder local --url http://127.0.0.1:11434 --model nomic-embed-text
    Example: create embedder shell --command 'while read -r line; do echo "[0.1, 0.2, 0.3, 0.4]"; done'
    """
    from ..embedding.registry import create_embedder

    return create_embedder(session, options)


@command("list embedders")
def list_embedders(session: Session) -> Table:
    """List embedders.

    \b
    Example: list embedders
    """
    from ..embedding.registry import embedder_table

    return embedder_table(session)


@command("show embedder")
@word("name", "--name", type=EMBEDDER, metavar="NAME", help="Embedder.")
@option("--check", is_flag=True, help="Embed one text and show dimension, length of the vector and latency.")
def show_embedder(session: Session, name: str, check: bool) -> Record:
    """Show the parameters of an embedder.

    Also shows the vector fields that it is known to fill.

    \b
    Example: show embedder shell --check
    """
    from ..embedding.registry import embedder_record

    return embedder_record(session, name, check=check)


@command("delete embedder")
@word("name", "--name", type=EMBEDDER, metavar="NAME", help="Embedder to delete.")
def delete_embedder(session: Session, name: str) -> Done:
    """Delete an embedder.

    Its token is deleted too.

    \b
    Example: delete embedder local
    """
    from ..embedding.registry import delete_embedder

    return delete_embedder(session, name)
