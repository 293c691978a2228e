"""Metrics of a server's management port."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..client.http import management
from ..connections.profile import Profile
from ..errors import CliError
from ..result import Table

PATH = "/metrics"
GLOB = "*?["


@dataclass(frozen=True)
class Sample:
    name: str
    labels: Mapping[str, str]
    value: float


def metric_table(profile: Profile, port: int | None, seconds: float, pattern: str | None) -> Table:
    """The metrics with the pattern in their names, or all."""
    text = management_text(profile, port, seconds)
    rows = [(each.name, dict(each.labels), _without_point(each.value)) for each in matching(samples(text), pattern)]
    return Table(("name", "labels", "value"), rows)


def _without_point(value: float) -> float:
    """A whole number as int, so that it is shown without its point."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def samples(text: str) -> Iterator[Sample]:
    """Yields the samples of a text in Prometheus format. Raises CliError for other text."""
    from prometheus_client.parser import text_string_to_metric_families

    try:
        for family in text_string_to_metric_families(text):
            for each in family.samples:
                yield Sample(each.name, each.labels, float(each.value))
    except (ValueError, KeyError, IndexError) as exc:
        raise CliError(
            f"the management port did not return metrics: {str(exc)[:200]!r}",
            hint="is it the port of a Milvus? give it with --management-port",
        ) from exc


def matching(found: Iterable[Sample], pattern: str | None) -> Iterator[Sample]:
    """Yields samples whose name matches."""
    for each in found:
        if matches(each.name, pattern):
            yield each


def matches(name: str, pattern: str | None) -> bool:
    """Reports whether a name contains the pattern, or matches it if it contains *, ? or [."""
    if not pattern:
        return True
    return fnmatch.fnmatchcase(name, pattern) if set(GLOB) & set(pattern) else pattern in name


def management_text(profile: Profile, port: int | None, seconds: float) -> str:
    """Returns the text of all metrics. Raises CliError for a wrong port, Unreachable for a closed one."""
    status, text = management(profile, port, PATH, seconds)
    if status != 200:
        raise CliError(
            f"port {port or profile.management_port} {PATH}: HTTP {status}", hint="is it a Milvus's management port?"
        )
    return text
