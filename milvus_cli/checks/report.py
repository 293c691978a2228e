"""Checks a collection's vectors or index, with a progress bar, and reports the results."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..client.client import Client
from ..errors import CliError, InvalidInput
from ..output.progress import Progress
from ..result import Report, Section, Table
from ..schema.index_types import check_search_params
from ..schema.indexes import Index, indexes
from ..search.options import parse_params
from ..search.request import Queries, Search
from ..server.lost_vectors import warn_of_lost_vectors
from ..session.session import Session
from ..text.counts import counted
from ..text.names import missing_name
from ..text.packages import install_line
from .arithmetic import PlainArithmetic, arithmetic, require_metric
from .audit import MEANINGS, Audit, audit, meaning, problems
from .exact import Exact
from .keys import audit_keys
from .pages import Key, VectorPage, joined, key_pages, pages_of, sample_keys, vector_pages
from .recall import RecallRow, SearchSetting, compare_with_exact, measure, refusals, settings
from .target import CheckedCollection, count_rows, find_keys, find_target, index_on, require_field_index

PLAIN_RATE = 2e7
"""Multiplications per second in plain Python, roughly."""
PLAIN_PYTHON_SECONDS = 10.0
"""Duration that is announced in advance; a hundred times as long is refused."""


@dataclass(frozen=True)
class RecallOptions:
    """Options of `check recall`: `sample` rows as queries, `k` hits each; `sweep` and `params` are text."""

    collection: str
    field: str | None = None
    sample: int = 200
    k: int = 10
    sweep: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    force: bool = False
    seed: int = 0
    consistency: str = "Bounded"

    def trial(self) -> Trial:
        """Raises InvalidInput for parameters that can't be read."""
        return Trial(
            self.collection,
            self.field,
            self.sample,
            self.k,
            sweeps=self.sweep,
            params=parse_params(self.params),
            seed=self.seed,
            consistency=self.consistency,
            force=self.force,
        )


@dataclass(frozen=True)
class Trial:
    """A measurement of recall: `sample` rows as queries, k hits each, `params` in every search.

    `force` allows parameters that this client does not know. `seconds` is how long it may take.
    """

    collection: str
    field: str | None
    sample: int
    k: int
    sweeps: Sequence[str] = ()
    params: Mapping[str, Any] | None = None
    seed: int = 0
    consistency: str = "Bounded"
    force: bool = False
    seconds: float = math.inf


class TooLong(CliError):
    """A measurement takes longer than it may."""


class Limit:
    """The end of the time that a measurement may take, from now on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises TooLong after the end."""
        if time.monotonic() > self._end:
            raise TooLong(f"measuring takes longer than {self._seconds:g} s")

    def within(self, pages: Iterable[VectorPage]) -> Iterator[VectorPage]:
        for page in pages:
            self.check()
            yield page


@dataclass(frozen=True)
class Measured:
    """`rows` of the collection, the number of `queries` drawn from them, and a result for each setting."""

    rows: int
    queries: int
    results: list[RecallRow]


@dataclass(frozen=True)
class Measuring:
    """A measurement that has begun: `refusals` are the server's reasons, "" for a setting that it accepts.

    `results` measures a setting whenever one is taken.
    """

    rows: int
    queries: int
    refusals: Sequence[str]
    results: Iterator[RecallRow]


def vectors_report(
    session: Session,
    collection: str,
    field: str | None,
    *,
    sample: int | None,
    seed: int,
    metric: str | None,
    ignored: Sequence[str],
) -> Report:
    """Raises CliError if the collection is not loaded or lacks the field."""
    _known_findings(ignored)
    client = session.client
    target = find_target(client, collection, field)
    index = index_on(client, target)
    judged = (metric or (index.metric if index else "")).upper()
    total = count_rows(client, target.keys) or 1
    warn_of_lost_vectors(session.console, client, target.collection, [target.field])
    with _bar(session, f"Checking vectors of {collection!r}") as bar:
        pages: Iterable[VectorPage] = vector_pages(client, target)
        if sample is not None:
            keys, total = sample_keys(key_pages(client, target.keys), sample, seed)
            pages, total = pages_of(client, target, keys), len(keys) or 1
        found = audit(pages, target.kind, metric=judged, seen=lambda done: bar.show(min(1.0, done / total)))
    wrong = problems(found, ignored)
    values = {
        "collection": collection,
        "field": target.field,
        "type": target.kind,
        "metric": judged or None,
        "rows": found.rows,
        "sample": sample is not None,
        "problems": wrong,
    }
    return Report(values, [_findings(found, ignored, judged), _norms(found)], exit_code=1 if wrong else 0)


