"""Checks commands before they are saved under a name."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import takewhile

from ..errors import InvalidInput
from ..grammar.lines import split
from ..grammar.tree import find
from .arguments import PLACE
from .history import carries_secret


def checked_text(words: Sequence[str]) -> str:
    """Returns the text of a command given as words, or of several as a single word.

    Raises InvalidInput or UnknownCommand for what could never run, and for a text with a secret: it would lie in a
    plain file.
    """
    if words[0].startswith("-"):
        raise InvalidInput("options of save go before NAME", hint="`save --force NAME COMMAND`")
    text = words[0] if len(words) == 1 else shlex.join(words)
    found = list(split(text))
    if not found:
        raise InvalidInput("missing COMMAND", hint="help save")
    for statement in found:
        # An argument may be a word of the command's name.
        find(list(takewhile(lambda word: not PLACE.search(word), statement.argv)))
    if carries_secret(text):
        raise InvalidInput(
            "cannot save a command with a password or token",
            hint="leave the secret out: the command asks for it on a terminal",
        )
    return text
