"""Keyrings for tests, chosen by PYTHON_KEYRING_BACKEND; their file is the one that TEST_KEYRING_FILE names."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps passwords in a JSON file: {"service": {"name": "password"}}."""

    priority = 9

    @property
    def path(self) -> Path:
        return Path(os.environ["TEST_KEYRING_FILE"])

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        found = self._read()
        found.setdefault(service, {})[username] = password
        self.path.write_text(json.dumps(found))

    def delete_password(self, service: str, username: str) -> None:
        found = self._read()
        if username not in found.get(service, {}):
            raise PasswordDeleteError("no such password")
        del found[service][username]
        self.path.write_text(json.dumps(found))

    def _read(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.path.read_text()) if self.path.exists() else {}
        return found


class LockedKeyring(KeyringBackend):
    """One that nobody unlocks."""

    priority = 9

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("locked")

    def delete_password(self, service: str, username: str) -> None:
        raise KeyringLocked("locked")


class BrokenKeyring(LockedKeyring):
    """A keyring with a bug: it raises an error that is not one of keyring's own."""

    def get_password(self, service: str, username: str) -> str | None:
        raise ZeroDivisionError

    def set_password(self, service: str, username: str, password: str) -> None:
        raise ZeroDivisionError
