"""Keeps tokens out of the store where the system has a keyring that works."""

from typing import Any

SERVICE = "milvus_cli"


def keyring() -> Any | None:
    """The keyring module, when it is installed and has a real backend; else None."""
    from importlib.util import find_spec

    if find_spec("keyring") is None:
        return None
    import keyring as module

    backend = module.get_keyring()
    return module if getattr(backend, "priority", 0) >= 1 else None


def put(key: str, token: str) -> bool:
    """Keeps the token in the keyring; False where there is none, or it refuses."""
    backend = keyring()
    if backend is None:
        return False
    try:
        backend.set_password(SERVICE, key, token)
    except backend.errors.KeyringError:
        return False
    return True


def get(key: str) -> str:
    """The token that `put` kept; empty when the keyring is locked or has lost it."""
    backend = keyring()
    if backend is None:
        return ""
    try:
        return backend.get_password(SERVICE, key) or ""
    except backend.errors.KeyringError:
        return ""


def forget(key: str) -> None:
    backend = keyring()
    if backend is None:
        return
    try:
        backend.delete_password(SERVICE, key)
    except backend.errors.KeyringError:
        return
