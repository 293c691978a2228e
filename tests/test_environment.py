"""Environments that the program does not run in: beside the official one, whose package has its name, and Windows."""

import shutil
import subprocess
import sys
from pathlib import Path

from milvus_cli.__main__ import MIXED, WINDOWS
from tests.support.cli import ROOT


def test_files_of_the_official_program_over_ours_are_reported(tmp_path: Path) -> None:
    ours = tmp_path / "milvus_cli"
    shutil.copytree(ROOT / "milvus_cli", ours, ignore=shutil.ignore_patterns("__pycache__"))
    # What installing the official wheel over this one leaves.
    (ours / "scripts").mkdir()
    (ours / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "milvus_cli", "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{MIXED}\n")


def test_windows_is_refused_before_anything_of_unix_is_imported(tmp_path: Path) -> None:
    code = "import sys; sys.platform = 'win32'; from milvus_cli.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{WINDOWS}\n")
