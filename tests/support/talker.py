"""Answers the questions of commands on a terminal."""

import shlex
from collections.abc import Callable

from tests.support.terminal import Terminal

SAME = "Equivalent command:\n"


class Talker:
    """Runs commands on the server at URI, answers their questions, and returns the lines that do the same."""

    def __init__(self, terminal: Callable[..., Terminal], uri: str, token: str = "") -> None:
        self._terminal = terminal
        self._env = {"MILVUS_URI": uri, "MILVUS_TOKEN": token}

    def start(self, line: str, **more: int) -> Terminal:
        return self._terminal(*shlex.split(line), **{"rows": 60, "cols": 300, **more}, env=self._env)

    def __call__(self, line: str, *exchange: tuple[str, str], code: int = 0) -> str:
        shell = self.start(line)
        for question, answer in exchange:
            shell.wait_for(question)
            shell.send_line(answer)
        assert shell.wait_exit() == code, shell.text
        return shell.text.partition(SAME)[2].partition("\n")[0]
