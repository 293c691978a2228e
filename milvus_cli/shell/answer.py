"""Reads the answer to a question in a line editor with completion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from ..output.values import harmless
from .ending import Ending
from .screen import screen
from .style import color_depth, shell_style
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
    """Returns the typed line. Raises KeyboardInterrupt for Ctrl-C and EOFError for Ctrl-D.

    Lines pasted at once answer one question each; the last one waits for Enter.
    """
    if len(console.pasted) > 1:
        answer = console.pasted.pop(0)
        console.note(f"{question}{answer}")
        return answer
    completer = AnswerCompleter(offered)
    prompt: PromptSession[str] = PromptSession(
        completer=completer,
        complete_while_typing=True,
        style=shell_style(console.palette),
        color_depth=color_depth(console.palette),
        enable_suspend=True,
        key_bindings=_pasting(console),
        output=screen(console),
    )

    def begin() -> None:
        ending.begin()
        # Names are there before the first Tab.
        asyncio.get_running_loop().run_in_executor(None, completer.get_completions, Document(), CompleteEvent())

    with Ending(prompt.app) as ending:
        return prompt.prompt(question, default="".join(console.take_pasted()), pre_run=begin, handle_sigint=False)


def _pasting(console: Console) -> KeyBindings:
    """Takes the first of several pasted lines as the answer, and keeps the others for the next questions."""
    bindings = KeyBindings()

    @bindings.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        lines = event.data.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
        event.current_buffer.insert_text(lines[0])
        console.pasted += lines[1:]
        if console.pasted:
            event.current_buffer.validate_and_handle()

    return bindings
