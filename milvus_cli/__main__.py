"""The entry point of `milvus_cli` and `python -m milvus_cli`."""

import atexit
import gc
import os
import sys

MANY = 50_000
"""Allocations between garbage collections during start-up. The default of 700 took a sixteenth of each start."""
INTERRUPTED = 130
MIXED = (
    "error: milvus-shell and the official milvus_cli are installed in the same environment, and overwrite each other\n"
    "hint: uninstall both, and install one: pip uninstall milvus-shell milvus_cli"
)
WINDOWS = (
    "error: milvus_cli runs on Linux and macOS\n"
    "hint: on Windows run it in WSL, the Windows Subsystem for Linux: https://learn.microsoft.com/windows/wsl/install"
)
SOON = 0.02
"""Seconds until Ctrl-C comes again where Python took no exception."""


def main() -> int:
    """Runs the program and returns its exit code.

    Ctrl-C ends it at once while there is nothing to tidy: before it begins and after its end. An exception would come
    out of the middle of an import, or be shown and forgotten where Python takes none.
    """
    if sys.platform == "win32":
        print(WINDOWS, file=sys.stderr)
        return 1
    try:
        import signal

        # A shell starts background jobs with Ctrl-C ignored, which stays so.
        interruptible = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if interruptible:
            signal.signal(signal.SIGINT, _leave)
        gc.set_threshold(MANY)
        # Else the search for garbage when Python ends takes a sixth of the time of a short command.
        atexit.register(gc.freeze)
        from .cli import main as run

        if interruptible:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.unraisablehook = _interrupt_again
        try:
            return run()
        finally:
            if interruptible:
                signal.signal(signal.SIGINT, _leave)
    except KeyboardInterrupt:
        return INTERRUPTED
    except ImportError:
        if not shares_environment():
            raise
        print(MIXED, file=sys.stderr)
        return 1


def shares_environment() -> bool:
    """Reports whether the official program, whose package has the same name, was installed over or under this one."""
    return os.path.isdir(os.path.join(os.path.dirname(__file__), "scripts"))


def _interrupt_again(lost: "sys.UnraisableHookArgs") -> None:
    """Repeats a Ctrl-C that came while Python removed an object, where it would be shown and forgotten."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    import signal
    import threading

    again = threading.Timer(SOON, os.kill, [os.getpid(), signal.SIGINT])
    again.daemon = True
    again.start()


def _leave(number: int, frame: object) -> None:
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
