"""Commands for row policies, which limit the rows that roles may read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option, named_collection_option, option, word
from ..grammar.offered import OneOf
from ..grammar.options import options
from ..grammar.types import FILTER, ROLE, ROW_POLICY
from ..result import Done, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..access.row_policies import PolicyOptions
    from ..session.session import Session

SPELLINGS = ("-n", "--name", "--policy")
ACTIONS = ("Query", "Search", "Insert", "Delete", "Upsert")


@command("create row_policy", needs="CreateRowPolicy", questions=("collection", "policy", "actions", "roles", "using"))
@word("policy", *SPELLINGS, metavar="NAME", help="Policy name.")
@named_collection_option
@option(
    "--action",
    "actions",
    needed=True,
    multiple=True,
    type=OneOf(ACTIONS, case_sensitive=False),
    metavar="ACTION",
    help="Operation: query, search, insert, delete or upsert (repeatable).",
)
@option("-r", "--role", "roles", needed=True, multiple=True, type=ROLE, metavar="ROLE", help="Role (repeatable).")
@option("--using", default="", type=FILTER, metavar="FILTER", help="Rows that may be read or deleted.")
@option("--check", default="", type=FILTER, metavar="FILTER", help="Rows that may be written.")
@option("-d", "--description", default="", metavar="TEXT", help="Description.")
@options("access.row_policies:PolicyOptions")
def create_row_policy(session: Session, policy: str, collection: str, options: PolicyOptions) -> Done:
    """Create a row policy.

    Limits operations of roles to rows that match a filter. Requires Milvus 3.0 or newer.

    \b
    Example: create row_policy recent -c book --action query --role reader --using 'id > 100'
    """
    from ..access.row_policies import create_policy

    session.require_collection(collection)
    return create_policy(session.client, collection, policy, options)


@command("list row_policies", needs="CreateRowPolicy")
@collection_option
def list_row_policies(session: Session, collection: str) -> Table:
    """List the row policies of a collection.

    \b
    Example: list row_policies -c book
    """
    from ..access.row_policies import policy_table

    session.require_collection(collection)
    return policy_table(session.client, collection)


@command("delete row_policy", needs="CreateRowPolicy", questions=("collection", "policy"))
@word("policy", *SPELLINGS, type=ROW_POLICY, metavar="NAME", help="Policy.")
@named_collection_option
@dry_run_option
def delete_row_policy(session: Session, policy: str, collection: str, dry_run: bool) -> Done:
    """Delete a row policy.

    Asks for confirmation unless --yes is given: roles may see and change more rows without it.

    \b
    Example: delete row_policy recent -c book --yes
    """
    from ..access.row_policies import policy_removal

    session.require_collection(collection)
    return carry_out(session, policy_removal(session.client, collection, policy), dry_run=dry_run)
