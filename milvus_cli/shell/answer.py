"""Reads the answer to a question in a line editor with completion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document

from ..output.values import harmless
from .ending import Ending
from .screen import screen
from .style import STYLE
from .threaded import InThread

if TYPE_CHECKING:
    from ..output.console import Candidate, Console, Offered


class AnswerCompleter(InThread):
    """Offers whole answers."""

    def __init__(self, offered: Offered) -> None:
        self._offered = offered

    def completions(self, text: str) -> Iterable[Completion]:
        return [_completion(item, text) for item in self._offered(text) if item.value != text]


def _completion(item: Candidate, text: str) -> Completion:
    return Completion(item.value, -len(text), display=harmless(item.value), display_meta=harmless(item.help or ""))


def edited(question: str, offered: Offered, console: Console) -> str:
    """Returns the typed line. Raises KeyboardInterrupt for Ctrl-C and EOFError for Ctrl-D."""
    completer = AnswerCompleter(offered)
    prompt: PromptSession[str] = PromptSession(
        completer=completer,
        complete_while_typing=True,
        style=STYLE,
        enable_suspend=True,
        output=screen(console),
    )

    def begin() -> None:
        ending.begin()
        # Names are there before the first Tab.
        asyncio.get_running_loop().run_in_executor(None, completer.get_completions, Document(), CompleteEvent())

    with Ending(prompt.app) as ending:
        return prompt.prompt(question, pre_run=begin, handle_sigint=False)
