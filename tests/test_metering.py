"""Progress of transfers on a terminal and elsewhere, by a clock that the test controls."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from milvus_cli.connections.environment import Config
from milvus_cli.errors import CliError
from milvus_cli.output import progress
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.transfer import meter
from milvus_cli.transfer.meter import Meter
from tests.support.recorder import Recorder


class Watched(Recorder):
    """A terminal of 100 columns."""

    stderr_is_terminal = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands still; both modules see its `seconds`."""
    clock = SimpleNamespace(seconds=1_000.0)
    for module in (meter, progress):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    monkeypatch.setattr(meter, "WORTH_TELLING", 1.0)
    monkeypatch.setenv("COLUMNS", "100")
    return clock


@pytest.fixture
def session_of(tmp_path: Path) -> Callable[[Recorder], Session]:
    """Makes a session of a console."""
    return lambda console: Session(Config(tmp_path), console, load(tmp_path / "config.toml", {}))


def test_a_bar_tells_rows_speed_and_time_left(
    clock: SimpleNamespace, session_of: Callable[[Recorder], Session]
) -> None:
    console = Watched()
    with Meter(session_of(console), "Exporting 'book'") as meter:
        clock.seconds += 0.2
        meter.moved(10, 1_000, 0.1)
        clock.seconds += 1.8
        meter.moved(4_000, 8_000_000, 0.4)
        clock.seconds += 3
        meter.add(6_000, 12_000_000, of=10_000)
    assert console.written() == (
        "",
        (
            "\r\x1b[KExporting 'book'  █████████░░░░░░░░░░░░░░░  40%  4,000 rows, 2,000/s, 4.0 MB/s, 3 s left"
            "\r\x1b[KExporting 'book'  ████████████████████████ 100%  10,000 rows, 2,000/s, 4.0 MB/s, 0 s left"
            "\r\x1b[K5.0 s: 2,000 rows/s, 4.0 MB/s\n"
        ),
    )


def test_a_bar_is_as_wide_as_there_is_room(
    clock: SimpleNamespace, session_of: Callable[[Recorder], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    console = Watched()
    monkeypatch.setenv("COLUMNS", "80")
    with Meter(session_of(console), "Exporting 'book'") as meter:
        clock.seconds += 2
        meter.moved(4_000, 8_000_000, 0.5)
    line = console.written()[1].split("\r\x1b[K")[1]
    assert line == "Exporting 'book'  ██████░░░░░░░  50%  4,000 rows, 2,000/s, 4.0 MB/s, 2 s left"
    assert len(line) == 80 - progress.LEFT_FREE


def test_elsewhere_a_line_at_the_end_tells_how_fast_it_was(
    clock: SimpleNamespace, session_of: Callable[[Recorder], Session]
) -> None:
    console = Recorder()
    with Meter(session_of(console), "Exporting 'book'", rows=1_000) as meter:
        # The size of an earlier run is unknown until the first move.
        meter.moved(1_500, 3_000_000, 0.15)
        clock.seconds += 2
        meter.moved(10_000, 20_000_000, 1.0)
    assert console.written() == ("", "2.0 s: 4,500 rows/s, 8.5 MB/s\n")


def test_a_continued_transfer_of_one_step_has_no_rate_of_bytes(
    clock: SimpleNamespace, session_of: Callable[[Recorder], Session]
) -> None:
    console = Recorder()
    with Meter(session_of(console), "Inserting into 'book'", rows=1_000) as meter:
        clock.seconds += 2
        meter.moved(3_000, 20_000_000, 1.0)
    assert console.written() == ("", "2.0 s: 1,000 rows/s\n")


def test_no_rate_is_reported_of_quick_failed_and_quiet_work(
    clock: SimpleNamespace, session_of: Callable[[Recorder], Session]
) -> None:
    console = Recorder()
    with Meter(session_of(console), "Exporting 'book'") as meter:
        clock.seconds += 0.9
        meter.moved(10, 10, 1.0)
    with contextlib.suppress(CliError), Meter(session_of(console), "Exporting 'book'"):
        clock.seconds += 9
        raise CliError("no")
    quiet = session_of(console)
    quiet.options = Options(quiet=True)
    with Meter(quiet, "Exporting 'book'") as meter:
        clock.seconds += 9
        meter.moved(10, 10, 1.0)
    assert console.written() == ("", "")
