"""Checks a collection for near-duplicates, reports the groups, and writes the keys of all rows but one of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..connections.private_files import require_free, write_whole
from ..errors import CliError
from ..output.progress import Progress
from ..result import Report, Section, Table
from ..rows.filters import filled
from ..rows.selection import exact_count, strong_timestamp
from ..rows.text_match import require_match
from ..schema.index_types import check_search_params
from ..schema.indexes import Index
from ..search.options import parse_params
from ..search.request import Queries, Search
from ..server.lost_vectors import warn_of_lost_vectors
from ..session.session import Session
from ..text.consistency import CUSTOMIZED
from ..text.counts import counted
from ..text.json import dump_json
from ..text.unwritable import unwritable
from .arithmetic import require_metric
from .duplicates import EXACT_INDEXES, Nearness, farthest, find_near_rows, nearness
from .pages import Key, vector_pages
from .target import CheckedCollection, find_target, require_field_index

if TYPE_CHECKING:
    from ..client.client import Client
    from .duplicates import NearRows

EXAMPLES = 5
"""Keys shown of each group."""
DIGITS = 9
"""Significant digits of distances: a float32 has no more."""


@dataclass(frozen=True)
class DuplicateOptions:
    """Options of `check duplicates`: `distance` is the greatest one, `neighbors` the most searched for each row."""

    collection: str
    distance: float
    field: str | None = None
    filter: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    params: Sequence[str] = ()
    force: bool = False
    neighbors: int = 1000
    limit: int = 20
    out: str | None = None


def duplicates_report(session: Session, options: DuplicateOptions) -> Report:
    """Raises CliError for a field that is not searchable, or whose metric is no distance."""
    if options.out is not None:
        _require_free(options.out, replace=bool(session.options.yes))
    client = session.client
    target = _target(client, options)
    index = require_field_index(client, target)
    require_distance(index.metric, target)
    search = _search(client, target, index, options)
    total = exact_count(client, target.keys) or 1
    near = nearness(target.kind, index.metric, options.distance)
    warn_of_lost_vectors(session.console, client, target.collection, [target.field])
    label = f"Searching for duplicates in {target.collection!r}"
    with Progress(session.console, label, quiet=session.quiet) as bar:
        found = find_near_rows(
            client,
            target,
            near,
            search,
            vector_pages(client, target),
            most=options.neighbors,
            trusted=index.type in EXACT_INDEXES,
            seen=lambda done: bar.show(min(1.0, done / total)),
        )
    if found.cut:
        session.console.note(_too_few(found.cut, options.neighbors))
    return _report(client, target, near, found, options, index.type)


def require_distance(metric: str, target: CheckedCollection) -> None:
    """Raises CliError for a metric by which the nearest row is not the most equal one."""
    if target.kind == "SPARSE_FLOAT_VECTOR":
        raise CliError(
            f"{target.field!r} has sparse vectors, whose metric {metric} is not a distance",
            hint="near-duplicates are found among dense and binary vectors",
        )
    require_metric(metric)


def _target(client: Client, options: DuplicateOptions) -> CheckedCollection:
    target = find_target(client, options.collection, options.field)
    expression = filled(options.filter, options.parameters)
    require_match(client, expression, target.keys.schema)
    return replace(target, keys=replace(target.keys, filter=expression))


def _search(client: Client, target: CheckedCollection, index: Index, options: DuplicateOptions) -> Search:
    """Returns the search for each page of rows: all of them see the rows written before the first."""
    params = parse_params(options.params)
    if not options.force:
        check_search_params(index.type, params)
    timestamp = strong_timestamp(client, target.keys)
    return Search(
        target.collection,
        target.field,
        Queries(target.schema.data_type, []),
        filter=target.keys.filter,
        metric=index.metric,
        params=params,
        consistency=CUSTOMIZED if timestamp else "Strong",
        timestamp=timestamp,
    )


def _report(
    client: Client, target: CheckedCollection, near: Nearness, found: NearRows, options: DuplicateOptions, index: str
) -> Report:
    """`index` is the type of the index that was searched: only FLAT finds all pairs."""
    groups = found.groups.all()
    surplus = [key for _, *others in groups for key in others]
    if options.out is not None:
        _write_keys(options.out, surplus)
    values = {
        "collection": target.collection,
        "field": target.field,
        "index": index,
        "metric": near.metric,
        "within": near.within,
        "rows": found.rows,
        "groups": len(groups),
        "duplicates": len(surplus),
        "incomplete": found.cut,
        "invalid": found.invalid,
        "keys_file": options.out,
    }
    return Report(values, [_groups(client, target, near, groups, options.limit)], exit_code=1 if groups else 0)


def _groups(
    client: Client, target: CheckedCollection, near: Nearness, groups: Sequence[Sequence[Key]], most: int
) -> Section:
    items: list[dict[str, Any]] = [
        {
            "keep": kept,
            "rows": 1 + len(others),
            "farthest": _rounded(farthest(client, target, near, kept, others)),
            "duplicates": others[:EXAMPLES],
        }
        for kept, *others in groups[:most]
    ]
    left = len(groups) - len(items)
    note = f"{counted(left, 'more group')}: use --limit {len(groups)} to see all" if left else ""
    columns = ("keep", "rows", "farthest", "duplicates")
    return Section("found", Table(columns, [tuple(each.values()) for each in items], note), items)


def _rounded(distance: float | None) -> float | None:
    return None if distance is None else float(f"{distance:.{DIGITS}g}")


def _too_few(cut: int, neighbors: int) -> str:
    rows = "1 row has" if cut == 1 else f"{cut:,} rows have"
    return f"note: {rows} {counted(neighbors, 'near neighbor')} or more: groups may be incomplete (raise --neighbors)"


def _require_free(path: str, *, replace: bool) -> None:
    try:
        require_free(path, replace=replace)
    except CliError as exc:
        raise exc.with_context(hint="add --yes to replace it" if os.path.isfile(path) else exc.hint) from exc


def _write_keys(path: str, keys: Sequence[Key]) -> None:
    """Writes a key on each line, as JSON."""
    try:
        write_whole(Path(os.path.realpath(path)), "".join(f"{dump_json(key)}\n" for key in keys), replace=True)
    except OSError as exc:
        raise unwritable(path, exc) from exc
