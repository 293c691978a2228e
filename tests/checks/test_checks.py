"""check vectors, check keys and check recall on Milvus and Milvus Lite, against numpy's results."""

import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pymilvus import MilvusException

from milvus_cli.checks.pages import key_pages, sample_keys
from milvus_cli.checks.recall import SearchSetting, SettingResult, measure
from milvus_cli.checks.target import find_keys
from milvus_cli.client.client import Client
from milvus_cli.errors import Interrupted
from milvus_cli.search.request import Search
from tests.checks.conftest import CLUSTERED, PLANTED
from tests.support.cli import Cli, Run
from tests.support.milvus_server import MilvusServer
from tests.support.official import official_client
from tests.support.process import ServerProcess
from tests.support.terminal import Terminal
from tests.support.typed import Typed, failed

CLEAN = {"nan": 0, "infinity": 0, "duplicate": 0}
"""Of vectors under L2, where a length of 0 is as good as another."""


@pytest.fixture
def planted_faults(cli: Cli, server_with_faults: ServerProcess) -> Typed:
    """Commands on each kind of server in turn, whose collections have planted faults."""
    return Typed(cli, server_with_faults)


def report(typed: Typed, line: str, code: int) -> Any:
    run = typed(f"{line} -o json")
    assert (run.code, run.err) == (code, ""), run
    return json.loads(run.out)


def counts(found: Any) -> dict[str, int]:
    return {each["finding"]: each["count"] for each in found["findings"]}


def examples(found: Any) -> dict[str, Any]:
    return {each["finding"]: each["examples"] for each in found["findings"]}


# check vectors

TABLE = """\
╭────────────┬────────────────╮
│ field      │ value          │
├────────────┼────────────────┤
│ collection │ checks_planted │
│ field      │ v              │
│ type       │ FLOAT_VECTOR   │
│ metric     │ IP             │
│ rows       │ 20             │
│ sample     │ no             │
│ problems   │ 5              │
╰────────────┴────────────────╯

Findings
╭────────────────┬───────┬─────────────────────────┬───────────────────────────────────────────────────────────────╮
│ finding        │ count │ examples                │ meaning                                                       │
├────────────────┼───────┼─────────────────────────┼───────────────────────────────────────────────────────────────┤
│ nan            │     0 │ []                      │ holds a NaN: no distance to it is a number                    │
│ infinity       │     0 │ []                      │ holds an infinity: no distance to it is finite                │
│ zero           │     1 │ [3]                     │ has length 0: no direction, so no angle                       │
│ not_normalised │     1 │ [5]                     │ has another length than 1: under IP longer vectors come first │
│ duplicate      │     3 │ [[8, 11, 12], [14, 15]] │ equals the vector of a row with a lower key                   │
╰────────────────┴───────┴─────────────────────────┴───────────────────────────────────────────────────────────────╯
(5 rows)

Norms
╭─────┬─────┬─────┬─────┬─────┬──────╮
│ min │  p5 │ p50 │ p95 │ max │ mean │
├─────┼─────┼─────┼─────┼─────┼──────┤
│ 0.0 │ 1.0 │ 1.0 │ 1.0 │ 3.0 │ 1.05 │
╰─────┴─────┴─────┴─────┴─────┴──────╯
(1 row)
"""


def test_check_vectors_shows_the_planted_faults_as_a_table_and_exits_1(planted_faults: Typed) -> None:
    assert planted_faults("check vectors -c checks_planted -f v") == Run(1, TABLE, "")


def test_check_vectors_reports_the_planted_faults_as_json_with_examples(planted_faults: Typed) -> None:
    found = report(planted_faults, "check vectors checks_planted", 1)
    assert counts(found) == {"nan": 0, "infinity": 0, "zero": 1, "not_normalised": 1, "duplicate": 3}
    assert examples(found)["duplicate"] == [[8, 11, 12], [14, 15]]
    assert (found["rows"], found["problems"]) == (len(PLANTED), 5)
    assert found["norms"] == [{"min": 0.0, "p5": 1.0, "p50": 1.0, "p95": 1.0, "max": 3.0, "mean": 1.05}]


