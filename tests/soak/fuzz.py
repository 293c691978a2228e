"""Runs random lines against Milvus Lite and against a peer that answers nonsense. Exit code 1 if one of them fails.

A line fails when it ends in an internal error, a traceback, an unknown exit code, a failure that says nothing, or not
at all. `--first N` begins at line N: a line's session begins with the line whose number is a multiple of 25.
"""

import argparse
import faulthandler
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from milvus_cli.app.runner import run_script
from milvus_cli.completion.catalog import Catalog
from milvus_cli.connections.environment import Config
from milvus_cli.connections.lite import LiteServer as Embedded
from milvus_cli.connections.lite import LiteServers
from milvus_cli.errors import CliError, Leave
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from tests.soak.lines import Lines, count_commands
from tests.soak.nonsense import NonsensePeer
from tests.support.cli import ROOT
from tests.support.lite_server import LiteServer
from tests.support.recorder import Recorder, run_here

CODES = {0, 1, 2, 3, 4, 5, 130}
TOGETHER = 25
"""Lines of one session."""
SECONDS = 120.0
"""After which a line hangs; each call has a deadline of a fortieth."""
BOOK = (
    "create collection -c book -f id:INT64 -f title:VARCHAR:200 -f vector:FLOAT_VECTOR:4 -p id --dynamic",
    "create index -c book -f vector -in by_vector -t HNSW -m COSINE --param M:16 --param efConstruction:200",
    "insert fake book -n 50",
    "load collection book",
    "create alias -c book -a novel",
    "create partition -c book -p half",
)


class NoServers(LiteServers):
    """Those of a fuzz: none is started, as it would outlive its line."""

    def start(self, path: str) -> Embedded:
        raise CliError("no server is started in a fuzz")


class Hang(BaseException):
    """A line took too long."""


def main() -> int:
    given = _parser().parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    began, half = time.monotonic(), (given.lines + 1) // 2
    _be_nobody()
    with tempfile.TemporaryDirectory(prefix="milvus_cli-fuzz-") as work:
        failures = 0
        if given.server in ("lite", ""):
            with LiteServer(Path(work) / "server") as server:
                fuzz = Fuzz(seed, Path(work) / "lite", server.uri, server.address, before=lambda key: None)
                fuzz.prepare = lambda: _make_book(Path(work), server.uri)
                failures += fuzz.run(range(given.first, given.first + half))
        if given.server in ("nonsense", ""):
            with NonsensePeer() as peer:
                fuzz = Fuzz(seed, Path(work) / "nonsense", peer.uri, peer.address, before=peer.begin)
                failures += fuzz.run(range(given.first, given.first + half))
    print(
        f"seed {seed}: {given.lines:,} lines over {count_commands()} commands, "
        f"{time.monotonic() - began:.0f} s: {failures} failed"
    )
    return 1 if failures else 0


class Fuzz:
    """The lines of a seed against one server."""

    def __init__(self, seed: int, directory: Path, uri: str, address: str, *, before: Callable[[str], None]) -> None:
        (directory / "files").mkdir(parents=True)
        self.prepare: Callable[[], None] = lambda: None
        self._seed = seed
        self._directory = directory
        self._uri = uri
        self._lines = Lines(directory / "files", address)
        self._before = before
        self._codes = Counter[int]()
        self._kinds = Counter[str]()

    def run(self, numbers: range) -> int:
        """Returns how many failed; each is told as it does."""
        failures = 0
        before = Path.cwd()
        os.chdir(self._directory / "files")
        try:
            session, console = self._session()
            for number in numbers:
                if number % TOGETHER == 0:
                    session.close()
                    self.prepare()
                    session, console = self._session()
                failures += self._failed(number, session, console)
            session.close()
        finally:
            os.chdir(before)
        told = ", ".join(f"{count} times {code}" for code, count in sorted(self._codes.items()))
        print(f"{self._directory.name}: exit codes {told}", flush=True)
        for kind, count in self._kinds.most_common():
            print(f"{count:6} times {kind}", flush=True)
        return failures

    def _session(self) -> tuple[Session, Recorder]:
        home = self._directory / "home"
        console = Recorder("some text\n")
        session = Session(Config(home, uri=self._uri), console, load(home / "config.toml", {}), catalog=Catalog)
        session.state.servers = NoServers(home, console.note)
        return session.with_options(session.options.but({"timeout": SECONDS / 40, "debug": True})), console

    def _failed(self, number: int, session: Session, console: Recorder) -> bool:
        chance = random.Random(f"{self._seed} {number}")
        line = self._lines.make(chance, number)
        self._before(f"{self._seed} {number}")
        for stream in (console.out, console.err):
            stream.seek(0)
            stream.truncate()
        problem = self._problem(line, session, console)
        if problem:
            self._kinds[_kind(problem)] += 1
            print(
                f"FAILED {self._directory.name} --seed {self._seed} --first {number}: {_cut(line)!r}\n  {problem}",
                flush=True,
            )
        return bool(problem)

    def _problem(self, line: str, session: Session, console: Recorder) -> str:
        try:
            with deadline(SECONDS):
                code = run_script([line], session, name="fuzz", keep_going=True)
        except Leave as leave:
            code = leave.exit_code
        except Hang as hang:
            return f"no end within {SECONDS:g} s, in {hang}"
        except BaseException as exc:
            return f"{type(exc).__name__} came out of it: {exc}"
        self._codes[code] += 1
        out, err = console.written()
        if "internal error" in err:
            return _cut(err[max(err.rfind("  File", 0, err.rindex("internal error")) - 1_000, 0) :].strip(), 2_000)
        if code not in CODES and "exit" not in line:
            return f"exit code {code}"
        if code and not out and "error" not in err and "exit" not in line and ">" not in line:
            return f"exit code {code}, and nothing said"
        return ""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raises Hang in it when it is over, wherever the main thread is; ends the process when that does not help."""

    def over(number: int, frame: FrameType | None) -> None:
        where = []
        while frame is not None:
            where.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
            frame = frame.f_back
        raise Hang(" < ".join(where[:12]))

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(3 * seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _make_book(work: Path, uri: str) -> None:
    """What lines may have deleted; what is there stays."""
    for line in BOOK:
        run_here(line.split(), work / "preparing", uri)


def _be_nobody() -> None:
    """What this machine has set counts for nothing."""
    for name in [each for each in os.environ if each.startswith(("MILVUS_", "ZILLIZ_"))]:
        del os.environ[name]
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


def _kind(problem: str) -> str:
    """Failures of one kind have the same last place in the program, and the same exception."""
    places = re.findall(rf'File "{ROOT}/(\S+)", line (\d+), in', problem)
    last = ":".join(places[-1]) if places else ""
    said = problem.rpartition("internal error: ")[2].partition("\n")[0]
    return f"{last} {said}"[:200]


def _cut(text: str, most: int = 1_500) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.soak.fuzz", description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000, metavar="N", help="half of them against each [20000]")
    parser.add_argument("--seed", type=int, metavar="N", help="the same lines and answers for the same seed")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="the number of the first line [0]")
    parser.add_argument("--server", choices=("lite", "nonsense"), default="", help="only against this one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