def keys_report(session: Session, collection: str, *, most: int) -> Report:
    """Primary keys that several rows share, `most` of them; the exit code is 1 when there are any."""
    keys = find_keys(session.client, collection)
    total = count_rows(session.client, keys) or 1
    with _bar(session, f"Counting keys of {collection!r}") as bar:
        found = audit_keys(session.client, keys, most=most, seen=lambda done: bar.show(min(1.0, done / total)))
    values = {
        "collection": collection,
        "field": keys.primary.name,
        "rows": found.rows,
        "keys": found.keys,
        "surplus_rows": found.surplus,
    }
    rows = list(found.copies.items())
    items = [{"key": key, "rows": count} for key, count in rows]
    section = Section("duplicates", Table(("key", "rows"), rows), items)
    return Report(values, [section], exit_code=1 if found.surplus else 0)


def recall_table(session: Session, options: RecallOptions) -> Table:
    """Raises CliError where the collection is not loaded, has no such field, no index, or too few rows.

    The settings are measured while the rows are taken.
    """
    trial = options.trial()
    target = find_target(session.client, trial.collection, trial.field)
    index = require_field_index(session.client, target)
    found = begin_measuring(session, target, index, trial, quiet=not session.for_people)
    columns = ["params", "recall", "lowest", "p50_ms", "p95_ms", "k", "queries", "rows"]
    rows = ([*each.figures, trial.k, found.queries, found.rows] for each in found.results)
    note = _what_was_searched(session.client, target, index)
    refused = [each for each in found.refusals if each]
    if not refused:
        return Table(columns, rows, note=note)
    rows = ([*row, error or None] for row, error in zip(rows, found.refusals, strict=True))
    failure = CliError(f"the server refused {len(refused)} of {counted(len(found.refusals), 'setting')}")
    return Table([*columns, "error"], rows, note=note, failure=failure)


def measured(session: Session, target: CheckedCollection, index: Index, trial: Trial) -> Measured:
    """Raises TooLong where the trial's time does not suffice, or plain Python is too slow."""
    found = begin_measuring(session, target, index, trial)
    return Measured(found.rows, found.queries, list(found.results))


def begin_measuring(
    session: Session, target: CheckedCollection, index: Index, trial: Trial, *, quiet: bool = False
) -> Measuring:
    """Draws the queries, and finds their nearest rows; `quiet` shows no progress of the settings. Raises as `measured`.

    Raises ServerRefused if the server refuses every setting.
    """
    limit = Limit(trial.seconds)
    wanted = settings(trial.sweeps)
    params = trial.params or {}
    if not trial.force:
        for setting in (params, *wanted):
            check_search_params(index.type, setting)
    require_metric(index.metric)
    client, count = session.client, arithmetic(target.kind)
    warn_of_lost_vectors(session.console, client, target.collection, [target.field])
    keys, total = sample_keys(limit.within(key_pages(client, target.keys)), trial.sample, trial.seed)
    queries = joined(pages_of(client, target, keys))
    if total < 2 or not queries.keys:
        found = f"{counted(total, 'row')} with {counted(len(queries.keys), 'vector')} in {target.field!r}"
        raise CliError(f"collection {target.collection!r} has {found}: nothing to compare", hint="insert some")
    if isinstance(count, PlainArithmetic):
        _foretell(session, target, len(queries.keys) * total)
    search = _search(client, target, index, trial, queries)
    refused = refusals(client, search, wanted)
    exact = Exact(count, index.metric, queries, trial.k)
    with _bar(session, "Searching exactly") as bar:
        for page in _with_progress(limit.within(vector_pages(client, target)), bar, total):
            exact.add(page)
    bar = Progress(session.console, f"Searching {target.collection!r}", quiet=session.quiet or quiet)
    steps = _Steps(bar, limit, refused.count("") * len(queries.keys))
    trials = _Settings(client, target, search, queries.keys, exact, steps)
    return Measuring(total, len(queries.keys), refused, trials.results(zip(wanted, refused, strict=True)))


def _search(client: Client, target: CheckedCollection, index: Index, trial: Trial, queries: VectorPage) -> Search:
    return Search(
        target.collection,
        target.field,
        Queries(target.schema.data_type, queries.vectors),
        trial.k,
        metric=index.metric,
        params=trial.params or {},
        consistency=trial.consistency,
        timestamp=client.written,
    )


