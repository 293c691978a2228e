"""Pictures in the terminal, as images and as pages: what they show, and that texts of a server are only text."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy
import pytest

from milvus_cli.plots.coloring import grouped
from milvus_cli.plots.figure import CATEGORIES, MARKED, Figure, Group, Histogram, Scatter, Shape
from milvus_cli.plots.image import image
from milvus_cli.plots.page import page
from milvus_cli.plots.terminal import drawn
from milvus_cli.result import Canvas
from milvus_cli.search.histogram import Bin
from tests.plots.conftest import HOSTILE, NAME, VECTORS
from tests.support.typed import Typed, failed

LINK = "<a href='javascript:alert(1)'>x</a>"
POINTS = Scatter(
    f"Vectors of {HOSTILE}\x1b[31m",
    ("PC 1", "$\\frac{"),
    [0.0, 1.0, 2.0, 2.0],
    [0.0, 1.0, 2.0, 0.0],
    [
        Group(HOSTILE, CATEGORIES[0], [0, 1]),
        Group("_日本", CATEGORIES[1], [2]),
        Group("nearest", MARKED, [1], Shape.RING),
        Group("query", MARKED, [3], Shape.STAR),
    ],
    [[("id", "1"), (HOSTILE, LINK)], [("id", "2\x07")], [("t", "long " * 200)], [("query", "&lt;b&gt;")]],
)
BARS = Histogram(
    "Lengths of v", "length", "rows", [Bin(0.5, 1.0, 3, False), Bin(1, 1.5, 0, False), Bin(1.5, 2, 6, False)]
)
SETTINGS = Scatter(
    "Recall",
    ("ms", "recall"),
    [1.0, 2.0],
    [0.5, 1.0],
    [Group("settings", CATEGORIES[0], [0, 1])],
    [[("params", "ef=1"), ("recall", "recall 0.5")], [("params", "ef=2"), ("recall", "recall 1.0")]],
    ["ef=1", "ef=2"],
    joined=True,
    y_limits=(0.45, 1.01),
)


# In the terminal


def test_points_without_colors_and_unicode_have_letters() -> None:
    lines = drawn(POINTS, Canvas(40, 14, unicode=False)).split("\n")
    frame = "\n".join(lines[1:-3])
    assert (frame.isascii(), [frame.count(mark) for mark in "ox^Q"]) == (True, [1, 1, 1, 1])
    assert lines[0] == "Vectors of </script><script>alert(1)</s."
    assert lines[-3:] == [
        "x: PC 1   y: $\\frac{",
        "o </script><script>alert(1)</sc. (2)",
        "x _日本 (1)  ^ nearest (1)  Q query (1)",
    ]


def test_points_with_colors_are_finer_and_painted() -> None:
    text = drawn(POINTS, Canvas(60, 20, color=True))
    assert "\x1b[38;5;31m" in text
    assert ("●" in text, "★" in text, "◆" in text) == (True, True, True)
    assert "\\x1b[31m" in text.split("\n")[0]
    assert set(re.findall(r"\x1b\[[^m]*", text)) <= {"\x1b[0", "\x1b[38;5;31", "\x1b[38;5;208", "\x1b[38;5;161"}


@pytest.mark.parametrize("figure", [POINTS, BARS, SETTINGS], ids=["points", "bars", "settings"])
@pytest.mark.parametrize(("width", "height"), [(40, 12), (80, 24), (200, 60)])
def test_no_line_is_wider_than_the_terminal(figure: Figure, width: int, height: int) -> None:
    from milvus_cli.output.values import width_of

    lines = drawn(figure, Canvas(width, height)).split("\n")
    assert max(map(width_of, lines)) <= width
    assert len(lines) <= height


def test_bars_have_their_numbers() -> None:
    assert drawn(BARS, Canvas(30, 20)) == (
        "Lengths of v\nlength: rows\n0.5 –   1  3  ████████\n  1 – 1.5  0\n1.5 –   2  6  ████████████████"
    )
    assert drawn(BARS, Canvas(30, 20, unicode=False)).endswith("1.5 -   2  6  ################")


def test_points_with_labels_are_listed_below() -> None:
    lines = drawn(SETTINGS, Canvas(50, 14)).split("\n")
    assert lines[-2:] == ["a  ef=1  recall 0.5", "b  ef=2  recall 1.0"]
    assert [sum(mark in line for line in lines[2:-3]) for mark in "ab"] == [1, 1]


def test_a_picture_goes_to_standard_output_with_a_note(plot: Typed) -> None:
    run = plot(f"plot vectors {NAME} --sample 50 --color topic")
    lines = run.out.splitlines()
    assert (run.code, run.err) == (0, "")
    assert lines[0] == f"Vectors of {NAME}.v, colored by topic"
    assert re.fullmatch(r"50 of 120 rows, seed 0; the plane keeps \d\d\.\d% of the variance", lines[-1])


# Colors


def test_values_have_a_color_each_and_the_rarest_share_one() -> None:
    found = grouped(["a", "b", "a", None, ""] + [f"c{number}" for number in range(9)])
    assert [(each.name, len(each.points)) for each in found[:3]] == [("a", 2), ('""', 1), ("b", 1)]
    assert [each.name for each in found[-2:]] == ["4 others", "NULL"]
    assert sorted(place for each in found for place in each.points) == list(range(14))


def test_many_numbers_are_ranges_with_as_many_rows() -> None:
    found = grouped([*range(1900, 2000), None])
    assert [(each.name, len(each.points)) for each in found[:2]] == [("1900 to 1919", 20), ("1920 to 1939", 20)]
    assert [each.name for each in grouped([1, 2, 1])] == ["1", "2"]
    assert [each.name for each in grouped([True, False])] == ["false", "true"]
    assert sum(len(each.points) for each in grouped([0.5] * 30 + [*range(12)])) == 42


# Images


def test_a_png_is_an_image_of_some_size() -> None:
    content = image(POINTS, "png")
    width, height = (int.from_bytes(content[start : start + 4], "big") for start in (16, 20))
    assert (content[:8], width, height) == (b"\x89PNG\r\n\x1a\n", 1170, 845)


@pytest.mark.parametrize("figure", [POINTS, BARS, SETTINGS], ids=["points", "bars", "settings"])
def test_an_svg_is_xml_and_the_same_again(figure: Figure) -> None:
    content = image(figure, "svg")
    assert ElementTree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    assert image(figure, "svg") == content


def test_texts_of_the_server_are_only_text_in_an_svg() -> None:
    root = ElementTree.fromstring(image(POINTS, "svg"))
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {f"Vectors of {HOSTILE}\\x1b[31m", "$\\frac{", f"{HOSTILE} (2)"} <= {*texts}
    assert [each for each in root.iter() if each.tag.endswith(("script", "image", "foreignObject"))] == []


# Pages


class Read(HTMLParser):
    """The elements of a page with their attributes, and the texts of scripts."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.scripts += [""] if tag == "script" else []

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script":
            self.scripts[-1] += data

    @property
    def traces(self) -> Any:
        """What the last script draws."""
        _, _, call = self.scripts[-1].partition("Plotly.newPlot(")
        return json.JSONDecoder().raw_decode(call[call.index("[") :])[0]


