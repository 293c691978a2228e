"""Reports advice on a collection's index: estimates, measurements, and the commands to run."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput
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
NPROBE = ("nprobe", (1, 4, 16, 64, 256))
Sweep = tuple[str, Sequence[int]]
SWEEPS: Mapping[str, Sequence[Sweep]] = {
    "HNSW": (("ef", (16, 32, 64, 128, 256, 512)),),
    "DISKANN": (("search_list", (16, 32, 64, 128, 256)),),
    "SCANN": (NPROBE, ("reorder_k", (20, 50, 100, 200))),
    **dict.fromkeys(("IVF_FLAT", "IVF_SQ8", "IVF_PQ", "BIN_IVF_FLAT"), (NPROBE,)),
}
"""Values tried of the search parameters that recall depends on, by index type; other types have nothing to try."""
MOST_DIGITS = 10
"""Digits of an nlist; longer values, or other text, are ignored."""


@dataclass(frozen=True)
class AdviceOptions:
    """`memory` is in bytes, None for no limit; `rows` is None for the current number.

    `seconds` is how long measuring may take, 0 for no measurement. `index_type` is the only type to consider, None for
    all.
    """

    recall: float
    memory: int | None
    rows: int | None
    seconds: float
    index_type: str | None = None

    def considers(self, index_type: str) -> bool:
        return self.index_type in (None, index_type)


@dataclass(frozen=True)
class Present:
    """The existing index, and its measurements by rising effort, empty if it can't be measured."""

    index: Index | None
    tried: Sequence[RecallRow]
    recall: float

    @property
    def candidate(self) -> IndexCandidate | None:
        """The index with the measurement of the least effort that reaches the wanted recall, or else of the best."""
        if self.index is None or not self.tried:
            return None
        enough = (each for each in self.tried if each.recall >= self.recall)
        best = next(enough, None) or max(self.tried, key=lambda each: each.recall)
        return IndexCandidate(
            self.index.type,
            None,
            best.recall,
            "the current index",
            self.index.params,
            best.setting,
            measured=True,
        )


def advice(session: Session, collection: str, field: str | None, options: AdviceOptions) -> Report:
    """Raises CliError if the field does not exist."""
    client = session.client
    target = find_target(client, collection, field, loaded=False)
    index, count = index_on(client, target), options.rows or count_rows(client, target.keys)
    rows = IndexedRows(count, target.dimension, WIDTHS.get(target.kind, 0) / 8, target.kind)
    present = Present(index, _tried(session, target, index, options), options.recall)
    found = _considered(candidates(rows), options)
    if present.candidate:
        found = with_measured(found, present.candidate)
    choice = chosen(found, options.memory, options.recall)
    values = {
        "collection": collection,
        "field": target.field,
        "rows": count,
        "raw_bytes": rows.raw,
        "wanted_recall": options.recall,
        "allowed_bytes": options.memory,
        "present_index": index.type if index else None,
        "advice": choice.index_type if choice else None,
        "why": _choice_reason(choice, options.index_type),
        "note": "memory and recall are estimates unless marked as measured",
    }
    sections = [
        _candidates(found, options),
        _measurements(present.tried),
        _command_section(_command_lines(target, choice, present)),
    ]
    return Report(values, sections, exit_code=0 if choice else 1)


def _considered(found: Sequence[IndexCandidate], options: AdviceOptions) -> Sequence[IndexCandidate]:
    """Returns the candidates of the types to consider. Raises InvalidInput if there are none."""
    kept = [each for each in found if options.considers(each.index_type)]
    if not kept:
        known = ", ".join(each.index_type for each in found)
        raise InvalidInput(f"no advice on {options.index_type} for this field", hint=f"one of: {known}")
    return kept


