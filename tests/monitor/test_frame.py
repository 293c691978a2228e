"""The frames of top, drawn from states made up for it."""

from dataclasses import replace

import pytest

from milvus_cli.errors import CliError
from milvus_cli.monitor.drawing import Canvas
from milvus_cli.monitor.frame import Choices, frame, next_interval, next_sort
from milvus_cli.monitor.rates import Requests
from milvus_cli.monitor.state import MOST_POINTS, CollectionUse, Reading, ServerState
from milvus_cli.output.colors import palette
from milvus_cli.output.values import COLOR_SEQUENCE, width_of
from tests.support.monitored import BEGIN, NOON, reading, state
from tests.test_metrics import metrics

USES = [CollectionUse("book", 5_000, 5_050, 2_914_880, 453_904), CollectionUse("film", 20, 20, 1_024, 512)]
BUSY = state(
    reading(metrics(100, 100), metrics(300, 200, failures=20)),
    reading(metrics(300, 200, failures=20), metrics(400, 300, failures=20), at=BEGIN + 2, collections=USES),
)
GONE = BUSY.after(Reading(BEGIN + 3, NOON, no_metrics="closed", failure=CliError("can't reach 127.0.0.1:19530")))
ONLY_GRPC = state(
    Reading(
        BEGIN,
        NOON,
        no_metrics="no HTTP from 127.0.0.1:9091: Connection refused",
        ping_ms=2.5,
        version="Milvus 2.3.5",
        collections=[CollectionUse("book", 5_000)],
    )
)
NEW = ServerState("new", "127.0.0.1:19531")


def drawn(*states: ServerState, columns: int = 80, lines: int = 24, choices: Choices = Choices(1.0)) -> str:
    """A frame as text, without the blanks and empty lines that only fill the screen."""
    found = frame(states, choices, Canvas(), columns, lines)
    return "\n".join(line.rstrip() for line in found)


def test_a_busy_server_on_a_usual_terminal() -> None:
    expected = """\
one  127.0.0.1:19530  Milvus 2.3.5  up 1 h 2 min
requests/s     100.0  █▄                              max 200.0 in 1 s
latency ms       0.0  ▁▁                              max 0.0 in 1 s
memory 378 MiB  CPU -  collections 3  segments 4  loaded rows 1,000,020
growing rows 5  ping 1.2 ms
request  req/s  failed/s  mean ms  p50 ms  p99 ms
Search   100.0       0.0      0.0     0.5     1.0
collection   rows  loaded    memory     disk
book        5,000   5,050  2.78 MiB  443 KiB
film           20      20     1 KiB    512 B







q quit  p pause  +/- 1 s  s sort: rate  h help                          12:00:00"""
    assert drawn(BUSY, lines=18) == expected


def test_a_small_terminal_keeps_what_matters_most() -> None:
    expected = """\
one  Milvus 2.3.5  up 1 h 2 min
requests/s     100.0  █▄
latency ms       0.0  ▁▁
memory 378 MiB  CPU -  collections 3
segments 4  loaded rows 1,000,020
request  req/s  failed/s  mean ms
Search   100.0       0.0      0.0


q p +/- 1 s s rate h help       12:00:00"""
    assert drawn(BUSY, columns=40, lines=10) == expected


def test_a_server_that_is_gone_keeps_its_history() -> None:
    expected = """\
one  127.0.0.1:19530  Milvus 2.3.5
! no response: can't reach 127.0.0.1:19530
requests/s         -  █▄          max 200.0 in 2 s
latency ms         -  ▁▁          max 0.0 in 2 s

q quit  p pause  +/- 1 s  s sort: rate  h help      12:00:00"""
    assert drawn(GONE, columns=60, lines=6) == expected


def test_without_metrics_it_says_why_there_are_no_rates() -> None:
    expected = """\
one  127.0.0.1:19530  Milvus 2.3.5
no rates: no HTTP from 127.0.0.1:9091:
Connection refused
latency ms       2.5  █
collections 1
collection   rows
book        5,000
q p +/- 1 s s rate h help           12:00:00"""
    assert drawn(ONLY_GRPC, columns=44, lines=8) == expected


def test_several_servers_stand_side_by_side() -> None:
    expected = """\
one  127.0.0.1:19530  Milvus 2.3.5  up 1 h 2 min         │ one  127.0.0.1:19530  Milvus 2.3.5
requests/s     100.0  █▄                                 │ no rates: no HTTP from 127.0.0.1:9091: Connection
latency ms       0.0  ▁▁                                 │ refused
memory 378 MiB  CPU -  collections 3  segments 4         │ latency ms       2.5  █
loaded rows 1,000,020  growing rows 5  ping 1.2 ms       │ collections 1
request  req/s  failed/s  mean ms  p50 ms  p99 ms        │ collection   rows
Search   100.0       0.0      0.0     0.5     1.0        │ book        5,000
collection   rows  loaded    memory     disk             │
book        5,000   5,050  2.78 MiB  443 KiB             │
film           20      20     1 KiB    512 B             │
                                                         │
q quit  p pause  +/- 1 s  s sort: rate  h help                                                              12:00:00"""
    assert drawn(BUSY, ONLY_GRPC, columns=116, lines=12) == expected


