"""The command-line shell for Milvus, the vector database."""

__version__ = "0.1.0"
