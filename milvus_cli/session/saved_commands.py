"""Commands saved under a name: one script per name, in the directory `commands` of the program's home."""

from __future__ import annotations

import re
from pathlib import Path

from ..connections.private_files import make_private, read_whole, why_unreadable, write_whole
from ..errors import CliError, InvalidInput
from ..text.names import missing_name
from ..text.unwritable import unwritable

SUFFIX = ".mcli"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class SavedCommands:
    """The saved commands below a home directory. All methods raise CliError for a file that can't be used."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "commands"

    def names(self) -> list[str]:
        try:
            found = sorted(each.name for each in self.directory.iterdir() if each.suffix == SUFFIX)
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as exc:
            raise CliError(f"can't read {self.directory}: {exc.strerror}") from exc
        return [each.removesuffix(SUFFIX) for each in found]

    def text(self, name: str) -> str:
        """Returns the commands. Raises InvalidInput for a name that does not exist."""
        path = self.path(name)
        try:
            with open(path, encoding="utf-8") as file:
                return read_whole(file, str(path)).rstrip("\n")
        except FileNotFoundError:
            raise self._missing(name) from None
        except (OSError, UnicodeDecodeError) as exc:
            raise CliError(f"can't read {path}: {why_unreadable(exc)}") from exc

    def save(self, name: str, text: str, *, replace: bool) -> None:
        """Raises InvalidInput for a name that is taken, unless it may be replaced."""
        path = self.path(name)
        try:
            make_private(self.directory)
            write_whole(path, f"{text}\n", replace=replace)
        except FileExistsError:
            hint = f"`save --force {name} …` replaces it"
            raise InvalidInput(f"saved command {name!r} exists", hint=hint) from None
        except OSError as exc:
            raise unwritable(path, exc) from exc

    def delete(self, name: str) -> None:
        """Raises InvalidInput for a name that does not exist."""
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as exc:
            raise CliError(f"can't delete {path}: {exc.strerror}") from exc

    def path(self, name: str) -> Path:
        """Returns the file of a name. Raises InvalidInput for an invalid one."""
        if not NAME.fullmatch(name):
            raise InvalidInput(
                f"invalid name {name!r}", hint="a letter, digit or '_', then at most 63 more, '-' or '.'"
            )
        return self.directory / f"{name}{SUFFIX}"

    def _missing(self, name: str) -> CliError:
        known = self.names()
        otherwise = None if known else "`save NAME COMMAND` saves one"
        return missing_name("saved command", name, known, otherwise, error=InvalidInput)
