"""Reads settings from the environment, which ranks below options and above saved connections."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import InvalidInput


@dataclass(frozen=True)
class Config:
    """Settings from the environment, read once at start."""

    home: Path
    alias: str = ""
    uri: str = ""
    token: str = field(default="", repr=False)
    no_color: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Reads MILVUS_* variables, their synonyms for Zilliz Cloud (ZILLIZ_*), and NO_COLOR."""
        return cls(
            home=_home(environment),
            alias=environment.get("MILVUS_ALIAS", ""),
            uri=environment.get("MILVUS_URI") or environment.get("ZILLIZ_URI", ""),
            token=environment.get("MILVUS_TOKEN") or environment.get("ZILLIZ_TOKEN", ""),
            no_color=forbids_color(environment),
        )


def forbids_color(environment: Mapping[str, str]) -> bool:
    """Reports whether NO_COLOR is set, or the terminal has no colors."""
    return bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"


def expanded(path: str) -> Path:
    """Returns the path with ~ expanded, if that home directory exists."""
    return Path(os.path.expanduser(path))


def _home(environment: Mapping[str, str]) -> Path:
    given = environment.get("MILVUS_CLI_HOME")
    if given:
        return _checked(expanded(given))
    import platformdirs

    return Path(platformdirs.user_data_dir("milvus_cli", appauthor=False))


def _checked(home: Path) -> Path:
    """Raises InvalidInput for a path that cannot hold files, which would look like a home without connections."""
    try:
        is_usable = stat.S_ISDIR(os.stat(home).st_mode)
    except NotADirectoryError:
        is_usable = False
    except OSError:
        # A missing directory is created when something is stored; other problems are reported where it is used.
        is_usable = True
    if not is_usable:
        raise InvalidInput(f"MILVUS_CLI_HOME is not a directory: {home}", hint="set MILVUS_CLI_HOME to a directory")
    return home
