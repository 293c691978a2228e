"""Moves rows while connections, clients and servers break, and checks each row afterwards. Exit code 1 if one is wrong.

Each round has a seed: `--rounds 1 --seed N --scenario 'milvus: copy'` plays one again.
"""

import argparse
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.soak.jobs import SetUpFailed, Stage
from tests.soak.rounds import SCENARIOS, Round, play
from tests.support.cli import Cli
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer


def main() -> int:
    given = _parser().parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(1_000_000)
    scenarios = [each for each in SCENARIOS if given.scenario in each]
    if given.scenario in SCENARIOS:
        scenarios = [given.scenario]
    if not scenarios:
        print(f"no scenario has {given.scenario!r} in its name: {', '.join(SCENARIOS)}", file=sys.stderr)
        return 2
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="milvus_cli-soak-") as work, ExitStack() as stack:
        stages = _stages(Path(work), given.rows, stack)
        rounds = [_played(stages, scenarios, seed + number) for number in range(given.rounds)]
    failed = [each for each in rounds if each.problems]
    faults = sum(each.faults.total() for each in rounds)
    print(
        f"{len(rounds)} rounds of {given.rows:,} rows, {faults} faults, {time.monotonic() - began:.0f} s: "
        f"{len(rounds) - len(failed)} ok, {len(failed)} failed"
    )
    return 1 if failed else 0


def _stages(work: Path, rows: int, stack: ExitStack) -> dict[str, Stage]:
    servers = {
        "milvus": stack.enter_context(MilvusServer(work / "milvus", session_ttl=5)),
        "lite": stack.enter_context(LiteServer(work / "lite")),
    }
    stages = {}
    for name, server in servers.items():
        (work / f"{name}-client").mkdir()
        stages[name] = Stage(server, Cli(work / f"{name}-client"), rows)
    return stages


def _played(stages: dict[str, Stage], scenarios: list[str], seed: int) -> Round:
    scenario = scenarios[seed % len(scenarios)]
    try:
        made = play(stages, scenario, seed)
    except (SetUpFailed, TimeoutError) as exc:
        made = Round(scenario, problems=[f"not played: {exc}"])
        for stage in stages.values():
            stage.version = None
    print(f"seed {seed:<7} {made}", flush=True)
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="[50]")
    parser.add_argument("--rows", type=int, default=300_000, metavar="N", help="rows of each round [300000]")
    parser.add_argument("--seed", type=int, metavar="N", help="of the first round; each further one has the next")
    parser.add_argument(
        "--scenario", default="", metavar="TEXT", help="only those with TEXT in their name: " + ", ".join(SCENARIOS)
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
