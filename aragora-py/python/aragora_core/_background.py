"""The loop behind `aragora_core.sync`, on a thread of its own, and the way to it."""

import asyncio
import os
import threading
import warnings
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import timedelta
from typing import TypeVar

from .errors import DeadlineExceededError, InvalidStateError

T = TypeVar("T")


class _Background:
    """The loop and its thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="aragora-sync", daemon=True)
        self.thread.start()


_lock = threading.Lock()
_background: _Background | None = None


def run(work: Callable[[], Coroutine[object, None, T]], timeout: timedelta | float | None = None) -> T:
    """Runs it on the background loop and waits. Ctrl-C and a timeout cancel it there."""
    seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
    future = _submit(work)
    try:
        return future.result(seconds)
    except FutureTimeoutError:
        if future.done():
            raise
        future.cancel()
        raise DeadlineExceededError(f"no result within {seconds} s") from None
    except KeyboardInterrupt:
        future.cancel()
        raise


def _submit(work: Callable[[], Coroutine[object, None, T]]) -> "Future[T]":
    global _background
    with _lock:
        if _background is None:
            _background = _Background()
        background = _background
    if threading.current_thread() is background.thread:
        raise InvalidStateError(
            "aragora_core.sync was called from its own event loop, where it would wait for itself; use the async API"
        )
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        pass
    else:
        warnings.warn(
            "aragora_core.sync blocks the event loop that runs in this thread; use the async API there",
            RuntimeWarning,
            stacklevel=4,
        )
    return asyncio.run_coroutine_threadsafe(work(), background.loop)


def _in_child() -> None:
    global _background, _lock
    _background = None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
