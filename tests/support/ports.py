"""Finds free ports for servers that stop and come back."""

import random
import socket

# Below the range that Linux hands out to outgoing connections: nobody takes the port of a stopped
# server, and a client that retries it cannot connect to itself.
RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on now, on any interface."""
    found: list[int] = []
    for port in random.SystemRandom().sample(RANGE, len(RANGE)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
