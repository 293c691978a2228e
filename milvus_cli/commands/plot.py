"""Commands that draw vectors, their lengths and distances, and the recall of an index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ..grammar.command import all_of, collection_option, command, option
from ..grammar.offered import Words
from ..grammar.options import options
from ..grammar.recall_options import recall_options
from ..grammar.row_options import filter_options, partitions_option, seed_option
from ..grammar.search_options import field_option
from ..grammar.types import FIELD_AND_MORE, FIELDS, KEPT_FILE, METRIC, QUERY_VECTOR
from ..result import Done, Picture, Table

if TYPE_CHECKING:
    from ..plots.histograms import DistancePlotOptions, NormPlotOptions
    from ..plots.recall import RecallPlotOptions
    from ..plots.vectors import VectorPlotOptions
    from ..session.session import Session

METHOD = Words(
    "method",
    {
        "pca": "principal components; needs numpy",
        "tsne": "neighborhoods; needs scikit-learn",
        "umap": "neighborhoods; needs umap-learn",
    },
)
MOST_POINTS, MOST_IN_PAIRS = 20_000, 2_000

file_options = all_of(
    option("--svg", type=KEPT_FILE, metavar="FILE", help="Write an SVG image instead. Needs matplotlib."),
    option("--png", type=KEPT_FILE, metavar="FILE", help="Write a PNG image instead. Needs matplotlib."),
    option(
        "--html",
        type=KEPT_FILE,
        metavar="FILE",
        help="Write a page that shows the fields of each point and loads nothing from elsewhere. Needs plotly.",
    ),
)
force_files_option = option("--force", is_flag=True, help="Replace existing files, like --yes.")
bins_option = option("--bins", type=click.IntRange(1, 200), default=0, metavar="N", help="Bars. [default: by the rows]")


def _sample_option(default: int, most: int) -> Callable[[Any], Any]:
    return option(
        "--sample",
        type=click.IntRange(2, most),
        default=default,
        show_default=True,
        metavar="N",
        help="Number of randomly chosen rows.",
    )


@command("plot vectors")
@collection_option
@field_option
@_sample_option(2_000, MOST_POINTS)
@seed_option
@filter_options
@partitions_option()
@option("--color", type=FIELD_AND_MORE, metavar="FIELD", help="Color the points by this field.")
@option("--fields", type=FIELDS, metavar="A,B", help="Fields to show with each point. [default: all in --html]")
@option(
    "--near",
    type=QUERY_VECTOR,
    metavar="VECTOR",
    help="Mark this query vector and its nearest rows: [0.1, 0.2, …], a file, or - for standard input.",
)
@option("--like", metavar="ID", help="Mark the vector of this row and its nearest rows.")
@option("--text", metavar="TEXT", help="Mark the nearest rows to this text.")
@option(
    "-k",
    "hits",
    type=click.IntRange(1, 1_000),
    default=10,
    show_default=True,
    metavar="N",
    help="Nearest rows to mark.",
)
@option(
    "--method",
    type=METHOD,
    default="pca",
    show_default=True,
    metavar="METHOD",
    help="Way to a plane: pca, tsne or umap.",
)
@file_options
@force_files_option
@options("plots.vectors:VectorPlotOptions")
def plot_vectors(session: Session, options: VectorPlotOptions) -> Picture | Table | Done:
    """Draw the vectors of rows as points.

    Projects a sample of the vectors on a plane, by their principal components unless --method says otherwise. Under
    the metric COSINE vectors are scaled to the length 1 before. -o json and -o csv give the coordinates. Install the
    extra `plot` for all of it.

    \b
    Example: plot vectors -c book -f vector --sample 500 --color title
    """
    from ..plots.vectors import plot_vectors

    session.require_collection(options.collection)
    return plot_vectors(session, options)


@command("plot recall")
@collection_option
@field_option
@recall_options
@file_options
@option("--force", is_flag=True, help="Replace existing files, and send parameters this client does not recognize.")
@options("plots.recall:RecallPlotOptions")
def plot_recall(session: Session, options: RecallPlotOptions) -> Picture | Table | Done:
    """Draw recall against latency.

    Measures as `check recall` does, and draws a point for each setting.

    \b
    Example: plot recall -c book -f vector -k 2 --sweep ef=16,64,256
    """
    from ..plots.recall import plot_recall

    session.require_collection(options.collection)
    return plot_recall(session, options)


@command("plot norms")
@collection_option
@field_option
@_sample_option(10_000, 100_000)
@seed_option
@filter_options
@partitions_option()
@bins_option
@file_options
@force_files_option
@options("plots.histograms:NormPlotOptions")
def plot_norms(session: Session, options: NormPlotOptions) -> Picture | Table | Done:
    """Draw how long vectors are.

    Counts the vectors of a sample of rows by their length.

    \b
    Example: plot norms -c book -f vector
    """
    from ..plots.histograms import plot_norms

    session.require_collection(options.collection)
    return plot_norms(session, options)


@command("plot distances")
@collection_option
@field_option
@_sample_option(500, MOST_IN_PAIRS)
@seed_option
@filter_options
@partitions_option()
@option("--metric", type=METRIC, metavar="METRIC", help="Metric. [default: the index's]")
@bins_option
@file_options
@force_files_option
@options("plots.histograms:DistancePlotOptions")
def plot_distances(session: Session, options: DistancePlotOptions) -> Picture | Table | Done:
    """Draw how far apart vectors are.

    Counts the pairs of a sample of rows by their distance, as searches report it.

    \b
    Example: plot distances -c book -f vector --sample 200
    """
    from ..plots.histograms import plot_distances

    session.require_collection(options.collection)
    return plot_distances(session, options)
