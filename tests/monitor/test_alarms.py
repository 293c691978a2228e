"""What top calls an alarm, from readings made up for it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from milvus_cli.errors import CliError
from milvus_cli.monitor.alarms import alarms
from milvus_cli.monitor.state import Reading, ServerState
from tests.support.monitored import BEGIN, NOON, gauges, reading, state

QUERY_NODES = "milvus_querycoord_querynode_num"
QUOTAS = "milvus_rootcoord_quota_states"
READS = "milvus_querynode_read_task_unsolved_len"


def after(*values: dict[str, float]) -> ServerState:
    """A server whose gauges took these values, a second apart."""
    texts = [gauges(each) for each in (values[0], *values)]
    return state(*(reading(before, now, at=BEGIN + place) for place, (before, now) in enumerate(pairwise(texts))))


def test_a_server_that_is_well_has_no_alarm() -> None:
    quiet = {QUERY_NODES: 2.0, READS: 0.0, f'{QUOTAS}{{quota_states="MemoryQuotaExhausted"}}': 0.0}
    assert alarms(after(quiet, quiet)) == []


def test_a_server_that_was_not_asked_yet_has_no_alarm() -> None:
    assert alarms(ServerState("one", "127.0.0.1:19530")) == []


def test_a_server_that_answers_nowhere_is_gone() -> None:
    gone = Reading(
        BEGIN, NOON, no_metrics="no HTTP from 127.0.0.1:9091", failure=CliError("can't reach 127.0.0.1:19530")
    )
    assert alarms(state(gone)) == ["no response: can't reach 127.0.0.1:19530"]


def test_a_server_that_only_shows_metrics_does_not_answer() -> None:
    half = replace(reading(gauges({READS: 0}), gauges({READS: 0})), failure=CliError("can't reach 127.0.0.1:19530"))
    assert alarms(state(half)) == ["no answer over gRPC: can't reach 127.0.0.1:19530"]


@pytest.mark.parametrize(
    ("name", "alarm"),
    [
        ("DenyToWrite", "the server denies writes"),
        ("DiskQuotaExhausted", "disk quota exhausted: the server denies writes"),
        ("OfTomorrow", "quota state OfTomorrow"),
    ],
)
def test_a_quota_state_is_an_alarm(name: str, alarm: str) -> None:
    assert alarms(after({f'{QUOTAS}{{quota_states="{name}"}}': 1.0})) == [alarm]


def test_what_metrics_and_health_both_tell_is_one_alarm() -> None:
    found = after({f'{QUOTAS}{{quota_states="DenyToWrite"}}': 1.0})
    assert found.reading is not None
    complained = replace(found.reading, complaints=["no datanode", "the server denies writes"])
    assert alarms(replace(found, reading=complained)) == ["no datanode", "the server denies writes"]


def test_a_node_that_is_gone_is_an_alarm_until_it_is_back() -> None:
    two, one = {QUERY_NODES: 2.0}, {QUERY_NODES: 1.0}
    assert alarms(after(two, one)) == ["1 query node, 2 before"]
    assert alarms(after(two, one, two)) == []


@pytest.mark.parametrize(
    ("counts", "alarm"),
    [
        ([0, 10, 20, 20, 1500], ["growing backlog: 1,500 searches and queries wait for a query node"]),
        ([0, 1, 2, 3, 4], []),
        ([50, 50, 50, 50, 50], []),
        ([0, 10, 20, 30, 25], []),
        ([10, 20, 30], []),
        ([90, 80, 0, 10, 20, 30, 40], ["growing backlog: 40 searches and queries wait for a query node"]),
    ],
    ids=["grows", "little", "stands", "shrinks", "too early", "grows at last"],
)
def test_a_backlog_is_an_alarm_when_it_grows(counts: list[int], alarm: list[str]) -> None:
    assert alarms(after(*({READS: float(count)} for count in counts))) == alarm


def test_failed_index_builds_are_an_alarm() -> None:
    tasks = 'milvus_datacoord_index_task_count{{collection_id="1",index_task_status="{}"}}'
    assert alarms(after({tasks.format("failed"): 2.0, tasks.format("finished"): 7.0})) == ["2 index builds failed"]
