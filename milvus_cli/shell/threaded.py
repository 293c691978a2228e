"""The base of completers: looks candidates up in a thread, and survives its own bugs."""

from __future__ import annotations

import asyncio
import traceback
from abc import abstractmethod
from collections.abc import AsyncGenerator, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document


class InThread(Completer):
    """Offers nothing after a failure; `failure` is the traceback of the first one.

    `news` counts what a later lookup would find, in any thread; `seen` is the count that the last lookup knew.
    `is_busy` is set during a lookup.
    """

    failure = ""
    news = 0
    seen = 0
    is_busy = False

    @abstractmethod
    def completions(self, text: str) -> Iterable[Completion]:
        """Returns the candidates after a text; it may wait for a server."""

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        try:
            return list(self.completions(document.text_before_cursor))
        except Exception:
            # A bug here must not cost the user the program, nor the line being typed.
            self.failure = self.failure or traceback.format_exc()
            return []

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        before, self.is_busy = self.news, True
        try:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(None, self.get_completions, document, complete_event)
            self.seen = before
            for each in found:
                yield each
        finally:
            self.is_busy = False
