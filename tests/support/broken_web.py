"""A web server that breaks off: each answer is the bytes that a test wants, header and all."""

import asyncio
from collections.abc import Sequence

from tests.support.listener import Listener


def answer(body: bytes, *, headers: Sequence[str] = (), length: int | None = None) -> bytes:
    """200 with a Content-Length, which may be wrong."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Status 200 in chunks, and the bytes that follow them."""
    sizes = (f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(sizes) + end


class BrokenWeb(Listener):
    """Sends `reply` to every request; then closes, or resets the connection with `resets`."""

    def __init__(self) -> None:
        super().__init__()
        self.reply = b""
        self.resets = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self.reply)
        await writer.drain()
        if self.resets:
            # Bytes sent so far must arrive before the reset does.
            await asyncio.sleep(0.3)
            raise ConnectionAbortedError
