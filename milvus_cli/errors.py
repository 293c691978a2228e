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
from typing import TypeVar

ErrorT = TypeVar("ErrorT", bound="CliError")


LOOK_FIRST = "the server may have done it: check before you repeat it"


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
    NO_ROOM = "no room"
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

    def with_context(
        self: ErrorT, *, prefix: str = "", suffix: str = "", hint: str = "", default_hint: str = "", more_hint: str = ""
    ) -> ErrorT:
        """Returns a copy of the same type with more context.

        The message becomes `prefix: message; suffix`. `hint` replaces the hint, `default_hint` is used if there is
        none, and `more_hint` is appended unless the hint contains it.
        """
        message = f"{prefix}: {self.message}" if prefix else self.message
        message += f"; {suffix}" if suffix else ""
        hint = hint or self.hint or default_hint
        if more_hint not in hint:
            hint = f"{hint}{' ' if hint.endswith('?') else '; '}{more_hint}" if hint else more_hint
        # Without the constructor, because those of subclasses take other arguments.
        other = type(self).__new__(type(self), message)
        other.__dict__.update(self.__dict__, message=message, hint=hint)
        return other


class ServerRefused(CliError):
    """Milvus answered with an error status: `server_code` is its code, `reason` its full message."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        fault: Fault | None = None,
        server_code: int | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(message, hint=hint, fault=fault, server_code=server_code)
        self.reason = reason


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

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        fault: Fault | None = None,
        server_code: int | None = None,
        privilege: str = "",
    ) -> None:
        super().__init__(message, hint=hint, fault=fault, server_code=server_code)
        self.privilege = privilege


class Partial(CliError):
    exit_code = 5


class Interrupted(CliError):
    exit_code = 130

    def __init__(self, message: str = "interrupted", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)


class InterruptedChange(KeyboardInterrupt):
    """Ctrl-C while a call that changes something was on its way: the server may have executed it."""

    def __init__(self, method: str) -> None:
        super().__init__(method)
        self.error = Interrupted(f"interrupted during {method}: outcome unknown", hint=LOOK_FIRST)


class OutputLost(Exception):
    """Standard output cannot be written, for example because its disk is full."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Leave(Exception):
    """Ends the shell or the script with this exit code. Not a failure."""

    def __init__(self, exit_code: int = 0) -> None:
        super().__init__(exit_code)
        self.exit_code = exit_code
