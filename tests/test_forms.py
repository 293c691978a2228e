"""Every form that the references of Milvus_CLI have for schemas runs: those of its first generation, and of today's."""

import re
from pathlib import Path

from tests.support.typed import Typed

FORMS = (Path(__file__).parent / "forms.txt").read_text(encoding="utf-8")
# Milvus Lite keeps no descriptions. What -d means depends on the reference.
EXPECTED_NOTES = (
    "note: this server did not keep the description of ",
    "note: the description is ",
    "note: the dynamic field is ",
)
COLLECTIONS = ("car", "car2", "car3", "car4", "car5", "car6")


def test_every_form_of_both_references_runs(typed: Typed, is_lite: bool) -> None:
    typed.gone(*COLLECTIONS)
    kind, name = ("lite", "Milvus Lite 3.2.2") if is_lite else ("milvus", "Milvus 2.3.5")
    known = {"index": "vector" if is_lite else "forms_ivf", "hnsw": "vector" if is_lite else "forms_hnsw"}
    wrong = []
    lines = [each for each in FORMS.splitlines() if each and not each.startswith("#")]
    for line, *lacks in (each.split(" | ") for each in lines):
        run = typed(re.sub(r"\{(\w+)\}", lambda match: known[match[1]], line))
        lacking = dict(each.split(" ", 1) for each in lacks).get(kind)
        expected = (1, f"error: {name} has no {lacking}\n") if lacking else (0, "")
        talk = "".join(each for each in run.err.splitlines(keepends=True) if not each.startswith(EXPECTED_NOTES))
        if (run.code, talk) != expected:
            wrong.append(f"{line}: {run}")
        if line.endswith("compact -c car3 --no-wait"):
            known["compaction"] = re.sub(r"\D", "", run.out.rpartition("compaction ")[2])
    assert "\n".join(wrong) == ""
