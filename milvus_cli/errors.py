"""The error tree, each class with the exit code that it causes.

CliError             1    the operation failed
├── ServerRefused    1    Milvus refused the request
│   └── Unsupported  1    this server has no such operation
├── InvalidAnswer    1    Milvus sent an invalid answer
├── InvalidInput     2    invalid usage
├── Unreachable      3    no Milvus answered
├── NotAuthorized    4    not authenticated, or not permitted
├── Partial          5    partly done: some rows were rejected
└── Interrupted    130    Ctrl-C
"""

from enum import Enum


class Fault(Enum):
    """The kind of failure of the network or the server. Code decides by these, never by message texts."""

    REFUSED = "refused"
    UNKNOWN_HOST = "unknown host"
    SILENT = "silent"
    TLS = "tls"
    NOT_MILVUS = "not milvus"
    LOST = "lost"
    UNSUPPORTED = "unsupported"
    NOT_AUTHENTICATED = "not authenticated"
    NOT_PERMITTED = "not permitted"
    SAID_NO = "said no"
    INVALID_ANSWER = "invalid answer"


class CliError(Exception):
    """A failure to be shown to a person; `hint` says what to do next."""

    exit_code = 1

    def __init__(
        self, message: str, *, hint: str = "", fault: Fault | None = None, server_code: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.fault = fault
        self.server_code = server_code

    def add_hint(self, hint: str) -> None:
        """Appends to the hint."""
        if hint not in self.hint:
            self.hint = f"{self.hint}; {hint}" if self.hint else hint


class ServerRefused(CliError):
    """Milvus answered with an error status: `server_code` is its code, `reason` its full message."""

    reason = ""


class Unsupported(ServerRefused):
    """The server lacks the RPC `method`: it is too old, too new, or embedded."""

    def __init__(self, message: str, *, method: str = "", hint: str = "", server_code: int | None = None) -> None:
        super().__init__(message, hint=hint, fault=Fault.UNSUPPORTED, server_code=server_code)
        self.method = method


class InvalidAnswer(CliError):
    """The server's answer contradicts itself or the request; none of it is used."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint, fault=Fault.INVALID_ANSWER)


class InvalidInput(CliError):
    exit_code = 2


class Unreachable(CliError):
    exit_code = 3


class NotAuthorized(CliError):
    """`privilege` is the missing privilege, as `grant privilege` takes it; empty if the server does not name it."""

    exit_code = 4
    privilege = ""


class Partial(CliError):
    exit_code = 5


class Interrupted(CliError):
    exit_code = 130

    def __init__(self, message: str = "interrupted", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)


class OutputLost(Exception):
    """Standard output cannot be written, for example because its disk is full."""


class Leave(Exception):
    """Ends the shell or the script with this exit code. Not a failure."""

    def __init__(self, exit_code: int = 0) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
