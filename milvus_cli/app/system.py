"""Runs commands of the operating system from the shell or a script."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import CliError
from ..output.console import Console
from ..output.terminal_modes import end_child, given_back, left_to_child
from .redirect import SHELL, require_success


def run_system(text: str, console: Console, arguments: Sequence[str] = ()) -> None:
    """Runs a command with the program's own streams, and waits for it. Raises CliError if it fails.

    Its output goes where the output of the program's commands goes. The arguments are its $1, $2 and so on.
    """
    console.flush()
    redirected = console.stdout is not sys.stdout
    streams: dict[str, Any] = {"stdin": subprocess.DEVNULL} if console.commands_on_stdin else {}
    try:
        argv = [SHELL, "-c", text, SHELL, *arguments]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE if redirected else None, **streams)
    except (OSError, ValueError) as exc:
        raise CliError(f"can't run {text[:80]!r}: {getattr(exc, 'strerror', None) or exc}") from exc
    with left_to_child(), given_back(console.stdin, lambda: end_child(process.pid)):
        output, _ = process.communicate()
    if output:
        console.write_bytes(output)
    require_success(text, process.returncode)
