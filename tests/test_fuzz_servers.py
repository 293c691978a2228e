"""Random lines against servers, one that works and one that answers nonsense; the long form is apart."""

import subprocess
import sys

from tests.support.cli import ROOT


def test_no_line_fails_badly_on_milvus_lite_or_on_a_peer_that_answers_nonsense() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.fuzz", "--lines", "300", "--seed", "16"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
