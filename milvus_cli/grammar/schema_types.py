"""Parameter types for declarations of fields and indexes, and for filters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ..schema.metrics import METRIC_MEANINGS
from ..text.names import Names, named
from ..text.words import INDEX_TYPES
from .offered import KeyValue, Offered, given_text, items, name_source
from .parameter_keys import index_keys, pairs

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .filter_cursor import Cursor

PROPERTY_OF = {"max_length": "VARCHAR", "max_capacity": "ARRAY"}
"""Properties that only fields of one type have; those of arrays of that type have them, too."""


class FieldDeclaration(Offered):
    """NAME:TYPE[:ARGUMENT]. Completes types after the colon."""

    name = "field declaration"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from ..schema.kinds import FIELD_TYPES

        before, colon, word = incomplete.rpartition(":")
        declared = [each.upper() for each in before.split(":")[1:] if not each.isdecimal()]
        if not colon or declared not in ([], ["ARRAY"]):
            return []
        return items(named((each, "") for each in FIELD_TYPES).best(word), prefix=before + colon)


class DeclaredField(Offered):
    """The name of a field declared on this line."""

    name = "declared field"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        declared = (text.partition(":") for text in ctx.params.get("fields") or ())
        return items(named((name, kind) for name, _, kind in declared).best(incomplete))


class IndexDeclaration(DeclaredField):
    """FIELD[:TYPE[:METRIC[:KEY=VALUE…]]]. Completes declared fields, index types, metrics, then parameters."""

    name = "index declaration"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        before, colon, word = incomplete.rpartition(":")
        if not colon:
            return super().shell_complete(ctx, param, incomplete)
        if before.count(":") > 1:
            return self._parameters(before, word)
        offered = INDEX_TYPES if ":" not in before else METRIC_MEANINGS
        return items(named(offered.items()).best(word), prefix=before + colon)

    def _parameters(self, before: str, word: str) -> list[CompletionItem[str]]:
        _, kind, _, *given = before.split(":")
        return pairs(word, index_keys(kind), given, mark="=", prefix=before + ":")


class FilterExpression(Offered):
    """A filter. Completes fields, functions, operators and `{name}`s where each is possible."""

    name = "filter"

    def require(self, ctx: click.Context, value: str) -> None:
        """Raises InvalidInput for a filter that no server can read. Whether it fits the fields, the server tells."""
        from .filter_cursor import require_closed

        require_closed(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        from .filter_cursor import cursor

        at = cursor(incomplete)
        if at.in_text:
            return []
        return items(self._names(ctx, at).best(at.word), prefix=at.before, ends=False)

    def _names(self, ctx: click.Context, at: Cursor) -> Names:
        from .filter_offers import offers

        if at.word.startswith("{"):
            given = (each.partition("=")[0] for each in ctx.params.get("parameters") or ())
            return named((f"{{{name}}}", "given by --param") for name in given)
        there = {"alias": given_text(ctx, "alias"), "database": given_text(ctx, "database")}
        collection = given_text(ctx, "collection")
        fields = name_source(ctx).names("fields", of=collection, **there).all if collection else ()
        words = name_source(ctx).names("filter_words", of=collection, **there).all
        return named(offers(at.condition, fields, words))


class FilterParameter(KeyValue):
    """NAME=VALUE. Completes the `{name}`s of the line's filter that have no value yet."""

    trims = False

    def offered_keys(self, ctx: click.Context) -> Mapping[str, str]:
        from .filter_cursor import parameters_in

        wanted = parameters_in(given_text(ctx, "filter") or given_text(ctx, "expression"))
        return dict.fromkeys(wanted, "of the filter")


class FieldProperty(KeyValue):
    """A property of the line's field. Completes those that its type has."""

    def offered_keys(self, ctx: click.Context) -> Mapping[str, str]:
        there = {"alias": given_text(ctx, "alias"), "database": given_text(ctx, "database")}
        fields = name_source(ctx).names("fields", of=given_text(ctx, "collection"), **there).all
        kinds = [kind for each in fields if each.text == given_text(ctx, "field") for kind in each.note.split()]
        return {key: note for key, note in self.keys.items() if not kinds or PROPERTY_OF.get(key, kinds[0]) in kinds}
