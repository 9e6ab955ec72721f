"""What the library has to say. Without a sink it says nothing."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from queue import Full, Queue
from typing import cast

from . import _native
from ._host import first_use, set_log
from ._json import Json, decode_object


class LogRecord:
    """One record; nothing secret is in it."""

    __slots__ = ("_document",)
    __match_args__ = ("level", "text")

    def __init__(self, document: dict[str, Json]) -> None:
        self._document = document

    @property
    def time(self) -> datetime:
        """When."""
        return datetime.fromisoformat(cast(str, self._document["time"]))

    @property
    def level(self) -> str:
        """`debug`, `info`, `warning` or `error`."""
        return cast(str, self._document["level"])

    @property
    def target(self) -> str:
        """The part of the library that speaks."""
        return cast(str, self._document["target"])

    @property
    def text(self) -> str:
        """What it says."""
        return cast(str, self._document["text"])

    @property
    def fields(self) -> dict[str, Json]:
        """Facts by name, such as `debate_id`."""
        return cast("dict[str, Json]", self._document.get("fields") or {})

    def to_dict(self) -> dict[str, Json]:
        """Its document."""
        return self._document

    def __repr__(self) -> str:
        return f"LogRecord({self.level}: {self.text})"


def set_log_sink(level: str = "info", sink: Callable[[LogRecord], None] | None = None) -> None:
    """Sends records of this level and above to `sink`, on a thread of its own; once per process.

    Without a sink they go to `logging.getLogger("aragora_core")`.
    """
    first_use()
    _native.log_to(level)
    waiting = _Waiting()
    set_log(waiting.put)
    threading.Thread(target=_run, args=(waiting, sink or _to_logging), name="aragora-log", daemon=True).start()


class _Waiting:
    """Records a slow sink has not taken yet; more than the queue holds are counted, and the next one says how many."""

    def __init__(self) -> None:
        self._queue: Queue[tuple[str, int]] = Queue(maxsize=10_000)
        self._lost = 0

    def put(self, record: str) -> None:
        """Called by the native module's thread only, which must not wait."""
        try:
            self._queue.put_nowait((record, self._lost))
            self._lost = 0
        except Full:
            self._lost += 1

    def take(self) -> LogRecord:
        """The next record, once there is one."""
        text, lost = self._queue.get()
        document = decode_object(text)
        fields = document.get("fields")
        if lost and isinstance(fields, dict):
            document["fields"] = {**fields, "records_lost": lost}
        return LogRecord(document)


def _run(waiting: _Waiting, sink: Callable[[LogRecord], None]) -> None:
    while True:
        record = waiting.take()
        try:
            sink(record)
        except Exception:
            logging.getLogger("aragora_core").exception("the log sink failed")


def _to_logging(record: LogRecord) -> None:
    level = logging.getLevelNamesMapping().get(record.level.upper(), logging.INFO)
    logging.getLogger("aragora_core").log(level, "%s %s", record.text, record.fields)
