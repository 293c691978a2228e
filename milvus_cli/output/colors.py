"""Colors of results and of the shell: what they are for, the themes, and how a terminal is told."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from ..connections.environment import forbids_color

NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
ATTRIBUTES = {"bold": "1", "italic": "3", "underline": "4", "reverse": "7"}
RESET = "\x1b[0m"

DARK = {
    "border": "#8a8a8a",
    "header": "bold",
    "null": "#8a8a8a",
    "type": "#8a8a8a",
    "count": "#8a8a8a",
    "key": "cyan",
    "error": "bold bright-red",
    "note": "yellow",
    "hint": "cyan",
    "added": "green",
    "removed": "bright-red",
    "changed": "reverse",
    "verb": "bold green",
    "noun": "green",
    "option": "cyan",
    "string": "yellow",
    "number": "bright-magenta",
    "operator": "bold",
    "unknown": "underline bright-red",
    "suggestion": "#8a8a8a",
    "prompt": "bold",
    "protected": "bold bright-red",
    "toolbar": "#d0d0d0 on #303030",
    "mark": "bold #ff8787 on #303030",
}
LIGHT = {
    **DARK,
    **dict.fromkeys(("border", "null", "type", "count", "suggestion"), "#626262"),
    "error": "bold #af0000",
    "note": "#875f00",
    "removed": "#af0000",
    "number": "#870087",
    "unknown": "underline #af0000",
    "protected": "bold #af0000",
    "toolbar": "#303030 on #d0d0d0",
    "mark": "bold #870000 on #d0d0d0",
    **dict.fromkeys(("key", "hint", "option"), "#005f87"),
    **dict.fromkeys(("added", "noun"), "#005f00"),
    "verb": "bold #005f00",
    "string": "#875f00",
}
NEUTRAL = {
    **DARK,
    **dict.fromkeys(("border", "null", "type", "count", "suggestion"), "#808080"),
    **dict.fromkeys(("key", "hint", "option"), "#0087af"),
    **dict.fromkeys(("note", "string"), "#af8700"),
    **dict.fromkeys(("added", "noun"), "#008700"),
    **dict.fromkeys(("error", "protected"), "bold #ff0000"),
    "removed": "#ff0000",
    "verb": "bold #008700",
    "number": "#af5faf",
    "unknown": "underline #ff0000",
}
"""Can be read on both backgrounds."""

NO_LOOKS: Mapping[str, str] = MappingProxyType({})
THEMES: Mapping[str, Mapping[str, str]] = {"dark": DARK, "light": LIGHT, "neutral": NEUTRAL, "none": NO_LOOKS}
ROLES = tuple(DARK)

LIGHT_BACKGROUNDS = ("7", "15")
"""White and bright white, at the end of COLORFGBG, where some terminals report their background."""

COLOR = re.compile(rf"(?P<bright>bright-)?(?P<name>{'|'.join(NAMES)})|#(?P<rgb>[0-9a-fA-F]{{6}})")


class Look(NamedTuple):
    """Attributes and colors of a text; "" is the terminal's own color."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""


class Palette(NamedTuple):
    """A look for each role, as `looks` have it; a `forced` one is for pipes and files too."""

    looks: Mapping[str, str] = NO_LOOKS
    forced: bool = False

    @property
    def is_on(self) -> bool:
        return bool(self.looks)

    def paint(self, role: str, text: str) -> str:
        """Returns the text with the escape sequences of a role. It must have none of its own."""
        code = sgr(self.looks.get(role, ""))
        return f"\x1b[{code}m{text}{RESET}" if code and text else text


PLAIN = Palette()


def palette(theme: str, own: Mapping[str, str], *, forced: bool = False) -> Palette:
    """Returns a theme with the user's own colors; "auto" chooses it by the background that the terminal reports."""
    looks = THEMES[_theme_here() if theme == "auto" else theme]
    return Palette({**looks, **own} if own else looks, forced)


def starting_palette(environment: Mapping[str, str] = os.environ) -> Palette:
    """Returns the palette for errors that come before the settings are read."""
    return PLAIN if forbids_color(environment) else palette("auto", {})


def _theme_here() -> str:
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    if not background.isdecimal():
        return "neutral"
    return "light" if background in LIGHT_BACKGROUNDS else "dark"


@lru_cache
def parsed(text: str) -> Look:
    """Reads `bold red`, `bright-cyan` or `#d0d0d0 on #303030`. Raises ValueError, with the word that is wrong."""
    front, _, back = text.partition(" on ")
    words = front.split()
    attributes = tuple(word for word in words if word in ATTRIBUTES)
    colors = [word for word in words if word not in ATTRIBUTES]
    for word in (*colors, *back.split()):
        if not COLOR.fullmatch(word):
            raise ValueError(f"unknown color {word!r}")
    if len(colors) > 1 or len(back.split()) > 1:
        raise ValueError(f"more than one color in {text!r}")
    return Look(attributes, "".join(colors), back.strip())


@lru_cache
def sgr(text: str) -> str:
    """Returns the parameters of the escape sequence for a look."""
    look = parsed(text)
    codes = [ATTRIBUTES[each] for each in look.attributes]
    return ";".join([*codes, *_codes(look.color, 30), *_codes(look.background, 40)])


def _codes(color: str, first: int) -> list[str]:
    found = COLOR.fullmatch(color)
    if found is None:
        return []
    if found["rgb"]:
        return [f"{first + 8};5;{nearest_of_256(found['rgb'])}"]
    return [str(first + NAMES.index(found["name"]) + (60 if found["bright"] else 0))]


def nearest_of_256(rgb: str) -> int:
    """Returns the nearest of the 256 colors that terminals share: a cube of 6 levels, or a gray."""
    parts = [int(rgb[at : at + 2], 16) for at in (0, 2, 4)]
    if max(parts) - min(parts) < 8:
        return min(max(232 + round((sum(parts) / 3 - 8) / 10), 232), 255)
    red, green, blue = (0 if part < 48 else 1 if part < 115 else (part - 35) // 40 for part in parts)
    return 16 + 36 * red + 6 * green + blue
