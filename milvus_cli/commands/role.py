"""Commands for roles, and for giving them to users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, dry_run_option, option, word
from ..grammar.types import ROLE, USER
from ..result import Done, Report, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-r", "--roleName", "--role-name", "--role")

roles_word = word("roles", *SPELLINGS, multiple=True, type=ROLE, metavar="ROLE", help="Role (repeatable).")
users_option = option(
    "-u",
    "--username",
    "--user",
    "usernames",
    needed=True,
    multiple=True,
    type=USER,
    metavar="NAME",
    help="User (repeatable).",
)


@command("create role")
@word("roles", *SPELLINGS, multiple=True, metavar="NAME", help="Role name (repeatable).")
@option("-d", "--description", default="", metavar="TEXT", help="Description. Requires Milvus 3.0.")
def create_role(session: Session, roles: tuple[str, ...], description: str) -> Done:
    """Create roles.

    \b
    Example: create role -r reader
    """
    from ..access.roles import check_roles, create_roles

    check_roles(roles)
    return create_roles(session.client, roles, description)


@command("alter role", needs="AlterRole")
@word("role", *SPELLINGS, type=ROLE, metavar="NAME", help="Role.")
@option("-d", "--description", needed=True, metavar="TEXT", help="New description.")
def alter_role(session: Session, role: str, description: str) -> Done:
    """Change the description of a role.

    Requires Milvus 3.0 or newer.

    \b
    Example: alter role reader --description 'may search books'
    """
    from ..access import roles

    return roles.alter_role(session.client, role, description)


@command("list roles")
def list_roles(session: Session) -> Table:
    """List roles and their users.

    \b
    Example: list roles
    """
    from ..access.roles import role_table

    return role_table(session.client)


@command("show role")
@word("role", *SPELLINGS, type=ROLE, metavar="NAME", help="Role.")
def show_role(session: Session, role: str) -> Report:
    """Show the users and grants of a role.

    \b
    Example: show role -r public
    """
    from ..access.roles import role_report

    return role_report(session.client, role)


@command("delete role")
@word("roles", *SPELLINGS, multiple=True, type=ROLE, metavar="NAME", help="Role (repeatable).")
@option("--force", is_flag=True, help="Have the server delete the grants, in one step. Requires Milvus 2.5.")
@dry_run_option
def delete_role(session: Session, roles: tuple[str, ...], force: bool, dry_run: bool) -> Done:
    """Delete roles and their grants.

    Only a protected connection asks for confirmation. Grants are revoked one by one, or with --force by the server.

    \b
    Example: delete role -r old_reader
    """
    from ..access.roles import check_deletable, role_removal

    check_deletable(roles)
    return carry_out(session, role_removal(session.client, roles, force=force), dry_run=dry_run)


@command("grant role")
@roles_word
@users_option
def grant_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Grant roles to users.

    \b
    Example: grant role -r reader -u ann
    """
    from ..access.roles import give_roles

    return give_roles(session.client, roles, usernames)


@command("revoke role")
@roles_word
@users_option
def revoke_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Revoke roles from users.

    \b
    Example: revoke role -r reader -u ann
    """
    from ..access.roles import take_roles

    return take_roles(session.client, roles, usernames)