class _Steps:
    """Advances a bar by one step per call, within the limit."""

    def __init__(self, bar: Progress, limit: Limit, steps: int) -> None:
        self.bar, self._limit, self._steps, self._done = bar, limit, steps, 0

    def of(self, setting: SearchSetting) -> Callable[[], None]:
        """Returns the call for each step of a setting, which the bar names."""
        return partial(self._step, _setting_text(setting))

    def finished(self, result: RecallRow) -> None:
        """Leaves a line with the result of a setting above the bar."""
        if result.setting:
            found = result.error or f"recall {result.recall:g}, p50 {result.p50_ms:g} ms"
            self.bar.leave(f"{_setting_text(result.setting)}: {found}")

    def _step(self, detail: str) -> None:
        self._limit.check()
        self._done += 1
        self.bar.show(self._done / self._steps, detail)


@dataclass(frozen=True)
class _Settings:
    """Measures settings one after the other, with the distances that exact search knows."""

    client: Client
    target: CheckedCollection
    search: Search
    keys: Sequence[Key]
    exact: Exact
    steps: _Steps

    def results(self, wanted: Iterable[tuple[SearchSetting, str]]) -> Iterator[RecallRow]:
        """Yields the result of each setting, an error for one that was refused."""
        with self.steps.bar:
            for setting, refusal in wanted:
                result = RecallRow(setting, error=refusal) if refusal else self._measured(setting)
                self.steps.finished(result)
                yield result

    def _measured(self, setting: SearchSetting) -> RecallRow:
        found = measure(self.client, self.search, setting, self.keys, self.steps.of(setting))
        return compare_with_exact(self.exact, found, partial(pages_of, self.client, self.target))


def _setting_text(setting: SearchSetting) -> str:
    return ", ".join(f"{name}={value}" for name, value in setting.items())


def _bar(session: Session, label: str) -> Progress:
    return Progress(session.console, label, quiet=session.quiet)


def _with_progress(pages: Iterable[VectorPage], bar: Progress, total: int) -> Iterator[VectorPage]:
    done = 0
    for page in pages:
        yield page
        done += len(page.keys)
        bar.show(min(1.0, done / total))


def _known_findings(names: Sequence[str]) -> None:
    for name in names:
        if name not in MEANINGS:
            raise missing_name("finding", name, MEANINGS, f"one of: {', '.join(MEANINGS)}", error=InvalidInput)


def _foretell(session: Session, target: CheckedCollection, pairs: int) -> None:
    """Without numpy, announces a long exact search, and refuses one that would take too long."""
    seconds = pairs * max(1, target.row_size // 4) / PLAIN_RATE
    if seconds > 100 * PLAIN_PYTHON_SECONDS and target.kind != "SPARSE_FLOAT_VECTOR":
        raise TooLong(
            f"exact search in plain Python would take some {seconds / 60:,.0f} minutes",
            hint=f"run `{install_line('numpy')}`, or give a smaller --sample",
        )
    if seconds > PLAIN_PYTHON_SECONDS:
        why = "sparse vectors" if target.kind == "SPARSE_FLOAT_VECTOR" else "numpy is not installed"
        session.console.note(f"{why}: exact search takes some {seconds:,.0f} s")


def _findings(found: Audit, ignored: Sequence[str], metric: str) -> Section:
    items = [
        {
            "finding": name,
            "count": each.count,
            "examples": each.examples,
            "ignored": name in ignored,
            "meaning": meaning(name, metric),
        }
        for name, each in found.findings.items()
    ]
    columns = ("finding", "count", "examples", "meaning")
    return Section("findings", Table(columns, [[item[key] for key in columns] for item in items]), items)


def _norms(found: Audit) -> Section:
    norms = {name: None if each is None else float(f"{each:.6g}") for name, each in found.norms.items()}
    return Section("norms", Table(tuple(norms), [tuple(norms.values())]), [norms])


def _what_was_searched(client: Client, target: CheckedCollection, index: Index) -> str:
    """Describes the index searched; servers search rows not yet indexed one by one, which is exact."""
    described = next(each for each in indexes(client, target.collection) if each.field_name == target.field)
    left = described.total_rows - described.indexed_rows
    part = f"; {left:,} of {described.total_rows:,} rows are not indexed yet, and searched exactly" if left > 0 else ""
    return f"{index.type} on {target.field!r} by {index.metric}{part}"
