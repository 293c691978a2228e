"""Appearance of the shell: prompt, toolbar, and colors of the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import click
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from ..connections.profile import Profile
from ..errors import CliError
from ..grammar.lines import Word, scan
from ..grammar.tree import UnknownCommand, find
from ..output.colors import Look, Palette, parsed
from ..output.values import harmless
from ..session.session import Session

CLASSES = {
    **{role: role for role in ("verb", "noun", "option", "string", "number", "operator", "unknown", "prompt")},
    "prompt.protected": "protected",
    "auto-suggestion": "suggestion",
    "bottom-toolbar": "toolbar",
    "bottom-toolbar.mark": "mark",
}
"""The classes of what the shell draws, and the roles whose colors they have."""


@lru_cache
def style_of(looks: tuple[tuple[str, str], ...]) -> Style:
    """Returns the style of the shell for the looks of roles."""
    chosen = dict(looks)
    return Style.from_dict({name: _in_style(parsed(chosen.get(role, ""))) for name, role in CLASSES.items()})


def shell_style(palette: Palette) -> Style:
    return style_of(tuple(palette.looks.items()))


def color_depth(palette: Palette) -> ColorDepth | None:
    """Returns prompt_toolkit's choice; one without colors if those are unwanted."""
    return None if palette.is_on else ColorDepth.DEPTH_1_BIT


def _in_style(look: Look) -> str:
    """Writes a look as prompt_toolkit does. Nothing is reversed, as its toolbar is by default."""
    background = f"bg:{_color(look.background)}" if look.background else ""
    return " ".join(filter(None, ["noreverse", *look.attributes, _color(look.color), background]))


def _color(color: str) -> str:
    """prompt_toolkit calls white gray, and bright white white."""
    if not color or color.startswith("#"):
        return color
    return SHADES.get(color) or f"ansi{color.replace('-', '')}"


SHADES = {"white": "ansigray", "bright-white": "ansiwhite", "bright-black": "ansibrightblack"}

NUMBER_PATTERN = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


def prompt_message(session: Session) -> StyleAndTextTuples:
    """Returns the prompt of the setting, red on a protected connection; without a connection, the program's name."""
    try:
        profile = session.profile
        text = _filled(session.settings["prompt"], session, profile)
    except CliError:
        return [("class:prompt", "milvus_cli> ")]
    return [("class:prompt.protected" if profile.protected else "class:prompt", harmless(text))]


def _filled(template: str, session: Session, profile: Profile) -> str:
    values = {
        "alias": profile.alias or profile.address,
        "address": profile.address,
        "database": profile.database,
        "user": profile.user,
        "version": session.server_version,
    }
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), template)


def toolbar(session: Session, status: int) -> StyleAndTextTuples | None:
    """Returns what is known without a request: connection, server version, last latency, marks, last exit code."""
    try:
        profile, version = session.profile, session.server_version
    except CliError as exc:
        alias, _ = session.here()
        hint = exc.hint if alias else f"{exc.hint}, or connect --lite"
        return [("class:bottom-toolbar", harmless(f" {exc.message}: {hint}"))]
    parts = [profile.alias, profile.address, f"db {profile.database}", version]
    if session.state.last_latency_ms is not None:
        parts.append(f"{session.state.last_latency_ms:.1f} ms")
    marks = [name for name, is_set in (("read-only", profile.read_only), ("protected", profile.protected)) if is_set]
    if status:
        marks.append(f"exit code {status}")
    text: StyleAndTextTuples = [("class:bottom-toolbar", harmless(" " + " · ".join(part for part in parts if part)))]
    return [*text, *(("class:bottom-toolbar.mark", f" · {mark}") for mark in marks)]


class StyledSpan(NamedTuple):
    """A part of the line in one style."""

    start: int
    end: int
    style: str


class CommandLexer(Lexer):
    """Colors verbs, nouns, options, strings, numbers and unknown words."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        try:
            styles = _styled(document.text)
        except Exception:
            # A bug in the colors must not cost the user the shell.
            styles = [""] * len(document.text)
        lines = _by_line(document.text, styles)
        return lambda number: lines[number] if number < len(lines) else []


def _styled(text: str) -> list[str]:
    """Returns the style of each character."""
    styles = [""] * len(text)
    for words in scan(text):
        for piece in _spans(words):
            styles[piece.start : piece.end] = [piece.style] * (piece.end - piece.start)
    return styles


def _by_line(text: str, styles: list[str]) -> list[StyleAndTextTuples]:
    lines: list[StyleAndTextTuples] = [[]]
    for character, style in zip(text, styles, strict=True):
        if character == "\n":
            lines.append([])
        elif lines[-1] and lines[-1][-1][0] == style:
            lines[-1][-1] = (style, lines[-1][-1][1] + character)
        else:
            lines[-1].append((style, character))
    return lines


def _spans(words: list[Word]) -> Iterator[StyledSpan]:
    path = _path_length(words)
    for number, word in enumerate(words):
        if number < path:
            style = "class:verb" if number == 0 else "class:noun"
        elif number == 0:
            style = "class:unknown"
        else:
            style = _word_style(word)
        yield StyledSpan(word.start, word.end, style)


def _path_length(words: list[Word]) -> int:
    """Returns the number of words that name the command."""
    values = [word.value for word in words]
    for length in range(len(values), 0, -1):
        try:
            found = find(values[:length])
        except (UnknownCommand, click.UsageError):
            continue
        return length - len(found.rest)
    return 0


def _word_style(word: Word) -> str:
    if word.raw.startswith((">", "|")) or word.raw == "\\G":
        return "class:operator"
    if word.raw.startswith(("'", '"')):
        return "class:string"
    if NUMBER_PATTERN.fullmatch(word.value):
        return "class:number"
    return "class:option" if word.raw.startswith("-") else ""
