"""Commands for users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, dry_run_option, option, word
from ..grammar.types import ROLE, USER
from ..result import Done, Report, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-u", "--username", "--user")


@command("create user")
@word("username", *SPELLINGS, metavar="NAME", help="User name.")
@option(
    "-p",
    "--password",
    secret=True,
    twice=True,
    metavar="PASSWORD",
    help="Password of 6 to 256 characters. - asks or reads standard input, @FILE reads a file.",
)
@option(
    "-r", "--roleName", "--role", "roles", multiple=True, type=ROLE, metavar="ROLE", help="Role to grant (repeatable)."
)
@option("-d", "--description", metavar="TEXT", help="Description. Requires Milvus 3.0.")
def create_user(
    session: Session, username: str, password: str, roles: tuple[str, ...], description: str | None
) -> Done:
    """Create a user.

    Asks for the password twice if it is not given.

    \b
    Example: create user -u ann -p @ann.password
    """
    from ..access.users import check_user, create_user

    check_user(username, password)
    return create_user(session.client, username, password, roles, description)


@command("alter user", needs="CreateCredential.description")
@word("username", *SPELLINGS, type=USER, metavar="NAME", help="User.")
@option("-d", "--description", needed=True, metavar="TEXT", help="New description.")
def alter_user(session: Session, username: str, description: str) -> Done:
    """Change the description of a user.

    Requires Milvus 3.0 or newer. `update password` changes the password.

    \b
    Example: alter user ann --description 'on call in May'
    """
    from ..access import users

    return users.alter_user(session.client, username, description)


@command("list users")
def list_users(session: Session) -> Table:
    """List users and their roles.

    \b
    Example: list users
    """
    from ..access.users import user_table

    return user_table(session.client)


@command("show user")
@word("username", *SPELLINGS, type=USER, metavar="NAME", help="User.")
def show_user(session: Session, username: str) -> Report:
    """Show the roles and grants of a user.

    \b
    Example: show user -u root
    """
    from ..access.users import user_report

    return user_report(session.client, username, session.console.note)


@command("delete user")
@word("usernames", *SPELLINGS, multiple=True, type=USER, metavar="NAME", help="User (repeatable).")
@dry_run_option
def delete_user(session: Session, usernames: tuple[str, ...], dry_run: bool) -> Done:
    """Delete users.

    Asks for confirmation unless --yes is given.

    \b
    Example: delete user -u bob --yes
    """
    from ..access.users import user_removal

    return carry_out(session, user_removal(session.client, usernames), dry_run=dry_run)


@command("update password", questions="access:ask_password")
@word("username", *SPELLINGS, type=USER, metavar="NAME", help="User.")
@option(
    "-op",
    "--old-password",
    secret=True,
    metavar="PASSWORD",
    help="Current password. - asks for it. Not needed for the connected user.",
)
@option(
    "-p",
    "--password",
    "--new-password",
    "new_password",
    secret=True,
    twice=True,
    metavar="PASSWORD",
    help="Password of 6 to 256 characters. - asks or reads standard input, @FILE reads a file.",
)
def update_password(session: Session, username: str, old_password: str | None, new_password: str) -> Done:
    """Change a user's password.

    Also updates the connections saved for that user.

    \b
    Example: update password -u ann --old-password @ann.password -p @new.password
    """
    from ..access import access

    access.check_password(new_password)
    if old_password is None:
        old_password = session.password_of(username)
    access.change_password(session.client, username, old_password, new_password)
    aliases = session.password_changed(username, new_password)
    kept = f" and kept it for {', '.join(aliases)}" if aliases else ""
    return Done(f"Changed the password of user {username!r}{kept}.", {"user": username, "connections": aliases})
