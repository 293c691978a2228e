"""Applies a file of users, roles and grants to a server."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..client.client import Client
from ..errors import InvalidInput
from ..result import Done, Table
from ..text.yaml import parse_yaml
from .access import check_password
from .changes import Change, changes, extras, make, new_users
from .file import HINT, Access, databases_of, read_access, read_passwords, read_server

COLUMNS = ("change", "kind", "name", "detail")


@dataclass(frozen=True)
class AccessPlan:
    """The changes that make the access on a server that of a file. `left` are the removals that --prune would make."""

    changes: Sequence[Change]
    left: Sequence[Change] = ()

    @property
    def table(self) -> Table:
        return Table(COLUMNS, [each.row for each in self.changes], roles={"change": "sign"})

    @property
    def removals(self) -> list[Change]:
        return [each for each in self.changes if each.sign == "-"]

    @property
    def removed(self) -> str:
        """The removals in words; "" if there are none."""
        return _in_words(self.removals)

    def passwords(self, text: str, ask: Callable[[str], str] | None) -> dict[str, str]:
        """The passwords of new users, from lines user:password, or asked for.

        Raises InvalidInput for a user without one if there is no terminal to ask on.
        """
        given = read_passwords(text)
        missing = [user for user in new_users(self.changes) if user not in given]
        for user in missing:
            if ask is None:
                raise InvalidInput(
                    f"new users need a password: {', '.join(missing)}",
                    hint="--passwords FILE, with a line user:password for each",
                )
            given[user] = ask(f"Password of the new user {user}: ")
            check_password(given[user], user)
        return given

    def carry_out(self, client: Client, passwords: dict[str, str]) -> Done:
        """Makes the changes, one call each."""
        make(client, self.changes, passwords)
        count, removed = len(self.changes), len(self.removals)
        made = {"added": count - removed, "removed": removed, **({"left": len(self.left)} if self.left else {})}
        extra = f" Not in the file, and left: {_in_words(self.left)} (--prune removes them)." if self.left else ""
        if not count:
            same = "the server has everything in the file" if self.left else "all is as in the file"
            return Done(f"Nothing to do: {same}.{extra}", made)
        message = f"Made {count} change{'' if count == 1 else 's'}: {count - removed} added, {removed} removed."
        return Done(message + extra, made)


def wanted_access(text: str, *, force: bool) -> Access:
    """The access that a file describes. Raises InvalidInput with the place of what is wrong."""
    return read_access(parse_yaml(text, "the file", HINT), force=force)


def access_plan(client: Client, wanted: Access, *, prune: bool, me: str) -> AccessPlan:
    """The changes that are needed; `prune` removes what the file lacks, but never the user `me`."""
    there = read_server(client, databases_of(wanted))
    if wanted.groups and there.groups is None:
        # Raises why the groups can't be listed.
        client.call("ListPrivilegeGroups")
    left = [] if prune else extras(there, wanted, me=me)
    return AccessPlan(changes(there, wanted, prune=prune, me=me), left)


def _in_words(removals: Iterable[Change]) -> str:
    """Returns the names of removed things, and how many parts of others are removed."""
    removals = list(removals)
    named = [f"{each.kind} {each.name}" for each in removals if not each.detail]
    parts = Counter(each.kind for each in removals if each.detail)
    return ", ".join([*named, *(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in parts.items())])
