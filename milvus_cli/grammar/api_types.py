"""Parameter types of RESTful requests: method and path, and the fields of a body."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..client.rest_paths import HTTP_METHODS, PATHS
from ..text.body_fields import EMPTY, BodyField, split_field, structure, typed_value
from ..text.names import named
from .offered import KeyValue, Offered, OneOf, items
from .params import read_file, read_value
from .types import COLLECTION, DATABASE, PARTITION

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

BODY_KEYS = {
    "collectionName": "collection",
    "dbName": "database",
    "partitionName": "partition",
    "filter": "filter expression",
    "outputFields[]": "field to return",
    "limit": "most entities",
    "offset": "entities to skip",
    "data": "query vectors or entities, as JSON",
    "annsField": "vector field",
    "indexName": "index",
    "aliasName": "collection alias",
    "userName": "user",
    "roleName": "role",
    "jobId": "import job",
}
BODY_VALUES = {"collectionName": COLLECTION, "dbName": DATABASE, "partitionName": PARTITION}


class MethodOrPath(Offered):
    """A method in any case, or a path. Completes both, and after a method only paths."""

    name = "method or path"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        given = ctx.params.get(str(param.name)) or ()
        found = (
            items(named((word, "") for word in HTTP_METHODS).best(incomplete))
            if not given and incomplete[:1] != "/"
            else []
        )
        return found if incomplete and found else found + RestPath().shell_complete(ctx, param, incomplete)


class RestPath(Offered):
    """A path of the RESTful API v2."""

    name = "path"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named(PATHS.items()).best(incomplete))


class FieldOfBody(KeyValue):
    """Parses KEY=VALUE into a BodyField. The value is text, or with `typed` what its text means."""

    def __init__(self, *, typed: bool) -> None:
        super().__init__(BODY_KEYS, BODY_VALUES)
        self._typed = typed

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, BodyField):
            return value
        try:
            steps, text = split_field(value)
            if text is None:
                return BodyField(steps, EMPTY)
            return BodyField(steps, _meaning(text, ctx) if self._typed else text)
        except ValueError as exc:
            self.fail(str(exc), param, ctx)


def _meaning(text: str, ctx: click.Context | None) -> Any:
    """Returns the value of a typed field. The text of a file stays text, unless it is an array or object."""
    if text != "-" and not text.startswith("@"):
        return typed_value(text)
    read: Callable[[str], Any] = str if text.startswith("@@") else structure
    return read(read_value("-" if text == "@-" else text, ctx.obj if ctx else None))


class BodyFile(click.Path):
    """The path of a file, or - for standard input. Its value is the text."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return read_file(value, ctx.obj) if ctx and ctx.obj else value


METHOD = OneOf(HTTP_METHODS, case_sensitive=False)
METHOD_OR_PATH = MethodOrPath()
RAW_FIELD = FieldOfBody(typed=False)
TYPED_FIELD = FieldOfBody(typed=True)
REST_PATH = RestPath()
BODY_FILE = BodyFile()
