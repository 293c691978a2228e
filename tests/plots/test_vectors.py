"""`plot vectors`: coordinates as scikit-learn computes them, and marks where the nearest rows are."""

import csv
import io
import json
import sys
from typing import Any

import numpy
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from milvus_cli.plots.projection import finite, matrix, plane
from milvus_cli.text.packages import install_line
from tests.plots.conftest import COUNT, NAME, TOPICS, VECTORS
from tests.support.cli import Cli
from tests.support.official import official_client
from tests.support.typed import Typed, failed

RANDOM = numpy.random.default_rng(3)
EXACT = VECTORS.astype("f8")


def reference(rows: Any) -> Any:
    return PCA(n_components=2, svd_solver="full").fit_transform(rows)


def assert_same_but_for_signs(found: Any, wanted: Any) -> None:
    signs = numpy.sign((numpy.asarray(found) * wanted).sum(axis=0))
    assert numpy.abs(numpy.asarray(found) * signs - wanted).max() < 1e-6


@pytest.mark.parametrize("shape", [(40, 5), (6, 30), (2, 3), (50, 2)])
def test_principal_components_are_those_of_scikit_learn(shape: tuple[int, int]) -> None:
    rows = RANDOM.normal(size=shape) * numpy.linspace(3, 1, shape[1])
    found = plane("pca", rows, 0, 0)
    shares = PCA(svd_solver="full").fit(rows).explained_variance_ratio_[:2]
    assert_same_but_for_signs(found.points, reference(rows))
    assert found.kept == pytest.approx(shares.sum(), abs=1e-9)
    assert found.axes[0] == f"PC 1 ({shares[0]:.1%})"


def test_a_query_is_projected_and_moves_no_axis() -> None:
    rows = RANDOM.normal(size=(20, 4))
    model = PCA(n_components=2, svd_solver="full").fit(rows[:19])
    assert_same_but_for_signs(plane("pca", rows, 1, 0).points, model.transform(rows))


@pytest.mark.parametrize(
    ("kind", "vectors", "numbers"),
    [
        ("FLOAT_VECTOR", [b"\0\0\x80?\0\0\0@", b"\0\0\0@\0\0\0\0"], [[1, 2], [2, 0]]),
        ("INT8_VECTOR", [b"\1\xff", b"\2\3"], [[1, -1], [2, 3]]),
        ("BINARY_VECTOR", [b"\xc0", b"\1"], [[1, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1]]),
        ("SPARSE_FLOAT_VECTOR", [b"\7\0\0\0\0\0\x80?", b"\2\0\0\0\0\0\0@"], [[0, 1], [2, 0]]),
    ],
)
def test_vectors_of_each_type_become_numbers(kind: str, vectors: list[bytes], numbers: Any) -> None:
    assert matrix(kind, vectors, directions=False).tolist() == numbers


def test_directions_are_of_length_1_and_zero_stays_zero() -> None:
    rows = numpy.array([[3, 4], [0, 0], [0, -2]], "<f4")
    found = matrix("FLOAT_VECTOR", [each.tobytes() for each in rows], directions=True)
    assert numpy.abs(found - normalize(rows)).max() < 1e-7
    assert finite(numpy.array([[1.0, numpy.nan], [numpy.inf, 0], [0, 0]])) == [False, False, True]


def test_equal_vectors_have_one_place() -> None:
    assert plane("pca", numpy.ones((4, 3)), 0, 0).points == [(0.0, 0.0)] * 4


@pytest.mark.parametrize("server", ["plotted_lite", "plotted_milvus"])
def test_plot_vectors_gives_the_coordinates(request: pytest.FixtureRequest, cli: Cli, server: str) -> None:
    typed = Typed(cli, request.getfixturevalue(server))
    found = typed.json(f"plot vectors {NAME} --fields topic,year")
    assert [each["id"] for each in found] == list(range(COUNT))
    assert_same_but_for_signs([[each["x"], each["y"]] for each in found], reference(EXACT))
    assert [(each["topic"], each["year"]) for each in found[:2]] == [(TOPICS[0], 1900), (TOPICS[1], 1901)]


def test_a_sample_is_the_same_again_and_another_with_another_seed(plot: Typed) -> None:
    line = f"plot vectors {NAME} --sample 10 --filter 'id < 60'"
    first = plot.json(line)
    assert (len(first), all(each["id"] < 60 for each in first)) == (10, True)
    assert plot.json(line) == first
    assert [each["id"] for each in plot.json(f"{line} --seed 1")] != [each["id"] for each in first]


