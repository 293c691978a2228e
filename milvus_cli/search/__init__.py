"""Vector, text and hybrid search: options, query vectors, requests, and the hits as shown."""
