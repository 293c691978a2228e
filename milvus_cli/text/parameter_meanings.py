"""Meanings and ranges of the parameters of indexes and searches, for completion. Most are optional."""

from __future__ import annotations

YES_OR_NO = ("true", "false")
REFINED = ("SQ6", "SQ8", "BF16", "FP16", "FP32")

# From the pages of the index types in Milvus's guide, e.g. https://milvus.io/docs/hnsw.md.
INDEX_PARAMETERS = {
    "M": "edges per node, 2 to 2048",
    "efConstruction": "candidates while building, 1 or more",
    "nlist": "clusters, 1 to 65536",
    "m": "parts of a vector, a divisor of its dimension",
    "nbits": "bits of each part [default: 8]",
    "nrq": "residual quantizers, 1 to 16 [default: 2]",
    "sq_type": "size of a number: SQ4U, SQ6, SQ8, BF16 or FP16",
    "refine": "keep more exact vectors to refine hits with: true or false",
    "refine_type": "their numbers: SQ6, SQ8, BF16, FP16 or FP32",
    "rbq_bits_query": "bits of a query's numbers, 0 to 8 [default: 0]",
    "with_raw_data": "keep the vectors in the index: true or false",
    "MaxDegree": "edges per node, 1 to 512 [default: 56]",
    "SearchListSize": "candidates while building, 1 or more [default: 100]",
    "max_degree": "edges per node, 1 to 512 [default: 56]",
    "search_list_size": "candidates while building, 1 or more [default: 100]",
    "PQCodeBudgetGB": "memory for compressed vectors, in GB",
    "PQCodeBudgetGBRatio": "size of compressed vectors, above 0, to 0.25 [default: 0.125]",
    "pq_code_budget_gb_ratio": "size of compressed vectors, above 0, to 0.25 [default: 0.125]",
    "BuildDramBudgetGB": "memory for building, in GB",
    "SearchCacheBudgetGB": "memory for cached nodes, in GB",
    "SearchCacheBudgetGBRatio": "share of cached nodes, 0 to below 0.3 [default: 0.1]",
    "search_cache_budget_gb_ratio": "share of cached nodes, 0 to below 0.3 [default: 0.1]",
    "BeamWidthRatio": "disk requests at once for each processor [default: 4]",
    "cache_dataset_on_device": "keep the vectors in GPU memory: true or false",
    "intermediate_graph_degree": "edges per node before pruning [default: 128]",
    "graph_degree": "edges per node [default: 64]",
    "build_algo": "how to build the graph: IVF_PQ or NN_DESCENT",
    "adapt_for_cpu": "build on the GPU, search on the CPU: true or false",
    "mh_element_bit_width": "bits of an element: 8, 16, 32 or 64",
    "mh_lsh_band": "bands of a signature",
    "mh_lsh_code_in_mem": "keep the codes in memory",
    "mh_lsh_bloom_false_positive_prob": "false positives of the Bloom filter, between 0 and 1",
    "drop_ratio_build": "share of small values left out, 0 to below 1",
    "inverted_index_algo": "DAAT_MAXSCORE, DAAT_WAND or TAAT_NAIVE",
    "bm25_k1": "weight of repeated words, 1.2 to 2 usually",
    "bm25_b": "weight of a text's length, 0 to 1",
    "bm25_avgdl": "average length of a text, in words",
    "json_path": 'path of the values: field["key"]',
    "json_cast_type": "type of the values: BOOL, DOUBLE, VARCHAR or an ARRAY_ of them",
    "json_cast_function": "how to convert the values: STRING_TO_DOUBLE",
    "bitmap_cardinality_limit": "most distinct values",
    "min_gram": "shortest part of a text, in characters",
    "max_gram": "longest part of a text, in characters",
}

SEARCH_PARAMETERS = {
    "ef": "candidates of a search, from the limit to 32768",
    "nprobe": "clusters to search, 1 to nlist",
    "max_empty_result_buckets": "empty clusters in a range search, 1 to 65535",
    "reorder_k": "candidates to compute exactly, the limit or more",
    "refine_k": "candidates to refine, as a multiple of the limit: 1 or more",
    "rbq_query_bits": "bits of the query's numbers, 0 to 8 [default: 0]",
    "search_list": "candidates of a search, the limit or more",
    "beamwidth": "disk requests at once",
    "level": "from fast (1) to exact (10)",
    "itopk_size": "candidates kept in memory, the limit or more",
    "search_width": "nodes to start from",
    "min_iterations": "least steps of a search",
    "max_iterations": "most steps of a search, 0 for the server's choice",
    "team_size": "threads of a distance: 2, 4, 8, 16 or 32",
    "drop_ratio_search": "share of small values left out, 0 to below 1",
    "dim_max_score_ratio": "threshold of left out values, 0.5 to 1.3 [default: 1.05]",
    "mh_search_with_jaccard": "compute exact similarities: true or false",
    "mh_lsh_batch_search": "search many queries at once: true or false",
}

PARAMETER_VALUES = {
    **dict.fromkeys(
        (
            "refine",
            "with_raw_data",
            "cache_dataset_on_device",
            "adapt_for_cpu",
            "mh_search_with_jaccard",
            "mh_lsh_batch_search",
        ),
        YES_OR_NO,
    ),
    "sq_type": ("SQ4U", "SQ6", "SQ8", "BF16", "FP16"),
    "refine_type": REFINED,
    "build_algo": ("IVF_PQ", "NN_DESCENT"),
    "mh_element_bit_width": ("8", "16", "32", "64"),
    "inverted_index_algo": ("DAAT_MAXSCORE", "DAAT_WAND", "TAAT_NAIVE"),
    "json_cast_type": ("BOOL", "DOUBLE", "VARCHAR", "ARRAY_BOOL", "ARRAY_DOUBLE", "ARRAY_VARCHAR"),
    "json_cast_function": ("STRING_TO_DOUBLE",),
    "team_size": ("2", "4", "8", "16", "32"),
}
"""The values of parameters that have few."""
