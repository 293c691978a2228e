"""Commands that keep users, roles and grants in a file, which can be reviewed, and bring a server to it."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..connections.private_files import require_file
from ..errors import CliError, InvalidInput
from ..grammar.command import command, option, read_value, word
from ..grammar.types import FILE
from ..result import Document, Done, Result, Table, Text

if TYPE_CHECKING:
    from ..access.changes import Change
    from ..session.session import Session

FOR_PEOPLE = ("table", "vertical", "markdown")
CHANGE_COLUMNS = ("change", "kind", "name", "detail")


@command("export access")
@word(
    "file",
    "-f",
    "--file",
    needed=False,
    type=FILE,
    metavar="FILE",
    help="YAML, or JSON where it ends with .json; - is stdout.",
)
@option("--force", is_flag=True, help="Replace a file that exists; so does --yes.")
def export_access(session: Session, file: str | None, force: bool) -> Result:
    """Write users, roles, grants and privilege groups to a file, or show them as one. No passwords are in it.

    \b
    Example: export access access.yaml
    """
    from ..access.file import read_server, write_access
    from ..text.yaml import to_yaml

    if file not in (None, "-"):
        _require_free(str(file), replace=force or bool(session.options.yes))
    found = read_server(session.client)
    written = write_access(found)
    if file is None or file == "-":
        return Text(to_yaml(written)) if session.output in FOR_PEOPLE else Document(written)
    _write(file, written)
    grants = sum(map(len, (found.roles or {}).values()))
    counts = {"users": len(found.users or ()), "roles": len(found.roles or ()), "grants": grants}
    words = ", ".join(f"{count} {name if count != 1 else name[:-1]}" for name, count in counts.items())
    return Done(f"Exported {words} to {file}.", {"file": file, **counts})


@command("apply access")
@word("file", "-f", "--file", type=FILE, metavar="FILE", help="A file as export access writes it; - standard input.")
@option("--dry-run", is_flag=True, help="Show the difference, and stop.")
@option("--prune", is_flag=True, help="Also remove what the file does not have, after asking; what is Milvus's stays.")
@option(
    "--passwords",
    type=FILE,
    metavar="FILE",
    help="Lines user:password for users that are new; - standard input. Asked for when not given.",
)
@option("--force", is_flag=True, help="Send privileges that are not known here.")
def apply_access(session: Session, file: str, dry_run: bool, prune: bool, passwords: str | None, force: bool) -> Result:
    """Make users, roles and grants those of a file. What is so already is left alone: it may be run again and again.

    \b
    Example: apply access access.yaml --dry-run
    Example: apply access access.yaml --passwords new.passwords
    """
    from ..access.changes import changes, extras, make
    from ..access.file import databases_of, read_access, read_server
    from ..text.yaml import parse_yaml

    if file == "-" and passwords == "-":
        raise InvalidInput("both files are standard input", hint="give --passwords a path")
    text = _text(session, file)
    wanted = read_access(parse_yaml(text, "the file", "export access prints such a file"), force=force)
    client = session.client
    there = read_server(client, databases_of(wanted))
    if wanted.groups and there.groups is None:
        client.call("ListPrivilegeGroups")
    found = changes(there, wanted, prune=prune, me=session.profile.user)
    if dry_run:
        return Table(CHANGE_COLUMNS, [each.row for each in found])
    secrets = _passwords(session, found, passwords)
    removed = [each for each in found if each.sign == "-"]
    if removed:
        session.confirm(f"Remove {_in_words(removed)} on {session.place}?")
    make(client, found, secrets)
    return _done(found, len(removed), left=[] if prune else extras(there, wanted, me=session.profile.user))


def _in_words(removed: list[Change]) -> str:
    """What goes: things by their names, and how many of what they have."""
    named = [f"{each.kind} {each.name}" for each in removed if not each.detail]
    rest = Counter(each.kind for each in removed if each.detail)
    return ", ".join([*named, *(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in rest.items())])


def _done(found: list[Change], removed: int, left: list[Change]) -> Done:
    """The last line; `left` are removals that --prune would have made."""
    added = len(found) - removed
    made = {"added": added, "removed": removed, **({"left": len(left)} if left else {})}
    extra = f" Not in the file, and left: {_in_words(left)} (--prune removes them)." if left else ""
    if not found:
        same = "the server has everything in the file" if left else "all is as in the file"
        return Done(f"Nothing to do: {same}.{extra}", made)
    changes = f"{len(found)} change{'' if len(found) == 1 else 's'}"
    return Done(f"Made {changes}: {added} added, {removed} removed.{extra}", made)


def _passwords(session: Session, found: list[Change], file: str | None) -> dict[str, str]:
    """The passwords of the users to be made. Raises InvalidInput, before anything is done, where one is missing."""
    from ..access.access import check_password
    from ..access.changes import new_users
    from ..access.file import read_passwords

    given = read_passwords(_text(session, file)) if file else {}
    missing = [user for user in new_users(found) if user not in given]
    if missing and not session.interactive:
        raise InvalidInput(
            f"new users need a password: {', '.join(missing)}",
            hint="--passwords FILE, with a line user:password for each",
        )
    for user in missing:
        given[user] = session.console.ask_secret(f"Password of the new user {user}: ", twice=True)
        check_password(given[user], user)
    return given


def _text(session: Session, file: str) -> str:
    return read_value("-" if file == "-" else f"@{file}", session)


def _require_free(file: str, *, replace: bool) -> None:
    require_file(file)
    if os.path.exists(file) and not replace:
        raise InvalidInput(f"{file} exists", hint="add --force to replace it")


def _write(file: str, written: dict[str, Any]) -> None:
    """Whole or not at all: a review must never see half of it."""
    import json

    from ..text.yaml import to_yaml

    path = Path(os.path.realpath(file))
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    text = json.dumps(written, indent=2, ensure_ascii=False) + "\n" if path.suffix == ".json" else to_yaml(written)
    try:
        with draft.open("x", encoding="utf-8") as opened:
            opened.write(text)
        draft.replace(path)
    except OSError as exc:
        draft.unlink(missing_ok=True)
        raise CliError(f"can't write {file}: {exc.strerror}") from exc
