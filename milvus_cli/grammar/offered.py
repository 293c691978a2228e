"""Parameter types that complete their values, and the helpers for completion items."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from ..text.names import OFFERED, Name, named

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..session.name_source import NameSource


class Offered(click.ParamType):  # type: ignore[type-arg]  # generic since click 8.5 only
    """A type that accepts any text and completes known values."""

    def require(self, ctx: click.Context, value: str) -> None:
        """Raises InvalidInput, in dialogues, for an answer that can be known to fail."""


class Words(Offered):
    """Accepts any text; completes these words, each with a note."""

    def __init__(self, name: str, words: Mapping[str, str]) -> None:
        self.name = name
        self.words = words

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named(self.words.items()).best(incomplete))


class OneOf(click.Choice[str]):
    """Accepts one of these words. Completes prefixes first, then similar words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value if value in self.choices else super().convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return items(named((word, "") for word in self.choices).best(incomplete))


class KeyValue(Offered):
    """Parses KEY=VALUE into a pair; completes keys that the line lacks, and values of keys that have a type."""

    name = "key=value"
    trims = True
    """Removes whitespace around the value."""

    def __init__(self, keys: Mapping[str, str], types: Mapping[str, Offered] | None = None) -> None:
        self.keys = keys
        self.types = types or {}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        key, equals, text = value.partition("=")
        if not equals or not key.strip():
            self.fail(f"{value!r} is not KEY=VALUE", param, ctx)
        return key.strip(), text.strip() if self.trims else text

    def offered_keys(self, ctx: click.Context) -> Mapping[str, str]:
        """Returns the keys that fit the line, each with a note."""
        return self.keys

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        key, equals, text = incomplete.partition("=")
        if not equals:
            given = [each.partition("=")[0] for each in ctx.params.get(str(param.name)) or ()]
            free = ((f"{name}=", note) for name, note in self.offered_keys(ctx).items() if name not in given)
            return items(named(free).best(incomplete), ends=False)
        found = self.types[key].shell_complete(ctx, param, text) if key in self.types else []
        for item in found:
            item.value = key + equals + item.value
        return found


class FileOrText(Offered):
    """Accepts text; completes the path of a file after @."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if not incomplete.startswith("@") or incomplete.startswith("@@"):
            return []
        return items(paths(incomplete[1:]), prefix="@")


class TextOrFile(FileOrText):
    """Accepts text, or the path of a file, whose @ may be left out."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        if incomplete.startswith("@"):
            return super().shell_complete(ctx, param, incomplete)
        return items(paths(incomplete))


def items(names: Iterable[Name], *, prefix: str = "", suffix: str = "", ends: bool = True) -> list[CompletionItem[str]]:
    """Builds completion items. A word is incomplete if it has a suffix, or does not end there."""
    from click.shell_completion import CompletionItem

    kind = "plain" if ends and not suffix else "part"
    return [CompletionItem(prefix + each.text + suffix, kind, each.note or None) for each in names]


def paths(incomplete: str, *, files: bool = True) -> list[Name]:
    """Returns the files (or only directories) whose paths begin with the text. Directories end with a slash."""
    folder, start = os.path.split(incomplete)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = [
                (_no_option(os.path.join(folder, each.name)) + (os.sep if each.is_dir() else ""), "")
                for each in entries
                if each.name.startswith(start) and (start or not each.name.startswith(".")) and (files or each.is_dir())
            ]
    except OSError:
        return []
    return list(named(sorted(found)).all[:OFFERED])


def _no_option(path: str) -> str:
    """Returns the path in a form that does not begin with a dash."""
    return os.path.join(".", path) if path.startswith("-") else path


def with_paths(item: CompletionItem[str]) -> list[CompletionItem[str]]:
    """Replaces an item of kind file or dir by the matching paths, after its `--option=`; keeps other items."""
    if item.type not in ("file", "dir"):
        return [item]
    option, equals, path = item.value.rpartition("=") if item.value.startswith("--") else ("", "", item.value)
    return items(paths(path, files=item.type == "file"), prefix=option + equals)


def name_source(ctx: click.Context) -> NameSource:
    """Returns the names of the session, or of the object in its place when only a Tab is answered."""
    catalog: NameSource = ctx.obj.catalog
    return catalog


def given_text(ctx: click.Context, name: str) -> str:
    value: Any = ctx.params.get(name)
    return value if isinstance(value, str) else ""
