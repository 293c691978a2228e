"""Commands for tags of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..grammar.command import command, dry_run_option, option, word
from ..grammar.offered import KeyValue
from ..grammar.types import USER, USER_TAG
from ..result import Done, Table
from ..session.removal import carry_out

if TYPE_CHECKING:
    from ..session.session import Session

user_word = word("username", "-u", "--username", "--user", type=USER, metavar="NAME", help="User.")


@command("alter user_tags", needs="AddUserTags")
@user_word
@option("--set", "tags", needed=True, multiple=True, type=KeyValue({}), metavar="KEY=VALUE", help="Tag (repeatable).")
def alter_user_tags(session: Session, username: str, tags: tuple[tuple[str, str], ...]) -> Done:
    """Set tags of a user.

    Row policies can refer to tags. Requires Milvus 3.0 or newer.

    \b
    Example: alter user_tags ann --set team=search
    """
    from ..access.tags import set_tags

    return set_tags(session.client, username, tags)


@command("list user_tags", needs="AddUserTags")
@user_word
def list_user_tags(session: Session, username: str) -> Table:
    """List the tags of a user.

    \b
    Example: list user_tags ann
    """
    from ..access.tags import tag_table

    return tag_table(session.client, username)


@command("delete user_tags", needs="AddUserTags")
@user_word
@option("-k", "--key", "keys", needed=True, multiple=True, type=USER_TAG, metavar="KEY", help="Tag (repeatable).")
@dry_run_option
def delete_user_tags(session: Session, username: str, keys: tuple[str, ...], dry_run: bool) -> Done:
    """Remove tags of a user.

    Only a protected connection asks for confirmation.

    \b
    Example: delete user_tags ann -k team --dry-run
    """
    from ..access.tags import tag_removal

    return carry_out(session, tag_removal(session.client, username, keys), dry_run=dry_run)


@command("list tagged_users", needs="AddUserTags")
@word("key", "-k", "--key", metavar="KEY", help="Tag.")
@option("--value", default="", metavar="VALUE", help="Value of the tag. [default: any]")
def list_tagged_users(session: Session, key: str, value: str) -> Table:
    """List the users who have a tag.

    \b
    Example: list tagged_users team --value search
    """
    from ..access.tags import tagged_table

    return tagged_table(session.client, key, value)
