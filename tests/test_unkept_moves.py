"""A move that the environment outranks is reported, and so is an alias that leads elsewhere."""

from tests.support.cli import Cli, Run
from tests.support.grpc_peer import GrpcPeer

OUTRANKED = "{} is set and takes precedence over this choice in later commands\n"


def test_a_move_that_the_environment_overrides_is_reported(cli: Cli) -> None:
    with GrpcPeer() as peer, GrpcPeer() as other:
        for each, alias in ((peer, "dev"), (other, "prod")):
            assert cli("connect", each.address, "-a", alias).code == 0
        used = Run(0, "Using connection 'prod'.\n", "")
        assert cli("use", "connection", "prod") == used

        by_uri = {"MILVUS_URI": peer.uri}
        assert cli("use", "connection", "prod", env=by_uri) == Run(0, used.out, OUTRANKED.format("MILVUS_URI"))
        assert cli("use", "connection", "dev", env=by_uri).err == ""

        by_alias = {"MILVUS_ALIAS": "dev"}
        assert cli("use", "connection", "prod", env=by_alias) == Run(0, used.out, OUTRANKED.format("MILVUS_ALIAS"))
        assert cli("use", "connection", "dev", env=by_alias).err == ""

        # In a script it lasts until the end.
        assert cli("-c", "use connection prod", env=by_uri) == used


def test_an_alias_that_leads_elsewhere_is_reported(cli: Cli) -> None:
    with GrpcPeer() as peer, GrpcPeer() as other:
        assert cli("connect", peer.address, "-a", "dev").err == ""
        assert cli("connect", peer.address, "-a", "dev").err == ""
        assert (
            cli("connect", other.address, "-a", "dev").err
            == f"connection 'dev' now points to {other.address} (was {peer.address})\n"
        )