PAGES = {"points": page(POINTS), "bars": page(BARS), "settings": page(SETTINGS)}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_nothing_and_sends_nothing(name: str) -> None:
    read = Read(PAGES[name])
    assert {tag for tag, _ in read.elements} == {"html", "head", "meta", "title", "style", "body", "div", "script"}
    assert [found for _, found in read.elements if {"src", "href", "action", "srcset"} & found.keys()] == []

    policy = next(found["content"] for tag, found in read.elements if "http-equiv" in found)
    assert str(policy).startswith("default-src 'none'; script-src 'unsafe-inline';")
    assert "connect-src" not in str(policy)
    assert ('"showSendToCloud": false' in read.scripts[-1], "cloud.plotly" in read.scripts[-1]) == (True, False)


def test_texts_of_the_server_are_only_text_in_a_page() -> None:
    read = Read(PAGES["points"])
    assert b"<script>alert" not in PAGES["points"]
    assert len(read.scripts) == len(Read(PAGES["bars"]).scripts)

    found = read.traces
    assert [each["name"] for each in found[:2]] == [f"{_escaped(HOSTILE)} (2)", "_日本 (1)"]
    assert found[0]["hovertext"] == [f"id: 1<br>{_escaped(HOSTILE)}: {_escaped(LINK)}", "id: 2\\x07"]
    assert found[3]["hovertext"] == ["query: &amp;lt;b&amp;gt;"]


