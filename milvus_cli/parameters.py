"""Options and arguments that cost nothing on the lines that do not name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click


class Parameter(click.Parameter):
    """Remembers what it is when a line leaves it out: click would look that up anew for each of forty, line by line.

    Nothing of ours takes its value from the environment.
    """

    _left_out: tuple[Any, Any] | None = None

    def handle_parse_result(
        self, ctx: click.Context, opts: Mapping[str, Any], args: list[str]
    ) -> tuple[Any, list[str]]:
        name = str(self.name)
        if name in opts or name in ctx.params or not self.expose_value:
            return super().handle_parse_result(ctx, opts, args)
        if self._left_out is None:
            found = super().handle_parse_result(ctx, opts, args)
            self._left_out = ctx.params[name], ctx.get_parameter_source(name)
            return found
        value, source = self._left_out
        ctx.params[name] = value
        ctx.set_parameter_source(name, source)
        return value, args


class Option(Parameter, click.Option):
    pass


class Argument(Parameter, click.Argument):
    pass