def test_check_vectors_that_finds_nothing_exits_0(planted_faults: Typed) -> None:
    found = report(planted_faults, "check vectors checks_clustered", 0)
    assert (counts(found), found["metric"], found["rows"], found["sample"]) == (CLEAN, "L2", 3000, False)
    lengths = np.linalg.norm(CLUSTERED.astype("f8"), axis=1)
    [norms] = found["norms"]
    assert norms["mean"] == pytest.approx(lengths.mean(), rel=1e-5)
    expected = np.quantile(lengths, [0, 0.05, 0.5, 0.95, 1], method="nearest")
    assert [norms[each] for each in ("min", "p5", "p50", "p95", "max")] == pytest.approx(expected.tolist(), rel=1e-3)


def test_check_vectors_ignores_chosen_findings_and_judges_by_another_metric(planted_faults: Typed) -> None:
    ignored = "--ignore zero --ignore duplicate --ignore not_normalised"
    found = report(planted_faults, f"check vectors checks_planted {ignored}", 0)
    assert (found["problems"], counts(found)["duplicate"]) == (0, 3)
    under_l2 = counts(report(planted_faults, "check vectors checks_planted --metric L2", 1))
    assert under_l2 == {"nan": 0, "infinity": 0, "duplicate": 3}
    assert counts(report(planted_faults, "check vectors checks_clustered --metric ip", 1))["not_normalised"] > 2900


def test_check_vectors_looks_at_a_sample(planted_faults: Typed) -> None:
    found = report(planted_faults, "check vectors checks_clustered --sample 100 --seed 4", 0)
    assert (found["rows"], found["sample"], counts(found)) == (100, True, CLEAN)
    assert report(planted_faults, "check vectors checks_planted --sample 1000", 1)["rows"] == len(PLANTED)


def test_check_vectors_finds_nan_and_infinities_which_milvus_lite_takes(
    cli: Cli, lite_with_faults: ServerProcess
) -> None:
    found = report(Typed(cli, lite_with_faults), "check vectors checks_odd", 1)
    assert counts(found) == {"nan": 1, "infinity": 2, "duplicate": 0}
    assert (examples(found)["nan"], examples(found)["infinity"]) == ([2], [3, 4])
    assert found["norms"] == [{"min": 1.0, "p5": 1.0, "p50": 1.0, "p95": 2.0, "max": 2.0, "mean": 1.5}]


def test_check_vectors_of_sparse_and_binary_vectors(cli: Cli, server_with_faults: ServerProcess, is_lite: bool) -> None:
    typed = Typed(cli, server_with_faults)
    if is_lite:
        assert counts(report(typed, "check vectors checks_sparse", 0)) == {**CLEAN, "zero": 0}
    else:
        found = report(typed, "check vectors checks_hamming --ignore duplicate --ignore zero", 0)
        assert (found["type"], set(counts(found))) == ("BINARY_VECTOR", {"zero", "duplicate"})