def _escaped(text: str) -> str:
    escaped = text.replace("<", "&lt;").replace(">", "&gt;")
    assert unescape(escaped) == text
    return escaped


def test_long_texts_are_cut_and_in_several_lines() -> None:
    lines = Read(PAGES["points"]).traces[1]["hovertext"][0].split("<br>")
    assert (len(lines), max(map(len, lines)), lines[-1][-1]) == (5, 80, "…")


# Files


def test_files_are_written_with_all_fields_in_the_page(plot: Typed) -> None:
    run = plot(f"plot vectors {NAME} --sample 30 --like 3 --svg a.svg --png a.png --html a.html")
    assert (run.code, run.err) == (0, "")
    assert run.out.startswith("Wrote a.svg and a.png and a.html: ")
    assert sorted(each.name for each in Path().iterdir() if each.name.startswith("a.")) == ["a.html", "a.png", "a.svg"]
    assert "year: 1903" in Path("a.html").read_text()


def test_programs_get_the_numbers_beside_the_file(plot: Typed) -> None:
    found = plot.json(f"plot norms {NAME} --svg norms.svg")
    lengths = numpy.linalg.norm(VECTORS.astype("f8"), axis=1)
    assert (sum(each["rows"] for each in found), Path("norms.svg").exists()) == (len(lengths), True)
    assert [found[0]["from"], found[-1]["to"]] == pytest.approx([lengths.min(), lengths.max()], rel=1e-5)


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ("--svg there.svg", "there.svg exists", "add --force to replace it"),
        ("--svg a --png ./a", "two pictures can't have the same file", "name a file for each"),
        ("--png no/a.png", "can't write no/a.png: no folder no", ""),
        ("--html .", ". is not a file", "name a file"),
        ("--svg -", "--svg: expected a file, got - (standard output)", "help plot norms"),
    ],
)
def test_a_file_that_can_not_be_written_is_refused(plot: Typed, given: str, message: str, hint: str) -> None:
    Path("there.svg").write_text("mine")
    assert plot(f"plot norms {NAME} {given}") == failed(message, hint, 2)
    assert (Path("there.svg").read_text(), [each.name for each in Path().glob("*.new")]) == ("mine", [])


@pytest.mark.parametrize("given", ["--force", "--yes"])
def test_an_existing_file_is_replaced_where_that_is_said(plot: Typed, given: str) -> None:
    Path("there.svg").write_text("mine")
    assert plot(f"plot norms {NAME} --svg there.svg {given}").code == 0
    assert "<svg" in Path("there.svg").read_text()


# Distances, lengths and recall


@pytest.mark.parametrize("metric", ["L2", "IP", "COSINE"])
def test_distances_are_those_of_all_pairs(plot: Typed, metric: str) -> None:
    rows = VECTORS[:20].astype("f8")
    unit = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    every = {
        "L2": ((rows[:, None] - rows) ** 2).sum(axis=2),
        "IP": rows @ rows.T,
        "COSINE": unit @ unit.T,
    }[metric]
    pairs = every[numpy.triu_indices(20, 1)]
    found = plot.json(f"plot distances {NAME} --filter 'id < 20' --metric {metric} --bins 7")
    counts, edges = numpy.histogram(pairs, 7)
    assert [each["pairs"] for each in found] == counts.tolist()
    assert [each["from"] for each in found] == pytest.approx(edges[:-1].tolist(), rel=1e-5)


def test_distances_are_by_the_metric_of_the_index(plot: Typed) -> None:
    run = plot(f"plot distances {NAME} --sample 10 --bins 2")
    assert (run.code, run.out.splitlines()[:2]) == (
        0,
        [f"Distances between the vectors of {NAME}.v", "distance by L2: pairs"],
    )


def test_recall_is_drawn_for_each_setting(plot: Typed) -> None:
    line = f"plot recall {NAME} --sample 10 -k 3 --sweep ef=4,64"
    found = plot.json(line)
    assert [(each["params"], each["k"], each["queries"]) for each in found] == [({"ef": 4}, 3, 10), ({"ef": 64}, 3, 10)]

    run = plot(f"{line} --html r.html")
    assert (run.code, run.out) == (0, "Wrote r.html: HNSW on 'v' by L2.\n")
    lines = plot(line).out.splitlines()
    assert lines[0] == f"Recall of {NAME} by 10 queries, k = 3"
    assert sorted(each.split()[1] for each in lines[-3:-1]) == ["ef=4", "ef=64"]
