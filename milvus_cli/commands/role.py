"""Commands for roles: what they are, and who has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import CliError
from ..grammar.command import carry_out, command, dry_run_option, option, word
from ..grammar.types import ROLE, USER
from ..result import Done, Removal, Report, Section, Table

if TYPE_CHECKING:
    from ..session.session import Session

SPELLINGS = ("-r", "--roleName", "--role-name", "--role")
GRANT_COLUMNS = ("database", "object_type", "object_name", "privilege")

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
    from ..access import access
    from ..client.optional import permitted

    for role in roles:
        access.check_role_name(role)
    client = session.client
    known = permitted(access.users_of_roles, client) or {}
    for role in roles:
        if role in known:
            raise CliError(f"role {role!r} exists", hint=f"see it with: show role {role}")
    for role in dict.fromkeys(roles):
        client.call("CreateRole", entity={"name": role})
    return Done(f"Created role{_s(roles)} {_quoted(roles)}.", {"roles": list(roles)})


@command("list roles")
def list_roles(session: Session) -> Table:
    """List the roles, and the users that have them.

    \b
    Example: list roles
    """
    from ..access import access

    roles = access.users_of_roles(session.client)
    return Table(("role", "users"), [(role, ", ".join(users)) for role, users in sorted(roles.items())])


@command("show role")
@word("role", *SPELLINGS, type=ROLE, metavar="NAME", help="The role.")
def show_role(session: Session, role: str) -> Report:
    """Show a role: the users that have it, and what it is granted.

    \b
    Example: show role -r public
    """
    from ..access import access
    from ..client.optional import permitted

    client = session.client
    access.require_roles(client, [role])
    users = permitted(access.users_of_roles, client, role)
    rows = [grant.key[1:] for grant in access.grants(client, [role], access.databases(client))]
    section = Section(
        "grants", Table(GRANT_COLUMNS, rows), [dict(zip(GRANT_COLUMNS, row, strict=True)) for row in rows]
    )
    return Report({"role": role, "users": None if users is None else users.get(role, [])}, [section])


@command("delete role")
@word("roles", *SPELLINGS, multiple=True, type=ROLE, metavar="NAME", help="The role; several when repeated.")
@dry_run_option
def delete_role(session: Session, roles: tuple[str, ...], dry_run: bool) -> Done:
    """Delete a role, or several, with what they are granted. It asks first, or takes --yes.

    \b
    Example: delete role -r old_reader --yes
    """
    from ..access import access
    from ..client.optional import permitted

    access.check_deletable(roles)
    client = session.client
    access.require_roles(client, roles)
    grants = permitted(access.grants, client, roles, access.databases(client)) or []
    known = permitted(access.users_of_roles, client) or {}
    users = sorted({user for role in roles for user in known.get(role, ())})

    def act() -> None:
        access.revoke_all(client, grants)
        for role in dict.fromkeys(roles):
            client.call("DropRole", role_name=role)

    also = f"with {len(grants)} grant{_s(grants)}" + (f", taken from {', '.join(users)}" if users else "")
    removal = Removal("delete", f"role{_s(roles)} {_quoted(roles)}", also, {"roles": list(roles)}, act)
    return carry_out(session, removal, dry_run=dry_run)


@command("grant role")
@roles_word
@users_option
def grant_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Give roles to users.

    \b
    Example: grant role -r reader -u ann
    """
    from ..access import access

    client = session.client
    access.require_roles(client, roles)
    access.require_users(client, usernames)
    for user in usernames:
        for role in roles:
            access.operate_role(client, role, user, revoke=False)
    made = {"roles": list(roles), "users": list(usernames)}
    return Done(f"{_named(usernames)} now {'has' if len(usernames) == 1 else 'have'} {_quoted(roles)}.", made)


@command("revoke role")
@roles_word
@users_option
def revoke_role(session: Session, roles: tuple[str, ...], usernames: tuple[str, ...]) -> Done:
    """Take roles from users.

    \b
    Example: revoke role -r reader -u ann
    """
    from ..access import access
    from ..client.optional import permitted

    client = session.client
    access.require_roles(client, roles)
    access.require_users(client, usernames)
    known = permitted(access.users_of_roles, client)
    for user in usernames:
        for role in roles:
            if known is not None and user not in known.get(role, ()):
                raise CliError(f"user {user!r} does not have role {role!r}", hint=f"show user {user} shows its roles")
    for user in usernames:
        for role in roles:
            access.operate_role(client, role, user, revoke=True)
    made = {"roles": list(roles), "users": list(usernames)}
    return Done(f"{_named(usernames)} no longer {'has' if len(usernames) == 1 else 'have'} {_quoted(roles)}.", made)


def _named(users: Iterable[str]) -> str:
    names = list(users)
    return f"User{_s(names)} {_quoted(names)}"


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _s(many: Iterable[object]) -> str:
    return "" if len(list(many)) == 1 else "s"
