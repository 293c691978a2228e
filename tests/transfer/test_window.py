"""The window of batches in flight: order, room, and the batches that count when it ends early."""

from collections.abc import Callable
from concurrent.futures import Future

import pytest

from milvus_cli.errors import CliError, Interrupted
from milvus_cli.transfer import window
from milvus_cli.transfer.sender import Outcome
from milvus_cli.transfer.window import SendWindow


def arrived(rows: int) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_result(Outcome(rows))
    return future


def failed(error: Exception) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_exception(error)
    return future


def listing(found: list[str]) -> Callable[[str, Outcome], None]:
    return lambda batch, outcome: found.append(f"{batch} {outcome.inserted}")


def send(window: SendWindow[str], *batches: Future[Outcome], then: BaseException | None = None) -> None:
    """Sends batches named a, b, … and waits for them, unless the reader ends with an exception."""
    with window.open():
        for name, future in zip("abc", batches, strict=False):
            window.add(name, future)
        if then is not None:
            raise then
        window.drain()


def test_batches_are_counted_in_the_order_in_which_they_were_sent() -> None:
    found: list[str] = []
    sent = SendWindow(3, listing(found))
    sent.add("a", arrived(1))
    sent.add("b", arrived(2))
    assert (found, list(sent.batches)) == ([], ["a", "b"])
    sent.add("c", arrived(3))
    assert (found, list(sent.batches)) == (["a 1"], ["b", "c"])
    sent.drain()
    assert found == ["a 1", "b 2", "c 3"]


def test_no_batch_counts_behind_one_that_failed() -> None:
    found: list[str] = []
    sent = SendWindow(9, listing(found))
    with pytest.raises(CliError, match="refused"):
        send(sent, arrived(1), failed(CliError("refused")), arrived(3))
    assert found == ["a 1"]
    assert [str(each) for each in sent.errors()] == ["refused", "None"]


def test_no_batch_counts_behind_one_that_could_not_be_stored() -> None:
    found: list[str] = []

    def store(batch: str, outcome: Outcome) -> None:
        raise CliError("disk full")

    sent = SendWindow(9, listing(found), store=store)
    with pytest.raises(CliError, match="disk full"):
        send(sent, arrived(1), arrived(2))
    assert (found, list(sent.batches)) == ([], ["a", "b"])


def test_batches_behind_an_error_of_count_still_count() -> None:
    found: list[str] = []

    def count(batch: str, outcome: Outcome) -> None:
        found.append(batch)
        raise CliError("can't write the checkpoint")

    with pytest.raises(CliError, match="checkpoint"):
        send(SendWindow(9, count), arrived(1), arrived(2))
    assert found == ["a", "b"]


def test_batches_sent_before_an_error_of_the_reader_count() -> None:
    found: list[str] = []
    with pytest.raises(CliError, match="row 7"):
        send(SendWindow(9, listing(found)), arrived(1), then=CliError("row 7 is broken"))
    assert found == ["a 1"]


def test_ctrl_c_counts_batches_that_are_answered_soon_and_leaves_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window, "LEAVING_SECONDS", 0.05)
    found: list[str] = []
    sent = SendWindow(9, listing(found))
    with pytest.raises(Interrupted):
        send(sent, arrived(1), Future(), arrived(3), then=KeyboardInterrupt())
    assert (found, list(sent.batches)) == (["a 1"], [])
