"""What one look of `top` costs, beside the library's parser on the same text; without the way over the network."""

import time
from collections.abc import Callable
from itertools import count

from milvus_cli.monitor.rates import Watcher
from milvus_cli.monitor.top import look_of
from milvus_cli.server.metrics import samples
from tests.bench.report import Row, compare
from tests.bench.timing import Sample, Task, measure

FUNCTIONS, BUCKETS, OTHERS = 34, 19, 3_000
"""As many request types and steps as a Milvus 2.3.5 shows that was used for an hour, and other lines."""


def measure_top(rounds: int) -> list[Row]:
    number = count()
    watcher = Watcher("bench", lambda: text(next(number)))
    watcher.start()
    tasks: dict[str, Task] = {
        "all parsed by the library": _timed(lambda: sum(1 for _ in samples(text(next(number))))),
        "one look of top": _timed(lambda: look_of([watcher.look()])),
    }
    return compare(measure(tasks, rounds), "all parsed by the library", {"one look of top": 0.3})


def text(number: int) -> str:
    """Metrics in which a quarter of the requests went on since the text before."""
    lines = ["# TYPE milvus_proxy_req_count counter"]
    counts = [number * 10 if function % 4 == 0 else 7 for function in range(FUNCTIONS)]
    for function, requests in enumerate(counts):
        for status in ("success", "total"):
            lines.append(
                f'milvus_proxy_req_count{{function_name="F{function}",node_id="1",status="{status}"}} {requests}'
            )
    lines.append("# TYPE milvus_proxy_req_latency histogram")
    for function, requests in enumerate(counts):
        for step in range(BUCKETS):
            le = "+Inf" if step == BUCKETS - 1 else str(2**step)
            lines.append(
                f'milvus_proxy_req_latency_bucket{{function_name="F{function}",node_id="1",le="{le}"}} {requests}'
            )
    lines.append("# TYPE milvus_other gauge")
    lines += [
        f'milvus_other{{channel_name="by-dev-rootcoord-dml_{each}",node_id="1"}} {each}' for each in range(OTHERS)
    ]
    return "\n".join(lines) + "\n"


def _timed(act: Callable[[], object]) -> Task:
    def run() -> Sample:
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        return Sample((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)

    return run
