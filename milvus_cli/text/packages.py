"""Says how to install optional packages into the environment that this program runs in."""

from __future__ import annotations

import os
import shlex
import sys

DISTRIBUTION = "milvus-shell"
"""The name on PyPI, where `milvus_cli` is another program."""


def install_line(*packages: str) -> str:
    """Returns the command that installs packages for this interpreter; pipx and uv have their own."""
    quoted = [shlex.quote(each) for each in packages]
    wanted = " ".join(quoted)
    folders = sys.prefix.replace(os.sep, "/")
    if "/pipx/venvs/" in folders:
        return f"pipx inject {DISTRIBUTION} {wanted}"
    if "/uv/tools/" in folders:
        # `uv tool install --with` would remove the extras, and what an earlier line has added.
        return f"uv pip install --python {shlex.quote(sys.executable or 'python3')} {wanted}"
    return f"{shlex.quote(sys.executable or 'python3')} -m pip install {wanted}"
