"""Where a picture goes: into files that are written whole, or to the one who asked."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

from ..connections.private_files import require_free, write_whole
from ..errors import InvalidInput
from ..result import Done, Picture, Table
from ..session.session import Session
from ..text.unwritable import unwritable
from .figure import Figure
from .image import image
from .packages import require_packages
from .page import page
from .terminal import drawn

NEEDED = {"svg": "matplotlib", "png": "matplotlib", "html": "plotly"}
"""Packages, by the kind of file."""


@dataclass(frozen=True, kw_only=True)
class PlotFiles:
    """Options of all plots: the files to write, if any. `force` replaces existing ones."""

    svg: str | None = None
    png: str | None = None
    html: str | None = None
    force: bool = False

    @property
    def paths(self) -> Mapping[str, str]:
        """The path of each kind of file."""
        given = {"svg": self.svg, "png": self.png, "html": self.html}
        return {kind: path for kind, path in given.items() if path is not None}

    def require_usable(
        self, session: Session, *, in_text: str = "", needed: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> None:
        """Raises CliError before anything is read, for missing packages and for files that can't be written.

        `in_text` is the package that draws this plot in a terminal; `needed` are others, by what needs them.
        """
        packages = {**needed, **{f"--{kind}": [NEEDED[kind]] for kind in self.paths}}
        if not self.paths and in_text and session.for_people:
            packages["a plot in the terminal"] = [in_text]
        require_packages(packages)
        if len({os.path.abspath(each) for each in self.paths.values()}) < len(self.paths):
            raise InvalidInput("two pictures can't have the same file", hint="name a file for each")
        for kind, path in self.paths.items():
            if path in ("-", ""):
                raise InvalidInput(f"--{kind} requires the name of a file")
            require_free(path, replace=self._replaces(session))
            folder = os.path.dirname(path)
            if folder and not os.path.isdir(folder):
                raise InvalidInput(f"can't write {path}: no folder {folder}")

    def shown(self, session: Session, figure: Figure, table: Table) -> Picture | Table | Done:
        """Writes the files, if any. Returns the numbers for programs; for people, the picture or what was written."""
        for kind, path in self.paths.items():
            content = page(figure) if kind == "html" else image(figure, kind)
            try:
                write_whole(Path(os.path.realpath(path)), content, replace=self._replaces(session))
            except FileExistsError:
                raise InvalidInput(f"{path} exists", hint="add --force to replace it") from None
            except OSError as exc:
                raise unwritable(path, exc) from exc
        if not session.for_people:
            return table
        if not self.paths:
            return Picture(partial(drawn, figure), table)
        written = f"Wrote {' and '.join(self.paths.values())}: {note_of(table)}."
        failure = table.failure() if callable(table.failure) else table.failure
        if failure is None:
            return Done(written)
        session.console.note(written)
        raise failure

    def _replaces(self, session: Session) -> bool:
        return bool(self.force or session.options.yes)


def note_of(table: Table) -> str:
    return table.note if isinstance(table.note, str) else table.note()
