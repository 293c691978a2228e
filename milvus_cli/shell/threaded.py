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

    `news` counts what a later lookup would find; it is raised in any thread. `is_busy` is set during a lookup.
    """

    failure = ""
    news = 0
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
        for each in await self._latest(document, complete_event):
            yield each

    async def _latest(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Looks up candidates until there is no news: prompt_toolkit begins no other completion meanwhile."""
        loop = asyncio.get_running_loop()
        self.is_busy = True
        try:
            while True:
                before = self.news
                found = await loop.run_in_executor(None, self.get_completions, document, complete_event)
                if before == self.news:
                    return found
        finally:
            self.is_busy = False
