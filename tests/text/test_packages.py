"""How to install an optional package, for each way that this program may have been installed."""

import sys

import pytest

from milvus_cli.text.packages import install_line


@pytest.mark.parametrize(
    ("prefix", "line"),
    [
        ("/home/me/.venv", f"{sys.executable} -m pip install numpy 'pymilvus>=3.0'"),
        ("/home/me/.local/share/pipx/venvs/milvus-shell", "pipx inject milvus-shell numpy 'pymilvus>=3.0'"),
        (
            "/home/me/.local/share/uv/tools/milvus-shell",
            f"uv pip install --python {sys.executable} numpy 'pymilvus>=3.0'",
        ),
    ],
)
def test_the_line_is_for_the_environment(monkeypatch: pytest.MonkeyPatch, prefix: str, line: str) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    assert install_line("numpy", "pymilvus>=3.0") == line
