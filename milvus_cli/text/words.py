"""Words that options take, each with its meaning. Completion offers them; most options take other words too."""

COLLECTION_PROPERTIES = {
    "collection.description": "its description",
    "collection.ttl.seconds": "rows expire after these seconds",
    "collection.autocompaction.enabled": "true or false",
    "collection.insertRate.max.mb": "limit of inserts, in MB/s",
    "collection.deleteRate.max.mb": "limit of deletes, in MB/s",
    "collection.searchRate.max.vps": "limit of searches, in vectors/s",
    "collection.queryRate.max.qps": "limit of queries, per second",
    "collection.diskProtection.diskQuota.mb": "limit of storage, in MB",
    "collection.replica.number": "replicas that a load makes",
    "mmap.enabled": "map files into memory instead of reading them",
    "partitionkey.isolation": "an index for each value of the partition key",
    "timezone": "of timestamps without one",
}

DATABASE_PROPERTIES = {
    "database.replica.number": "replicas that a load makes",
    "database.resource_groups": "resource groups of loaded collections",
    "database.diskQuota.mb": "limit of storage, in MB",
    "database.max.collections": "limit of collections",
    "database.force.deny.writing": "true refuses all writes",
    "database.force.deny.reading": "true refuses all reads",
    "timezone": "of timestamps without one",
}

FIELD_PROPERTIES = {
    "max_length": "of a VARCHAR",
    "max_capacity": "of an ARRAY",
    "mmap.enabled": "map files into memory instead of reading them",
    "field.description": "its description",
}

INDEX_PROPERTIES = {
    "mmap.enabled": "map files into memory instead of reading them",
}

FUNCTION_TYPES = {
    "BM25": "sparse vectors of a text, for full text search",
    "TextEmbedding": "vectors of a text, by a model that the server asks",
    "MinHash": "signatures of a text, to find duplicates",
}

BOOLEAN_PROPERTIES = (
    "collection.autocompaction.enabled",
    "database.force.deny.reading",
    "database.force.deny.writing",
    "mmap.enabled",
    "partitionkey.isolation",
)
"""Properties whose value is true or false."""

BYTE_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")

INDEX_TYPES = {
    "AUTOINDEX": "the server's choice",
    "HNSW": "graph: M, efConstruction",
    "HNSW_SQ": "graph, scalar quantization: M, efConstruction, sq_type",
    "HNSW_PQ": "graph, product quantization: M, efConstruction, m, nbits",
    "HNSW_PRQ": "graph, residual quantization: M, efConstruction, m, nbits, nrq",
    "FLAT": "exact search",
    "IVF_FLAT": "clusters: nlist",
    "IVF_SQ8": "clusters, 1 byte per number: nlist",
    "IVF_RABITQ": "clusters, 1 bit per number: nlist",
    "IVF_PQ": "clusters, product quantization: nlist, m, nbits",
    "SCANN": "clusters, fast quantization: nlist",
    "DISKANN": "graph on disk",
    "BIN_FLAT": "binary vectors, exact",
    "BIN_IVF_FLAT": "binary vectors, clusters: nlist",
    "SPARSE_INVERTED_INDEX": "sparse vectors",
    "SPARSE_WAND": "sparse vectors, approximate",
    "MINHASH_LSH": "binary vectors of MinHash signatures",
    "GPU_BRUTE_FORCE": "exact search on a GPU",
    "GPU_IVF_FLAT": "clusters on a GPU: nlist",
    "GPU_IVF_PQ": "clusters on a GPU, product quantization: nlist, m",
    "GPU_CAGRA": "graph on a GPU",
    "INVERTED": "scalar fields",
    "BITMAP": "scalar fields with few values",
    "STL_SORT": "numbers",
    "Trie": "VARCHAR, by prefix",
    "NGRAM": "VARCHAR, by parts of words: min_gram, max_gram",
    "RTREE": "GEOMETRY",
}

RERANKERS = {
    "rrf:60": "by ranks",
    "weighted:0.7,0.3": "by weighted distances",
}

RERANK_FUNCTIONS = {
    "decay:": "by how far a field's value is from another",
    "boost:": "by a weight for the rows that a filter matches",
    "model:": "by a model that the server asks",
}

IMPORT_OPTIONS = {
    "sep": "character between the values of a CSV file",
    "nullkey": "text of a null in a CSV file",
    "backup": "true for the binlogs of a backup",
    "l0_import": "true for deletions of a backup",
    "start_ts": "first timestamp to take from a backup",
    "end_ts": "last timestamp to take from a backup",
    "skip_disk_quota_check": "true to import a backup beyond the disk quota",
    "storage_version": "storage version of a backup's files",
    "bucket": "bucket that has the files",
}

WAITED = {"loaded": "in memory, ready for searches", "indexed": "every index is built"}

LANGUAGES = ("python", "nodejs", "go", "java", "shell", "curl")
"""Languages of the code that `show connection --code` prints."""
