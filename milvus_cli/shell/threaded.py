"""A completer that looks candidates up in a thread, and yields all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document


class InThread(Completer):
    """Subclasses define `get_completions`, which may wait for a server."""

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        loop = asyncio.get_running_loop()
        for each in await loop.run_in_executor(None, self.get_completions, document, complete_event):
            yield each
