"""A TCP proxy that cuts, refuses, freezes and delays on demand."""

import asyncio

from tests.support.listener import Listener


class TcpProxy(Listener):
    """Forwards 127.0.0.1:`port` to a target. `bytes_up` count towards the target, `bytes_down` back."""

    def __init__(self, target_host: str, target_port: int) -> None:
        super().__init__()
        self.target = (target_host, target_port)
        self.bytes_up = 0
        self.bytes_down = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._delay = 0.0
        self._bytes_until_cut: int | None = None
        self._answer_to_cut: int | None = None

    def freeze(self) -> None:
        """Accept connections and forward nothing; bytes that arrive wait."""
        self._do(self._flowing.clear)

    def thaw(self) -> None:
        """Forward again, first the bytes that waited."""
        self._do(self._flowing.set)

    def delay(self, seconds: float) -> None:
        """Hold each chunk for so long before it is forwarded; 0 ends it."""
        self._delay = seconds

    def cut_after(self, count: int) -> None:
        """Forward COUNT more bytes, both directions together, then reset all connections, once."""
        self._bytes_until_cut = count

    def cut_answer(self, least: int) -> None:
        """Reset all connections in place of the next LEAST bytes or more that come back at once, once."""
        self._answer_to_cut = least

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        await self._joined(reader, writer, self.target)

    async def _joined(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: tuple[str, int], first: bytes = b""
    ) -> None:
        """Forwards both ways; `first` has come already."""
        target_reader, target_writer = await asyncio.open_connection(*target)
        target_writer.write(first)
        self._writers.add(target_writer)
        pumps = [
            self._loop.create_task(self._pump(reader, target_writer, is_up=True)),
            self._loop.create_task(self._pump(target_reader, writer, is_up=False)),
        ]
        try:
            await asyncio.gather(*pumps)
        except OSError:
            self._reset(target_writer)
            raise
        finally:
            self._writers.discard(target_writer)
            target_writer.close()
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_up: bool) -> None:
        # drain waits until the kernel has everything, so that a cut loses no byte before it.
        writer.transport.set_write_buffer_limits(high=0)
        while chunk := await reader.read(65536):
            await asyncio.sleep(self._delay)
            await self._flowing.wait()
            self._cut_answer_when_due(chunk, is_up=is_up)
            chunk = self._take(chunk, is_up=is_up)
            writer.write(chunk)
            await writer.drain()
            self._cut_when_due()
        if writer.can_write_eof():
            writer.write_eof()

    def _take(self, chunk: bytes, *, is_up: bool) -> bytes:
        if self._bytes_until_cut is not None:
            chunk = chunk[: self._bytes_until_cut]
            self._bytes_until_cut -= len(chunk)
        if is_up:
            self.bytes_up += len(chunk)
        else:
            self.bytes_down += len(chunk)
        return chunk

    def _cut_when_due(self) -> None:
        if self._bytes_until_cut == 0:
            self._bytes_until_cut = None
            self._reset_all()
            raise ConnectionAbortedError

    def _cut_answer_when_due(self, chunk: bytes, *, is_up: bool) -> None:
        if self._answer_to_cut is not None and not is_up and len(chunk) >= self._answer_to_cut:
            self._answer_to_cut = None
            self._reset_all()
            raise ConnectionAbortedError


class OnePort(TcpProxy):
    """Forwards gRPC to one server and HTTP/1 to another, as Milvus has both on one port."""

    def __init__(self, grpc_port: int, http_port: int) -> None:
        super().__init__("127.0.0.1", grpc_port)
        self._http = ("127.0.0.1", http_port)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(3)
        await self._joined(reader, writer, self.target if first == b"PRI" else self._http, first)
