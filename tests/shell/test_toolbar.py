"""The line below the prompt, without a connection."""

from milvus_cli.connections.environment import Config
from milvus_cli.output.console import Console
from milvus_cli.session.options import Options
from milvus_cli.session.session import Session
from milvus_cli.session.settings import load
from milvus_cli.shell.style import toolbar
from tests.support.cli import Cli
from tests.support.lite_server import LiteServer


def shown(cli: Cli, alias: str | None = None) -> str:
    session = Session(Config(cli.home), Console(), load(cli.home / "config.toml", {}), Options(alias=alias))
    return "".join(part[1] for part in toolbar(session, 0) or [])


def test_the_toolbar_says_why_a_connection_can_not_be_used(cli: Cli, lite: LiteServer) -> None:
    assert shown(cli) == " not connected: connect -h HOST -p PORT, or connect --lite"

    assert cli("connect", lite.address, "-a", "prod", "-q").code == 0
    assert shown(cli, "prod").startswith(f" prod · {lite.address} · db default · ")

    assert cli("disconnect", "prod", "-q").code == 0
    assert shown(cli, "prod") == " connection 'prod' is disconnected: connect -a prod"
