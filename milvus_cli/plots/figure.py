"""The content of a picture, without its drawing: points in groups, or bars. Texts are as the server sent them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from ..search.histogram import Bin

CATEGORIES = ("1f77b4", "ff7f0e", "2ca02c", "d62728", "9467bd", "8c564b", "e377c2", "17becf", "bcbd22")
RANGES = ("4575b4", "6fa8c9", "c2a83e", "f46d43", "d73027")
"""Colors of low to high numbers."""
OTHERS = "7f7f7f"
MARKED = "d6006c"
"""The color of a query and its hits."""


class Shape(Enum):
    """The shape and size of the points of a group."""

    DOT = "dot"
    RING = "ring"
    STAR = "star"


@dataclass(frozen=True)
class Group:
    """Points with one color, given by their positions. Those of a RING are also in another group."""

    name: str
    color: str
    points: Sequence[int]
    shape: Shape = Shape.DOT


@dataclass(frozen=True)
class Scatter:
    """`notes` are the names and texts of each point; `labels` stand beside the points, if there are any.

    With `joined`, a line connects the points in order. `y_limits` are the ends of the vertical axis.
    """

    title: str
    axes: tuple[str, str]
    x: Sequence[float]
    y: Sequence[float]
    groups: Sequence[Group]
    notes: Sequence[Sequence[tuple[str, str]]] = ()
    labels: Sequence[str] = ()
    joined: bool = False
    y_limits: tuple[float, float] | None = None


@dataclass(frozen=True)
class Histogram:
    """`counted` are what the bars count."""

    title: str
    axis: str
    counted: str
    bins: Sequence[Bin] = field(default=())


Figure = Scatter | Histogram
