"""Milvus's metrics: the meaning of each, and whether lower or higher values are nearer."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Metric(NamedTuple):
    """A metric as completion explains it; `nearer` as in Milvus's own PositivelyRelated."""

    meaning: str
    nearer: Literal["lower", "higher"]


METRICS = {
    "COSINE": Metric("angle; higher is nearer", nearer="higher"),
    "IP": Metric("inner product; higher is nearer", nearer="higher"),
    "L2": Metric("Euclidean distance, squared; lower is nearer", nearer="lower"),
    "HAMMING": Metric("binary vectors: bits that differ", nearer="lower"),
    "JACCARD": Metric("binary vectors: bits not shared", nearer="lower"),
    "SUBSTRUCTURE": Metric("binary vectors: one lies within the other", nearer="lower"),
    "SUPERSTRUCTURE": Metric("binary vectors: one contains the other", nearer="lower"),
    "BM25": Metric("full text, on a sparse vector", nearer="higher"),
    "MHJACCARD": Metric("MinHash signatures: sets shared", nearer="higher"),
    "TANIMOTO": Metric("binary vectors: as JACCARD, as a logarithm", nearer="lower"),
    "MAX_SIM": Metric("lists of vectors, each with its nearest", nearer="higher"),
    "MAX_SIM_COSINE": Metric("the same, by COSINE", nearer="higher"),
    "MAX_SIM_IP": Metric("the same, by IP", nearer="higher"),
    "MAX_SIM_L2": Metric("the same, by L2", nearer="lower"),
    "MAX_SIM_HAMMING": Metric("the same, by HAMMING", nearer="lower"),
    "MAX_SIM_JACCARD": Metric("the same, by JACCARD", nearer="lower"),
}

METRIC_MEANINGS = {name: metric.meaning for name, metric in METRICS.items()}


def is_of_lists(metric: str) -> bool:
    """Reports whether a metric compares lists of vectors, as fields of struct arrays have them."""
    return metric.upper().startswith("MAX_SIM")


def lower_is_nearer(metric: str) -> bool:
    """Returns the direction of a metric; an unknown one counts as a similarity."""
    return metric in METRICS and METRICS[metric].nearer == "lower"