def test_on_a_narrow_terminal_servers_stand_below_each_other() -> None:
    expected = """\
one  127.0.0.1:19530  Milvus 2.3.5  up 1 h 2 min
requests/s     100.0  █▄          max 200.0 in 1 s
latency ms       0.0  ▁▁          max 0.0 in 1 s
request  req/s  failed/s  mean ms  p50 ms  p99 ms
Search   100.0       0.0      0.0     0.5     1.0
────────────────────────────────────────────────────────────
one  127.0.0.1:19530  Milvus 2.3.5
no rates: no HTTP from 127.0.0.1:9091: Connection refused
latency ms       2.5  █
collections 1

q quit  p pause  +/- 1 s  s sort: rate  h help      12:00:00"""
    assert drawn(BUSY, ONLY_GRPC, columns=60, lines=12) == expected


def test_many_servers_have_a_line_each() -> None:
    expected = """\
one  100.0 req/s  0.0 ms  Milvus 2.3.5
one  ! no response: can't reach 127.0.0.1:19530
one  2.5 ms  Milvus 2.3.5
new  waiting for the first answer
2 more servers
q quit  p pause  +/- 1 s  s sort: rate  h help      12:00:00"""
    assert drawn(BUSY, GONE, ONLY_GRPC, NEW, NEW, NEW, columns=60, lines=6) == expected


def test_a_large_terminal_has_higher_graphs() -> None:
    expected = """\
requests/s     100.0  █                                                   max 200.0 in 1 s
                      █
                      ██
                      ██
latency ms       0.0                                                      max 0.0 in 1 s


                      ▁▁""".splitlines()
    assert drawn(BUSY, columns=100, lines=40).splitlines()[2:10] == expected


def test_help_covers_the_panels() -> None:
    expected = """\
q  quit
p  pause the screen, and continue
+  longer interval      -  shorter interval
s  sort requests by rate, latency, failures or name
h  this help; any key closes it

A line with ! is an alarm: the server is silent, denies
requests, lacks nodes, or has a growing backlog.

q quit  p pause  +/- 1 s  s sort: rate  h help                          12:00:00"""
    assert drawn(BUSY, lines=10, choices=Choices(1.0, shows_help=True)) == expected


@pytest.mark.parametrize("columns", [1, 2, 7, 20, 39, 40, 60, 80, 121, 200])
@pytest.mark.parametrize("lines", [1, 2, 3, 5, 8, 10, 24, 50])
def test_a_frame_fits_any_terminal(columns: int, lines: int) -> None:
    canvas = Canvas(palette("dark", {}))
    scenes = ([BUSY], [GONE], [ONLY_GRPC], [NEW], [BUSY, GONE, ONLY_GRPC], [BUSY] * 9)
    for states in scenes:
        found = frame(states, Choices(1.0), canvas, columns, lines)
        assert len(found) == lines
        assert max(width_of(COLOR_SEQUENCE.sub("", line)) for line in found) <= columns


def test_names_of_a_server_are_shown_and_never_obeyed() -> None:
    hostile = state(reading(metrics(), metrics(), collections=[CollectionUse("\x1b]0;x\x07界\u202e", 1)]))
    complained = hostile.after(replace(hostile.reading, complaints=["\x1b[2J"])) if hostile.reading else hostile
    text = drawn(complained)
    assert "\\x1b]0;x\\x07界\\u202e" in text
    assert "! \\x1b[2J" in text
    assert "\x1b" not in text


def test_without_unicode_all_is_ascii() -> None:
    canvas = Canvas(unicode=False)
    assert all(line.isascii() for line in frame([BUSY, ONLY_GRPC], Choices(1.0), canvas, 121, 20))


def test_colors_are_those_of_the_palette() -> None:
    [title, *_] = frame([GONE], Choices(1.0), Canvas(palette("dark", {"error": "red"})), 80, 24)
    assert title.startswith("\x1b[31mone\x1b[0m")


@pytest.mark.parametrize(
    ("sort", "first"), [("rate", "Search"), ("latency", "Insert"), ("failures", "Query"), ("name", "Insert")]
)
def test_requests_are_sorted_as_the_person_wants(sort: str, first: str) -> None:
    numbers = {"Search": (50.0, 1.0, 2.0), "Insert": (5.0, 0.0, 9.0), "Query": (7.0, 3.0, 1.0)}
    requests = [Requests(kind, rate, failed, None, None, mean) for kind, (rate, failed, mean) in numbers.items()]
    busy = reading(metrics(), metrics())
    assert busy.activity is not None
    shown = state(replace(busy, activity=replace(busy.activity, requests=requests)))
    lines = drawn(shown, choices=Choices(1.0, sort=sort)).splitlines()
    assert lines[lines.index(next(line for line in lines if line.startswith("request "))) + 1].startswith(first)


def test_a_type_of_request_stays_for_a_minute() -> None:
    quiet = [reading(metrics(400, 300), metrics(400, 300), at=BEGIN + seconds) for seconds in (30, 63)]
    assert "Search     0.0" in drawn(BUSY.after(quiet[0]))
    assert "no requests" in drawn(BUSY.after(quiet[0]).after(quiet[1]))


def test_the_history_is_bounded() -> None:
    found = BUSY
    for second in range(1000):
        found = found.after(Reading(BEGIN + second, NOON, failure=CliError("gone")))
    assert len(found.points) == MOST_POINTS


def test_intervals_and_sorts_step_through_their_choices() -> None:
    assert [next_interval(each, longer=True) for each in (0.1, 1.0, 1.5, 60.0, 90.0)] == [0.2, 2.0, 2.0, 60.0, 90.0]
    assert [next_interval(each, longer=False) for each in (0.1, 1.0, 1.5, 90.0)] == [0.1, 0.5, 1.0, 60.0]
    assert [next_sort(each) for each in ("rate", "name")] == ["latency", "rate"]
