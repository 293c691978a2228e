"""The lock of a job, taken by many processes at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from milvus_cli.errors import CliError
from milvus_cli.transfer.lock import Lock, held
from tests.support.cli import ROOT

# Each holder creates a file that must not exist, and removes it: two at once would collide.
HAMMER = """
import os, sys, time
from milvus_cli.errors import CliError
from milvus_cli.transfer.lock import Lock, held
path, taken = sys.argv[1], 0
until = time.monotonic() + 1.5
while time.monotonic() < until:
    try:
        with held(Lock(path, "it", "hammering"), print):
            os.close(os.open(path + ".alone", os.O_CREAT | os.O_EXCL))
            os.unlink(path + ".alone")
            taken += 1
    except CliError as exc:
        assert exc.message.startswith("another process is hammering (pid ") or exc.message == "another process uses it"
print(taken)
"""


def test_of_many_processes_one_holds_a_lock_at_a_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HAMMER, str(tmp_path / "lock")]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    outputs = [each.communicate(timeout=60) for each in running]
    assert [err for _, err in outputs] == [""] * 4
    assert sum(int(out) for out, _ in outputs) > 20
    assert os.listdir(tmp_path) == []


def test_a_lock_that_is_held_tells_by_whom_and_one_left_behind_is_taken_over(tmp_path: Path) -> None:
    lock = Lock(str(tmp_path / "lock"), "x.csv", "exporting to x.csv")
    Path(lock.path).write_text('{"pid": 1, "doing": "nothing any more"}')
    with held(lock, pytest.fail), pytest.raises(CliError) as caught, held(lock, pytest.fail):
        pass
    found = caught.value.message
    assert found.startswith(f"another process is exporting to x.csv (pid {os.getpid()}, since 20"), found
    assert caught.value.hint == f"wait until it ends, or stop it with `kill -INT {os.getpid()}`"
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("kind", ["link", "second name", "pipe"])
def test_another_file_in_the_place_of_a_lock_is_not_written_to(tmp_path: Path, kind: str) -> None:
    path, precious = tmp_path / "lock", tmp_path / "precious"
    precious.write_text("precious")
    {
        "link": lambda: path.symlink_to(precious),
        "second name": lambda: path.hardlink_to(precious),
        "pipe": lambda: os.mkfifo(path),
    }[kind]()
    with pytest.raises(CliError, match=r"can't write x\.csv: it is "), held(Lock(str(path), "x.csv", ""), pytest.fail):
        pass
    assert precious.read_text() == "precious"
    assert path.exists()
