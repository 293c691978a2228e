"""An in-process gRPC server that speaks Milvus's official protobuf and answers as a test wants."""

import threading
from collections.abc import Callable, Mapping
from concurrent import futures
from dataclasses import dataclass
from types import TracebackType
from typing import Any, NoReturn, TypeAlias, cast

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from typing_extensions import Self

from tests.support.certificates import Certificates
from tests.support.official import common_pb2, grpc, milvus_pb2

SERVICE = "milvus.proto.milvus.MilvusService"
METHODS: Mapping[str, MethodDescriptor] = milvus_pb2.DESCRIPTOR.services_by_name["MilvusService"].methods_by_name

Handler: TypeAlias = Callable[[Message, grpc.ServicerContext], Message]
"""May return a bare Status where the reply has a field `status`."""


@dataclass(frozen=True)
class Call:
    """One call that came in; binary metadata values are bytes."""

    method: str
    request: Message
    metadata: tuple[tuple[str, str | bytes], ...]


def replies(response: Message) -> Handler:
    """Always the same answer."""
    return lambda request, context: response


def writes(request: Any, context: grpc.ServicerContext) -> Message:
    """Answers an insert or upsert as servers do that wrote all rows."""
    result: Message = milvus_pb2.MutationResult(insert_cnt=request.num_rows, upsert_cnt=request.num_rows)
    return result


def garbles(data: bytes) -> Handler:
    """Always the same bytes, which need be no message."""
    return lambda request, context: cast("Message", data)


def refuses(code: int, reason: str, error_code: int = common_pb2.UnexpectedError) -> Handler:
    """Answers with a bad Status; servers before 2.3.2 leave `code` at 0."""
    return replies(common_pb2.Status(error_code=error_code, code=code, reason=reason))


def aborts(code: grpc.StatusCode, details: str = "") -> Handler:
    """Ends the call with a gRPC status."""

    def handler(request: Message, context: grpc.ServicerContext) -> NoReturn:
        context.abort(code, details)
        raise AssertionError("abort raises")

    return handler


def sleeps(seconds: float, then: Handler) -> Handler:
    """Answers late; wakes at once when the client gives up."""

    def handler(request: Message, context: grpc.ServicerContext) -> Message:
        _wait_for_end(context, seconds)
        return then(request, context)

    return handler


def never_answers() -> Handler:
    """Holds the call until the client gives up or the peer stops."""
    return sleeps(threading.TIMEOUT_MAX, then=aborts(grpc.StatusCode.CANCELLED))


def in_turn(*handlers: Handler) -> Handler:
    """The first call gets the first handler and so on; the last one serves all further calls."""
    left = list(handlers)
    lock = threading.Lock()

    def handler(request: Message, context: grpc.ServicerContext) -> Message:
        with lock:
            current = left.pop(0) if len(left) > 1 else left[0]
        return current(request, context)

    return handler


SERVER_INFO = common_pb2.ServerInfo(build_tags="v2.3.5", deploy_mode="STANDALONE")
DEFAULT_HANDLERS: Mapping[str, Handler] = {
    "Connect": replies(milvus_pb2.ConnectResponse(server_info=SERVER_INFO, identifier=1)),
    "GetVersion": replies(milvus_pb2.GetVersionResponse(version="v2.3.5")),
}


class GrpcPeer:
    """Serves HANDLERS, by method name, over Connect and GetVersion; all other methods are unknown to it.

    With CERTIFICATES it speaks TLS, as `server` or as `wrong_host`. With another SERVICE it knows
    nothing of Milvus.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        handlers: Mapping[str, Handler] | None = None,
        *,
        service: str = SERVICE,
        certificates: Certificates | None = None,
        require_client_auth: bool = False,
        wrong_host: bool = False,
        port: int = 0,
    ) -> None:
        self.service = service
        self.handlers = {**DEFAULT_HANDLERS, **(handlers or {})}
        unknown = self.handlers.keys() - METHODS.keys()
        if unknown:
            raise ValueError(f"MilvusService has no method {', '.join(sorted(unknown))}")
        self.calls: list[Call] = []
        self._certificates = certificates
        self._require_client_auth = require_client_auth
        self._wrong_host = wrong_host
        self.port = port
        self._pool = futures.ThreadPoolExecutor(max_workers=16, thread_name_prefix="GrpcPeer")
        # Without SO_REUSEPORT a taken port is an error instead of a silent neighbour.
        options = [("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", -1)]
        self._server = grpc.server(self._pool, handlers=[_Router(self)], options=options)

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        return f"{'https' if self._certificates else 'http'}://{self.address}"

    @property
    def methods(self) -> list[str]:
        """Names of the methods called so far, in order."""
        return [call.method for call in self.calls]

    def requests(self, method: str) -> list[Message]:
        """The requests that METHOD got so far."""
        return [call.request for call in self.calls if call.method == method]

    def start(self) -> None:
        self.port = self._bind(f"{self.host}:{self.port}")
        self._server.start()

    def stop(self) -> None:
        """Ends all calls and waits until the handlers have returned."""
        self._server.stop(grace=0).wait()
        self._pool.shutdown(wait=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, method: str, request: Message, context: grpc.ServicerContext) -> Message:
        """Record the call and give the answer of its handler."""
        metadata = tuple((item.key, item.value) for item in context.invocation_metadata())
        self.calls.append(Call(method, request, metadata))
        handler = self.handlers.get(method)
        if handler is None:
            _abort_unimplemented(context, f"unknown method {method} for service {self.service}")
        return _in_reply_type(handler(request, context), METHODS[method])

    def _bind(self, address: str) -> int:
        if self._certificates is None:
            return int(self._server.add_insecure_port(address))
        return int(self._server.add_secure_port(address, self._credentials(self._certificates)))

    def _credentials(self, certificates: Certificates) -> grpc.ServerCredentials:
        key, chain = certificates.server_key, certificates.server
        if self._wrong_host:
            key, chain = certificates.wrong_host_key, certificates.wrong_host
        return grpc.ssl_server_credentials(
            [(key.read_bytes(), chain.read_bytes())],
            root_certificates=certificates.ca.read_bytes() if self._require_client_auth else None,
            require_client_auth=self._require_client_auth,
        )


class _Router(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Finds the handler of a path such as /milvus.proto.milvus.MilvusService/Connect."""

    def __init__(self, peer: GrpcPeer) -> None:
        self._peer = peer

    def service(self, details: Any) -> grpc.RpcMethodHandler:
        _, service, method = details.method.split("/")
        if service != self._peer.service:
            return _unimplemented(f"unknown service {service}")
        if method not in METHODS:
            return _unimplemented(f"unknown method {method} for service {service}")
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._peer.answer(method, request, context),
            request_deserializer=GetMessageClass(METHODS[method].input_type).FromString,
            response_serializer=_serialized,
        )


def _unimplemented(details: str) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(lambda request, context: _abort_unimplemented(context, details))


def _abort_unimplemented(context: grpc.ServicerContext, details: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNIMPLEMENTED, details)
    raise AssertionError("abort raises")


def _serialized(response: Any) -> bytes:
    return response if isinstance(response, bytes) else bytes(response.SerializeToString())


def _in_reply_type(response: Any, method: MethodDescriptor) -> Message:
    reply_type = GetMessageClass(method.output_type)
    if isinstance(response, (reply_type, bytes)):
        return cast("Message", response)
    return reply_type(status=response)


def _wait_for_end(context: grpc.ServicerContext, seconds: float) -> None:
    ended = threading.Event()
    if context.add_callback(ended.set):
        ended.wait(seconds)
