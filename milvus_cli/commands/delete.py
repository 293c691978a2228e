"""Commands that delete rows of a collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import TEXT, carry_out, collection_option, command, dry_run_option, option, param_option
from ..grammar.types import FILTER, PARTITION
from ..result import Done, Removal

if TYPE_CHECKING:
    from ..rows.selection import Selection
    from ..session.session import Session

partition_option = option("-p", "--partition", type=PARTITION, metavar="NAME", help="Only in this partition.")


@command("delete entities")
@collection_option
@option(
    "-e",
    "--expr",
    "--filter",
    "expression",
    needed=True,
    type=FILTER,
    metavar="EXPR",
    help="The rows for which this holds.",
)
@param_option
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
    """Delete the rows for which a filter holds. It says how many, and asks first, or takes --yes.

    \b
    Example: delete entities -c book -e 'id > 1000' --yes
    """
    from ..client.optional import permitted
    from ..rows.filters import filled
    from ..rows.selection import exact_count, selected

    selection = selected(
        session.client,
        collection,
        fields="*",
        filter=filled(expression, parameters),
        partitions=(partition,) if partition else (),
    )
    matching = permitted(exact_count, session.client, selection)
    return _delete(session, selection, matching, f"where {selection.filter}", dry_run=dry_run)


@command("delete ids")
@collection_option
@option(
    "--ids",
    needed=True,
    type=TEXT,
    metavar="1,2,3",
    help="Primary keys, with commas between, or a JSON list; @FILE reads a file, - standard input.",
)
@partition_option
@dry_run_option
def delete_ids(session: Session, collection: str, ids: str, partition: str | None, dry_run: bool) -> Done:
    """Delete rows by their primary keys. It says how many there are, and asks first, or takes --yes.

    \b
    Example: delete ids -c book --ids 1001,1002 --yes
    """
    from ..rows.selection import count_if_loaded, parse_keys, selected, with_keys

    plain = selected(session.client, collection, partitions=(partition,) if partition else ())
    keys = parse_keys(ids, plain)
    selection = with_keys(plain, keys)
    matching = count_if_loaded(session.client, selection)
    return _delete(session, selection, matching, f"by {len(keys)} id{'' if len(keys) == 1 else 's'}", dry_run=dry_run)


def _delete(session: Session, selection: Selection, matching: int | None, which: str, *, dry_run: bool) -> Done:
    made = {"collection": selection.collection, "count": matching}
    if matching == 0:
        return Done(f"No row of {selection.collection!r} to delete {which}.", {**made, "deleted": False})
    rows = "rows" if matching is None else "1 row" if matching == 1 else f"{matching} rows"
    removal = Removal(
        "delete",
        f"{rows} of {selection.collection!r} {which}",
        "how many there are is not known, as they can't be read" if matching is None else "",
        made,
        lambda: session.client.call(
            "Delete",
            collection_name=selection.collection,
            expr=selection.filter,
            partition_name=next(iter(selection.partitions), ""),
        ),
    )
    return carry_out(session, removal, dry_run=dry_run)
