"""Embeds texts with one embedder: batches, tries again while it is busy or lost, and checks what it returns."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..connections.embedders import Embedder
from ..errors import CliError, Fault, InvalidAnswer, InvalidInput, Unreachable
from ..rows.patience import NO_PATIENCE, Attempts, Patience
from ..session.session import Session
from .failures import Busy, TextRefused

HTTP_SECONDS, COMMAND_SECONDS = 60.0, 600.0
"""Deadlines of a request and of a command, unless the user chose one: models take long, above all to start."""
HTTP_BATCH, COMMAND_BATCH = 32, 1000
"""Texts of a request, which every server takes, and of a command, whose start costs more than its texts."""
HTTP_BYTES, COMMAND_BYTES = 256 << 10, 8 << 20
"""Most bytes of these texts. A longer text goes alone."""
HTTP_IN_FLIGHT = 4
PROBE = "milvus_cli"
"""The text that is embedded to see whether an embedder works, and what it returns."""
REFUSALS = 20
"""Of the texts that are refused one after another `PROBE` follows the first, and then each one after so many."""
SEARCH_PATIENCE = 10.0
"""Seconds for which a search waits for a busy embedder."""


class EmbeddingClient:
    """Embeds texts. `dim` is the length that vectors must have, 0 for any. May be used from several threads."""

    def __init__(
        self, embedder: Embedder, token: str, *, dim: int, seconds: float, patience: Patience = NO_PATIENCE
    ) -> None:
        self.embedder = embedder
        self.dim = dim
        self._token = token
        self._seconds = seconds
        self._patience = patience
        self._has_answered = False
        self._refusals = 0

    @property
    def in_flight(self) -> int:
        return 1 if self.embedder.command else HTTP_IN_FLIGHT

    @property
    def batch_size(self) -> int:
        return self.embedder.batch_size or (COMMAND_BATCH if self.embedder.command else HTTP_BATCH)

    def batches(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Cuts texts into those of one request, by count and by bytes."""
        most = COMMAND_BYTES if self.embedder.command else HTTP_BYTES
        batch: list[str] = []
        size = 0
        for text in texts:
            length = len(text.encode("utf-8", "replace"))
            if batch and (len(batch) >= self.batch_size or size + length > most):
                yield batch
                batch, size = [], 0
            batch.append(text)
            size += length
        if batch:
            yield batch

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Returns the vectors of one batch. Raises CliError, and TextRefused for what its texts cause.

        An embedder that never answered is not waited for, unless it says that it is busy: its URL may be wrong.
        """
        attempts = Attempts(self._patience)
        while True:
            try:
                vectors = self._sent(texts)
                self._has_answered = True
                return vectors
            except Busy as exc:
                hint = f"it asks to wait {exc.retry_after:g} s" if exc.retry_after > self._patience.seconds else ""
                attempts.wait(self._named(exc, hint), at_least=exc.retry_after)
            except Unreachable as exc:
                hint = "--timeout SECONDS waits longer" if exc.fault is Fault.SILENT else ""
                if exc.fault is not Fault.LOST and not (self._has_answered and exc.fault is not Fault.TLS):
                    raise self._named(exc, hint) from exc
                attempts.wait(self._named(exc, hint))
            except CliError as exc:
                raise self._named(exc) from exc

    def parts(self, texts: Sequence[str]) -> list[list[float] | TextRefused]:
        """Like `embed`; a refused batch is taken apart until single texts are refused.

        Raises CliError for an embedder that has begun to refuse every text.
        """
        try:
            found = self.embed(texts)
            self._refusals = 0
            return [*found]
        except TextRefused as exc:
            if len(texts) == 1:
                if self._refusals % REFUSALS == 0:
                    self._require_working()
                self._refusals += 1
                return [exc]
        middle = len(texts) // 2
        return [*self.parts(texts[:middle]), *self.parts(texts[middle:])]

    def _require_working(self) -> None:
        """Embeds a text that was embedded before. Raises CliError if it is refused now."""
        try:
            self.embed([PROBE])
        except TextRefused as exc:
            raise CliError(
                f"{exc.message} (now also for a text that it embedded before)",
                hint=f"`show embedder {self.embedder.name} --check` tries it",
            ) from exc

    def _sent(self, texts: Sequence[str]) -> list[list[float]]:
        if self.embedder.command:
            from .program import embed_by_command

            vectors = embed_by_command(self.embedder, texts, self._seconds, self._patience.stopped)
        else:
            from .http_requests import embed_by_http

            vectors = embed_by_http(self.embedder, self._token, texts, self._seconds)
        dim = self.dim or len(vectors[0])
        other = next((len(each) for each in vectors if len(each) != dim), None)
        if other is not None:
            raise InvalidAnswer(f"expected vectors of {dim} numbers, got {other}")
        return vectors

    def _named(self, error: CliError, hint: str = "") -> CliError:
        return error.with_context(prefix=f"embedder {self.embedder.name!r}", default_hint=hint)


def embedding_client(
    session: Session, embedder: Embedder, *, dim: int, patience: Patience = NO_PATIENCE
) -> EmbeddingClient:
    """Returns a client with the embedder's token. Raises CliError for one that is not there."""
    usual = COMMAND_SECONDS if embedder.command else HTTP_SECONDS
    token = token_of(embedder, session.embedders.token)
    return EmbeddingClient(embedder, token, dim=dim, seconds=session.chosen_timeout or usual, patience=patience)


def token_of(embedder: Embedder, stored: Callable[[Embedder], str]) -> str:
    """Returns an embedder's token, from the environment or the store; "" if it has none."""
    variable = embedder.token_variable
    if not variable:
        return stored(embedder)
    token = os.environ.get(variable, "").strip()
    if not token:
        raise CliError(
            f"embedder {embedder.name!r} has its token in ${variable}, which is not set",
            hint=f"set {variable} before milvus_cli starts",
        )
    require_token(token, f"${variable}")
    return token


def require_token(token: str, name: str) -> None:
    """Raises InvalidInput, without the token, for one that no header can hold."""
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InvalidInput(f"{name}: expected printable ASCII characters without spaces")
