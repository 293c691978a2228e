"""Commands that delete rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import collection_option, command, dry_run_option
from ..grammar.row_options import ids_option, needed_filter_options, partition_option
from ..result import Done
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session


@command("delete entities")
@collection_option
@needed_filter_options
@partition_option
@dry_run_option
def delete_entities(
    session: Session,
    collection: str,
    expression: str,
    parameters: tuple[tuple[str, str], ...],
    partition: str | None,
    dry_run: bool,
) -> Done:
    """Delete rows by a filter.

    Shows how many rows match and asks for confirmation unless --yes is given.

    \b
    Example: delete entities -c book -e 'id > 1000' --yes
    """
    from ..rows.deleting import removal_by_filter

    removal = removal_by_filter(session.client, collection, expression, parameters, partition)
    return removal if isinstance(removal, Done) else carry_out(session, removal, dry_run=dry_run)


@command("delete ids")
@collection_option
@ids_option
@partition_option
@dry_run_option
def delete_ids(session: Session, collection: str, ids: str, partition: str | None, dry_run: bool) -> Done:
    """Delete rows by primary key.

    Shows how many rows match and asks for confirmation unless --yes is given.

    \b
    Example: delete ids -c book --ids 1001,1002 --yes
    """
    from ..rows.deleting import removal_by_ids

    removal = removal_by_ids(session.client, collection, ids, partition)
    return removal if isinstance(removal, Done) else carry_out(session, removal, dry_run=dry_run)
