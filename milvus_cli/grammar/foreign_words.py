"""Commands of SQL and of other databases' shells, and the commands here that do the same."""

from __future__ import annotations

import re
from collections.abc import Sequence

NAME = r"[\"'`]?(?P<name>[\w.-]+)[\"'`]?;?"
FOREIGN: Sequence[tuple[str, str]] = (
    (rf"select\b.*\bcount\s*\(.*\bfrom\s+{NAME}\s+where\b.*", "count -c {name} -e FILTER"),
    (rf"select\b.*\bcount\s*\(.*\bfrom\s+{NAME}.*", "count -c {name}"),
    (rf"select\b.*\bfrom\s+{NAME}\s+where\b.*", "query -c {name} -e FILTER"),
    (rf"select\b.*\bfrom\s+{NAME}.*", "query -c {name}"),
    (r"select\b.*", "query -c NAME -e FILTER"),
    (rf"db\.{NAME}\.count.*", "count -c {name}"),
    (rf"db\.{NAME}\.\w+\(.*", "query -c {name}"),
    (r"(?:(?:show|list)\s+)?tables|\\?d|\\?dt\+?", "list collections"),
    (r"(?:show|list)\s+(?:dbs|schemas)|dbs|\\?l\+?", "list databases"),
    (rf"show\s+create\s+(?:table|collection)\s+{NAME}", "show collection {name} -o ddl"),
    (rf"show\s+(?:columns|fields)\s+(?:from|in)\s+{NAME}", "show collection {name}"),
    (rf"(?:(?:describe|desc)(?:\s+table)?|\\?d\+?)\s+{NAME}", "show collection {name}"),
    (rf"show\s+(?:keys|index|indexes)\s+(?:from|in|on)\s+{NAME}", "list indexes -c {name}"),
    (rf"(?:use\s+(?:db|schema)|\\?c)\s+{NAME}", "use database {name}"),
    (rf"(?:drop|delete)\s+table\s+{NAME}", "delete collection {name}"),
    (rf"truncate\s+table\s+{NAME}", "truncate {name}"),
    (rf"create\s+table\s+{NAME}.*", "create collection {name}"),
    (rf"insert\s+into\s+{NAME}.*", "insert row -c {name}"),
    (rf"delete\s+from\s+{NAME}.*", "delete entities -c {name} -e FILTER"),
    (rf"update\s+{NAME}\s+set\b.*", "upsert row -c {name}"),
    (r"\\?du\+?", "list users"),
    (r"\\?x", "set expanded on"),
    (r"\\?timing", "set timing on"),
    (r"\\?conninfo|\\?s|status|whoami", "show connection"),
    (r"show\s+status", "show health"),
    (r"show\s+variables.*", "show config"),
    (r"cls", "clear"),
)
"""Patterns of whole lines, and ours; the first that fits counts."""


def foreign_hint(words: Sequence[str]) -> str:
    """Returns "did you mean …?" for a line of another shell, in any case of letters; "" for others."""
    line = " ".join(words).strip()
    for pattern, ours in FOREIGN:
        if found := re.fullmatch(pattern, line, re.IGNORECASE | re.DOTALL):
            return f"did you mean {ours.format(**found.groupdict())}?"
    return ""
