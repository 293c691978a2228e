"""Commands for users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import carry_out, command, dry_run_option, option, word
from ..grammar.types import ROLE, USER
from ..result import Done, Removal, Report, Section, Table

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-u", "--username", "--user")
GRANT_COLUMNS = ("role", "database", "object_type", "object_name", "privilege")


@command("create user")
@word("username", *SPELLINGS, metavar="NAME", help="The user's name.")
@option(
    "-p",
    "--password",
    secret=True,
    twice=True,
    metavar="PASSWORD",
    help="6 to 256 characters; - asks or reads standard input, @FILE reads a file.",
)
@option("-r", "--roleName", "--role", "roles", multiple=True, type=ROLE, metavar="ROLE", help="A role it gets.")
def create_user(session: Session, username: str, password: str, roles: tuple[str, ...]) -> Done:
    """Create a user. The password is asked for, unseen and twice, when it is not given.

    \b
    Example: create user -u ann -p @ann.password
    """
    from ..access import access

    access.check_user_name(username)
    access.check_password(password)
    client = session.client
    if roles:
        access.require_roles(client, roles)
    access.create_user(client, username, password)
    for role in roles:
        access.operate_role(client, role, username, revoke=False)
    with_roles = f" with {', '.join(roles)}" if roles else ""
    return Done(f"Created user {username!r}{with_roles}.", {"user": username, "roles": list(roles)})


@command("list users")
def list_users(session: Session) -> Table:
    """List the users, and their roles where you may see them.

    \b
    Example: list users
    """
    from ..access import access
    from ..client.optional import permitted

    client = session.client
    names = access.users(client)
    roles = permitted(access.roles_of_users, client)
    return Table(
        ("user", "roles"), [(name, None if roles is None else ", ".join(roles.get(name, ()))) for name in names]
    )


@command("show user")
@word("username", *SPELLINGS, type=USER, metavar="NAME", help="The user.")
def show_user(session: Session, username: str) -> Report:
    """Show a user: its roles, and what each of them is granted.

    \b
    Example: show user -u root
    """
    from ..access import access
    from ..client.optional import Permitted
    from ..text.names import missing_name

    client, permitted = session.client, Permitted()
    roles = access.roles_of_users(client, username).get(username)
    if roles is None:
        known = permitted(access.users, client) or []
        raise missing_name("user", username, known, "list users shows all")
    grants = permitted(access.grants, client, roles, access.databases(client))
    permitted.tell(session.console.note)
    rows = [grant.key for grant in grants or ()]
    section = Section(
        "grants", Table(GRANT_COLUMNS, rows), [dict(zip(GRANT_COLUMNS, row, strict=True)) for row in rows]
    )
    return Report({"user": username, "roles": roles}, [section])


@command("delete user")
@word("usernames", *SPELLINGS, multiple=True, type=USER, metavar="NAME", help="The user; several when repeated.")
@dry_run_option
def delete_user(session: Session, usernames: tuple[str, ...], dry_run: bool) -> Done:
    """Delete a user, or several. It asks first, or takes --yes.

    \b
    Example: delete user -u bob --yes
    """
    from ..access import access
    from ..client.optional import permitted

    client = session.client
    access.require_users(client, usernames)
    roles = permitted(access.roles_of_users, client) or {}
    having = sorted({role for name in usernames for role in roles.get(name, ())})

    def act() -> None:
        for name in dict.fromkeys(usernames):
            client.call("DeleteCredential", username=name)

    what = f"user{'' if len(usernames) == 1 else 's'} {', '.join(map(repr, usernames))}"
    also = f"with the role{'' if len(having) == 1 else 's'} {', '.join(having)}" if having else ""
    return carry_out(session, Removal("delete", what, also, {"users": list(usernames)}, act), dry_run=dry_run)


@command("update password")
@word("username", *SPELLINGS, type=USER, metavar="NAME", help="The user.")
@option(
    "-op",
    "--old-password",
    secret=True,
    metavar="PASSWORD",
    help="The one it has now; - asks. Not needed for the user that you are connected as.",
)
@option(
    "-p",
    "--password",
    "--new-password",
    "new_password",
    secret=True,
    twice=True,
    metavar="PASSWORD",
    help="6 to 256 characters; - asks or reads standard input, @FILE reads a file.",
)
def update_password(session: Session, username: str, old_password: str | None, new_password: str) -> Done:
    """Change a user's password, and keep it with the connections that are saved for that user.

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
