"""Threads for plain participants, so that neither the event loop nor a worker of the core waits for them.

Daemon threads rather than `concurrent.futures`: those are joined when the interpreter ends, and a participant that
waits for ever would keep the process alive.
"""

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

MOST = 64
IDLE_SECONDS = 10.0


class Pool:
    """At most `MOST` threads, started when work waits and none is idle, ended when idle."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._threads = 0

    def submit(self, work: Callable[[], None]) -> None:
        """Runs it soon; it must not raise."""
        with self._lock:
            grow = self._idle <= self._work.qsize() and self._threads < MOST
            self._threads += grow
        self._work.put(work)
        if grow:
            threading.Thread(target=self._run, name="aragora-plain", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            try:
                work = self._work.get(timeout=IDLE_SECONDS)
            except Empty:
                work = None
            with self._lock:
                self._idle -= 1
                # Work that came between the timeout and the lock would otherwise wait for the next submit.
                if work is None and self._work.empty():
                    self._threads -= 1
                    return
            if work is not None:
                work()
                del work


_pool = Pool()


def submit(work: Callable[[], None]) -> None:
    """Runs it soon on a thread of the pool; it must not raise."""
    _pool.submit(work)


def _in_child() -> None:
    global _pool
    _pool = Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
