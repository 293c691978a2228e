"""Passes a command's options as one frozen dataclass, in which each of them has a type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar

Returned = TypeVar("Returned")


def options(where: str) -> Callable[[Callable[..., Returned]], Callable[..., Returned]]:
    """Builds the dataclass `where`, e.g. "rows.options:RowOptions", from the parameters named like its fields.

    A field `session` gets the session. The command gets the dataclass as `options`, and its other parameters by their
    own names. The class is imported when the command runs: a start must not pay for the classes of all commands.
    """

    def decorate(function: Callable[..., Returned]) -> Callable[..., Returned]:
        @wraps(function)
        def run(session: Any, **given: Any) -> Returned:
            made = options_class(where)
            known = {each.name for each in fields(made)}
            own = {name: value for name, value in {"session": session, **given}.items() if name in known}
            rest = {name: value for name, value in given.items() if name not in known}
            return function(session, options=made(**own), **rest)

        run.options_of = where  # type: ignore[attr-defined]
        return run

    return decorate


def options_class(where: str) -> Any:
    """The class that `options` was given."""
    module, name = where.split(":")
    return getattr(import_module(f"milvus_cli.{module}"), name)
