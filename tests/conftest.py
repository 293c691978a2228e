"""Fixtures: real servers, started when a test first asks for them, and milvus_cli as a process."""

import math
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.certificates import Certificates, make_certificates
from tests.support.cli import Cli
from tests.support.earlier_lite_server import EarlierLiteServer
from tests.support.grpc_peer import GrpcPeer
from tests.support.launcher import Launcher
from tests.support.lite_server import LiteServer
from tests.support.milvus_server import MilvusServer
from tests.support.newest import HANDLERS, Newest
from tests.support.process import ServerProcess
from tests.support.s3_server import S3Server
from tests.support.terminal import Terminal
from tests.support.typed import Typed

# How long an example takes, or is searched for, says how busy the machine is.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])


SERVERS = ("earlier_lite", "lite", "milvus", "milvus_auth", "milvus_tls", "milvus_mutual")
"""Fixtures that start a server, in the order in which the tests come to need them."""


SLOW_FIXTURES = {*SERVERS, "cli", "terminal", "embedded_servers", "s3_server"}
"""Fixtures of tests that --fast leaves out: they start servers, or the program as a process."""
SLOW_FILES = (
    "test_bench.py",
    "test_environment.py",
    "test_picture.py",
    "test_quality.py",
    "test_support.py",
    "test_voice.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="Only the tests that start no server and no process.")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Runs the tests that need the fewest servers first: an idle Milvus takes a twelfth of a core."""
    if config.getoption("--fast"):
        slow = [each for each in items if _is_slow(each)]
        config.hook.pytest_deselected(items=slow)
        items[:] = [each for each in items if not _is_slow(each)]
    items.sort(key=_last_server)


def _is_slow(item: pytest.Item) -> bool:
    used = {*getattr(item, "fixturenames", ())}
    return item.path.name in SLOW_FILES or bool(used & SLOW_FIXTURES) or _last_server(item) > 0


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keeps the tests of one server, else those of one file, in one process where pytest-xdist runs several."""
    if item.config.pluginmanager.hasplugin("xdist"):
        item.add_marker(pytest.mark.xdist_group(_group(item)))


def _group(item: pytest.Item) -> str:
    # Those of one Milvus take longest: two processes share them. Those with authorization or TLS are few, and some of
    # them need several servers.
    half = f"milvus{sum(item.path.name.encode()) % 2}"
    return ("", "lite", "lite", half, *["secured"] * 3)[_last_server(item)] or item.path.name


def _last_server(item: pytest.Item) -> int:
    """How many of SERVERS run when the test does."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    needed = {*getattr(item, "fixturenames", ()), parameters.get("server")}
    return max((rank for rank, name in enumerate(SERVERS, 1) if name in needed), default=0)


def pytest_configure() -> None:
    settings.load_profile("unhurried")
    # A shell starts background jobs with SIGINT and SIGQUIT ignored, nohup with SIGHUP, and our children would inherit
    # that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def quick_polls_and_no_rates() -> Iterator[None]:
    """Hides transfer rates, which depend on the machine, and polls long work every 0.2 s instead of every second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("milvus_cli.transfer.meter.WORTH_TELLING", math.inf)
        patch.setattr("milvus_cli.server.waiting.LONGEST_POLL", 0.2)
        yield


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteServer]:
    """Milvus Lite."""
    server = LiteServer(tmp_path_factory.mktemp("lite"))
    with server:
        yield server
    _remove(server)


@pytest.fixture(scope="session")
def earlier_lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EarlierLiteServer]:
    """Milvus Lite 2.5, which lacks many RPCs."""
    server = EarlierLiteServer(tmp_path_factory.mktemp("earlier_lite"))
    with server:
        yield server
    _remove(server)


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """Milvus standalone, plain text and without authorization."""
    server = MilvusServer(tmp_path_factory.mktemp("milvus"))
    with server:
        yield server
    _remove(server)


@pytest.fixture(scope="session")
def milvus_auth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    """Milvus standalone that wants a user and a password."""
    server = MilvusServer(tmp_path_factory.mktemp("milvus_auth"), authorization=True)
    with server:
        yield server
    _remove(server)


@pytest.fixture(scope="session")
def milvus_tls(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[MilvusServer]:
    """Milvus standalone with TLS."""
    server = MilvusServer(tmp_path_factory.mktemp("milvus_tls"), tls_mode=1, certificates=certificates)
    with server:
        yield server
    _remove(server)


@pytest.fixture(scope="session")
def milvus_mutual(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[MilvusServer]:
    """Milvus standalone with TLS that wants a client certificate and a user."""
    server = MilvusServer(
        tmp_path_factory.mktemp("milvus_mutual"), authorization=True, tls_mode=2, certificates=certificates
    )
    with server:
        yield server
    _remove(server)


@pytest.fixture
def newest(tmp_path: Path) -> Iterator[Newest]:
    """A server that says it is Milvus 3.0."""
    with GrpcPeer(HANDLERS) as peer:
        yield Newest(peer, tmp_path)


@pytest.fixture(scope="session", params=["lite", "milvus"])
def server(request: pytest.FixtureRequest) -> ServerProcess:
    """Each kind of server in turn."""
    found: ServerProcess = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    with S3Server() as server:
        yield server


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """A store of objects with the empty bucket `books`, for commands in this process and others."""
    s3_server.clear()
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server


@pytest.fixture(scope="session")
def launcher() -> Iterator[Launcher]:
    with Launcher() as running:
        yield running


@pytest.fixture
def cli(tmp_path: Path, launcher: Launcher) -> Cli:
    """milvus_cli with a fresh home: cli("list", "collections") -> Run(code, out, err)."""
    return Cli(tmp_path, launcher)


@pytest.fixture
def typed(cli: Cli, server: ServerProcess) -> Typed:
    """Command lines against each kind of server in turn."""
    return Typed(cli, server)


@pytest.fixture
def is_lite(server: ServerProcess) -> bool:
    return isinstance(server, LiteServer)


@pytest.fixture
def terminal(cli: Cli) -> Iterator[Callable[..., Terminal]]:
    """Starts milvus_cli in a pseudo-terminal, as `cli.terminal` does, and ends it after the test."""
    started: list[Terminal] = []

    def start(
        *argv: str,
        rows: int = 24,
        cols: int = 80,
        env: dict[str, str] | None = None,
        term: str = "xterm-256color",
    ) -> Terminal:
        started.append(cli.terminal(*argv, rows=rows, cols=cols, env=env, term=term))
        return started[-1]

    yield start
    for each in started:
        each.close()


def _remove(server: ServerProcess) -> None:
    shutil.rmtree(server.directory, ignore_errors=True)
