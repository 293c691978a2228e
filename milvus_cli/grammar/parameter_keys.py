"""Parameter types for parameters of indexes and searches: KEY:VALUE, KEY=VALUE, or an object of them in JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from ..text.names import named
from .offered import Offered, given_text, items, name_source

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

KEY = re.compile(r"\s*([^:=\s]+)\s*[:=]\s*")
"""A key and what separates it from its value."""

KEY_IN_JSON = re.compile(r'\s*\{(?:.*,)?\s*(?P<word>"?[\w.]*)', re.DOTALL)
"""An object in JSON up to a key that is being typed."""


class IndexParameter(Offered):
    """A parameter of an index. Completes keys of the line's index type, with ranges, and values that are few."""

    name = "index parameter"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        known = index_keys(given_text(ctx, "index_type"))
        return pairs(incomplete, known, given_values(ctx, param), mark=":")


class SweptParameter(Offered):
    """NAME=A,B,C. Completes the names of search parameters."""

    name = "search parameter"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return pairs(incomplete, search_keys(ctx), given_values(ctx, param), mark="=")


def pairs(
    incomplete: str, known: Mapping[str, str], given: Iterable[str], *, mark: str, prefix: str = ""
) -> list[CompletionItem[str]]:
    """Returns the known keys that are not given yet, followed by `mark` or as in JSON, or the values after a key."""
    taken = [key for text in given for key in _keys(text)]
    free = {key: note for key, note in known.items() if key not in taken}
    if incomplete.lstrip().startswith("{"):
        return _keys_in_json(incomplete, free)
    key = KEY.match(incomplete)
    if key is None:
        return items(named((name + mark, free[name]) for name in free).best(incomplete), prefix=prefix, ends=False)
    values = _values(key[1]) if key[1] in free else ()
    return items(named(values).best(incomplete[key.end() :]), prefix=prefix + key[0])


def index_keys(index_type: str) -> dict[str, str]:
    """Returns the parameters of an index type, with their ranges."""
    from ..schema.index_types import PARAMETERS, known_index_type
    from ..text.parameter_meanings import INDEX_PARAMETERS

    return {key: INDEX_PARAMETERS[key] for key in PARAMETERS.get(known_index_type(index_type), ())}


def search_keys(ctx: click.Context) -> dict[str, str]:
    """Returns the parameters of a search, with their ranges, for the index of the field on the line or of any field."""
    from ..schema.index_types import SEARCH_PARAMETERS
    from ..text.parameter_meanings import SEARCH_PARAMETERS as MEANINGS

    collection, field = given_text(ctx, "collection"), given_text(ctx, "field")
    if not collection:
        return {}
    there = {"alias": given_text(ctx, "alias"), "database": given_text(ctx, "database")}
    indexed = name_source(ctx).names("index_types", of=collection, **there).all
    types = [each.note for each in indexed if field in ("", each.text)]
    return {key: MEANINGS[key] for kind in types for key in SEARCH_PARAMETERS.get(kind, ())}


def given_values(ctx: click.Context, param: click.Parameter) -> Sequence[str]:
    return ctx.params.get(str(param.name)) or ()


def _keys(text: str) -> list[str]:
    """Returns the keys in a value that is given already."""
    if text.lstrip().startswith("{"):
        return re.findall(r'"([\w.]+)"\s*:', text)
    return [re.split("[:=]", text, maxsplit=1)[0].strip()]


def _values(key: str) -> Iterable[tuple[str, str]]:
    from ..text.parameter_meanings import PARAMETER_VALUES

    return ((each, "") for each in PARAMETER_VALUES.get(key, ()))


def _keys_in_json(incomplete: str, free: Mapping[str, str]) -> list[CompletionItem[str]]:
    at = KEY_IN_JSON.fullmatch(incomplete)
    if at is None:
        return []
    before = incomplete[: at.start("word")]
    taken = _keys(before)
    left = named((key, note) for key, note in free.items() if key not in taken)
    return items(left.best(at["word"].removeprefix('"')), prefix=before + '"', suffix='": ')
