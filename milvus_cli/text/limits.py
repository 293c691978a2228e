"""Limits of Milvus that options and requests keep to."""

HIGHEST_LIMIT = 16_384
"""Largest limit, and largest sum of offset and limit, of a query and of each vector of a search; also the most query
vectors of a search request."""
