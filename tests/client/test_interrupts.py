"""Ctrl-C at any moment of a call leaves the channel usable, and is not lost."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import pytest

from milvus_cli.client.client import Client
from milvus_cli.client.interrupts import undisturbed
from milvus_cli.connections.profile import Profile
from milvus_cli.session.clients import open_client
from tests.support.grpc_peer import GrpcPeer, never_answers


def interrupted_at(moment: int, act: Callable[[], object]) -> tuple[bool, bool]:
    """Sends Ctrl-C at the given step of the interpreter (a call or return); reports whether it was sent, and raised."""
    left = moment

    def step(frame: FrameType, event: str, what: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            signal.raise_signal(signal.SIGINT)

    sys.setprofile(step)
    try:
        try:
            act()
        finally:
            sys.setprofile(None)
    except KeyboardInterrupt:
        return True, True
    return left <= 0, False


@pytest.fixture(autouse=True)
def no_garbage_collection() -> Iterator[None]:
    """Disables garbage collection: an exception in a finalizer is lost, and other tests left objects to finalize."""
    gc.disable()
    yield
    gc.enable()


def is_answered(client: Client) -> bool:
    """Calls in a thread, because a call over a broken channel would never return."""
    asking = threading.Thread(target=client.call, args=("GetVersion",), daemon=True)
    asking.start()
    asking.join(10)
    return not asking.is_alive()


def test_ctrl_c_at_any_step_of_a_call_is_raised_and_the_next_call_answered() -> None:
    with GrpcPeer() as peer:
        client = open_client(Profile(host=peer.host, port=peer.port), timeout=20)
        client.call("GetVersion")
        moment = 0
        while True:
            moment += 1
            came, raised = interrupted_at(moment, lambda: client.call("GetVersion"))
            if not came:
                break
            assert raised, moment
            assert is_answered(client), moment
        client.close()
    assert moment > 100


def test_ctrl_c_where_a_lock_is_held_ends_a_call_that_nobody_answers() -> None:
    with GrpcPeer({"GetVersion": never_answers()}) as peer:
        client = open_client(Profile(host=peer.host, port=peer.port), timeout=60)

        def held(frame: FrameType, event: str, what: object) -> None:
            caller = frame.f_back
            if frame.f_code.co_name == "__enter__" and caller and caller.f_code.co_name == "_blocking":
                sys.setprofile(None)
                signal.raise_signal(signal.SIGINT)

        began = time.monotonic()
        sys.setprofile(held)
        with pytest.raises(KeyboardInterrupt):
            client.call("GetVersion")
        assert sys.getprofile() is None
        assert time.monotonic() - began < 30
        client.close()


def test_a_signal_waits_while_nothing_may_be_disturbed() -> None:
    steps = []

    def disturbed() -> None:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("first")
            with undisturbed():
                os.kill(os.getpid(), signal.SIGINT)
            steps.append("second")

    with pytest.raises(KeyboardInterrupt):
        disturbed()
    assert steps == ["first", "second"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_where_signals_are_ignored_they_stay_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
