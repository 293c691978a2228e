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

roles_word = word(
    "roles", *SPELLINGS, multiple=True, type=ROLE, metavar="ROLE", help="The role; several when repeated."
)
users_option = option(
    "-u",
    "--username",
    "--user",
    "usernames",
    needed=True,
    multiple=True,
    type=USER,
    metavar="NAME",
    help="The user; several when repeated.",
)


@command("create role")
@word("roles", *SPELLINGS, multiple=True, metavar="NAME", help="The role's name; several when repeated.")
def create_role(session: Session, roles: tuple[str, ...]) -> Done:
    """Create a role, or several.

    \b
    Example: create role -r reader
    """
    from ..access.roles import check_roles, create_roles

    check_roles(roles)
    return create_roles(session.client, roles)


@command("list roles")
def list_roles(session: Session) -> Table:
    """List the roles, and the users that have them.

    \b
    Example: list roles
    """
    from ..access.roles import role_table

    return role_table(session.client)


@command("show role")
@word("role", *SPELLINGS, type=ROLE, metavar="NAME", help="The role.")
def show_role(session: Session, role: str) -> Report:
    """Show a role: the users that have it, and what it is granted.

    \b
    Example: show role -r public
    """
    from ..access.roles import role_report

    return role_report(session.client, role)


@command("delete role")
@word("roles", *SPELLINGS, multiple=True, type=ROLE, metavar="NAME", help="The role; several when repeated.")
@dry_run_option
def delete_role(session: Session, roles: tuple[str, ...], dry_run: bool) -> Done:
    """Delete a role, or several, with what they are granted. Only a protected connection asks first.

    \b
    Example: delete role -r old_reader
    """
    from ..access.roles import check_deletable, role_removal

    check_deletable(roles)
    return carry_out(session, role_removal(session.client, roles), dry_run=dry_run)


@command("grant role")
@roles_word
@users_option
def grant_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Give roles to users.

    \b
    Example: grant role -r reader -u ann
    """
    from ..access.roles import give_roles

    return give_roles(session.client, roles, usernames)


@command("revoke role")
@roles_word
@users_option
def revoke_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Take roles from users.

    \b
    Example: revoke role -r reader -u ann
    """
    from ..access.roles import take_roles

    return take_roles(session.client, roles, usernames)
