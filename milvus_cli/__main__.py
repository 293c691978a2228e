"""Where the program begins: `milvus_cli`, and `python -m milvus_cli`."""

import atexit
import gc
import sys

MANY = 50_000
"""Objects that Python makes before it looks for garbage, for the usual 700: that took a sixteenth of each start."""


def main() -> int:
    """Runs the program and returns its exit code."""
    gc.set_threshold(MANY)
    # Else the search for garbage when Python ends takes a sixth of the time of a short command.
    atexit.register(gc.freeze)
    from .cli import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
