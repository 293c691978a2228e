"""Exports users, roles and grants to a file, or as a document."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ..client.client import Client
from ..connections.private_files import write_whole
from ..result import Document, Done, Text
from ..text.unwritable import unwritable
from ..text.yaml import to_yaml
from .file import read_server, write_access


def access_document(client: Client, *, as_text: bool) -> Text | Document:
    """The access on a server, as YAML text or as a value."""
    written = write_access(read_server(client))
    return Text(to_yaml(written)) if as_text else Document(written)


def export_access(client: Client, file: str) -> Done:
    """Writes the access on a server to a file, as JSON if its name ends with .json, else as YAML."""
    found = read_server(client)
    _write(file, write_access(found))
    grants = sum(map(len, (found.roles or {}).values()))
    counts = {"users": len(found.users or ()), "roles": len(found.roles or ()), "grants": grants}
    words = ", ".join(f"{count} {name if count != 1 else name[:-1]}" for name, count in counts.items())
    return Done(f"Exported {words} to {file}.", {"file": file, **counts})


def _write(file: str, written: dict[str, Any]) -> None:
    """Replaces the file at once: nobody must review half of it."""
    path = Path(os.path.realpath(file))
    text = json.dumps(written, indent=2, ensure_ascii=False) + "\n" if path.suffix == ".json" else to_yaml(written)
    try:
        write_whole(path, text, replace=True)
    except OSError as exc:
        raise unwritable(file, exc) from exc
