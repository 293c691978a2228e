"""What goes wrong in a round: a plan drawn from its seed, each fault due when so many bytes have gone to the server."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.process import ServerProcess
from tests.support.tcp_proxy import TcpProxy

ANSWER = 1_000
"""Bytes that an answer to a write or a read has at least; what is smaller only keeps the connection going."""


@dataclass(frozen=True)
class Fault:
    """`kind`, and after which fraction of all bytes it is due."""

    kind: str
    after: float


def draw(chance: random.Random) -> list[Fault]:
    """Two to four kinds of faults, some of them several times."""
    kinds = chance.sample(sorted(MOST), chance.randint(2, 4))
    faults = [Fault(kind, chance.uniform(0.02, 0.95)) for kind in kinds for _ in range(chance.randint(1, MOST[kind]))]
    return sorted(faults, key=lambda fault: fault.after)


MOST = {
    "cut": 4,
    "lost answer": 4,
    "delay": 2,
    "stall": 2,
    "refusal": 2,
    "client killed": 2,
    "server killed": 1,
    "second job": 1,
}


class Injector:
    """Does to proxy, server and process what a plan has, when it is due."""

    def __init__(self, plan: list[Fault], chance: random.Random, proxy: TcpProxy, server: ServerProcess, size: int):
        self.done = Counter[str]()
        self._plan = list(plan)
        self._chance = chance
        self._proxy = proxy
        self._server = server
        self._size = size
        self._ends: list[tuple[float, Callable[[], None]]] = []

    def act(self, kill_client: Callable[[], None], second_job: Callable[[], None]) -> None:
        """What is due now; to be called again and again."""
        self._end(time.monotonic())
        moved = self._proxy.bytes_up + self._proxy.bytes_down
        while self._plan and self._plan[0].after * self._size <= moved:
            kind = self._plan.pop(0).kind
            self.done[kind] += 1
            if kind == "client killed":
                return kill_client()
            if kind == "second job":
                self.over()
                second_job()
            else:
                self._inject(kind)

    def over(self) -> None:
        """Ends what lasts, so that the way is free."""
        self._end(float("inf"))

    def _inject(self, kind: str) -> None:
        chance, proxy = self._chance, self._proxy
        if kind == "cut":
            proxy.cut_after(chance.randrange(1, 400_000))
        elif kind == "lost answer":
            proxy.cut_answer(ANSWER)
        elif kind == "delay":
            proxy.delay(chance.uniform(0.002, 0.05))
            self._later(chance.uniform(0.5, 2), lambda: proxy.delay(0))
        elif kind == "stall":
            proxy.freeze()
            self._later(chance.uniform(0.5, 5), proxy.thaw)
        elif kind == "refusal":
            proxy.refuse()
            proxy.cut()
            self._later(chance.uniform(0.2, 2), proxy.accept)
        elif kind == "server killed":
            self._server.kill()
            self._server.start()

    def _later(self, seconds: float, end: Callable[[], None]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _end(self, now: float) -> None:
        due = [end for at, end in self._ends if at <= now]
        self._ends = [(at, end) for at, end in self._ends if at > now]
        for end in due:
            end()
