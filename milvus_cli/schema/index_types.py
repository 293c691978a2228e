"""Milvus's index types, metrics and parameters, for Milvus 2.3 to 2.6."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InvalidInput
from ..text.names import nearest
from .metrics import METRICS

if TYPE_CHECKING:
    from ..client.wire.schema_pb2 import CollectionSchema

GRAPH = ("M", "efConstruction")
CLUSTERS = ("nlist",)
PQ = ("nlist", "m", "nbits")
REFINE = ("refine", "refine_type")

PARAMETERS: dict[str, tuple[str, ...]] = {
    "AUTOINDEX": (),
    "FLAT": (),
    "IVF_FLAT": CLUSTERS,
    "IVF_SQ8": CLUSTERS,
    "IVF_PQ": PQ,
    "IVF_RABITQ": (*CLUSTERS, *REFINE, "rbq_bits_query"),
    "SCANN": (*CLUSTERS, "with_raw_data"),
    "HNSW": GRAPH,
    "HNSW_SQ": (*GRAPH, "sq_type", *REFINE),
    "HNSW_PQ": (*GRAPH, "m", "nbits", *REFINE),
    "HNSW_PRQ": (*GRAPH, "m", "nbits", "nrq", *REFINE),
    "DISKANN": (
        "MaxDegree",
        "SearchListSize",
        "PQCodeBudgetGB",
        "PQCodeBudgetGBRatio",
        "BuildDramBudgetGB",
        "SearchCacheBudgetGB",
        "SearchCacheBudgetGBRatio",
        "BeamWidthRatio",
        "max_degree",
        "search_list_size",
        "pq_code_budget_gb_ratio",
        "search_cache_budget_gb_ratio",
    ),
    "GPU_BRUTE_FORCE": (),
    "GPU_IVF_FLAT": (*CLUSTERS, "cache_dataset_on_device"),
    "GPU_IVF_PQ": (*PQ, "cache_dataset_on_device"),
    "GPU_CAGRA": (
        "intermediate_graph_degree",
        "graph_degree",
        "build_algo",
        "cache_dataset_on_device",
        "adapt_for_cpu",
    ),
    "BIN_FLAT": (),
    "BIN_IVF_FLAT": CLUSTERS,
    "MINHASH_LSH": (
        "mh_element_bit_width",
        "mh_lsh_band",
        "mh_lsh_code_in_mem",
        "with_raw_data",
        "mh_lsh_bloom_false_positive_prob",
    ),
    "SPARSE_INVERTED_INDEX": ("drop_ratio_build", "inverted_index_algo", "bm25_k1", "bm25_b", "bm25_avgdl"),
    "SPARSE_WAND": ("drop_ratio_build", "bm25_k1", "bm25_b", "bm25_avgdl"),
    "INVERTED": ("json_path", "json_cast_type", "json_cast_function"),
    "BITMAP": ("bitmap_cardinality_limit",),
    "STL_SORT": (),
    "Trie": (),
    "NGRAM": ("min_gram", "max_gram", "json_path", "json_cast_type"),
    "RTREE": (),
}

TEXT_PARAMETERS = (
    "refine_type",
    "sq_type",
    "build_algo",
    "inverted_index_algo",
    "json_path",
    "json_cast_type",
    "json_cast_function",
)
"""Parameters of an index whose values are words."""
BOOLEANS = ("true", "false")

PROBES = ("nprobe", "max_empty_result_buckets")
SEARCH_PARAMETERS: dict[str, tuple[str, ...]] = {
    "AUTOINDEX": ("level", "ef", "nprobe"),
    "FLAT": (),
    "BRUTE_FORCE": (),
    "IVF_FLAT": PROBES,
    "IVF_SQ8": PROBES,
    "IVF_PQ": PROBES,
    "IVF_RABITQ": (*PROBES, "rbq_query_bits", "refine_k"),
    "SCANN": (*PROBES, "reorder_k"),
    "HNSW": ("ef",),
    "HNSW_SQ": ("ef", "refine_k"),
    "HNSW_PQ": ("ef", "refine_k"),
    "HNSW_PRQ": ("ef", "refine_k"),
    "DISKANN": ("search_list", "beamwidth"),
    "GPU_BRUTE_FORCE": (),
    "GPU_IVF_FLAT": ("nprobe",),
    "GPU_IVF_PQ": ("nprobe",),
    "GPU_CAGRA": ("itopk_size", "search_width", "min_iterations", "max_iterations", "team_size", "ef"),
    "BIN_FLAT": (),
    "BIN_IVF_FLAT": PROBES,
    "MINHASH_LSH": ("mh_search_with_jaccard", "mh_lsh_batch_search", "refine_k"),
    "SPARSE_INVERTED_INDEX": ("drop_ratio_search", "dim_max_score_ratio"),
    "SPARSE_WAND": ("drop_ratio_search", "dim_max_score_ratio"),
}
"""Search parameters by type of vector index."""

SEARCH_ANYWHERE = ("radius", "range_filter", "hints", "page_retain_order", "retain_iterator_order", "level")
"""Search parameters of every index type."""

NO_NUMBERS = ("hints", "page_retain_order", "retain_iterator_order", "mh_search_with_jaccard", "mh_lsh_batch_search")
"""Search parameters whose value is a word or a boolean."""

USUAL: dict[str, dict[str, str]] = {
    "HNSW": {"M": "16", "efConstruction": "200"},
    **{each: {"nlist": "128"} for each in ("IVF_FLAT", "IVF_SQ8", "SCANN", "BIN_IVF_FLAT")},
}
"""Parameters from Milvus's guides for types that 2.3 builds only with explicit parameters."""

