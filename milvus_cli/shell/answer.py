"""Reads the answer to a question in a line editor with completion."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document

from ..output.values import harmless
from .ending import Ending
from .screen import screen
from .style import STYLE

if TYPE_CHECKING:
    from ..output.console import Console, Offered


class AnswerCompleter(Completer):
    """Offers whole answers; a failure only means no candidates."""

    def __init__(self, offered: Offered) -> None:
        self._offered = offered

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        with suppress(Exception):
            for item in self._offered(text):
                if item.value != text:
                    yield Completion(
                        item.value, -len(text), display=harmless(item.value), display_meta=harmless(item.help or "")
                    )


def edited(question: str, offered: Offered, console: Console) -> str:
    """Returns the typed line. Raises KeyboardInterrupt for Ctrl-C and EOFError for Ctrl-D."""
    prompt: PromptSession[str] = PromptSession(
        completer=ThreadedCompleter(AnswerCompleter(offered)),
        complete_while_typing=True,
        style=STYLE,
        output=screen(console),
    )
    ending = Ending(prompt.app)
    try:
        return prompt.prompt(question, pre_run=ending.watch)
    finally:
        ending.complete()
