"""Writes one page for authors of scripts, and for programs that write commands: the grammar, outputs and safeguards."""

from __future__ import annotations

from collections.abc import Iterator

from .click_nodes import Leaf
from .help_layout import GROUPS, group_of
from .reference import DESCRIPTION, EXIT_CODES, FORMS
from .tree import leaves, tree

RULES = (
    "Options stand before or after the command. `help COMMAND` lists them; `docs -o json` has all as data.",
    "Pass `-o json`, `jsonl` or `csv`. Lists are arrays of objects, `[]` when empty; a record is one object. Integers "
    "are exact, floats have the fewest digits that give them back, and missing values are `null`.",
    'An error is one object on standard error: `{"error": {"code", "message", "hint", "server_code"}}`. '
    "Decide by the exit code.",
    "Pass `--no-input`: a missing value is then an error, not a question. Without a terminal nothing is asked.",
    "What deletes data needs `--yes`; try it with `--dry-run`. A protected connection also needs `--alias NAME`. "
    "`connect … --read-only` refuses every change.",
    "Name the connection in each command, by `--alias NAME` or `MILVUS_URI` and `MILVUS_TOKEN`, and the database by "
    "`--db NAME`. Keep secrets out of the command line: `--token-file FILE`, `@FILE`, or the variable.",
    "Fill values into filters by `--param`: `query NAME -e 'title == {t}' --param t=Emma`.",
    "Creating is repeatable with `--if-not-exists`, transfers with `--resume`. Waiting has a limit: `--timeout 5m`.",
    "Quote as in a POSIX shell. `-` as a value reads standard input.",
)


def brief() -> str:
    """Returns the page, as Markdown."""
    parts = [
        "# milvus_cli in brief\n",
        "```text\n" + "\n".join(FORMS) + "\n```\n",
        " ".join(DESCRIPTION) + "\n",
        "## Rules\n",
        "\n".join(f"- {rule}" for rule in RULES) + "\n",
        "## Exit codes\n",
        "| code | meaning |\n|---|---|\n" + "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES) + "\n",
        "## Commands\n",
        "\n".join(_groups()),
    ]
    return "\n".join(parts) + "\n"


def _groups() -> Iterator[str]:
    found: dict[str, list[Leaf]] = {title: [] for title in GROUPS}
    for leaf in leaves(tree()):
        if not leaf.hidden:
            found[group_of(leaf.path)].append(leaf)
    for title, members in found.items():
        names = ", ".join(f"`{each.path}`" for each in sorted(members, key=lambda each: each.path))
        yield f"- {title}: {names}"
