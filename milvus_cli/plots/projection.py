"""Projects vectors on a plane: by their principal components with numpy, or by t-SNE or UMAP."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..checks.arithmetic import NumpyArithmetic
from ..errors import InvalidInput

METHODS: Mapping[str, Sequence[str]] = {"pca": ("numpy",), "tsne": ("numpy", "sklearn"), "umap": ("numpy", "umap")}
"""The modules that each method needs."""
MOST_NUMBERS = 1 << 26
"""Most numbers of sparse vectors, of which every dimension in use becomes a column: 512 MiB."""
PERPLEXITY, NEIGHBORS = 30, 15
"""The usual number of neighbors of t-SNE and UMAP, which small samples do not have."""
NEGLIGIBLE = 1e-12
"""A variance below this share of the largest one is taken for none."""
FEWEST = 5
"""Fewest vectors for t-SNE and UMAP, which arrange each by its neighbors."""


@dataclass(frozen=True)
class Plane:
    """The points of the vectors, in order, and the names of both axes. `kept` is the share of the variance in it."""

    points: Sequence[tuple[float, float]]
    axes: tuple[str, str]
    kept: float | None = None


def matrix(kind: str, vectors: Sequence[bytes], *, directions: bool) -> Any:
    """Returns vectors as rows of float64 numbers; with `directions` each has the length 1, unless it is zero.

    Raises InvalidInput for sparse vectors with too many dimensions.
    """
    import numpy as np

    rows = _dense(vectors) if kind == "SPARSE_FLOAT_VECTOR" else NumpyArithmetic(kind, np).numbers(vectors).vectors
    if directions:
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        rows = rows / np.where(lengths > 0, lengths, 1)
    return rows


def finite(rows: Any) -> Sequence[bool]:
    """Returns, for each row, whether all of its numbers are finite."""
    import numpy as np

    found: list[bool] = np.isfinite(rows).all(axis=1).tolist()
    return found


def plane(method: str, rows: Any, others: int, seed: int) -> Plane:
    """Projects the rows. The last `others` don't move the axes of `pca`. Raises InvalidInput for too few rows."""
    if method == "pca":
        return _principal(rows, others)
    if len(rows) < FEWEST:
        raise InvalidInput(f"--method {method} needs {FEWEST} vectors or more", hint="use --method pca")
    points = (_tsne if method == "tsne" else _umap)(rows, seed)
    name = {"tsne": "t-SNE", "umap": "UMAP"}[method]
    return Plane(_pairs(points), (f"{name} 1", f"{name} 2"))


def _principal(rows: Any, others: int) -> Plane:
    """Projects on the two directions of most variance; each points to where its largest weight is positive."""
    import numpy as np

    fitted = rows[: len(rows) - others]
    center = fitted.mean(axis=0)
    values, weights = _directions(fitted - center)
    signs = np.sign(weights[np.arange(len(weights)), np.abs(weights).argmax(axis=1)])
    points = (rows - center) @ (weights * np.where(signs == 0, 1, signs)[:, None]).T
    if points.shape[1] < 2:
        points = np.hstack([points, np.zeros((len(points), 2 - points.shape[1]))])
    total = float(((fitted - center) ** 2).sum())
    shares = [float(each) / total if total else 0.0 for each in (*values[:2], 0.0, 0.0)][:2]
    return Plane(_pairs(points), (f"PC 1 ({shares[0]:.1%})", f"PC 2 ({shares[1]:.1%})"), sum(shares))


def _directions(centered: Any) -> tuple[Any, Any]:
    """Returns the variance along the first two principal directions, and the directions as rows.

    Computes with the smaller of the matrices of all rows and of all dimensions.
    """
    import numpy as np

    count, dimensions = centered.shape
    if dimensions <= count:
        values, vectors = np.linalg.eigh(centered.T @ centered)
        order = np.argsort(values)[::-1][:2]
        return np.maximum(values[order], 0), vectors[:, order].T
    values, vectors = np.linalg.eigh(centered @ centered.T)
    order = np.argsort(values)[::-1][:2]
    weights = vectors[:, order].T @ centered
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    # A direction without variance is noise, and not orthogonal to the other.
    spread = (values[order] > NEGLIGIBLE * values[order[0]])[:, None]
    return np.maximum(values[order], 0), np.where(spread, weights, 0) / np.where(spread, lengths, 1)


def _tsne(rows: Any, seed: int) -> Any:
    from sklearn.manifold import TSNE

    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    return TSNE(n_components=2, perplexity=perplexity, init="random", random_state=seed).fit_transform(rows)


def _umap(rows: Any, seed: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap

        neighbors = min(NEIGHBORS, len(rows) - 1)
        return umap.UMAP(n_components=2, n_neighbors=neighbors, random_state=seed, n_jobs=1).fit_transform(rows)


def _pairs(points: Any) -> Sequence[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]


def _dense(vectors: Sequence[bytes]) -> Any:
    import numpy as np

    rows = [dict(struct.iter_unpack("<If", each)) for each in vectors]
    columns = {index: place for place, index in enumerate(sorted({index for row in rows for index in row}))}
    if len(rows) * len(columns) > MOST_NUMBERS:
        raise InvalidInput(
            f"{len(rows):,} sparse vectors with {len(columns):,} dimensions are too many",
            hint="give a smaller --sample",
        )
    found = np.zeros((len(rows), max(1, len(columns))))
    for row, entries in enumerate(rows):
        for index, value in entries.items():
            found[row, columns[index]] = value
    return found
