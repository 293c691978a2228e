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
    word("roles", *ROLE_SPELLINGS, multiple=True, type=ROLE, metavar="ROLE", help="The role; several when repeated."),
    option(
        "-o",
        "--objectName",
        "--object-name",
        "objects",
        multiple=True,
        type=OBJECT,
        metavar="NAME",
        help="A collection or a user, * is all of them; several when repeated. Global has * only.",
    ),
    option(
        "-ot",
        "--objectType",
        "--object-type",
        "object_type",
        type=OBJECT_TYPE,
        metavar="TYPE",
        help="Collection, Global or User; as the privilege says if not given.",
    ),
    option(
        "-p",
        "--privilege",
        "privileges",
        needed=True,
        multiple=True,
        type=PRIVILEGES,
        metavar="NAME,…",
        help="A privilege, or a group of them; several with commas, or when repeated.",
    ),
    option(
        "-db",
        "--db",
        "--db_name",
        "database",
        type=ONE_DATABASE,
        metavar="NAME",
        help="The database of the object; * is every one. The current one if not given.",
    ),
    option("--force", is_flag=True, help="Send names that are not known here."),
)


@command("grant privilege", questions="access:ask_privilege")
@grant_options
@options("access.granting:GrantOptions")
def grant_privilege(session: Session, options: GrantOptions) -> Done:
    """Let roles do something: privileges on a collection, on a user, or on all.

    It is for one database, whatever it is about. Seconds may pass until Milvus heeds it.

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
    """Take privileges back from roles.

    \b
    Example: revoke privilege -r reader -p Search -o book
    """
    from ..access.granting import revoke

    return revoke(session.client, options)


@command("list grants")
@word("roles", *ROLE_SPELLINGS, needed=False, multiple=True, type=ROLE, metavar="ROLE", help="Only of this role.")
@option("-o", "--objectName", "--object-name", "object_name", type=OBJECT, metavar="NAME", help="Only on this object.")
@option(
    "-t",
    "-ot",
    "--objectType",
    "--object-type",
    "object_type",
    type=OBJECT_TYPE,
    metavar="TYPE",
    help="Only on this type of object.",
)
@option("-db", "--db", "--db_name", "database", type=ONE_DATABASE, metavar="NAME", help="Only in this database.")
def list_grants(
    session: Session, roles: tuple[str, ...], object_name: str | None, object_type: str | None, database: str | None
) -> Table:
    """List what roles are granted, in every database.

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
        help="A privilege; several with commas, or when repeated.",
    ),
    option("--force", is_flag=True, help="Send names that are not known here."),
)


@command("create privilege_group")
@word("group", *GROUP_SPELLINGS, metavar="NAME", help="The group's name.")
@option(
    "-p",
    "--privileges",
    "--privilege",
    "privileges",
    multiple=True,
    type=PRIVILEGES,
    metavar="NAME,…",
    help="What is in it from the start.",
)
@option("--force", is_flag=True, help="Send names that are not known here.")
def create_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Create a group of privileges, which roles can be granted as one (Milvus 2.5 and newer).

    \b
    Example: create privilege_group -n readers -p Search,Query
    """
    from ..access.privilege_groups import check_privileges, create_group

    names = _flat(privileges)
    check_privileges(names, force=force)
    return create_group(session.client, group, names)


@command("list privilege_groups")
def list_privilege_groups(session: Session) -> Table:
    """List the groups of privileges, and what is in each (Milvus 2.5 and newer).

    \b
    Example: list privilege_groups
    """
    from ..access.privilege_groups import group_table

    return group_table(session.client)


@command("delete privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@dry_run_option
def delete_privilege_group(session: Session, group: str, dry_run: bool) -> Done:
    """Delete a group of privileges (Milvus 2.5 and newer). It asks first, or takes --yes.

    \b
    Example: delete privilege_group -n readers --yes
    """
    from ..access.privilege_groups import group_removal

    return carry_out(session, group_removal(session.client, group), dry_run=dry_run)


@command("grant privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@group_options
def grant_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Put privileges into a group (Milvus 2.5 and newer).

    \b
    Example: grant privilege_group -n readers -p GetStatistics,ShowPartitions
    """
    from ..access.privilege_groups import change_group, check_privileges

    names = _flat(privileges)
    check_privileges(names, force=force)
    return change_group(session.client, group, names, remove=False)


@command("revoke privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@group_options
def revoke_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Take privileges out of a group (Milvus 2.5 and newer).

    \b
    Example: revoke privilege_group -n readers -p GetStatistics
    """
    from ..access.privilege_groups import change_group, check_privileges

    names = _flat(privileges)
    check_privileges(names, force=force)
    return change_group(session.client, group, names, remove=True)


def _flat(privileges: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for each in privileges for name in each))
