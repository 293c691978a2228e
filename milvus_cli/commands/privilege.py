"""Commands for grants and for privilege groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..grammar.command import all_of, command, dry_run_option, option, word
from ..grammar.options import options
from ..grammar.types import OBJECT, OBJECT_TYPE, ONE_DATABASE, PRIVILEGE_GROUP, PRIVILEGES, ROLE
from ..result import Done, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..access.granting import GrantOptions
    from ..session.session import Session

ROLE_SPELLINGS = ("-r", "--roleName", "--role-name", "--role")


grant_options = all_of(
    word("roles", *ROLE_SPELLINGS, multiple=True, type=ROLE, metavar="ROLE", help="Role (repeatable)."),
    option(
        "-o",
        "--objectName",
        "--object-name",
        "objects",
        multiple=True,
        type=OBJECT,
        metavar="NAME",
        help="Collection or user, or * for all (repeatable). Global requires *.",
    ),
    option(
        "-ot",
        "--objectType",
        "--object-type",
        "object_type",
        type=OBJECT_TYPE,
        metavar="TYPE",
        help="Object type: Collection, Global or User. [default: by privilege]",
    ),
    option(
        "-p",
        "--privilege",
        "privileges",
        needed=True,
        multiple=True,
        type=PRIVILEGES,
        metavar="NAME,…",
        help="Privilege or privilege group (repeatable or comma-separated).",
    ),
    option(
        "-db",
        "--db",
        "--db_name",
        "database",
        type=ONE_DATABASE,
        metavar="NAME",
        help="Database of the object, or * for all. [default: the current one]",
    ),
    option("--force", is_flag=True, help="Send names this client does not recognize."),
)


@command("grant privilege", questions="access:ask_privilege")
@grant_options
@options("access.granting:GrantOptions")
def grant_privilege(session: Session, options: GrantOptions) -> Done:
    """Grant privileges to roles.

    A grant applies to one database. Milvus may take a few seconds to apply it.

    \b
    Example: grant privilege -r reader -p Search,Query -o book
    Example: grant privilege -r reader -ot Global -o '*' -p CreateCollection
    """
    from ..access.granting import grant

    return grant(session.client, options, session.console.note)


@command("revoke privilege", questions="access:ask_privilege")
@grant_options
@options("access.granting:GrantOptions")
def revoke_privilege(session: Session, options: GrantOptions) -> Done:
    """Revoke privileges from roles.

    \b
    Example: revoke privilege -r reader -p Search -o book
    """
    from ..access.granting import revoke

    return revoke(session.client, options)


@command("list grants")
@word(
    "roles",
    *ROLE_SPELLINGS,
    needed=False,
    multiple=True,
    type=ROLE,
    metavar="ROLE",
    help="List only this role's (repeatable).",
)
@option(
    "-o",
    "--objectName",
    "--object-name",
    "object_name",
    type=OBJECT,
    metavar="NAME",
    help="List only grants on this object.",
)
@option(
    "-t",
    "-ot",
    "--objectType",
    "--object-type",
    "object_type",
    type=OBJECT_TYPE,
    metavar="TYPE",
    help="List only grants on this object type.",
)
@option(
    "-db",
    "--db",
    "--db_name",
    "database",
    type=ONE_DATABASE,
    metavar="NAME",
    help="List only grants in this database. [default: all]",
)
def list_grants(
    session: Session, roles: tuple[str, ...], object_name: str | None, object_type: str | None, database: str | None
) -> Table:
    """List the privileges granted to roles.

    Covers every database.

    \b
    Example: list grants
    Example: list grants -r reader -o book -t Collection
    """
    from ..access.granting import grant_table

    return grant_table(session.client, roles, object_name, object_type, database)


GROUP_SPELLINGS = ("-n", "--name")


group_options = all_of(
    option(
        "-p",
        "--privileges",
        "--privilege",
        "privileges",
        needed=True,
        multiple=True,
        type=PRIVILEGES,
        metavar="NAME,…",
        help="Privilege (repeatable or comma-separated).",
    ),
    option("--force", is_flag=True, help="Send names this client does not recognize."),
)


@command("create privilege_group")
@word("group", *GROUP_SPELLINGS, metavar="NAME", help="Group name.")
@option(
    "-p",
    "--privileges",
    "--privilege",
    "privileges",
    multiple=True,
    type=PRIVILEGES,
    metavar="NAME,…",
    help="Initial privileges (repeatable or comma-separated).",
)
@option("--force", is_flag=True, help="Send names this client does not recognize.")
def create_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Create a privilege group.

    Roles can be granted a group like a single privilege. Requires Milvus 2.5 or newer.

    \b
    Example: create privilege_group -n readers -p Search,Query
    """
    from ..access.privilege_groups import check_privileges, create_group

    names = _flat(privileges)
    check_privileges(names, force=force)
    return create_group(session.client, group, names)


@command("list privilege_groups")
def list_privilege_groups(session: Session) -> Table:
    """List privilege groups.

    Requires Milvus 2.5 or newer.

    \b
    Example: list privilege_groups
    """
    from ..access.privilege_groups import group_table

    return group_table(session.client)


@command("delete privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="Group.")
@dry_run_option
def delete_privilege_group(session: Session, group: str, dry_run: bool) -> Done:
    """Delete a privilege group.

    Asks for confirmation unless --yes is given. Requires Milvus 2.5 or newer.

    \b
    Example: delete privilege_group -n readers --yes
    """
    from ..access.privilege_groups import group_removal

    return carry_out(session, group_removal(session.client, group), dry_run=dry_run)


@command("grant privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="Group.")
@group_options
def grant_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Add privileges to a group.

    Requires Milvus 2.5 or newer.

    \b
    Example: grant privilege_group -n readers -p GetStatistics,ShowPartitions
    """
    from ..access.privilege_groups import change_group, check_privileges

    names = _flat(privileges)
    check_privileges(names, force=force)
    return change_group(session.client, group, names, remove=False)


@command("revoke privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="Group.")
@group_options
def revoke_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Remove privileges from a group.

    Requires Milvus 2.5 or newer.

    \b
    Example: revoke privilege_group -n readers -p GetStatistics
    """
    from ..access.privilege_groups import change_group, check_privileges

    names = _flat(privileges)
    check_privileges(names, force=force)
    return change_group(session.client, group, names, remove=True)


def _flat(privileges: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for each in privileges for name in each))
