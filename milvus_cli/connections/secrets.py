"""Keeps tokens out of the store where the system has a keyring that works."""

import os
from importlib.util import find_spec
from typing import Any

SERVICE = "milvus_cli"
FILE = "file"
"""The place of a token for which there is no keyring: the store's own file."""

KEYRING = "keyring:"


def keep(alias: str, token: str) -> str:
    """Keeps a token; returns its place: empty for no token, FILE where no keyring takes it.

    The place is new each time, so that a store that fails to record it still has the former token.
    """
    if not token:
        return ""
    name = f"{alias} ({os.urandom(8).hex()})"
    kept = _ask("set_password", name, token)
    return KEYRING + name if kept else FILE


def fetch(place: str) -> str:
    """The token kept at a place; empty when the keyring is locked or has lost it."""
    if not place.startswith(KEYRING):
        return ""
    name = place.removeprefix(KEYRING)
    found = _ask("get_password", name)
    return str(found[0] or "") if found else ""


def forget(place: str) -> None:
    if place.startswith(KEYRING):
        _ask("delete_password", place.removeprefix(KEYRING))


def _ask(method: str, *arguments: str) -> tuple[Any] | None:
    """What the keyring answered; None where there is none that works."""
    if find_spec("keyring") is None:
        return None
    try:
        import keyring

        backend = keyring.get_keyring()
        if backend.priority < 1:
            return None
        return (getattr(backend, method)(SERVICE, *arguments),)
    except Exception:  # A backend is anybody's plug-in and raises what it likes; the file is always there.
        return None
