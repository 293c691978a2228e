"""Names of folders and files for the names of objects, on file systems that fold case or limit lengths."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")


def plain_name(name: str, *, unique: bool = True) -> str:
    """Returns the name if it can be one of a file, else a part of it with a digest."""
    if unique and PLAIN.fullmatch(name):
        return name
    kept = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:80]
    return f"{kept}~{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"


def folder_names(names: Iterable[str]) -> Mapping[str, str]:
    """Returns a folder for each name; names that differ only in case get different ones."""
    known = list(names)
    counts = Counter(each.lower() for each in known)
    return {each: plain_name(each, unique=counts[each.lower()] == 1) for each in known}