def test_under_cosine_vectors_of_one_direction_are_duplicates_whatever_their_length(
    planted_faults: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """70 directions, in the second and third copy two and three times as long."""
    found = report(planted_faults, "check vectors checks_cosine", 1)
    assert counts(found)["duplicate"] == 130
    assert examples(found)["duplicate"] == [[key, key + 70, key + 140] for key in range(5)]
    assert counts(report(planted_faults, "check vectors checks_cosine --metric L2", 0))["duplicate"] == 0
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert report(planted_faults, "check vectors checks_cosine", 1) == found


def test_check_vectors_needs_no_numpy(planted_faults: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert planted_faults("check vectors -c checks_planted") == Run(1, TABLE, "")


# check keys


def test_check_keys_finds_keys_that_milvus_has_twice(
    cli: Cli, server_with_faults: ServerProcess, is_lite: bool
) -> None:
    """Milvus Lite replaces a row inserted again under its key."""
    typed = Typed(cli, server_with_faults)
    found = report(typed, "check keys -c checks_twice", 0 if is_lite else 1)
    copies = [] if is_lite else [{"key": key, "rows": 2} for key in (2, 40, 41, 97)]
    rows = 101 + len(copies)
    assert found == {
        "collection": "checks_twice",
        "field": "id",
        "rows": rows,
        "keys": 101,
        "surplus_rows": len(copies),
        "duplicates": copies,
    }
    texts = report(typed, "check keys checks_texts", 0 if is_lite else 1)
    assert texts["duplicates"] == ([] if is_lite else [{"key": "it's", "rows": 2}, {"key": "日本", "rows": 2}])


def test_check_keys_limits_its_examples(cli: Cli, milvus_with_faults: ServerProcess) -> None:
    found = report(Typed(cli, milvus_with_faults), "check keys checks_twice -l 3", 1)
    assert (found["surplus_rows"], [each["key"] for each in found["duplicates"]]) == (4, [2, 40, 41])


def test_check_keys_without_any_exits_0(planted_faults: Typed) -> None:
    table = """\
╭──────────────┬────────────────╮
│ field        │ value          │
├──────────────┼────────────────┤
│ collection   │ checks_planted │
│ field        │ id             │
│ rows         │ 20             │
│ keys         │ 20             │
│ surplus_rows │ 0              │
╰──────────────┴────────────────╯
"""
    assert planted_faults("check keys checks_planted") == Run(0, table, "")


# check recall

QUERIES, K = 80, 10


def brute_force(server: ServerProcess, queries: list[int], nprobe: int) -> tuple[float, float]:
    """Mean and lowest recall of the L2 index on `checks_clustered`, without each query's own row."""
    rows = CLUSTERED.astype("f8")
    found = official_client(server.uri).search(
        "checks_clustered",
        [CLUSTERED[query].tolist() for query in queries],
        limit=K + 1,
        search_params={"metric_type": "L2", "params": {"nprobe": nprobe}},
    )
    recalls = []
    for query, hits in zip(queries, found, strict=True):
        distances = ((rows - rows[query]) ** 2).sum(axis=1)
        distances[query] = np.inf
        farthest = np.sort(distances)[K - 1]
        keys = [hit["id"] for hit in hits if hit["id"] != query][:K]
        recalls.append(sum(distances[key] <= farthest for key in keys) / K)
    return float(np.mean(recalls)), min(recalls)


def drawn(client: Client) -> list[int]:
    keys, _ = sample_keys(key_pages(client, find_keys(client, "checks_clustered")), QUERIES, seed=0)
    return [int(key) for key in keys]


RECALL = f"check recall -c checks_clustered -f v --sample {QUERIES} -k {K} --sweep nprobe=1,64"


def test_check_recall_agrees_with_brute_force(planted_faults: Typed, client: Client) -> None:
    low, high = planted_faults.json(RECALL)
    queries = drawn(client)
    for row, nprobe in ((low, 1), (high, 64)):
        mean, lowest = brute_force(planted_faults.server, queries, nprobe)
        assert row["recall"] == pytest.approx(mean, abs=1e-6)
        assert row["lowest"] == pytest.approx(lowest, abs=1e-6)

        assert row["params"] == {"nprobe": nprobe}
        assert (row["k"], row["queries"], row["rows"]) == (K, QUERIES, 3000)
        assert 0 < row["p50_ms"] <= row["p95_ms"]

    assert 0 < low["recall"] < 0.9 < high["recall"] <= 1


def test_check_recall_on_milvus_reaches_1_when_it_looks_everywhere(cli: Cli, milvus_with_faults: ServerProcess) -> None:
    [row] = Typed(cli, milvus_with_faults).json("check recall checks_clustered --sample 40 --sweep nprobe=64")
    assert (row["recall"], row["lowest"]) == (1.0, 1.0)


def test_check_recall_is_the_same_without_numpy(planted_faults: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "check recall checks_clustered --sample 25 --params '{\"nprobe\": 2}' --seed 3"
    [fast] = planted_faults.json(line)
    monkeypatch.setitem(sys.modules, "numpy", None)
    [plain] = planted_faults.json(line)
    latencies = ("p50_ms", "p95_ms")
    assert {key: each for key, each in plain.items() if key not in latencies} == {
        key: each for key, each in fast.items() if key not in latencies
    }
    assert 0 < fast["recall"] < 1


@pytest.mark.parametrize("rate", [2000, 1e-3])
def test_without_numpy_a_long_check_is_announced_and_a_too_long_one_refused(
    planted_faults: Typed, monkeypatch: pytest.MonkeyPatch, rate: float
) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    monkeypatch.setattr("milvus_cli.checks.report.PLAIN_RATE", rate)
    run = planted_faults("check recall checks_clustered --sample 2")
    if rate == 2000:
        assert (run.code, run.err) == (0, "numpy is not installed: exact search takes some 24 s\n")
    else:
        message = "exact search in plain Python would take some 800,000 minutes"
        assert run == failed(message, f"run `{sys.executable} -m pip install numpy`, or give a smaller --sample")


@pytest.mark.parametrize("name", ["planted", "cosine", "hamming", "jaccard", "sparse"])
def test_check_recall_of_exact_indexes_is_1_though_many_rows_are_equally_near(
    cli: Cli, server_with_faults: ServerProcess, is_lite: bool, name: str
) -> None:
    if name in (("hamming", "jaccard") if is_lite else ("sparse",)):
        return
    [row] = Typed(cli, server_with_faults).json(f"check recall checks_{name} --sample 15 -k 7")
    assert (row["recall"], row["lowest"], row["params"]) == (1.0, 1.0, {})


def test_a_setting_that_milvus_refuses_is_reported_with_its_value(cli: Cli, milvus_with_faults: ServerProcess) -> None:
    run = Typed(cli, milvus_with_faults)("check recall checks_clustered --sweep nprobe=0 --sample 2 -k 9")
    assert (run.code, run.out) == (1, "")
    assert "out of range in json: param nprobe" in run.err
    assert run.err.endswith("\nhint: 10 hits were asked for: k, and the row itself, which is left out\n")


def test_a_setting_that_milvus_refuses_leaves_the_others_measured(cli: Cli, milvus_with_faults: ServerProcess) -> None:
    run = Typed(cli, milvus_with_faults)("check recall checks_clustered --sweep nprobe=0,64 --sample 5 -o jsonl")
    refused, measured = map(json.loads, run.out.splitlines())
    assert (run.code, json.loads(run.err)["error"]["message"]) == (1, "the server refused 1 of 2 settings")
    assert (refused["params"], refused["recall"]) == ({"nprobe": 0}, None)
    assert "out of range in json: param nprobe" in refused["error"]
    assert (measured["params"], measured["recall"], measured["error"]) == ({"nprobe": 64}, 1.0, None)


def test_a_terminal_shows_each_setting_as_it_is_measured(
    cli: Cli, milvus_with_faults: ServerProcess, terminal: Callable[..., Terminal]
) -> None:
    assert cli("connect", milvus_with_faults.address, "-a", "dev").code == 0
    shell = terminal(rows=50, cols=160)
    shell.wait_for("dev/default>")
    shell.send_line("check recall checks_clustered --sweep nprobe=0,64 --sample 5")
    shell.wait_for("the server refused 1 of 2 settings")
    first, second = (shell.text.index(each) for each in ("nprobe=0: ", "nprobe=64: recall 1, p50 "))
    assert first < second < shell.text.index("│ params")


def test_settings_measured_before_an_interruption_are_kept(
    planted_faults: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(client: Client, search: Search, setting: SearchSetting, *given: Any) -> SettingResult:
        if setting["nprobe"] == 64:
            raise Interrupted
        return measure(client, search, setting, *given)

    monkeypatch.setattr("milvus_cli.checks.report.measure", interrupted)
    run = planted_faults("check recall checks_clustered --sweep nprobe=1,8,64 --sample 5 -o jsonl")
    assert [json.loads(line)["params"] for line in run.out.splitlines()] == [{"nprobe": 1}, {"nprobe": 8}]
    assert run.code == 130


@pytest.mark.parametrize("given", ["", " --svg r.svg"])
def test_plot_recall_draws_the_settings_that_the_server_takes(
    milvus_with_faults: ServerProcess, cli: Cli, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(cli.directory)
    run = Typed(cli, milvus_with_faults)(f"plot recall checks_clustered --sweep nprobe=0,64 --sample 5{given}")
    written = "Wrote r.svg: IVF_FLAT on 'v' by L2.\n" if given else ""
    assert (run.code, run.err) == (1, f"{written}error: the server refused 1 of 2 settings\n")
    assert ("nprobe=64" in run.out, "nprobe=0" in run.out) == (not given, False)


def test_check_recall_as_a_table_names_what_was_searched(planted_faults: Typed, is_lite: bool) -> None:
    run = planted_faults("check recall checks_planted --sample 3 -k 2")
    assert run.code == 0
    assert [word.strip() for word in run.out.splitlines()[1].split("│")[1:-1]] == [
        "params",
        "recall",
        "lowest",
        "p50_ms",
        "p95_ms",
        "k",
        "queries",
        "rows",
    ]
    assert run.out.splitlines()[-2] == "(1 row)"
    assert run.out.splitlines()[-1].startswith("FLAT on 'v' by IP")


# Collections that can't be checked

FAULTS = {
    "check vectors zyxwvq": failed("collection 'zyxwvq' not found", "run `list collections`"),
    "check keys zyxwvq": failed("collection 'zyxwvq' not found", "run `list collections`"),
    "check recall zyxwvq": failed("collection 'zyxwvq' not found", "run `list collections`"),
    "bench search zyxwvq": failed("collection 'zyxwvq' not found", "run `list collections`"),
    "advise index zyxwvq": failed("collection 'zyxwvq' not found", "run `list collections`"),
    "check vectors checks_planted -f w": failed("checks_planted has no vector field 'w'", "vector fields: v"),
    "check recall checks_planted -f w": failed("checks_planted has no vector field 'w'", "vector fields: v"),
    "bench search checks_planted -f w": failed("checks_planted has no vector field 'w'", "vector fields: v"),
    "check vectors checks_planted --ignore zeros": failed("unknown finding 'zeros'", "did you mean zero?", 2),
    "check recall checks_clustered --sweep ef=1": failed(
        "a search of IVF_FLAT has no parameter 'ef'",
        "it takes nprobe, max_empty_result_buckets; --force sends it anyway",
        2,
    ),
    "check recall checks_clustered --sweep nprobe": failed(
        "invalid sweep 'nprobe'", "write NAME=VALUE,VALUE, e.g. ef=16,64,256", 2
    ),
    "check recall checks_clustered --sweep nprobe=1 --sweep nprobe=2": failed(
        "--sweep nprobe is given twice", "write all values in one: ef=16,64,256", 2
    ),
    "check recall checks_clustered --params ef=1": failed(
        "a search of IVF_FLAT has no parameter 'ef'",
        "it takes nprobe, max_empty_result_buckets; --force sends it anyway",
        2,
    ),
    "check recall checks_clustered --params {": failed(
        "--params is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        'write ef=64, or {"ef": 64}',
        2,
    ),
}


@pytest.mark.parametrize("line", FAULTS)
def test_a_check_of_a_missing_object_is_one_line(planted_faults: Typed, line: str) -> None:
    assert planted_faults(line) == FAULTS[line]


def test_a_collection_that_is_not_loaded_can_not_be_checked(planted_faults: Typed) -> None:
    planted_faults.make("checks_unloaded", index=True)
    planted_faults.all("release checks_unloaded")
    expected = failed(
        "collection 'checks_unloaded' is not loaded", "load it first with `load collection -c checks_unloaded`"
    )
    for command in ("check vectors", "check keys", "check recall", "bench search"):
        assert planted_faults(f"{command} -c checks_unloaded") == expected
    planted_faults.gone("checks_unloaded")


def test_recall_without_an_index_can_not_be_measured(cli: Cli, lite: ServerProcess) -> None:
    """Milvus loads no collection without an index."""
    typed = Typed(cli, lite)
    typed.make("checks_bare", rows=3)
    typed.all("load checks_bare")
    assert typed("check recall checks_bare") == failed(
        "no index on 'vector' of 'checks_bare'", "create one first with `create index -c checks_bare -f vector`"
    )
    typed.gone("checks_bare")


def test_recall_of_an_empty_collection_can_not_be_measured(planted_faults: Typed) -> None:
    planted_faults.make("checks_empty", index=True)
    planted_faults.all("load checks_empty")
    assert planted_faults("check recall checks_empty") == failed(
        "collection 'checks_empty' has 0 rows with 0 vectors in 'vector': nothing to compare", "insert some"
    )
    found = report(planted_faults, "check vectors checks_empty", 0)
    assert (found["rows"], found["norms"][0]["max"]) == (0, None)
    assert report(planted_faults, "check keys checks_empty", 0)["rows"] == 0
    planted_faults.gone("checks_empty")


def test_milvus_itself_takes_no_nan(cli: Cli, milvus: MilvusServer, tmp_path: Path) -> None:
    """Only other ways into the storage, such as bulk imports, can bring in NaN."""
    typed = Typed(cli, milvus)
    typed.make("checks_nan")
    client = official_client(milvus.uri)
    with pytest.raises(MilvusException, match="value 'NaN' is not a number or infinity"):
        client.insert("checks_nan", [{"id": 1, "title": "", "vector": [math.nan, 0, 0, 0]}])
    client.close()
    typed.gone("checks_nan")
