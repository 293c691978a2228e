"""Reports advice on a collection's index: estimates, measurements, and the commands to run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..result import Report, Section, Table
from ..schema.index_types import usual_metric
from ..schema.indexes import Index
from ..schema.schema import WIDTHS
from ..server.progress import load_state
from ..session.session import Session
from ..text.counts import byte_size
from .arithmetic import DISTANCES
from .index_candidates import IndexCandidate, IndexedRows, candidates, chosen, with_measured
from .recall import RecallRow
from .report import TooLong, Trial, measured
from .target import CheckedCollection, count_rows, find_target, index_on

QUERIES, HITS = 100, 10
NPROBE_SWEEP = ("nprobe", (1, 4, 16, 64, 256))
SWEEPS = {
    "HNSW": ("ef", (16, 32, 64, 128, 256, 512)),
    "DISKANN": ("search_list", (16, 32, 64, 128, 256)),
    **dict.fromkeys(("IVF_FLAT", "IVF_SQ8", "IVF_PQ", "SCANN", "BIN_IVF_FLAT"), NPROBE_SWEEP),
}
"""Parameter values tried on an existing index, by index type; other types have nothing to try."""
MOST_DIGITS = 10
"""Digits of an nlist; longer values, or other text, are ignored."""


@dataclass(frozen=True)
class AdviceOptions:
    """`memory` is in bytes, None for no limit; `rows` is None for the current number.

    `seconds` is how long measuring may take, 0 for no measurement.
    """

    recall: float
    memory: int | None
    rows: int | None
    seconds: float


@dataclass(frozen=True)
class Present:
    """The existing index, and its measurements by rising effort, empty if it can't be measured."""

    index: Index | None
    tried: Sequence[RecallRow]
    recall: float

    @property
    def best(self) -> RecallRow | None:
        """The measurement with the least effort that reaches the wanted recall."""
        return next((each for each in self.tried if each.recall >= self.recall), None)

    def is_enough(self, choice: IndexCandidate) -> bool:
        return self.index is not None and self.best is not None and choice.index_type == self.index.type


def advice(session: Session, collection: str, field: str | None, options: AdviceOptions) -> Report:
    """Raises CliError if the field does not exist."""
    client = session.client
    target = find_target(client, collection, field, loaded=False)
    index, count = index_on(client, target), options.rows or count_rows(client, target.keys)
    rows = IndexedRows(count, target.dimension, WIDTHS.get(target.kind, 0) / 8, target.kind)
    present = Present(index, _tried(session, target, index, options), options.recall)
    found = candidates(rows)
    if index and present.tried:
        found = with_measured(found, index.type, max(each.recall for each in present.tried))
    choice = _choice(found, present, options)
    values = {
        "collection": collection,
        "field": target.field,
        "rows": count,
        "raw_bytes": rows.raw,
        "wanted_recall": options.recall,
        "allowed_bytes": options.memory,
        "present_index": index.type if index else None,
        "advice": choice.index_type if choice else None,
        "why": _choice_reason(choice, present),
        "note": "memory and recall are estimates unless marked as measured",
    }
    sections = [
        _candidates(found, options),
        _measurements(present.tried),
        _command_section(_command_lines(target, choice, present)),
    ]
    return Report(values, sections, exit_code=0 if choice else 1)


def _tried(
    session: Session, target: CheckedCollection, index: Index | None, options: AdviceOptions
) -> Sequence[RecallRow]:
    """Measures the index, unless it takes too long: then a note says so, and all figures are estimates."""
    client, collection = session.client, target.collection
    if not options.seconds or options.rows or index is None or index.metric not in DISTANCES:
        return []
    if load_state(client, collection) != "loaded" or count_rows(client, target.keys) < 2:
        return []
    sweeps = [sweep] if (sweep := _sweep(index)) else []
    trial = Trial(collection, target.field, QUERIES, HITS, sweeps, seconds=options.seconds)
    try:
        return measured(session, target, index, trial).results
    except TooLong as exc:
        hint = "--measure-for allows more time, --no-measure takes none"
        session.console.note(f"note: recall not measured: {exc.message} ({hint})")
        return []


