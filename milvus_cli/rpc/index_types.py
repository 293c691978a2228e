"""What Milvus's index types and metrics are called, and what each type takes: the words of 2.3 to 2.6."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import InvalidInput
from ..names import nearest

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
    "DISKANN": ("MaxDegree", "SearchListSize", "PQCodeBudgetGB", "PQCodeBudgetGBRatio", "BuildDramBudgetGB",
                "SearchCacheBudgetGB", "SearchCacheBudgetGBRatio", "BeamWidthRatio", "max_degree",
                "search_list_size", "pq_code_budget_gb_ratio", "search_cache_budget_gb_ratio"),
    "GPU_BRUTE_FORCE": (),
    "GPU_IVF_FLAT": (*CLUSTERS, "cache_dataset_on_device"),
    "GPU_IVF_PQ": (*PQ, "cache_dataset_on_device"),
    "GPU_CAGRA": ("intermediate_graph_degree", "graph_degree", "build_algo", "cache_dataset_on_device",
                  "adapt_for_cpu"),
    "BIN_FLAT": (),
    "BIN_IVF_FLAT": CLUSTERS,
    "MINHASH_LSH": ("mh_element_bit_width", "mh_lsh_band", "mh_lsh_code_in_mem", "with_raw_data",
                    "mh_lsh_bloom_false_positive_prob"),
    "SPARSE_INVERTED_INDEX": ("drop_ratio_build", "inverted_index_algo", "bm25_k1", "bm25_b", "bm25_avgdl"),
    "SPARSE_WAND": ("drop_ratio_build", "bm25_k1", "bm25_b", "bm25_avgdl"),
    "INVERTED": ("json_path", "json_cast_type", "json_cast_function"),
    "BITMAP": ("bitmap_cardinality_limit",),
    "STL_SORT": (),
    "Trie": (),
    "NGRAM": ("min_gram", "max_gram", "json_path", "json_cast_type"),
    "RTREE": (),
}  # fmt: skip

USUAL: dict[str, dict[str, str]] = {
    "HNSW": {"M": "16", "efConstruction": "200"},
    **{each: {"nlist": "128"} for each in ("IVF_FLAT", "IVF_SQ8", "SCANN", "BIN_IVF_FLAT")},
}
"""What Milvus's guides give to types that 2.3 builds with no parameter of its own choice."""

ANYWHERE = ("mmap.enabled", "offset_cache.enabled", "index_offset_cache_enabled", "dim")
"""Parameters that every type takes."""

METRICS = ("COSINE", "IP", "L2", "HAMMING", "JACCARD", "SUBSTRUCTURE", "SUPERSTRUCTURE", "BM25", "MHJACCARD",
           "TANIMOTO", "MAX_SIM", "MAX_SIM_COSINE", "MAX_SIM_IP", "MAX_SIM_L2", "MAX_SIM_HAMMING",
           "MAX_SIM_JACCARD")  # fmt: skip

FORCE = "--force sends it as it is, for a server that knows more"


def known_index_type(word: str) -> str:
    """The type as Milvus spells it, of any case of letters; Milvus 2.3 takes Trie, and no other spelling of it."""
    return next((each for each in PARAMETERS if each.upper() == word.upper()), word.upper())


def takes(index_type: str) -> str:
    """What may be given for a type, as a hint."""
    known = PARAMETERS.get(index_type, ())
    return f"{index_type} takes {', '.join(known)}: --param KEY:VALUE" if known else "see: help create index"


def check_index(index_type: str, metric: str | None, parameters: Iterable[str]) -> None:
    """Raises InvalidInput for a word that is in no table here: Milvus Lite takes any type, and Milvus any parameter."""
    if index_type not in PARAMETERS:
        raise InvalidInput(f"no index type {index_type!r}", hint=_hint(index_type, PARAMETERS))
    if metric and metric not in METRICS:
        raise InvalidInput(f"no metric {metric!r}", hint=_hint(metric, METRICS))
    known = PARAMETERS[index_type]
    for name in parameters:
        if name not in (*known, *ANYWHERE):
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            hint = f"{nearest(name, known) or takes}; {FORCE}"
            raise InvalidInput(f"{index_type} has no parameter {name!r}", hint=hint)


def _hint(word: str, known: Iterable[str]) -> str:
    names = list(known)
    return f"{nearest(word, names) or 'known: ' + ', '.join(names)}; {FORCE}"
