"""Readings of one server: its metrics, and over gRPC what they lack."""

from collections.abc import Iterator

import pytest

from milvus_cli.client.client import Client
from milvus_cli.connections.profile import Profile, parse_address
from milvus_cli.monitor import probe as probes
from milvus_cli.monitor.probe import Probe
from milvus_cli.monitor.state import CollectionUse
from milvus_cli.session.clients import open_client
from tests.support.cli import Cli
from tests.support.grpc_peer import GrpcPeer, aborts, replies
from tests.support.lite_server import LiteServer
from tests.support.metrics_peer import MetricsPeer
from tests.support.milvus_server import MilvusServer
from tests.support.monitored import gauges
from tests.support.official import grpc, milvus_pb2
from tests.support.ports import free_ports
from tests.support.typed import Typed


def open_here(profile: Profile) -> Client:
    return open_client(profile, timeout=5)


def probe_of(address: str, management_port: int) -> Probe:
    found = parse_address(address)
    profile = Profile(alias="one", host=found.host, port=found.port or 0, management_port=management_port)
    return Probe(profile, None, 5, open_here)


@pytest.fixture
def closed_port() -> int:
    (port,) = free_ports(1)
    return port


@pytest.fixture
def sized_collections() -> Iterator[MetricsPeer]:
    """Metrics of two collections, of which one was sealed and has a stale size of growing rows."""
    of = '{{collection_id="{}",segment_state="{}"}}'
    text = gauges(
        {
            "milvus_querynode_entity_num" + of.format(7, "Growing"): 0,
            "milvus_querynode_entity_num" + of.format(7, "Sealed"): 5_000,
            "milvus_querynode_entity_num" + of.format(8, "Growing"): 20,
            "milvus_querynode_entity_size" + of.format(7, "Growing"): 1_000,
            "milvus_querynode_entity_size" + of.format(7, "Sealed"): 2_000,
            "milvus_querynode_entity_size" + of.format(8, "Growing"): 300,
            "milvus_datacoord_stored_rows_num" + of.format(7, "Flushed"): 5_000,
            "milvus_datacoord_stored_rows_num" + of.format(7, "Dropped"): 9_000,
            'milvus_datacoord_stored_binlog_size{collection_id="7",segment_id="1"}': 400,
            'milvus_datacoord_stored_binlog_size{collection_id="7",segment_id="2"}': 50,
        }
    )
    with MetricsPeer(text) as peer:
        yield peer


def test_metrics_and_names_make_the_use_of_collections(sized_collections: MetricsPeer) -> None:
    listed = milvus_pb2.ShowCollectionsResponse(collection_names=["book"], collection_ids=[7])
    databases = milvus_pb2.ListDatabasesResponse(db_names=["library"])
    answers = {"ShowCollections": replies(listed), "ListDatabases": replies(databases)}
    with GrpcPeer(answers) as server:
        probe = probe_of(server.address, sized_collections.port)
        reading = probe.read()
        probe.close()
    assert reading.collections == [
        CollectionUse("library.book", 5_000, 5_000, 2_000, 450),
        CollectionUse("id 8", None, 20, 300, None),
    ]


