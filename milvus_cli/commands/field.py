"""Commands for the fields of existing collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInput
from ..grammar.command import collection_option, command, dry_run_option, named_collection_option, option, switch
from ..grammar.options import options
from ..grammar.types import FIELD, FIELD_DECLARATION, FIELD_PROPERTY, FIELD_PROPERTY_KEY
from ..result import Done
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..server.fields import NewFieldOptions
    from ..session.session import Session


@command("create field", operation="AddCollectionField")
@named_collection_option
@option(
    "-f",
    "--field",
    "fields",
    needed=True,
    multiple=True,
    type=FIELD_DECLARATION,
    metavar="NAME:TYPE[:ARG]",
    help="Field to add, as for `create collection` (repeatable). Also accepts JSON.",
)
@switch(
    "--nullable",
    "nullable",
    default=True,
    help="Add nullable fields. Servers may refuse others, as existing rows have no value. [default: TRUE]",
)
@option("--default", "defaults", multiple=True, metavar="FIELD=VALUE", help="Default value of a field (repeatable).")
@options("server.fields:NewFieldOptions")
def create_field(session: Session, options: NewFieldOptions) -> Done:
    """Add fields to a collection.

    Existing rows get the default value, or null. Requires Milvus 2.6 or newer.

    \b
    Example: create field -c book -f year:INT16 --default year=1815
    """
    from ..server.fields import create_fields

    return create_fields(session, options)


@command("delete field", operation="AlterCollectionSchema.drop_field")
@collection_option
@option("-f", "--field", "--field-name", "field", needed=True, type=FIELD, metavar="FIELD", help="Field.")
@dry_run_option
def delete_field(session: Session, collection: str, field: str, dry_run: bool) -> Done:
    """Delete a field of a collection.

    Deletes its values in all rows, and its index. Requires Milvus 3.0 or newer. Asks for confirmation unless --yes is
    given.

    \b
    Example: delete field -c book -f year --dry-run
    """
    from ..server.fields import field_removal

    return carry_out(session, field_removal(session, collection, field), dry_run=dry_run)


@command(
    "alter collection_field",
    questions="settings:ask_property",
    asks_without=("properties", "keys"),
    operation="AlterCollectionField",
)
@collection_option
@option("-f", "--field", "--field-name", "field", needed=True, type=FIELD, metavar="FIELD", help="Field.")
@option(
    "--set",
    "-p",
    "--property",
    "properties",
    multiple=True,
    type=FIELD_PROPERTY,
    metavar="KEY=VALUE",
    help="Property to set, e.g. max_length or field.description (repeatable).",
)
@option(
    "--unset", "keys", multiple=True, type=FIELD_PROPERTY_KEY, metavar="KEY", help="Property to remove (repeatable)."
)
def alter_collection_field(
    session: Session, collection: str, field: str, properties: tuple[tuple[str, str], ...], keys: tuple[str, ...]
) -> Done:
    """Change properties of a field.

    Requires Milvus 2.5 or newer, --unset 2.5.13, and field.description 2.6.9.

    \b
    Example: alter collection_field -c book -f title --set max_length=400
    """
    from ..server.fields import alter_field

    if bool(properties) == bool(keys):
        raise InvalidInput("give either --set KEY=VALUE or --unset KEY", hint="help alter collection_field")
    return alter_field(session, collection, field, properties=properties, keys=keys)
