"""Declares commands: the decorator for a function, and those for its options."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import click

from ..result import Result
from .click_nodes import Leaf
from .params import (
    DependentOption,
    FilesArgument,
    NeededOption,
    NeededSecretOption,
    NeededWordOption,
    NewSecretOption,
    OptionalValueOption,
    SecretOption,
    SwitchOption,
    WordOption,
)
from .types import COLLECTION, DURATION, FILE
from .value_types import FiniteRange

COLLECTION_SPELLINGS = ("-c", "--collection-name", "--collection")


def command(
    path: str, *, formats: tuple[str, ...] = (), **attributes: Any
) -> Callable[[Callable[..., Result | None]], Leaf]:
    """Declares a function as the command of this path, e.g. "list collections". The docstring is its help.

    `formats` are output formats that only this command has, and renders itself. Leaf describes the attributes of
    dialogues.
    """

    def declare(function: Callable[..., Result | None]) -> Leaf:
        declared = tuple(reversed(getattr(function, "__click_params__", ())))
        return Leaf(path, declared, formats, help=function.__doc__, callback=function, **attributes)

    return declare


def word(
    name: str, *spellings: str, needed: bool = True, multiple: bool = False, **attributes: Any
) -> Callable[[Any], Any]:
    """Declares an option that may also be written as a plain word after the command, or as several."""
    kind = NeededWordOption if needed else WordOption
    return _declare(partial(kind, (*spellings, name), multiple=multiple, **attributes))


def argument(name: str, **attributes: Any) -> Callable[[Any], Any]:
    return _declare(partial(click.Argument, (name,), **attributes))


def option(
    *spellings: str, needed: bool = False, secret: bool = False, twice: bool = False, **attributes: Any
) -> Callable[[Any], Any]:
    """Declares an option. A `needed` one is asked for on a terminal and an error elsewhere.

    A `secret` one is asked for without echo; one to be typed `twice` is needed and secret. With `needs="sample"` it is
    refused without --sample.
    """
    if "needs" in attributes:
        return _declare(partial(DependentOption, spellings, **attributes))
    kinds: dict[tuple[bool, bool], type[click.Option]] = {
        (False, False): OptionalValueOption if "flag_value" in attributes else click.Option,
        (True, False): NeededOption,
        (False, True): SecretOption,
        (True, True): NeededSecretOption,
    }
    return _declare(partial(NewSecretOption if twice else kinds[needed, secret], spellings, **attributes))


def switch(*spellings: str, **attributes: Any) -> Callable[[Any], Any]:
    """Declares a flag that older scripts write with a value: `-l`, `-l TRUE`, `-l FALSE`."""
    given = {"is_flag": False, "flag_value": "true", "type": click.BOOL, "metavar": "[TRUE|FALSE]", **attributes}
    return _declare(partial(SwitchOption, spellings, **given))


def _declare(make: Callable[[], click.Parameter]) -> Callable[[Any], Any]:
    """Attaches a parameter as click's decorators do, without making it yet."""

    def decorate(function: Any) -> Any:
        function.__dict__.setdefault("__click_params__", []).append(make)
        return function

    return decorate


def all_of(*decorators: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Combines decorators, in the order in which help shows their options."""
    return lambda function: reduce(lambda inner, each: each(inner), reversed(decorators), function)


def collection_option(function: Any) -> Any:
    return word("collection", *COLLECTION_SPELLINGS, type=COLLECTION, metavar="NAME", help="Collection.")(function)


def named_collection_option(function: Any) -> Any:
    """Like `collection_option`, for a command whose plain words are something else."""
    return option(
        *COLLECTION_SPELLINGS, "collection", needed=True, type=COLLECTION, metavar="NAME", help="Collection."
    )(function)


def optional_collection_option(text: str) -> Callable[[Any], Any]:
    """The option for a collection that may be left out; `text` is its help."""
    return option(*COLLECTION_SPELLINGS, "collection", type=COLLECTION, metavar="NAME", help=text)


def optional_collection_word(text: str) -> Callable[[Any], Any]:
    """Like `optional_collection_option`, but it may also be written as a plain word."""
    return word("collection", *COLLECTION_SPELLINGS, needed=False, type=COLLECTION, metavar="NAME", help=text)


def files_argument(function: Any) -> Any:
    """The files of a command with `named_collection_option`."""
    return _declare(
        partial(FilesArgument, ["paths"], nargs=-1, required=True, type=FILE, metavar="[COLLECTION] FILE...")
    )(function)


dry_run_option = option("--dry-run", is_flag=True, help="Show what would be deleted, and stop.")
retry_option = option(
    "--retry",
    "patience",
    type=FiniteRange(min=0),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="While transferring rows, keep retrying an unreachable server for this long.",
)
jobs_option = option(
    "--jobs",
    "at_once",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Number of collections at once.",
)
no_wait_option = option("--no-wait", is_flag=True, help="Return immediately, without waiting for the server to finish.")
wait_limit_option = option(
    "-t", "--timeout", "timeout", type=DURATION, metavar="TIME", help="Maximum time to wait: seconds, 5m or 1h30m."
)
management_option = option(
    "--management-port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Port for health and metrics. [default: the connection's, else 9091]",
)