USUAL_METRICS = {
    **dict.fromkeys(("FLOAT_VECTOR", "FLOAT16_VECTOR", "BFLOAT16_VECTOR", "INT8_VECTOR"), "COSINE"),
    "BINARY_VECTOR": "HAMMING",
}

ANYWHERE = ("mmap.enabled", "offset_cache.enabled", "index_offset_cache_enabled", "dim")
"""Parameters of every type."""

FORCE = "--force sends it anyway"


def known_index_type(word: str) -> str:
    """Returns a type, typed in any case, in Milvus's spelling: Milvus 2.3 accepts only `Trie`, for example."""
    return next((each for each in PARAMETERS if each.upper() == word.upper()), word.upper())


def takes(index_type: str) -> str:
    """Returns a hint with the parameters of a type."""
    known = PARAMETERS.get(index_type, ())
    return f"{index_type} takes {', '.join(known)}: --param KEY:VALUE" if known else "see `help create index`"


def usual_type(schema: CollectionSchema, name: str) -> str:
    """Returns the default index type for a field. Not every server has AUTOINDEX for sparse vectors."""
    return "SPARSE_INVERTED_INDEX" if _kind(schema, name) == "SPARSE_FLOAT_VECTOR" else "AUTOINDEX"


def usual_metric(schema: CollectionSchema, name: str) -> str:
    """Returns the metric that newer servers choose for a field: Milvus 2.3 uses IP for every vector, or requires one.

    Returns "" for fields without metric, or whose metric is left to the server.
    """
    kind = _kind(schema, name)
    if name.endswith("]") and kind in USUAL_METRICS:
        # A row has a list of vectors in a struct array, which searches compare with another list.
        return f"MAX_SIM_{USUAL_METRICS[kind]}"
    if kind == "SPARSE_FLOAT_VECTOR":
        return "BM25" if any(name in each.output_field_names for each in schema.functions) else "IP"
    if kind == "BINARY_VECTOR" and _is_signature(schema, name):
        return "MHJACCARD"
    return USUAL_METRICS.get(kind, "")


def _is_signature(schema: CollectionSchema, name: str) -> bool:
    from ..client.wire.schema_pb2 import FunctionType

    return any(each.type == FunctionType.MinHash and name in each.output_field_names for each in schema.functions)


def _kind(schema: CollectionSchema, name: str) -> str:
    from .nested import nested_type
    from .schema import type_name

    return nested_type(schema, name) or next(
        (type_name(each.data_type) for each in schema.fields if each.name == name), ""
    )


def check_index(index_type: str, metric: str | None, parameters: Iterable[str]) -> None:
    """Raises InvalidInput for unknown words: Milvus Lite accepts any type, and Milvus any parameter."""
    if index_type not in PARAMETERS:
        raise _unknown("index type", index_type, PARAMETERS)
    if metric and metric not in METRICS:
        raise _unknown("metric", metric, METRICS)
    known = PARAMETERS[index_type]
    for name in parameters:
        if name not in (*known, *ANYWHERE):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            error = InvalidInput(f"{index_type} has no parameter {name!r}", hint=nearest(name, known) or takes)
            raise error.with_context(more_hint=FORCE)


def check_index_param(index_type: str, name: str, text: str) -> None:
    """Raises InvalidInput for a typed value of an index parameter that should be a number, or a yes or no."""
    check_index(index_type, None, (name,))
    if name not in TEXT_PARAMETERS and not re.fullmatch(r"-?\d+(\.\d+)?", text) and text.lower() not in BOOLEANS:
        raise InvalidInput(f"{name} takes a number, not {text!r}")


def check_search_params(index_type: str, parameters: Mapping[str, Any]) -> None:
    """Raises InvalidInput for an unknown search parameter of an index, and for a value that is not a number.

    Servers silently ignore them. An unknown index type accepts any parameter.
    """
    if index_type not in SEARCH_PARAMETERS:
        return
    known = SEARCH_PARAMETERS[index_type]
    for name in parameters:
        if name not in (*known, *SEARCH_ANYWHERE):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            message = f"a search of {index_type} has no parameter {name!r}"
            raise InvalidInput(message, hint=nearest(name, known) or takes).with_context(more_hint=FORCE)
        value = parameters[name]
        if name not in NO_NUMBERS and (isinstance(value, bool) or not isinstance(value, (int, float))):
            raise InvalidInput(f"{name} takes a number, not {value!r}", hint=FORCE)


def _unknown(kind: str, word: str, known: Iterable[str]) -> InvalidInput:
    names = list(known)
    hint = nearest(word, names) or f"known: {', '.join(names)}"
    return InvalidInput(f"unknown {kind} {word!r}", hint=hint).with_context(more_hint=FORCE)
