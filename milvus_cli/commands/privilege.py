"""Commands for privileges: what roles may do, and named groups of privileges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import CliError
from ..grammar.command import carry_out, command, dry_run_option, option, word
from ..grammar.types import OBJECT, OBJECT_TYPE, ONE_DATABASE, PRIVILEGE_GROUP, PRIVILEGES, ROLE
from ..result import Done, Removal, Table
from ..text.names import missing_name, nearest

if TYPE_CHECKING:
    from ..access.granting import Wanted
    from ..session.session import Session

ROLE_SPELLINGS = ("-r", "--roleName", "--role-name", "--role")
GRANT_COLUMNS = ("role", "database", "object_type", "object_name", "privilege", "grantor")


def _grant_options(function: Any) -> Any:
    """What names grants: roles, privileges, objects."""
    for decorate in (
        option("--force", is_flag=True, help="Send names that are not known here."),
        option(
            "-db",
            "--db",
            "--db_name",
            "database",
            type=ONE_DATABASE,
            metavar="NAME",
            help="The database of the object; * is every one. The current one if not given.",
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
            "-ot",
            "--objectType",
            "--object-type",
            "object_type",
            type=OBJECT_TYPE,
            metavar="TYPE",
            help="Collection, Global or User; as the privilege says if not given.",
        ),
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
        word(
            "roles", *ROLE_SPELLINGS, multiple=True, type=ROLE, metavar="ROLE", help="The role; several when repeated."
        ),
    ):
        function = decorate(function)
    return function


@command("grant privilege")
@_grant_options
def grant_privilege(session: Session, **given: Any) -> Done:
    """Let roles do something: privileges on a collection, on a user, or on all.

    It is for one database, whatever it is about. Seconds may pass until Milvus heeds it.

    \b
    Example: grant privilege -r reader -p Search,Query -o book
    Example: grant privilege -r reader -ot Global -o '*' -p CreateCollection
    """
    from ..access.access import operate_privilege
    from ..access.granting import not_there

    client = session.client
    wanted = _wanted(session, **given)
    for note in not_there(client, wanted):
        session.console.note(note)
    for each in wanted:
        operate_privilege(client, each.grant, revoke=False, group=each.is_group)
    return _done("Granted", "to", wanted)


@command("revoke privilege")
@_grant_options
def revoke_privilege(session: Session, **given: Any) -> Done:
    """Take privileges back from roles.

    \b
    Example: revoke privilege -r reader -p Search -o book
    """
    from ..access import access
    from ..client.optional import permitted

    client = session.client
    wanted = _wanted(session, **given, revoke=True)
    databases = list(dict.fromkeys(each.grant.database for each in wanted))
    there = permitted(access.grants, client, list(given["roles"]), databases)
    known = None if there is None else {grant.key for grant in there}
    for each in wanted:
        if known is not None and each.grant.key not in known:
            raise CliError(
                f"role {each.grant.role!r} has no {each.grant.words}",
                hint=f"show role {each.grant.role} shows what it has",
            )
    for each in wanted:
        access.operate_privilege(client, each.grant, revoke=True, group=each.is_group)
    return _done("Revoked", "from", wanted)


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
    from ..access import access

    client = session.client
    if roles:
        access.require_roles(client, roles)
    names = list(roles) or sorted(access.users_of_roles(client))
    found = access.grants(client, names, [database] if database else access.databases(client))
    if database and not found:
        access.require_database(client, database)
    kept = (
        each for each in found if object_name in (None, each.object_name) and object_type in (None, each.object_type)
    )
    return Table(GRANT_COLUMNS, [(*grant.key, grant.grantor or None) for grant in kept])


GROUP_SPELLINGS = ("-n", "--name")


def _group_privileges(function: Any) -> Any:
    for decorate in (
        option("--force", is_flag=True, help="Send names that are not known here."),
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
    ):
        function = decorate(function)
    return function


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
    from ..access.access import group_call

    names = _flat(privileges)
    if not force:
        _check(names)
    session.client.call("CreatePrivilegeGroup", group_name=group)
    if names:
        method, fields = group_call(group, names, remove=False)
        session.client.call(method, **fields)
    return Done(f"Created privilege group {group!r}.", {"group": group, "privileges": names})


@command("list privilege_groups")
def list_privilege_groups(session: Session) -> Table:
    """List the groups of privileges, and what is in each (Milvus 2.5 and newer).

    \b
    Example: list privilege_groups
    """
    from ..access.access import all_groups

    return Table(
        ("group", "privileges"),
        [(name, ", ".join(found)) for name, found in sorted(all_groups(session.client).items())],
    )


@command("delete privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@dry_run_option
def delete_privilege_group(session: Session, group: str, dry_run: bool) -> Done:
    """Delete a group of privileges (Milvus 2.5 and newer). It asks first, or takes --yes.

    \b
    Example: delete privilege_group -n readers --yes
    """
    privileges = _require_group(session, group)
    also = f"with {', '.join(privileges)}" if privileges else ""

    def act() -> None:
        session.client.call("DropPrivilegeGroup", group_name=group)

    removal = Removal("delete", f"privilege group {group!r}", also, {"group": group}, act)
    return carry_out(session, removal, dry_run=dry_run)


@command("grant privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@_group_privileges
def grant_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Put privileges into a group (Milvus 2.5 and newer).

    \b
    Example: grant privilege_group -n readers -p GetStatistics,ShowPartitions
    """
    return _change_group(session, group, _flat(privileges), remove=False, force=force)


