"""Completion in the shell: candidates for the word at the cursor. Never waits for a server, never ends the shell."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completion

from ..completion.complete import CursorLine, Target, complete, read_line
from ..grammar.lines import BRACKETS
from ..grammar.offered import items, paths, with_paths
from ..output.values import harmless
from ..session.session import Session
from .programs import programs
from .threaded import InThread

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem
    from prompt_toolkit import PromptSession
    from prompt_toolkit.buffer import CompletionState


class PlainCompletion(Completion):
    """A completion with plain texts, which a menu reads several times per drawing for every candidate."""

    def __init__(self, text: str, start_position: int, display: str, meta: str) -> None:
        super().__init__(text, start_position, display=display, display_meta=meta)
        self._texts = display, meta

    @property
    def display_text(self) -> str:
        return self._texts[0]

    @property
    def display_meta_text(self) -> str:
        return self._texts[1]


class ShellCompleter(InThread):
    """Completes lines of the shell; `--debug` shows its first failure."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._reported = False

    def report(self) -> None:
        """Shows the failure once with `--debug`."""
        failure = self.failure or self._session.catalog.failure
        if failure and self._session.options.debug and not self._reported:
            self._reported = True
            self._session.console.note(f"completion failed:\n{failure}")

    def completions(self, text: str) -> Iterator[Completion]:
        line = read_line(text)
        if line.comment:
            return
        found = self._items(line)
        if [item.value for item in found] == [line.raw]:
            return
        for item in found:
            yield PlainCompletion(
                _written(item, line), line.start - len(text), harmless(item.value), harmless(item.help or "")
            )

    def _items(self, line: CursorLine) -> list[CompletionItem[str]]:
        if line.target is None:
            found = complete(line.words, line.incomplete, self._session)
            return [each for item in found for each in with_paths(item)]
        if line.target is Target.PROGRAM and "/" not in line.incomplete:
            return items(programs(line.incomplete))
        return [] if line.target is Target.NOTHING else items(paths(line.incomplete))


def _written(item: CompletionItem[str], line: CursorLine) -> str:
    """Returns a candidate as it is written in the line."""
    if line.target is not None:
        return quoted_target(item.value, line.mark, is_piped=line.target is not Target.FILE)
    # JSON in brackets needs no quotes, and a quote that it leaves open is its own.
    if line.raw[:1] in BRACKETS and item.value.startswith(line.raw[:1]):
        return str(item.value)
    return quoted_word(item.value, line.mark, is_open=item.type == "part")


TRIES, BETWEEN_TRIES = 100, 0.05
"""Times that a menu is called for after news from a server, and the seconds between them."""


def attach(prompt: PromptSession[str], session: Session) -> ShellCompleter:
    """Adds completion to a prompt: while typing, in a thread, and again when a server returns names."""
    completer = ShellCompleter(session)
    prompt.completer = completer
    prompt.complete_while_typing = True

    def show_again(tries: int = TRIES) -> None:
        buffer = prompt.default_buffer
        if not tries or not buffer.text or completer.seen == completer.news:
            return
        if not completer.is_busy:
            state = buffer.complete_state
            if state is not None and state.complete_index is not None:
                prompt.app.create_background_task(join(state))
            else:
                # Candidates that are shown would stay.
                buffer.complete_state = None
                buffer.start_completion(select_first=False)
        # prompt_toolkit begins no lookup while an earlier one is on its way.
        if prompt.app.loop is not None:
            prompt.app.loop.call_later(BETWEEN_TRIES, show_again, tries - 1)

    async def join(state: CompletionState) -> None:
        """Adds what came late to a menu with a chosen candidate, which stays where it is."""
        found = completer.get_completions_async(state.original_document, CompleteEvent())
        late = [each async for each in found]
        shown = {each.text for each in state.completions}
        state.completions += [each for each in late if each.text not in shown]
        prompt.app.invalidate()

    def on_news() -> None:
        completer.news += 1
        loop = prompt.app.loop
        if loop is not None:
            loop.call_soon_threadsafe(show_again)

    session.catalog.on_news = on_news
    return completer


def quoted_word(value: str, mark: str = "", *, is_open: bool = False) -> str:
    """Quotes a value with the quote already open, or with another one if it needs quotes.

    `is_open` says that more text will follow within the quotes.
    """
    if is_open and (closed := quoted_word(value, mark)) and closed[-1] in "'\"":
        return closed[:-1]
    if not mark and re.fullmatch(r"[^\s'\"\\;#|>\[{][^\s'\"\\;#|>]*", value):
        return value
    if mark != '"' and "'" not in value:
        return f"'{value}'"
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def quoted_target(value: str, mark: str = "", *, is_piped: bool) -> str:
    """Quotes a file or program after > or |, where a `~` at the start of a path is a home directory if unquoted.

    `is_piped` says that a shell reads the value, which expands more than our own lines do.
    """
    if mark:
        return quoted_word(value, mark)
    home, slash, path = value.partition("/") if value.startswith("~") else ("", "", value)
    return home + slash + ((shlex.quote(path) if is_piped else quoted_word(path)) if path else "")
