"""Times whole processes fairly: side by side, in turn, so that what disturbs one disturbs all."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeAlias

PROMPT_SECONDS = 30.0
ESCAPE_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>])")
ASKS_FOR_CURSOR = b"\x1b[6n"


class BenchFailed(Exception):
    """Something that was to be timed did not work."""


@dataclass(frozen=True)
class Sample:
    """One run: milliseconds by the clock, and of processor time (user and system)."""

    wall: float
    cpu: float


Task: TypeAlias = Callable[[], Sample]


@dataclass(frozen=True)
class Process:
    """A command run to its end; exit code 0 is demanded. ENV is the whole environment."""

    argv: Sequence[str | Path]
    env: Mapping[str, str]
    stdin: str = ""

    def __call__(self) -> Sample:
        argv = [str(word) for word in self.argv]
        # The official milvus-cli reads commands from a pipe, and none from a file. What is given fits a pipe's buffer.
        reader, writer = os.pipe()
        os.write(writer, self.stdin.encode())
        os.close(writer)
        with open(reader, "rb") as stdin, tempfile.TemporaryFile() as output:
            redirections = [
                (os.POSIX_SPAWN_DUP2, source.fileno(), target)
                for source, target in ((stdin, 0), (output, 1), (output, 2))
            ]
            started = time.perf_counter()
            pid = os.posix_spawn(argv[0], argv, dict(self.env), file_actions=redirections)
            _, status, usage = os.wait4(pid, 0)
            wall = time.perf_counter() - started
            if status:
                output.seek(0)
                code = os.waitstatus_to_exitcode(status)
                raise BenchFailed(f"{' '.join(argv)} ended with {code}:\n{output.read().decode(errors='replace')}")
        return Sample(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


@dataclass(frozen=True)
class Prompt:
    """A shell in a pseudo-terminal, timed until it shows PROMPT (spaces apart), then killed."""

    argv: Sequence[str | Path]
    env: Mapping[str, str]
    prompt: str

    def __call__(self) -> Sample:
        master, slave = pty.openpty()
        try:
            started = time.perf_counter()
            process = subprocess.Popen(
                self.argv, stdin=slave, stdout=slave, stderr=slave, env=self.env, start_new_session=True
            )
            try:
                os.close(slave)
                wall = self._wait(master, started)
            finally:
                # Not send_signal: it would reap a process that has ended.
                os.kill(process.pid, signal.SIGKILL)
                _, _, usage = os.wait4(process.pid, 0)
                process.returncode = -signal.SIGKILL
        finally:
            os.close(master)
        return Sample(wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000)

    def _wait(self, master: int, started: float) -> float:
        output, answered = b"", 0
        while time.perf_counter() - started < PROMPT_SECONDS:
            if not select.select([master], [], [], 1)[0]:
                continue
            try:
                output += os.read(master, 65536)
            except OSError:  # it has ended
                break
            # What looks like a space may be a movement of the cursor.
            if self.prompt.replace(" ", "").encode() in ESCAPE_SEQUENCE.sub(b"", output).replace(b" ", b""):
                return time.perf_counter() - started
            while output.count(ASKS_FOR_CURSOR) > answered:
                answered += 1
                os.write(master, b"\x1b[1;1R")
        raise BenchFailed(f"{self.argv} showed no {self.prompt!r}:\n{output.decode(errors='replace')}")


Samples: TypeAlias = Mapping[str, Sequence[Sample]]


def measure(tasks: Mapping[str, Task], rounds: int) -> Samples:
    """Runs the tasks in turn (A B C, A B C, …), after one round that does not count."""
    samples: dict[str, list[Sample]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(rounds):
        for name, task in tasks.items():
            samples[name].append(task())
    return samples


def median_wall(samples: Sequence[Sample]) -> float:
    return median(each.wall for each in samples)


def least_wall(samples: Sequence[Sample]) -> float:
    return min(each.wall for each in samples)


def ratio(samples: Sequence[Sample], floor: Sequence[Sample]) -> float:
    """The median of the ratios round by round: what slows a whole round cancels out."""
    return median(each.wall / base.wall for each, base in zip(samples, floor, strict=True))


def cpu_ratio(samples: Sequence[Sample], floor: Sequence[Sample]) -> float:
    """As `ratio`, of processor time: it moves less where other programs run."""
    return median(each.cpu / base.cpu for each, base in zip(samples, floor, strict=True))


def peak_memory(argv: Sequence[str | Path], env: Mapping[str, str]) -> float:
    """The most memory that a command held at once, in MB; its output is thrown away.

    A bare Python stands between: a process begins with the peak of the one that started it.
    """
    between = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", between, *argv], env=env, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise BenchFailed(done.stderr)
    unit = 1 if sys.platform == "darwin" else 1024
    return int(done.stdout) * unit / 1e6