def _tried(
    session: Session, target: CheckedCollection, index: Index | None, options: AdviceOptions
) -> Sequence[RecallRow]:
    """Measures the index, unless it takes too long: then a note says so, and all figures are estimates."""
    client, collection = session.client, target.collection
    if not options.seconds or options.rows or index is None or index.metric not in DISTANCES:
        return []
    if not options.considers(index.type):
        return []
    if load_state(client, collection) != "loaded" or count_rows(client, target.keys) < 2:
        return []
    trial = Trial(collection, target.field, QUERIES, HITS, _sweeps(index), seconds=options.seconds)
    try:
        return [each for each in measured(session, target, index, trial).results if not each.error]
    except TooLong as exc:
        hint = "--measure-for allows more time, --no-measure takes none"
        session.console.note(f"note: recall not measured: {exc.message} ({hint})")
        return []


def _sweeps(index: Index) -> list[str]:
    """Returns the sweeps for an index, without more probes than clusters; empty if it has nothing to try."""
    given = str(index.params.get("nlist", ""))
    clusters = int(given) if given.isdecimal() and len(given) < MOST_DIGITS else 0
    return [
        f"{name}={','.join(str(each) for each in values if name != 'nprobe' or not clusters or each <= clusters)}"
        for name, values in SWEEPS.get(index.type, ())
    ]


def _choice_reason(choice: IndexCandidate | None, index_type: str | None) -> str:
    if choice is None:
        return (
            f"no {index_type or 'index'} reaches that recall within that memory: allow more memory, or a lower recall"
        )
    if not choice.measured:
        return choice.why
    return f"already in place, and reached {choice.recall:g}" + (
        f" with {settings}" if (settings := _equations(choice.search)) else ""
    )


def _command_lines(target: CheckedCollection, choice: IndexCandidate | None, present: Present) -> list[str]:
    if choice is None:
        return []
    place = f"-c {shlex.quote(target.collection)} -f {target.field}"
    check = f"check recall {place}" + "".join(f" --params {name}={value}" for name, value in choice.search.items())
    if choice.measured:
        return [check]
    collection, index = shlex.quote(target.collection), present.index
    metric = (index.metric if index else "") or usual_metric(target.keys.schema, target.field) or "COSINE"
    given = "".join(f" --param {name}:{value}" for name, value in choice.params.items())
    release = f"release collection -c {collection}"
    before = [release, f"delete index -c {collection} -in {shlex.quote(index.name)} --yes"] if index else []
    create = f"create index {place} -t {choice.index_type} -m {metric}{given}"
    return [*before, create, f"load collection -c {collection}", check]


def _equations(setting: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items())


def _candidates(found: Sequence[IndexCandidate], options: AdviceOptions) -> Section:
    items: list[Mapping[str, Any]] = [
        {
            "index_type": each.index_type,
            "params": dict(each.params),
            "search_params": dict(each.search),
            "estimated_memory_bytes": each.memory,
            "estimated_disk_bytes": each.disk or None,
            "recall": each.recall,
            "recall_is": "measured" if each.measured else "estimate",
            "fits": not each.misses(options.memory, options.recall),
            "misses": each.misses(options.memory, options.recall),
            "why": each.why,
        }
        for each in found
    ]
    rows = [
        (
            each.index_type,
            _equations(each.params),
            _equations(each.search),
            None if each.memory is None else byte_size(each.memory),
            byte_size(each.disk) if each.disk else "",
            each.recall,
            item["recall_is"],
            ", ".join(item["misses"]) or "nothing",
            each.why,
        )
        for each, item in zip(found, items, strict=True)
    ]
    columns = ("index_type", "params", "search", "memory", "disk", "recall", "recall_is", "misses", "why")
    return Section("candidates", Table(columns, rows, optional=("why", "disk", "recall_is")), items)


def _measurements(tried: Sequence[RecallRow]) -> Section:
    columns = ("params", "recall", "lowest", "p50_ms", "p95_ms")
    items = [dict(zip(columns, each.figures, strict=True)) for each in tried]
    return Section("measured", Table(columns, [each.figures for each in tried]), items)


def _command_section(lines: Sequence[str]) -> Section:
    table = Table(("line",), [(each,) for each in lines], whole=True)
    return Section("run", table, [{"line": each} for each in lines])
