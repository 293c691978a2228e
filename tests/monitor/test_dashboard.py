"""The threads behind top."""

import threading
import time

import pytest

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile
from milvus_cli.errors import Unreachable
from milvus_cli.monitor.dashboard import Dashboard
from milvus_cli.monitor.drawing import Canvas
from milvus_cli.monitor.probe import Probe
from milvus_cli.session.clients import open_client
from tests.support.metrics_peer import MetricsPeer
from tests.support.ports import free_ports
from tests.test_metrics import metrics


def open_here(profile: Profile) -> Client:
    return open_client(profile, timeout=5)


def open_broken(profile: Profile) -> Client:
    raise RuntimeError("a bug")


def dashboard_of(*ports: int, times: int | None = None) -> Dashboard:
    """A view of servers whose gRPC ports are closed."""
    profiles = [Profile(alias=f"s{port}", port=1, management_port=port) for port in ports]
    return Dashboard([Probe(each, None, 5, open_here) for each in profiles], 0.1, times, Canvas())


def test_a_bug_in_a_thread_is_raised_where_it_is_told() -> None:
    view = Dashboard([Probe(Profile(port=1), 1, 5, open_broken)], 1.0, None, Canvas())
    with pytest.raises(RuntimeError, match="a bug"):
        view.start()


def test_one_server_that_answers_is_enough() -> None:
    (closed,) = free_ports(1)
    with MetricsPeer(metrics()) as peer:
        view = dashboard_of(closed, peer.port)
        view.start()
        text = "\n".join(view.lines(130, 20))
        view.close()
    assert "! no response: nothing is listening at 127.0.0.1:1" in text
    assert "collections 3" in text


def test_no_server_that_answers_is_an_error() -> None:
    (closed,) = free_ports(1)
    view = dashboard_of(closed)
    with pytest.raises(Unreachable, match="nothing is listening"):
        view.start()
    view.close()


def test_it_is_finished_after_its_count_and_its_threads_end() -> None:
    before = set(threading.enumerate())
    with MetricsPeer(metrics()) as peer:
        view = dashboard_of(peer.port, times=2)
        news = threading.Semaphore(0)
        view.show_on(lambda: news.release())
        view.start()
        while not view.is_finished:
            assert news.acquire(timeout=10)
        view.close()
        ours = [each for each in set(threading.enumerate()) - before if "_follow" in each.name]
    for each in ours:
        each.join(10)
    assert [each for each in ours if each.is_alive()] == []


def test_a_new_interval_counts_at_once() -> None:
    with MetricsPeer(metrics()) as peer:
        profile = Profile(port=1, management_port=peer.port)
        view = Dashboard([Probe(profile, None, 5, open_here)], 60.0, 2, Canvas())
        view.start()
        time.sleep(1.2)
        for _ in range(10):
            assert view.press("-")
        until = time.monotonic() + 10
        while not view.is_finished:
            assert time.monotonic() < until
            time.sleep(0.02)
        view.close()
