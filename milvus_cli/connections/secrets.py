"""Keeps tokens in the system's keyring, and out of the store, if there is a working one."""

import os
from importlib.util import find_spec
from typing import Any

SERVICE = "milvus_cli"
FILE = "file"
"""Place of a token without a keyring: the store file."""

KEYRING = "keyring:"


def keep(alias: str, token: str) -> str:
    """Keeps a token and returns its place: "" for no token, FILE if no keyring accepts it.

    Every place is new, so that the former token survives if the store fails to record the new place.
    """
    if not token:
        return ""
    name = f"{alias} ({os.urandom(8).hex()})"
    kept = _ask("set_password", name, token)
    return KEYRING + name if kept else FILE


def fetch(place: str) -> str:
    """Returns the token kept at a place; "" if the keyring is locked or has lost it."""
    if not place.startswith(KEYRING):
        return ""
    name = place.removeprefix(KEYRING)
    found = _ask("get_password", name)
    return str(found[0] or "") if found else ""


def forget(place: str) -> None:
    if place.startswith(KEYRING):
        _ask("delete_password", place.removeprefix(KEYRING))


def _ask(method: str, *arguments: str) -> tuple[Any] | None:
    """Calls the keyring, and returns its answer in a tuple; None without a working keyring."""
    if find_spec("keyring") is None:
        return None
    try:
        import keyring

        backend = keyring.get_keyring()
        if backend.priority < 1:
            return None
        return (getattr(backend, method)(SERVICE, *arguments),)
    except Exception:  # Backends are third-party plug-ins that may raise anything; the store file remains.
        return None
