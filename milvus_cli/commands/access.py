"""Commands for a file of users, roles and grants: export it, apply it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..connections.private_files import require_free
from ..errors import InvalidInput
from ..grammar.command import command, option, word
from ..grammar.params import read_file
from ..grammar.types import FILE
from ..result import Result

if TYPE_CHECKING:
    from ..session.session import Session


@command("export access")
@word(
    "file",
    "-f",
    "--file",
    needed=False,
    type=FILE,
    metavar="FILE",
    help="Output file: JSON if it ends with .json, else YAML. - is standard output.",
)
@option("--force", is_flag=True, help="Replace an existing file, like --yes.")
def export_access(session: Session, file: str | None, force: bool) -> Result:
    """Export users, roles and grants.

    Writes YAML or JSON, which `apply access` reads. Passwords are never included.

    \b
    Example: export access access.yaml
    """
    from ..access import exporting

    if file is None or file == "-":
        return exporting.access_document(session.client, as_text=session.for_people)
    require_free(file, replace=force or bool(session.options.yes))
    return exporting.export_access(session.client, file)


@command("apply access")
@word(
    "file", "-f", "--file", type=FILE, metavar="FILE", help="File written by `export access`, or - for standard input."
)
@option("--dry-run", is_flag=True, help="Show the changes without applying them.")
@option(
    "--prune",
    is_flag=True,
    help="Also remove what the file lacks, after confirmation. Built-in users and roles are kept.",
)
@option(
    "--passwords",
    type=FILE,
    metavar="FILE",
    help="File with a line user:password per new user, or - for standard input. [default: ask]",
)
@option("--force", is_flag=True, help="Send privileges this client does not recognize.")
def apply_access(session: Session, file: str, dry_run: bool, prune: bool, passwords: str | None, force: bool) -> Result:
    """Apply users, roles and grants from a file.

    Creates and grants what is missing, so it can be run repeatedly. --prune also removes what the file lacks.

    \b
    Example: apply access access.yaml --dry-run
    Example: apply access access.yaml --passwords new.passwords
    """
    from ..access.applying import access_plan, wanted_access

    if file == "-" and passwords == "-":
        raise InvalidInput("both files are standard input", hint="give --passwords a path")
    wanted = wanted_access(read_file(file, session), force=force)
    client = session.client
    plan = access_plan(client, wanted, prune=prune, me=session.profile.user)
    if dry_run:
        return plan.table
    ask = partial(session.console.ask_secret, twice=True) if session.interactive else None
    secrets = plan.passwords(read_file(passwords, session) if passwords else "", ask)
    if plan.removals:
        session.confirm(f"Remove {plan.removed} on {session.place}?")
    return plan.carry_out(client, secrets)


@command("backup access", needs="BackupRBAC")
@word("file", "-f", "--file", type=FILE, metavar="FILE", help="Output file, as JSON that only its owner may read.")
@option("--force", is_flag=True, help="Replace an existing file, like --yes.")
def backup_access(session: Session, file: str, force: bool) -> Result:
    """Back up users, passwords, roles and grants.

    The file has passwords as hashes, so that `restore access` brings users back with the passwords that they had.
    `export access` writes a file to review. Requires Milvus 2.5 or newer.

    \b
    Example: backup access access.json
    """
    from ..access import backup

    require_free(file, replace=force or bool(session.options.yes))
    return backup.backup_access(session.client, file)


@command("restore access", needs="BackupRBAC")
@word(
    "file", "-f", "--file", type=FILE, metavar="FILE", help="File written by `backup access`, or - for standard input."
)
def restore_access(session: Session, file: str) -> Result:
    """Restore users, roles and grants.

    Milvus refuses the whole file if one of its users, roles or privilege groups exists.

    \b
    Example: restore access access.json
    """
    from ..access import backup

    return backup.restore_access(session.client, read_file(file, session), file)