@pytest.mark.parametrize("query", ["--near '{vector}'", "--like 7"])
def test_the_nearest_rows_and_the_query_are_marked(plot: Typed, query: str) -> None:
    given = query.format(vector=json.dumps(VECTORS[7].tolist()))
    found = plot.json(f"plot vectors {NAME} --sample 5 -k 4 {given}")
    distances = ((EXACT - EXACT[7]) ** 2).sum(axis=1)
    skipped = 1 if "like" in query else 0
    nearest = set(numpy.argsort(distances)[skipped : skipped + 4].tolist())
    assert {each["id"] for each in found if each["role"] == "near"} == nearest
    assert (found[-1]["id"], found[-1]["role"]) == (None, "query")

    rows = [each["id"] for each in found[:-1]]
    model = PCA(n_components=2, svd_solver="full").fit(EXACT[rows])
    assert_same_but_for_signs([[each["x"], each["y"]] for each in found], model.transform(EXACT[[*rows, 7]]))


def test_csv_has_a_line_for_each_point(plot: Typed) -> None:
    run = plot(f"plot vectors {NAME} --sample 3 --color year -o csv")
    found = list(csv.reader(io.StringIO(run.out)))
    assert (run.code, found[0], len(found)) == (0, ["id", "x", "y", "year"], 4)


def test_neighborhoods_are_those_of_scikit_learn(plot: Typed) -> None:
    line = f"plot vectors {NAME} --filter 'id < 30' --method tsne --seed 5"
    model = TSNE(n_components=2, perplexity=29 / 3, init="random", random_state=5)
    with threadpool_limits(1):
        found = plot.json(line)
        wanted = model.fit_transform(EXACT[:30])
    assert numpy.allclose([[each["x"], each["y"]] for each in found], wanted)


@pytest.mark.parametrize(
    ("line", "missing", "message"),
    [
        ("plot vectors {}", "numpy", "--method pca needs the package numpy"),
        ("plot vectors {}", "plotext", "a plot in the terminal needs the package plotext"),
        ("plot recall {}", "plotext", "a plot in the terminal needs the package plotext"),
        ("plot vectors {} --method tsne", "sklearn", "--method tsne needs the package scikit-learn"),
        ("plot vectors {} --method umap", "umap", "--method umap needs the package umap-learn"),
        ("plot norms {} --svg x.svg", "matplotlib", "--svg needs the package matplotlib"),
        ("plot distances {} --png x.png", "matplotlib", "--png needs the package matplotlib"),
        ("plot norms {} --html x.html", "plotly", "--html needs the package plotly"),
    ],
)
def test_a_missing_package_is_one_hint(
    plot: Typed, monkeypatch: pytest.MonkeyPatch, line: str, missing: str, message: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    package = message.rpartition(" ")[2]
    assert plot(line.format(NAME)) == failed(message, f"run `{install_line(package)}`")


def test_several_missing_packages_are_one_hint(plot: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("numpy", "sklearn", "matplotlib", "plotly"):
        monkeypatch.setitem(sys.modules, module, None)
    packages = ("numpy", "scikit-learn", "matplotlib", "plotly")
    assert plot(f"plot vectors {NAME} --method tsne --svg x.svg --html x.html") == failed(
        f"--method tsne, --svg and --html need the packages {', '.join(packages[:-1])} and {packages[-1]}",
        f"run `{install_line(*packages)}`",
    )


@pytest.mark.parametrize("missing", ["plotext", "matplotlib", "plotly", "sklearn"])
def test_numbers_of_lengths_need_no_package(plot: Typed, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert plot(f"plot norms {NAME}").code == 0


@pytest.mark.parametrize(
    ("given", "message", "code"),
    [
        ("--filter 'id < 0'", f"0 of the selected rows of '{NAME}' have a usable vector: nothing to plot", 1),
        ("--filter 'id < 3' --method tsne", "--method tsne needs 5 vectors or more", 2),
        ("--color v", "--color takes a field with values, and 'v' has vectors", 2),
        ("--color nothing", "field not found: 'nothing' (not in the schema", 1),
        ("--near '[1, 2]' --like 3", "-v, --like, --text and --ids cannot be combined", 2),
        ("--near '[[1,0,0,0,0,0],[1,0,0,0,0,1]]'", "--near has 2 vectors", 2),
    ],
)
def test_what_can_not_be_plotted_is_refused(plot: Typed, given: str, message: str, code: int) -> None:
    run = plot(f"plot vectors {NAME} {given}")
    assert (run.code, run.out) == (code, "")
    assert run.err.startswith(f"error: {message}")


def test_rows_with_nan_are_left_out_with_a_note(plot: Typed) -> None:
    plot.all(
        "create collection -c plot_odd -f id:INT64 -f v:FLOAT_VECTOR:2 -p id --index v",
        "load collection plot_odd",
    )
    vectors = [[1.0, 2.0], [float("nan"), 0.0], [2.0, 1.0], [0.0, 0.0]]
    official_client(plot.server.uri).insert("plot_odd", [{"id": key, "v": each} for key, each in enumerate(vectors)])
    run = plot("plot vectors plot_odd -o jsonl")
    plot.gone("plot_odd")
    assert (run.code, run.err) == (0, "note: left out 1 row with NaN or infinities\n")
    assert [json.loads(line)["id"] for line in run.out.splitlines()] == [0, 2, 3]