def _sweep(index: Index) -> str:
    """Returns the sweep for an index, "" if it has nothing to try."""
    name, values = SWEEPS.get(index.type, ("", ()))
    given = str(index.params.get("nlist", ""))
    clusters = (int(given) if given.isdecimal() and len(given) < MOST_DIGITS else 0) or max(values, default=0)
    tried = [str(each) for each in values if name != "nprobe" or each <= clusters]
    return f"{name}={','.join(tried)}" if name else ""


def _choice(found: Sequence[IndexCandidate], present: Present, options: AdviceOptions) -> IndexCandidate | None:
    """Returns the existing index if it was measured to be good enough, else the first candidate that fits."""
    kept = (each for each in found if present.is_enough(each) and each.fits(options.memory, options.recall))
    return next(kept, None) or chosen(found, options.memory, options.recall)


def _choice_reason(choice: IndexCandidate | None, present: Present) -> str:
    if choice is None:
        return "no index reaches that recall within that memory: allow more memory, or a lower recall"
    if present.best and present.is_enough(choice):
        setting = _equations(present.best)
        return f"already in place, and reached {present.best.recall:.4g}" + (f" with {setting}" if setting else "")
    return choice.why


def _command_lines(target: CheckedCollection, choice: IndexCandidate | None, present: Present) -> list[str]:
    if choice is None:
        return []
    place = f"-c {shlex.quote(target.collection)} -f {target.field}"
    if present.best and present.is_enough(choice):
        setting = _equations(present.best)
        return [f"check recall {place}" + (f" --sweep {setting}" if setting else "")]
    collection, index = shlex.quote(target.collection), present.index
    metric = (index.metric if index else "") or usual_metric(target.keys.schema, target.field) or "COSINE"
    given = "".join(f" --param {name}:{value}" for name, value in choice.params.items())
    release = f"release collection -c {collection}"
    before = [release, f"delete index -c {collection} -in {shlex.quote(index.name)} --yes"] if index else []
    create = f"create index {place} -t {choice.index_type} -m {metric}{given}"
    return [*before, create, f"load collection -c {collection}", f"check recall {place}"]


def _equations(row: RecallRow) -> str:
    return ",".join(f"{name}={value}" for name, value in row.setting.items())


def _candidates(found: Sequence[IndexCandidate], options: AdviceOptions) -> Section:
    items: list[Mapping[str, Any]] = [
        {
            "index_type": each.index_type,
            "estimated_memory_bytes": each.memory,
            "estimated_disk_bytes": each.disk or None,
            "recall": each.recall,
            "recall_is": "measured" if each.measured else "estimate",
            "fits": each.fits(options.memory, options.recall),
            "params": dict(each.params),
            "why": each.why,
        }
        for each in found
    ]
    rows = [
        (
            each.index_type,
            None if each.memory is None else byte_size(each.memory),
            byte_size(each.disk) if each.disk else "",
            each.recall,
            item["recall_is"],
            item["fits"],
            each.why,
        )
        for each, item in zip(found, items, strict=True)
    ]
    columns = ("index_type", "estimated memory", "estimated disk", "recall", "recall_is", "fits", "why")
    return Section("candidates", Table(columns, rows), items)


def _measurements(tried: Sequence[RecallRow]) -> Section:
    items: list[Mapping[str, Any]] = [
        {
            "params": dict(each.setting),
            "recall": round(each.recall, 9),
            "lowest": each.lowest,
            "p50_ms": each.p50_ms,
            "p95_ms": each.p95_ms,
        }
        for each in tried
    ]
    columns = ("params", "recall", "lowest", "p50_ms", "p95_ms")
    return Section("measured", Table(columns, [[each[key] for key in columns] for each in items]), items)


def _command_section(lines: Sequence[str]) -> Section:
    return Section("run", Table(("line",), [(each,) for each in lines]), [{"line": each} for each in lines])