def test_names_are_asked_for_when_collections_come_or_go(
    sized_collections: MetricsPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("milvus_cli.monitor.probe.SELDOM", 0.0)
    with GrpcPeer({"ShowCollections": replies(milvus_pb2.ShowCollectionsResponse())}) as server:
        probe = probe_of(server.address, sized_collections.port)
        for _ in range(4):
            probe.read()
        assert len(server.requests("ShowCollections")) == 1
        assert isinstance(sized_collections.text, str)
        sized_collections.text = sized_collections.text.replace('"8"', '"9"')
        for _ in range(4):
            probe.read()
        assert len(server.requests("ShowCollections")) == 2
        probe.close()


def test_a_collection_is_there_while_it_exists(cli: Cli, milvus: MilvusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milvus_cli.monitor.probe.SELDOM", 0.0)
    typed = Typed(cli, milvus)
    probe = probe_of(milvus.address, milvus.management_port)
    probe.read()
    typed.make("brief", rows=20, index=True)
    typed.all("load brief")
    during = names_after(probe, 2)
    typed.gone("brief")
    after = names_after(probe, 2)
    probe.close()
    assert ("brief" in during, "brief" in after) == (True, False)


def names_after(probe: Probe, readings: int) -> list[str]:
    """The collections in the last of some readings: what one tells, the next one gives a name."""
    found = [probe.read() for _ in range(readings)]
    return [each.name for each in found[-1].collections]


def test_what_a_server_complains_of_is_told(closed_port: int) -> None:
    health = milvus_pb2.CheckHealthResponse(isHealthy=False, reasons=["no datanode"], quota_states=[5, 99])
    with GrpcPeer({"CheckHealth": replies(health)}) as server:
        probe = probe_of(server.address, closed_port)
        reading = probe.read()
        probe.close()
    assert reading.complaints == ["no datanode", "the server denies writes", "quota state 99"]


def test_an_unhealthy_server_without_reasons_says_so(closed_port: int) -> None:
    with GrpcPeer({"CheckHealth": replies(milvus_pb2.CheckHealthResponse(isHealthy=False))}) as server:
        probe = probe_of(server.address, closed_port)
        reading = probe.read()
        probe.close()
    assert reading.complaints == ["the server reports that it is not healthy"]


def test_a_user_without_privileges_sees_the_rest(closed_port: int) -> None:
    denied = aborts(grpc.StatusCode.PERMISSION_DENIED, "PrivilegeShowCollections: permission deny to ann")
    with GrpcPeer({"CheckHealth": denied, "ListDatabases": denied, "ShowCollections": denied}) as server:
        probe = probe_of(server.address, closed_port)
        reading = probe.read()
        probe.close()
    assert (reading.collections, reading.ping_ms is None) == ([], False)


def test_a_closed_server_is_read_as_gone(closed_port: int) -> None:
    reading = probe_of(f"127.0.0.1:{closed_port}", closed_port).read()
    assert (reading.is_answered, reading.collections) == (False, ())
    assert reading.error == f"nothing is listening at 127.0.0.1:{closed_port}"


def test_milvus_tells_rates_and_collections(cli: Cli, milvus: MilvusServer) -> None:
    typed = Typed(cli, milvus)
    typed.make("probed", rows=20, index=True)
    typed.all("load probed")
    probe = probe_of(milvus.address, milvus.management_port)
    probe.read()
    typed.all("count probed")
    reading = probe.read()
    probe.close()
    typed.gone("probed")
    assert (reading.version, reading.error, reading.no_metrics) == ("Milvus 2.3.5", "", "")
    assert reading.activity is not None
    assert "Query" in [each.type for each in reading.activity.requests]
    assert [each.loaded for each in reading.collections if each.name == "probed"] == [20]


def test_milvus_without_metrics_tells_rows(cli: Cli, milvus: MilvusServer, closed_port: int) -> None:
    typed = Typed(cli, milvus)
    typed.make("counted", rows=20)
    probe = probe_of(milvus.address, closed_port)
    reading = probe.read()
    probe.close()
    typed.gone("counted")
    assert reading.no_metrics == f"no HTTP from 127.0.0.1:{closed_port}: Connection refused"
    assert CollectionUse("counted", 20) in reading.collections


def test_milvus_lite_tells_rows(cli: Cli, lite: LiteServer, closed_port: int) -> None:
    typed = Typed(cli, lite)
    typed.make("counted", rows=20)
    probe = probe_of(lite.address, closed_port)
    reading = probe.read()
    probe.close()
    typed.gone("counted")
    assert reading.version.startswith("Milvus Lite 3")
    assert CollectionUse("counted", 20) in reading.collections


def test_collections_whose_rows_are_not_requested_are_there_too(
    cli: Cli, lite: LiteServer, closed_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "MOST_COLLECTIONS", 0)
    typed = Typed(cli, lite)
    typed.make("counted", rows=20)
    probe = probe_of(lite.address, closed_port)
    reading = probe.read()
    probe.close()
    typed.gone("counted")
    assert CollectionUse("counted", None) in reading.collections
