"""Lets `python -m milvus_cli` do what `milvus_cli` does."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
