"""One round: a job, the faults of its plan, --resume until it is done, and what is there then."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.soak.faults import Injector, draw
from tests.soak.jobs import SLOW, Job, Stage, Words, make_job
from tests.support.tcp_proxy import TcpProxy

KINDS = ("insert new", "upsert existing", "insert existing", "copy", "copy into existing", "export")
SERVERS = ("milvus", "lite")
SCENARIOS = tuple(f"{server}: {kind}" for kind in KINDS for server in SERVERS)
MOST_ATTEMPTS = 15
LONGEST = 300.0
"""Seconds of one attempt: what lasts longer hangs."""


@dataclass
class Round:
    """What came of it; good when there are no problems."""

    scenario: str
    faults: Counter[str] = field(default_factory=Counter)
    attempts: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        faults = ", ".join(f"{count} {kind}" for kind, count in sorted(self.faults.items())) or "no fault"
        result = "ok" if not self.problems else f"FAILED: {'; '.join(self.problems)}"
        runs = f"{self.attempts} run{'' if self.attempts == 1 else 's'}"
        return f"{self.scenario:<26} {self.seconds:5.1f} s  {runs:<7} {faults}: {result}"


def play(stages: Mapping[str, Stage], scenario: str, seed: int) -> Round:
    """The round of a seed."""
    server, kind = scenario.split(": ")
    chance = random.Random(seed)
    plan = draw(chance)
    stage, other = stages[server], next(each for name, each in stages.items() if name != server)
    made = Round(scenario)
    with TcpProxy(stage.server.host, stage.server.port) as proxy:
        job = make_job(kind, stage, other, f"http://127.0.0.1:{proxy.port}", chance)
        proxy.bytes_up = proxy.bytes_down = 0
        injector = Injector(plan, chance, proxy, stage.server, job.bytes_a_row * stage.count)
        began = time.monotonic()
        told = _Player(job, injector, proxy, made).run()
        made.seconds = time.monotonic() - began
        injector.over()
    made.faults = injector.done
    if told is None:
        job.give_up()
        return made
    try:
        made.problems += job.wrong(told)
    except TimeoutError as exc:
        job.give_up()
        made.problems.append(str(exc))
    return made


class _Player:
    def __init__(self, job: Job, injector: Injector, proxy: TcpProxy, made: Round) -> None:
        self._job = job
        self._injector = injector
        self._made = made
        self._done_by_second: str | None = None
        self._env = {"MILVUS_URI": f"http://127.0.0.1:{proxy.port}"}

    def run(self) -> str | None:
        """What the last run wrote to stdout; None when it never came to an end."""
        line, said = self._job.line, ""
        for _ in range(MOST_ATTEMPTS):
            self._made.attempts += 1
            code, out, said = self._attempt(line)
            # Killed behind its last line, a job is done, and has said so.
            if code == 0 or (code == -9 and out.endswith("\n")):
                return out
            if self._done_by_second is not None:
                return self._done_by_second
            if code == 1 and "nothing to resume" in said:
                if not self._job.may_begin_anew():
                    break
                line = self._job.line
            elif code in (1, 3, -9):
                # Milvus Lite comes back with nothing loaded.
                if "is not loaded" in said:
                    self._job.stage.load()
                line = [*self._job.line, *self._job.again]
            else:
                break
        self._made.problems.append(f"it ended with {said.strip()!r} in run {self._made.attempts}")
        return None

    def _attempt(self, line: Words) -> tuple[int, str, str]:
        until = time.monotonic() + LONGEST
        with self._start(line) as process:
            while process.poll() is None:
                if time.monotonic() > until:
                    process.kill()
                    out, err = process.communicate()
                    return 1000, out, f"{out}{err} no end within {LONGEST:g} s"
                self._injector.act(process.kill, lambda: self._second_job(process))
                time.sleep(0.01)
            out, err = process.communicate()
        return process.returncode, out, err

    def _second_job(self, first: "subprocess.Popen[str]") -> None:
        """Must be refused while the first one runs."""
        with self._start([*self._job.line, *self._job.again]) as second:
            try:
                out, err = second.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                second.kill()
                out, err = second.communicate()
        if second.returncode == 0 and first.poll() is not None:
            # The first one was gone by then, and this one went on in its place.
            self._done_by_second = out
        elif second.returncode != 1 and first.poll() is None:
            self._made.problems.append(f"the second job ended with {second.returncode}: {(out + err).strip()!r}")

    def _start(self, line: Words) -> "subprocess.Popen[str]":
        return self._job.stage.cli.start("--timeout", SLOW, *line, env=self._env)
