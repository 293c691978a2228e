"""Commands for the functions of existing collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.command import collection_option, command, dry_run_option, option
from ..grammar.offered import KeyValue
from ..grammar.options import options
from ..grammar.types import FIELD, FIELD_DECLARATION, FUNCTION, FUNCTION_TYPE, INDEX_DECLARATION, VECTOR_FIELD
from ..result import Done
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.functions import NewFunctionOptions
    from ..session.session import Session

NAME_SPELLINGS = ("-n", "--name", "--function-name")
FUNCTION_PARAMETER = KeyValue({})


@command(
    "create function", operation="AddCollectionFunction", questions=("collection", "name", "kind", "inputs", "output")
)
@collection_option
@option(*NAME_SPELLINGS, "name", needed=True, metavar="NAME", help="Function name.")
@option(
    "-t",
    "--type",
    "kind",
    needed=True,
    type=FUNCTION_TYPE,
    metavar="TYPE",
    help="Function type: BM25, TextEmbedding or MinHash.",
)
@option(
    "--input-field",
    "inputs",
    needed=True,
    multiple=True,
    type=FIELD,
    metavar="FIELD",
    help="Field that the function reads (repeatable).",
)
@option(
    "--output-field",
    "output",
    type=VECTOR_FIELD,
    default="",
    metavar="FIELD",
    help="Field that the function fills. BM25 adds it if missing.",
)
@option(
    "-f",
    "--field",
    "field",
    type=FIELD_DECLARATION,
    default="",
    metavar="NAME:TYPE[:ARG]",
    help="New field that the function fills, as for `create collection`.",
)
@option(
    "--index",
    "index",
    type=INDEX_DECLARATION,
    default="",
    metavar="FIELD[:TYPE[:METRIC[:KEY=VALUE…]]]",
    help="Index of the new field. [default: SPARSE_INVERTED_INDEX with BM25, MINHASH_LSH with MHJACCARD]",
)
@option(
    "--param",
    "params",
    multiple=True,
    type=FUNCTION_PARAMETER,
    metavar="KEY=VALUE",
    help="Parameter of the function, e.g. provider=openai (repeatable).",
)
@option("--description", default="", metavar="TEXT", help="Description.")
@options("server.functions:NewFunctionOptions")
def create_function(session: Session, options: NewFunctionOptions) -> Done:
    """Add a function to a collection.

    The output field exists (Milvus 2.6.8 to 2.6), or is added with its index (Milvus 3.0 or newer), which also fills
    it in existing rows.

    \b
    Example: create function -c book -n title_bm25 -t BM25 --input-field title --output-field title_sparse
    Example: create function -c book -n minhash -t MinHash --input-field title -f signature:BINARY_VECTOR:1024
    """
    from ..server import functions

    return functions.create_function(session, options)


@command("alter function", operation="AlterCollectionFunction")
@collection_option
@option(*NAME_SPELLINGS, "name", needed=True, type=FUNCTION, metavar="NAME", help="Function.")
@option(
    "--set",
    "properties",
    multiple=True,
    type=FUNCTION_PARAMETER,
    metavar="KEY=VALUE",
    help="Parameter to set (repeatable).",
)
@option("--unset", "keys", multiple=True, metavar="KEY", help="Parameter to remove (repeatable).")
@option("--description", metavar="TEXT", help="New description.")
def alter_function(
    session: Session,
    collection: str,
    name: str,
    properties: tuple[tuple[str, str], ...],
    keys: tuple[str, ...],
    description: str | None,
) -> Done:
    """Change parameters of a function.

    Keeps its fields, and the parameters that are not given. Requires Milvus 2.6.8 or newer.

    \b
    Example: alter function -c book -n embed --set model_name=text-embedding-3-large
    """
    from ..server import functions

    if not properties and not keys and description is None:
        raise InvalidInput("nothing to change", hint="give --set KEY=VALUE, --unset KEY or --description TEXT")
    return functions.alter_function(
        session, collection, name, properties=properties, keys=keys, description=description
    )


@command("delete function", operation="DropCollectionFunction")
@collection_option
@option(*NAME_SPELLINGS, "name", needed=True, type=FUNCTION, metavar="NAME", help="Function.")
@dry_run_option
def delete_function(session: Session, collection: str, name: str, dry_run: bool) -> Done:
    """Delete a function of a collection.

    Milvus 3.0 and newer delete its output field too, 2.6.8 and later 2.6 keep it. Asks for confirmation unless --yes
    is given.

    \b
    Example: delete function -c book -n title_bm25 --dry-run
    """
    from ..server.functions import function_removal

    return carry_out(session, function_removal(session, collection, name), dry_run=dry_run)