@command("revoke privilege_group")
@word("group", *GROUP_SPELLINGS, type=PRIVILEGE_GROUP, metavar="NAME", help="The group.")
@_group_privileges
def revoke_privilege_group(session: Session, group: str, privileges: tuple[tuple[str, ...], ...], force: bool) -> Done:
    """Take privileges out of a group (Milvus 2.5 and newer).

    \b
    Example: revoke privilege_group -n readers -p GetStatistics
    """
    return _change_group(session, group, _flat(privileges), remove=True, force=force)


def _change_group(session: Session, group: str, names: list[str], *, remove: bool, force: bool) -> Done:
    from ..access.access import group_call

    if not force:
        _check(names)
    there = _require_group(session, group)
    missing = next((name for name in names if remove and name not in there), None)
    if missing:
        raise CliError(
            f"privilege group {group!r} has no {missing}",
            hint=nearest(missing, there) or f"it has: {', '.join(there) or 'none'}",
        )
    method, fields = group_call(group, names, remove=remove)
    session.client.call(method, **fields)
    verb = "no longer has" if remove else "now has"
    return Done(f"Privilege group {group!r} {verb} {', '.join(names)}.", {"group": group, "privileges": names})


def _require_group(session: Session, group: str) -> list[str]:
    from ..access.access import all_groups

    known = all_groups(session.client)
    if group not in known:
        raise missing_name("privilege group", group, known, "list privilege_groups shows all")
    return known[group]


def _wanted(
    session: Session,
    roles: tuple[str, ...],
    privileges: tuple[tuple[str, ...], ...],
    objects: tuple[str, ...],
    object_type: str | None,
    database: str | None,
    force: bool,
    *,
    revoke: bool = False,
) -> list[Wanted]:
    from ..access.granting import GrantRequest, wanted

    asked = GrantRequest(roles, _flat(privileges), objects, object_type or "", database or "", force, revoke)
    return wanted(session.client, asked)


def _done(verb: str, to: str, wanted: Sequence[Wanted]) -> Done:
    grants = [each.grant for each in wanted]
    roles = ", ".join(map(repr, dict.fromkeys(grant.role for grant in grants)))
    words = ", ".join(dict.fromkeys(grant.words for grant in grants))
    made = [dict(zip(GRANT_COLUMNS, grant.key, strict=False)) for grant in grants]
    return Done(f"{verb} {words} {to} {roles}.", {"grants": made})


def _flat(privileges: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for each in privileges for name in each))


def _check(names: Iterable[str]) -> None:
    from ..client.privileges import check_privilege

    for name in names:
        check_privilege(name, "", ())
