"""Passes a command's options as one frozen dataclass, in which each of them has a type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar

Returned = TypeVar("Returned")


def options(where: str) -> Callable[[Callable[..., Returned]], Callable[..., Returned]]:
    """Builds the dataclass `where`, e.g. "transfer.insert:InsertOptions", from the parameters named like its fields.

    The command gets it as `options`, and its other parameters by their own names. The class is imported when the
    command runs: an import of every such class would add 20 ms to each start.
    """

    def decorate(function: Callable[..., Returned]) -> Callable[..., Returned]:
        @wraps(function)
        def run(session: Any, **given: Any) -> Returned:
            made = options_class(where)
            own = {each.name: given.pop(each.name) for each in fields(made) if each.name in given}
            return function(session, options=made(**own), **given)

        run.options_of = where  # type: ignore[attr-defined]
        return run

    return decorate


def options_class(where: str) -> Any:
    """The class that `options` was given."""
    module, name = where.split(":")
    return getattr(import_module(f"milvus_cli.{module}"), name)
