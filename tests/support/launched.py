"""Runs milvus_cli with our streams, environment and directory by a launcher, whose address is the first argument."""

import json
import os
import socket
import sys

SIZE = 32
"""Bytes of each answer: the process, then the code with which it ended."""


def main() -> int:
    address, *argv = sys.argv[1:]
    job = {"argv": argv, "env": dict(os.environ), "cwd": os.getcwd()}
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(address)
        socket.send_fds(control, [b"!"], [0, 1, 2])
        control.sendall(json.dumps(job).encode())
        control.shutdown(socket.SHUT_WR)
        control.recv(SIZE)
        return int(control.recv(SIZE))


if __name__ == "__main__":
    sys.exit(main())
